"""What a device hears when it asks why it is out of compliance, over the wire."""

import pytest

from licet.kernel.ids import Tag
from licet.kernel.time import DAY
from licet.ledger.model import Holding, LicenseKind
from licet.wire.messages import Explained, FindingPart
from support.device import AUTHORIZE, EXPLAIN, Device
from support.office import LAN, Office


@pytest.fixture
def office() -> Office:
    """An authority with one account."""
    return Office()


def short(office: Office) -> Device:
    """Return a device that reported one license in use."""
    device = office.registered()
    office.say(device, AUTHORIZE, (LAN, 1))
    return device


def faults(office: Office, device: Device) -> str:
    """Return all that a device is told is not well, with its causes."""
    return "\n".join(
        f"{part.seen}: {part.cause}" for part in findings(office, device) if not part.ok
    )


def findings(office: Office, device: Device) -> tuple[FindingPart, ...]:
    """Return what a device is told."""
    outcome = office.say(device, EXPLAIN, (LAN, 1))
    assert isinstance(outcome, Explained)
    return outcome.findings


def test_what_is_covered_is_fine(office: Office) -> None:
    """A person would look for a fault where there is none."""
    office.give(LAN, 2)
    device = short(office)
    assert faults(office, device) == ""
    assert any("2 purchased, 1 in use" in part.seen for part in findings(office, device))


def test_the_account_is_named(office: Office) -> None:
    """A person would not see that the product stands in another account than he thinks."""
    told = findings(office, short(office))
    assert any("'Example'" in part.seen and "'Default'" in part.seen for part in told)


def test_idle_licenses_next_door_are_told(office: Office) -> None:
    """A person would buy what lies idle in another virtual account."""
    device = short(office)
    office.give(LAN, 4, at=office.department(office.example.account, "Branch"))
    assert "4 in 'Branch'" in faults(office, device)


def test_idle_licenses_of_a_stranger_are_not_told(office: Office) -> None:
    """One customer would learn what another one owns."""
    device = short(office)
    before = faults(office, device)
    office.give(LAN, 4, at=office.customer("Stranger"))
    assert before
    assert faults(office, device) == before


def test_an_ended_subscription_is_told_with_its_date(office: Office) -> None:
    """A person would not find out that a date has passed."""
    device = short(office)
    ended = Holding(
        id="h",
        virtual_account=office.example.virtual,
        tag=Tag(LAN),
        kind=LicenseKind.SUBSCRIPTION,
        quantity=5,
        starts_at=office.now - 100 * DAY,
        ends_at=office.now - DAY,
        order="order 7",
    )
    office.change(lambda work: work.put_holding(ended))
    assert "5 have ended, the last on Oct 31 12:00:00 2026 UTC" in faults(office, device)
