"""A ledger in memory: what tests, the lab and the fleet use, and the twin of every other store."""

import heapq
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from threading import RLock
from typing import Any

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
from licet.store.overlay import Overlays, Sources
from licet.store.shapes import Key, Row, Shape, urgency
from licet.store.tables import Table
from licet.store.work import StoreWork

# A heap is built anew when it has this many entries beside the true ones.
STALE_MAX = 1000


class DueIndex:
    """Which rows fall due when: a heap whose entries are checked against the rows when read."""

    def __init__(self) -> None:
        self._heap: list[tuple[datetime, str]] = []
        self._at: dict[str, datetime] = {}

    def __len__(self) -> int:
        return len(self._heap)

    def set(self, key: str, due_at: datetime | None) -> None:
        """Note when a row falls due; None never."""
        if due_at is None:
            self._at.pop(key, None)
        elif self._at.get(key) != due_at:
            self._at[key] = due_at
            heapq.heappush(self._heap, (due_at, key))
        # Rows are put off again and again; without this the heap would remember every time.
        if len(self._heap) > 2 * len(self._at) + STALE_MAX:
            self._heap = [(at, row) for row, at in self._at.items()]
            heapq.heapify(self._heap)

    def until(self, instant: datetime, limit: int) -> list[str]:
        """Return up to `limit` keys that are due at `instant`, earliest first."""
        found: list[tuple[datetime, str]] = []
        while self._heap and self._heap[0][0] <= instant and len(found) < limit:
            entry = heapq.heappop(self._heap)
            if self._at.get(entry[1]) == entry[0] and entry not in found[-1:]:
                found.append(entry)
        for entry in found:
            heapq.heappush(self._heap, entry)
        return [key for _, key in found]

    def first(self) -> datetime | None:
        """Return the earliest instant at which anything is due."""
        while self._heap and self._at.get(self._heap[0][1]) != self._heap[0][0]:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None


class Tables:
    """Every table of a ledger (`overlay.Sources`), with the indexes by which its rows are listed."""

    def __init__(self) -> None:
        self.accounts = Table(shapes.ACCOUNTS)
        self.virtual_accounts = Table(shapes.VIRTUAL_ACCOUNTS)
        self.tokens = Table(shapes.TOKENS, place=lambda row: row.virtual_account)
        self.instances = Table(shapes.INSTANCES, place=lambda row: row.virtual_account)
        self.retired = Table(shapes.RETIRED_KEYS)
        self.udis = Table(shapes.UDI_RECORDS)
        self.holdings = Table(shapes.HOLDINGS, place=lambda row: row.virtual_account)
        self.in_use = Table(shapes.IN_USE, place=lambda row: row.virtual_account)
        self.licenses = Table(shapes.LICENSES)
        self.products = Table(shapes.PRODUCTS)
        self.alerts = Table(shapes.ALERTS, account=lambda row: row.account)
        self.on_prems = Table(shapes.ON_PREMS)
        self.letters = Table(shapes.LETTERS)
        self.invitations = Table(shapes.INVITATIONS)
        self.local_accounts = Table(shapes.LOCAL_ACCOUNTS)
        self.changes = Table(shapes.CHANGES, place=lambda row: row.account)
        self.carried_notes = Table(shapes.CARRIED_NOTES)
        self._by_name: dict[str, Table[Any, Any]] = {
            table.shape.name: table for table in vars(self).values()
        }

    @property
    def every(self) -> tuple[Table[Any, Any], ...]:
        """All of them."""
        return tuple(self._by_name.values())

    def source(self, shape: Shape[Key, Row]) -> Table[Key, Row]:
        """Return the rows of one table."""
        return self._by_name[shape.name]

    def merge(self, changes: Overlays) -> None:
        """Make every change part of its table."""
        for account, until in changes.forgotten.items():
            for instance, change in list(self.changes.find("place", account)):
                if change.since <= until:
                    self.changes.replace(instance, None)
        for overlay in changes.every():
            if overlay.changed:
                table = self.source(overlay.shape)
                for key, row in overlay.changed.items():
                    table.replace(key, row)


