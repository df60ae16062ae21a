"""How a local account of an on-prem in a world comes to be taken on: asked for, believed, entered."""

from dataclasses import dataclass, replace
from datetime import datetime
from io import BytesIO

from licet.admin.local_accounts import enter_account
from licet.kernel.chance import Chance
from licet.kernel.ids import AuthorityId
from licet.kernel.problems import RulesBroken
from licet.ledger.ports import Store
from licet.ledger.sites import LocalAccount, LocalState, SiteKeys, Upstream
from licet.ledger.works import work_in
from licet.pki.authority import AuthorityKeys
from licet.pki.sites import SitePrivate, draw_site, site_keys
from licet.sync.gate import certificates_of, check_clocks, read
from licet.sync.problems import SyncRefused, Why
from licet.sync.registration import (
    Authorized,
    admit_authorization,
    registered,
    write_registration,
)
from licet.wire.keys import public_bytes
from licet.wire.sites import REGISTRATION_AUTHORIZATION, RegistrationAuthorization
from licet.wire.tokens import Token


@dataclass(frozen=True, slots=True)
class Desk:
    """Where an on-prem works: its store, chance, instant, and the version of its software."""

    store: Store
    chance: Chance
    now: datetime
    version: str


def ask(
    desk: Desk,
    account: LocalAccount,
    *,
    name: str,
    private: SitePrivate | None,
    invitation: Token | None,
) -> tuple[bytes, SitePrivate]:
    """Write the registration request of a local account; return it, and the keys that wait for it.

    Args:
        desk: where this is.
        account: an approved one.
        name: of the on-prem, at the manager.
        private: its keys, where they were drawn before.
        invitation: the manager's one-time code; None by file.

    Raises:
        SyncRefused: it is not approved.
    """
    if account.state is not LocalState.APPROVED:
        raise SyncRefused(
            Why.NOT_READY, f"the local account '{account.name}' is {account.state}, not approved"
        )
    private = private or draw_site(desk.chance)
    keys = (private.sub_ca, private.answer, private.sync)
    out = BytesIO()
    written = write_registration(
        out,
        account,
        name=name,
        keys=SiteKeys(*(public_bytes(key.public_key()) for key in keys)),
        signer=private.sync,
        invitation=invitation,
        version=desk.version,
        now=desk.now,
    )
    asked = replace(account, registration=written.digest)
    work_in(desk.store, lambda work: work.put_local_account(asked))
    return out.getvalue(), private


def believe(
    desk: Desk, data: bytes, *, invitation: Token | None
) -> tuple[LocalAccount, Authorized]:
    """Return whom an authorization is for, and what it says; nothing is changed by it.

    Raises:
        SyncRefused: it is none, or is not to be believed.
    """
    document = read(BytesIO(data), REGISTRATION_AUTHORIZATION)
    head = document.head
    assert isinstance(head, RegistrationAuthorization)  # noqa: S101 - `read` saw to it
    with desk.store.begin() as work:
        account = work.local_account(AuthorityId(head.site))
    if account is None:
        raise SyncRefused(
            Why.FOREIGN, f"the authorization is for another on-prem, '{head.name}' ({head.site})"
        )
    return account, admit_authorization(document, account, invitation=invitation)


def enter(
    desk: Desk,
    account: LocalAccount,
    authorized: Authorized,
    private: SitePrivate,
    *,
    url: str | None,
    who: str,
) -> AuthorityKeys:
    """Enter a local account that was taken on, and return its keys.

    Raises:
        SyncRefused: the certificates are not over its keys.
        AdminRefused: the name of the local account is taken.
    """
    head = authorized.head
    check_clocks(head.at, desk.now)
    try:
        keys = site_keys(
            private,
            certificates_of(head.certificates),
            head.trust_lists,
            site=account.id,
            name=account.name,
            chance=desk.chance,
            now=desk.now,
        )
    except RulesBroken as broken:
        raise SyncRefused(Why.UNTRUSTED, f"its certificates: {broken}") from broken
    upstream = Upstream(AuthorityId(head.manager), url)
    entered = registered(account, head, upstream, desk.now)
    work_in(
        desk.store,
        lambda work: enter_account(work, entered, who=who, now=desk.now, chance=desk.chance),
    )
    return keys
