"""The rulings of RULES.md about what stands around the agent: the command line, the store, the sweep."""

from pathlib import Path

import pytest

from licet.admin.sweep import Sweep
from licet.agent.events import Enable, Register, Request
from licet.agent.store import FileStore, StoreLocked
from licet.kernel.time import DAY, HOUR, SECOND
from licet.ledger.model import Policy
from licet.switch.session import Session
from support.harness import ADVANTAGE, START, Authority, Device
from support.terminal import Lab


def test_21_usage_has_the_agents_layout_when_smart_licensing_is_on() -> None:
    """The parser of one layout would be given the other."""
    session = Session(Lab().switch())
    for line in ("configure terminal", "license smart enable", "feature bgp", "end"):
        session.execute(line)
    shown = session.execute("show license usage")
    assert "License Authorization:" in shown
    assert "(LAN_ENTERPRISE_SERVICES_PKG):" in shown
    assert "Feature                      Ins" not in shown


def test_22_a_wrong_command_draws_a_caret_and_an_unmodeled_one_says_so() -> None:
    """Automation would not see a slip, or would take a gap of ours for one."""
    session = Session(Lab().switch())
    assert "% Invalid command at '^' marker." in session.execute("show lcense")
    unmodeled = session.execute("show vpc brief")
    assert "^" not in unmodeled
    assert len(unmodeled.strip().splitlines()) == 1


def test_24_one_process_holds_the_state(tmp_path: Path) -> None:
    """Two processes would speak as one product, with the same numbers."""
    with FileStore(tmp_path), pytest.raises(StoreLocked):
        FileStore(tmp_path)


def test_25_usage_is_released_an_hour_after_the_deadline_that_was_sent() -> None:
    """A license would be given to another product while its holder still counts on it."""
    authority = Authority()
    authority.give(ADVANTAGE, 1)
    device = Device(authority)
    device.runtime.handle(Enable())
    device.runtime.handle(Request(ADVANTAGE))
    device.runtime.handle(Register(authority.token()))
    sweep = Sweep(authority.store, Policy())
    release = START + 90 * DAY + HOUR

    def in_use_at(instant_offset: int) -> int:
        sweep.tick(release + instant_offset * SECOND)
        with authority.store.begin() as work:
            return work.pool(authority.virtual_account, ADVANTAGE).in_use

    assert in_use_at(-1) == 1
    assert sweep.next_due() == release
    assert in_use_at(0) == 0
