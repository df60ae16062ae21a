"""Checks a database file that nobody works on: SQLite's own check, every row, and the ledger's books."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import apsw
import msgspec

from licet.store.shapes import EVENTS, SHAPES
from licet.store.sqlite.database import Database
from licet.store.sqlite.migrations import APPLICATION_ID, migrations, newest_schema, schema_of
from licet.store.sqlite.problems import StoreError
from licet.store.sqlite.statements import statements

EXAMPLES_MAX = 3
TABLES = tuple(shape.name for shape in (*SHAPES, EVENTS))
# Of the file and the rows, before the books.
_FIRST_CHECKS = 3


@dataclass(frozen=True, slots=True)
class Audited:
    """One thing that was checked.

    Attributes:
        check: what should be true.
        wrong: in how many places it is not.
        examples: the first of them.
    """

    check: str
    wrong: int = 0
    examples: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Where it is not; empty where it is everywhere."""
        others = self.wrong - len(self.examples)
        return "; ".join(self.examples) + (f" and {others} more" if others else "")


@contextmanager
def read_only(path: Path) -> Iterator[apsw.Connection]:
    """Open a database file of which no part is to be changed; no lock, log or journal is looked for.

    Raises:
        StoreError: it is no database, or what is done with it finds it damaged.
    """
    try:
        flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
        # `?` and `#` in a file name would end it.
        name = str(path.absolute()).replace("%", "%25").replace("?", "%3f").replace("#", "%23")
        connection = apsw.Connection(f"file:{name}?immutable=1", flags=flags)
        try:
            connection.pragma("trusted_schema", 0)
            connection.pragma("cell_size_check", 1)
            yield connection
        finally:
            connection.close()
    except apsw.Error as error:
        raise StoreError(f"{path.name}: the database is damaged: {error}") from error


def audit(path: Path) -> Iterator[Audited]:
    """Yield what was checked of a copy, one by one; the books only if the file is whole.

    A copy of an older schema is migrated before its books are looked at.

    Raises:
        StoreError: it cannot be read at all.
    """
    with read_only(path) as connection:
        for check in (_check_schema, _check_file):
            found = check(connection)
            yield found
            if found.wrong:
                return
    Database(path).close()
    with read_only(path) as connection:
        yield _check_rows(connection)
        for name, statement in statements("audit").items():
            yield _found(name, [text for (text,) in connection.execute(statement)])


def checks() -> int:
    """Return how many checks `audit` makes of a ledger that is whole."""
    return _FIRST_CHECKS + len(statements("audit"))


def count_rows(connection: apsw.Connection) -> dict[str, int]:
    """Return how many rows each table has."""
    counts = {}
    for table in TABLES:
        [[counts[table]]] = connection.execute(f'SELECT count(*) FROM "{table}"')  # noqa: S608 - a name of ours
    return counts


def master_keys(connection: apsw.Connection) -> list[int]:
    """Return the numbers of the token master keys that tokens are derived from."""
    rows = connection.execute("SELECT DISTINCT body ->> 'master_key' FROM token ORDER BY 1")
    return [int(number) for (number,) in rows]


def registered_accounts(connection: apsw.Connection) -> list[str]:
    """Return the ids of the local accounts that are registered, where the ledger is an on-prem's."""
    statement = "SELECT id FROM local_account WHERE body ->> 'state' = 'registered' ORDER BY 1"
    return [str(account) for (account,) in connection.execute(statement)]


def _check_schema(connection: apsw.Connection) -> Audited:
    schema, newest = schema_of(connection), newest_schema()
    check = f"the schema is known (1 to {newest})"
    if connection.pragma("application_id") != APPLICATION_ID:
        return _found(check, ["it is a database of another program"])
    if not 1 <= schema <= newest:
        return _found(check, [f"schema {schema}"])
    strange = _objects(connection) ^ _made(schema)
    return _found(check, sorted(f"{kind} {name} is not as it is made" for kind, name, _ in strange))


def _objects(connection: apsw.Connection) -> set[tuple[str, str, str]]:
    """Return the tables, indexes, views and triggers of a database; a trigger would go on acting."""
    rows = connection.execute("SELECT type, name, sql FROM sqlite_schema")
    return {(str(kind), str(name), str(sql)) for kind, name, sql in rows}


def _made(schema: int) -> set[tuple[str, str, str]]:
    """Return what the migrations make."""
    connection = apsw.Connection(":memory:")
    try:
        for statements_of in migrations()[:schema]:
            connection.execute(statements_of)
        return _objects(connection)
    finally:
        connection.close()


def _check_file(connection: apsw.Connection) -> Audited:
    lines = [str(line) for (line,) in connection.execute("PRAGMA integrity_check(10)")]
    return _found("SQLite finds the file whole", [line for line in lines if line != "ok"])


def _check_rows(connection: apsw.Connection) -> Audited:
    broken = []
    for shape in (*SHAPES, EVENTS):
        decode = msgspec.json.Decoder(shape.row).decode
        rows = connection.execute(f'SELECT body FROM "{shape.name}"')  # noqa: S608 - a name of ours
        for number, (body,) in enumerate(rows, 1):
            try:
                decode(body)
            except (msgspec.MsgspecError, UnicodeDecodeError) as error:
                broken.append(f"{shape.name} {number}: {error}")
    return _found("every row can be read", broken)


def _found(check: str, wrong: list[str]) -> Audited:
    return Audited(check, len(wrong), tuple(wrong[:EXAMPLES_MAX]))
