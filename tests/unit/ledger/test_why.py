"""Why an instance is out of compliance: the causes of the source document, told apart."""

from dataclasses import replace

import pytest

from licet.kernel.problems import Finding
from licet.kernel.time import DAY
from licet.ledger.explain import why
from licet.ledger.model import Holding, Instance, LicenseKind
from support.device import AUTHORIZE, Device
from support.office import LAN, Customer, Office


@pytest.fixture
def office() -> Office:
    """An authority with one account."""
    return Office()


def short(office: Office) -> Device:
    """Return a device that uses one license more than there is."""
    device = office.registered()
    office.say(device, AUTHORIZE, (LAN, 1))
    return device


def stored(office: Office, device: Device) -> Instance:
    """Return the device's instance."""
    instance = office.instance(device)
    assert instance is not None
    return instance


def finding(office: Office, device: Device, check: str) -> Finding:
    """Return the finding of one check."""
    instance = stored(office, device)
    found = office.look(lambda work: why(work, instance, office.now))
    [one] = [item for item in found if item.check.startswith(check)]
    return one


def hold(office: Office, customer: Customer, *, starts: int, ends: int | None) -> None:
    """Put a subscription of 5 that starts and ends some days from now."""
    holding = Holding(
        id="h",
        virtual_account=customer.virtual,
        tag=LAN,
        kind=LicenseKind.SUBSCRIPTION,
        quantity=5,
        starts_at=office.now + starts * DAY,
        ends_at=None if ends is None else office.now + ends * DAY,
        order="order 7",
    )
    office.change(lambda work: work.put_holding(holding))


def test_what_is_covered_is_fine(office: Office) -> None:
    """A person would look for a fault where there is none."""
    office.give(LAN, 2)
    told = finding(office, short(office), "License LAN")
    assert told.ok
    assert told.seen == "1 in use, 2 purchased, balance 1"


def test_too_few_licenses(office: Office) -> None:
    """A person would not learn that licenses must be bought."""
    told = finding(office, short(office), "License LAN")
    assert (told.ok, told.cause) == (False, "More is in use than was purchased")


def test_idle_licenses_in_another_virtual_account(office: Office) -> None:
    """A person would buy what lies idle next door: the token was of the wrong account."""
    device = short(office)
    other = office.department(office.example.account, "Branch")
    office.give(LAN, 4, at=other)
    told = finding(office, device, "License LAN")
    assert "4 in Branch" in told.cause
    assert "Transfer" in told.remedy


def test_idle_licenses_of_a_stranger_are_not_told(office: Office) -> None:
    """One customer would learn what another one owns."""
    device = short(office)
    office.give(LAN, 4, at=office.customer("Stranger"))
    assert finding(office, device, "License LAN").cause == "More is in use than was purchased"


def test_an_ended_subscription(office: Office) -> None:
    """A person would not find out that a date has passed."""
    device = short(office)
    hold(office, office.example, starts=-100, ends=-1)
    told = finding(office, device, "License LAN")
    assert told.cause == "5 licenses have ended, the last on Oct 31 12:00:00 2026 UTC (order 7)"


def test_an_order_that_has_not_started(office: Office) -> None:
    """A person would order twice."""
    device = short(office)
    hold(office, office.example, starts=1, ends=None)
    assert "not started" in finding(office, device, "License LAN").cause


def test_a_clone_and_a_release_are_told(office: Office) -> None:
    """A product that is refused for its copy, or for its silence, would not know it."""
    device = short(office)
    instance = stored(office, device)
    assert finding(office, device, "Message history").ok
    office.change(
        lambda work: work.put_instance(replace(instance, cloned=True, usage_released=True))
    )
    assert not finding(office, device, "Message history").ok
    assert not finding(office, device, "Authorization period").ok


def test_the_place_is_named_and_no_use_is_fine(office: Office) -> None:
    """A person would not see that the product stands in another account than he thinks."""
    device = office.registered()
    assert "Example / Default" in finding(office, device, "Virtual account").seen
    assert finding(office, device, "Licenses in use").ok
