"""The stores that the contract is for: each makes an empty one. A new adapter is one line here."""

import shutil
import tempfile
import weakref
from collections.abc import Callable
from pathlib import Path

from licet.ledger.ports import Store
from licet.store.memory import MemoryStore
from licet.store.sqlite.store import SqliteStore


def memory() -> Store:
    """Return an empty store in memory."""
    return MemoryStore()


def sqlite() -> Store:
    """Return an empty store in a file, which goes with it."""
    directory = Path(tempfile.mkdtemp(prefix="licet-"))
    store = SqliteStore.open(directory / "licet.db")
    weakref.finalize(store, _remove, store.database.close, directory)
    return store


def _remove(close: Callable[[], None], directory: Path) -> None:
    close()
    shutil.rmtree(directory)


STORES: list[Callable[[], Store]] = [memory, sqlite]
