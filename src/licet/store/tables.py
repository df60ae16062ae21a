"""Tables in memory, and the overlay through which one unit of work sees and changes them."""

from collections.abc import Callable, Hashable, Iterator
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Row = TypeVar("Row")


class Table(Generic[Key, Row]):
    """Rows by key, with further keys that lead to sets of rows.

    Args:
        identity: gives a row's key.
        indexes: name to what gives a row's index key; None leaves the row out of it.
    """

    def __init__(
        self, identity: Callable[[Row], Key], /, **indexes: Callable[[Row], Hashable | None]
    ) -> None:
        self.key = identity
        self.rows: dict[Key, Row] = {}
        self.indexes = indexes
        self._found: dict[str, dict[Hashable, dict[Key, None]]] = {name: {} for name in indexes}

    def keys_of(self, index: str, value: Hashable) -> dict[Key, None]:
        """Return the keys of the rows that an index leads to."""
        return self._found[index].get(value, {})

    def replace(self, key: Key, row: Row | None) -> None:
        """Put a row, or remove the one under `key`, and keep the indexes true."""
        old = self.rows.pop(key, None)
        if old is not None:
            for name, value_of in self.indexes.items():
                self._forget(name, value_of(old), key)
        if row is not None:
            self.rows[key] = row
            for name, value_of in self.indexes.items():
                value = value_of(row)
                if value is not None:
                    self._found[name].setdefault(value, {})[key] = None

    def _forget(self, name: str, value: Hashable | None, key: Key) -> None:
        if value is None:
            return
        keys = self._found[name][value]
        del keys[key]
        if not keys:
            del self._found[name][value]


class Overlay(Generic[Key, Row]):
    """A table as one unit of work sees it: its own puts over the committed rows."""

    def __init__(self, table: Table[Key, Row]) -> None:
        self._table = table
        self.changed: dict[Key, Row | None] = {}

    def get(self, key: Key) -> Row | None:
        """Return the row under `key`."""
        if key in self.changed:
            return self.changed[key]
        return self._table.rows.get(key)

    def put(self, row: Row) -> None:
        """Put a row in place of the one with its key."""
        self.changed[self._table.key(row)] = row

    def remove(self, key: Key) -> None:
        """Remove the row under `key`."""
        self.changed[key] = None

    def find(self, index: str, value: Hashable) -> Iterator[Row]:
        """Yield the rows that an index leads to."""
        value_of = self._table.indexes[index]
        for key in self._table.keys_of(index, value):
            if key not in self.changed:
                yield self._table.rows[key]
        for row in self.changed.values():
            if row is not None and value_of(row) == value:
                yield row

    def merge(self) -> None:
        """Make the changes part of the table."""
        for key, row in self.changed.items():
            self._table.replace(key, row)
