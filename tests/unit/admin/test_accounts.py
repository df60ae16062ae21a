"""Smart accounts and virtual accounts, and who may not be called what."""

from dataclasses import replace

import pytest

from licet.admin.accounts import (
    find_account,
    find_virtual_account,
    make_default,
    open_virtual_account,
    remove_virtual_account,
    rename_account,
    rename_virtual_account,
)
from licet.admin.licenses import OrderLine, take_order
from licet.admin.refusal import AdminRefused
from licet.admin.tokens import create_token, revoke_token
from licet.kernel.ids import TokenId
from licet.kernel.time import DAY
from licet.ledger.model import IdToken, SmartAccount, VirtualAccount
from licet.pki.authority import found_authority
from support.books import LAN, NOW, Books


@pytest.fixture
def books() -> Books:
    """The books of one account."""
    return Books()


def defaults(books: Books) -> list[str]:
    """Return the names of the default virtual accounts; there is one, or it is a fault."""
    places = books.look(lambda work: list(work.virtual_accounts(books.account.id)))
    return [place.name for place in places if place.default]


def remove(books: Books, place: VirtualAccount) -> None:
    """Remove a virtual account."""
    books.do(
        lambda work: remove_virtual_account(books.store, work, place, who="ann", now=books.now)
    )


def token(number: int, place: VirtualAccount) -> IdToken:
    """Return a token that was never used."""
    return IdToken(
        id=TokenId(f"token {number}"),
        virtual_account=place.id,
        description="",
        created_by="ann",
        created_at=NOW,
        expires_at=NOW + 30 * DAY,
        export_allowed=False,
        master_key=1,
        uses_max=1,
    )


def test_an_account_opens_with_a_default_virtual_account(books: Books) -> None:
    """The first order or token would have nowhere to go."""
    account, place = books.open("Other", "other.example")
    assert books.look(lambda work: find_account(work, "OTHER")) == account
    assert books.look(lambda work: find_account(work, "Other.Example")) == account
    assert books.look(lambda work: list(work.virtual_accounts(account.id))) == [place]
    assert (place.name, place.default) == ("Default", True)
    assert books.store.list_events(account.id).items[0].text == "smart account 'Other' was opened"


@pytest.mark.parametrize(
    ("name", "domain"),
    [
        ("example", "new.example"),
        ("New", "EXAMPLE.com"),
        ("", "new.example"),
        (" New", "new.example"),
        ("New\n", "new.example"),
        ("N\u2028ew", "new.example"),
        ("N" * 129, "new.example"),
        ("New", "new"),
        ("New", "new..example"),
        ("New", "new.example\n"),
        ("New", "new example.com"),
        ("New", f"{'a' * 64}.com"),
        ("New", f"{'a.' * 130}com"),
    ],
)
def test_a_name_that_is_taken_or_none_is_refused(books: Books, name: str, domain: str) -> None:
    """Two customers would be mixed up, or a name would break the lists that it stands in."""
    with pytest.raises(AdminRefused):
        books.open(name, domain)
    assert len(books.store.list_accounts().items) == 1


def test_an_account_is_renamed(books: Books) -> None:
    """A company that changed its name would be stuck with the old one."""
    books.open("Other", "other.example")

    def rename(name: str) -> SmartAccount:
        return books.do(
            lambda work: rename_account(work, books.account, name=name, who="ann", now=NOW)
        )

    renamed = rename("Sample")
    assert books.look(lambda work: work.account(books.account.id)) == renamed
    assert books.told() == "smart account 'Example' is called 'Sample' now"
    for taken in ("other", "OTHER.example", " "):
        with pytest.raises(AdminRefused):
            rename(taken)


def test_a_virtual_account_has_its_name_for_itself(books: Books) -> None:
    """Licenses would be moved to the wrong department; another customer's names are his own."""
    other, _ = books.open("Other", "other.example")

    def open_in(account_of: VirtualAccount, name: str) -> VirtualAccount:
        return books.do(
            lambda work: open_virtual_account(
                work, account_of.account, name=name, who="ann", now=NOW, chance=books.chance
            )
        )

    for name in ("lab", "DEFAULT", "", "Lab "):
        with pytest.raises(AdminRefused):
            open_in(books.lab, name)
    place = open_in(replace(books.lab, account=other.id), "Lab")
    assert place.account == other.id
    assert not place.default


def test_a_virtual_account_is_renamed(books: Books) -> None:
    """A department could not change its name, or could take another's."""
    renamed = books.do(
        lambda work: rename_virtual_account(work, books.lab, name="LAB", who="ann", now=NOW)
    )
    found = books.look(lambda work: find_virtual_account(work, books.account.id, "lab"))
    assert found == renamed
    with pytest.raises(AdminRefused, match="already"):
        books.do(
            lambda work: rename_virtual_account(work, renamed, name="default", who="a", now=NOW)
        )


