"""What the two sides of a synchronization remember of each other (PROTOCOL.md 5).

A *local account* of an on-prem is an authority of its own: one id names its authority, the account
in its ledger that its device certificates carry, and its row at the manager. The manager keeps an
`OnPrem` for it, the on-prem a `LocalAccount`. Numbers of documents and leases only rise.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from licet.kernel.ids import AccountId, AuthorityId, InstanceId, TokenId, VirtualAccountId
from licet.kernel.time import HOUR

HISTORY_MAX = 50
# Ours: as certificates are dated back; clocks of two sides that differ by more do not synchronize.
CLOCKS_APART = HOUR


class SyncKind(StrEnum):
    """What a request for synchronization holds: what changed since an acknowledged one, or all."""

    STANDARD = "standard"
    FULL = "full"


class Road(StrEnum):
    """How a document came, or goes."""

    NETWORK = "network"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Privacy:
    """What a site withholds from what goes up (manager-and-onprem.md 2.3, "Data Privacy")."""

    host_names: bool = False
    addresses: bool = False
    instance_names: bool = False
    user_names: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """A document that was written, or accepted from the other side.

    Attributes:
        digest: of all its bytes, signature line included.
        signature: its signature, base64url; the side that made it knows it again by that.
    """

    number: int
    digest: str
    signature: str


@dataclass(frozen=True, slots=True)
class SyncRecord:
    """One synchronization in the history of a side.

    Attributes:
        result: one line for a person: what was exchanged, or why not.
    """

    at: datetime
    kind: SyncKind
    road: Road
    number: int
    ok: bool
    result: str


@dataclass(frozen=True, slots=True)
class SiteKeys:
    """The public keys of a local account (SubjectPublicKeyInfo DER): what its certificates are over."""

    sub_ca: bytes
    answer: bytes
    sync: bytes


@dataclass(frozen=True, slots=True)
class OutLease:
    """A lease that an on-prem may be using: the one it acknowledged last, and all newer ones.

    Attributes:
        ends_at: as it was told.
    """

    number: int
    ends_at: datetime

    @property
    def over_at(self) -> datetime:
        """When it has ended for certain: the on-prem's clock may be behind."""
        return self.ends_at + CLOCKS_APART


@dataclass(frozen=True, slots=True)
class Cut:
    """Licenses that were taken out of an on-prem's virtual account and still stand in a lease.

    Attributes:
        holding: its `held_by` is the on-prem.
        lease: the last lease that they may stand in; a higher one that is acknowledged frees them.
    """

    holding: str
    lease: int


@dataclass(frozen=True, slots=True)
class RemovalRequest:
    """An instance that the on-prem is asked to remove; it goes when the on-prem reports so.

    Attributes:
        who: the person who asked, or the product that left.
        note: the leave note that the product signed; empty where a person asked.
        sent: number of the first response that carried it; 0 while none has.
    """

    instance: InstanceId
    who: str
    at: datetime
    note: str = ""
    sent: int = 0


@dataclass(frozen=True, slots=True)
class HeardEvents:
    """How far a site's events were recorded: a report whose response was lost brings them again.

    Attributes:
        after: the number that the last report began behind.
        count: how many that follow it were recorded.
    """

    after: int = 0
    count: int = 0


@dataclass(frozen=True, slots=True)
class OnPrem:
    """A local account of an on-prem, as its manager knows it.

    Attributes:
        account, virtual_account: the one virtual account that is its own.
        name: of the on-prem, unique in the smart account without regard to case.
        local_account: what the site calls the account.
        version: of the on-prem's software, as it last said.
        removed_at: from then on it is told so; its row goes a year later, when its last lease has
            ended and no product holds a certificate of it.
        removed_why: who removed it, or since when it was silent; empty while it is not removed.
        removal_days: after so many days without synchronization it is removed.
        accepted: the last request that was applied; None before the first.
        answered: the response to it.
        events: how far its events were recorded.
        last_up_at, last_down_at: when the last request was applied, and the last response written.
        epoch: of the on-prem; a new one was restored from a backup.
        lease: number of the newest lease that was written.
        leases: those that it may be using.
        needs_full: its next request must be a full one.
        due_at: when the sweep must look at it.
    """

    id: AuthorityId
    account: AccountId
    virtual_account: VirtualAccountId
    name: str
    local_account: str
    email: str
    keys: SiteKeys
    version: str
    registered_at: datetime
    registered_by: str
    removal_days: int = 90
    removed_at: datetime | None = None
    removed_why: str = ""
    accepted: Mark | None = None
    answered: Mark | None = None
    events: HeardEvents = HeardEvents()
    last_up_at: datetime | None = None
    last_down_at: datetime | None = None
    epoch: int = 0
    lease: int = 0
    leases: tuple[OutLease, ...] = ()
    cuts: tuple[Cut, ...] = ()
    removals: tuple[RemovalRequest, ...] = ()
    privacy: Privacy = Privacy()
    needs_full: bool = True
    history: tuple[SyncRecord, ...] = ()
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Invitation:
    """A one-time code with which an on-prem registers over the network; its secret is derived.

    Attributes:
        master_key: number of the token master key that it is derived from.
        on_prem: who used it; None while nobody has.
    """

    id: TokenId
    account: AccountId
    virtual_account: str
    created_by: str
    created_at: datetime
    expires_at: datetime
    master_key: int
    removal_days: int = 90
    on_prem: AuthorityId | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """A response of the manager, kept to be given again to who asks again with the same request."""

    on_prem: AuthorityId
    number: int
    text: bytes


