"""What will happen at which instant of true time; first planned, first done within one instant."""

import heapq
from collections.abc import Callable
from datetime import datetime


class EventQueue:
    """Happenings in the order of their instants."""

    def __init__(self) -> None:
        self._heap: list[tuple[datetime, int, Callable[[], None]]] = []
        self._planned = 0

    def plan(self, at: datetime, happen: Callable[[], None]) -> None:
        """Let `happen` be called at an instant."""
        self._planned += 1
        heapq.heappush(self._heap, (at, self._planned, happen))

    def next_due(self) -> datetime | None:
        """Return the instant of the earliest happening, if there is any."""
        return self._heap[0][0] if self._heap else None

    def run_next(self) -> None:
        """Take the earliest happening out and let it happen.

        Raises:
            IndexError: nothing is planned.
        """
        _, _, happen = heapq.heappop(self._heap)
        happen()
