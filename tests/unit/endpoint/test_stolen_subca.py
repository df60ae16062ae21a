"""A stolen sub-CA is good for the devices of one account only, at either authority."""

from dataclasses import replace

import pytest

from licet.endpoint.endpoint import Call
from licet.kernel.problems import Code
from licet.pki.profiles import Profile
from licet.pki.verifier import verify_chain
from licet.wire.messages import Authorized, Problem, Registered
from support.device import AUTHORIZE, Device
from support.forged import DEVICES, forged_device
from support.office import LAN, Office
from support.sites import SiteOffice


@pytest.fixture
def manager() -> Office:
    """A manager with one account."""
    return Office()


@pytest.fixture
def site(manager: Office) -> SiteOffice:
    """A site of it, whose sub-CA is stolen."""
    return SiteOffice(manager)


def stolen(site: SiteOffice, device: Device, what: str) -> Device:
    """Return a device with a certificate that the thief has made for its key."""
    chain = forged_device(site, what, key=device.key, instance=device.instance, udi=device.udi)
    return replace(device, chain=chain)


def test_the_forgeries_are_right_but_for_one_thing(site: SiteOffice) -> None:
    """What follows would be refused for a fault of the test."""
    device = stolen(site, site.registered(), "nothing")
    verify_chain(device.chain, roots=(site.keys.root,), profile=Profile.DEVICE, at=site.now)
    assert isinstance(site.say(device, AUTHORIZE, (LAN, 1)), Authorized)


@pytest.mark.parametrize("what", DEVICES)
def test_a_forged_device_is_refused_at_its_site(site: SiteOffice, what: str) -> None:
    """Certificates of another kind than those that were taken on would be good."""
    device = site.registered()
    forged = stolen(site, device, what)
    for request in (
        forged.say(AUTHORIZE, (LAN, 1), now=site.now),
        forged.leave(now=site.now),
    ):
        outcome = site.ask(device, request)
        assert isinstance(outcome, Problem)
        assert outcome.code is Code.BAD_CERTIFICATE
        assert DEVICES[what] in outcome.detail
    assert site.instance(device) is not None
    assert site.in_use(LAN) == 0


@pytest.mark.parametrize("what", [*DEVICES, "nothing"])
def test_no_sub_ca_speaks_at_the_manager(manager: Office, site: SiteOffice, what: str) -> None:
    """Who runs an on-prem could speak for every device of the manager, in any account."""
    device = manager.registered()
    forged = stolen(site, device, what)
    says = DEVICES.get(what, "it was issued by another authority")
    for request in (
        forged.say(AUTHORIZE, (LAN, 1), now=manager.now),
        forged.leave(now=manager.now),
    ):
        outcome = manager.ask(device, request)
        assert isinstance(outcome, Problem)
        assert outcome.code is Code.BAD_CERTIFICATE
        assert says in outcome.detail
    newcomer = manager.device("A9")
    newcomer.notes = (forged.leave(now=manager.now),)
    assert isinstance(manager.register(newcomer), Registered)
    assert manager.instance(device) is not None
    assert any(says in event.text for event in manager.events())


@pytest.mark.parametrize("what", DEVICES)
def test_a_forged_note_goes_on_to_nobody(manager: Office, site: SiteOffice, what: str) -> None:
    """A thief could free licenses at a site through its manager."""
    site.bind()
    device = site.registered()
    newcomer = manager.device("A9")
    newcomer.notes = (stolen(site, device, what).leave(now=manager.now),)
    reply = manager.endpoint.handle(
        [Call(newcomer.register(manager.token(), now=manager.now))], now=manager.now
    )
    assert reply[0].problem is None
    assert manager.look(lambda work: list(work.carried_notes(site.site))) == []
    assert any(DEVICES[what] in event.text for event in manager.events())


def test_a_note_of_one_site_for_another_goes_on_to_nobody(
    manager: Office, site: SiteOffice
) -> None:
    """A site could push the true leave note of another site's product out of the manager's books."""
    other = SiteOffice(manager, seed="other")
    other.bind("Other")
    site.bind()
    victim = other.registered()
    newcomer = manager.device("A9")
    forged = replace(stolen(site, victim, "nothing"), authority=other.site)
    note = forged.leave(now=manager.now)
    newcomer.notes = (note,)
    manager.register(newcomer)
    outcome = manager.ask(forged, note)
    assert isinstance(outcome, Problem)
    assert outcome.code is Code.WRONG_AUTHORITY
    assert manager.look(lambda work: list(work.carried_notes(other.site))) == []
    # The true one goes on.
    newcomer = manager.device("A8")
    newcomer.notes = (victim.leave(now=manager.now),)
    manager.register(newcomer)
    [kept] = manager.look(lambda work: list(work.carried_notes(other.site)))
    assert kept.instance == victim.instance
