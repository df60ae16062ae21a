"""Carries messages along the configured road, each attempt in a thread of its own.

The agent has one thread, and it is not one of these: outcomes wait in a queue until the owner of the
agent's runtime takes them, and a file descriptor says that there are some:

    loop.add_reader(roads.fileno(), roads.drain)
"""

import os
import select
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Self, TypeVar

from licet.agent.runtime import Deliver
from licet.switch.roads.faults import Fault, Missed, Stumbled
from licet.switch.roads.namespaces import enter
from licet.switch.roads.pace import GivenUp, Pace
from licet.switch.roads.roadmap import RoadMap

_PREDECESSOR_S = 1.0
Knocked = Callable[[int | Missed], None]
T = TypeVar("T")


class _Attempt:
    """One message under way.

    Args:
        after: the attempt that this one takes the place of; it was given up, and ends first, if it
            does not sit in a lookup: after that it sends nothing.
    """

    def __init__(self, road: RoadMap, after: "_Attempt | None") -> None:
        self.road = road
        self._after = after
        self._pace: Pace | None = None
        self._given_up = threading.Event()
        self.thread: threading.Thread | None = None

    def begin(self) -> Pace:
        """Wait for the predecessor, go where the VRF is, and return the time that there is."""
        if self._after is not None and self._after.thread is not None:
            self._after.thread.join(_PREDECESSOR_S)
        self._after = None
        self._pace = Pace(self.road.limits)
        if self._given_up.is_set():
            raise GivenUp
        obstacle = self.road.obstacle
        if obstacle is not None:
            raise Stumbled(obstacle.fault, obstacle.cause)
        if self.road.way.namespace is not None:
            enter(self.road.way.namespace)
        return self._pace

    def give_up(self) -> None:
        """Let it end soon, and without an outcome."""
        self._given_up.set()
        if self._pace is not None:
            self._pace.give_up()

    @property
    def given_up(self) -> bool:
        """Whether nobody wants its outcome any more."""
        return self._given_up.is_set()


class Roads:
    """The network of one switch over real sockets; see `switch.callhome.Network`.

    One licensing message is under way at a time, and beside it one test. A newer one takes the place
    of an older one, whose outcome nobody waits for any more: the agent has gone on.

    Args:
        view: returns how the authority is to be reached now; asked at every post, by the caller's
            thread.
    """

    def __init__(self, view: Callable[[], RoadMap]) -> None:
        self._view = view
        self._outcomes: deque[Callable[[], None]] = deque()
        self._lanes: dict[str, _Attempt] = {}
        self._reader, self._writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._closing = threading.Lock()
        self._closed = False

    def post(self, url: str, data: bytes, deliver: Deliver) -> None:
        """Start posting `data`; `drain` will call `deliver` once, unless a newer post comes."""

        def carry(attempt: _Attempt) -> bytes:
            pace = attempt.begin()
            # httpcore2 and dnspython are not imported before something is sent.
            from licet.switch.roads.exchange import post  # noqa: PLC0415

            return post(url, data, attempt.road, pace)

        self._start("licensing", carry, deliver)

    def knock(self, url: str, deliver: Knocked) -> None:
        """Start going the road without a message; deliver the HTTP status, or why none came."""

        def go(attempt: _Attempt) -> int:
            pace = attempt.begin()
            from licet.switch.roads.exchange import knock  # noqa: PLC0415

            return knock(url, attempt.road, pace)

        self._start("test", go, deliver)

    def fileno(self) -> int:
        """Return a descriptor that is readable while outcomes wait."""
        return self._reader

    def drain(self) -> int:
        """Hand over, on the calling thread, the outcomes that wait; return how many there were."""
        if self._closed:
            return 0
        try:
            while os.read(self._reader, 4096):
                pass
        except BlockingIOError:
            pass
        handed = 0
        try:
            while self._outcomes:
                self._outcomes.popleft()()
                handed += 1
        finally:
            # Where the owner could not take one, the others still wait.
            if self._outcomes:
                self._wake()
        return handed

    def wait(self, timeout_s: float) -> int:
        """Wait until an outcome comes, at most so long, and hand over what there is."""
        select.select([self._reader], [], [], timeout_s)
        return self.drain()

    @property
    def busy(self) -> bool:
        """Whether something is under way, or an outcome waits."""
        under_way = any(
            attempt.thread is not None and attempt.thread.is_alive()
            for attempt in self._lanes.values()
        )
        return under_way or bool(self._outcomes)

    def close(self) -> None:
        """Give up what is under way; nothing is delivered any more."""
        with self._closing:
            if self._closed:
                return
            self._closed = True
            os.close(self._writer)
        for attempt in self._lanes.values():
            attempt.give_up()
        self._outcomes.clear()
        os.close(self._reader)

    def __enter__(self) -> Self:
        """Use the roads in a `with` statement."""
        return self

    def __exit__(self, *_: object) -> None:
        """Give up what is under way."""
        self.close()

    def _start(
        self, lane: str, carry: Callable[[_Attempt], T], deliver: Callable[[T | Missed], None]
    ) -> None:
        before = self._lanes.get(lane)
        if before is not None:
            before.give_up()
        attempt = self._lanes[lane] = _Attempt(self._view(), before)

        def run() -> None:
            outcome = _outcome(attempt, carry)
            if outcome is not None:
                self._hand_over(attempt, lambda: deliver(outcome))

        attempt.thread = threading.Thread(target=run, name=f"licet-{lane}", daemon=True)
        attempt.thread.start()

    def _hand_over(self, attempt: _Attempt, tell: Callable[[], None]) -> None:
        def tell_if_wanted() -> None:
            if not attempt.given_up:
                tell()

        with self._closing:
            if self._closed or attempt.given_up:
                return
            self._outcomes.append(tell_if_wanted)
            self._wake()

    def _wake(self) -> None:
        """Make the descriptor readable; one that is full is."""
        with suppress(BlockingIOError):
            os.write(self._writer, b"\0")


def _outcome(attempt: _Attempt, carry: Callable[[_Attempt], T]) -> T | Missed | None:
    """Return what an attempt came to; None if nobody wants it. Nothing is raised in its thread."""
    try:
        return carry(attempt)
    except GivenUp:
        return None
    except Stumbled as stumbled:
        return Missed(stumbled.fault, stumbled.cause, stumbled.retry_after_s)
    except Exception as error:  # noqa: BLE001 - whatever it is, the agent must hear of it
        return Missed(Fault.BROKEN, f"{type(error).__name__}: {error}")
