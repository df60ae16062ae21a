"""Rows of both sides of a synchronization for the contract suite; every field has a value."""

from dataclasses import replace
from datetime import timedelta

from contract import rows
from contract.rows import ACCOUNT, NOW, OTHER_PLACE
from licet.kernel.ids import AccountId, AuthorityId, InstanceId, TokenId, VirtualAccountId
from licet.ledger.model import Instance, SmartAccount, VirtualAccount
from licet.ledger.sites import (
    CarriedNote,
    Cut,
    Every,
    Invitation,
    Letter,
    LocalAccount,
    LocalState,
    Mark,
    OnPrem,
    OutLease,
    Outstanding,
    Privacy,
    RemovalRequest,
    Road,
    SiteKeys,
    SyncKind,
    SyncRecord,
    Upstream,
)

SITE = AuthorityId(rows.uuid(800))
OTHER_SITE = AuthorityId(rows.uuid(801))
MARK = Mark(3, "digest", "signature")
PRIVACY = Privacy(host_names=True, addresses=True)
HISTORY = (SyncRecord(NOW, SyncKind.FULL, Road.FILE, 3, ok=True, result="done"),)

# What an on-prem has at home: its account and its virtual account have the site's id and another.
SITE_ACCOUNT = SmartAccount(
    AccountId(SITE), "Plant", "plant.local", export_allowed=False, created_at=NOW
)
SITE_PLACE = VirtualAccount(
    VirtualAccountId(rows.uuid(802)), SITE_ACCOUNT.id, "Default", "", default=True, created_at=NOW
)


def on_prem(number: int, *, due_in: int | None = None) -> OnPrem:
    """Return an on-prem that falls due some hours after `NOW`."""
    return OnPrem(
        id=AuthorityId(rows.uuid(600 + number)),
        account=ACCOUNT.id,
        virtual_account=OTHER_PLACE.id,
        name=f"Site {number}",
        local_account="Plant",
        email="plant@example.com",
        keys=SiteKeys(b"sub", b"answer", b"sync"),
        version="1.0",
        registered_at=NOW,
        registered_by="admin",
        removal_days=100,
        removed_at=None,
        accepted=MARK,
        answered=replace(MARK, digest="another"),
        last_up_at=NOW,
        last_down_at=NOW,
        epoch=2,
        lease=4,
        leases=(OutLease(4, NOW + timedelta(days=90)),),
        cuts=(Cut("holding", 3),),
        removals=(RemovalRequest(InstanceId(rows.uuid(9)), "admin", NOW, "note"),),
        privacy=PRIVACY,
        needs_full=False,
        history=HISTORY,
        due_at=None if due_in is None else NOW + timedelta(hours=due_in),
    )


def invitation(number: int, *, minutes: int = 0) -> Invitation:
    """Return an invitation that was made some minutes after `NOW`."""
    return Invitation(
        id=TokenId(rows.uuid(700 + number)),
        account=ACCOUNT.id,
        virtual_account="Plant",
        created_by="admin",
        created_at=NOW + timedelta(minutes=minutes),
        expires_at=NOW + timedelta(days=1),
        master_key=2,
        removal_days=100,
        on_prem=SITE,
    )


def local_account(
    site: AuthorityId = SITE, *, number: int = 0, name: str = "Plant"
) -> LocalAccount:
    """Return a local account that has begun so many requests."""
    return LocalAccount(
        id=site,
        name=name,
        smart_account="Example",
        virtual_account="Plant",
        email="plant@example.com",
        state=LocalState.REGISTERED,
        requested_at=NOW,
        requested_by="admin",
        reason="because",
        upstream=Upstream(AuthorityId(rows.uuid(8)), "https://manager.example.com"),
        registered_at=NOW,
        removal_days=100,
        number=number,
        acknowledged=2,
        outstanding=Outstanding(
            mark=MARK,
            kind=SyncKind.STANDARD,
            at=NOW,
            events_until=7,
            notes=(InstanceId(rows.uuid(9)),),
            size=1234,
            file="file.yml",
        ),
        accepted=MARK,
        lease=4,
        lease_ends_at=NOW + timedelta(days=90),
        events_sent=5,
        last_up_at=NOW,
        last_down_at=NOW,
        needs_full=False,
        restored=True,
        privacy=PRIVACY,
        every=Every.WEEKLY,
        due_at=NOW + timedelta(days=7),
        failed="no answer",
        history=HISTORY,
    )


def note(number: int, *, carrier: AuthorityId | None = SITE) -> CarriedNote:
    """Return a leave note for the other site."""
    return CarriedNote(InstanceId(rows.uuid(200 + number)), OTHER_SITE, carrier, "signed", NOW)


def instance(number: int) -> Instance:
    """Return an instance of the on-prem's own."""
    return replace(
        rows.instance(number), account=SITE_ACCOUNT.id, virtual_account=SITE_PLACE.id, usage=()
    )


LETTER = Letter(on_prem(1).id, 3, b"a document\n")
