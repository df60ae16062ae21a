"""An office whose machine burns: its ledger is that of a backup, and its devices know more than it."""

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import apsw

from licet.endpoint.endpoint import Endpoint
from licet.ledger.model import Policy
from licet.pki.authority import begin_epoch
from licet.store.sqlite.store import SqliteStore
from support.office import Office


@dataclass(frozen=True)
class Copy:
    """A copy of the ledger, and when it was made."""

    path: Path
    at: datetime


class Site:
    """An office on a disk of its own."""

    def __init__(self, path: Path, *, seed: str = "site", policy: Policy | None = None) -> None:
        self._path = path
        self._copies = 0
        self._store = SqliteStore.open(path / "live.db")
        self._policy = policy or Policy()
        self.office = Office(seed=seed, store=self._store, policy=policy)

    def back_up(self) -> Copy:
        """Copy the ledger."""
        self._copies += 1
        copy = Copy(self._path / f"copy{self._copies}.db", self.office.now)
        with self._store.database.lend() as connection:
            connection.execute("VACUUM INTO ?", (str(copy.path),))
        return copy

    def burn_and_restore(self, copy: Copy, *, after: timedelta = timedelta(0)) -> None:
        """Lose the ledger, and go on with a copy and the keys, as `licet manager restore` does."""
        self._store.close()
        office = self.office
        office.now += after
        self._copies += 1
        path = self._path / f"restored{self._copies}.db"
        shutil.copyfile(copy.path, path)
        self._store = SqliteStore.open(path)
        office.store = self._store
        office.keys = begin_epoch(office.keys, backup_at=copy.at, now=office.now)
        office.endpoint = Endpoint(
            self._store, office.keys, policy=self._policy, chance=office.chance
        )

    def close(self) -> None:
        """Close the ledger."""
        self._store.close()


def books_balance(path: Path) -> bool:
    """Tell whether each pool's counter is the sum of what instances use of it."""
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    counted = connection.execute(
        "SELECT i.virtual_account, u.value ->> 'tag', sum(u.value ->> 'count') "
        "FROM instance AS i, json_each(i.body, '$.usage') AS u GROUP BY 1, 2 ORDER BY 1, 2"
    ).fetchall()
    kept = connection.execute(
        "SELECT virtual_account, tag, in_use FROM in_use WHERE in_use <> 0 ORDER BY 1, 2"
    ).fetchall()
    connection.close()
    return counted == kept
