"""Tables in memory."""

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import Generic

from licet.store.shapes import Key, Row, Shape


class Table(Generic[Key, Row]):
    """Rows by key, with further keys that lead to sets of rows (`overlay.Source`).

    Args:
        shape: what its rows are.
        lists: further indexes, by which rows are listed.
    """

    def __init__(self, shape: Shape[Key, Row], /, **lists: Callable[[Row], Hashable]) -> None:
        self.shape = shape
        self.rows: dict[Key, Row] = {}
        self._indexes = {**shape.indexes, **lists}
        self._found: dict[str, dict[Hashable, dict[Key, None]]] = {
            name: {} for name in self._indexes
        }

    def get(self, key: Key) -> Row | None:
        """Return the row under `key`."""
        return self.rows.get(key)

    def find(self, index: str, value: Hashable) -> Iterator[tuple[Key, Row]]:
        """Yield the keys and rows that an index leads to."""
        for key in self._found[index].get(value, {}):
            yield key, self.rows[key]

    def load(self, keys: Iterable[Key]) -> None:
        """Do nothing: every row is at hand."""

    def load_found(self, index: str, values: Iterable[Hashable]) -> None:
        """Do nothing: every row is at hand."""

    def replace(self, key: Key, row: Row | None) -> None:
        """Put a row, or remove the one under `key`, and keep the indexes true."""
        old = self.rows.pop(key, None)
        if old is not None:
            for name, value_of in self._indexes.items():
                self._forget(name, value_of(old), key)
        if row is not None:
            self.rows[key] = row
            for name, value_of in self._indexes.items():
                self._found[name].setdefault(value_of(row), {})[key] = None

    def _forget(self, name: str, value: Hashable, key: Key) -> None:
        keys = self._found[name][value]
        del keys[key]
        if not keys:
            del self._found[name][value]