class _Home:
    """The store as one unit of work knows it: as it was when that began, and what was flushed."""

    def __init__(
        self, store: "MemoryStore", rows: Tables, events: Sequence[Event], *, alone: bool
    ) -> None:
        self.tables: Sources = rows
        self._store = store
        self._version = store.version
        self._rows = rows
        self._events = events
        self._alone = alone
        self._flushed: Overlays | None = None

    def apply(self, changes: Overlays) -> None:
        """Make changes visible, all at once."""
        self._check()
        if self._flushed is not None:
            self._flushed.absorb(changes)
            changes = self._flushed
        self._store.apply(changes)

    def flush(self, changes: Overlays, needs: Needs) -> None:  # noqa: ARG002 - needs no preparation
        """Keep changes until `apply`; memory is what this store is made of."""
        if changes.empty:
            return
        if not self._alone:
            raise RuntimeError("only a unit of work that is alone can be flushed")
        if self._flushed is None:
            self.tables = self._flushed = Overlays(self._rows)
        self._flushed.absorb(changes)

    def due_keys(self, shape: Shape[Key, Any], until: datetime, limit: int) -> list[Key]:
        """Return the keys of rows that are due, earliest first."""

        def committed(count: int) -> list[Key]:
            return self._store.due_keys(shape, until, count)

        if self._flushed is None:
            return committed(limit)
        due = self._flushed.source(shape).due(committed, until, limit)
        return [shape.key(row) for row in due]

    def page_instances(
        self, virtual_account: VirtualAccountId, after: Instance | None, limit: int
    ) -> list[Instance]:
        """Return instances of a virtual account by (pid, sn, id), behind `after`."""
        self._check()
        found = self._rows.instances.find("place", virtual_account)
        flushed = self._flushed.instances.changed if self._flushed is not None else {}
        there = [row for key, row in found if key not in flushed]
        there += [
            row
            for row in flushed.values()
            if row is not None and row.virtual_account == virtual_account
        ]
        if after is not None:
            there = [row for row in there if _place_of(row) > _place_of(after)]
        return heapq.nsmallest(limit, there, key=_place_of)

    def page_changes(
        self, account: AccountId, after: InstanceId | None, limit: int
    ) -> list[Change]:
        """Return changes of a local account by instance, behind `after`."""
        self._check()
        found = self._rows.changes.find("place", account)
        rows = (row for key, row in found if after is None or key > after)
        return heapq.nsmallest(limit, rows, key=lambda row: row.instance)

    def page_events(self, account: AccountId, number: int, limit: int) -> list[tuple[int, Event]]:
        """Return events behind a number, oldest first."""
        self._check()
        numbered = enumerate(islice(self._events, number, None), number + 1)
        return list(islice((entry for entry in numbered if entry[1].account == account), limit))

    def count_instances(self, virtual_account: VirtualAccountId) -> int:
        """Return how many instances a virtual account has."""
        self._check()
        count = self._store.count_instances(virtual_account)
        flushed = self._flushed.instances.changed if self._flushed is not None else {}
        for key, row in flushed.items():
            before = self._rows.instances.get(key)
            count += row is not None and row.virtual_account == virtual_account
            count -= before is not None and before.virtual_account == virtual_account
        return count

    def tags_in(self, virtual_account: VirtualAccountId) -> set[Tag]:
        """Return the licenses that a virtual account holds or uses, and some that it did."""
        self._check()
        tags = {row.tag for _, row in self._rows.holdings.find("place", virtual_account)}
        tags |= {row.tag for _, row in self._rows.in_use.find("place", virtual_account)}
        if self._flushed is not None:
            held, used = self._flushed.holdings.changed, self._flushed.in_use.changed
            for row in (*held.values(), *used.values()):
                if row is not None and row.virtual_account == virtual_account:
                    tags.add(row.tag)
        return tags

    def _check(self) -> None:
        """Pass if the store is as it was when this unit of work began.

        Raises:
            Conflict: another one was committed since.
        """
        if self._version != self._store.version:
            raise Conflict("another unit of work was committed first; run this one again")


