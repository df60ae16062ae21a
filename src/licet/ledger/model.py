"""The things a ledger keeps, each an immutable value; changing one means putting a new one.

Instants are aware datetimes in UTC. Ids are UUIDs in text. `due_at` is the instant at which the
sweep must look at a thing again; stores index it, so that what falls due is found without a scan.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from licet.kernel.ids import (
    AccountId,
    AuthorityId,
    InstanceId,
    Tag,
    TokenId,
    Udi,
    VirtualAccountId,
)
from licet.wire.messages import Compliance


@dataclass(frozen=True, slots=True)
class SmartAccount:
    """A customer. Names and domains are unique, without regard to case."""

    id: AccountId
    name: str
    domain: str
    export_allowed: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class VirtualAccount:
    """A part of a smart account that holds licenses and instances; exactly one is the default."""

    id: VirtualAccountId
    account: AccountId
    name: str
    description: str
    default: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class IdToken:
    """A registration token's row; the secret is derived, never stored (PROTOCOL.md 2).

    Attributes:
        master_key: number of the master key that its secret is derived from.
        uses_max: None is unlimited.
    """

    id: TokenId
    virtual_account: VirtualAccountId
    description: str
    created_by: str
    created_at: datetime
    expires_at: datetime
    export_allowed: bool
    master_key: int
    uses_max: int | None
    uses: int = 0
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class License:
    """A kind of entitlement in the catalog: its tag, and the names that people read."""

    tag: Tag
    name: str
    description: str
    export_controlled: bool = False


@dataclass(frozen=True, slots=True)
class Product:
    """A product in the catalog: its software id tag and what it is called."""

    tag: str
    name: str
    description: str


class LicenseKind(StrEnum):
    """How long bought licenses last."""

    PERPETUAL = "PERPETUAL"
    TERM = "TERM"
    SUBSCRIPTION = "SUBSCRIPTION"
    DEMO = "DEMO"


@dataclass(frozen=True, slots=True)
class Holding:
    """A quantity of one license in one virtual account, from one line of one order.

    Attributes:
        starts_at: it counts from then on.
        ends_at: it counts until then; None with PERPETUAL.
        due_at: when the sweep raises its next alert; None when there is none to come.
        origin: at an on-prem, the id of the line of its lease that it is, or is a part of.
        held_by: at a manager, the on-prem in whose lease it still stands though it was taken out of
            its virtual account; until that one acknowledges a smaller lease it counts for nobody.
    """

    id: str
    virtual_account: VirtualAccountId
    tag: Tag
    kind: LicenseKind
    quantity: int
    starts_at: datetime
    ends_at: datetime | None
    order: str
    due_at: datetime | None = None
    origin: str | None = None
    held_by: AuthorityId | None = None


@dataclass(frozen=True, slots=True)
class Pool:
    """All of one license in one virtual account: what was bought and what is in use.

    `in_use` is a counter that is kept, not counted: it is the sum of `Usage.count` over the pool.
    """

    virtual_account: VirtualAccountId
    tag: Tag
    holdings: tuple[Holding, ...] = ()
    in_use: int = 0


@dataclass(frozen=True, slots=True)
class Usage:
    """What one instance uses of one license; taken from its last accepted wanted list."""

    tag: Tag
    count: int
    status: Compliance


@dataclass(frozen=True, slots=True)
class Fork:
    """A second history of an instance: when it spoke, with what, and whether it went on.

    Attributes:
        others: digests of earlier forks that nobody has continued from, newest first, at most 7.
        taken_at: when a fork was last continued from; kept when another fork comes.
    """

    at: datetime
    digest: str
    taken: bool = False
    others: tuple[str, ...] = ()
    taken_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """The last decision for an instance, kept so that the same request gets it again, signed anew.

    Attributes:
        request: digest of the request it answers.
        outcome: canonical JSON of the `wire` outcome; the certificates are not in it.
        certificate: what the issuer was told, where the outcome brings a certificate.
    """

    request: str
    outcome: bytes
    certificate: "CertificateOrder | None" = None


@dataclass(frozen=True, slots=True)
class CertificateOrder:
    """What the registrar tells the issuer to sign; the same order gives the same certificate.

    Attributes:
        key: SubjectPublicKeyInfo DER of the device's key.
        serial: drawn once, so that it does not change when it is signed again.
    """

    key: bytes
    serial: int
    instance: InstanceId
    udi: Udi
    account: AccountId
    not_before: datetime
    not_after: datetime


@dataclass(frozen=True, slots=True)
class Instance:
    """A product instance: one registered device in one virtual account.

    Attributes:
        key: thumbprint of its key.
        number: the last message number that was accepted; 0 after registration.
        seen: (number, digest) of the last messages, newest first, at most 8.
        certified_until: the latest notAfter that was signed for it.
        deadline: the last authorization deadline that was sent; None before the first.
        usage: what it uses, at most one item a tag; empty after release.
        fork, cloned: what is known of a second history (PROTOCOL.md 3).
        due_at: when the sweep must look at it; None with an on-prem's.
        on_prem: whose it is, at a manager: what that one reported. It alone serves it, and its key
            is kept with the on-prem's id before it, so that it is nobody else's.
    """

    id: InstanceId
    account: AccountId
    virtual_account: VirtualAccountId
    udi: Udi
    key: str
    host_name: str | None
    product: str
    export_allowed: bool
    registered_at: datetime
    last_contact_at: datetime
    certified_until: datetime
    number: int = 0
    seen: tuple[tuple[int, str], ...] = ()
    deadline: datetime | None = None
    contact_due_at: datetime | None = None
    contact_alerted: bool = False
    usage: tuple[Usage, ...] = ()
    usage_released: bool = False
    decision: Decision | None = None
    fork: Fork | None = None
    cloned: bool = False
    due_at: datetime | None = None
    on_prem: AuthorityId | None = None


@dataclass(frozen=True, slots=True)
class RetiredKey:
    """A device key that was removed, replaced or left; it cannot speak or register again.

    Attributes:
        until: when its last certificate ends and the row may go.
    """

    key: str
    instance: InstanceId
    until: datetime


@dataclass(frozen=True, slots=True)
class UdiRecord:
    """The most that a UDI has reported, to one account, of its evaluation meter and generation."""

    account: AccountId
    udi: Udi
    evaluation_used_s: int
    generation: int


class Severity(StrEnum):
    """How much an alert matters, in the words of `manager-and-onprem.md` 1.7."""

    MAJOR = "Major"
    MINOR = "Minor"
    INFORMATIONAL = "Informational"


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that a person should act on.

    Attributes:
        key: what it is about; raising the same key again replaces the alert, clearing removes it.
        kind: a message kind of `manager-and-onprem.md` 1.7, or ours.
        source: virtual account that shows it; None is the smart account.
        action_due_at: when it gets worse.
    """

    key: str
    kind: str
    severity: Severity
    account: AccountId
    source: VirtualAccountId | None
    message: str
    raised_at: datetime
    action_due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """What happened: who, when, what; never changed, never removed.

    Attributes:
        who: a person's name, `device <udi>` or `sweep`.
        subject: id of what it happened to: an instance, a token, a tag.
    """

    at: datetime
    who: str
    account: AccountId
    virtual_account: VirtualAccountId | None
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Policy:
    """The numbers that the authority decides, each with its source.

    Attributes:
        authorization_every_s: 30 days (source document, "Licenses").
        out_of_compliance_every_s: 12 hours (RULES.md 7; device.md 4.4).
        authorization_for_s: 90 days (source document, "Licenses").
        deadline_offset_s: how much the deadline is sent earlier (RULES.md 20).
        certificate_for_s: 1 year (source document, "Registration ID Certificate Renewal").
        certificate_renew_s: 6 months, 180 days (same heading; device.md 4.4).
        certificate_offset_s: how far a certificate is dated back (RULES.md 20).
        release_grace_s: usage is released this long after the deadline that was sent (RULES.md 25).
    """

    authorization_every_s: int = 30 * 86_400
    out_of_compliance_every_s: int = 12 * 3_600
    authorization_for_s: int = 90 * 86_400
    deadline_offset_s: int = 0
    certificate_for_s: int = 365 * 86_400
    certificate_renew_s: int = 180 * 86_400
    certificate_offset_s: int = 0
    release_grace_s: int = 3_600
