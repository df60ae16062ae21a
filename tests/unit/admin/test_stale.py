"""More of what was looked at a while ago: what is gone stays gone, and what was said since is kept."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from licet.admin.accounts import remove_virtual_account, rename_account
from licet.admin.instances import keep_clone, remove_instance, transfer_instance
from licet.admin.licenses import transfer_licenses
from licet.admin.refusal import AdminRefused
from licet.kernel.ids import AccountId
from licet.ledger.model import VirtualAccount
from licet.ledger.ports import Work
from support.books import LAN, NOW, Books


@pytest.fixture
def books() -> Books:
    """The books of one account."""
    return Books()


def refused(books: Books, act: Callable[[Work], object]) -> None:
    """Hold that something is refused because what it is about is gone, and that nothing is told."""
    before = books.events()
    with pytest.raises(AdminRefused, match="not there any more"):
        books.do(act)
    assert books.events() == before


def move(books: Books, quantity: int, source: VirtualAccount, target: VirtualAccount) -> None:
    """Transfer licenses."""
    books.do(
        lambda work: transfer_licenses(
            work, source, target, LAN, quantity, who="ann", now=NOW, chance=books.chance
        )
    )


def test_nothing_comes_out_of_a_virtual_account_that_is_gone(books: Books) -> None:
    """Licenses would be split off in a place that nobody can see."""
    gone = books.lab
    books.do(lambda work: remove_virtual_account(books.store, work, gone, who="bob", now=NOW))
    with pytest.raises(AdminRefused, match="'Lab' is not there any more"):
        move(books, 1, gone, books.default)


def test_an_instance_that_is_gone_stays_gone(books: Books) -> None:
    """A product that left would come back by a click on an old page, with its licenses."""
    gone = replace(books.instance(lan=2), cloned=True)
    books.do(lambda work: remove_instance(work, gone, who="bob", now=NOW))
    refused(books, lambda work: transfer_instance(work, gone, books.lab, who="ann", now=NOW))
    refused(books, lambda work: keep_clone(work, gone, who="ann", now=NOW))
    assert books.stored(gone) is None
    assert [books.pool(at=place).in_use for place in (books.default, books.lab)] == [0, 0]


def test_a_kept_clone_keeps_what_it_said_since(books: Books) -> None:
    """The one product that goes on would be set back, and be taken for a copy again."""
    seen = replace(books.instance(), cloned=True)
    books.do(lambda work: work.put_instance(replace(seen, number=9)))
    kept = books.do(lambda work: keep_clone(work, seen, who="ann", now=NOW))
    assert books.stored(seen) == kept == replace(seen, number=9, cloned=False)
    with pytest.raises(AdminRefused, match="not refused as cloned"):
        books.do(lambda work: keep_clone(work, seen, who="ann", now=NOW))


def test_a_smart_account_that_was_never_opened_is_not_opened_by_its_new_name(books: Books) -> None:
    """A customer without a default virtual account would stand in the list."""
    never = replace(books.account, id=AccountId("never"), name="Never", domain="never.example")
    refused(books, lambda work: rename_account(work, never, name="Other", who="ann", now=NOW))
    assert len(books.store.list_accounts().items) == 1


def test_the_second_of_two_transfers_takes_what_is_left(books: Books) -> None:
    """Two people with the same page open would move the same licenses twice."""
    books.order(3)
    move(books, 2, books.default, books.lab)
    with pytest.raises(AdminRefused, match="'Default' has 1 of this license"):
        move(books, 2, books.default, books.lab)
    places = (books.default, books.lab)
    counts = [[one.quantity for one in books.pool(at=place).holdings] for place in places]
    assert counts == [[1], [2]]
