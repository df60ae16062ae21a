"""What an on-prem and its manager write to each other (PROTOCOL.md 5); `documents.py` has the form.

Instants are whole seconds since 1970, keys SubjectPublicKeyInfo DER in base64, certificates DER in
base64. `site` is the id of a local account: of its authority, and of its account.
"""

from typing import Annotated

from msgspec import Meta

from licet.wire import limits
from licet.wire.codec import VERSION, Decoder, Part
from licet.wire.documents import Form
from licet.wire.messages import Chain, Compliance, SignedTrustList

MIB = 1024 * 1024
# 300,000 product instances are some 150 MB (manager-and-onprem.md 5).
REQUEST_BYTES_MAX = 512 * MIB
RESPONSE_BYTES_MAX = 64 * MIB
REGISTRATION_BYTES_MAX = MIB

# Part of a file name: no separators, nothing that a shell or a file system reads in its own way.
SiteName = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}\Z")]
KeyText = Annotated[str, Meta(min_length=1, max_length=256, pattern=r"^[A-Za-z0-9+/]+={0,2}\Z")]
Number = Annotated[int, Meta(ge=1, le=2**53 - 1)]
Days = Annotated[int, Meta(ge=1, le=364)]
Signature = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{86}\Z")]
TrustLists = Annotated[tuple[SignedTrustList, ...], Meta(max_length=1000)]
Email = Annotated[str, Meta(max_length=254, pattern=r"^[^\x00-\x20\x7f-\x9f\u2028\u2029]*\Z")]


class RegistrationRequest(Part, frozen=True, kw_only=True):
    """Asks a manager to take on a local account; signed by its own sync key.

    Attributes:
        name: of the on-prem; file names are made of it.
        invitation, proof: a one-time code of the manager and the proof that it is known
            (`InvitationProof`), where the request goes over the network.
    """

    v: int = VERSION
    name: SiteName
    site: limits.Identifier
    local_account: limits.Line
    smart_account: limits.Line
    virtual_account: limits.Line
    email: Email
    version: limits.Line
    at: limits.EpochSeconds
    sub_ca: KeyText
    answer: KeyText
    sync: KeyText
    invitation: limits.Identifier | None
    proof: limits.Digest | None


class InvitationProof(Part, frozen=True, kw_only=True):
    """What the proof of an invitation is computed over; it is never sent by itself."""

    authority: limits.Mark
    root: limits.RootMark
    invitation: limits.Identifier
    site: limits.Identifier
    sub_ca: KeyText
    answer: KeyText
    sync: KeyText


class Certificates(Part, frozen=True, kw_only=True):
    """The certificates of a local account; `issuing` are their issuers, without the root."""

    sub_ca: limits.CertificateText
    answer: limits.CertificateText
    sync: limits.CertificateText
    issuing: Chain


class RegistrationAuthorization(Part, frozen=True, kw_only=True):
    """Takes a local account on; signed by the manager's answer key.

    Attributes:
        request: digest of the registration request that it answers.
        manager: its authority id.
        trust_lists: all of them; their newest roots are what the on-prem believes from now on.
        chain: of the key that signed this.
    """

    v: int = VERSION
    name: SiteName
    site: limits.Identifier
    request: limits.Digest
    manager: limits.Identifier
    at: limits.EpochSeconds
    smart_account: limits.Line
    virtual_account: limits.Line
    removal_days: Days
    export_allowed: bool
    trust_lists: Annotated[tuple[SignedTrustList, ...], Meta(min_length=1, max_length=1000)]
    certificates: Certificates
    chain: Chain


class Accepted(Part, frozen=True, kw_only=True):
    """The last document of the other side that was applied (`ledger.sites.Mark`)."""

    number: Number
    digest: limits.Digest
    signature: Signature


class Withheld(Part, frozen=True, kw_only=True):
    """What the site keeps for itself."""

    host_names: bool
    addresses: bool
    instance_names: bool
    user_names: bool


