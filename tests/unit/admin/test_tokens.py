"""ID tokens: what may be made, that their text is the same every time, and how they end."""

from datetime import timedelta

import pytest

from licet.admin.refusal import AdminRefused
from licet.admin.tokens import DAYS_MAX, USES_MAX, create_token, revoke_token, show_token
from licet.kernel.time import DAY
from licet.ledger.model import IdToken, VirtualAccount
from licet.pki.authority import AuthorityKeys, found_authority, rotate_master_key, rotate_root
from licet.pki.trust import mark_of
from licet.wire.messages import Problem, Registered
from licet.wire.tokens import TOKEN_CHARS, authority_mark, parse_token
from support.books import NOW, Books
from support.office import Office


@pytest.fixture
def books() -> Books:
    """The books of one account."""
    return Books()


@pytest.fixture(scope="module")
def keys() -> AuthorityKeys:
    """An authority's keys."""
    return found_authority(name="books", chance=Books().chance, now=NOW)


def create(
    books: Books,
    keys: AuthorityKeys,
    *,
    at: VirtualAccount | None = None,
    days: int = 30,
    uses: int | None = None,
    export: bool = False,
) -> IdToken:
    """Create a token."""
    return books.do(
        lambda work: create_token(
            work,
            at or books.default,
            keys,
            description="for the branch",
            days=days,
            uses=uses,
            export_allowed=export,
            who="ann",
            now=books.now,
            chance=books.chance,
        )
    )


def test_a_token_says_who_made_it_and_where_it_leads(books: Books, keys: AuthorityKeys) -> None:
    """A person could not tell tokens apart, or would hand out the wrong one."""
    made = create(books, keys, at=books.lab, days=7, uses=3, export=True)
    assert books.look(lambda work: work.token(made.id)) == made
    assert (made.virtual_account, made.description) == (books.lab.id, "for the branch")
    assert (made.created_by, made.created_at, made.expires_at) == ("ann", NOW, NOW + 7 * DAY)
    assert (made.uses_max, made.uses, made.export_allowed) == (3, 0, True)
    event = books.events()[0]
    assert (event.subject, event.virtual_account) == (made.id, books.lab.id)
    assert event.text.endswith("good until Nov 08 12:00:00 2026 UTC")


@pytest.mark.parametrize("days", [1, DAYS_MAX])
@pytest.mark.parametrize("uses", [1, USES_MAX, None])
def test_what_may_be_asked_for(
    books: Books, keys: AuthorityKeys, days: int, uses: int | None
) -> None:
    """The first or the last allowed value would be refused."""
    made = create(books, keys, days=days, uses=uses)
    assert made.expires_at - NOW == timedelta(days=days)


@pytest.mark.parametrize(
    ("days", "uses"),
    [(0, None), (-1, None), (DAYS_MAX + 1, None), (30, 0), (30, -1), (30, USES_MAX + 1)],
)
def test_what_may_not_be_asked_for(
    books: Books, keys: AuthorityKeys, days: int, uses: int | None
) -> None:
    """A token would be dead when it is made, or live for ever."""
    with pytest.raises(AdminRefused):
        create(books, keys, days=days, uses=uses)
    assert books.store.list_tokens(books.default.id).items == ()


def test_export_control_needs_the_account(books: Books, keys: AuthorityKeys) -> None:
    """Controlled functions would be given to a customer who may not have them."""
    _, place = books.open("Elsewhere", "elsewhere.example", export=False)
    with pytest.raises(AdminRefused, match="export"):
        create(books, keys, at=place, export=True)
    assert not create(books, keys, at=place).export_allowed


def test_the_text_is_the_same_every_time(books: Books, keys: AuthorityKeys) -> None:
    """A token that was shown once and lost would have to be made again; or be stored in the clear."""
    made = create(books, keys)
    text = show_token(made, keys)
    assert len(text) == TOKEN_CHARS
    assert show_token(made, rotate_master_key(keys, chance=books.chance)) == text
    parsed = parse_token(text)
    assert (parsed.token, parsed.expires_at) == (made.id, made.expires_at)
    assert parsed.root_mark == mark_of(keys.root)
    assert parsed.authority_mark == authority_mark(keys.authority)
    assert show_token(create(books, keys), keys) != text


def test_a_new_master_key_makes_the_new_tokens(books: Books, keys: AuthorityKeys) -> None:
    """A rotation would change nothing: new tokens from the key that was to be retired."""
    rotated = rotate_master_key(keys, chance=books.chance)
    assert create(books, rotated).master_key == rotated.master_keys[-1][0]
    assert create(books, keys).master_key != create(books, rotated).master_key


def test_a_text_that_cannot_be_derived_is_refused(books: Books, keys: AuthorityKeys) -> None:
    """A text that registers nothing would be handed out."""
    made = create(books, rotate_master_key(keys, chance=books.chance))
    with pytest.raises(AdminRefused, match="create a new token"):
        show_token(made, keys)


def test_a_text_that_is_shown_after_a_rotation_leads_to_the_new_root(
    books: Books, keys: AuthorityKeys
) -> None:
    """A token would pin a root that is no more."""
    made = create(books, keys)
    rotated = rotate_root(keys, chance=books.chance, now=NOW)
    parsed = parse_token(show_token(made, rotated))
    assert parsed.root_mark == mark_of(rotated.root) != mark_of(keys.root)
    assert parsed.secret == parse_token(show_token(made, keys)).secret


def test_a_token_is_revoked_once(books: Books, keys: AuthorityKeys) -> None:
    """A token that was lost would register strangers, or the day of its end would be rewritten."""
    made = create(books, keys)
    books.now += DAY
    revoked = books.do(lambda work: revoke_token(work, made, who="bob", now=books.now))
    assert books.look(lambda work: work.token(made.id)) == revoked
    assert revoked.revoked_at == NOW + DAY
    assert (books.events()[0].who, books.told()) == ("bob", f"ID token {made.id} was revoked")
    with pytest.raises(AdminRefused, match="revoked on Nov 02 12:00:00 2026 UTC"):
        books.do(lambda work: revoke_token(work, revoked, who="ann", now=books.now))


def test_what_is_shown_registers_and_what_is_revoked_does_not() -> None:
    """The text that people copy would not be the one that the authority takes."""
    office = Office()
    place = office.look(lambda work: work.virtual_account(office.example.virtual))
    assert place is not None
    with office.store.begin() as work:
        made = create_token(
            work, place, office.keys, description="", who="ann", now=NOW, chance=office.chance
        )
        work.commit()
    token = parse_token(show_token(made, office.keys))
    assert isinstance(office.register(office.device("SN1"), token), Registered)
    used = office.look(lambda work: work.token(made.id))
    assert used is not None
    with office.store.begin() as work:
        revoke_token(work, used, who="ann", now=NOW)
        work.commit()
    refused = office.register(office.device("SN2"), token)
    assert isinstance(refused, Problem)
    assert refused.code == "token-revoked"
