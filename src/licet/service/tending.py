"""Does what falls due on an authority's side, beside the serving: the sweep, and renewal of its keys.

It asks when, waits until then, and does it. What fails is said and tried again later; it never stops
the serving.
"""

import threading
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from licet.kernel.time import MINUTE, SECOND
from licet.service.clock import Clock

# What is due may have been moved nearer by others, such as a command, or a clock that was set.
LOOKS_EVERY = MINUTE
REST = SECOND
FAILED_REST_MAX = 15 * MINUTE

_LOG = structlog.get_logger(__name__)


class Duty(Protocol):
    """One thing that falls due again and again."""

    def next_due(self) -> datetime | None:
        """Return when `tick` has something to do."""
        ...

    def tick(self, now: datetime) -> object:
        """Do what is due at `now`."""
        ...


class Tending:
    """One duty and when to look at it next.

    Args:
        name: for the log.
    """

    def __init__(self, name: str, duty: Duty) -> None:
        self._name = name
        self._duty = duty
        self._rest = REST

    def run(self, now: datetime) -> timedelta:
        """Do what is due at `now`, and return after how long to look again; never at once."""
        try:
            due = self._duty.next_due()
            if due is not None and due <= now:
                done = self._duty.tick(now)
                _LOG.debug("tended", duty=self._name, done=str(done))
                due = self._duty.next_due()
        except Exception:  # noqa: BLE001 - whatever it is, the serving goes on
            _LOG.exception("a duty failed", duty=self._name, again_in_s=self._rest // SECOND)
            rest, self._rest = self._rest, min(self._rest * 2, FAILED_REST_MAX)
            return rest
        self._rest = REST
        return LOOKS_EVERY if due is None else min(max(due - now, REST), LOOKS_EVERY)


class Tender:
    """Runs duties in a thread of its own, until it is stopped."""

    def __init__(self, duties: dict[str, Duty], clock: Clock) -> None:
        self._clock = clock
        self._tendings = [Tending(name, duty) for name, duty in duties.items()]
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="tending", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, within_s: float) -> bool:
        """Let what is being done come to its end, begin nothing more, and tell whether it ended."""
        self._stopped.set()
        self._thread.join(within_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        next_s = dict.fromkeys(self._tendings, self._clock.elapsed_s())
        while not self._stopped.is_set():
            for tending, at_s in next_s.items():
                if at_s <= self._clock.elapsed_s() and not self._stopped.is_set():
                    rest = tending.run(self._clock.now())
                    next_s[tending] = self._clock.elapsed_s() + rest.total_seconds()
            self._stopped.wait(max(min(next_s.values()) - self._clock.elapsed_s(), 0))
