"""Who acts on what he looked at a while ago acts on what is there now, or is told that it is gone."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from licet.admin.accounts import (
    make_default,
    remove_virtual_account,
    rename_account,
    rename_virtual_account,
)
from licet.admin.instances import keep_clone, remove_instance, transfer_instance
from licet.admin.licenses import OrderLine, take_order, transfer_licenses
from licet.admin.refusal import AdminRefused
from licet.admin.tokens import create_token, revoke_token
from licet.kernel.ids import AccountId, TokenId
from licet.kernel.time import DAY
from licet.ledger.model import IdToken
from licet.ledger.ports import Work
from licet.pki.authority import found_authority
from support.books import LAN, MPLS, NOW, Books


@pytest.fixture
def books() -> Books:
    """The books of one account."""
    return Books()


def token(books: Books) -> IdToken:
    """Return a token that is not put anywhere."""
    return IdToken(
        id=TokenId("token"),
        virtual_account=books.lab.id,
        description="",
        created_by="ann",
        created_at=NOW,
        expires_at=NOW + 30 * DAY,
        export_allowed=False,
        master_key=1,
        uses_max=5,
    )


def refused(books: Books, act: Callable[[Work], object]) -> None:
    """Hold that something is refused because what it is about is gone, and that nothing is told."""
    before = books.events()
    with pytest.raises(AdminRefused, match="not there any more"):
        books.do(act)
    assert books.events() == before


def test_a_virtual_account_that_is_gone_takes_nothing(books: Books) -> None:
    """Licenses, tokens and products would be put into a place that nobody can see."""
    gone, chance = books.lab, books.chance
    books.order(5)
    instance = books.instance(lan=1)
    keys = found_authority(name="books", chance=chance, now=NOW)
    books.do(lambda work: remove_virtual_account(books.store, work, gone, who="bob", now=books.now))
    acts: list[Callable[[Work], object]] = [
        lambda work: take_order(
            work, gone, [OrderLine(LAN, 1)], order="7", who="ann", now=NOW, chance=chance
        ),
        lambda work: transfer_licenses(
            work, books.default, gone, LAN, 1, who="ann", now=NOW, chance=chance
        ),
        lambda work: transfer_licenses(
            work, gone, books.default, LAN, 1, who="ann", now=NOW, chance=chance
        ),
        lambda work: transfer_instance(work, instance, gone, who="ann", now=NOW),
        lambda work: create_token(
            work, gone, keys, description="", who="ann", now=NOW, chance=chance
        ),
        lambda work: make_default(work, gone, who="ann", now=NOW),
        lambda work: rename_virtual_account(work, gone, name="New", who="ann", now=NOW),
        lambda work: remove_virtual_account(books.store, work, gone, who="ann", now=NOW),
    ]
    for act in acts:
        refused(books, act)
    places = books.look(lambda work: list(work.virtual_accounts(books.account.id)))
    assert [(place.name, place.default) for place in places] == [("Default", True)]
    assert books.stored(instance) == instance
    assert books.pool(at=gone).holdings == ()


def test_an_instance_that_is_gone_stays_gone(books: Books) -> None:
    """A product that left would come back by a click on an old page, with its licenses."""
    gone = replace(books.instance(lan=2), cloned=True)
    books.do(lambda work: remove_instance(work, gone, who="bob", now=books.now))
    acts: list[Callable[[Work], object]] = [
        lambda work: transfer_instance(work, gone, books.lab, who="ann", now=NOW),
        lambda work: remove_instance(work, gone, who="ann", now=NOW),
        lambda work: keep_clone(work, gone, who="ann", now=NOW),
    ]
    for act in acts:
        refused(books, act)
    assert books.stored(gone) is None
    assert [books.pool(at=place).in_use for place in (books.default, books.lab)] == [0, 0]


def test_an_instance_moves_with_what_it_uses_by_now(books: Books) -> None:
    """The pools would drift: what the device reported since would be counted twice or never."""
    seen = books.instance(lan=5)
    now = replace(seen, number=9, usage=tuple(replace(one, count=2) for one in seen.usage))

    def speak(work: Work) -> None:
        work.put_instance(now)
        work.put_usage_count(books.default.id, LAN, 2)

    books.do(speak)
    moved = books.do(lambda work: transfer_instance(work, seen, books.lab, who="ann", now=NOW))
    assert moved.number == 9, "its messages would be taken for those of a copy"
    assert (books.pool().in_use, books.pool(at=books.lab).in_use) == (0, 2)
    books.do(lambda work: remove_instance(work, seen, who="ann", now=NOW))
    assert (books.pool().in_use, books.pool(at=books.lab).in_use) == (0, 0)


def test_a_kept_clone_keeps_what_it_said_since(books: Books) -> None:
    """The one product that goes on would be set back, and be taken for a copy again."""
    seen = replace(books.instance(), cloned=True)
    books.do(lambda work: work.put_instance(replace(seen, number=9)))
    kept = books.do(lambda work: keep_clone(work, seen, who="ann", now=NOW))
    assert (kept.number, kept.cloned) == (9, False)
    with pytest.raises(AdminRefused, match="not refused as cloned"):
        books.do(lambda work: keep_clone(work, seen, who="ann", now=NOW))


def test_a_revoked_token_keeps_the_uses_that_were_made_since(books: Books) -> None:
    """A list would show fewer registrations than a lost token has made."""
    seen = token(books)
    books.do(lambda work: work.put_token(replace(seen, uses=4)))
    revoked = books.do(lambda work: revoke_token(work, seen, who="ann", now=NOW))
    assert (revoked.uses, revoked.revoked_at) == (4, NOW)
    with pytest.raises(AdminRefused, match="was revoked on"):
        books.do(lambda work: revoke_token(work, seen, who="bob", now=NOW + DAY))


def test_a_token_that_is_gone_is_not_put_back_by_revoking_it(books: Books) -> None:
    """A token that nobody made would stand in the list."""
    refused(books, lambda work: revoke_token(work, token(books), who="ann", now=NOW))
    assert books.store.list_tokens(books.lab.id).items == ()


def test_two_people_who_rename_and_move_do_not_undo_each_other(books: Books) -> None:
    """The second of two people would set back what the first has just done."""
    seen = books.lab
    books.do(lambda work: make_default(work, seen, who="ann", now=NOW))
    books.do(lambda work: rename_virtual_account(work, seen, name="Attic", who="bob", now=NOW))
    places = books.look(lambda work: list(work.virtual_accounts(books.account.id)))
    assert [(place.name, place.default) for place in places] == [
        ("Attic", True),
        ("Default", False),
    ]
    with pytest.raises(AdminRefused, match="'Attic' is the default"):
        books.do(lambda work: remove_virtual_account(books.store, work, seen, who="a", now=NOW))
    books.do(lambda work: make_default(work, books.default, who="ann", now=NOW))
    names = books.look(lambda work: [one.name for one in work.virtual_accounts(seen.account)])
    assert names == ["Attic", "Default"]


def test_a_smart_account_keeps_what_was_changed_since(books: Books) -> None:
    """A new name would take the right to export control back, or give it."""
    seen = books.account
    books.do(lambda work: work.put_account(replace(seen, export_allowed=False)))
    renamed = books.do(lambda work: rename_account(work, seen, name="New", who="ann", now=NOW))
    assert (renamed.name, renamed.export_allowed) == ("New", False)
    never = replace(seen, id=AccountId("never"), name="Never")
    refused(books, lambda work: rename_account(work, never, name="Other", who="ann", now=NOW))
    assert len(books.store.list_accounts().items) == 1


def test_a_transfer_splits_what_is_there_now(books: Books) -> None:
    """The second of two transfers from one page would move licenses that went already."""
    books.order(3, tag=MPLS)

    def move() -> None:
        books.do(
            lambda work: transfer_licenses(
                work,
                books.default,
                books.lab,
                MPLS,
                2,
                who="ann",
                now=NOW,
                chance=books.chance,
            )
        )

    move()
    with pytest.raises(AdminRefused, match="'Default' has 1 of this license"):
        move()
    counts = [
        sum(one.quantity for one in books.pool(MPLS, at=place).holdings)
        for place in (books.default, books.lab)
    ]
    assert counts == [1, 2]
