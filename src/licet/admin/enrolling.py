"""Answers the registration request of an on-prem: over the network by a code, or as a person brings it.

Network and file differ in who vouches for the request, and in nothing else.
"""

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import BinaryIO

from licet.admin.accounts import record
from licet.admin.on_prems import check_invitation, take_on, use_invitation
from licet.admin.refusal import AdminRefused
from licet.kernel.chance import Chance
from licet.kernel.ids import AuthorityId
from licet.kernel.time import DAY, print_instant
from licet.ledger.model import SmartAccount
from licet.ledger.ports import Store, Work
from licet.ledger.sites import OnPrem, SiteKeys
from licet.pki.authority import AuthorityKeys
from licet.pki.sites import certify_site
from licet.sync.gate import read
from licet.sync.registration import admit_registration, fingerprint, write_authorization
from licet.wire.documents import Document
from licet.wire.sites import REGISTRATION_REQUEST, RegistrationRequest


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What a manager made of a registration request.

    Attributes:
        authorization: the signed document.
        fingerprint: what the on-prem must show too.
        again: it was registered before; this is another authorization of the same.
    """

    on_prem: OnPrem
    authorization: bytes
    fingerprint: str
    again: bool


def enroll_by_code(
    store: Store, keys: AuthorityKeys, file: BinaryIO, *, now: datetime, chance: Chance
) -> Enrolled:
    """Register an on-prem whose request proves to know a one-time code of ours; one commit, or nothing.

    Args:
        store: the manager's.
        keys: the manager's.
        file: the document.
        now: the manager's instant.
        chance: where ids and serial numbers come from.

    Raises:
        SyncRefused: it is no registration request, or was changed on its way.
        AdminRefused: the code is not good for it, or it cannot be taken on.
    """
    document, head, site = _open(file)
    with store.begin(alone=True) as work:
        invitation = check_invitation(work, head, keys, now)
        if head.virtual_account != invitation.virtual_account:
            raise AdminRefused(
                f"the registration code is for the virtual account '{invitation.virtual_account}', "
                f"and the request for '{head.virtual_account}'"
            )
        account = work.account(invitation.account)
        if account is None:
            raise AdminRefused("the smart account of the registration code is not there any more")
        desk = _Desk(store, work, keys, now, chance)
        who, days = f"{invitation.created_by}'s code", invitation.removal_days
        enrolled = desk.enroll(document, head, site, account, removal_days=days, who=who)
        use_invitation(work, invitation, enrolled.on_prem)
        work.commit()
    return enrolled


def enroll_by_hand(
    store: Store,
    keys: AuthorityKeys,
    file: BinaryIO,
    *,
    account: str | None,
    removal_days: int,
    who: str,
    now: datetime,
    chance: Chance,
) -> Enrolled:
    """Register an on-prem whose request a person brings; one commit, or nothing.

    Args:
        store: the manager's.
        keys: the manager's.
        file: the document.
        account: the smart account that it must be for; None takes it into the one that it names.
        removal_days: it is removed after so many days without synchronization.
        who: the person.
        now: the manager's instant.
        chance: where ids and serial numbers come from.

    Raises:
        SyncRefused: it is no registration request, or was changed on its way.
        AdminRefused: it cannot be taken on.
    """
    document, head, site = _open(file)
    with store.begin(alone=True) as work:
        named = account or head.smart_account
        found = work.account_named(named)
        if found is None:
            raise AdminRefused(f"the request is for '{named}', and there is no such smart account")
        desk = _Desk(store, work, keys, now, chance)
        enrolled = desk.enroll(document, head, site, found, removal_days=removal_days, who=who)
        work.commit()
    return enrolled


def _open(file: BinaryIO) -> tuple[Document, RegistrationRequest, SiteKeys]:
    document = read(file, REGISTRATION_REQUEST)
    keys = admit_registration(document)
    assert isinstance(document.head, RegistrationRequest)  # noqa: S101 - `read` saw to it
    return document, document.head, keys


@dataclass(frozen=True, slots=True)
class _Desk:
    store: Store
    work: Work
    keys: AuthorityKeys
    now: datetime
    chance: Chance

    def enroll(
        self,
        document: Document,
        head: RegistrationRequest,
        site: SiteKeys,
        account: SmartAccount,
        *,
        removal_days: int,
        who: str,
    ) -> Enrolled:
        if head.site == self.keys.authority:
            # It would be certified to speak as this manager.
            raise AdminRefused("the id of the request is this manager's own; request it anew")
        again = self.work.on_prem(AuthorityId(head.site)) is not None
        on_prem = take_on(
            self.store,
            self.work,
            account,
            head,
            site,
            removal_days=removal_days,
            who=who,
            now=self.now,
            chance=self.chance,
        )
        shown = fingerprint(document.digest, self.keys.authority, self.keys.root)
        text = f"'{on_prem.name}' was sent an authorization; its fingerprint is {shown}"
        place = on_prem.virtual_account
        record(self.work, account.id, place, on_prem.id, text, who=who, now=self.now)
        return Enrolled(on_prem, self._authorize(on_prem, document, account), shown, again)

    def _authorize(self, on_prem: OnPrem, document: Document, account: SmartAccount) -> bytes:
        """Return an authorization; the certificates in it end when the very first one's do.

        Otherwise a site could live on by registering again, and never synchronize.
        """
        ends_at = on_prem.registered_at + on_prem.removal_days * DAY
        if on_prem.accepted is not None or ends_at <= self.now:
            raise AdminRefused(
                f"the on-prem '{on_prem.name}' was registered on "
                f"{print_instant(on_prem.registered_at)} with this request already; request the "
                "local account anew"
            )
        certificates = certify_site(
            self.keys,
            site=on_prem.id,
            name=on_prem.name,
            sub_ca=on_prem.keys.sub_ca,
            answer=on_prem.keys.answer,
            sync=on_prem.keys.sync,
            lease_ends_at=ends_at,
            removal_days=on_prem.removal_days,
            chance=self.chance,
            now=self.now,
        )
        place = self.work.virtual_account(on_prem.virtual_account)
        out = BytesIO()
        write_authorization(
            out,
            on_prem,
            document.digest,
            keys=self.keys,
            certificates=certificates,
            smart_account=account.name,
            virtual_account=place.name if place else "-",
            export_allowed=account.export_allowed,
            now=self.now,
        )
        return out.getvalue()
