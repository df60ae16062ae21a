"""A disk under SQLite that fails, tears or loses power at the n-th write, and what is left of it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from typing import Any

import apsw
from typing_extensions import override


class Fault(Enum):
    """What happens at the n-th write."""

    FULL = auto()  # it fails, and so does every later one until there is room again
    BROKEN = auto()  # it fails once
    TORN = auto()  # half of it is written, then the machine stops
    POWER = auto()  # the machine stops, and whatever was not synced is gone


class Stopped(apsw.IOError):
    """The machine stands still."""


@dataclass
class _Undo:
    """What a write that is not synced yet would be undone by."""

    path: str
    offset: int
    old: bytes
    size: int


class FaultyDisk(apsw.VFS):
    """A file system layer with one fault in it.

    Attributes:
        writes: how many there were; a run without a fault tells how many there are to fail.
        stopped: the machine stands still: nothing is written any more.
    """

    def __init__(self, name: str, fault: Fault | None = None, at: int = 0) -> None:
        self.name, self.fault, self.at = name, fault, at
        self.writes = 0
        self.stopped = False
        self.undo: list[_Undo] = []
        super().__init__(name, "")

    @override
    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:
        """Open a file."""
        return _File(name, flags, self)

    @override
    def xDelete(self, filename: str, syncdir: bool) -> None:
        """Delete a file."""
        if self.stopped:
            raise Stopped("the machine stands still")
        super().xDelete(filename, syncdir)

    def write(self, path: str, put: Callable[[bytes, int], None], data: bytes, offset: int) -> None:
        """Write, or fail."""
        if self.stopped:
            raise Stopped("the machine stands still")
        self.writes += 1
        due = self.fault is not None and self.writes == self.at
        if self.fault is Fault.FULL and 0 < self.at <= self.writes:
            raise apsw.FullError("no room")
        if due and self.fault is Fault.BROKEN:
            raise apsw.IOError("a bad block")
        self._remember(path, len(data), offset)
        if due:
            put(data[: len(data) // 2], offset)
            self.stopped = True
            raise Stopped("torn")
        put(data, offset)

    def synced(self, path: str) -> None:
        """Forget how writes to a file are undone: they are on the disk."""
        self.undo = [undo for undo in self.undo if undo.path != path]

    def pull_the_plug(self) -> None:
        """Leave on the disk what a machine would that lost its power now.

        Whatever was synced is there; whatever was not is gone with `POWER`, and there with `TORN`.
        """
        self.stopped = True
        if self.fault is not Fault.POWER:
            return
        for undo in reversed(self.undo):
            path = Path(undo.path)
            if path.exists():
                with path.open("r+b") as file:
                    file.seek(undo.offset)
                    file.write(undo.old)
                    file.truncate(undo.size)

    def _remember(self, path: str, length: int, offset: int) -> None:
        content = Path(path)
        size = content.stat().st_size
        with content.open("rb") as file:
            file.seek(offset)
            old = file.read(length)
        self.undo.append(_Undo(path, offset, old, size))


class _File(apsw.VFSFile):
    def __init__(self, name: Any, flags: list[int], disk: FaultyDisk) -> None:
        self._disk = disk
        self._path = name.filename() if isinstance(name, apsw.URIFilename) else str(name)
        super().__init__("", name, flags)

    @override
    def xWrite(self, data: bytes, offset: int) -> None:
        """Write, or fail."""
        self._disk.write(self._path, super().xWrite, data, offset)

    @override
    def xSync(self, flags: int) -> None:
        """Sync."""
        if self._disk.stopped:
            raise Stopped("the machine stands still")
        super().xSync(flags)
        self._disk.synced(self._path)

    @override
    def xTruncate(self, newsize: int) -> None:
        """Truncate."""
        if self._disk.stopped:
            raise Stopped("the machine stands still")
        super().xTruncate(newsize)
