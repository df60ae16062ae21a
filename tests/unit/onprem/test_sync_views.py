"""What `sync list` and `sync status` say of a local account that grants nothing, or is not there any more."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from licet.kernel.time import DAY, print_instant
from licet.ledger.sites import LocalAccount, LocalState
from licet.onprem.duties import Deadlines
from licet.onprem.office import Office
from licet.store.sqlite.store import SqliteStore
from support.two_sides import TwoSides


@pytest.fixture
def sides(tmp_path: Path) -> TwoSides:
    """A manager, and an on-prem whose local account has synchronized."""
    sides = TwoSides(tmp_path)
    sides.register("Plant")
    sides.synchronize("Plant")
    return sides


@pytest.fixture
def office(sides: TwoSides) -> Iterator[Office]:
    """The on-prem."""
    office = sides.office()
    yield office
    assert isinstance(office.store, SqliteStore)
    office.store.close()


def account_of(office: Office) -> LocalAccount:
    """Return the local account."""
    with office.store.begin() as work:
        [account] = work.local_accounts()
    return account


def put(office: Office, **changes: Any) -> LocalAccount:
    """Change the local account, let its deadlines be looked at, and return it."""
    account = replace(account_of(office), **changes)
    with office.store.begin(alone=True) as work:
        work.put_local_account(account)
        work.commit()
    Deadlines(office).tick(office.clock.now())
    return account


def listed(sides: TwoSides) -> tuple[str, str | None]:
    """Return what `sync list` says, and when it says that a synchronization is due."""
    [row] = sides.sat.ask("sync list")
    return row["alerts"], row["synchronization_due"]


def grants(sides: TwoSides) -> str:
    """Return what `sync status` says of what is granted."""
    said: str = sides.sat.ask("sync status Plant")["grants"]
    return said


def test_one_whose_lease_has_ended(sides: TwoSides, office: Office) -> None:
    """Nobody would see why no product is granted anything; a code is in no book that they have."""
    now = office.clock.now()
    ended = put(
        office, last_up_at=now - 91 * DAY, last_down_at=now - 91 * DAY, lease_ends_at=now - DAY
    ).lease_ends_at
    assert ended is not None
    assert listed(sides)[0] == "Lease Ended"
    since = print_instant(ended)
    assert grants(sides) == (
        f"no: its lease ended on {since}; products keep what they have until their own deadline: "
        "synchronize now"
    )
    rows = sides.sat.ask("alert list --account Plant")
    assert [row["alert"] for row in rows] == ["Lease Ended", "Synchronization Overdue"]
    assert rows[0]["message"].startswith(f"'Plant' grants nothing since {since}: products keep")
    assert "goes when the on-prem has synchronized" in sides.sat.refuses(
        f"alert dismiss {rows[0]['id']} --account Plant"
    )


def test_one_whose_lease_has_ended_while_the_server_stood_still(
    sides: TwoSides, office: Office
) -> None:
    """The list would call it synchronized until somebody starts the server."""
    with office.store.begin(alone=True) as work:
        work.put_local_account(replace(account_of(office), lease_ends_at=office.clock.now()))
        work.commit()
    assert listed(sides)[0] == "Lease Ended"


def test_one_that_was_restored_and_is_overdue(sides: TwoSides, office: Office) -> None:
    """That a synchronization is late would hide that nothing is granted until it comes."""
    now = office.clock.now()
    last = now - 40 * DAY
    put(office, restored=True, last_down_at=last, lease_ends_at=last + 90 * DAY)
    [alert] = sides.sat.ask("alert list --account Plant")
    assert alert["alert"] == "Synchronization Overdue"
    assert listed(sides)[0] == "Restored, Not Synchronized"
    assert grants(sides) == "no: restored from a backup, or set back, and not synchronized since"


def test_one_that_never_synchronized(sides: TwoSides, office: Office) -> None:
    """What a person must do first would not be said."""
    put(office, lease=0, lease_ends_at=None, last_down_at=None)
    assert listed(sides)[0] == "Never Synchronized"
    assert grants(sides) == "no: it has not synchronized yet"


def test_one_that_was_removed(sides: TwoSides, office: Office) -> None:
    """An administrator would be warned of a removal that has happened, and not learn by whom."""
    sides.manager.do("onprem remove Sat --yes")
    who = account_of(office).name
    sides.synchronize("Plant")
    account = account_of(office)
    assert account.reason.endswith(" removed it")
    assert listed(sides) == ("Removed", None)
    assert grants(sides) == "no: its manager has removed it; products register elsewhere"
    [alert] = sides.sat.ask("alert list --account Plant")
    assert alert["alert"] == "On-Prem Unregistered and Removed"
    assert alert["message"].startswith(f"'{who}' was removed by its manager: {account.reason}; ")


def test_one_that_was_deactivated(sides: TwoSides, office: Office) -> None:
    """It would be called synchronized, and a synchronization be due that nobody can make."""
    last = office.clock.now() - 40 * DAY
    put(office, last_down_at=last, lease_ends_at=last + 90 * DAY)
    assert listed(sides)[0] == "Synchronization Overdue"
    sides.sat.do("account deactivate Plant --abandon --yes")
    assert account_of(office).state is LocalState.DEACTIVATED
    assert listed(sides) == ("Deactivated", None)
    assert grants(sides) == "no: it was deactivated; products register elsewhere"
    assert sides.sat.ask("sync status Plant")["removal_due"] is None
    [row] = sides.sat.ask("account list")
    assert row["synchronization_due"] is None
    assert sides.sat.ask("alert list --account Plant") == []
