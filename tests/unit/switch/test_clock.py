"""The clocks of a real machine, as a switch reads them."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from licet.switch import clock as clock_module
from licet.switch.clock import SystemClock


class Machine:
    """A machine whose date and uptime a test sets, with fractions of a second."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.wall = datetime(2026, 11, 1, 12, tzinfo=UTC)
        self.uptime_s = 1000.0
        machine = self

        class Wall(datetime):
            @classmethod
            def now(cls, _: Any = None) -> datetime:  # type: ignore[override, explicit-override]
                return machine.wall

        monkeypatch.setattr(clock_module, "datetime", Wall)
        monkeypatch.setattr(time, "clock_gettime", lambda _: machine.uptime_s)

    def later(self, seconds: float) -> None:
        """Let time pass."""
        self.wall += timedelta(seconds=seconds)
        self.uptime_s += seconds


def test_a_date_computed_from_both_clocks_stays_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """`show license status`, typed twice, would print two dates for one renewal."""
    machine = Machine(monkeypatch)
    clock = SystemClock()
    begins = []
    for _ in range(50):
        machine.later(0.37)
        moment = clock.now()
        begins.append(moment.wall - moment.elapsed)
    assert len(set(begins)) == 1


def test_elapsed_time_never_goes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """A timer would be armed again because somebody set the date."""
    machine = Machine(monkeypatch)
    clock = SystemClock()
    machine.later(0.1)
    before = clock.now().elapsed
    machine.wall += timedelta(seconds=0.8)
    assert clock.now().elapsed >= before
    machine.later(1)
    assert clock.now().elapsed > before


def test_the_machine_itself() -> None:
    """The kernel would call its clocks something else."""
    clock = SystemClock()
    first, second = clock.now(), clock.now()
    assert first.boot == second.boot
    assert second.elapsed >= first.elapsed > timedelta(0)
