"""Files that must not be lost, torn or read by others: replaced whole, durable, checked, locked."""

import errno
import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from licet.host.files import NEW, PRIVATE_DIRECTORY, PRIVATE_FILE, replace_file, sync_directory
from licet.service.problems import ServiceError

_READ = os.O_RDONLY | os.O_CLOEXEC
_MEANINGS = {
    errno.ENOENT: "it is not there",
    errno.EACCES: "this user may not do that; run the command as the user that the server runs as",
    errno.EPERM: "this user may not do that; run the command as the user that the server runs as",
    errno.ENOSPC: "there is no space left on the disk; make room and try again",
    errno.EDQUOT: "the disk quota is used up; make room and try again",
    errno.EROFS: "the file system is mounted read-only; mount it read-write and try again",
    errno.ENOTDIR: "a part of that path is a file, not a directory",
    errno.EISDIR: "it is a directory, not a file",
    errno.EEXIST: "it is there already",
    errno.ELOOP: "it is a symbolic link, or leads through too many of them",
}


def trouble(path: Path, error: OSError) -> ServiceError:
    """Return what an error of the operating system means to the person who runs this."""
    meaning = _MEANINGS.get(error.errno or 0, error.strerror or str(error))
    return ServiceError(f"{path}: {meaning}")


def make_directory(path: Path) -> None:
    """Make a directory that only its owner may enter, whatever the umask; one that is there stays.

    Raises:
        ServiceError: it cannot be made, or something else has its name.
    """
    try:
        path.mkdir(PRIVATE_DIRECTORY)
    except FileExistsError:
        if not path.is_dir():
            raise ServiceError(f"{path}: it is a file, not a directory") from None
        return
    except OSError as error:
        raise trouble(path, error) from error
    try:
        path.chmod(PRIVATE_DIRECTORY)
        sync_directory(path.parent)
    except OSError as error:
        raise trouble(path, error) from error


def write_file(path: Path, data: bytes, *, mode: int = PRIVATE_FILE) -> None:
    """Put `data` in the place of a file: after a crash at any moment it is the old one or the new.

    What it returns from is durable. Only one may write to the same path at a time.

    Raises:
        ServiceError: it could not; the file is as it was.
    """
    try:
        replace_file(path, data, mode=mode)
    except OSError as error:
        raise trouble(path, error) from error


def remove_file(path: Path) -> None:
    """Remove a file, durably, and what a crash left of its next content; none need be there.

    Raises:
        ServiceError: it could not.
    """
    try:
        path.with_name(path.name + NEW).unlink(missing_ok=True)
        path.unlink(missing_ok=True)
        sync_directory(path.parent)
    except OSError as error:
        raise trouble(path, error) from error


def read_secret(path: Path, *, bytes_max: int) -> bytes:
    """Return the content of a file that must be its owner's alone.

    Raises:
        ServiceError: it is not there, not a file, too large, another user's, or others may read it.
    """
    try:
        # Without O_NONBLOCK, a pipe in its place would be waited for.
        handle = os.open(path, _READ | os.O_NONBLOCK)
    except OSError as error:
        raise trouble(path, error) from error
    try:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            raise ServiceError(f"{path}: it is not a file")
        check_private(path, found)
        data = _read(handle, bytes_max + 1)
    except OSError as error:
        raise trouble(path, error) from error
    finally:
        os.close(handle)
    if len(data) > bytes_max:
        raise ServiceError(f"{path}: it has over {bytes_max} bytes, and cannot be one of ours")
    return data


def check_private(path: Path, found: os.stat_result) -> None:
    """Pass if a file or directory is this user's, and nobody else may read or change it.

    Raises:
        ServiceError: it is not; the text has the command that mends it.
    """
    check_owner(path, found)
    loose = stat.S_IMODE(found.st_mode) & 0o077
    if loose:
        wanted = PRIVATE_DIRECTORY if stat.S_ISDIR(found.st_mode) else PRIVATE_FILE
        raise ServiceError(
            f"{path}: others than its owner may use it (mode {stat.S_IMODE(found.st_mode):04o}); "
            f"if nobody has, type: chmod {wanted:o} {path}"
        )


def check_owner(path: Path, found: os.stat_result) -> None:
    """Pass if a file or directory belongs to the user who runs this.

    Raises:
        ServiceError: it belongs to another one.
    """
    if found.st_uid != os.geteuid():
        raise ServiceError(
            f"{path}: it belongs to {owner_name(found.st_uid)}, and this runs as "
            f"{owner_name(os.geteuid())}; run it as the owner (sudo -u {owner_name(found.st_uid)} …), "
            f"or give it to this user: chown {owner_name(os.geteuid())} {path}"
        )


def owner_name(uid: int) -> str:
    """Return the name of a user, or the number where there is no name."""
    import pwd  # noqa: PLC0415 - reads the user database; only errors need it

    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


@contextmanager
def locked(path: Path, *, wait: bool = True) -> Iterator[int]:
    """Hold an exclusive lock on a lock file, and yield its descriptor; the end of a process frees it.

    Raises:
        BlockingIOError: another one holds it, and `wait` is not set.
        ServiceError: the lock file cannot be opened.
    """
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE)
    except OSError as error:
        raise trouble(path, error) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield handle
    finally:
        os.close(handle)


def _read(handle: int, bytes_max: int) -> bytes:
    parts = []
    while bytes_max > 0 and (part := os.read(handle, bytes_max)):
        parts.append(part)
        bytes_max -= len(part)
    return b"".join(parts)
