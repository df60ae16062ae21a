"""What an on-prem reported stands in its manager's lists, and is nobody's to devices there."""

from dataclasses import replace

import pytest

from licet.kernel.chance import draw_uuid
from licet.kernel.ids import InstanceId
from licet.kernel.problems import Code
from licet.kernel.time import HOUR
from licet.ledger.model import Instance
from licet.pki.authority import begin_epoch
from licet.wire.messages import Left, Problem, Registered
from support.device import AUTHORIZE, Device
from support.office import LAN, Office
from support.sites import SiteOffice


@pytest.fixture
def manager() -> Office:
    """A manager with one account."""
    return Office()


@pytest.fixture
def site(manager: Office) -> SiteOffice:
    """A site of it."""
    return SiteOffice(manager)


def mirrored(site: SiteOffice, device: Device, name: str = "Plant") -> Instance:
    """Report a device of a site at the manager, as a synchronization does."""
    return site.mirror(site.bind(name), device.udi, device.instance)


def test_a_registration_is_no_double_of_what_an_on_prem_has(
    manager: Office, site: SiteOffice
) -> None:
    """A product that left its on-prem could not register at the manager without force."""
    mirror = mirrored(site, site.registered())
    device = manager.device()
    assert isinstance(manager.register(device, force=True), Registered)
    assert {row.id for row in manager.of_udi(device.udi)} == {mirror.id, device.instance}


def test_an_instance_at_both_places_is_alerted_at_both(manager: Office, site: SiteOffice) -> None:
    """One product would take two licenses, and nobody would know where to look."""
    mirror = mirrored(site, site.registered())
    device = manager.registered()
    alerts = manager.alerts()
    assert {alert.kind for alert in alerts} == {"Duplicate UDI"}
    assert {alert.source for alert in alerts} == {manager.example.virtual, mirror.virtual_account}
    [text] = {alert.message for alert in alerts}
    assert text == (
        "PID:N9K-C93180YC-EX,SN:FDO21120U5B is registered at the on-prem 'Plant' too, and counts in "
        "both places; remove the product instance that is not in use any more"
    )
    events = len(manager.events())
    assert isinstance(manager.register(replace(device, key=device.key)), Registered)
    assert len(manager.events()) == events, "a repeated request says it again"


def test_who_left_the_on_prem_is_not_alerted(manager: Office, site: SiteOffice) -> None:
    """Every orderly move would raise an alert until the on-prem synchronizes."""
    former = site.registered()
    mirrored(site, former)
    device = manager.device()
    device.notes = (former.leave(now=manager.now),)
    assert isinstance(manager.register(device), Registered)
    assert manager.alert_kinds() == set()
    again = manager.device()
    assert isinstance(manager.register(again, force=True), Registered)
    assert manager.alert_kinds() == {"Product Instance Replaced"}, "its note waits here"


def test_an_on_prem_of_another_smart_account_is_not_named(
    manager: Office, site: SiteOffice
) -> None:
    """A customer would learn what another one has."""
    mirrored(site, site.registered())
    other = manager.customer("Other")
    token = manager.token(at=other)
    assert isinstance(manager.register(manager.device(), token), Registered)
    assert manager.alert_kinds(other) == manager.alert_kinds() == set()


def test_nobody_speaks_as_a_mirrored_instance(manager: Office, site: SiteOffice) -> None:
    """A device of the manager would move the numbers and the usage of an on-prem's."""
    device = manager.registered()
    row = manager.instance(device)
    assert row is not None
    manager.change(lambda work: work.remove_instance(row.id))
    mirror = site.mirror(site.bind(), device.udi, device.instance)
    assert mirror.id == device.instance
    for gap in (False, True):
        if gap:
            # Within the gap of a restore an unknown instance would be taken back.
            keys = begin_epoch(manager.keys, backup_at=manager.now, now=manager.now + HOUR)
            manager.keys = manager.endpoint.keys = keys
        refused = manager.say(device, AUTHORIZE, (LAN, 1))
        assert isinstance(refused, Problem)
        assert (refused.code, refused.detail) == (Code.UNKNOWN_INSTANCE, device.instance)
        assert manager.instance(device) == mirror
        assert isinstance(manager.ask(device, device.leave(now=manager.now)), Left)
        assert manager.instance(device) == mirror


def test_an_adoption_replaces_no_mirror(manager: Office, site: SiteOffice) -> None:
    """A restored manager would remove what only the on-prem may remove."""
    device = manager.registered()
    row = manager.instance(device)
    assert row is not None
    mirror = site.mirror(site.bind(), device.udi, InstanceId(draw_uuid(manager.chance)))
    manager.change(lambda work: work.remove_instance(row.id))
    manager.later(HOUR)
    keys = begin_epoch(manager.keys, backup_at=manager.now - 2 * HOUR, now=manager.now)
    manager.keys = manager.endpoint.keys = keys
    assert not isinstance(manager.say(device, AUTHORIZE, (LAN, 1)), Problem)
    assert {row.id for row in manager.of_udi(device.udi)} == {mirror.id, device.instance}
