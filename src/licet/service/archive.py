"""The file that a backup is: a plain tar of known members, in one canonical form that any change breaks.

    manifest.json   what it is (`service.manifest`)
    licet.db        the ledger
    keys.sealed     the authority's keys under a passphrase, where they were asked for
    SHA256SUMS      of the members before it, as `sha256sum --check` reads it

`tar` takes it apart like any other. We read it with our own strict reader: members have these names,
this order and the headers that we write, padding is zero, and nothing follows. So there is no path to
follow and no link, nothing unpacks to more than the file has, and no byte can change unnoticed.
"""

import hashlib
import os
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from licet.host.files import NEW, PRIVATE_FILE, sync_directory
from licet.kernel.time import epoch_seconds
from licet.service.files import trouble
from licet.service.problems import ServiceError

MANIFEST, DATABASE, KEYS, SUMS = "manifest.json", "licet.db", "keys.sealed", "SHA256SUMS"
ORDERS = ((MANIFEST, DATABASE, SUMS), (MANIFEST, DATABASE, KEYS, SUMS))
SMALL_BYTES_MAX = 16 * 1024 * 1024
_BLOCK = tarfile.BLOCKSIZE
_END = bytes(2 * _BLOCK)
_PIECE = 1024 * 1024

# How many bytes are done, and of how many.
Progress = Callable[[int, int], None]


class DamagedError(ServiceError):
    """A backup is not one, or not whole; the text says where."""


@dataclass(frozen=True, slots=True)
class Member:
    """One file in a backup: where its bytes begin, and how many there are."""

    name: str
    offset: int
    size: int


def sha256_of(path: Path, progress: Progress) -> str:
    """Return the SHA-256 of a file, in hex."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        for piece in _pieces(file, path.stat().st_size, progress):
            found.update(piece)
    return found.hexdigest()


def write_archive(
    path: Path, *, small: dict[str, bytes], database: Path, at: datetime, progress: Progress
) -> None:
    """Write a backup that is there whole and durable, or not at all; nothing is overwritten.

    Args:
        path: where; only its owner may read it.
        small: the members beside the ledger, but the sums.
        database: a copy of the ledger that nobody works on.
        at: the instant that members carry.
        progress: is told of the ledger's bytes.

    Raises:
        ServiceError: it is there already, or cannot be written.
    """
    if path.exists():
        raise ServiceError(f"{path}: it is there already; a backup does not overwrite")
    new = path.with_name(path.name + NEW)
    try:
        new.unlink(missing_ok=True)
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        with os.fdopen(os.open(new, flags, PRIVATE_FILE), "wb") as file:
            _write(file, small, database, at, progress)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        new.unlink(missing_ok=True)
        raise trouble(path, error) from error
    except BaseException:
        new.unlink(missing_ok=True)
        raise


def publish(path: Path) -> None:
    """Give a backup that was written its name.

    Raises:
        ServiceError: it cannot be done.
    """
    try:
        path.with_name(path.name + NEW).replace(path)
        sync_directory(path.parent)
    except OSError as error:
        raise trouble(path, error) from error


class Archive:
    """A backup that was opened: its members are where they must be, and their sums fit.

    Args:
        file: open for reading.

    Attributes:
        members: by name, in order.
        instant: seconds since 1970 that every member carries.
        sums: SHA-256 in hex by name, once `check_sums` passed.

    Raises:
        DamagedError: anything is not as `write_archive` makes it.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.members = _members(file)
        self.instant = _instant_of(file)
        self.sums: dict[str, str] = {}

    def has(self, name: str) -> bool:
        """Tell whether there is a member."""
        return name in self.members

    def read(self, name: str) -> bytes:
        """Return a small member.

        Raises:
            DamagedError: it is not small.
        """
        member = self.members[name]
        if member.size > SMALL_BYTES_MAX:
            raise DamagedError(f"{name}: {member.size} bytes are more than it can have")
        self._file.seek(member.offset)
        return self._file.read(member.size)

    def pieces(self, name: str, progress: Progress) -> Iterator[bytes]:
        """Yield a member piece by piece."""
        member = self.members[name]
        self._file.seek(member.offset)
        yield from _pieces(self._file, member.size, progress)

    def check_sums(self, progress: Progress) -> None:
        """Pass if every member has the sum that is noted for it.

        Raises:
            DamagedError: one has not.
        """
        names = [name for name in self.members if name != SUMS]
        sums = {}
        for name in names:
            found = hashlib.sha256()
            for piece in self.pieces(name, progress if name == DATABASE else _silent):
                found.update(piece)
            sums[name] = found.hexdigest()
        self.sums = sums
        noted = self.read(SUMS)
        if noted != _print_sums(sums):
            wrong = [name for name in names if f"{sums[name]}  {name}\n".encode() not in noted]
            raise DamagedError(
                f"{', '.join(wrong) or SUMS}: the SHA-256 does not fit; it was changed"
            )


