"""The SQLite store as a file: opened, migrated, refused, shared by threads and programs."""

import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import apsw
import pytest

from contract import rows, sites
from contract.rows import ACCOUNT, NOW, PLACE, TAG
from licet.ledger.ports import Conflict, Work
from licet.ledger.works import work_in
from licet.store.sqlite import database as database_module
from licet.store.sqlite import migrations as migrations_module
from licet.store.sqlite.database import Database
from licet.store.sqlite.migrations import newest_schema
from licet.store.sqlite.problems import StoreError
from licet.store.sqlite.store import SqliteStore


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the database is."""
    return tmp_path / "licet.db"


def opened(path: Path) -> SqliteStore:
    """Return a store with an account and a token that was used twice."""
    store = SqliteStore.open(path)
    with store.begin() as work:
        work.put_account(ACCOUNT)
        work.put_virtual_account(PLACE)
        work.put_token(rows.token(1))
        work.commit()
    return store


def use(work: Work) -> None:
    """Use the token once more."""
    row = work.token(rows.token(1).id)
    assert row is not None
    work.put_token(replace(row, uses=row.uses + 1))


def uses(store: SqliteStore) -> int:
    """Return how often the token was used."""
    with store.begin() as work:
        row = work.token(rows.token(1).id)
        assert row is not None
        return row.uses


# Another program: it uses the token many times.
PROGRAM = """
import sys
from dataclasses import replace
from pathlib import Path
from licet.ledger.works import work_in
from licet.store.sqlite.store import SqliteStore

path, token, times = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])

def use(work):
    row = work.token(token)
    work.put_token(replace(row, uses=row.uses + 1))

store = SqliteStore.open(path)
for _ in range(times):
    work_in(store, use)
store.close()
"""


def test_it_is_durable_and_its_owners_alone(path: Path) -> None:
    """An answer would be given that a power cut takes back, or anybody could read who uses what."""
    store = opened(path)
    with store.database.lend() as connection:
        assert connection.pragma("journal_mode") == "wal"
        assert connection.pragma("synchronous") == 2
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(Path(f"{path}-wal").stat().st_mode) == 0o600
    store.close()
    again = SqliteStore.open(path)
    assert uses(again) == 2
    again.close()


def test_what_cannot_be_durable_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system without shared memory would corrupt the database silently."""
    monkeypatch.setattr(database_module, "_FULL", 1)
    with pytest.raises(StoreError, match="cannot be written durably"):
        SqliteStore.open(path)


def test_a_newer_schema_is_refused_and_left_alone(path: Path) -> None:
    """An older program would write rows that the newer one takes for its own."""
    opened(path).close()
    connection = apsw.Connection(str(path))
    connection.pragma("user_version", newest_schema() + 1)
    connection.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match=f"has schema {newest_schema() + 1}, and this program"):
        SqliteStore.open(path)
    assert path.read_bytes() == before


def test_another_programs_database_is_refused(path: Path) -> None:
    """Somebody's address book would become a ledger."""
    connection = apsw.Connection(str(path))
    connection.execute("CREATE TABLE address (name TEXT)")
    connection.close()
    with pytest.raises(StoreError, match="of another program"):
        SqliteStore.open(path)


@pytest.mark.parametrize("content", [b"not a database at all, but a long text" * 200, b"SQLite"])
def test_what_is_no_database_is_refused(path: Path, content: bytes) -> None:
    """A traceback would be all that an operator sees."""
    path.write_bytes(content)
    with pytest.raises(StoreError, match="cannot be opened"):
        SqliteStore.open(path)


