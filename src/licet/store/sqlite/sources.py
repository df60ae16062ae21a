"""The committed rows of each table, read by sets and remembered for one unit of work."""

from collections.abc import Hashable, Iterable, Sequence
from typing import Any, Generic

import apsw
import msgspec

from licet.store.shapes import EVENTS, SHAPES, Key, Row, Shape
from licet.store.sqlite.statements import statements

_DECODERS: dict[str, msgspec.json.Decoder[Any]] = {
    shape.name: msgspec.json.Decoder(shape.row) for shape in (*SHAPES, EVENTS)
}


def to_json(value: object) -> str:
    """Return a value as the JSON text of a parameter."""
    return msgspec.json.encode(value).decode()


class SqlTable(Generic[Key, Row]):
    """One table as one unit of work reads it (`overlay.Source`); each row is read once."""

    def __init__(self, shape: Shape[Key, Row], connection: apsw.Connection) -> None:
        self._shape = shape
        self._connection = connection
        self._sql = statements(shape.name)
        self._decode = _DECODERS[shape.name].decode
        self.read: dict[Key, Row | None] = {}
        self._found: dict[tuple[str, Hashable], tuple[Key, ...]] = {}

    def get(self, key: Key) -> Row | None:
        """Return the row under `key`."""
        if key not in self.read:
            self.load((key,))
        return self.read[key]

    def find(self, index: str, value: Hashable) -> list[tuple[Key, Row]]:
        """Return the keys and rows that an index leads to."""
        if (index, value) not in self._found:
            self.load_found(index, (value,))
        keys = self._found[index, value]
        return [(key, row) for key in keys if (row := self.read[key]) is not None]

    def load(self, keys: Iterable[Key]) -> None:
        """Read the rows under keys, as far as they were not read, in one statement."""
        sought = [key for key in keys if key not in self.read]
        if not sought:
            return
        self.read.update(dict.fromkeys(sought))
        for place, body in self._connection.execute(self._sql["get"], {"sought": to_json(sought)}):
            self._note(sought[place], self._decode(body))

    def load_found(self, index: str, values: Iterable[Hashable]) -> None:
        """Read the rows that an index leads to, as far as they were not read, in one statement."""
        sought = [value for value in values if (index, value) not in self._found]
        if not sought:
            return
        found: dict[Hashable, list[Key]] = {value: [] for value in sought}
        statement = self._sql[f"by_{index}"]
        for place, body in self._connection.execute(statement, {"sought": to_json(sought)}):
            row = self._decode(body)
            key = self._shape.key(row)
            self._note(key, row)
            found[sought[place]].append(key)
        self._found.update(((index, value), tuple(keys)) for value, keys in found.items())

    def _note(self, key: Key, row: Row) -> None:
        """Remember a row, and that it is the only one where an index leads to one at most."""
        self.read[key] = row
        for index in self._shape.unique:
            self._found[index, self._shape.indexes[index](row)] = (key,)


class SqlTables:
    """Every table as one unit of work reads it (`overlay.Sources`)."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._tables: dict[str, SqlTable[Any, Any]] = {}

    def source(self, shape: Shape[Key, Row]) -> SqlTable[Key, Row]:
        """Return the rows of one table."""
        table = self._tables.get(shape.name)
        if table is None:
            table = self._tables[shape.name] = SqlTable(shape, self._connection)
        return table


def decoded(shape: Shape[Key, Row], bodies: Sequence[str]) -> tuple[Row, ...]:
    """Return rows from their bodies."""
    decode = _DECODERS[shape.name].decode
    return tuple(decode(body) for body in bodies)
