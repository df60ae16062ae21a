"""Accounts and tokens at the command line: what is done, what is refused, and what a person reads."""

from dataclasses import replace

import pytest

from licet.kernel.ids import TokenId
from licet.kernel.time import DAY
from licet.ledger.ports import Work
from licet.store.memory import MemoryStore
from licet.wire.tokens import parse_token
from support.books import Books
from support.clerk import Clerk


@pytest.fixture
def clerk() -> Clerk:
    """A clerk with the account 'Example' and its virtual accounts 'Default' and 'Lab'."""
    return Clerk()


def test_an_account_lives(clerk: Clerk) -> None:
    """A customer could not be taken in."""
    opened = clerk.ask("account open 'Big Corp' --domain big.example")
    assert (opened["domain"], opened["export_control"]) == ("big.example", False)
    assert clerk.ask("account show BIG.example")["virtual_accounts"][0]["name"] == "Default"
    said = clerk.do("account rename 'big corp' 'Bigger Corp'")
    assert said == "smart account 'Big Corp' is called 'Bigger Corp' now\n"
    clerk.do("account allow-export-control big.example")
    assert clerk.ask("account show big.example")["export_control"] is True
    assert "is allowed to 'Bigger Corp' already" in clerk.refused(
        "account allow-export-control big.example"
    )
    clerk.do("account forbid-export-control big.example")
    assert [one["name"] for one in clerk.ask("account list")] == ["Bigger Corp", "Example"]
    texts = [event["text"] for event in clerk.ask("event list --account big.example")]
    assert texts[0] == "export-controlled functionality was forbidden"
    assert all(event["who"] == "ann" for event in clerk.ask("event list --account big.example"))


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("account open EXAMPLE --domain new.example", "there is a smart account 'EXAMPLE' already"),
        ("account open New --domain Example.COM", "there is a smart account 'Example.COM' already"),
        ("account open New --domain new", "'new' is not a domain identifier"),
        ("account open '' --domain new.example", "'' is not a name"),
        ("account rename example ' x'", "' x' is not a name"),
        ("account show exampel", "did you mean 'Example' or 'example.com'?"),
        ("account show zzz", "there is no smart account 'zzz'"),
        ("virtual-account open LAB", "there is a virtual account 'Lab' already"),
        ("virtual-account rename lab default", "there is a virtual account 'Default' already"),
        ("virtual-account rename Lap Laboratory", "did you mean 'Lab'?"),
        ("virtual-account rename zzz Z", "there are: Default, Lab"),
        ("virtual-account remove default", "make another one the default"),
        ("virtual-account open L --description 'two\nlines'", "is not one line"),
    ],
)
def test_a_name_that_is_taken_or_not_there(clerk: Clerk, line: str, why: str) -> None:
    """Two customers would be mixed up, or a person would have to guess the right name."""
    assert why in clerk.refused(line)


def test_an_account_must_be_named_where_there_are_more(clerk: Clerk) -> None:
    """A token would be made for another customer than was meant."""
    clerk.do("account open Other --domain other.example")
    for line in ("token create", "license list", "event list", "virtual-account open X"):
        assert "there are: Example (example.com), Other (other.example)" in clerk.refused(line)
    clerk.do("token create --account OTHER.example")
    assert clerk.ask("token list --account example") == []


def nobody() -> Books:
    """Return the books of an authority without customers."""
    books = Books()
    books.store = MemoryStore()
    return books


def test_without_an_account_the_first_step_is_told() -> None:
    """Whoever begins would not know how."""
    clerk = Clerk(nobody())
    assert "account open NAME --domain DOMAIN" in clerk.refused("token list")
    assert "account open NAME --domain DOMAIN" in clerk.do("account list")
    assert clerk.ask("account list") == []


def test_a_virtual_account_lives(clerk: Clerk) -> None:
    """A department could not be opened, renamed, preferred, or closed."""
    clerk.do("virtual-account open Attic --description 'what is left'")
    clerk.do("virtual-account rename attic Cellar")
    clerk.do("virtual-account make-default CELLAR")
    rows = {one["name"]: one for one in clerk.ask("virtual-account list")}
    assert [name for name, one in rows.items() if one["default"]] == ["Cellar"]
    assert rows["Cellar"]["description"] == "what is left"
    clerk.do("virtual-account remove Default")
    assert set(rows) - {one["name"] for one in clerk.ask("virtual-account list")} == {"Default"}
    assert "there is no virtual account 'Default'" in clerk.refused(
        "virtual-account remove Default"
    )
    assert clerk.ask("event list --match 'Default'")[0]["text"].endswith("was removed")


