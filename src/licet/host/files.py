"""Files that are replaced whole: after a crash at any moment there is the old one or the new one."""

import os
from contextlib import suppress
from pathlib import Path

PRIVATE_FILE, PRIVATE_DIRECTORY = 0o600, 0o700
# The name beside a file under which its next content is written.
NEW = ".new"


def replace_file(path: Path, data: bytes, *, mode: int = PRIVATE_FILE, suffix: str = NEW) -> None:
    """Put `data` in the place of a file; when it returns, a crash cannot lose it.

    Only one may write to the same path at a time.

    Args:
        path: of the file.
        data: all of it.
        mode: its permissions.
        suffix: what is written first has the name of the file and this; it is removed if it is there.

    Raises:
        OSError: it could not, and the file is as it was; or the new one is there and its name may
            not be durable yet, so that a crash can bring the old one back.
    """
    new = path.with_name(path.name + suffix)
    try:
        _write_new(new, data, mode)
        new.replace(path)
        sync_directory(path.parent)
    except OSError:
        with suppress(OSError):
            new.unlink()
        raise


def sync_directory(directory: Path) -> None:
    """Make the names in a directory durable.

    Raises:
        OSError: it cannot be done.
    """
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _write_new(path: Path, data: bytes, mode: int) -> None:
    """Write a file of its own, with exactly that mode, to the disk."""
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, PRIVATE_FILE)
    try:
        os.fchmod(handle, mode)
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(handle, rest) :]
        os.fsync(handle)
    finally:
        os.close(handle)
