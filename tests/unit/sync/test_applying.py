"""What a site makes of a response, and says of it."""

from dataclasses import replace
from datetime import datetime
from functools import partial

import pytest

from licet.admin.licenses import OrderLine, take_order, transfer_licenses
from licet.admin.on_prems import remove_on_prem
from licet.kernel.ids import AccountId
from licet.kernel.time import SECOND
from licet.ledger.listing import every
from licet.ledger.model import Alert, LicenseKind, Severity, VirtualAccount
from licet.ledger.ports import Work
from licet.ledger.sites import SyncKind
from licet.sync.applying import FROM_MANAGER, Applied
from licet.sync.deadlines import REMOVED, removed_key
from support.exchange import TAGS, WHO, Manager, Site, days

ALPHA, BETA = TAGS[:2]


class Pair:
    """A manager, and a site that has synchronized once, with ten licenses."""

    def __init__(self) -> None:
        self.manager = Manager()
        self.place = self.manager.open("Plant")
        self.spare = self.manager.open("Spare")
        self.manager.order(self.place, ALPHA, 10)
        self.site = Site(self.manager, "Sat", "Plant")
        self.site.synchronize(SyncKind.FULL)

    def move(self, source: VirtualAccount, target: VirtualAccount, count: int) -> None:
        """Move licenses at the manager."""
        manager = self.manager
        manager.change(
            lambda work: transfer_licenses(
                work, source, target, ALPHA, count, who=WHO, now=manager.now, chance=manager.chance
            )
        )

    def term(self, ends_at: datetime) -> None:
        """Buy licenses that end."""
        manager = self.manager
        line = OrderLine(BETA, 5, LicenseKind.TERM, ends_at=ends_at)
        manager.change(
            lambda work: take_order(
                work,
                self.place,
                [line],
                order="term",
                who=WHO,
                now=manager.now,
                chance=manager.chance,
            )
        )

    def applied(self) -> Applied:
        """Synchronize, and return what the response changed."""
        applied = self.site.take(self.manager.answer(self.site.ask()).letter.text).applied
        assert applied is not None
        return applied


@pytest.fixture
def pair() -> Pair:
    """Return a manager and a site."""
    return Pair()


def test_what_a_lease_changes_is_said_by_license(pair: Pair) -> None:
    """A person would read that lines have changed, and see a day later that licenses are gone."""
    pair.move(pair.place, pair.spare, 4)
    pair.term(pair.manager.now + days(10))
    applied = pair.applied()
    assert applied.licenses == [("ALPHA", 10, 6), ("BETA", 0, 5)]
    assert applied.said == ["~ ALPHA 10 -> 6", "~ BETA 0 -> 5"]
    assert applied.shrank
    again = pair.applied()
    assert (again.licenses, again.said, again.shrank) == ([], [], False)


def test_what_was_given_back_is_noticed_though_as_many_came(pair: Pair) -> None:
    """What was taken out would be held until the next synchronization, because nothing looks less."""
    pair.manager.order(pair.spare, ALPHA, 3)
    pair.move(pair.place, pair.spare, 3)
    pair.manager.order(pair.place, ALPHA, 3)
    applied = pair.applied()
    assert applied.licenses == []
    assert applied.shrank


def test_a_term_that_has_ended_is_nothing_that_was_given_back(pair: Pair) -> None:
    """Every end of a term would cost every site two exchanges, and be told as a loss."""
    ends_at = pair.manager.now + days(10)
    pair.term(ends_at)
    pair.applied()
    pair.manager.now = pair.site.now = ends_at + SECOND
    pair.manager.sweep()
    applied = pair.applied()
    assert applied.lines_changed == 1
    assert (applied.licenses, applied.shrank) == ([], False)


def _put(alert: Alert, work: Work) -> None:
    work.put_alert(alert)


def test_what_is_said_of_a_predecessor_is_not_passed_down(pair: Pair) -> None:
    """A new site would be told to register again, since the one before it was removed."""
    manager = pair.manager
    gone = manager.on_prem(pair.site)
    manager.change(lambda work: remove_on_prem(work, gone, who=WHO, why="sold", now=manager.now))
    manager.sweep()
    heir = Site(manager, "Heir", "Plant")
    removed = Alert(
        key=removed_key(gone.id),
        kind=REMOVED,
        severity=Severity.MAJOR,
        account=manager.account.id,
        source=pair.place.id,
        message="'Sat' was removed; register it again",
        raised_at=manager.now,
    )
    of_the_place = replace(
        removed, key=f"duplicate:{pair.place.id}", kind="Duplicate Licenses", message="twice"
    )
    for alert in (removed, of_the_place):
        manager.change(partial(_put, alert))
    heir.synchronize(SyncKind.FULL)
    listed = every(lambda **of: heir.store.list_alerts(AccountId(heir.id), **of))
    assert [one.key for one in listed] == [FROM_MANAGER + of_the_place.key]
