"""The box around a real switch: what `Box` asks for, over the data directory."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from licet.host.files import NEW, replace_file
from licet.kernel.ids import Udi
from licet.switch.life.data import BOOTFLASH, Data
from licet.switch.life.files import read_file, remove_file


class FileBox:
    """A box that keeps all of it, durably.

    Args:
        reload: asks the switch to boot anew, soon after it returns.
        clear_log: removes the lines of the log.
    """

    def __init__(
        self,
        data: Data,
        *,
        reload: Callable[[], None],
        clear_log: Callable[[], None] = lambda: None,
    ) -> None:
        self._data = data
        self._reload = reload
        self.clear_log = clear_log
        self.mac = mac_of(data.udi)

    def boot_time(self) -> datetime | None:
        """Return when the switch booted."""
        boot = self._data.boot()
        return None if boot is None else boot.at

    def startup(self) -> str | None:
        """Return the startup configuration."""
        return self._data.startup()

    def save_startup(self, text: str) -> None:
        """Make a text the startup configuration."""
        self._data.save_startup(text)

    def erase_startup(self) -> None:
        """Remove the startup configuration."""
        self._data.erase_startup()

    def files(self) -> Mapping[str, int]:
        """Return the names in bootflash with their sizes in bytes."""
        folder = self._data.path / BOOTFLASH
        return {
            path.name: path.stat().st_size
            for path in sorted(folder.iterdir())
            if path.is_file() and not path.name.endswith(NEW)
        }

    def read_file(self, name: str) -> str | None:
        """Return a file of bootflash."""
        data = read_file(self._path(name))
        return None if data is None else data.decode(errors="replace")

    def write_file(self, name: str, text: str) -> None:
        """Write a whole file of bootflash."""
        replace_file(self._path(name), text.encode(errors="replace"))

    def delete_file(self, name: str) -> bool:
        """Remove a file of bootflash."""
        return remove_file(self._path(name))

    def checkpoints(self) -> Mapping[str, str]:
        """Return the checkpoints, oldest first."""
        return self._data.checkpoints()

    def save_checkpoint(self, name: str, text: str) -> None:
        """Keep a checkpoint, as the newest."""
        others = {kept: old for kept, old in self.checkpoints().items() if kept != name}
        self._data.save_checkpoints({**others, name: text})

    def delete_checkpoint(self, name: str) -> bool:
        """Remove a checkpoint."""
        checkpoints = dict(self.checkpoints())
        if checkpoints.pop(name, None) is None:
            return False
        self._data.save_checkpoints(checkpoints)
        return True

    def reload(self) -> None:
        """Let the switch boot anew."""
        self._reload()

    def _path(self, name: str) -> Path:
        if not name or "/" in name or "\0" in name or name in (".", ".."):
            raise OSError(22, "Invalid file name", name)
        return self._data.path / BOOTFLASH / name


def mac_of(udi: Udi) -> str:
    """Return the MAC address of a switch: locally administered, and always the same for its UDI."""
    drawn = hashlib.sha256(udi.text.encode()).digest()[:5]
    return ":".join(f"{byte:02x}" for byte in (0x02, *drawn))