class SyncRequest(Part, frozen=True, kw_only=True):
    """What a site reports; signed by its sync key.

    Attributes:
        sync: `full` holds every instance in the order of its UDI and id; `standard` those that
            changed since the request `base`, and the ids of those that went.
        base: number of the last request that was acknowledged; 0 before the first.
        accepted: the last response that was applied.
        lease: number of the lease in force; what stood only in lower ones is given back.
        events_after: number of the last event that was acknowledged; those that follow are in it.
        catalog: digest of the manager's catalog as the site has it; None where it has none.
        more: further events wait for the next request.
    """

    v: int = VERSION
    name: SiteName
    sync: Annotated[str, Meta(pattern=r"^(standard|full)\Z")]
    site: limits.Identifier
    manager: limits.Identifier
    number: Number
    base: limits.Counter
    epoch: limits.Counter
    at: limits.EpochSeconds
    expires_at: limits.EpochSeconds
    accepted: Accepted | None
    lease: limits.Counter
    events_after: limits.Counter
    version: limits.Line
    trust_version: limits.Counter
    catalog: limits.Digest | None
    withheld: Withheld
    more: bool
    chain: Chain


class UsedPart(Part, frozen=True, kw_only=True):
    """What an instance uses of one license, and how it stood when its product was last answered."""

    tag: limits.TagText
    count: Annotated[int, Meta(ge=1, le=1_000_000)]
    status: Compliance


class InstanceItem(Part, frozen=True, kw_only=True, tag_field="item", tag="instance"):
    """A product instance as it is now; `key` is the thumbprint of its key."""

    id: limits.Identifier
    pid: limits.UdiText
    sn: limits.UdiText
    key: limits.Digest
    host_name: limits.Line | None
    product: Annotated[str, Meta(max_length=255, pattern=r"^[!-~]*\Z")]
    export_allowed: bool
    registered_at: limits.EpochSeconds
    last_contact_at: limits.EpochSeconds
    certified_until: limits.EpochSeconds
    deadline: limits.EpochSeconds | None
    released: bool
    alerted: bool
    cloned: bool
    usage: Annotated[tuple[UsedPart, ...], Meta(max_length=limits.MAX_WANTED)]


class GoneItem(Part, frozen=True, kw_only=True, tag_field="item", tag="gone"):
    """An instance that was there, and is not any more."""

    id: limits.Identifier


class NoteItem(Part, frozen=True, kw_only=True, tag_field="item", tag="note"):
    """A leave note for another authority, carried by a product that registered here."""

    authority: limits.Identifier
    instance: limits.Identifier
    note: Annotated[str, Meta(min_length=1, max_length=16_384, pattern=r"^[A-Za-z0-9_.-]+\Z")]


class EventItem(Part, frozen=True, kw_only=True, tag_field="item", tag="event"):
    """Something that happened at the site."""

    at: limits.EpochSeconds
    who: limits.Note
    subject: limits.Note
    text: limits.Note


class TotalItem(Part, frozen=True, kw_only=True, tag_field="item", tag="total"):
    """How many of one license the whole site uses."""

    tag: limits.TagText
    in_use: limits.Counter


class EndItem(Part, frozen=True, kw_only=True, tag_field="item", tag="end"):
    """Closes the report: how many instances the whole site has."""

    instances: limits.Counter


Reported = InstanceItem | GoneItem | NoteItem | EventItem | TotalItem | EndItem


