"""Registers a local account with its manager: a request goes up, an authorization comes back."""

import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import BinaryIO

from licet.admin.local_accounts import approve_account, current_local_account, enter_account
from licet.admin.refusal import AdminRefused
from licet.kernel.ids import AuthorityId
from licet.kernel.problems import RulesBroken
from licet.ledger.ports import Work
from licet.ledger.sites import LocalAccount, LocalState, SiteKeys, Upstream
from licet.ledger.works import work_in
from licet.onprem.office import Office
from licet.pki.sites import SitePrivate, draw_site, site_keys
from licet.service.files import read_secret, remove_file, write_file
from licet.service.pending import read_pending, remove_pending, write_pending
from licet.sync.gate import certificates_of, check_clocks, read
from licet.sync.problems import SyncRefused, Why
from licet.sync.registration import (
    admit_authorization,
    registered,
    write_registration,
)
from licet.wire.keys import public_bytes
from licet.wire.sites import (
    REGISTRATION_AUTHORIZATION,
    REGISTRATION_BYTES_MAX,
    REGISTRATION_REQUEST,
    RegistrationAuthorization,
)
from licet.wire.tokens import Token


@dataclass(frozen=True, slots=True)
class Asked:
    """A registration request that is safe to be handed out.

    Attributes:
        account: as it waits for the authorization.
        data: the document.
    """

    account: LocalAccount
    data: bytes


def ask(office: Office, account: LocalAccount, invitation: Token | None) -> Asked:
    """Approve a local account and write its registration request; by file the same one again.

    Args:
        office: the on-prem.
        account: requested, or approved before.
        invitation: the manager's one-time code; None by file.

    Raises:
        AdminRefused: it cannot be approved.
        ServiceError: its keys cannot be kept.
    """
    now = office.clock.now()
    account = work_in(
        office.store, lambda work: approve_account(work, account, who=office.who, now=now)
    )
    private = _private(office, account.id)
    path = office.registration_file(account.id)
    if invitation is None and path.exists():
        kept = read_secret(path, bytes_max=REGISTRATION_BYTES_MAX)
        if _digest_of(kept) == account.registration:
            return Asked(account, kept)
    out = io.BytesIO()
    written = write_registration(
        out,
        account,
        name=office.document_name(account),
        keys=SiteKeys(
            public_bytes(private.sub_ca.public_key()),
            public_bytes(private.answer.public_key()),
            public_bytes(private.sync.public_key()),
        ),
        signer=private.sync,
        invitation=invitation,
        version=office.version,
        now=now,
    )
    # What proves to know a code is for the manager only: it is made anew each time.
    if invitation is None:
        write_file(path, out.getvalue())
    else:
        remove_file(path)
    digest = written.digest

    def job(work: Work) -> LocalAccount:
        asked = replace(_as_it_waits(work, account), registration=digest)
        work.put_local_account(asked)
        return asked

    return Asked(work_in(office.store, job), out.getvalue())


def _as_it_waits(work: Work, account: LocalAccount) -> LocalAccount:
    """Return a local account that waits for its registration, with what was set meanwhile.

    Raises:
        AdminRefused: it was refused or deleted meanwhile, or another request was made.
    """
    found = current_local_account(work, account)
    if found.state is not LocalState.APPROVED or found.registration != account.registration:
        because = f" ({found.reason})" if found.reason else ""
        raise AdminRefused(
            f"'{account.name}' changed meanwhile, it is {found.state}{because}; nothing was done"
        )
    return found


def enter(
    office: Office,
    file: BinaryIO,
    account: LocalAccount,
    *,
    invitation: Token | None,
    upstream: Callable[[AuthorityId], Upstream],
    compare: Callable[[str], None],
) -> LocalAccount:
    """Take an authorization, and return the local account as it is registered from now on.

    A crash in between leaves an approved account that is registered by the same command again.

    Args:
        office: the on-prem.
        file: the authorization.
        account: who waits for it.
        invitation: names manager and root; None by file.
        upstream: returns where the manager with that id is.
        compare: is shown the fingerprint, and raises where the manager shows another one.

    Raises:
        SyncRefused: it is not to be believed.
        AdminRefused: the fingerprints differ, the name of the account is taken, or it changed meanwhile.
        ServiceError: the keys cannot be written.
    """
    admitted = admit_authorization(
        read(file, REGISTRATION_AUTHORIZATION), account, invitation=invitation
    )
    head, now = admitted.head, office.clock.now()
    check_clocks(head.at, now)
    compare(admitted.fingerprint)
    with office.store.begin() as work:
        # A person may have taken long to compare; no keys are to be left of what was refused.
        _as_it_waits(work, account)
    try:
        keys = site_keys(
            _private(office, account.id),
            certificates_of(head.certificates),
            head.trust_lists,
            site=account.id,
            name=account.name,
            chance=office.chance,
            now=now,
        )
    except RulesBroken as broken:
        raise SyncRefused(Why.UNTRUSTED, f"its certificates cannot be believed: {broken}") from (
            broken
        )
    office.keep_keys(account.id, keys)
    manager = upstream(AuthorityId(head.manager))

    def job(work: Work) -> LocalAccount:
        entered = registered(_as_it_waits(work, account), head, manager, now)
        enter_account(work, entered, who=office.who, now=now, chance=office.chance)
        return entered

    entered = work_in(office.store, job)
    remove_pending(office.data, account.id)
    remove_file(office.registration_file(account.id))
    return entered


def addressee(office: Office, file: BinaryIO) -> LocalAccount:
    """Return the local account that an authorization is for.

    Raises:
        SyncRefused: it is none, or for another on-prem.
    """
    head = read(file, REGISTRATION_AUTHORIZATION).head
    assert isinstance(head, RegistrationAuthorization)  # noqa: S101 - `read` saw to it
    with office.store.begin() as work:
        account = work.local_account(AuthorityId(head.site))
    if account is None:
        raise SyncRefused(
            Why.FOREIGN, f"the authorization is for another on-prem, '{head.name}' ({head.site})"
        )
    return account


def _private(office: Office, account: AuthorityId) -> SitePrivate:
    """Return the keys of a local account that waits; they are drawn the first time."""
    if not office.data.pending_file(account).exists():
        write_pending(office.data, account, draw_site(office.chance))
    return read_pending(office.data, account)


def _digest_of(data: bytes) -> str:
    try:
        return read(io.BytesIO(data), REGISTRATION_REQUEST).digest
    except SyncRefused:
        return ""
