"""One thread that does long jobs in their turn, beside the serving."""

import threading
from collections.abc import Callable
from queue import SimpleQueue

Job = Callable[[], None]


class Worker:
    """Does jobs one at a time; none of them may raise.

    It does not keep the process alive: what is under way when that ends must be whole or not at all.

    Args:
        name: of its thread.
    """

    def __init__(self, name: str) -> None:
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def do(self, job: Job) -> None:
        """Let a job be done when its turn comes."""
        self._jobs.put(job)

    def stop(self, within_s: float) -> bool:
        """Let the job that is being done come to its end, begin no more, and tell whether it ended."""
        while not self._jobs.empty():
            self._jobs.get()
        self._jobs.put(None)
        self._thread.join(within_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()
