"""Alerts stand where their cause is, go when it goes, and leave nothing behind."""

from dataclasses import replace
from datetime import timedelta

import pytest

from licet.admin.accounts import remove_virtual_account
from licet.admin.alerts import dismiss_alert
from licet.admin.instances import keep_clone, remove_instance, transfer_instance
from licet.admin.refusal import AdminRefused
from licet.kernel.time import DAY, HOUR, SECOND
from licet.ledger.model import Instance, Severity
from licet.ledger.ports import Work
from licet.ledger.usage import apply_usage
from licet.registrar.alerts import cloned, possible_clone
from licet.wire.messages import Wanted
from support.books import LAN, MPLS, NOW, Books

CLONE, MISSED = "Possible Clone", "Product Instance Failed to Connect"
RELEASED = "Licenses Released"
RELEASE = NOW + 90 * DAY + HOUR


@pytest.fixture
def books() -> Books:
    """The books of one account."""
    return Books()


def stored(books: Books, instance: Instance) -> Instance:
    """Return an instance as it is stored."""
    found = books.stored(instance)
    assert found is not None
    return found


def copied(books: Books) -> Instance:
    """Put an instance that is refused because two histories speak as it."""
    instance = replace(books.instance(), cloned=True)

    def put(work: Work) -> None:
        work.put_instance(instance)
        cloned(work, instance, books.now)

    books.do(put)
    return instance


def test_what_stands_about_an_instance_moves_with_it(books: Books) -> None:
    """The old department would be alarmed by a product that it has not any more, the new one never."""
    books.order(1)
    instance = books.instance(lan=1)
    books.do(lambda work: possible_clone(work, instance, books.now))
    books.tick(RELEASE)
    before = books.alerts()
    assert set(before) == {CLONE, MISSED, RELEASED}
    books.do(lambda work: transfer_instance(work, instance, books.lab, who="a", now=books.now))
    after = books.alerts()
    assert after == {kind: replace(alert, source=books.lab.id) for kind, alert in before.items()}


def test_a_move_raises_nothing_of_its_own(books: Books) -> None:
    """Every move would look like a fault of the product."""
    instance = books.instance()
    books.do(lambda work: transfer_instance(work, instance, books.lab, who="a", now=books.now))
    assert books.alerts() == {}


def test_a_clone_that_is_refused_cannot_be_dismissed(books: Books) -> None:
    """A product would be refused, and nothing would tell people that it waits for them."""
    instance = copied(books)
    key = books.alerts()[CLONE].key
    with pytest.raises(AdminRefused, match="goes when the instance is kept or removed"):
        books.do(lambda work: dismiss_alert(work, books.account.id, key, who="bob", now=books.now))
    assert CLONE in books.alerts()
    books.do(lambda work: keep_clone(work, instance, who="bob", now=books.now))
    assert books.alerts() == {}, "the choice was made"


def test_a_clone_that_is_removed_takes_its_alert_along(books: Books) -> None:
    """An alert that nothing can clear would stand for a product that is not there."""
    instance = copied(books)
    books.do(lambda work: remove_instance(work, instance, who="bob", now=books.now))
    assert books.alerts() == {}


def test_a_suspicion_can_be_dismissed(books: Books) -> None:
    """Whoever restored a backup on purpose would be reminded of it for ever."""
    instance = books.instance()
    books.do(lambda work: possible_clone(work, instance, books.now))
    key = books.alerts()[CLONE].key
    books.do(lambda work: dismiss_alert(work, books.account.id, key, who="bob", now=books.now))
    assert books.alerts() == {}


def test_a_release_is_told_until_the_product_speaks(books: Books) -> None:
    """A person would not see why licenses came free, or read of it when all is well again."""
    books.order(1)
    instance = books.instance(lan=1)
    books.tick(RELEASE - SECOND)
    assert RELEASED not in books.alerts()
    books.tick(RELEASE)
    alert = books.alerts()[RELEASED]
    assert (alert.severity, alert.source) == (Severity.MINOR, books.default.id)
    assert alert.action_due_at == instance.certified_until, "then it is removed"

    def speak(work: Work) -> None:
        wanted = [Wanted(tag=LAN, count=1)]
        work.put_instance(apply_usage(work, stored(books, instance), wanted, books.now))

    books.do(speak)
    assert RELEASED not in books.alerts()
    assert books.pool().in_use == 1


@pytest.mark.parametrize("by_hand", [True, False])
def test_a_release_is_not_told_of_what_is_gone(books: Books, *, by_hand: bool) -> None:
    """People would wait for a product that was removed."""
    books.order(1)
    instance = books.instance(lan=1)
    books.tick(RELEASE)
    if by_hand:
        books.do(lambda work: remove_instance(work, instance, who="bob", now=books.now))
    else:
        books.tick(NOW + 365 * DAY)
    assert books.stored(instance) is None
    assert not {RELEASED, MISSED} & set(books.alerts())


@pytest.mark.parametrize("late", [timedelta(0), 30 * DAY])
def test_a_virtual_account_that_goes_takes_its_warnings_along(
    books: Books, late: timedelta
) -> None:
    """A warning would stand for ever, of licenses in a place that is gone; no sweep would end it."""
    books.order(1, at=books.lab, lasts=100 * DAY)
    books.tick(NOW + 10 * DAY)
    assert set(books.alerts()) == {"Licenses Expiring"}
    books.now = NOW + 100 * DAY + late
    books.do(
        lambda work: remove_virtual_account(books.store, work, books.lab, who="a", now=books.now)
    )
    books.tick(books.now)
    assert books.alerts() == {}


def test_a_virtual_account_that_goes_leaves_the_alerts_of_others(books: Books) -> None:
    """Closing one department would silence another one."""
    books.order(1, lasts=100 * DAY)
    books.instance(lan=2)
    books.tick(NOW + 10 * DAY)
    before = books.alerts()
    assert set(before) == {"Licenses Expiring", "Insufficient Licenses"}
    books.do(
        lambda work: remove_virtual_account(books.store, work, books.lab, who="a", now=books.now)
    )
    assert books.alerts() == before


def test_a_shortage_of_one_license_says_nothing_of_another(books: Books) -> None:
    """An order of the wrong license would hide that the right one is missing."""
    books.instance(lan=1)
    before = books.alerts()
    books.order(5, tag=MPLS)
    assert books.alerts() == before
