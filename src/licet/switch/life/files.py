"""Files that are replaced whole: after a crash at any moment there is the old one or the new one."""

import os
from contextlib import suppress
from pathlib import Path

# The name beside a file under which its next content is written.
NEW = ".new"
PRIVATE_FILE, PRIVATE_DIRECTORY = 0o600, 0o700


def make_directory(path: Path) -> None:
    """Make a directory for its owner only; one that is there stays as it is.

    Raises:
        OSError: it cannot be made.
    """
    if path.is_dir():
        return
    path.mkdir(PRIVATE_DIRECTORY)
    sync_directory(path.parent)


def write_file(path: Path, data: bytes) -> None:
    """Put `data` in the place of a file; when it returns, a crash cannot lose it.

    Raises:
        OSError: it cannot be written; the old file stands.
    """
    beside = path.with_name(path.name + NEW)
    handle = os.open(
        beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, PRIVATE_FILE
    )
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError:
        with suppress(OSError):
            beside.unlink()
        raise
    sync_directory(path.parent)


def read_file(path: Path) -> bytes | None:
    """Return the content of a file; None where there is none.

    Raises:
        OSError: it is there and cannot be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def remove_file(path: Path) -> bool:
    """Remove a file, durably; False where there is none.

    Raises:
        OSError: it cannot be removed.
    """
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    sync_directory(path.parent)
    return True


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
