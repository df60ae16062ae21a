"""How many statements the SQLite store needs, and by which way it finds rows."""

from collections.abc import Callable
from pathlib import Path

import apsw
import pytest

from contract.sites import local_account
from licet.endpoint.endpoint import Call
from licet.kernel.ids import AuthorityId
from licet.store.shapes import SHAPES
from licet.store.sqlite.statements import statements
from licet.store.sqlite.store import SqliteStore
from licet.wire.envelope import open_envelope
from licet.wire.limits import MAX_ANSWER_BYTES
from licet.wire.messages import ANSWERS, Problem
from support.device import AUTHORIZE, EXPLAIN, RENEW, Device
from support.office import LAN, MPLS, Customer, Office

BATCH = 48
Compose = Callable[[Office, Device, Customer], bytes]


def authorize(office: Office, device: Device, _: Customer) -> bytes:
    """Ask for more than there is, so that pools, alerts and events move."""
    return device.say(AUTHORIZE, (LAN, 1 + device.number), (MPLS, 1), now=office.now)


KINDS: dict[str, Compose] = {
    "register again with force": lambda office, one, at: Device(
        one.udi, office.chance, office.device().key
    ).register(office.token(at=at), now=office.now, force=True),
    "authorize": authorize,
    "renew": lambda office, one, _: one.say(RENEW, (LAN, 1), now=office.now),
    "explain": lambda office, one, _: one.say(EXPLAIN, (LAN, 1), (MPLS, 1), now=office.now),
    "leave": lambda office, one, _: one.leave(now=office.now),
}


class Counted:
    """An office over SQLite whose statements are counted."""

    def __init__(self, path: Path) -> None:
        self.store = SqliteStore.open(path)
        self.office = Office(store=self.store)
        self.seen: list[str] = []
        self.devices: list[tuple[Device, Customer]] = []

    def grow(self, count: int) -> None:
        """Register devices, each in a virtual account of its own that has too few licenses."""
        office = self.office
        for number in range(count):
            place = office.department(office.example.account, f"V{number}")
            office.give(LAN, 1, at=place)
            device = office.registered(f"C{number}", office.token(at=place))
            office.post(authorize(office, device, place))
            self.devices.append((device, place))

    def count(self, compose: Compose, batch: int) -> list[str]:
        """Return the statements that a batch needs."""
        chosen = [self.devices.pop() for _ in range(batch)]
        calls = [Call(compose(self.office, *one)) for one in chosen]
        self.seen = []
        with self.store.database.lend() as connection:
            connection.trace_v2(apsw.SQLITE_TRACE_STMT, self._note)
        replies = self.office.endpoint.handle(calls, now=self.office.now)
        with self.store.database.lend() as connection:
            connection.trace_v2(0, None)
        for reply in replies:
            answer = ANSWERS.decode(open_envelope(reply.data, max_bytes=MAX_ANSWER_BYTES).payload)
            assert not isinstance(answer.outcome, Problem), answer  # type: ignore[attr-defined]
        return self.seen

    def _note(self, event: dict[str, object]) -> None:
        if not event["trigger"]:
            self.seen.append(str(event["sql"]))


@pytest.mark.parametrize("kind", list(KINDS))
def test_a_batch_costs_a_constant_number_of_statements(tmp_path: Path, kind: str) -> None:
    """The more devices speak at once, the slower each would be served."""
    counted = Counted(tmp_path / "licet.db")
    counted.grow(4 + BATCH)
    few = counted.count(KINDS[kind], 4)
    many = counted.count(KINDS[kind], BATCH)
    # Fewer, where what one looks for was read for another one.
    assert len(many) <= len(few), "\n".join(many)
    assert len(many) <= 35
    assert many.count("COMMIT") == 1


def test_what_a_site_changes_is_noted_at_a_constant_price(tmp_path: Path) -> None:
    """Each device of an on-prem would wait for the note that another one spoke."""
    counted = Counted(tmp_path / "licet.db")
    site = AuthorityId(counted.office.example.account)
    counted.grow(4 + BATCH)
    without = counted.count(authorize, 4)
    with counted.store.begin() as work:
        work.put_local_account(local_account(site))
        work.commit()
    many = counted.count(authorize, BATCH)
    with counted.store.begin() as work:
        assert len(work.changes(site, None, 99)) == BATCH
    asked = [[sql for sql in seen if "local_account" in sql] for seen in (without, many)]
    assert [len(sql) for sql in asked] == [1, 1], "a manager asks once whether it is a site"
    assert len(many) <= len(without) + 1


def every_statement() -> list[tuple[str, str]]:
    """Return every statement of every file, with where it stands."""
    files = [*(shape.name for shape in SHAPES), "event", "due", "lists"]
    return [(f"{file}.{name}", sql) for file in files for name, sql in statements(file).items()]


@pytest.mark.parametrize(("where", "sql"), every_statement(), ids=lambda value: value[:40])
def test_no_statement_reads_a_whole_table(tmp_path: Path, where: str, sql: str) -> None:
    """A million instances would make it a thousand times slower than a thousand do."""
    store = SqliteStore.open(tmp_path / "licet.db")
    with store.database.lend() as connection:
        names = ("sought", "rows", "until", "limit", "after", "virtual_account", "account")
        given = dict.fromkeys((*names, "number"), "[]")
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", given)]
    store.close()
    steps = [step for step in plan if step.startswith("SCAN")]
    allowed = ("SCAN sought VIRTUAL", "SCAN json_each VIRTUAL", "SCAN (subquery", "SCAN CONSTANT")
    assert all(step.startswith(allowed) for step in steps), f"{where}: {plan}"
    assert not any("TEMP B-TREE FOR ORDER BY" in step for step in plan), f"{where}: {plan}"
