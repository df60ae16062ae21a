"""When a synchronization is due, overdue and too late: the same on both sides."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from licet.admin.on_prems import remove_on_prem, set_removal_days
from licet.kernel.ids import AccountId
from licet.kernel.time import HOUR
from licet.ledger.listing import every
from licet.ledger.model import Alert, Severity
from licet.ledger.sites import Every, LocalAccount, LocalState, Road, SyncKind, Upstream
from licet.pki.authority import rotate_root
from licet.sync.deadlines import (
    DEADLINE,
    LAPSED,
    OVERDUE,
    REMOVED,
    due_of,
    next_sync,
    removal_of,
    review,
    warned_of,
)
from licet.sync.exchange import note_failure
from support.exchange import START, TAGS, Manager, Site, days

LEASED = {"lease_ends_at": START + days(90)}


@pytest.fixture
def site() -> Site:
    """Return a site that has synchronized once."""
    manager = Manager()
    manager.order(manager.open("Plant"), TAGS[0], 10)
    site = Site(manager, "Sat", "Plant")
    site.synchronize(SyncKind.FULL)
    return site


def alerts(site: Site) -> tuple[list[Alert], list[Alert]]:
    """Return the alerts about synchronization of both sides, after a look at what is due."""
    site.manager.now = site.now
    site.manager.sweep()
    look_at(site)
    return standing(site.manager, site.manager.account.id), standing(site, AccountId(site.id))


def look_at(site: Site) -> None:
    """Let a site look at what is due."""
    site.change(
        lambda work: review(
            work, site.account, account=AccountId(site.id), source=None, now=site.now
        )
    )


def standing(side: Manager | Site, account: AccountId) -> list[Alert]:
    """Return the alerts about synchronization that stand at a side, the worst first."""
    kinds = {OVERDUE, DEADLINE, LAPSED, REMOVED}
    listed = every(lambda **of: side.store.list_alerts(account, **of))
    return [one for one in listed if one.kind in kinds]


def due(site: Site) -> datetime | None:
    """Return when a site synchronizes by itself next."""
    return site.account.due_at


def told(site: Site) -> list[str]:
    """Return what the events of a site say, the newest first."""
    listed = every(lambda **of: site.store.list_events(AccountId(site.id), **of))
    return [event.text for event in listed]


def account(**changes: object) -> LocalAccount:
    """Return a local account that synchronizes over a network."""
    given: dict[str, object] = {
        "id": "x",
        "name": "A",
        "smart_account": "S",
        "virtual_account": "V",
        "email": "",
        "state": LocalState.REGISTERED,
        "requested_at": START,
        "requested_by": "ann",
        "upstream": Upstream("m", "https://manager.example.com"),  # type: ignore[arg-type]
        "last_down_at": START,
        **changes,
    }
    return LocalAccount(**given)  # type: ignore[arg-type]


def test_the_dates_of_the_source_document() -> None:
    """The list would show another due date than the source document's screen."""
    last = datetime(2020, 6, 3, 18, 46, 30, tzinfo=UTC)
    synchronized = account(last_down_at=last, lease_ends_at=last + days(90))
    assert due_of(synchronized) == datetime(2020, 7, 3, 18, 46, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("removal", "due", "warned", "by_itself"),
    [
        (90, 30, 60, 28),
        (364, 30, 334, 28),
        (60, 30, 30, 28),
        (45, 22.5, 22.5, 22.5),
        (20, 10, 10, 10),
    ],
)
def test_a_short_lease_is_due_half_way(
    removal: float, due: float, warned: float, by_itself: float
) -> None:
    """A site that is removed after twenty days would be removed before anybody is warned."""
    short = account(lease_ends_at=START + days(int(removal)), every=Every.MONTHLY)
    assert due_of(short) == START + due * days(1)
    assert warned_of(short) == START + warned * days(1)
    assert next_sync(short, START) == START + by_itself * days(1)


def test_both_sides_say_the_same_at_the_same_time(site: Site) -> None:
    """The manager would remove a site whose administrator was never warned."""
    for day, kinds in (
        (29, []),
        (30, [OVERDUE]),
        (59, [OVERDUE]),
        (60, [OVERDUE, DEADLINE]),
        (89, [OVERDUE, DEADLINE]),
    ):
        site.now = START + days(day)
        ours, theirs = alerts(site)
        assert {one.kind for one in ours} == set(kinds), day
        assert [(one.kind, one.message) for one in ours] == [
            (one.kind, one.message.replace(f"'{site.account.name}'", "'Sat'")) for one in theirs
        ]


