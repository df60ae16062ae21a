"""What an on-prem does by itself: when it synchronizes, what it does when that fails, what it warns of."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from typing_extensions import override

from licet.admin.refusal import AdminRefused
from licet.kernel.time import DAY, HOUR, MINUTE, SECOND
from licet.ledger.sites import LocalAccount, LocalState, SyncKind
from licet.onprem.client import Stopped
from licet.onprem.duties import TURN, Deadlines, Synchronizing
from licet.onprem.office import Office
from licet.onprem.synchronizing import Failed, synchronize
from licet.service.clock import SystemClock
from licet.store.sqlite.problems import StoreError
from licet.store.sqlite.store import SqliteStore
from support.exchange import TAGS
from support.sites_tables import Inside
from support.two_sides import TwoSides

Wait = Callable[[float], bool]


@pytest.fixture
def sides(tmp_path: Path) -> TwoSides:
    """A manager and an on-prem with one local account, which knows the way."""
    sides = TwoSides(tmp_path)
    sides.register("Plant")
    sides.synchronize("Plant")
    sides.sat.do("account reach Plant --manager https://localhost")
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


def put(office: Office, account: LocalAccount) -> None:
    """Put the local account."""
    with office.store.begin(alone=True) as work:
        work.put_local_account(account)
        work.commit()


def alerts(office: Office) -> list[str]:
    """Return the kinds of the alerts that stand."""
    account = account_of(office)
    return [one.kind for one in office.store.list_alerts(account.id).items]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("every", "after"), [("daily", DAY), ("weekly", 7 * DAY), ("monthly", 28 * DAY)]
)
def test_it_is_done_on_schedule(
    sides: TwoSides, office: Office, every: str, after: timedelta
) -> None:
    """A person would find out a month later that nothing was exchanged."""
    sides.sat.do(f"sync schedule {every}")
    last = account_of(office).last_down_at
    assert last is not None
    done: list[SyncKind] = []

    def act(_: Office, account: LocalAccount, kind: SyncKind, _wait: Wait) -> None:
        done.append(kind)
        put(office, replace(account, due_at=last + 2 * after))

    duty = Synchronizing(office, act)
    assert duty.next_due() == last + after
    duty.tick(last + after - MINUTE)
    assert done == []
    duty.tick(last + after)
    assert done == [SyncKind.STANDARD]
    assert duty.next_due() == last + 2 * after
    sides.sat.do("sync schedule never")
    assert duty.next_due() is None


def test_what_fails_or_is_taken_is_tried_again_later(office: Office) -> None:
    """One site without a network would keep the others from theirs, or be tried without end."""
    account = account_of(office)
    now = account.last_down_at or account.requested_at
    put(office, replace(account, due_at=now))
    said: list[Exception] = [AdminRefused("taken"), Failed("no road"), Stopped()]

    def act(_: Office, account: LocalAccount, _kind: SyncKind, _wait: Wait) -> None:
        error = said.pop(0)
        if isinstance(error, Failed):
            put(office, replace(account, due_at=now + HOUR))
        raise error

    duty = Synchronizing(office, act)
    duty.tick(now)
    assert duty.next_due() == now + MINUTE, "somebody else is at it"
    duty.tick(now + MINUTE)
    assert duty.next_due() == now + HOUR
    duty.tick(now + HOUR)
    assert said == []
    assert duty.next_due() == now + HOUR


def test_it_breaks_off_when_the_server_ends(office: Office) -> None:
    """A stop would wait until a far manager has answered."""
    account = account_of(office)
    now: datetime = account.last_down_at or account.requested_at
    put(office, replace(account, due_at=now))
    heard: list[bool] = []
    duty = Synchronizing(office, lambda *given: heard.append(given[3](0)))
    duty.tick(now)
    duty.stop()
    duty.tick(now)
    assert heard == [False], "nothing is begun any more"
    assert duty._patience()(60.0), "and nothing is waited for"


def test_a_full_disk_is_a_failure_like_others(office: Office) -> None:
    """Nobody would learn that nothing is exchanged any more, and why; until the lease has ended."""
    account = account_of(office)
    office.response_file(account.id).mkdir()
    with pytest.raises(Failed, match=r"response\.part: it is a directory, not a file"):
        synchronize(office, account, SyncKind.STANDARD, lambda _: False)
    assert "it is a directory" in account_of(office).failed
    assert not account_of(office).history[0].ok
    assert alerts(office) == ["Synchronization Failed"]


def test_what_fits_into_no_document_is_a_failure_like_others(office: Office) -> None:
    """One strange name in the ledger would end in a traceback, and the site never know why."""
    account = account_of(office)
    inside = Inside(office.data.path, account.name)
    inside.enter(1, TAGS[0])
    with office.store.begin(alone=True) as work:
        [instance] = inside.rows()
        work.put_instance(replace(instance, host_name="two\nlines"))
        work.commit()
    inside.close()
    with pytest.raises(
        Failed, match="the request of 'Plant' cannot be written: the product instance"
    ):
        synchronize(office, account, SyncKind.STANDARD, lambda _: False)
    assert "cannot be written" in account_of(office).failed


def test_one_account_that_cannot_be_helped_is_not_the_end_of_all(
    sides: TwoSides, office: Office
) -> None:
    """The local accounts of other customers would lapse with it."""
    now = two_that_are_due(sides, office)
    done: list[str] = []

    def act(_: Office, account: LocalAccount, _kind: SyncKind, _wait: Wait) -> None:
        done.append(account.name)
        if account.name == "Ship":
            raise StoreError("the disk is full")
        put(office, replace(account, due_at=now + DAY))

    duty = Synchronizing(office, act)
    duty.tick(now)
    assert done == ["Ship", "Plant"], "whose lease ends first goes first"
    assert duty.next_due() == now + HOUR, "it is not tried without end"


def test_one_slow_manager_does_not_hold_up_the_others(sides: TwoSides, office: Office) -> None:
    """One site with a bad line would take the time in which the others must synchronize."""
    now = two_that_are_due(sides, office)
    clock = Passing()
    slow = replace(office, clock=clock)
    done: list[str] = []

    def act(_: Office, account: LocalAccount, _kind: SyncKind, wait: Wait) -> None:
        while account.name == "Ship":
            clock.passed_s += 30
            if wait(0):
                raise Stopped
        done.append(account.name)

    Synchronizing(slow, act).tick(now)
    assert done == ["Plant"]
    assert clock.passed_s == TURN / SECOND


class Passing(SystemClock):
    """A clock on which time passes as a test says."""

    passed_s = 0.0

    @override
    def elapsed_s(self) -> float:
        """Return seconds."""
        return self.passed_s


def two_that_are_due(sides: TwoSides, office: Office) -> datetime:
    """Register another local account, whose lease ends earlier; return when both are due."""
    first = account_of(office)
    sides.register("Ship")
    sides.synchronize("Ship")
    sides.sat.do("account reach Ship --manager https://localhost")
    with office.store.begin() as work:
        [_, ship] = work.local_accounts()
    now, ends = first.last_down_at, first.lease_ends_at
    assert now is not None
    assert ends is not None
    put(office, replace(first, due_at=now))
    put(office, replace(ship, due_at=now, lease_ends_at=ends - DAY))
    return now


@pytest.mark.enable_socket
def test_a_manager_that_removed_it_is_told_that_this_was_heard(office: Office) -> None:
    """Its licenses would count for nobody until the lease ends, because one connection was lost."""
    account = replace(account_of(office), state=LocalState.REMOVED, due_at=None)
    upstream = account.upstream
    assert upstream is not None
    put(office, replace(account, upstream=replace(upstream, url="https://127.0.0.1:1")))
    with pytest.raises(Failed):
        synchronize(office, account, SyncKind.STANDARD, lambda _: False)
    due = Synchronizing(office).next_due()
    assert due is not None
    assert due - office.clock.now() > 59 * MINUTE
    put(office, replace(account_of(office), lease_ends_at=office.clock.now(), due_at=None))
    with pytest.raises(Failed):
        synchronize(office, account, SyncKind.STANDARD, lambda _: False)
    assert Synchronizing(office).next_due() is None, "they count there by now"


def test_deadlines_are_warned_of(office: Office) -> None:
    """The site would be removed, and everything on it stop, without a word."""
    account = account_of(office)
    last, ends = account.last_down_at, account.lease_ends_at
    assert last is not None
    assert ends is not None
    duty = Deadlines(office)
    duty.tick(last)
    assert alerts(office) == []
    assert duty.next_due() == last + 30 * DAY
    duty.tick(last + 30 * DAY)
    assert alerts(office) == ["Synchronization Overdue"]
    assert duty.next_due() == ends - 30 * DAY
    duty.tick(ends - 30 * DAY)
    assert alerts(office)[0] == "Upcoming Synchronization Deadline"
    assert duty.next_due() == ends
    duty.tick(ends)
    assert duty.next_due() is None


def test_a_failure_stands_until_the_next_success(office: Office) -> None:
    """An alert would outlive what it is about, or be lost with a restart."""
    account = account_of(office)
    now = account.last_down_at or account.requested_at
    put(office, replace(account, failed="the manager refuses connections"))
    duty = Deadlines(office)
    duty.tick(now)
    assert alerts(office) == ["Synchronization Failed"]
    put(office, replace(account, failed=""))
    duty.tick(now + HOUR)
    assert alerts(office) == []
