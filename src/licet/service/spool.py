"""A directory of files that are worth nothing once the process has ended: what is coming in, and what goes out."""

import os
from pathlib import Path

from licet.service.files import make_directory, trouble

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
_MODE = 0o600


class Spool:
    """Files that grow at their end and are read in pieces; only their owner may read them.

    Args:
        path: the directory; it is made where it is missing, and whatever is in it is removed.

    Raises:
        ServiceError: it cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        make_directory(path)
        try:
            for left in path.iterdir():
                left.unlink()
        except OSError as error:
            raise trouble(path, error) from error

    def path(self, name: str) -> Path:
        """Return where a file is."""
        return self._path / name

    def create(self, name: str, data: bytes = b"") -> None:
        """Make a new file.

        Raises:
            OSError: it could not be; nothing is left of it.
        """
        handle = os.open(self._path / name, _NEW, _MODE)
        try:
            _write(handle, data, 0)
        except OSError:
            self.remove(name)
            raise
        finally:
            os.close(handle)

    def append(self, name: str, offset: int, data: bytes) -> None:
        """Write `data` at the end of a file, which is at `offset`.

        Raises:
            OSError: it could not be; the same again at the same offset is no harm.
        """
        handle = os.open(self._path / name, os.O_WRONLY | os.O_CLOEXEC)
        try:
            _write(handle, data, offset)
        finally:
            os.close(handle)

    def read(self, name: str, offset: int, count: int) -> bytes:
        """Return up to `count` bytes from `offset` on.

        Raises:
            OSError: it cannot be read.
        """
        with (self._path / name).open("rb") as file:
            file.seek(offset)
            return file.read(count)

    def remove(self, name: str) -> None:
        """Remove a file; none need be there."""
        (self._path / name).unlink(missing_ok=True)


def _write(handle: int, data: bytes, offset: int) -> None:
    rest = memoryview(data)
    while rest:
        written = os.pwrite(handle, rest, offset)
        rest, offset = rest[written:], offset + written
