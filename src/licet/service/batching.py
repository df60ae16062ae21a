"""Gathers requests into batches by age and size, and runs one batch at a time beside the loop.

While a batch runs, what comes gathers for the next one: the busier the front, the larger its
batches, and the fewer commits for each request.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, TypeVar

import structlog

from licet.service.admission import Admission

_LOG = structlog.get_logger(__name__)

Asked = TypeVar("Asked")
Given = TypeVar("Given")


class TurnedAway(Exception):  # noqa: N818 - what became of a request
    """A request was not let in.

    Attributes:
        retry_after_s: when to come again.
    """

    def __init__(self, retry_after_s: int) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(f"come again in {retry_after_s} s")


@dataclass(frozen=True, slots=True)
class Batching:
    """When a batch begins: as soon as one of these is reached, and no other one runs."""

    size_max: int = 64
    age_s_max: float = 0.002


@dataclass(slots=True, eq=False)
class _Waiting(Generic[Asked, Given]):
    asked: Asked
    size: int
    given: asyncio.Future[Given]


class Batcher(Generic[Asked, Given]):
    """Answers requests in batches; used on one loop.

    Args:
        work: answers a batch, in its order; runs in one thread of its own.
        failed: what all of a batch get when `work` raises; the log says what it raised.
    """

    def __init__(
        self,
        work: Callable[[Sequence[Asked]], Sequence[Given]],
        *,
        failed: Given,
        batching: Batching,
        admission: Admission,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self._work = work
        self._failed = failed
        self._batching = batching
        self._admission = admission
        self._loop = loop
        self._thread = ThreadPoolExecutor(1, "batches")
        self._waiting: deque[_Waiting[Asked, Given]] = deque()
        self._running = False
        self._timer: asyncio.TimerHandle | None = None

    @property
    def idle(self) -> bool:
        """Whether nothing waits and nothing runs."""
        return not self._waiting and not self._running

    def submit(self, asked: Asked, size: int) -> asyncio.Future[Given]:
        """Return the answer to come.

        Args:
            asked: goes to `work`.
            size: in bytes, for the bound of what waits.

        Raises:
            TurnedAway: it would have to wait too long.
        """
        retry_after_s = self._admission.admit(size, self._loop.time())
        if retry_after_s:
            raise TurnedAway(retry_after_s)
        waiting = _Waiting(asked, size, self._loop.create_future())
        self._waiting.append(waiting)
        if self._running:
            return waiting.given
        if len(self._waiting) >= self._batching.size_max:
            self._begin()
        elif self._timer is None:
            self._timer = self._loop.call_later(self._batching.age_s_max, self._begin)
        return waiting.given

    async def beside(self, job: Callable[[], object]) -> object:
        """Return what `job` returns, run in the thread of the batches, when its turn comes."""
        return await self._loop.run_in_executor(self._thread, job)

    def close(self) -> None:
        """Let nothing wait any longer, and return when the batch that runs has ended."""
        if self._timer is not None:
            self._timer.cancel()
        for waiting in self._waiting:
            waiting.given.cancel()
        self._waiting.clear()
        self._thread.shutdown()

    def _begin(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        count = min(len(self._waiting), self._batching.size_max)
        batch = [self._waiting.popleft() for _ in range(count)]
        self._running = True
        self._admission.begin(count, sum(one.size for one in batch), self._loop.time())
        asked = [one.asked for one in batch]
        ran = self._loop.run_in_executor(self._thread, self._work, asked)
        ran.add_done_callback(lambda done: self._finish(batch, done))

    def _finish(
        self, batch: list[_Waiting[Asked, Given]], done: asyncio.Future[Sequence[Given]]
    ) -> None:
        self._running = False
        self._admission.finish(self._loop.time())
        error = asyncio.CancelledError() if done.cancelled() else done.exception()
        given: Sequence[Given] = () if error else done.result()
        if error is None and len(given) != len(batch):
            error = RuntimeError(f"{len(batch)} requests got {len(given)} answers")
        if error is not None:
            _LOG.error("a batch failed", size=len(batch), exc_info=error)
            given = [self._failed] * len(batch)
        _LOG.debug("batch", size=len(batch), waiting=len(self._waiting))
        for one, answer in zip(batch, given, strict=True):
            if not one.given.done():
                one.given.set_result(answer)
        if self._waiting:
            self._begin()
