"""No honest device is taken for a copy because its authority forgot a part of its history."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from licet.kernel.problems import Code
from licet.kernel.time import HOUR, MINUTE
from licet.wire.messages import Authorized, Problem, Renewed
from support.device import AUTHORIZE, RENEW, Device
from support.office import LAN, Office
from support.restored import Site, books_balance


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """An office on a disk of its own, with five LAN licenses."""
    site = Site(tmp_path)
    site.office.give(LAN, 5)
    yield site
    site.close()


def speaks(office: Office, device: Device) -> None:
    """Let a device say something that must be accepted."""
    outcome = office.say(device, AUTHORIZE, (LAN, 1))
    assert isinstance(outcome, Authorized), outcome


def forked(office: Office, device: Device) -> int:
    """Let a device say something that is a fork, and return the authority's number."""
    outcome = office.say(device, AUTHORIZE, (LAN, 1))
    assert isinstance(outcome, Problem), outcome
    assert outcome.code is Code.FORKED
    assert outcome.number is not None
    return outcome.number


Life = st.lists(
    st.sampled_from(["answered", "answer lost", "never arrived", "renewed"]), max_size=12
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(before=Life, after=Life, registered_after=st.booleans())
def test_every_honest_history_goes_on(
    tmp_path_factory: pytest.TempPathFactory,
    before: list[str],
    after: list[str],
    *,
    registered_after: bool,
) -> None:
    """After a restore, devices that did nothing wrong would be alerted as copies, or locked out."""
    site = Site(tmp_path_factory.mktemp("site"))
    office = site.office
    office.give(LAN, 5)
    device = office.device()
    life: dict[str, Callable[[], object]] = {
        "answered": lambda: speaks(office, device),
        "answer lost": lambda: office.post(device.say(AUTHORIZE, (LAN, 2), now=office.now)),
        "never arrived": lambda: device.say(AUTHORIZE, (LAN, 3), now=office.now),
        "renewed": lambda: office.say(device, RENEW, (LAN, 1)),
    }
    ledger = site.back_up() if registered_after else None
    office.register(device)
    for step in before:
        life[step]()
    ledger = ledger or site.back_up()
    for step in after:
        office.later(MINUTE)
        life[step]()
    site.burn_and_restore(ledger, after=HOUR)
    speaks(office, device)
    assert isinstance(office.say(device, RENEW, (LAN, 1)), Renewed)
    for sent in device.sent[-2:]:
        office.post(sent)
    speaks(office, device)
    assert "Possible Clone" not in office.alert_kinds()
    assert office.in_use(LAN) == 1
    assert books_balance(office.store.database.path)  # type: ignore[attr-defined]
    site.close()


@pytest.mark.parametrize("when", ["before", "between", "after"])
def test_a_device_that_was_rolled_back_once_is_not_locked_out(site: Site, when: str) -> None:
    """A roll-back that is known, and a restore around it, would add up to two products."""
    office = site.office
    device = office.registered()
    for _ in range(3):
        speaks(office, device)
    old = replace(device, host_name="of old")
    for _ in range(3):
        speaks(office, device)
    ledger = site.back_up() if when == "before" else None
    assert forked(office, old) == 6
    ledger = site.back_up() if when == "between" else ledger
    if when == "after":
        speaks(office, old)
        ledger = site.back_up()
    assert ledger is not None
    site.burn_and_restore(ledger, after=HOUR)
    if when == "before":
        # The restored ledger hears of it a second time; once more it goes on from there.
        assert forked(office, old) == 6
    for _ in range(3):
        speaks(office, old)
    assert office.alert_kinds() == {"Possible Clone"}
    instance = office.instance(old)
    assert instance is not None
    assert not instance.cloned


def test_two_products_are_still_found_out(site: Site) -> None:
    """A restore would be an amnesty for copies."""
    office = site.office
    device = office.registered()
    speaks(office, device)
    twin = replace(device, host_name="twin")
    ledger = site.back_up()
    speaks(office, device)
    site.burn_and_restore(ledger, after=HOUR)
    outcomes = []
    for _ in range(4):
        for speaker in (device, device, twin, twin):
            outcome = office.say(speaker, AUTHORIZE, (LAN, 1))
            outcomes.append(outcome.code if isinstance(outcome, Problem) else None)
    assert Code.CLONED in outcomes


def test_an_instance_that_was_refused_as_two_may_speak_again_until_it_is_noticed(
    site: Site,
) -> None:
    """What the restore forgot of two products is found out anew, and not held against one alone."""
    office = site.office
    device = office.registered()
    speaks(office, device)
    ledger = site.back_up()
    twin = replace(device, host_name="twin")
    for _ in range(3):
        for speaker in (device, device, twin, twin):
            office.say(speaker, AUTHORIZE, (LAN, 1))
    outcome = office.say(device, AUTHORIZE, (LAN, 1))
    assert isinstance(outcome, Problem)
    assert outcome.code is Code.CLONED
    site.burn_and_restore(ledger, after=HOUR)
    assert isinstance(office.say(device, AUTHORIZE, (LAN, 1)), Authorized)
