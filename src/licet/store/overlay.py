"""Where committed rows come from, and how one unit of work sees and changes them."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from licet.kernel.ids import AccountId
from licet.ledger.model import Event
from licet.store import shapes
from licet.store.shapes import Key, Row, Shape

SourceKey = TypeVar("SourceKey", bound=Hashable)
Row_co = TypeVar("Row_co", covariant=True)


class Source(Protocol[SourceKey, Row_co]):
    """The committed rows of one table, as one unit of work may read them."""

    def get(self, key: SourceKey) -> Row_co | None:
        """Return the row under a key."""
        ...

    def find(self, index: str, value: Hashable) -> Iterable[tuple[SourceKey, Row_co]]:
        """Return the keys and rows that an index leads to."""
        ...

    def load(self, keys: Iterable[SourceKey]) -> None:
        """Hear which rows will be asked for."""
        ...

    def load_found(self, index: str, values: Iterable[Hashable]) -> None:
        """Hear which rows will be looked for."""
        ...


class Sources(Protocol):
    """The committed rows of every table."""

    def source(self, shape: Shape[Key, Row], /) -> Source[Key, Row]:
        """Return the rows of one table."""
        ...


class Overlay(Generic[Key, Row]):
    """A table as one unit of work sees it: its own puts over the committed rows.

    It is a `Source` itself, so that one may lie on another.

    Attributes:
        shape: the table.
        changed: what was put, or removed (None), in the order of the first change of each key.
    """

    def __init__(self, shape: Shape[Key, Row], source: Source[Key, Row]) -> None:
        self.shape = shape
        self._source = source
        self.changed: dict[Key, Row | None] = {}
        # What was ever put under a value of an index; rows may have moved on since.
        self._put: dict[tuple[str, Hashable], dict[Key, None]] = {}

    def get(self, key: Key) -> Row | None:
        """Return the row under `key`."""
        if key in self.changed:
            return self.changed[key]
        return self._source.get(key)

    def load(self, keys: Iterable[Key]) -> None:
        """Say which rows will be asked for, so that they can be read at once."""
        self._source.load(keys)

    def load_found(self, index: str, values: Iterable[Hashable]) -> None:
        """Say which rows will be looked for, so that they can be read at once."""
        self._source.load_found(index, values)

    def put(self, row: Row) -> None:
        """Put a row in place of the one with its key."""
        key = self.shape.key(row)
        self.changed[key] = row
        for index, value_of in self.shape.indexes.items():
            self._put.setdefault((index, value_of(row)), {})[key] = None

    def remove(self, key: Key) -> None:
        """Remove the row under `key`."""
        self.changed[key] = None

    def find(self, index: str, value: Hashable) -> Iterator[tuple[Key, Row]]:
        """Yield the keys and rows that an index leads to."""
        value_of = self.shape.indexes[index]
        for key, row in self._source.find(index, value):
            if key not in self.changed:
                yield key, row
        for key in self._put.get((index, value), ()):
            changed = self.changed[key]
            if changed is not None and value_of(changed) == value:
                yield key, changed

    def rows(self, index: str, value: Hashable) -> Iterator[Row]:
        """Yield the rows that an index leads to."""
        return (row for _, row in self.find(index, value))

    def due(self, keys: Callable[[int], list[Key]], until: datetime, limit: int) -> Sequence[Row]:
        """Return up to `limit` rows that are due at an instant, earliest first.

        Args:
            keys: gives so many keys of committed rows that are due, earliest first.
            until: the instant.
            limit: how many at most.
        """
        due_of, key_of = self.shape.due, self.shape.key
        if due_of is None:
            raise ValueError(f"nothing falls due in {self.shape.name}")
        committed = keys(limit + len(self.changed))
        rows = [self.get(key) for key in committed if key not in self.changed]
        rows += self.changed.values()
        due = [
            (at, key_of(row), row)
            for row in rows
            if row is not None and (at := due_of(row)) is not None and at <= until
        ]
        return [row for *_, row in sorted(due, key=lambda entry: entry[:2])[:limit]]


class _Lazy(Generic[Key, Row]):
    """An attribute of `Overlays`: one table's, made when it is first asked for.

    A unit of work touches few tables, and there are many units of work.
    """

    def __init__(self, shape: Shape[Key, Row]) -> None:
        self._shape = shape
        self._name = ""

    def __set_name__(self, owner: "type[Overlays]", name: str) -> None:
        self._name = name

    def __get__(self, overlays: "Overlays", owner: "type[Overlays]") -> Overlay[Key, Row]:
        made = overlays.source(self._shape)
        # From now on it is found there, and nobody asks here.
        vars(overlays)[self._name] = made
        return made


class Overlays:
    """The overlays of the tables that are asked for, and what is added to or taken from tables as a whole.

    Attributes:
        events: what happened, in order.
        forgotten: of which local accounts changes are forgotten, and up to which `since`; what was
            put is newer than that.
    """

    accounts = _Lazy(shapes.ACCOUNTS)
    virtual_accounts = _Lazy(shapes.VIRTUAL_ACCOUNTS)
    tokens = _Lazy(shapes.TOKENS)
    instances = _Lazy(shapes.INSTANCES)
    retired = _Lazy(shapes.RETIRED_KEYS)
    udis = _Lazy(shapes.UDI_RECORDS)
    holdings = _Lazy(shapes.HOLDINGS)
    in_use = _Lazy(shapes.IN_USE)
    licenses = _Lazy(shapes.LICENSES)
    products = _Lazy(shapes.PRODUCTS)
    alerts = _Lazy(shapes.ALERTS)
    on_prems = _Lazy(shapes.ON_PREMS)
    letters = _Lazy(shapes.LETTERS)
    invitations = _Lazy(shapes.INVITATIONS)
    local_accounts = _Lazy(shapes.LOCAL_ACCOUNTS)
    changes = _Lazy(shapes.CHANGES)
    carried_notes = _Lazy(shapes.CARRIED_NOTES)

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._made: dict[str, Overlay[Any, Any]] = {}
        self.events: list[Event] = []
        self.forgotten: dict[AccountId, int] = {}

    def source(self, shape: Shape[Key, Row], /) -> Overlay[Key, Row]:
        """Return the overlay of one table; it is made when it is first asked for."""
        made = self._made.get(shape.name)
        if made is None:
            made = self._made[shape.name] = Overlay(shape, self._sources.source(shape))
        return made

    def every(self) -> Iterable[Overlay[Any, Any]]:
        """Return those that anybody asked for."""
        return self._made.values()

    @property
    def empty(self) -> bool:
        """Nothing was put, removed, recorded or forgotten."""
        put = any(overlay.changed for overlay in self.every())
        return not (put or self.events or self.forgotten)

    def forget_changes(self, account: AccountId, until: int) -> None:
        """Forget the changes of a local account whose `since` is not higher than `until`."""
        self.forgotten[account] = max(until, self.forgotten.get(account, until))
        put = self.changes.changed
        for row in [row for row in put.values() if row is not None]:
            if row.account == account and row.since <= until:
                self.changes.remove(row.instance)

    def absorb(self, later: "Overlays") -> None:
        """Do what was done in the overlays that lie on these."""
        for account, until in later.forgotten.items():
            self.forget_changes(account, until)
        for overlay in later.every():
            if overlay.changed:
                mine = self.source(overlay.shape)
                for key, row in overlay.changed.items():
                    if row is None:
                        mine.remove(key)
                    else:
                        mine.put(row)
        self.events += later.events
