"""Leave notes that a product carries to another authority than the one that it left."""

import pytest

from licet.kernel.ids import AuthorityId, InstanceId
from licet.kernel.time import DAY
from licet.ledger.sites import CarriedNote
from licet.wire.messages import Problem, Registered
from support.device import Device
from support.office import Office
from support.sites import SiteOffice


@pytest.fixture
def manager() -> Office:
    """A manager with one account."""
    return Office()


@pytest.fixture
def site(manager: Office) -> SiteOffice:
    """A site of it, which the manager knows."""
    site = SiteOffice(manager)
    site.bind()
    return site


def moved(device: Device, to: Office) -> tuple[Device, bytes]:
    """Return a product that has left and carries its note to another authority."""
    note = device.leave(now=to.now)
    newcomer = to.device("FDO21120U5B")
    newcomer.notes = (note,)
    return newcomer, note


def carried(office: Office, authority: str) -> list[CarriedNote]:
    """Return the notes that wait for an authority."""
    return office.look(lambda work: list(work.carried_notes(AuthorityId(authority))))


def ignored(office: Office) -> list[str]:
    """Return why notes were ignored."""
    return [event.text for event in office.events() if "ignored" in event.text]


def test_a_site_carries_a_note_to_its_manager(manager: Office, site: SiteOffice) -> None:
    """A product that moves behind an on-prem would be counted twice for ever."""
    device = manager.registered()
    newcomer, note = moved(device, site)
    assert isinstance(site.register(newcomer), Registered)
    [kept] = carried(site, manager.keys.authority)
    assert kept == CarriedNote(
        instance=InstanceId(device.instance),
        authority=manager.keys.authority,
        local_account=site.keys.authority,
        note=note.decode(),
        at=site.now,
    )
    assert site.look(lambda work: work.notes_carried_by(site.keys.authority)) == [kept]
    assert ignored(site) == []


def test_a_site_carries_a_note_to_another_site(manager: Office, site: SiteOffice) -> None:
    """A product that moves from plant to plant would be counted in both."""
    other = SiteOffice(manager, seed="other site")
    newcomer, _ = moved(other.registered(), site)
    assert isinstance(site.register(newcomer), Registered)
    assert len(carried(site, other.keys.authority)) == 1


def test_a_manager_carries_a_note_to_a_site_that_it_knows(
    manager: Office, site: SiteOffice
) -> None:
    """A product that leaves an on-prem would keep a license there."""
    device = site.registered()
    newcomer, note = moved(device, manager)
    assert isinstance(manager.register(newcomer), Registered)
    [kept] = carried(manager, site.keys.authority)
    assert (kept.instance, kept.local_account, kept.note) == (
        device.instance,
        None,
        note.decode(),
    )


def test_a_manager_keeps_no_note_for_whom_it_does_not_know(manager: Office) -> None:
    """Products from anywhere would fill the ledger with what nobody will ever fetch."""
    unbound = SiteOffice(manager, seed="unbound")
    newcomer, _ = moved(unbound.registered(), manager)
    assert isinstance(manager.register(newcomer), Registered)
    assert carried(manager, unbound.keys.authority) == []
    assert ignored(manager) == []


def test_a_note_that_its_certificate_outlived_is_carried(manager: Office, site: SiteOffice) -> None:
    """A product that was in a cupboard would be counted at both places."""
    device = site.registered()
    note = device.leave(now=site.now)
    manager.later(400 * DAY)
    newcomer = manager.device()
    newcomer.notes = (note,)
    assert isinstance(manager.register(newcomer), Registered)
    assert len(carried(manager, site.keys.authority)) == 1


def test_a_bad_note_is_an_event_and_not_carried(manager: Office, site: SiteOffice) -> None:
    """Somebody could free another product's license at its on-prem, or hide that they tried."""
    victim, attacker = site.registered("A1"), site.registered("A2")
    attacker.instance = victim.instance
    newcomer, _ = moved(attacker, manager)
    assert isinstance(manager.register(newcomer), Registered)
    assert carried(manager, site.keys.authority) == []
    [why] = ignored(manager)
    assert "it is for another instance" in why


def test_a_refused_registration_carries_nothing(manager: Office, site: SiteOffice) -> None:
    """Who has no token could write into the ledger of an authority."""
    newcomer, _ = moved(manager.registered(), site)
    assert isinstance(site.register(newcomer, site.token(stored=False)), Problem)
    assert carried(site, manager.keys.authority) == []


def test_a_repeated_registration_carries_a_note_once(manager: Office, site: SiteOffice) -> None:
    """A lost answer would make two of one note."""
    newcomer, _ = moved(manager.registered(), site)
    request = newcomer.register(site.token(), now=site.now)
    site.post(request, request)
    assert isinstance(site.ask(newcomer, request), Registered)
    assert len(carried(site, manager.keys.authority)) == 1
