"""Slows down who fails to register again and again, per token, UDI and peer, in bounded memory."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

from licet.kernel.ids import Udi
from licet.kernel.time import MINUTE, SECOND

# Ours. Honest products stop at a final refusal, so what is reached only by guessing or by a script
# may be low; a peer may be a proxy with many products behind it.
FAILURES_MAX = {"token": 32, "udi": 16, "peer": 256}
WINDOW = 15 * MINUTE
ENTRIES_MAX = 16_384


@dataclass(frozen=True, slots=True)
class Attempt:
    """Whose failure counts where; what is None is not known or not believed."""

    token: str | None = None
    udi: Udi | None = None
    peer: str | None = None

    def subjects(self) -> tuple[tuple[str, str], ...]:
        """Return the kinds and names under which it is counted."""
        named = (
            ("token", self.token),
            ("udi", self.udi.text if self.udi else None),
            ("peer", self.peer),
        )
        return tuple((kind, name) for kind, name in named if name is not None)


@dataclass(slots=True)
class _Tally:
    failures: int
    until: datetime


class FailureLimits:
    """Counts failed registrations in windows of 15 minutes that begin with the first failure.

    The memory is bounded: where too many are counted, the one that failed longest ago is forgotten.
    A clock that is set back cannot hold anybody longer than one window.
    """

    def __init__(self, *, entries_max: int = ENTRIES_MAX, window: timedelta = WINDOW) -> None:
        self._entries_max = entries_max
        self._window = window
        self._tallies: OrderedDict[tuple[str, str], _Tally] = OrderedDict()

    def wait_s(self, attempt: Attempt, now: datetime) -> int:
        """Return the seconds that an attempt must wait; 0 lets it through."""
        return max((self._wait_of(subject, now) for subject in attempt.subjects()), default=0)

    def failed(self, attempt: Attempt, now: datetime) -> None:
        """Count a failure."""
        for subject in attempt.subjects():
            tally = self._current(subject, now) or _Tally(0, now + self._window)
            tally.failures += 1
            self._tallies[subject] = tally
            self._tallies.move_to_end(subject)
        while len(self._tallies) > self._entries_max:
            self._tallies.popitem(last=False)

    def __len__(self) -> int:
        return len(self._tallies)

    def _wait_of(self, subject: tuple[str, str], now: datetime) -> int:
        tally = self._current(subject, now)
        if tally is None or tally.failures < FAILURES_MAX[subject[0]]:
            return 0
        return max((tally.until - now) // SECOND, 1)

    def _current(self, subject: tuple[str, str], now: datetime) -> _Tally | None:
        tally = self._tallies.get(subject)
        if tally is None or not now < tally.until <= now + self._window:
            return None
        return tally
