"""The log on the disk: bounded, in two halves, and whole lines only."""

import os
from contextlib import suppress
from pathlib import Path

from licet.host.files import PRIVATE_FILE

# `logging logfile messages 5 size 4194304` is NX-OS's own (device.md has no word of it; [M]).
BYTES_MAX = 4_194_304
MESSAGES, OLDER = "messages", "messages.1"


class LogFile:
    """The lines that a switch logged, oldest first.

    A line is one write: a process that is killed leaves it whole or not at all. It is not
    synchronized to the disk, since what it tells is known from elsewhere.

    Args:
        folder: where it lies; it is there.
        bytes_max: a file that grows beyond becomes the older half, in the place of that one.
    """

    def __init__(self, folder: Path, *, bytes_max: int = BYTES_MAX) -> None:
        self._path = folder / MESSAGES
        self._older = folder / OLDER
        self._bytes_max = bytes_max

    def append(self, line: str) -> None:
        """Add a line. A disk that is full or broken loses it, and nothing else."""
        with suppress(OSError):
            data = f"{line}\n".encode(errors="replace")
            handle = os.open(
                self._path,
                os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW,
                PRIVATE_FILE,
            )
            try:
                size = os.fstat(handle).st_size
                if size and os.pread(handle, 1, size - 1) != b"\n":
                    # A disk that was full took half a line.
                    data = b"\n" + data
                os.write(handle, data)
            finally:
                os.close(handle)
            if size + len(data) > self._bytes_max:
                self._path.replace(self._older)

    def lines(self, most: int) -> list[str]:
        """Return the last lines, `most` of them at most."""
        found: list[str] = []
        for path in (self._older, self._path):
            with suppress(OSError):
                found += path.read_bytes().decode(errors="replace").splitlines()[-most:]
        return found[-most:]

    def clear(self) -> None:
        """Remove all lines."""
        for path in (self._older, self._path):
            with suppress(OSError):
                path.unlink(missing_ok=True)
