"""Decides, before anything is computed, whether a request would be answered in time.

A rule over numbers: it reads no clock and knows no connection. What would have to wait too long is
turned away at once, for a few microseconds, and told when to come again; so that what is let in is
answered fast, however much more is asked.
"""

from dataclasses import dataclass

# Weight of the newest batch in the measured time of a request.
NEWEST = 0.2
FIRST_GUESS_S = 0.001
RETRY_AFTER_S = 15
RETRY_SPREAD_S = 45


@dataclass(frozen=True, slots=True)
class Capacity:
    """How much may wait.

    Attributes:
        wait_s_max: the longest time that a request may have to wait before its batch begins.
        requests_max, bytes_max: of the queue, whatever the measured time says.
    """

    wait_s_max: float = 0.2
    requests_max: int = 2048
    bytes_max: int = 64 * 1024 * 1024


class Admission:
    """The queue's length in seconds, and who may join it.

    Each request is `admit`ted, then `begin` and `finish` tell of its batch. All take the elapsed time
    as an argument.
    """

    def __init__(self, capacity: Capacity) -> None:
        self._capacity = capacity
        self._request_s = FIRST_GUESS_S
        self._queued = 0
        self._queued_bytes = 0
        self._running = 0
        self._began_s = 0.0
        self._shed = 0

    @property
    def request_s(self) -> float:
        """The measured time of one request, in its share of a batch."""
        return self._request_s

    def wait_s(self, elapsed_s: float) -> float:
        """Return how long a request that comes now would wait until its batch begins.

        A batch that takes longer than expected is expected to take as long again.
        """
        wait_s = self._queued * self._request_s
        if self._running:
            wait_s += abs(self._running * self._request_s - (elapsed_s - self._began_s))
        return wait_s

    def admit(self, size: int, elapsed_s: float) -> int:
        """Let a request of `size` bytes join the queue, or return after how many seconds to come again.

        Returns:
            0 where it joined. Otherwise the seconds differ from one to the next, so that those who
            are turned away together do not come again together.
        """
        capacity = self._capacity
        if (
            self._queued >= capacity.requests_max
            or self._queued_bytes + size > capacity.bytes_max
            or self.wait_s(elapsed_s) > capacity.wait_s_max
        ):
            self._shed += 1
            return RETRY_AFTER_S + self._shed % (RETRY_SPREAD_S + 1)
        self._queued += 1
        self._queued_bytes += size
        return 0

    def begin(self, count: int, size: int, elapsed_s: float) -> None:
        """Take `count` requests of `size` bytes from the queue into a batch that begins now."""
        self._queued -= count
        self._queued_bytes -= size
        self._running, self._began_s = count, elapsed_s

    def finish(self, elapsed_s: float) -> None:
        """Learn from the batch that ends now."""
        each_s = (elapsed_s - self._began_s) / max(self._running, 1)
        self._request_s += NEWEST * (each_s - self._request_s)
        self._running = 0
