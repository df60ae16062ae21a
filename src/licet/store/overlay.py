"""Where committed rows come from, and how one unit of work sees and changes them."""

from collections.abc import Hashable, Iterable, Iterator
from typing import Any, Generic, Protocol, TypeVar

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

    def expect(self, keys: Iterable[Key]) -> None:
        """Say which rows will be asked for, so that they can be read at once."""
        self._source.load(keys)

    def expect_found(self, index: str, values: Iterable[Hashable]) -> None:
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

    def find(self, index: str, value: Hashable) -> Iterator[Row]:
        """Yield the rows that an index leads to."""
        value_of = self.shape.indexes[index]
        for key, row in self._source.find(index, value):
            if key not in self.changed:
                yield row
        for key in self._put.get((index, value), ()):
            changed = self.changed[key]
            if changed is not None and value_of(changed) == value:
                yield changed


class Overlays:
    """The overlay of every table."""

    def __init__(self, sources: Sources) -> None:
        def over(shape: Shape[Key, Row]) -> Overlay[Key, Row]:
            return Overlay(shape, sources.source(shape))

        self.accounts = over(shapes.ACCOUNTS)
        self.virtual_accounts = over(shapes.VIRTUAL_ACCOUNTS)
        self.tokens = over(shapes.TOKENS)
        self.instances = over(shapes.INSTANCES)
        self.retired = over(shapes.RETIRED_KEYS)
        self.udis = over(shapes.UDI_RECORDS)
        self.holdings = over(shapes.HOLDINGS)
        self.in_use = over(shapes.IN_USE)
        self.licenses = over(shapes.LICENSES)
        self.products = over(shapes.PRODUCTS)
        self.alerts = over(shapes.ALERTS)

    def every(self) -> tuple[Overlay[Any, Any], ...]:
        """Return all of them."""
        return tuple(vars(self).values())