def test_a_token_is_made_and_shown_again(clerk: Clerk) -> None:
    """People copy the text from here; a list that printed it would leak it."""
    made = clerk.ask("token create --description Lab --days 5 --uses 2 --virtual-account lab")
    token = parse_token(made["token"])
    assert (token.token, token.expires_at) == (made["id"], clerk.books.now + 5 * DAY)
    assert (made["status"], made["uses"], made["uses_max"]) == ("usable", 0, 2)
    assert (made["created_by"], made["virtual_account"]) == ("ann", "Lab")
    shown = clerk.ask(f"token show {made['id'][:6]}")
    assert shown == made
    for line in ("token list", "token list --json", "event list --json"):
        assert made["token"] not in clerk.do(line)
    assert (
        clerk.do(f"token show {made['id']}").splitlines()[-1]
        == f"Token              {made['token']}"
    )


def test_a_token_is_revoked(clerk: Clerk) -> None:
    """A leaked token would register strangers for ever."""
    made = clerk.ask("token create")
    said = clerk.do(f"token revoke {made['id'][:8].upper()}")
    assert said == f"ID token {made['id']} is revoked; what registered with it stays\n"
    assert clerk.ask("token list")[0]["status"] == "revoked"
    assert "was revoked on Nov 01" in clerk.refused(f"token revoke {made['id']}")


def test_a_token_s_end_is_seen(clerk: Clerk) -> None:
    """Somebody would hand out a token that registers nothing."""
    clerk.do("token create --days 5")
    made = clerk.ask("token create --uses 1")
    clerk.books.do(lambda work: use_up(work, made["id"]))
    clerk.books.now += 5 * DAY
    assert sorted(one["status"] for one in clerk.ask("token list")) == ["expired", "used-up"]


def use_up(work: Work, token: str) -> None:
    """Use a token up."""
    row = work.token(TokenId(token))
    assert row is not None
    work.put_token(replace(row, uses=1))


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ("--days 0", "a token lives 1 to 365 days, not 0"),
        ("--days -3", "a token lives 1 to 365 days, not -3"),
        ("--days 99999999999999999999", "a token lives 1 to 365 days"),
        ("--uses 0", "a token can be used 1 to 1000000 times, not 0"),
        ("--uses 1000001", "not 1000001"),
        ("--description '\x07'", "is not one line of at most 256"),
        ("--virtual-account lba", "did you mean 'Lab'?"),
    ],
)
def test_a_token_with_absurd_limits(clerk: Clerk, options: str, why: str) -> None:
    """A token would never end, or end before it could be used."""
    assert why in clerk.refused(f"token create {options}")
    assert clerk.ask("token list") == []


def test_a_token_may_allow_what_its_account_may(clerk: Clerk) -> None:
    """Strong cryptography would be given to whom the vendor may not."""
    clerk.do("account forbid-export-control example")
    assert "may not allow export-controlled" in clerk.refused("token create --export-controlled")
    clerk.do("account allow-export-control example")
    assert clerk.ask("token create --export-controlled")["export_controlled"] is True


def test_a_token_that_is_not_the_only_one(clerk: Clerk) -> None:
    """Another token than the one that was meant would be revoked."""
    first = clerk.ask("token create --description one")["id"]
    twin = first[:9] + "0" * 27
    clerk.books.do(lambda work: copy(work, first, twin))
    why = clerk.refused(f"token revoke {first[:8]}")
    assert why.startswith(f"which ID token {first[:8]}? There are: ")
    assert f"{twin} ('Default', one)" in why
    clerk.do("account open Other --domain other.example")
    assert "there is no ID token" in clerk.refused(f"token show {first} --account other")
    assert clerk.ask(f"token show {first}")["id"] == first, "an id leads there from anywhere"
    assert "there is no ID token zzzz" in clerk.refused("token show zzzz")
    for short in ("", first[:3]):
        assert "at least the first 4 characters" in clerk.refused(f"token revoke '{short}'")


def copy(work: Work, token: str, twin: str) -> None:
    """Put a token with an id that begins as another one's."""
    row = work.token(TokenId(token))
    assert row is not None
    work.put_token(replace(row, id=TokenId(twin)))