def test_a_migration_is_applied_once_and_wholly(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program that was stopped in the middle would leave half a schema."""
    opened(path).close()
    first = migrations_module.migrations()
    good = "CREATE TABLE second (id TEXT)"
    broken = "CREATE TABLE third (id TEXT); INSERT INTO nowhere VALUES (1)"
    monkeypatch.setattr(migrations_module, "migrations", lambda: (*first, good, broken))
    with pytest.raises(StoreError, match="stop the server, type `licet manager migrate`"):
        SqliteStore.open(path, migrates=False)
    with pytest.raises(StoreError, match="nowhere"):
        SqliteStore.open(path)
    monkeypatch.setattr(migrations_module, "migrations", lambda: (*first, good))
    database = Database(path)
    assert database.migrated == 0, "the good one was kept"
    with database.lend() as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema")]
    assert "second" in tables
    assert "third" not in tables
    database.close()
    store = SqliteStore.open(path)
    assert uses(store) == 2
    store.close()


def first_schema(path: Path) -> None:
    """Write a ledger as the first version did: its tables, and rows without the fields of today."""
    today = path.with_name("today.db")
    store = opened(today)
    with store.begin() as work:
        for number in (1, 2):
            work.put_instance(rows.instance(number, due_in=number))
            work.put_holding(rows.holding(number, due_in=3))
            work.record(rows.event(number))
        work.commit()
    store.close()
    connection = apsw.Connection(str(path))
    connection.execute(migrations_module.migrations()[0])
    connection.pragma("application_id", migrations_module.APPLICATION_ID)
    connection.pragma("user_version", 1)
    connection.execute("ATTACH ? AS today", (str(today),))
    for table in ("account", "virtual_account", "token", "instance", "holding", "event"):
        connection.execute(f"INSERT INTO main.{table} SELECT * FROM today.{table}")  # noqa: S608
    connection.execute("UPDATE instance SET body = json_remove(body, '$.on_prem')")
    connection.execute("UPDATE holding SET body = json_remove(body, '$.origin', '$.held_by')")
    connection.close()


def test_a_ledger_of_the_first_schema_goes_on(path: Path) -> None:
    """Who installs this version over the first one would lose the ledger, or what it says."""
    first_schema(path)
    with pytest.raises(StoreError, match="stop the server, type `licet manager migrate`"):
        SqliteStore.open(path, migrates=False)
    store = SqliteStore.open(path)
    assert store.database.migrated == newest_schema() - 1
    with store.begin() as work:
        assert work.instance(rows.instance(1).id) == rows.instance(1, due_in=1)
        assert work.pool(PLACE.id, TAG).holdings == tuple(
            rows.holding(number, due_in=3) for number in (1, 2)
        )
        assert [row.id for row in work.due_instances(NOW + timedelta(hours=9), 9)] == [
            rows.instance(number).id for number in (1, 2)
        ]
        assert list(work.events_after(ACCOUNT.id, 1, 9)) == [(2, rows.event(2))]
        assert not work.on_prems(ACCOUNT.id)
        assert not work.local_accounts()
        work.put_on_prem(sites.on_prem(1, due_in=0))
        work.put_instance(replace(rows.instance(1, due_in=1), on_prem=sites.on_prem(1).id))
        work.put_holding(replace(rows.holding(1), held_by=sites.on_prem(1).id))
        work.commit()
    assert store.next_due() == NOW
    assert uses(store) == 2
    store.close()


def test_programs_and_threads_share_it(path: Path) -> None:
    """A command that an administrator types would lose what a device did at the same time."""
    store = opened(path)
    arguments = [sys.executable, "-c", PROGRAM, str(path), rows.token(1).id, "40"]
    programs = [subprocess.Popen(arguments) for _ in range(2)]  # noqa: S603 - our own text
    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(work_in, store, use) for _ in range(80)]:
            done.result()
    for program in programs:
        assert program.wait(60) == 0
    assert uses(store) == 2 + 160
    store.close()


def test_many_programs_may_start_at_once(path: Path) -> None:
    """Two services that start together would migrate an empty database twice."""
    with ThreadPoolExecutor(4) as pool:
        stores = [one.result() for one in [pool.submit(SqliteStore.open, path) for _ in range(4)]]
    assert sum(store.database.migrated for store in stores) == newest_schema()
    for store in stores:
        store.close()


def test_one_that_is_alone_is_not_overtaken(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An import beside a busy server would be run again for ever."""
    monkeypatch.setattr(database_module, "BUSY_WAIT_MS", 50)
    store = opened(path)
    with store.begin(alone=True) as work:
        use(work)
        with store.begin() as other:
            use(other)
            with pytest.raises(Conflict):
                other.commit()
        with pytest.raises(StoreError, match="for too long"), store.begin(alone=True):
            pass
        work.commit()
    assert uses(store) == 3
    store.close()


def test_lending_ends_with_the_store(path: Path) -> None:
    """A thread that comes late would open the file anew, behind the back of who closed it."""
    store = opened(path)
    with store.begin() as work:
        assert work.account(ACCOUNT.id) is not None
        store.close()
    with pytest.raises(StoreError, match="was closed"), store.begin():
        pass


def test_counters_are_kept_through_every_way_that_an_instance_takes(path: Path) -> None:
    """A list of a million instances would have to be counted, or its count would be wrong."""
    store = opened(path)
    other = replace(PLACE, id=rows.OTHER_PLACE.id, name="Lab", default=False)
    with store.begin() as work:
        for number in range(5):
            work.put_instance(rows.instance(number))
        work.commit()
    with store.begin() as work:
        work.put_virtual_account(other)
        work.put_instance(replace(rows.instance(1), virtual_account=other.id))
        work.put_instance(replace(rows.instance(2), number=9))
        work.remove_instance(rows.instance(3).id)
        work.commit()
    assert (store.count_instances(PLACE.id), store.count_instances(other.id)) == (3, 1)
    with store.begin() as work:
        assert work.pool(PLACE.id, TAG).in_use == 0
        assert work.due_instances(NOW, 9) == []
    store.close()
