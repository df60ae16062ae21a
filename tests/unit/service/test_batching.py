"""Batches: when they begin, in which order they answer, and what becomes of one that fails."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Sequence

import pytest

from licet.service.admission import Admission, Capacity
from licet.service.batching import Batcher, Batching, TurnedAway

pytestmark = pytest.mark.enable_socket  # a loop has one, to wake itself

Numbers = Batcher[int, str]
FAILED = "failed"


class Worker:
    """Answers batches when the test lets it."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.threads: set[str] = set()
        self.free = threading.Event()
        self.free.set()

    def __call__(self, numbers: Sequence[int]) -> list[str]:
        """Answer a batch."""
        self.batches.append(list(numbers))
        self.threads.add(threading.current_thread().name)
        assert self.free.wait(10)
        if 13 in numbers:
            raise ValueError("thirteen")
        if 14 in numbers:
            return []
        return [str(number) for number in numbers]


def run(
    play: Callable[[Numbers, Worker], Coroutine[object, object, None]],
    *,
    size_max: int = 4,
    age_s_max: float = 0.002,
    capacity: Capacity | None = None,
) -> Worker:
    """Play with a batcher on a loop."""
    worker = Worker()

    async def main() -> None:
        batcher = Numbers(
            worker,
            failed=FAILED,
            batching=Batching(size_max, age_s_max),
            admission=Admission(capacity or Capacity()),
            loop=asyncio.get_running_loop(),
        )
        try:
            await asyncio.wait_for(play(batcher, worker), 10)
        finally:
            worker.free.set()
            batcher.close()

    asyncio.run(main())
    return worker


def test_one_is_answered_when_it_is_old_enough() -> None:
    """A single device at night would wait for others that never come."""

    async def play(batcher: Numbers, _: Worker) -> None:
        assert await batcher.submit(1, 1) == "1"

    assert run(play).batches == [[1]]


def test_so_many_begin_at_once() -> None:
    """A full batch would wait for its age."""

    async def play(batcher: Numbers, _: Worker) -> None:
        answers = [batcher.submit(number, 1) for number in range(4)]
        assert await asyncio.gather(*answers) == ["0", "1", "2", "3"]

    assert run(play, age_s_max=60).batches == [[0, 1, 2, 3]]


def test_what_comes_meanwhile_gathers() -> None:
    """The busier the front, the more commits it would need."""

    async def play(batcher: Numbers, worker: Worker) -> None:
        worker.free.clear()
        answers = [batcher.submit(number, 1) for number in range(11)]
        worker.free.set()
        assert await asyncio.gather(*answers) == [str(number) for number in range(11)]

    worker = run(play, age_s_max=60)
    assert worker.batches == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10]]
    assert len(worker.threads) == 1, "the endpoint is used by one thread"
    assert threading.current_thread().name not in worker.threads


@pytest.mark.parametrize("number", [13, 14])
def test_a_batch_that_fails_answers_everybody_and_the_next_one_works(number: int) -> None:
    """Devices would hang, or one bad moment would end the serving."""

    async def play(batcher: Numbers, _: Worker) -> None:
        answers = [batcher.submit(one, 1) for one in (1, number)]
        assert await asyncio.gather(*answers) == [FAILED, FAILED]
        assert await batcher.submit(2, 1) == "2"

    run(play)


def test_who_would_wait_too_long_is_turned_away_before_any_work() -> None:
    """Overload would be computed, in vain."""

    async def play(batcher: Numbers, worker: Worker) -> None:
        worker.free.clear()
        answers = [batcher.submit(number, 1) for number in range(8)]
        with pytest.raises(TurnedAway) as turned_away:
            _ = batcher.submit(99, 1)
        assert turned_away.value.retry_after_s >= 1
        worker.free.set()
        await asyncio.gather(*answers)

    worker = run(play, capacity=Capacity(requests_max=4), size_max=4, age_s_max=60)
    assert [99] not in worker.batches


def test_who_has_gone_does_not_hold_up_the_others() -> None:
    """An answer to a canceled wait would break the batch for the rest."""

    async def play(batcher: Numbers, _: Worker) -> None:
        gone, there = batcher.submit(1, 1), batcher.submit(2, 1)
        gone.cancel()
        assert await there == "2"

    run(play)


def test_at_the_end_nobody_hangs() -> None:
    """A stop would leave requests without any answer."""

    async def play(batcher: Numbers, _: Worker) -> None:
        waiting = batcher.submit(1, 1)
        batcher.close()
        assert waiting.cancelled()

    run(play, age_s_max=60)


def test_a_look_beside_the_batches_waits_for_its_turn() -> None:
    """Readiness would be said of a worker that hangs."""

    async def play(batcher: Numbers, worker: Worker) -> None:
        worker.free.clear()
        batch = [batcher.submit(number, 1) for number in range(4)]
        look = asyncio.ensure_future(batcher.beside(lambda: "well"))
        done, _ = await asyncio.wait([look], timeout=0.05)
        assert not done
        worker.free.set()
        assert await look == "well"
        await asyncio.gather(*batch)

    run(play)
