"""Keeps an agent's snapshot in a directory, durably, for one process at a time.

A snapshot is written beside the old one, flushed, and renamed over it: after a crash there is the
old one or the new one. A directory in use is locked, so that two processes never speak as one
product. A damaged file is refused and left as it is (`state.StoreDamaged`).
"""

import fcntl
import os
from pathlib import Path
from typing import Self

from licet.host.files import replace_file

STATE = "license-state"
LOCK = "license-state.lock"


class StoreLocked(Exception):  # noqa: N818
    """Another process uses the directory."""


class FileStore:
    """The snapshot in one directory.

    Args:
        directory: made if it is missing, readable by its owner only.

    Raises:
        StoreLocked: another process uses it.
        OSError: it cannot be made, read or written; the message names the file.
    """

    def __init__(self, directory: Path) -> None:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._directory = directory
        self._lock = os.open(directory / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._lock)
            raise StoreLocked(
                f"{directory} is in use by another process; stop that one, or use it"
            ) from None

    def load(self) -> bytes | None:
        """Return the last snapshot, or None where nothing was ever saved."""
        try:
            return (self._directory / STATE).read_bytes()
        except FileNotFoundError:
            return None

    def save(self, snapshot: bytes) -> None:
        """Make a snapshot durable.

        Raises:
            OSError: it could not be; the old snapshot stands.
        """
        replace_file(self._directory / STATE, snapshot)

    def close(self) -> None:
        """Let another process use the directory."""
        os.close(self._lock)

    def __enter__(self) -> Self:
        """Use the store in a `with` statement."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let another process use the directory."""
        self.close()
