"""A flushed unit of work in a file: what a crash, a full disk and a great many rows do to it."""

import subprocess
import sys
import tracemalloc
from dataclasses import replace
from pathlib import Path

import pytest

from contract import rows, sites
from contract.rows import ACCOUNT, PLACE
from contract.sites import SITE, SITE_ACCOUNT, SITE_PLACE
from licet.kernel.ids import InstanceId, Udi
from licet.ledger.model import Instance
from licet.ledger.ports import Needs
from licet.store.sqlite.problems import StoreError
from licet.store.sqlite.store import SqliteStore

MANY, PAGE = 6_000, 200

# Another program: it flushes, says so, and is killed before it commits.
PROGRAM = """
import sys
from pathlib import Path
from contract import rows
from licet.store.sqlite.store import SqliteStore

store = SqliteStore.open(Path(sys.argv[1]))
with store.begin(alone=True) as work:
    for number in range(500):
        work.put_instance(rows.instance(number, due_in=1))
        work.record(rows.event(number))
        if number % 100 == 99:
            work.flush()
    print("flushed", flush=True)
    sys.stdin.read()  # it never comes: the program is killed while it waits
    work.commit()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the database is."""
    return tmp_path / "licet.db"


def opened(path: Path) -> SqliteStore:
    """Return a store with an account of a manager's and one of an on-prem's own."""
    store = SqliteStore.open(path)
    with store.begin() as work:
        work.put_account(ACCOUNT)
        work.put_account(SITE_ACCOUNT)
        work.put_virtual_account(PLACE)
        work.put_virtual_account(SITE_PLACE)
        work.put_local_account(sites.local_account())
        work.commit()
    return store


def test_a_program_that_is_killed_leaves_nothing_that_it_flushed(path: Path) -> None:
    """A power cut in the middle of a document would leave half of it in the ledger."""
    opened(path).close()
    tests = str(Path(__file__).parents[2])
    program = subprocess.Popen(  # noqa: S603 - our own text
        [sys.executable, "-c", PROGRAM, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={"PYTHONPATH": tests},
    )
    assert program.stdin is not None
    assert program.stdout is not None
    assert program.stdout.readline() == b"flushed\n"
    program.kill()
    program.wait(60)
    program.stdin.close()
    program.stdout.close()
    store = SqliteStore.open(path)
    assert store.count_instances(PLACE.id) == 0
    assert store.list_events(ACCOUNT.id).items == ()
    assert store.next_due() is None
    with store.begin(alone=True) as work:
        work.put_instance(rows.instance(1))
        work.flush()
        work.commit()
    assert store.count_instances(PLACE.id) == 1
    store.close()


def test_half_of_what_was_put_is_never_committed(path: Path) -> None:
    """Who goes on after a full disk would commit the rows that had still fitted."""
    store = opened(path)
    with store.database.lend() as connection:
        connection.pragma("max_page_count", connection.pragma("page_count") + 20)
    with store.begin(alone=True) as work:
        work.put_license(rows.LICENSE)
        for number in range(500):
            work.put_instance(rows.instance(number))
        with pytest.raises(StoreError, match="the disk is full; nothing was written"):
            work.flush()
        with pytest.raises(RuntimeError):
            work.flush()
        with pytest.raises(RuntimeError):
            work.commit()
    assert store.count_instances(PLACE.id) == 0
    assert store.list_licenses().items == ()
    store.close()


def numbered(number: int, *, said: int) -> Instance:
    """Return an instance of the on-prem's own; each has its own id and serial number."""
    return replace(
        sites.instance(1),
        id=InstanceId(rows.uuid(10_000_000 + number)),
        udi=Udi("N9K", f"SN{number:09d}"),
        key=f"key-{number}",
        number=said,
    )


def put_many(store: SqliteStore, *, said: int) -> None:
    """Put a great many instances, a page at a time, in one unit of work."""
    with store.begin(alone=True) as work:
        for first in range(0, MANY, PAGE):
            page = [numbered(number, said=said) for number in range(first, first + PAGE)]
            work.flush(Needs(instances=tuple(one.id for one in page)))
            for one in page:
                assert (work.instance(one.id) is None) == (said == 1)
                work.put_instance(one)
        work.commit()


def read_many(store: SqliteStore) -> tuple[int, int]:
    """Return how many instances and changes there are, read a page at a time, none kept."""
    instances = changes = 0
    with store.begin() as work:
        last, noted = None, None
        while page := work.page_instances(SITE_PLACE.id, last, PAGE):
            instances, last = instances + len(page), page[-1]
        while some := work.changes(SITE, noted, PAGE):
            changes, noted = changes + len(some), some[-1].instance
            work.flush(Needs(instances=tuple(change.instance for change in some)))
            assert all(work.instance(change.instance) for change in some)
    return instances, changes


def test_memory_does_not_grow_with_what_is_put(path: Path) -> None:
    """A manager would be killed for its memory by the synchronization of a large site."""
    store = opened(path)
    tracemalloc.start()
    try:
        put_many(store, said=1)
        assert read_many(store) == (MANY, MANY)
        put_many(store, said=2)
        assert read_many(store) == (MANY, MANY)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # A page at a time it is 2 MiB, and all of them at once 39.
    assert peak < 4 * 2**20
    with store.begin() as work:
        work.forget_changes(SITE, 1)
        work.commit()
    assert read_many(store) == (MANY, 0)
    store.close()
