"""Who is let in, and who is turned away at once: numbers only, under a clock of the test's own."""

from dataclasses import dataclass, field
from heapq import heappop, heappush

import pytest

from licet.service.admission import NEWEST, RETRY_AFTER_S, RETRY_SPREAD_S, Admission, Capacity


@dataclass
class Queue:
    """A worker of a known speed behind an admission, in time that is only a number."""

    admission: Admission
    each_s: float
    now: float = 0.0
    batch_max: int = 64
    waiting: list[float] = field(default_factory=list)
    served_in: list[float] = field(default_factory=list)
    shed: int = 0
    ends: float | None = None
    running: list[float] = field(default_factory=list)

    def arrive(self) -> None:
        """One more comes."""
        if self.admission.admit(2000, self.now):
            self.shed += 1
        else:
            self.waiting.append(self.now)
        self.begin()

    def begin(self) -> None:
        """Begin a batch if none runs."""
        if self.ends is None and self.waiting:
            self.running = self.waiting[: self.batch_max]
            del self.waiting[: self.batch_max]
            self.admission.begin(len(self.running), 2000 * len(self.running), self.now)
            self.ends = self.now + self.each_s * len(self.running)

    def end(self) -> None:
        """End the batch that runs."""
        assert self.ends is not None
        self.now = self.ends
        self.served_in += [self.now - came for came in self.running]
        self.admission.finish(self.now)
        self.ends = None
        self.begin()

    def offer(self, rate: float, seconds: float) -> None:
        """Let requests come evenly."""
        arrivals: list[float] = []
        for number in range(int(rate * seconds)):
            heappush(arrivals, self.now + number / rate)
        while arrivals:
            came = heappop(arrivals)
            while self.ends is not None and self.ends <= came:
                self.end()
            self.now = came
            self.arrive()


@pytest.mark.parametrize("each_s", [0.0003, 0.002, 0.01])
def test_at_three_times_capacity_what_is_served_is_served_fast(each_s: float) -> None:
    """A burst would make everybody wait for so long that everybody gives up, and comes again."""
    queue = Queue(Admission(Capacity()), each_s)
    queue.offer(3 / each_s, 10)
    served = sorted(queue.served_in)
    batch_s = queue.batch_max * each_s
    assert served[int(len(served) * 0.99)] < 0.2 + 2 * batch_s
    assert len(served) > 0.95 * 10 / each_s, "the worker was never idle"
    assert queue.shed > 1.9 * 10 / each_s


def test_below_capacity_nobody_is_turned_away() -> None:
    """A manager that has time would send devices away."""
    queue = Queue(Admission(Capacity()), 0.001)
    queue.offer(900, 10)
    assert queue.shed == 0
    assert max(queue.served_in) < 0.1


def test_a_burst_of_one_moment_is_let_in_as_far_as_it_is_answered_in_time() -> None:
    """Devices that all come at the full quarter of an hour would all be sent away, or all wait."""
    queue = Queue(Admission(Capacity()), 0.001)
    for _ in range(1000):
        queue.arrive()
    assert 200 <= 1000 - queue.shed <= 270


def test_a_worker_that_slowed_down_is_noticed() -> None:
    """After the disk became slow, as many as before would be let in and wait for seconds."""
    queue = Queue(Admission(Capacity()), 0.0005)
    queue.offer(1000, 5)
    queue.each_s = 0.01
    queue.offer(1000, 5)
    late = queue.served_in[len(queue.served_in) // 2 :]
    assert max(late) < 2.5
    assert queue.admission.request_s == pytest.approx(0.01, rel=0.1)


def test_a_worker_that_hangs_lets_nobody_more_in_and_recovers() -> None:
    """Requests would pile up behind a disk that does not answer; or all be refused for ever after."""
    admission = Admission(Capacity())
    assert admission.admit(10, 0.0) == 0
    admission.begin(1, 10, 0.0)
    assert admission.admit(10, 0.1) == 0, "it may still come"
    assert admission.wait_s(5.0) > 4
    assert admission.admit(10, 5.0) > 0
    admission.finish(10.0)
    admission.begin(1, 10, 10.0)
    admission.finish(10.001)
    assert admission.admit(10, 11.0) == 0, "an empty queue is always joined"


def test_the_queue_is_bounded_in_number_and_bytes() -> None:
    """A measured time that is wrong, or large messages, would fill the memory."""
    admission = Admission(Capacity(wait_s_max=1e9, requests_max=3, bytes_max=1000))
    assert [admission.admit(100, 0.0) == 0 for _ in range(4)] == [True, True, True, False]
    admission.begin(3, 300, 0.0)
    assert admission.admit(900, 0.0) == 0
    assert admission.admit(200, 0.0) > 0


def test_those_who_are_turned_away_come_back_spread() -> None:
    """A thousand devices that were turned away together would come again together."""
    admission = Admission(Capacity(requests_max=0))
    waits = [admission.admit(1, 0.0) for _ in range(1000)]
    assert min(waits) == RETRY_AFTER_S
    assert max(waits) == RETRY_AFTER_S + RETRY_SPREAD_S
    assert max(map(waits.count, set(waits))) < 30


def test_the_time_of_a_request_is_its_share_of_a_batch() -> None:
    """Large batches would look slow, and small ones fast."""
    admission = Admission(Capacity())
    before = admission.request_s
    for _ in range(10):
        assert admission.admit(1, 0.0) == 0
    admission.begin(10, 10, 0.0)
    admission.finish(1.0)
    assert admission.request_s == pytest.approx(before + NEWEST * (0.1 - before))
