"""Numbered migrations: a file of SQL each, applied in order, each in a transaction of its own."""

from functools import cache
from importlib import resources
from pathlib import Path

import apsw

from licet.store.sqlite.problems import StoreError

# "Lict", in the header of every database of ours.
APPLICATION_ID = 0x4C696374


@cache
def migrations() -> tuple[str, ...]:
    """Return the SQL of every migration; the first one makes schema 1."""
    found = resources.files(__package__).joinpath("migrations").iterdir()
    files = sorted((file for file in found if file.name.endswith(".sql")), key=lambda f: f.name)
    return tuple(file.read_text() for file in files)


def newest_schema() -> int:
    """Return the number of the schema that this program works on."""
    return len(migrations())


def schema_of(connection: apsw.Connection) -> int:
    """Return the number of a database's schema; 0 of an empty one."""
    return int(connection.pragma("user_version"))


def migrate(connection: apsw.Connection, path: Path) -> int:
    """Bring a database to the newest schema; return how many migrations were applied.

    Raises:
        StoreError: it is no database of ours, or a newer program made it.
    """
    applied = 0
    while _apply_next(connection, path):
        applied += 1
    return applied


def check(connection: apsw.Connection, path: Path) -> int:
    """Pass, with 0, if a database has the newest schema.

    A command that an administrator types beside a server must not change the schema under it.

    Raises:
        StoreError: it has not.
    """
    schema = _check(connection, path)
    if schema < newest_schema():
        raise StoreError(
            f"{path} has schema {schema}, and this program works on {newest_schema()}: "
            "stop the server, type `licet manager migrate`, and start it with this version"
        )
    return 0


def _apply_next(connection: apsw.Connection, path: Path) -> bool:
    """Apply the next migration, if there is one; what another program is at is waited for."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        schema = _check(connection, path)
        if schema < newest_schema():
            connection.execute(migrations()[schema])
            connection.pragma("application_id", APPLICATION_ID)
            connection.pragma("user_version", schema + 1)
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
    return schema < newest_schema()


def _check(connection: apsw.Connection, path: Path) -> int:
    schema = schema_of(connection)
    [[tables]] = connection.execute("SELECT count(*) FROM sqlite_schema")
    if connection.pragma("application_id") != APPLICATION_ID and (schema or tables):
        raise StoreError(f"{path} is a database of another program; name another data directory")
    if schema > newest_schema():
        raise StoreError(
            f"{path} has schema {schema}, and this program knows {newest_schema()} at most: "
            "a newer one wrote it. Install that version, or restore a backup from before it"
        )
    return schema
