"""The data directory of a switch: who it is, what it is configured to do, which files it has.

udi.json            product id and serial number, made at the first start
license-state       the agent's snapshot; its lock is held by the process that is the switch
running-config.json the running configuration, as a value, made durable at each change
startup-config      the startup configuration, as text
boot.json           when the switch booted last, by its clock
checkpoints.json    checkpoints by name, oldest first
bootflash/          the files that `>` and `dir` know
log/messages        the log, and its older half beside it
control.sock        where other processes of this machine reach the switch
"""

import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import msgspec

from licet.agent.store import FileStore
from licet.host.files import replace_file
from licet.kernel.ids import Udi, check_udi
from licet.switch.configuration import Configuration
from licet.switch.life.files import make_directory, read_file, remove_file
from licet.switch.life.problems import LifeError, meaning

UDI, RUNNING, STARTUP = "udi.json", "running-config.json", "startup-config"
BOOT, CHECKPOINTS = "boot.json", "checkpoints.json"
BOOTFLASH, LOG = "bootflash", "log"
PID = "N9K-C93180YC-EX"
_Read = TypeVar("_Read")


class Boot(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When a switch booted last, and why."""

    at: datetime
    reason: str = ""


class _Udi(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pid: str
    sn: str


class Data:
    """One switch's directory, held by this process until it is closed."""

    def __init__(self, path: Path, udi: Udi, store: FileStore) -> None:
        self.path = path
        self.udi = udi
        self.store = store

    @classmethod
    def open(cls, path: Path, *, pid: str | None = None, sn: str | None = None) -> "Data":
        """Hold a directory; a serial number makes a new switch of one that is empty.

        Raises:
            StoreLocked: another process holds it.
            LifeError: there is no switch in it, another one, or it cannot be used.
        """
        if not (path / UDI).exists() and sn is None:
            raise LifeError(
                f"{path}: there is no switch here; its serial number makes one: --sn SN, "
                f"and --pid PID if it is no {PID}"
            )
        try:
            # Before anything is made in it: root would leave files that its owner cannot use.
            if path.exists():
                check_owner(path)
            store = FileStore(path)
        except OSError as error:
            raise LifeError(meaning(error)) from error
        try:
            udi = _identify(path, pid, sn)
            for name in (BOOTFLASH, LOG):
                make_directory(path / name)
        except OSError as error:
            store.close()
            raise LifeError(meaning(error)) from error
        except LifeError:
            store.close()
            raise
        return cls(path, udi, store)

    def close(self) -> None:
        """Let another process hold the directory."""
        self.store.close()

    def running(self) -> Configuration | None:
        """Return the running configuration as it was last; None before the first.

        Raises:
            LifeError: it is damaged.
        """
        return _read(self.path / RUNNING, Configuration)

    def save_running(self, configuration: Configuration) -> None:
        """Make a running configuration durable.

        Raises:
            OSError: it cannot be written; the old one stands.
        """
        replace_file(self.path / RUNNING, msgspec.json.encode(configuration, order="deterministic"))

    def boot(self) -> Boot | None:
        """Return when the switch booted; None before it ever did.

        Raises:
            LifeError: what is written there is damaged.
        """
        return _read(self.path / BOOT, Boot)

    def save_boot(self, boot: Boot) -> None:
        """Keep when the switch booted.

        Raises:
            OSError: it cannot be written.
        """
        replace_file(self.path / BOOT, msgspec.json.encode(boot))

    def startup(self) -> str | None:
        """Return the startup configuration; None where there is none."""
        text = read_file(self.path / STARTUP)
        return None if text is None else text.decode(errors="replace")

    def save_startup(self, text: str) -> None:
        """Make a text the startup configuration; see `Box`."""
        replace_file(self.path / STARTUP, text.encode())

    def erase_startup(self) -> None:
        """Remove the startup configuration."""
        remove_file(self.path / STARTUP)

    def checkpoints(self) -> Mapping[str, str]:
        """Return the checkpoints by name, oldest first.

        Raises:
            LifeError: the file is damaged.
        """
        return _read(self.path / CHECKPOINTS, dict[str, str]) or {}

    def save_checkpoints(self, checkpoints: Mapping[str, str]) -> None:
        """Keep checkpoints.

        Raises:
            OSError: they cannot be written; the old ones stand.
        """
        replace_file(self.path / CHECKPOINTS, msgspec.json.encode(dict(checkpoints)))


def check_owner(path: Path) -> None:
    """Pass if a directory is this user's own.

    Raises:
        OSError: it cannot be looked at.
        LifeError: it is another user's, or others may write in it.
    """
    found = path.stat()
    if found.st_uid != os.geteuid():
        raise LifeError(f"{path}: it belongs to another user; run this as its owner")
    if found.st_mode & 0o022:
        raise LifeError(f"{path}: others may write in it; type: chmod 700 {path}")


def _identify(path: Path, pid: str | None, sn: str | None) -> Udi:
    """Return whose directory it is; a serial number makes a new switch where there is none."""
    if (path / UDI).exists() or sn is None:
        return check_identity(path, pid, sn)
    try:
        udi = check_udi(pid or PID, sn)
    except ValueError as error:
        raise LifeError(f"{error}") from None
    replace_file(path / UDI, msgspec.json.encode(_Udi(udi.pid, udi.sn)))
    return udi


def check_identity(path: Path, pid: str | None, sn: str | None) -> Udi:
    """Return whose directory it is; what is given must be the same.

    Raises:
        LifeError: it is another switch's, or nobody's.
    """
    kept = _read(path / UDI, _Udi)
    if kept is None:
        raise LifeError(f"{path}: there is no switch here")
    if (pid or kept.pid, sn or kept.sn) != (kept.pid, kept.sn):
        raise LifeError(
            f"{path}: the switch here is {Udi(kept.pid, kept.sn).text}, "
            f"and not {Udi(pid or kept.pid, sn or kept.sn).text}"
        )
    return Udi(kept.pid, kept.sn)


def _read(path: Path, kind: type[_Read]) -> _Read | None:
    data = read_file(path)
    if data is None:
        return None
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise LifeError(
            f"{path}: it is damaged ({error}). It was not changed: restore it from a copy, "
            "or move it away"
        ) from error
