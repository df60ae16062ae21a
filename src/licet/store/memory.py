"""A ledger in memory: what tests, the lab and the fleet use, and the twin of every other store."""

import heapq
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from threading import RLock
from typing import TypeVar

from licet.kernel.ids import AccountId, VirtualAccountId
from licet.ledger.model import (
    Alert,
    Event,
    IdToken,
    Instance,
    License,
    Pool,
    Severity,
    SmartAccount,
)
from licet.ledger.ports import Conflict, Listing, Needs
from licet.store.memory_work import DueKind, MemoryWork, Overlays, Tables

Row = TypeVar("Row")


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


class MemoryStore:
    """`ledger.ports.Store` in memory; a unit of work that another one overtook raises `Conflict`.

    Threads take turns: one that begins a unit of work waits until the others have left theirs.
    """

    def __init__(self) -> None:
        self._lock = RLock()
        self._version = 0
        self._tables = Tables()
        self._events: list[Event] = []
        self._due_instances = DueIndex()
        self._due_holdings = DueIndex()
        self._due_retired = DueIndex()
        self._instance_counts: Counter[VirtualAccountId] = Counter()

    @contextmanager
    def begin(
        self,
        needs: Needs = Needs(),  # noqa: ARG002, B008 - a value; memory needs no preparation
        *,
        alone: bool = False,  # noqa: ARG002 - threads take turns anyway
    ) -> Iterator[MemoryWork]:
        """Open a unit of work; leaving it without `commit` changes nothing."""
        with self._lock:
            work = MemoryWork(Overlays(self._tables), self, self._version)
            try:
                yield work
            finally:
                work.close()

    def apply(self, changes: Overlays, events: Sequence[Event], version: int) -> None:
        """Make a unit of work's changes visible, all at once.

        Raises:
            Conflict: another one was committed since it began.
        """
        if version != self._version:
            raise Conflict("another unit of work was committed first; run this one again")
        self._count(changes)
        changes.merge()
        self._events.extend(events)
        self._version += 1

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
        for thumbprint, retired in changes.retired.changed.items():
            self._due_retired.set(thumbprint, retired.until if retired else None)

    def due_keys(self, kind: DueKind, until: datetime, limit: int) -> list[str]:
        """Return the keys of committed rows that are due, earliest first."""
        indexes = {
            DueKind.INSTANCES: self._due_instances,
            DueKind.HOLDINGS: self._due_holdings,
            DueKind.RETIRED: self._due_retired,
        }
        return indexes[kind].until(until, limit)

    def next_due(self) -> datetime | None:
        """Return the earliest `due_at` of any instance or holding."""
        with self._lock:
            firsts = (self._due_instances.first(), self._due_holdings.first())
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
            keys = self._tables.tokens.keys_of("virtual_account", virtual_account)
            found = (self._tables.tokens.rows[key] for key in keys)
            rows = ((_key(row.created_at.isoformat(), row.id), row) for row in found)
            return _page(rows, after, limit, newest_first=True)

    def list_pools(
        self, virtual_account: VirtualAccountId, *, after: str | None = None, limit: int = 100
    ) -> Listing[Pool]:
        """List the pools of a virtual account that hold or use anything, by tag."""
        holdings, counters = self._tables.holdings, self._tables.in_use
        with self.begin() as work:
            held = (holdings.rows[key].tag for key in holdings.keys_of("place", virtual_account))
            used = (counters.rows[key] for key in counters.keys_of("place", virtual_account))
            tags = {*held, *(tag for (_, tag), count in used if count)}
            page = _page(((str(tag), tag) for tag in tags), after, limit)
            pools = tuple(work.pool(virtual_account, tag) for tag in page.items)
        return Listing(pools, page.next)

    def list_instances(
        self, virtual_account: VirtualAccountId, *, after: str | None = None, limit: int = 100
    ) -> Listing[Instance]:
        """List product instances, by UDI."""
        with self._lock:
            keys = self._tables.instances.keys_of("virtual_account", virtual_account)
            found = (self._tables.instances.rows[key] for key in keys)
            rows = ((_key(row.udi.pid, row.udi.sn, row.id), row) for row in found)
            return _page(rows, after, limit)

    def list_alerts(
        self, account: AccountId, *, after: str | None = None, limit: int = 100
    ) -> Listing[Alert]:
        """List alerts: Major first, then by when action is due."""
        with self._lock:
            keys = self._tables.alerts.keys_of("account", account)
            found = (self._tables.alerts.rows[key] for key in keys)
            return _page(((_urgency(row), row) for row in found), after, limit)

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

    def count_instances(self, virtual_account: VirtualAccountId) -> int:
        """Return how many instances a virtual account has, from a counter."""
        return self._instance_counts[virtual_account]


def _key(*parts: str) -> str:
    return "\x1f".join(parts)


def _urgency(alert: Alert) -> str:
    """Return the place of an alert in its list: the worst first, then what is due first."""
    severities = (Severity.MAJOR, Severity.MINOR, Severity.INFORMATIONAL)
    due = alert.action_due_at.isoformat() if alert.action_due_at else "~"
    return _key(str(severities.index(alert.severity)), due, alert.key)


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