class MemoryStore:
    """`ledger.ports.Store` in memory; a unit of work that another one overtook raises `Conflict`.

    Threads take turns: one that begins a unit of work waits until the others have left theirs.
    """

    def __init__(self) -> None:
        self._lock = RLock()
        self.version = 0
        self._tables = Tables()
        self._events: list[Event] = []
        self._due = {shape.name: DueIndex() for shape in shapes.SHAPES if shape.due is not None}
        self._instance_counts: Counter[VirtualAccountId] = Counter()

    @contextmanager
    def begin(
        self,
        needs: Needs = Needs(),  # noqa: ARG002, B008 - a value; memory needs no preparation
        *,
        alone: bool = False,
    ) -> Iterator[StoreWork]:
        """Open a unit of work; leaving it without `commit` changes nothing."""
        with self._lock:
            work = StoreWork(_Home(self, self._tables, self._events, alone=alone))
            try:
                yield work
            finally:
                work.close()

    def copy(self) -> "MemoryStore":
        """Return a store with the same rows and events, which goes its own way: a backup."""
        copied, changes = MemoryStore(), Overlays(Tables())
        with self._lock:
            for shape in shapes.SHAPES:
                for row in self._tables.source(shape).rows.values():
                    changes.source(shape).put(row)
            changes.events.extend(self._events)
        copied.apply(changes)
        return copied

    def apply(self, changes: Overlays) -> None:
        """Make a unit of work's changes visible, all at once."""
        self._count(changes)
        self._tables.merge(changes)
        self._events += changes.events
        self.version += 1

    def _count(self, changes: Overlays) -> None:
        for key, row in changes.instances.changed.items():
            old = self._tables.instances.rows.get(key)
            if old is not None:
                self._instance_counts[old.virtual_account] -= 1
            if row is not None:
                self._instance_counts[row.virtual_account] += 1
        for overlay in changes.every():
            due = overlay.shape.due
            if due is not None:
                index = self._due[overlay.shape.name]
                for key, row in overlay.changed.items():
                    index.set(key, due(row) if row is not None else None)

    def due_keys(self, shape: Shape[Key, Any], until: datetime, limit: int) -> list[Key]:
        """Return the keys of committed rows that are due, earliest first."""
        keys: list[Any] = self._due[shape.name].until(until, limit)
        return keys

    def next_due(self) -> datetime | None:
        """Return the earliest `due_at` of any instance, holding or on-prem."""
        sought = (shapes.INSTANCES, shapes.HOLDINGS, shapes.ON_PREMS)
        with self._lock:
            firsts = [self._due[shape.name].first() for shape in sought]
        return min((first for first in firsts if first is not None), default=None)

    def list_accounts(self, *, after: str | None = None, limit: int = 100) -> Listing[SmartAccount]:
        """List smart accounts by name."""
        with self._lock:
            found = self._tables.accounts.rows.values()
            rows = ((_key(row.name.casefold(), row.id), row) for row in found)
            return _page(rows, after, limit)

    def list_tokens(
        self, virtual_account: VirtualAccountId, *, after: str | None = None, limit: int = 100
    ) -> Listing[IdToken]:
        """List tokens, newest first."""
        with self._lock:
            found = self._tables.tokens.find("place", virtual_account)
            rows = ((_key(row.created_at.isoformat(), row.id), row) for _, row in found)
            return _page(rows, after, limit, newest_first=True)

    def list_pools(
        self, virtual_account: VirtualAccountId, *, after: str | None = None, limit: int = 100
    ) -> Listing[Pool]:
        """List the pools of a virtual account that hold or use anything, by tag."""
        with self.begin() as work:
            held = self._tables.holdings.find("place", virtual_account)
            used = self._tables.in_use.find("place", virtual_account)
            tags = {*(row.tag for _, row in held), *(row.tag for _, row in used if row.in_use)}
            page = _page(((str(tag), tag) for tag in tags), after, limit)
            pools = tuple(work.pool(virtual_account, tag) for tag in page.items)
        return Listing(pools, page.next)

    def list_instances(
        self, virtual_account: VirtualAccountId, *, after: str | None = None, limit: int = 100
    ) -> Listing[Instance]:
        """List product instances, by UDI."""
        with self._lock:
            found = self._tables.instances.find("place", virtual_account)
            rows = ((_key(row.udi.pid, row.udi.sn, row.id), row) for _, row in found)
            return _page(rows, after, limit)

    def list_alerts(
        self, account: AccountId, *, after: str | None = None, limit: int = 100
    ) -> Listing[Alert]:
        """List alerts: Major first, then by when action is due."""
        with self._lock:
            found = self._tables.alerts.find("account", account)
            return _page(((urgency(row), row) for _, row in found), after, limit)

    def list_events(
        self, account: AccountId, *, after: str | None = None, limit: int = 100
    ) -> Listing[Event]:
        """List events, newest first."""
        with self._lock:
            rows = (
                (f"{number:015d}", event)
                for number, event in enumerate(self._events)
                if event.account == account
            )
            return _page(rows, after, limit, newest_first=True)

    def list_licenses(self, *, after: str | None = None, limit: int = 100) -> Listing[License]:
        """List the catalog, by tag."""
        with self._lock:
            rows = ((str(row.tag), row) for row in self._tables.licenses.rows.values())
            return _page(rows, after, limit)

    def list_products(self, *, after: str | None = None, limit: int = 100) -> Listing[Product]:
        """List the products of the catalog, by tag."""
        with self._lock:
            rows = ((row.tag, row) for row in self._tables.products.rows.values())
            return _page(rows, after, limit)

    def count_instances(self, virtual_account: VirtualAccountId) -> int:
        """Return how many instances a virtual account has, from a counter."""
        return self._instance_counts[virtual_account]


def _key(*parts: str) -> str:
    return "\x1f".join(parts)


def _place_of(row: Instance) -> tuple[str, str, str]:
    return row.udi.pid, row.udi.sn, row.id


def _page(
    rows: Iterator[tuple[str, Row]], after: str | None, limit: int, *, newest_first: bool = False
) -> Listing[Row]:
    """Return the page that follows `after`; the keys order the rows and name the places."""
    if after is not None:
        rows = (row for row in rows if (row[0] < after if newest_first else row[0] > after))
    # One row more than the page shows whether there is another page.
    pick = heapq.nlargest if newest_first else heapq.nsmallest
    found = pick(limit + 1, rows, key=lambda row: row[0])
    page, more = found[:limit], len(found) > limit
    return Listing(tuple(row for _, row in page), page[-1][0] if more and page else None)
