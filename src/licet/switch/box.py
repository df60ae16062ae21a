"""What a switch has besides its configuration and its agent: files, a startup configuration, power.

The lab and tests use the memory box; a real switch has one over its data directory.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

# Locally administered: no vendor's address.
MAC = "02:00:5e:10:00:01"


class Box(Protocol):
    """The box around a switch. Names are plain ones, without a `/`: the grammar sees to it."""

    @property
    def mac(self) -> str:
        """The switch's MAC address, `02:00:5e:10:00:01`."""
        ...

    def boot_time(self) -> datetime | None:
        """Return when the switch booted, by its clock; None where that is not known."""
        ...

    def startup(self) -> str | None:
        """Return the startup configuration; None where there is none."""
        ...

    def save_startup(self, text: str) -> None:
        """Make a text the startup configuration; when it returns, a crash cannot lose it.

        Raises:
            OSError: it cannot be written; the old one stands.
        """
        ...

    def erase_startup(self) -> None:
        """Remove the startup configuration; no error where there is none."""
        ...

    def files(self) -> Mapping[str, int]:
        """Return the names in bootflash with their sizes in bytes."""
        ...

    def read_file(self, name: str) -> str | None:
        """Return a file of bootflash; None where there is none."""
        ...

    def write_file(self, name: str, text: str) -> None:
        """Write a whole file of bootflash, instead of one that is there.

        Raises:
            OSError: it cannot be written; the old one stands.
        """
        ...

    def delete_file(self, name: str) -> bool:
        """Remove a file of bootflash; False where there is none."""
        ...

    def checkpoints(self) -> Mapping[str, str]:
        """Return the checkpoints by name, oldest first: each a configuration as text."""
        ...

    def save_checkpoint(self, name: str, text: str) -> None:
        """Keep a checkpoint, instead of one of its name.

        Raises:
            OSError: it cannot be written.
        """
        ...

    def delete_checkpoint(self, name: str) -> bool:
        """Remove a checkpoint; False where there is none."""
        ...

    def clear_log(self) -> None:
        """Remove the lines of the log that are kept."""
        ...

    def reload(self) -> None:
        """Restart the switch with its startup configuration, soon after this returns."""
        ...


@dataclass
class MemoryBox:
    """A box that forgets everything with its process.

    Attributes:
        reloads: how often `reload` was asked for.
    """

    mac: str = MAC
    booted: datetime | None = None
    _startup: str | None = None
    _files: dict[str, str] = field(default_factory=dict)
    _checkpoints: dict[str, str] = field(default_factory=dict)
    reloads: int = 0

    def boot_time(self) -> datetime | None:
        """Return what the box was made with."""
        return self.booted

    def startup(self) -> str | None:
        """Return the startup configuration."""
        return self._startup

    def save_startup(self, text: str) -> None:
        """Keep the startup configuration."""
        self._startup = text

    def erase_startup(self) -> None:
        """Forget the startup configuration."""
        self._startup = None

    def files(self) -> Mapping[str, int]:
        """Return the names of files with their sizes."""
        return {name: len(text.encode()) for name, text in sorted(self._files.items())}

    def read_file(self, name: str) -> str | None:
        """Return a file."""
        return self._files.get(name)

    def write_file(self, name: str, text: str) -> None:
        """Keep a file."""
        self._files[name] = text

    def delete_file(self, name: str) -> bool:
        """Forget a file."""
        return self._files.pop(name, None) is not None

    def checkpoints(self) -> Mapping[str, str]:
        """Return the checkpoints."""
        return dict(self._checkpoints)

    def save_checkpoint(self, name: str, text: str) -> None:
        """Keep a checkpoint."""
        self._checkpoints.pop(name, None)
        self._checkpoints[name] = text

    def delete_checkpoint(self, name: str) -> bool:
        """Forget a checkpoint."""
        return self._checkpoints.pop(name, None) is not None

    def clear_log(self) -> None:
        """Do nothing: no line is kept here."""

    def reload(self) -> None:
        """Count it; nothing restarts."""
        self.reloads += 1
