"""Lets time pass in a test, and calls everybody who falls due, each at its own instant."""

from datetime import timedelta
from typing import Protocol

from licet.testing.clock import FakeClock

_CALLS_AT_ONE_INSTANT_MAX = 100


class Due(Protocol):
    """Whoever says when it wants to be called: an agent's `Runtime`, a `PocketManager`."""

    def due_in(self) -> timedelta | None:
        """Return how long until `tick` is due; None when nothing ever is."""
        ...

    def tick(self) -> None:
        """Do what is due."""
        ...


def run(clock: FakeClock, by: timedelta, *participants: Due) -> None:
    """Let time pass, and call each participant whenever it is due.

    Args:
        clock: the test's clock.
        by: how much time passes; whole seconds. Nothing but what is due now, with zero.
        participants: who is called; where two are due at one instant, in this order.

    Raises:
        AssertionError: a participant is due and makes no progress.
        ValueError: `by` is negative, or has a part of a second.
    """
    end = clock.true.now + by
    calls = 0
    while True:
        waits = [(due, who) for who in participants if (due := who.due_in()) is not None]
        wait, who = min(waits, key=lambda pair: pair[0], default=(None, None))
        if wait is None or who is None or clock.true.now + wait > end:
            break
        calls = calls + 1 if not wait else 1
        if calls > _CALLS_AT_ONE_INSTANT_MAX * len(participants):
            raise AssertionError(f"{who!r} is due at {clock.true.now} and makes no progress")
        clock.advance(wait)
        who.tick()
    clock.advance(end - clock.true.now)
