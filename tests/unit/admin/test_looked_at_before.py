"""What people decide about what they looked at a while ago: the rows have gone on since."""

from dataclasses import replace

import pytest

from licet.admin.accounts import (
    make_default,
    open_virtual_account,
    remove_virtual_account,
    rename_account,
    rename_virtual_account,
)
from licet.admin.instances import keep_clone, remove_instance, transfer_instance
from licet.admin.licenses import OrderLine, take_order, transfer_licenses
from licet.admin.refusal import AdminRefused
from licet.admin.tokens import create_token, revoke_token
from licet.kernel.time import DAY
from licet.ledger.model import IdToken
from licet.ledger.ports import Work
from licet.ledger.usage import apply_usage
from licet.pki.authority import found_authority
from licet.wire.messages import Wanted
from support.books import LAN, MPLS, NOW, Books


@pytest.fixture
def books() -> Books:
    """The books of one account."""
    return Books()


def token(books: Books, *, description: str = "") -> IdToken:
    """Create a token."""
    keys = found_authority(name="books", chance=books.chance, now=NOW)
    return books.do(
        lambda work: create_token(
            work,
            books.lab,
            keys,
            description=description,
            who="ann",
            now=NOW,
            chance=books.chance,
        )
    )


def test_revoking_gives_no_use_back(books: Books) -> None:
    """A list that was open while a product registered would set the token's uses back."""
    listed = token(books)
    books.do(lambda work: work.put_token(replace(listed, uses=4)))
    revoked = books.do(lambda work: revoke_token(work, listed, who="ann", now=books.now))
    assert revoked == replace(listed, uses=4, revoked_at=books.now)
    with pytest.raises(AdminRefused, match="was revoked on"):
        books.do(lambda work: revoke_token(work, listed, who="ann", now=books.now))
    never = replace(listed, id=type(listed.id)("never"))
    with pytest.raises(AdminRefused, match="not there any more"):
        books.do(lambda work: revoke_token(work, never, who="ann", now=books.now))


def test_renaming_changes_nothing_but_the_name(books: Books) -> None:
    """Somebody who renames would take back what another person did meanwhile: two defaults."""
    books.do(lambda work: make_default(work, books.lab, who="bob", now=books.now))
    for place, name in ((books.lab, "Bench"), (books.default, "Office")):
        books.do(
            lambda work, place=place, name=name: rename_virtual_account(  # type: ignore[misc]
                work, place, name=name, who="ann", now=books.now
            )
        )
    places = books.look(lambda work: list(work.virtual_accounts(books.account.id)))
    assert [(place.name, place.default) for place in places] == [("Bench", True), ("Office", False)]
    stricter = replace(books.account, export_allowed=False)
    books.do(lambda work: work.put_account(stricter))
    renamed = books.do(
        lambda work: rename_account(work, books.account, name="Sample", who="ann", now=books.now)
    )
    assert renamed == replace(stricter, name="Sample")


def test_the_default_of_now_cannot_be_removed(books: Books) -> None:
    """An account would be left without a default virtual account."""
    books.do(lambda work: make_default(work, books.lab, who="bob", now=books.now))
    with pytest.raises(AdminRefused, match="is the default"):
        books.do(
            lambda work: remove_virtual_account(
                books.store, work, books.lab, who="ann", now=books.now
            )
        )


def test_a_move_takes_what_is_used_now(books: Books) -> None:
    """A page that was open while a product spoke would set its number and its usage back."""
    seen = books.instance(lan=1)

    def speak(work: Work) -> None:
        using = apply_usage(work, seen, (Wanted(tag=MPLS, count=3),), books.now)
        work.put_instance(replace(using, number=9))

    books.do(speak)
    moved = books.do(
        lambda work: transfer_instance(work, seen, books.lab, who="ann", now=books.now)
    )
    assert (moved.number, [(use.tag, use.count) for use in moved.usage]) == (9, [(MPLS, 3)])
    assert books.stored(seen) == moved
    for tag, here, there in ((LAN, 0, 0), (MPLS, 0, 3)):
        assert (books.pool(tag).in_use, books.pool(tag, at=books.lab).in_use) == (here, there)


