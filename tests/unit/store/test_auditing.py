"""What the audit of a copy finds in the rows of on-prems and local accounts."""

import re
from dataclasses import replace
from pathlib import Path

import apsw
import pytest

from contract import rows, sites
from contract.rows import ACCOUNT, OTHER_PLACE, PLACE
from contract.sites import LETTER, SITE_ACCOUNT, SITE_PLACE
from licet.store.sqlite.auditing import Audited, audit, checks
from licet.store.sqlite.store import SqliteStore

WHERE = "everything stands in an account"
WHOSE = "what is an on-prem's stands with an on-prem"
FOUND_BY = "rows are found by what they say"
READ = "every row can be read"


def written(path: Path) -> None:
    """Write a ledger that is in order, with a row of everything that two sides keep."""
    store = SqliteStore.open(path)
    on_prem = sites.on_prem(1, due_in=1)
    with store.begin() as work:
        work.put_account(ACCOUNT)
        work.put_account(SITE_ACCOUNT)
        for place in (PLACE, OTHER_PLACE, SITE_PLACE):
            work.put_virtual_account(place)
        work.put_on_prem(on_prem)
        work.put_letter(LETTER)
        work.put_invitation(sites.invitation(1))
        work.put_local_account(sites.local_account())
        work.put_carried_note(sites.note(1))
        work.put_carried_note(sites.note(2, carrier=None))
        work.put_instance(sites.instance(1))
        mirrored = replace(rows.instance(2), virtual_account=OTHER_PLACE.id, on_prem=on_prem.id)
        work.put_instance(mirrored)
        work.put_usage_count(OTHER_PLACE.id, mirrored.usage[0].tag, mirrored.usage[0].count)
        work.put_holding(replace(rows.holding(1), held_by=on_prem.id))
        work.commit()
    store.close()


def wrong(path: Path) -> list[Audited]:
    """Return what is not in order."""
    found = list(audit(path))
    assert len(found) == checks()
    return [audited for audited in found if audited.wrong]


def test_a_site_in_order_passes(tmp_path: Path) -> None:
    """No backup of a manager with on-prems could be taken."""
    path = tmp_path / "licet.db"
    written(path)
    assert wrong(path) == []


@pytest.mark.parametrize(
    ("statement", "check", "text"),
    [
        (
            "UPDATE in_use SET in_use = 1, body = json_set(body, '$.in_use', 1)",
            "pools count",
            "used",
        ),
        ("UPDATE on_prem SET virtual_account = 'other'", WHERE, "on-prem"),
        ("DELETE FROM local_account", WHERE, "change of"),
        ("DELETE FROM on_prem", WHOSE, "instance .*; holding .*; letter to"),
        (
            """UPDATE on_prem SET virtual_account = virtual_account.id,
            body = json_set(on_prem.body, '$.virtual_account', virtual_account.id)
            FROM virtual_account WHERE virtual_account.body ->> 'name' = 'Default'""",
            WHOSE,
            "instance",
        ),
        ("UPDATE on_prem SET due_at = NULL", FOUND_BY, "on-prem"),
        ("UPDATE on_prem SET account = 'other'", FOUND_BY, "on-prem"),
        ("UPDATE letter SET on_prem = 'other'", FOUND_BY, "letter to other"),
        ("UPDATE invitation SET account = 'other'", FOUND_BY, "invitation"),
        ("UPDATE invitation SET created_at = 'other'", FOUND_BY, "invitation"),
        ("UPDATE local_account SET id = 'other'", FOUND_BY, "local account other"),
        ("UPDATE change SET since = 9", FOUND_BY, "change of"),
        ("UPDATE change SET instance = 'other'", FOUND_BY, "change of other"),
        ("UPDATE carried_note SET authority = 'other'", FOUND_BY, "note of"),
        ("UPDATE carried_note SET local_account = NULL", FOUND_BY, "note of"),
        ("UPDATE on_prem SET body = json_remove(body, '$.keys')", READ, "on_prem 1"),
        (
            "UPDATE local_account SET body = json_set(body, '$.state', 'odd')",
            READ,
            "local_account 1",
        ),
    ],
)
def test_a_site_that_was_bent_is_noticed(
    tmp_path: Path, statement: str, check: str, text: str
) -> None:
    """A backup would bring back a ledger that a bug, or a hand, had bent."""
    path = tmp_path / "licet.db"
    written(path)
    connection = apsw.Connection(str(path))
    connection.execute(statement)
    assert connection.total_changes() > 0
    connection.close()
    [found] = [audited for audited in wrong(path) if audited.check.startswith(check)]
    assert re.search(text, found.text)
