"""ID tokens: made, shown again, revoked; their secrets are derived and never stored."""

from dataclasses import replace
from datetime import datetime, timedelta

from licet.admin.accounts import current_place, record
from licet.admin.refusal import AdminRefused
from licet.admin.sites import check_not_a_site
from licet.admin.texts import check_note
from licet.kernel.chance import Chance, draw_uuid
from licet.kernel.ids import TokenId
from licet.kernel.time import print_instant
from licet.ledger.model import IdToken, VirtualAccount
from licet.ledger.ports import Work
from licet.pki.authority import AuthorityKeys
from licet.pki.trust import mark_of
from licet.wire.tokens import Token, authority_mark, derive_secret, print_token

DAYS_MAX = 365
DAYS_DEFAULT = 30
USES_MAX = 1_000_000


def create_token(
    work: Work,
    place: VirtualAccount,
    keys: AuthorityKeys,
    *,
    description: str,
    days: int = DAYS_DEFAULT,
    uses: int | None = None,
    export_allowed: bool = False,
    who: str,
    now: datetime,
    chance: Chance,
) -> IdToken:
    """Create an ID token in a virtual account; `show_token` gives its text.

    Raises:
        AdminRefused: days or uses out of range, the account may not allow export control, no
            description, or the virtual account is not there any more.
    """
    place = current_place(work, place)
    check_not_a_site(work, place, "create its ID tokens there")
    if not 1 <= days <= DAYS_MAX:
        raise AdminRefused(f"a token lives 1 to {DAYS_MAX} days, not {days}")
    if uses is not None and not 1 <= uses <= USES_MAX:
        raise AdminRefused(f"a token can be used 1 to {USES_MAX} times, not {uses}")
    account = work.account(place.account)
    if export_allowed and not (account and account.export_allowed):
        raise AdminRefused("this smart account may not allow export-controlled functionality")
    token = IdToken(
        id=TokenId(draw_uuid(chance)),
        virtual_account=place.id,
        description=check_note(description),
        created_by=who,
        created_at=now,
        expires_at=now + timedelta(days=days),
        export_allowed=export_allowed,
        master_key=keys.master_keys[-1][0],
        uses_max=uses,
    )
    work.put_token(token)
    text = f"ID token {token.id} was created, good until {print_instant(token.expires_at)}"
    record(work, place.account, place.id, token.id, text, who=who, now=now)
    return token


def show_token(token: IdToken, keys: AuthorityKeys) -> str:
    """Return the text of a token, again and again, as long as its master key is held.

    Raises:
        AdminRefused: the master key that it was derived from is not held.
    """
    return print_token(derive_token(keys, token.id, token.master_key, token.expires_at))


def derive_token(
    keys: AuthorityKeys, token: TokenId, master_key: int, expires_at: datetime
) -> Token:
    """Return a token, or a code in its shape, of the id in its row.

    Raises:
        AdminRefused: the master key that it was derived from is not held.
    """
    masters = dict(keys.master_keys)
    if master_key not in masters:
        raise AdminRefused(f"token master key {master_key} is not held; create a new token")
    return Token(
        token=token,
        expires_at=expires_at,
        secret=derive_secret(masters[master_key], token),
        root_mark=mark_of(keys.root),
        authority_mark=authority_mark(keys.authority),
    )


def revoke_token(work: Work, token: IdToken, *, who: str, now: datetime) -> IdToken:
    """Revoke a token: it registers nothing any more; what it registered stays.

    Raises:
        AdminRefused: it was revoked before, or is not there any more.
    """
    # As it is now: the uses that were made since somebody looked must not come back.
    found = work.token(token.id)
    if found is None:
        raise AdminRefused(f"token {token.id} is not there any more")
    token = found
    if token.revoked_at is not None:
        raise AdminRefused(f"token {token.id} was revoked on {print_instant(token.revoked_at)}")
    revoked = replace(token, revoked_at=now)
    work.put_token(revoked)
    place = work.virtual_account(token.virtual_account)
    if place is not None:
        text = f"ID token {token.id} was revoked"
        record(work, place.account, place.id, token.id, text, who=who, now=now)
    return revoked