class LocalState(StrEnum):
    """How far a local account has come."""

    REQUESTED = "requested"
    REFUSED = "refused"
    APPROVED = "approved"
    REGISTERED = "registered"
    REMOVED = "removed"
    DEACTIVATED = "deactivated"


class Every(StrEnum):
    """How often a local account synchronizes by itself."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Upstream:
    """The manager of a local account.

    Attributes:
        authority: its id; its documents are signed by an answer certificate of that name.
        url: where it is reached, such as https://manager.example.com; None by file only.
    """

    authority: AuthorityId
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Outstanding:
    """The request that has not been answered yet; its bytes lie in the data directory.

    Attributes:
        mark: of the document.
        events_until: number of the last event in it.
        notes: the instances whose leave notes are in it.
        size: bytes.
        file: its name, as it is handed to people.
    """

    mark: Mark
    kind: SyncKind
    at: datetime
    events_until: int
    notes: tuple[InstanceId, ...]
    size: int
    file: str


@dataclass(frozen=True, slots=True)
class LocalAccount:
    """A local account of an on-prem, as the on-prem itself knows it.

    Attributes:
        id: of its authority, and of its account in the ledger.
        smart_account, virtual_account: at the manager, by their names.
        reason: why it was refused, deactivated or removed.
        registration: digest of the registration request that was handed out; empty before.
        number: of the last request that was begun; what changes later is for the next one.
        acknowledged: number of the last request that a response acknowledged.
        accepted: the last response that was applied.
        lease: number of the lease in force; 0 before the first.
        lease_ends_at: nothing is granted from then on.
        events_sent: number of the last event that was acknowledged.
        catalog: digest of the manager's catalog as it was taken over; empty before.
        needs_full: its next request must be a full one.
        restored: it came out of a backup and has not synchronized since: its lease may be an
            older one, so that nothing is granted.
        removal_heard: once it was removed, the manager has heard that it knows.
        due_at: when it synchronizes by itself next.
        failed: why the last synchronization by itself failed; empty where it did not.
    """

    id: AuthorityId
    name: str
    smart_account: str
    virtual_account: str
    email: str
    state: LocalState
    requested_at: datetime
    requested_by: str
    reason: str = ""
    registration: str = ""
    upstream: Upstream | None = None
    registered_at: datetime | None = None
    removal_days: int = 90
    number: int = 0
    acknowledged: int = 0
    outstanding: Outstanding | None = None
    accepted: Mark | None = None
    lease: int = 0
    lease_ends_at: datetime | None = None
    events_sent: int = 0
    catalog: str = ""
    last_up_at: datetime | None = None
    last_down_at: datetime | None = None
    needs_full: bool = True
    restored: bool = False
    privacy: Privacy = Privacy()
    every: Every = Every.MONTHLY
    removal_heard: bool = False
    due_at: datetime | None = None
    failed: str = ""
    history: tuple[SyncRecord, ...] = ()


def has_lease(account: LocalAccount, now: datetime) -> bool:
    """Tell whether a lease is in force at a local account; without one it grants nothing."""
    return account.lease_ends_at is not None and now < account.lease_ends_at


@dataclass(frozen=True, slots=True)
class Change:
    """An instance of a local account that changed, or went, and was not acknowledged as reported.

    Attributes:
        since: number of the first request that can report it: the next one at that time.
    """

    instance: InstanceId
    account: AccountId
    since: int


@dataclass(frozen=True, slots=True)
class CarriedNote:
    """A leave note for another authority, which goes up (or down) with the next synchronization.

    Attributes:
        authority: whose instance left; the note is for that one.
        local_account: at an on-prem, through whom it was carried; None at a manager.
        note: the envelope that the product signed.
    """

    instance: InstanceId
    authority: AuthorityId
    local_account: AuthorityId | None
    note: str
    at: datetime
