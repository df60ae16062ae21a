"""Connections to a database file: how they are opened, what is asserted, and how they are lent."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock

import apsw

from licet.store.sqlite.migrations import check, migrate
from licet.store.sqlite.problems import StoreError

# Ours. How long one waits for another one's turn; the longest turn is an import of 100,000 lines.
BUSY_WAIT_MS = 30_000
# Of each connection. More buys nothing at a million instances: the system keeps the pages of a file, too.
CACHE_KIB = 16 * 1024
# The write-ahead log is cut back to this after a burst.
LOG_BYTES_MAX = 64 * 1024 * 1024
# How often one asks for the log while others make it: each time, another one was done.
_LOG_TRIES = 100
_FULL = 2


class Database:
    """One database file, and the connections to it that are not in use.

    A connection is lent to one user at a time; threads may share a database.

    Args:
        path: the file; it is made, readable by its owner alone, where it is not there.
        migrates: bring an older schema to this program's; otherwise it is refused.
        vfs: name of the SQLite file system layer; tests name one that fails.

    Raises:
        StoreError: it cannot be opened, is another program's, a newer program's, or an older one's.
    """

    def __init__(self, path: Path, *, migrates: bool = True, vfs: str | None = None) -> None:
        self.path = path
        self._vfs = vfs
        self._lock = Lock()
        self._idle: list[apsw.Connection] = []
        self._closed = False
        try:
            with suppress(FileExistsError):
                os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
            connection = self._open()
            self.migrated = migrate(connection, path) if migrates else check(connection, path)
        except (apsw.Error, OSError) as error:
            raise StoreError(f"the database {path} cannot be opened: {error}") from error
        self._idle.append(connection)

    @contextmanager
    def lend(self) -> Iterator[apsw.Connection]:
        """Lend a connection; what it left open is rolled back."""
        with self._lock:
            if self._closed:
                raise StoreError(f"the database {self.path} was closed")
            connection = self._idle.pop() if self._idle else None
        if connection is None:
            connection = self._open()
        try:
            yield connection
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            with self._lock:
                lent = not self._closed
                if lent:
                    self._idle.append(connection)
            if not lent:
                connection.close()

    def close(self) -> None:
        """Close every connection; the last one writes the log into the file, if it can."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            # On a disk that is full the log stays: it is durable, and read at the next start.
            with suppress(apsw.Error):
                connection.close()

    def _open(self) -> apsw.Connection:
        connection = apsw.Connection(str(self.path), vfs=self._vfs)
        connection.set_busy_timeout(BUSY_WAIT_MS)
        connection.pragma("cache_size", -CACHE_KIB)
        connection.pragma("temp_store", "memory")
        mode = _log_ahead(connection)
        connection.pragma("synchronous", "full")
        connection.pragma("journal_size_limit", LOG_BYTES_MAX)
        if mode != "wal" or connection.pragma("synchronous") != _FULL:
            connection.close()
            raise StoreError(
                f"{self.path} cannot be written durably (journal {mode}): "
                "put the data directory on a local file system"
            )
        return connection


def _log_ahead(connection: apsw.Connection) -> str:
    """Turn the write-ahead log on; return the journal's mode.

    SQLite does not let one wait for another that turns it on at the same time, in a new file.
    """
    for _ in range(_LOG_TRIES):
        with suppress(apsw.BusyError):
            return str(connection.pragma("journal_mode", "wal"))
        # For this one it does.
        connection.execute("BEGIN IMMEDIATE; ROLLBACK")
    return str(connection.pragma("journal_mode"))