def test_a_removal_frees_what_is_used_now(books: Books) -> None:
    """A counter would go below what is in use, for ever."""
    seen = books.instance(lan=5)

    def speak(work: Work) -> None:
        work.put_instance(apply_usage(work, seen, (Wanted(tag=LAN, count=2),), books.now))

    books.do(speak)
    books.do(lambda work: remove_instance(work, seen, who="ann", now=books.now))
    assert books.pool().in_use == 0
    with pytest.raises(AdminRefused, match="not there any more"):
        books.do(lambda work: remove_instance(work, seen, who="bob", now=books.now))
    assert books.pool().in_use == 0, "the second of two clicks frees nothing"


def test_what_is_gone_is_refused(books: Books) -> None:
    """A virtual account or a product that was removed would be there again, with half of itself."""
    books.order(2)
    cloned = replace(books.instance(), cloned=True)
    books.do(lambda work: work.remove_instance(cloned.id))
    lab = books.lab
    books.do(lambda work: remove_virtual_account(books.store, work, lab, who="bob", now=books.now))

    def order(work: Work) -> None:
        take_order(
            work, lab, [OrderLine(LAN, 1)], order="8", who="ann", now=NOW, chance=books.chance
        )

    def send(work: Work) -> None:
        transfer_licenses(work, books.default, lab, LAN, 1, who="ann", now=NOW, chance=books.chance)

    here = books.instance("HERE")
    acts = (
        order,
        send,
        lambda work: make_default(work, lab, who="ann", now=NOW),
        lambda work: rename_virtual_account(work, lab, name="Lab 2", who="ann", now=NOW),
        lambda work: remove_virtual_account(books.store, work, lab, who="ann", now=NOW),
        lambda work: transfer_instance(work, here, lab, who="ann", now=NOW),
        lambda work: keep_clone(work, cloned, who="ann", now=NOW),
        lambda _: token(books),
    )
    for act in acts:
        with pytest.raises(AdminRefused, match="not there any more"):
            books.do(act)
    assert [place.name for place in books.look(lambda w: w.virtual_accounts(lab.account))] == [
        "Default"
    ]


def test_the_alerts_of_an_instance_move_with_it(books: Books) -> None:
    """The old department would be told of a product that is not its own any more."""
    instance = books.instance(lan=1)
    books.tick(NOW + 31 * DAY)
    books.do(lambda work: transfer_instance(work, instance, books.lab, who="ann", now=books.now))
    assert books.alerts()["Product Instance Failed to Connect"].source == books.lab.id
    books.tick(NOW + 91 * DAY)
    assert books.alerts()["Licenses Released"].source == books.lab.id
    back = books.do(
        lambda work: transfer_instance(work, instance, books.default, who="ann", now=books.now)
    )
    assert back.usage_released
    assert books.alerts()["Licenses Released"].source == books.default.id


@pytest.mark.parametrize("text", ["two\nlines", "\x1b[2J", "x" * 257])
def test_what_people_write_is_one_line(books: Books, text: str) -> None:
    """A description could break every table and terminal that shows it."""
    with pytest.raises(AdminRefused, match="is not one line"):
        token(books, description=text)
    with pytest.raises(AdminRefused, match="is not one line"):
        books.do(
            lambda work: open_virtual_account(
                work,
                books.account.id,
                name="Third",
                description=text,
                who="ann",
                now=NOW,
                chance=books.chance,
            )
        )
    with pytest.raises(AdminRefused, match="is not a name"):
        books.do(
            lambda work: take_order(
                work,
                books.lab,
                [OrderLine(LAN, 1)],
                order=text,
                who="ann",
                now=NOW,
                chance=books.chance,
            )
        )
    assert books.store.list_tokens(books.lab.id).items == ()
