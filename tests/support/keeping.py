"""A standing authority on a disk of its own, that is backed up, burns, and is restored elsewhere."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from licet.endpoint.endpoint import Endpoint
from licet.kernel.chance import SystemChance
from licet.ledger.model import Policy
from licet.service.archive import Progress
from licet.service.backup import back_up
from licet.service.datadir import DataDir, create_data
from licet.service.keyring import Keyring
from licet.service.manifest import AnyManifest
from licet.service.restore import Request, Restored, restore
from licet.store.sqlite.store import SqliteStore
from support.office import Office

PASSPHRASE = "correct horse battery"


def silent(_what: str, _done: int, _of: int) -> None:
    """Report nothing."""


def quiet(_done: int, _of: int) -> None:
    """Report nothing."""


SILENT: Progress = quiet


class Standing:
    """An office whose ledger and keys are in a data directory."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._restores = 0
        self.data = create_data(root / "data")
        self._store = SqliteStore.open(self.data.database)
        self.office = Office(seed="standing", store=self._store)
        Keyring.bring(
            self.data, replace(self.office.keys, root_key=None), self.office.keys.root_key
        )

    def back_up(self, name: str = "backup.tar", *, passphrase: str | None = PASSPHRASE) -> Path:
        """Back it up while it works, and return the file."""
        self.describe(name, passphrase=passphrase)
        return self._root / name

    def describe(self, name: str, *, passphrase: str | None = PASSPHRASE) -> AnyManifest:
        """Back it up while it works, and return what the backup says of itself."""
        return back_up(
            self.data,
            self._root / name,
            passphrase=passphrase,
            chance=SystemChance(),
            now=self.office.now,
            report=silent,
        )

    def burn(self) -> None:
        """Lose the machine: nothing of it is used again."""
        self._store.close()

    def request(self, backup: Path, *, passphrase: str | None = PASSPHRASE) -> Request:
        """Return a request to restore a backup into a new directory."""
        self._restores += 1
        return Request(
            backup=backup,
            to=self._root / f"new{self._restores}",
            passphrase=passphrase,
            keys=None,
            names=("lic2.example.com",),
            who="ann",
        )

    def restore(self, backup: Path, *, after: timedelta = timedelta(0)) -> Restored:
        """Restore a backup into a new directory, and go on with it."""
        self.office.now += after
        restored = restore_now(self.request(backup), self.office.now)
        assert restored.data is not None, restored.checks
        self.go_on(restored.data)
        return restored

    def go_on(self, data: DataDir) -> None:
        """Work in another data directory."""
        self.data = data
        self._store = SqliteStore.open(data.database)
        office = self.office
        office.store = self._store
        keyring = Keyring.open(data)
        office.keys = replace(keyring.current(), root_key=keyring.read_root_key())
        office.endpoint = Endpoint(self._store, office.keys, policy=Policy(), chance=office.chance)


def restore_now(request: Request, now: datetime) -> Restored:
    """Restore a backup at an instant."""
    return restore(request, chance=SystemChance(), now=now, report=silent)
