"""Files and directories of a switch that may be there or not; what is removed is removed durably."""

from pathlib import Path

from licet.host.files import PRIVATE_DIRECTORY, sync_directory


def make_directory(path: Path) -> None:
    """Make a directory for its owner only; one that is there stays as it is.

    Raises:
        OSError: it cannot be made.
    """
    if path.is_dir():
        return
    path.mkdir(PRIVATE_DIRECTORY)
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