def test_a_synchronization_clears_the_warnings(site: Site) -> None:
    """A site that came back would be warned for ever."""
    site.now = START + days(80)
    assert all(alerts(site))
    site.synchronize()
    assert alerts(site) == ([], [])


def test_silence_removes(site: Site) -> None:
    """The licenses of a site that is gone would be lost."""
    site.enter("A", TAGS[0], 3)
    site.synchronize()
    place = site.manager.on_prem(site).virtual_account
    assert site.manager.store.count_instances(place) == 1
    site.now = START + days(90)
    ours, _ = alerts(site)
    assert [one.kind for one in ours] == [REMOVED]
    assert site.manager.store.count_instances(place) == 0
    assert site.manager.on_prem(site).removed_at == site.now


def test_a_site_that_comes_back_too_late_is_told_that_it_was_removed() -> None:
    """It would ask for ever, and nobody there could register its local account anew."""
    manager = Manager()
    manager.open("Plant")
    site = Site(manager, "Sat", "Plant")
    site.synchronize()
    manager.now = START + days(200)
    manager.sweep()
    manager.keys = rotate_root(manager.keys, chance=manager.chance, now=manager.now)
    manager.keys = rotate_root(manager.keys, chance=manager.chance, now=manager.now)
    site.now = manager.now
    site.synchronize()
    assert site.account.state is LocalState.REMOVED
    manager.now += days(366)
    manager.sweep()
    assert manager.look(lambda work: work.on_prem(site.id)) is None, "it is told for a year"
    assert not site.is_open()


def test_a_site_that_never_synchronized_is_removed_too() -> None:
    """Its virtual account would be bound for ever."""
    manager = Manager()
    manager.open("Plant")
    site = Site(manager, "Sat", "Plant")
    manager.now = START + days(90)
    manager.sweep()
    assert manager.on_prem(site).removed_at == manager.now


@pytest.mark.parametrize(
    ("changes", "due"),
    [
        ({"every": Every.DAILY}, START + days(1)),
        ({"every": Every.WEEKLY}, START + days(7)),
        ({"every": Every.MONTHLY}, START + days(28)),
        ({"every": Every.NEVER}, None),
        ({"upstream": Upstream("m")}, None),  # type: ignore[arg-type]
        ({"state": LocalState.REMOVED}, None),
        ({"state": LocalState.REMOVED, **LEASED}, START),
        ({"state": LocalState.REMOVED, **LEASED, "every": Every.NEVER}, START),
        ({"state": LocalState.REMOVED, **LEASED, "failed": "no road"}, START + HOUR),
        ({"state": LocalState.REMOVED, **LEASED, "removal_heard": True}, None),
        ({"state": LocalState.REMOVED, **LEASED, "upstream": Upstream("m")}, None),  # type: ignore[arg-type]
        ({"state": LocalState.DEACTIVATED, **LEASED}, None),
        ({"last_down_at": None}, START),
        ({"restored": True}, START),
    ],
)
def test_when_a_site_synchronizes_by_itself(
    changes: dict[str, object], due: datetime | None
) -> None:
    """It would be overdue although somebody set a schedule, or ask where nobody wanted it to."""
    assert next_sync(account(**changes), START) == due


def test_what_failed_is_tried_again_every_hour_and_says_why(site: Site) -> None:
    """Synchronization would die unnoticed."""
    why = "the manager cannot be reached"
    site.now = START + days(29)
    note_failure(
        site.store, site.id, kind=SyncKind.STANDARD, road=Road.NETWORK, why=why, now=site.now
    )
    assert site.account.failed == why
    assert site.account.history[0].result == why
    assert not site.account.history[0].ok
    failed = account(failed=why, every=Every.DAILY)
    assert (next_sync(failed, START + days(9)) - (START + days(9))).total_seconds() == 3600  # type: ignore[operator]


def test_a_site_whose_lease_has_ended_says_so(site: Site) -> None:
    """Its products would be refused everything, and its administrator read that it is removed some day."""
    for day in (90, 91, 120):
        site.now = START + days(day)
        look_at(site)
    worst, other = standing(site, AccountId(site.id))
    assert (worst.kind, worst.severity) == (LAPSED, Severity.MAJOR)
    assert worst.message == (
        "'Sat' grants nothing since Jan 30 00:00:00 2027 UTC: products keep what they have until their "
        "own deadline; synchronize now"
    )
    assert worst.raised_at == START + days(90)
    assert other.kind == OVERDUE
    assert told(site).count(worst.message) == 1, "it happened once"


