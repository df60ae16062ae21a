"""Documents of synchronization and registration as files: opened to be read, and put where a person wants them."""

import io
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple

from licet.admin.refusal import AdminRefused
from licet.host.files import replace_file
from licet.kernel.ids import AuthorityId
from licet.sync.problems import SyncRefused
from licet.wire.documents import LINE_BYTES_MAX, Form, kind_of, spoken

# Nothing in them is secret: they are carried by hand, and believed for their signatures.
_MODE = 0o644
# In a directory of somebody else's files, a plainer name may be one of theirs.
_NEW = ".licet-new"
# In the head of every document name and site are among the first.
_LINES = 6
_NAME_CHARS_MAX = 64


def _never(_: AuthorityId) -> bool:
    return False


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


def write_out(
    given: Path | None,
    name: str,
    form: Form,
    data: bytes,
    is_over: Callable[[AuthorityId], bool] = _never,
) -> Path:
    """Write a document where a person wants it, and return where that is.

    It may take the place of itself, and of an older one of the same site; nothing else is overwritten.

    Args:
        given: a file or a directory; None is the directory that the person is in.
        name: of the file, where they name none.
        form: its kind.
        data: all of it.
        is_over: tells of another site that nobody needs its documents any more.

    Raises:
        AdminRefused: another file is there, or it cannot be written.
    """
    path = Path(name) if given is None else given / name if given.is_dir() else given
    whose = _whose(io.BytesIO(data))
    try:
        check_free(path, form, None if whose is None else whose.site, is_over)
        replace_file(path, data, mode=_MODE, suffix=_NEW)
    except OSError as error:
        raise AdminRefused(
            f"{path}: it cannot be written: {error.strerror or error}; it was done, and the same "
            "command writes the file again"
        ) from error
    return path


def check_free(
    path: Path,
    form: Form,
    site: str | None,
    is_over: Callable[[AuthorityId], bool] = _never,
) -> None:
    """Pass if a document of a site may be written to a place.

    Args:
        path: where; nothing, an older one of the same site, or one that is not whole may be there.
        form: its kind.
        site: whom it is from, or for.
        is_over: tells of another site that nobody needs its documents any more.

    Raises:
        AdminRefused: something else is there.
        OSError: it cannot be looked at.
    """
    if not path.exists():
        return
    kind, elsewhere = spoken(form.kind), "name another one with --output"
    if not path.is_file():
        raise AdminRefused(f"{path}: it is there and is no {kind}; {elsewhere}")
    with path.open("rb") as file:
        if kind_of(file) != form.kind:
            raise AdminRefused(f"{path}: it is there and is no {kind}; {elsewhere}")
        whose = _whose(file)
    if whose is not None and whose.site != site and not is_over(whose.site):
        raise AdminRefused(
            f"{path}: it is there and is a {kind} of {whose.name!r} ({whose.site}); {elsewhere}"
        )


class _Whose(NamedTuple):
    """The on-prem that a document is from, or for: the id of its local account, and its name."""

    site: AuthorityId
    name: str


def _whose(file: BinaryIO) -> _Whose | None:
    """Return whose a document says that it is; None where that is cut off. Not all of it is read."""
    file.seek(0)
    head: dict[bytes, object] = {}
    for _ in range(_LINES):
        field, _, value = file.readline(LINE_BYTES_MAX).partition(b": ")
        with suppress(ValueError, RecursionError):
            head[field] = json.loads(value)
    site, name = head.get(b"site"), head.get(b"name")
    if not isinstance(site, str) or not isinstance(name, str):
        return None
    if not site.isascii() or not site.isprintable():
        return None
    return _Whose(AuthorityId(site), name[:_NAME_CHARS_MAX])
