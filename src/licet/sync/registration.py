"""How a site and its manager come to know each other: a request, an authorization, one fingerprint.

Over the network the manager's one-time code names manager and root, so that the site believes no
other. By file a person compares the fingerprint that both sides show: a swapped file has another one.
"""

import base64
import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from typing import BinaryIO

from licet.kernel.ids import AuthorityId
from licet.kernel.problems import RulesBroken
from licet.kernel.time import epoch_seconds
from licet.ledger.sites import LocalAccount, LocalState, OnPrem, SiteKeys, Upstream
from licet.pki.authority import AuthorityKeys
from licet.pki.sites import SiteCertificates
from licet.pki.trust import Trust, mark_of, own_roots, pin
from licet.sync.downward import print_certificates
from licet.sync.gate import check_manager
from licet.sync.problems import SyncRefused, Why
from licet.wire.documents import Document, Written, write_document
from licet.wire.keys import (
    PrivateKey,
    from_base64,
    load_public,
    sign_digest,
    to_base64,
)
from licet.wire.sites import (
    REGISTRATION_AUTHORIZATION,
    REGISTRATION_REQUEST,
    InvitationProof,
    RegistrationAuthorization,
    RegistrationRequest,
)
from licet.wire.tokens import Token, authority_mark, prove

_GROUP = 4
_FINGERPRINT_BYTES = 10
# Who carries both files may search on both sides at once for two that look alike, which takes some
# 2^40 attempts; so each attempt is made to cost 16 MB and a twentieth of a second (RFC 7914).
_SCRYPT_N, _SCRYPT_R, _SCRYPT_P = 2**14, 8, 1


def fingerprint(request: str, manager: str, root: bytes) -> str:
    """Return what both sides show of a registration: 16 characters in groups of 4.

    Args:
        request: digest of the registration request.
        manager: its authority id.
        root: the newest licensing root's certificate, DER.
    """
    stretched = hashlib.scrypt(
        f"{request}|{manager}|{mark_of(root)}".encode(),
        salt=b"licet registration",
        n=_SCRYPT_N,
        r=_SCRYPT_R,
        p=_SCRYPT_P,
        dklen=_FINGERPRINT_BYTES,
    )
    text = base64.b32encode(stretched).decode()
    return "-".join(text[at : at + _GROUP] for at in range(0, len(text), _GROUP))


def write_registration(
    out: BinaryIO,
    account: LocalAccount,
    *,
    name: str,
    keys: SiteKeys,
    signer: PrivateKey,
    invitation: Token | None,
    version: str,
    now: datetime,
) -> Written:
    """Write the registration request of a local account.

    Args:
        out: takes the bytes.
        account: an approved one.
        name: of the on-prem.
        keys: its public keys.
        signer: the private one of its sync key.
        invitation: the manager's one-time code; None by file.
        version: of the software.
        now: the site's instant.
    """
    sub_ca, answer, sync = map(to_base64, (keys.sub_ca, keys.answer, keys.sync))
    proof = None
    if invitation is not None:
        proof = prove(
            invitation.secret,
            InvitationProof(
                authority=invitation.authority_mark,
                root=invitation.root_mark,
                invitation=invitation.token,
                site=account.id,
                sub_ca=sub_ca,
                answer=answer,
                sync=sync,
            ),
        )
    head = RegistrationRequest(
        name=name,
        site=account.id,
        local_account=account.name,
        smart_account=account.smart_account,
        virtual_account=account.virtual_account,
        email=account.email,
        version=version,
        at=epoch_seconds(now),
        invitation=None if invitation is None else invitation.token,
        proof=proof,
        sub_ca=sub_ca,
        answer=answer,
        sync=sync,
    )
    return write_document(
        out, REGISTRATION_REQUEST, head, None, sign=lambda data: sign_digest(signer, data)
    )


def admit_registration(document: Document) -> SiteKeys:
    """Return the keys of a registration request that its own sync key has signed.

    Raises:
        SyncRefused: it was changed on its way, or a key in it is none.
    """
    head = document.head
    assert isinstance(head, RegistrationRequest)  # noqa: S101 - `gate.read` saw to it
    try:
        keys = SiteKeys(from_base64(head.sub_ca), from_base64(head.answer), from_base64(head.sync))
        for spki in (keys.sub_ca, keys.answer, keys.sync):
            load_public(spki)
        document.check(load_public(keys.sync))
    except (ValueError, RulesBroken) as error:
        raise SyncRefused(Why.DAMAGED, f"the registration request is damaged: {error}") from error
    return keys


