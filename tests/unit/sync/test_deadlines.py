"""When a synchronization is due, overdue and too late: the same on both sides."""

from datetime import UTC, datetime

import pytest

from licet.kernel.ids import AccountId
from licet.ledger.listing import every
from licet.ledger.model import Alert
from licet.ledger.sites import Every, LocalAccount, LocalState, Road, SyncKind, Upstream
from licet.pki.authority import rotate_root
from licet.sync.deadlines import DEADLINE, OVERDUE, REMOVED, due_of, next_sync, review, warned_of
from licet.sync.exchange import note_failure
from support.exchange import START, TAGS, Manager, Site, days


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
    site.change(
        lambda work: review(
            work, site.account, account=AccountId(site.id), source=None, now=site.now
        )
    )
    kinds = {OVERDUE, DEADLINE, REMOVED}

    def page(side: Manager | Site, account: AccountId) -> list[Alert]:
        listed = every(lambda **of: side.store.list_alerts(account, **of))
        return [one for one in listed if one.kind in kinds]

    return page(site.manager, site.manager.account.id), page(site, AccountId(site.id))


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
