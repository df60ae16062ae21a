"""A crash at the n-th step that changes the disk: nothing after it happens, and nothing cleans up."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest

# Every call by which `service.files` changes anything; `os.write` may tear.
CHANGES = ("open", "write", "fchmod", "fsync", "replace", "unlink", "mkdir", "chmod")


class Crash(BaseException):
    """The machine lost power."""


class Disk:
    """Counts changes and loses power before the n-th."""

    def __init__(self, patch: pytest.MonkeyPatch, *, crash_at: int | None) -> None:
        self.steps = 0
        self._crash_at = crash_at
        for name in CHANGES:
            patch.setattr(os, name, self._counted(getattr(os, name)))

    def _counted(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            self.steps += 1
            if self._crash_at is not None and self.steps >= self._crash_at:
                if real.__name__ == "write":
                    real(given[0], bytes(given[1])[: len(given[1]) // 2])
                raise Crash
            return real(*given, **named)

        return call


def every_crash(act: Callable[[], object]) -> Iterator[int]:
    """Let `act` crash before its first step, its second, and so on; yield after each crash.

    What is yielded is the number of the step. It ends after the first run without a crash, for
    which nothing is yielded.
    """
    for step in range(1, 1000):
        with pytest.MonkeyPatch.context() as patch:
            Disk(patch, crash_at=step)
            try:
                act()
            except Crash:
                crashed = True
            else:
                crashed = False
        if not crashed:
            return
        yield step
    raise AssertionError("it never came to its end")