def _silent(_done: int, _of: int) -> None:
    pass


def _write(
    file: BinaryIO, small: dict[str, bytes], database: Path, at: datetime, progress: Progress
) -> None:
    sums = {}
    for name in (MANIFEST, DATABASE, KEYS):
        if name == DATABASE:
            size = database.stat().st_size
            file.write(_header(name, size, epoch_seconds(at)))
            found = hashlib.sha256()
            with database.open("rb") as source:
                for piece in _pieces(source, size, progress):
                    file.write(piece)
                    found.update(piece)
            file.write(bytes(-size % _BLOCK))
            sums[name] = found.hexdigest()
        elif name in small:
            _write_small(file, name, small[name], at)
            sums[name] = hashlib.sha256(small[name]).hexdigest()
    _write_small(file, SUMS, _print_sums(sums), at)
    file.write(_END)


def _write_small(file: BinaryIO, name: str, data: bytes, at: datetime) -> None:
    file.write(_header(name, len(data), epoch_seconds(at)) + data + bytes(-len(data) % _BLOCK))


def _print_sums(sums: dict[str, str]) -> bytes:
    return "".join(f"{found}  {name}\n" for name, found in sums.items()).encode("ascii")


def _header(name: str, size: int, mtime: int) -> bytes:
    info = tarfile.TarInfo(name)
    info.size, info.mtime, info.mode = size, mtime, PRIVATE_FILE
    return info.tobuf(tarfile.GNU_FORMAT)


def _members(file: BinaryIO) -> dict[str, Member]:
    """Return the members, in order, if the file is nothing but what `_write` makes."""
    end = file.seek(0, os.SEEK_END)
    mtime = _instant_of(file)
    members: list[Member] = []
    offset = 0
    while end - offset > len(_END):
        member = _member(file, offset, end, mtime)
        members.append(member)
        if len(members) > len(ORDERS[-1]):
            raise DamagedError("it has more members than a backup")
        offset = member.offset + member.size + -member.size % _BLOCK
        file.seek(member.offset + member.size)
        if any(file.read(-member.size % _BLOCK)):
            raise DamagedError(
                f"byte {member.offset + member.size}: there is something behind {member.name}"
            )
    file.seek(offset)
    if file.read(len(_END) + 1) != _END:
        raise DamagedError(f"byte {offset}: it is cut off, or something follows its end")
    if tuple(member.name for member in members) not in ORDERS:
        raise DamagedError("it does not have the members of a backup")
    return {member.name: member for member in members}


def _member(file: BinaryIO, offset: int, end: int, mtime: int) -> Member:
    file.seek(offset)
    header = file.read(_BLOCK)
    try:
        info = tarfile.TarInfo.frombuf(header, "ascii", "strict")
        canonical = _header(info.name, info.size, mtime)
    except (tarfile.TarError, ValueError, UnicodeError) as error:
        raise DamagedError(f"byte {offset}: no tar header of a backup") from error
    if header != canonical:
        raise DamagedError(f"byte {offset}: a tar header that no backup has")
    if not 0 <= info.size <= end - offset - _BLOCK:
        raise DamagedError(
            f"byte {offset}: {info.name} says {info.size} bytes, and the file ends before"
        )
    return Member(info.name, offset + _BLOCK, info.size)


def _instant_of(file: BinaryIO) -> int:
    """Return the instant that the first member carries, which all others must."""
    file.seek(0)
    try:
        return int(tarfile.TarInfo.frombuf(file.read(_BLOCK), "ascii", "strict").mtime)
    except (tarfile.TarError, ValueError, UnicodeError) as error:
        raise DamagedError("it is no backup of Licet: no tar header at its beginning") from error


def _pieces(file: BinaryIO, size: int, progress: Progress) -> Iterator[bytes]:
    left = size
    while left:
        piece = file.read(min(_PIECE, left))
        if not piece:
            raise DamagedError("it became shorter while it was read")
        left -= len(piece)
        progress(size - left, size)
        yield piece