class SyncResponse(Part, frozen=True, kw_only=True):
    """What a manager answers to one request; signed by its answer key.

    Attributes:
        number, request: of the request that it answers, and its digest.
        site_epoch: of the site when it made that request.
        full_wanted: the next request must be a full one.
        removed: the site is not taken on any more, with the reason; the lease has no lines.
        lease: number of the lease whose lines follow; it replaces every lower one.
        lease_ends_at: no line counts after it; the removal deadline.
        catalog: digest of the manager's catalog; its entries follow where the site has another.
        trust_lists: those that the site is missing, oldest first.
        certificates: new ones over the same keys; None where there are none.
    """

    v: int = VERSION
    name: SiteName
    site: limits.Identifier
    manager: limits.Identifier
    number: Number
    request: limits.Digest
    site_epoch: limits.Counter
    epoch: limits.Counter
    at: limits.EpochSeconds
    expires_at: limits.EpochSeconds
    full_wanted: bool
    removed: bool
    reason: limits.Note
    smart_account: limits.Line
    virtual_account: limits.Line
    removal_days: Days
    export_allowed: bool
    lease: Number
    lease_ends_at: limits.EpochSeconds
    catalog: limits.Digest
    trust_lists: TrustLists
    certificates: Certificates | None
    chain: Chain


class LeaseItem(Part, frozen=True, kw_only=True, tag_field="item", tag="lease"):
    """A line of the lease: a quantity of one license; `line` keeps its name from lease to lease."""

    line: limits.Identifier
    tag: limits.TagText
    kind: Annotated[str, Meta(pattern=r"^(PERPETUAL|TERM|SUBSCRIPTION|DEMO)\Z")]
    quantity: limits.Quantity
    starts_at: limits.EpochSeconds
    ends_at: limits.EpochSeconds | None
    order: limits.Line


class LicenseItem(Part, frozen=True, kw_only=True, tag_field="item", tag="license"):
    """What the manager's catalog says of a license."""

    tag: limits.TagText
    name: limits.Line
    description: limits.Note
    export_controlled: bool


class ProductItem(Part, frozen=True, kw_only=True, tag_field="item", tag="product"):
    """What the manager's catalog says of a product."""

    tag: limits.TagText
    name: limits.Line
    description: limits.Note


class RemoveItem(Part, frozen=True, kw_only=True, tag_field="item", tag="remove"):
    """Asks the site to remove an instance; with the leave note where its product left elsewhere."""

    instance: limits.Identifier
    who: limits.Note
    note: Annotated[str, Meta(max_length=16_384, pattern=r"^[A-Za-z0-9_.-]*\Z")]


class AlertItem(Part, frozen=True, kw_only=True, tag_field="item", tag="alert"):
    """An alert of the manager about this site."""

    key: limits.Note
    kind: limits.Line
    severity: Annotated[str, Meta(pattern=r"^(Major|Minor|Informational)\Z")]
    message: limits.Note
    raised_at: limits.EpochSeconds
    action_due_at: limits.EpochSeconds | None


Told = LeaseItem | LicenseItem | ProductItem | RemoveItem | AlertItem


class Upload(Part, frozen=True, kw_only=True, tag_field="kind", tag="upload"):
    """Announces a request for synchronization over the network, in an envelope by the site's sync key.

    Attributes:
        number, digest, size: of the document that follows in parts. With a size of 0 nothing follows,
            and the last response is asked for again.
    """

    v: int = VERSION
    manager: limits.Identifier
    site: limits.Identifier
    number: Number
    digest: limits.Digest
    size: Annotated[int, Meta(ge=0, le=REQUEST_BYTES_MAX)]
    at: limits.EpochSeconds


UPLOADS = Decoder(Upload, max_bytes=limits.MAX_REQUEST_BYTES)

REGISTRATION_REQUEST = Form(
    "registration-request", RegistrationRequest, None, REGISTRATION_BYTES_MAX
)
REGISTRATION_AUTHORIZATION = Form(
    "registration-authorization", RegistrationAuthorization, None, REGISTRATION_BYTES_MAX
)
# What a device may use by one message, its on-prem can report in one line.
SYNC_REQUEST = Form(
    "sync-request", SyncRequest, Reported, REQUEST_BYTES_MAX, limits.MAX_REQUEST_BYTES
)
SYNC_RESPONSE = Form("sync-response", SyncResponse, Told, RESPONSE_BYTES_MAX)
FORMS = (REGISTRATION_REQUEST, REGISTRATION_AUTHORIZATION, SYNC_REQUEST, SYNC_RESPONSE)