def proof_of(head: RegistrationRequest, keys: AuthorityKeys) -> InvitationProof:
    """Return what the proof of an invitation in a request must be over, at its manager."""
    return InvitationProof(
        authority=authority_mark(keys.authority),
        root=mark_of(keys.root),
        invitation=head.invitation or "",
        site=head.site,
        sub_ca=head.sub_ca,
        answer=head.answer,
        sync=head.sync,
    )


def write_authorization(
    out: BinaryIO,
    on_prem: OnPrem,
    request: str,
    *,
    keys: AuthorityKeys,
    certificates: SiteCertificates,
    smart_account: str,
    virtual_account: str,
    export_allowed: bool,
    now: datetime,
) -> Written:
    """Write a manager's answer to the registration request with that digest."""
    head = RegistrationAuthorization(
        name=on_prem.name,
        site=on_prem.id,
        request=request,
        manager=keys.authority,
        at=epoch_seconds(now),
        smart_account=smart_account,
        virtual_account=virtual_account,
        removal_days=on_prem.removal_days,
        export_allowed=export_allowed,
        trust_lists=keys.trust_lists,
        certificates=print_certificates(certificates),
        chain=tuple(to_base64(der) for der in keys.answer_chain),
    )
    return write_document(
        out,
        REGISTRATION_AUTHORIZATION,
        head,
        None,
        sign=lambda data: sign_digest(keys.answer_key, data),
    )


@dataclass(frozen=True, slots=True)
class Authorized:
    """An authorization that may be believed if its fingerprint is the manager's.

    Attributes:
        trust: the roots that it brings.
        root: the newest of them.
        fingerprint: what the manager must show too.
    """

    head: RegistrationAuthorization
    trust: Trust
    root: bytes
    fingerprint: str


def admit_authorization(
    document: Document, account: LocalAccount, *, invitation: Token | None
) -> Authorized:
    """Let an authorization in, at the site that asked for it.

    Args:
        document: its head is a `RegistrationAuthorization`.
        account: who asked.
        invitation: the code that names manager and root; None by file, where a person compares.

    Raises:
        SyncRefused: it is for another request, or not signed by the manager that it names.
    """
    head = document.head
    assert isinstance(head, RegistrationAuthorization)  # noqa: S101 - `gate.read` saw to it
    if account.state is LocalState.REGISTERED:
        raise SyncRefused(Why.OLDER, f"the local account '{account.name}' is registered already")
    if account.state is not LocalState.APPROVED or not account.registration:
        raise SyncRefused(
            Why.NOT_ASKED, f"the local account '{account.name}' waits for no authorization"
        )
    if head.site != account.id:
        raise SyncRefused(Why.FOREIGN, f"the authorization is for another site, '{head.name}'")
    if head.request != account.registration:
        raise SyncRefused(
            Why.SUPERSEDED, "the authorization answers another registration request of this account"
        )
    if invitation is not None and authority_mark(AuthorityId(head.manager)) != (
        invitation.authority_mark
    ):
        raise SyncRefused(Why.UNTRUSTED, "another manager answered than the code names")
    try:
        root = own_roots(head.trust_lists[-1])[0]
        mark = mark_of(root) if invitation is None else invitation.root_mark
        trust = pin(head.trust_lists, mark=mark)
    except (RulesBroken, ValueError) as error:
        raise SyncRefused(Why.UNTRUSTED, f"its root cannot be believed: {error}") from error
    check_manager(document, head.chain, head.manager, head.at, trust.roots)
    return Authorized(head, trust, root, fingerprint(head.request, head.manager, root))


def registered(
    account: LocalAccount, head: RegistrationAuthorization, upstream: Upstream, now: datetime
) -> LocalAccount:
    """Return a local account that its manager has taken on."""
    return replace(
        account,
        state=LocalState.REGISTERED,
        upstream=upstream,
        registered_at=now,
        removal_days=head.removal_days,
        smart_account=head.smart_account,
        virtual_account=head.virtual_account,
        needs_full=True,
        due_at=now if upstream.url else None,
    )
