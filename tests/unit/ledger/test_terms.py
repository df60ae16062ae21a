"""The warnings before an end and the word after it, for one holding, to the second."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from licet.kernel.time import DAY, HOUR, SECOND
from licet.ledger.model import Holding
from licet.ledger.terms import (
    EXPIRED,
    EXPIRING,
    carry_warning,
    expired_key,
    expiring_key,
    review_term,
)
from support.books import NOW, Books

END = NOW + 100 * DAY


@pytest.fixture
def books() -> Books:
    """The books of one account."""
    return Books()


def review(books: Books, holding: Holding, at: datetime) -> list[str]:
    """Review a term at an instant, and return which alerts stand then."""
    books.do(lambda work: review_term(work, holding, books.account.id, at))
    return sorted(books.alerts())


def due(holding: Holding, before_end: timedelta) -> Holding:
    """Return a holding up to whose `due_at` everything was done."""
    return replace(holding, due_at=END - before_end)


@pytest.mark.parametrize(
    ("since", "at", "warned"),
    [
        (90 * DAY, 90 * DAY, True),
        (91 * DAY, 90 * DAY + SECOND, False),
        (90 * DAY - SECOND, 60 * DAY + SECOND, False),
        (90 * DAY - SECOND, 60 * DAY, True),
        (60 * DAY, 59 * DAY, True),
        (30 * DAY, 1 * DAY, True),
        (1 * DAY - SECOND, HOUR, False),
    ],
)
def test_a_warning_is_due_once_its_day_has_come(
    books: Books, since: timedelta, at: timedelta, *, warned: bool
) -> None:
    """A warning would come a sweep late, a second early, or twice."""
    holding = due(books.order(5, lasts=100 * DAY), since)
    assert review(books, holding, END - at) == ([EXPIRING] if warned else [])


def test_what_never_ends_is_never_warned_of(books: Books) -> None:
    """What was bought for good would be announced to end."""
    assert review(books, books.order(5), NOW + 10_000 * DAY) == []


def test_an_end_takes_the_place_of_its_warning(books: Books) -> None:
    """The same licenses would end soon and have ended."""
    holding = due(books.order(5, lasts=100 * DAY), 90 * DAY)
    assert review(books, holding, END - 90 * DAY) == [EXPIRING]
    assert review(books, due(holding, timedelta(0)), END - SECOND) == [EXPIRING]
    assert review(books, due(holding, timedelta(0)), END) == [EXPIRED]
    alert = books.alerts()[EXPIRED]
    assert (alert.key, alert.raised_at) == (expired_key(holding.id), END)


def test_a_dismissed_warning_is_believed(books: Books) -> None:
    """Who said that he knows would be told again ("only displayed if ... not been dismissed")."""
    holding = due(books.order(5, lasts=100 * DAY), timedelta(0))
    assert review(books, holding, END) == []


@pytest.mark.parametrize(("lasts", "told"), [(DAY - SECOND, [EXPIRED]), (DAY, [])])
def test_what_is_too_short_to_be_warned_of_is_told_at_its_end(
    books: Books, lasts: timedelta, told: list[str]
) -> None:
    """A trial of an hour would end without a word; one of a day has had its warning."""
    holding = books.order(5, lasts=lasts)
    end = NOW + lasts
    assert review(books, replace(holding, due_at=end), end) == told


def test_a_warning_is_carried_to_where_its_licenses_went(books: Books) -> None:
    """A warning would name the wrong place, or the wrong number of licenses."""
    was = due(books.order(5, lasts=100 * DAY), 90 * DAY)
    review(books, was, END - 90 * DAY)
    raised = books.alerts()[EXPIRING]
    became = replace(was, quantity=2, virtual_account=books.lab.id)
    books.do(lambda work: carry_warning(work, was, became))
    carried = books.alerts()[EXPIRING]
    assert (carried.source, carried.message[:9]) == (books.lab.id, "2 of LAN ")
    assert carried == replace(raised, source=carried.source, message=carried.message)


def test_where_nothing_stands_nothing_is_carried(books: Books) -> None:
    """A warning that somebody dismissed would come back with a transfer."""
    was = books.order(5, lasts=100 * DAY)
    books.do(lambda work: carry_warning(work, was, replace(was, id="part")))
    assert books.look(lambda work: work.alert(expiring_key("part"))) is None
    assert books.alerts() == {}
