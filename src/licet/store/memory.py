"""A ledger in memory: what tests, the lab and the fleet use, and the twin of every other store."""

import heapq
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from threading import Lock
from typing import TypeVar

from licet.kernel.ids import AccountId, VirtualAccountId
from licet.ledger.model import (
    Alert,
    Event,
    IdToken,
    Instance,
    License,
    Pool,
    SmartAccount,
)
from licet.ledger.ports import Conflict, Listing, Needs
from licet.store.memory_work import MemoryWork, Overlays, Tables

Row = TypeVar("Row")


class DueIndex:
    """Which rows fall due when: a heap whose entries are checked against the rows when read."""

    def __init__(self) -> None:
        self._heap: list[tuple[datetime, str]] = []
        self._at: dict[str, datetime] = {}

    def set(self, key: str, due_at: datetime | None) -> None:
        """Note when a row falls due; None never."""
        if due_at is None:
            self._at.pop(key, None)
        elif self._at.get(key) != due_at:
            self._at[key] = due_at
            heapq.heappush(self._heap, (due_at, key))

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


class MemoryStore:
    """`ledger.ports.Store` in memory; a unit of work that another one overtook raises `Conflict`."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._version = 0
        self._tables = Tables()
        self._events: list[Event] = []
        self._due_instances = DueIndex()
        self._due_holdings = DueIndex()
        self._instance_counts: Counter[VirtualAccountId] = Counter()

    @contextmanager
    def begin(self, needs: Needs = Needs()) -> Iterator[MemoryWork]:  # noqa: ARG002, B008 - a value; memory needs no preparation
        """Open a unit of work; leaving it without `commit` changes nothing."""
        yield MemoryWork(Overlays(self._tables), self, self._version)

    def apply(self, changes: Overlays, events: Sequence[Event], version: int) -> int:
        """Make a unit of work's changes visible, all at once; return the new version.

        Raises:
            Conflict: another one was committed since it began.
        """
        with self._lock:
            if version != self._version:
                raise Conflict("another unit of work was committed first; run this one again")
            self._count(changes)
            changes.merge()
            self._events.extend(events)
            self._version += 1
            return self._version

    def _count(self, changes: Overlays) -> None:
        for key, row in changes.instances.changed.items():
            old = self._tables.instances.rows.get(key)
            if old is not None:
                self._instance_counts[old.virtual_account] -= 1
            if row is not None:
                self._instance_counts[row.virtual_account] += 1
            self._due_instances.set(key, row.due_at if row else None)
        for name, holding in changes.holdings.changed.items():
            self._due_holdings.set(name, holding.due_at if holding else None)

    def due_keys(self, kind: str, until: datetime, limit: int) -> list[str]:
        """Return the keys of committed instances or holdings that are due."""
        index = self._due_instances if kind == "instances" else self._due_holdings
        return index.until(until, limit)

    def next_due(self) -> datetime | None:
        """Return the earliest `due_at` of any instance or holding."""
        firsts = (self._due_instances.first(), self._due_holdings.first())
        return min((first for first in firsts if first is not None), default=None)

    def list_accounts(self, *, after: str | None = None, limit: int = 100) -> Listing[SmartAccount]:
        """List smart accounts by name."""
        rows = (
            (_key(row.name.casefold(), row.id), row) for row in self._tables.accounts.rows.values()
        )
        return _page(rows, after, limit)

    def list_tokens(
        self, virtual_account: VirtualAccountId, *, after: str | None = None, limit: int = 100
    ) -> Listing[IdToken]:
        """List tokens, newest first."""
        keys = self._tables.tokens.keys_of("virtual_account", virtual_account)
        found = (self._tables.tokens.rows[key] for key in keys)
        rows = ((_key(row.created_at.isoformat(), row.id), row) for row in found)
        return _page(rows, after, limit, newest_first=True)

    def list_pools(
        self, virtual_account: VirtualAccountId, *, after: str | None = None, limit: int = 100
    ) -> Listing[Pool]:
        """List the pools of a virtual account that hold or use anything, by tag."""
        used = {
            tag
            for (place, tag), (_, count) in self._tables.in_use.rows.items()
            if place == virtual_account and count
        }
        held = {
            row.tag
            for row in self._tables.holdings.rows.values()
            if row.virtual_account == virtual_account
        }
        with self.begin() as work:
            rows = [(str(tag), work.pool(virtual_account, tag)) for tag in used | held]
        return _page(iter(rows), after, limit)

    def list_instances(
        self, virtual_account: VirtualAccountId, *, after: str | None = None, limit: int = 100
    ) -> Listing[Instance]:
        """List product instances, by UDI."""
        keys = self._tables.instances.keys_of("virtual_account", virtual_account)
        found = (self._tables.instances.rows[key] for key in keys)
        rows = ((_key(row.udi.pid, row.udi.sn, row.id), row) for row in found)
        return _page(rows, after, limit)

    def list_alerts(
        self, account: AccountId, *, after: str | None = None, limit: int = 100
    ) -> Listing[Alert]:
        """List alerts: Major first, then by when action is due."""
        severities = ("Major", "Minor", "Informational")
        found = (row for row in self._tables.alerts.rows.values() if row.account == account)
        rows = (
            (
                _key(
                    str(severities.index(row.severity)),
                    row.action_due_at.isoformat() if row.action_due_at else "~",
                    row.key,
                ),
                row,
            )
            for row in found
        )
        return _page(rows, after, limit)

    def list_events(
        self, account: AccountId, *, after: str | None = None, limit: int = 100
    ) -> Listing[Event]:
        """List events, newest first."""
        rows = (
            (f"{number:015d}", event)
            for number, event in enumerate(self._events)
            if event.account == account
        )
        return _page(rows, after, limit, newest_first=True)

    def list_licenses(self, *, after: str | None = None, limit: int = 100) -> Listing[License]:
        """List the catalog, by tag."""
        rows = ((str(row.tag), row) for row in self._tables.licenses.rows.values())
        return _page(rows, after, limit)

    def count_instances(self, virtual_account: VirtualAccountId) -> int:
        """Return how many instances a virtual account has, from a counter."""
        return self._instance_counts[virtual_account]


def _key(*parts: str) -> str:
    return "\x1f".join(parts)


def _page(
    rows: Iterator[tuple[str, Row]], after: str | None, limit: int, *, newest_first: bool = False
) -> Listing[Row]:
    """Return the page that follows `after`; the keys order the rows and name the places."""
    if after is not None:
        rows = (row for row in rows if (row[0] < after if newest_first else row[0] > after))
    ordered = sorted(rows, key=lambda row: row[0], reverse=newest_first)
    page = ordered[:limit]
    more = len(ordered) > limit
    return Listing(tuple(row for _, row in page), page[-1][0] if more and page else None)
