"""The ledger in SQLite (`ledger.ports.Store`): every commit is on the disk when it returns."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import apsw
import msgspec

from licet.kernel.ids import AccountId, InstanceId, Tag, VirtualAccountId
from licet.ledger.model import (
    Alert,
    Event,
    IdToken,
    Instance,
    License,
    Pool,
    Product,
    SmartAccount,
)
from licet.ledger.ports import Conflict, Listing, Needs
from licet.ledger.sites import Change
from licet.store import shapes
from licet.store.overlay import Overlays
from licet.store.shapes import Key, Shape
from licet.store.sqlite.database import Database
from licet.store.sqlite.prefetch import prefetch
from licet.store.sqlite.problems import StoreError
from licet.store.sqlite.saving import save
from licet.store.sqlite.sources import SqlTables, decoded, to_json
from licet.store.sqlite.statements import statements
from licet.store.work import StoreWork


class SqliteStore:
    """A ledger in one file. Threads and programs may work on it at once.

    A unit of work reads one snapshot. SQLite itself refuses to write where another one has written
    since, which is a `Conflict`; one that is *alone* holds the right to write from its beginning.
    """

    def __init__(self, database: Database) -> None:
        self.database = database

    @classmethod
    def open(cls, path: Path, *, migrates: bool = True) -> "SqliteStore":
        """Open the database file, made or migrated where that is needed.

        Args:
            path: the file.
            migrates: bring an older schema to this program's; otherwise it is refused.

        Raises:
            StoreError: it cannot be opened, is another program's, a newer or an older program's.
        """
        return cls(Database(path, migrates=migrates))

    def close(self) -> None:
        """Close the file; units of work that are open can no longer commit."""
        self.database.close()

    @contextmanager
    def begin(
        self,
        needs: Needs = Needs(),  # noqa: B008 - a value
        *,
        alone: bool = False,
    ) -> Iterator[StoreWork]:
        """Open a unit of work; leaving it without `commit` changes nothing.

        Raises:
            StoreError: the database cannot be read, or others held it for longer than 30 s.
        """
        with self.database.lend() as connection:
            home = _Home(connection, self.database.path, alone=alone)
            work = StoreWork(home)
            try:
                with _explained(self.database.path):
                    connection.execute("BEGIN IMMEDIATE" if alone else "BEGIN")
                    prefetch(needs, home.tables)
                yield work
            finally:
                work.close()

    def next_due(self) -> datetime | None:
        """Return the earliest `due_at` of any instance, holding or on-prem."""
        [[due]] = self._read("due", "next")
        return None if due is None else datetime.fromisoformat(due)

    def list_accounts(self, *, after: str | None = None, limit: int = 100) -> Listing[SmartAccount]:
        """List smart accounts by name."""
        return self._page(shapes.ACCOUNTS, "accounts", after, limit)

    def list_tokens(
        self, virtual_account: VirtualAccountId, *, after: str | None = None, limit: int = 100
    ) -> Listing[IdToken]:
        """List tokens, newest first."""
        return self._page(shapes.TOKENS, "tokens", after, limit, virtual_account=virtual_account)

    def list_pools(
        self, virtual_account: VirtualAccountId, *, after: str | None = None, limit: int = 100
    ) -> Listing[Pool]:
        """List the pools of a virtual account that hold or use anything, by tag."""
        with self.database.lend() as connection, _explained(self.database.path):
            connection.execute("BEGIN")
            rows = list(
                connection.execute(
                    statements("lists")["pools"],
                    {"virtual_account": virtual_account, "after": after, "limit": limit + 1},
                )
            )
            places, following = _cut([place for (place,) in rows], limit)
            keys = [(virtual_account, msgspec.json.decode(place)[0]) for place in places]
            home = _Home(connection, self.database.path, alone=False)
            home.tables.source(shapes.IN_USE).load(keys)
            home.tables.source(shapes.HOLDINGS).load_found("pool", keys)
            work = StoreWork(home)
            return Listing(tuple(work.pool(*key) for key in keys), following)

    def list_instances(
        self, virtual_account: VirtualAccountId, *, after: str | None = None, limit: int = 100
    ) -> Listing[Instance]:
        """List product instances, by UDI."""
        return self._page(
            shapes.INSTANCES, "instances", after, limit, virtual_account=virtual_account
        )

    def list_alerts(
        self, account: AccountId, *, after: str | None = None, limit: int = 100
    ) -> Listing[Alert]:
        """List alerts: Major first, then by when action is due."""
        return self._page(shapes.ALERTS, "alerts", after, limit, account=account)

    def list_events(
        self, account: AccountId, *, after: str | None = None, limit: int = 100
    ) -> Listing[Event]:
        """List events, newest first."""
        return self._page(shapes.EVENTS, "events", after, limit, account=account)

    def list_licenses(self, *, after: str | None = None, limit: int = 100) -> Listing[License]:
        """List the catalog, by tag."""
        return self._page(shapes.LICENSES, "licenses", after, limit)

    def list_products(self, *, after: str | None = None, limit: int = 100) -> Listing[Product]:
        """List the products of the catalog, by tag."""
        return self._page(shapes.PRODUCTS, "products", after, limit)

    def count_instances(self, virtual_account: VirtualAccountId) -> int:
        """Return how many instances a virtual account has, from a counter."""
        rows = self._read("lists", "instance_count", virtual_account=virtual_account)
        return int(rows[0][0]) if rows else 0

    def _page(
        self,
        shape: Shape[Any, shapes.Row],
        name: str,
        after: str | None,
        limit: int,
        **parameters: str,
    ) -> Listing[shapes.Row]:
        rows = self._read("lists", name, after=after, limit=limit + 1, **parameters)
        places, following = _cut([place for place, _ in rows], limit)
        return Listing(decoded(shape, [body for _, body in rows[: len(places)]]), following)

    def _read(self, file: str, name: str, **parameters: str | int | None) -> list[Any]:
        with self.database.lend() as connection, _explained(self.database.path):
            return list(connection.execute(statements(file)[name], parameters))


class _Home:
    """The database, as one unit of work knows it."""

    def __init__(self, connection: apsw.Connection, path: Path, *, alone: bool) -> None:
        self.tables = SqlTables(connection)
        self._connection = connection
        self._path = path
        self._alone = alone

    def apply(self, changes: Overlays) -> None:
        """Make changes durable and visible, all at once."""
        try:
            with _explained(self._path):
                save(self._connection, changes, self.tables)
                self._connection.execute("COMMIT")
        except _BusyError as busy:
            if self._alone:
                raise
            raise Conflict("another unit of work was committed first; run this one again") from busy

    def flush(self, changes: Overlays, needs: Needs) -> None:
        """Write changes into the open transaction, forget all that was read, and read anew."""
        if not (self._alone or changes.empty):
            raise RuntimeError("only a unit of work that is alone can be flushed")
        with _explained(self._path):
            save(self._connection, changes, self.tables)
            self.tables = SqlTables(self._connection)
            prefetch(needs, self.tables)

    def due_keys(self, shape: Shape[Key, Any], until: datetime, limit: int) -> list[Key]:
        """Return the keys of rows that are due, earliest first, and read the rows."""
        parameters = {"until": msgspec.to_builtins(until), "limit": limit}
        with _explained(self._path):
            rows = self._connection.execute(statements("due")[shape.name], parameters)
            keys = [key for (key,) in rows]
            self.tables.source(shape).load(keys)
        return keys

    def page_instances(
        self, virtual_account: VirtualAccountId, after: Instance | None, limit: int
    ) -> list[Instance]:
        """Return instances of a virtual account by (pid, sn, id), behind `after`."""
        place = None if after is None else to_json((after.udi.pid, after.udi.sn, after.id))
        rows = self._read(
            "lists", "instances", virtual_account=virtual_account, after=place, limit=limit
        )
        return list(decoded(shapes.INSTANCES, [body for _, body in rows]))

    def page_changes(
        self, account: AccountId, after: InstanceId | None, limit: int
    ) -> list[Change]:
        """Return changes of a local account by instance, behind `after`."""
        rows = self._read("change", "page", account=account, after=after or "", limit=limit)
        return list(decoded(shapes.CHANGES, [body for (body,) in rows]))

    def page_events(self, account: AccountId, number: int, limit: int) -> list[tuple[int, Event]]:
        """Return events behind a number, oldest first."""
        rows = self._read("event", "page", account=account, number=number, limit=limit)
        found = decoded(shapes.EVENTS, [body for _, body in rows])
        return list(zip([place for place, _ in rows], found, strict=True))

    def count_instances(self, virtual_account: VirtualAccountId) -> int:
        """Return how many instances a virtual account has."""
        rows = self._read("lists", "instance_count", virtual_account=virtual_account)
        return int(rows[0][0]) if rows else 0

    def tags_in(self, virtual_account: VirtualAccountId) -> set[Tag]:
        """Return the licenses that a virtual account holds or uses."""
        rows = self._read("lists", "pools", virtual_account=virtual_account, after=None, limit=-1)
        return {msgspec.json.decode(place)[0] for (place,) in rows}

    def _read(self, file: str, name: str, **parameters: str | int | None) -> list[Any]:
        with _explained(self._path):
            return list(self._connection.execute(statements(file)[name], parameters))


class _BusyError(StoreError):
    """Somebody else writes."""


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Raise SQLite's errors as ours."""
    try:
        yield
    except apsw.BusyError as error:
        raise _BusyError(f"{path}: others have held the database for too long: {error}") from error
    except apsw.FullError as error:
        raise StoreError(f"{path}: the disk is full; nothing was written. Make room") from error
    except apsw.Error as error:
        raise StoreError(f"{path}: {type(error).__name__}: {error}") from error


def _cut(places: list[str], limit: int) -> tuple[list[str], str | None]:
    """Return the places of a page, and where the next one begins: one row more shows that it does."""
    page = places[:limit]
    return page, page[-1] if page and len(places) > limit else None