def test_a_site_that_never_synchronized_in_all_its_days_says_so() -> None:
    """It would say that it is removed on a day that has passed."""
    manager = Manager()
    manager.open("Plant")
    site = Site(manager, "Sat", "Plant")
    site.now = START + days(89)
    look_at(site)
    assert [one.kind for one in standing(site, AccountId(site.id))] == [DEADLINE, OVERDUE]
    site.now = START + days(90)
    look_at(site)
    worst, _ = standing(site, AccountId(site.id))
    assert worst.kind == LAPSED
    assert worst.message.startswith(
        "'Sat' grants nothing: it has never synchronized: products keep"
    )


def test_a_lease_that_comes_after_all_clears_what_was_said_of_its_end(site: Site) -> None:
    """A site that serves again would go on saying that it does not."""
    manager = site.manager
    manager.now = START + days(60)
    manager.sweep()
    site.now = manager.now = START + days(90)
    look_at(site)
    assert [one.kind for one in standing(site, AccountId(site.id))] == [LAPSED, OVERDUE]
    site.synchronize()
    assert standing(site, AccountId(site.id)) == []
    assert standing(manager, manager.account.id) == [], "it was answered before it was removed"


def test_a_removed_site_says_why_and_nothing_of_deadlines(site: Site) -> None:
    """It would warn of its removal on the very second, and nobody there learn who did it."""
    manager = site.manager
    site.now = manager.now = START + days(70)
    look_at(site)
    assert [one.kind for one in standing(site, AccountId(site.id))] == [DEADLINE, OVERDUE]
    manager.change(
        lambda work: remove_on_prem(
            work, manager.on_prem(site), who="ann", why="ann removed it", now=manager.now
        )
    )
    site.synchronize()
    assert site.account.reason == "ann removed it"
    first = standing(site, AccountId(site.id))
    site.synchronize()
    [said] = standing(site, AccountId(site.id))
    assert [said] == first
    assert (said.kind, said.severity) == (REMOVED, Severity.MAJOR)
    assert said.message == (
        "'Sat' was removed by its manager: ann removed it; its products register elsewhere, and it is to "
        "be given up (account deactivate)"
    )
    assert told(site).count(said.message) == 1


def test_a_site_that_was_silent_for_too_long_is_told_since_when(site: Site) -> None:
    """Its administrator would look for the person who removed it."""
    manager = site.manager
    site.now = manager.now = START + days(90)
    manager.sweep()
    site.synchronize()
    assert site.account.reason == "it has not synchronized since Nov 01 00:00:00 2026 UTC"


def test_fewer_days_hold_on_both_sides_after_one_synchronization(site: Site) -> None:
    """One side would warn of a removal in a month, the other one in a quarter of a year."""
    manager = site.manager
    manager.change(
        lambda work: set_removal_days(work, manager.on_prem(site), days=20, who="ann", now=START)
    )
    site.now = manager.now = START + days(1)
    site.synchronize()
    on_prem = manager.on_prem(site)
    assert len(on_prem.leases) == 2, "the older one lasts longer"
    for say in (due_of, warned_of, removal_of):
        assert say(on_prem) == say(site.account)
    assert removal_of(on_prem) == START + days(21)
    site.now = START + days(12)
    ours, theirs = alerts(site)
    assert {one.kind for one in ours} == {OVERDUE, DEADLINE} == {one.kind for one in theirs}
    site.now = START + days(21)
    [said], theirs = alerts(site)
    assert said.kind == REMOVED
    assert {one.kind for one in theirs} == {OVERDUE, LAPSED}
    assert manager.on_prem(site).cuts, "it may be using the older lease"


def test_a_site_is_asked_once_whether_it_knows_of_its_removal(site: Site) -> None:
    """Its server ends between both answers, and its licenses are held for a year."""
    manager = site.manager
    upstream = Upstream(manager.keys.authority, "https://manager.example.com")
    site.change(lambda work: work.put_local_account(replace(site.account, upstream=upstream)))
    manager.change(
        lambda work: remove_on_prem(
            work, manager.on_prem(site), who="ann", why="ann removed it", now=manager.now
        )
    )
    site.synchronize()
    assert due(site) == site.now
    assert manager.on_prem(site).cuts
    note_failure(
        site.store, site.id, kind=SyncKind.STANDARD, road=Road.NETWORK, why="off", now=site.now
    )
    assert due(site) == site.now + HOUR
    site.synchronize()
    assert due(site) is None
    assert not manager.on_prem(site).cuts
