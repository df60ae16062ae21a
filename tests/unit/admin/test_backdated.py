"""Orders that arrive after their licenses began: what has passed already is told at once."""

from datetime import timedelta

import pytest

from licet.kernel.time import DAY, HOUR, SECOND
from support.books import NOW, Books

EXPIRING, EXPIRED = "Licenses Expiring", "Licenses Expired"


@pytest.fixture
def books() -> Books:
    """The books of one account."""
    return Books()


def test_an_order_of_the_last_day_does_not_end_without_a_word(books: Books) -> None:
    """Products would be out of compliance within hours, and nothing would ever say why."""
    books.order(1, starts=-10 * DAY, lasts=10 * DAY + HOUR)
    books.tick(NOW)
    assert books.alerts()[EXPIRING].action_due_at == NOW + HOUR
    books.tick(NOW + HOUR - SECOND)
    assert set(books.alerts()) == {EXPIRING}
    books.tick(NOW + HOUR)
    assert set(books.alerts()) == {EXPIRED}
    assert books.sweep.next_due() is None


def test_a_warning_that_has_passed_is_given_at_once_and_once(books: Books) -> None:
    """A customer with 45 days left would believe that there are 90, or be told again every day."""
    books.order(1, starts=-100 * DAY, lasts=145 * DAY)
    assert books.tick(NOW) == 1
    assert set(books.alerts()) == {EXPIRING}
    assert books.sweep.next_due() == NOW + 15 * DAY
    assert books.tick(NOW) == 0


def test_an_order_that_has_ended_already_says_so(books: Books) -> None:
    """A person who typed the wrong year would have bought nothing and not see it."""
    books.order(1, starts=-100 * DAY, lasts=99 * DAY)
    books.tick(NOW)
    assert set(books.alerts()) == {EXPIRED}
    assert books.sweep.next_due() is None


@pytest.mark.parametrize(
    ("starts", "lasts"),
    [
        (timedelta(0), 45 * DAY),
        (-5 * DAY, 400 * DAY),
        (-5 * DAY, 50 * DAY),
        (-5 * DAY, None),
        (5 * DAY, 45 * DAY),
    ],
)
def test_what_has_no_warning_behind_it_is_quiet(
    books: Books, starts: timedelta, lasts: timedelta | None
) -> None:
    """Every order would greet its customer with a warning."""
    books.order(1, starts=starts, lasts=lasts)
    assert books.tick(NOW) == 0
    assert books.alerts() == {}
