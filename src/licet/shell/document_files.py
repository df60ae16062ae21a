"""Documents of synchronization and registration as files: opened to be read, and put where a person wants them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from licet.admin.refusal import AdminRefused
from licet.host.files import replace_file
from licet.sync.problems import SyncRefused
from licet.wire.documents import Form, kind_of, spoken

# Nothing in them is secret: they are carried by hand, and believed for their signatures.
_MODE = 0o644
# In a directory of somebody else's files, a plainer name may be one of theirs.
_NEW = ".licet-new"


@contextmanager
def open_file(path: Path) -> Iterator[BinaryIO]:
    """Open a document; what is said against it names the file.

    Raises:
        AdminRefused: it cannot be read, more than once, or was refused.
    """
    try:
        # Without O_NONBLOCK, a pipe in its place would be waited for.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as file:
            _check_seekable(file)
            file.seek(0)
            yield file
    except OSError as error:
        raise AdminRefused(f"{path}: it cannot be read: {error.strerror or error}") from error
    except (SyncRefused, AdminRefused) as refused:
        said = str(refused)
        named = said if said.startswith(f"{path}: ") else f"{path}: {said}"
        raise AdminRefused(named) from refused


def _check_seekable(file: BinaryIO) -> None:
    if not file.seekable():
        raise AdminRefused("it is a pipe, and is read more than once; put it into a file")


def write_out(given: Path | None, name: str, form: Form, data: bytes) -> Path:
    """Write a document where a person wants it, and return where that is.

    The same document again may take the place of itself; nothing else is overwritten.

    Args:
        given: a file or a directory; None is the directory that the person is in.
        name: of the file, where they name none.
        form: its kind.
        data: all of it.

    Raises:
        AdminRefused: another file is there, or it cannot be written.
    """
    path = Path(name) if given is None else given / name if given.is_dir() else given
    try:
        if path.exists() and not (path.is_file() and _is_of(path, form)):
            raise AdminRefused(
                f"{path}: it is there and is no {spoken(form.kind)}; name another one with --output"
            )
        replace_file(path, data, mode=_MODE, suffix=_NEW)
    except OSError as error:
        raise AdminRefused(
            f"{path}: it cannot be written: {error.strerror or error}; it was done, and the same "
            "command writes the file again"
        ) from error
    return path


def _is_of(path: Path, form: Form) -> bool:
    with path.open("rb") as file:
        return kind_of(file) == form.kind