def test_one_virtual_account_is_the_default(books: Books) -> None:
    """What names no virtual account would go to two places, or to none."""
    assert defaults(books) == ["Default"]
    books.do(lambda work: make_default(work, books.lab, who="ann", now=NOW))
    assert defaults(books) == ["Lab"]
    books.do(lambda work: make_default(work, books.lab, who="ann", now=NOW))
    assert defaults(books) == ["Lab"]
    found = books.look(lambda work: find_virtual_account(work, books.account.id))
    assert found.name == "Lab"


def test_a_name_that_is_not_there_is_answered_with_those_that_are(books: Books) -> None:
    """A person would have to guess."""
    with pytest.raises(AdminRefused, match="'Attic'; there are: 'Default', 'Lab'"):
        books.look(lambda work: find_virtual_account(work, books.account.id, "Attic"))
    with pytest.raises(AdminRefused, match="no smart account called 'Attic'"):
        books.look(lambda work: find_account(work, "Attic"))


def test_an_empty_virtual_account_is_removed(books: Books) -> None:
    """A department that was closed would stay in every list."""
    remove(books, books.lab)
    assert books.look(lambda work: work.virtual_account(books.lab.id)) is None
    assert books.told() == "virtual account 'Lab' was removed"


def test_the_default_virtual_account_stays(books: Books) -> None:
    """A smart account would be without the place that everything new goes to."""
    with pytest.raises(AdminRefused, match="make another one the default"):
        remove(books, books.default)


def test_a_virtual_account_with_an_instance_stays(books: Books) -> None:
    """Products would stand in an account that is not there."""
    books.instance(at=books.lab)
    with pytest.raises(AdminRefused, match="product instances"):
        remove(books, books.lab)


@pytest.mark.parametrize("starts_in_days", [None, 10])
def test_a_virtual_account_with_licenses_stays(books: Books, starts_in_days: int | None) -> None:
    """What was paid for would be lost, whether it counts already or not yet."""
    starts = None if starts_in_days is None else starts_in_days * DAY
    books.order(1, at=books.lab, starts=starts)
    with pytest.raises(AdminRefused, match="licenses"):
        remove(books, books.lab)


def test_licenses_that_have_ended_keep_nothing(books: Books) -> None:
    """A virtual account could never be removed: what has ended cannot be transferred."""
    holding = books.order(1, at=books.lab, lasts=100 * DAY)
    books.tick(NOW + 100 * DAY)
    assert "Licenses Expired" in books.alerts()
    remove(books, books.lab)
    assert books.alerts() == {}
    assert books.look(lambda work: work.holding(holding.id)) is None


def test_a_virtual_account_with_a_usable_token_stays(books: Books) -> None:
    """A token that was handed out would turn invalid, and nobody would know why."""
    books.do(lambda work: work.put_token(token(1, books.lab)))
    with pytest.raises(AdminRefused, match="revoke them"):
        remove(books, books.lab)


def test_tokens_that_can_do_nothing_keep_nothing(books: Books) -> None:
    """A virtual account that ever had a token could never be removed; also past a page of them."""
    made = token(1, books.lab)

    def put(dead: IdToken, first: int) -> None:
        with books.store.begin() as work:
            for number in range(first, first + 101):
                work.put_token(replace(dead, id=TokenId(f"token {number}")))
            work.commit()

    put(replace(made, revoked_at=NOW), 0)
    put(replace(made, expires_at=NOW), 1000)
    put(replace(made, uses=1), 2000)
    remove(books, books.lab)
    assert books.look(lambda work: work.virtual_account(books.lab.id)) is None


def test_a_token_that_is_revoked_in_the_same_work_keeps_nothing(books: Books) -> None:
    """Whoever closes a department in one step would be refused for what he has just undone."""
    keys = found_authority(name="books", chance=books.chance, now=NOW)
    made = books.do(
        lambda work: create_token(
            work, books.lab, keys, description="", who="ann", now=NOW, chance=books.chance
        )
    )
    with books.store.begin() as work:
        revoke_token(work, made, who="ann", now=NOW)
        remove_virtual_account(books.store, work, books.lab, who="ann", now=NOW)
        work.commit()
    assert books.pool(LAN, at=books.lab).holdings == ()
    assert books.look(lambda work: work.virtual_account(books.lab.id)) is None


@pytest.mark.parametrize("text", ["two\nlines", "\x1b[2J", "x" * 257])
def test_what_people_write_is_one_line(books: Books, text: str) -> None:
    """A description could break every table and terminal that shows it."""
    with pytest.raises(AdminRefused, match="is not one line"):
        books.do(
            lambda work: create_token(
                work,
                books.lab,
                found_authority(name="books", chance=books.chance, now=NOW),
                description=text,
                who="ann",
                now=NOW,
                chance=books.chance,
            )
        )
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
