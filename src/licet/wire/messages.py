"""Every message between a device and an authority (PROTOCOL.md 3), and the limits of each.

Instants are whole seconds since 1970 (`EpochSeconds`), lengths of time are seconds (`_s`).
"""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from licet.kernel.problems import Code
from licet.wire import limits
from licet.wire.codec import VERSION, Decoder, Part


class Wanted(Part, frozen=True, kw_only=True):
    """An entitlement that a device uses, and how many of it."""

    tag: limits.TagText
    count: Annotated[int, Meta(ge=1, le=1_000_000)]


class Proof(Part, frozen=True, kw_only=True):
    """What the proof of a token is computed over; it is never sent by itself.

    The token's marks and its end are in it, so that a token with any character changed is refused.
    """

    authority: limits.Mark
    root: limits.RootMark
    expires_at: limits.EpochSeconds
    key: limits.Digest
    csr: limits.Digest
    pid: limits.UdiText
    sn: limits.UdiText
    force: bool
    request: limits.Identifier


class Register(Part, frozen=True, kw_only=True, tag_field="kind", tag="register"):
    """Asks for an instance, with a token; the envelope is signed by the new key in the CSR.

    Attributes:
        authority: the mark in the token: first 8 bytes of SHA-256 of the authority's id, in hex.
        root: the root mark in the token, in hex.
        request: the same for every attempt that one typed command makes.
        proof: HMAC-SHA-256 over the canonical `Proof`, keyed by the token's secret.
        evaluation_used_s: what the evaluation meter has counted.
        generation: how many keys this store has made; a fall betrays a rolled back store.
        trust_version: the newest trust list that the device holds; 0 is none.
        notes: leave notes that could not be delivered, each an envelope of its own.
    """

    v: int = VERSION
    authority: limits.Mark
    root: limits.RootMark
    request: limits.Identifier
    token: limits.Identifier
    proof: limits.Digest
    csr: limits.CertificateText
    pid: limits.UdiText
    sn: limits.UdiText
    force: bool
    host_name: limits.Line | None
    product: limits.TagText
    evaluation_used_s: limits.Seconds
    generation: limits.Counter
    trust_version: limits.Counter
    sent_at: limits.EpochSeconds
    notes: Annotated[
        tuple[Annotated[str, Meta(max_length=16_384)], ...], Meta(max_length=limits.MAX_NOTES)
    ]


class Numbered(Part, frozen=True, kw_only=True):
    """What every message of a registered device carries.

    Attributes:
        number: higher than in any message before; saved before it is sent.
        previous: digests of the message before, then of those before it that had no answer.
        wanted: all that the device uses, never a difference; at most one item a tag, in order.
    """

    v: int = VERSION
    authority: limits.Identifier
    instance: limits.Identifier
    number: Annotated[int, Meta(ge=1, le=2**53 - 1)]
    previous: Annotated[
        tuple[limits.Digest, ...], Meta(min_length=1, max_length=limits.MAX_PREVIOUS)
    ]
    trust_version: limits.Counter
    sent_at: limits.EpochSeconds
    host_name: limits.Line | None
    wanted: Annotated[tuple[Wanted, ...], Meta(max_length=limits.MAX_WANTED)]


class Authorize(Numbered, frozen=True, kw_only=True, tag_field="kind", tag="authorize"):
    """Asks whether what the device uses is covered."""


class Renew(Numbered, frozen=True, kw_only=True, tag_field="kind", tag="renew"):
    """Asks for a new ID certificate over the same key."""


class Explain(Numbered, frozen=True, kw_only=True, tag_field="kind", tag="explain"):
    """Asks why things are as they are; answered with findings."""


class Leave(Part, frozen=True, kw_only=True, tag_field="kind", tag="leave"):
    """A leave note: the instance is gone from its device. Not numbered: it may be carried for long.

    Attributes:
        left_at: the device's clock when it left.
    """

    v: int = VERSION
    authority: limits.Identifier
    instance: limits.Identifier
    left_at: limits.EpochSeconds


Request = Register | Authorize | Renew | Explain | Leave


class Compliance(StrEnum):
    """How one entitlement of a device stands in its pool."""

    IN_COMPLIANCE = "in-compliance"
    OUT_OF_COMPLIANCE = "out-of-compliance"
    INVALID_TAG = "invalid-tag"


class Granted(Part, frozen=True, kw_only=True):
    """An entitlement in an authorization answer, with the name that only the catalog knows."""

    tag: limits.TagText
    count: Annotated[int, Meta(ge=1, le=1_000_000)]
    status: Compliance
    name: limits.Line | None
    description: limits.Note


class Place(Part, frozen=True, kw_only=True):
    """Where an instance stands, as the account's people call it."""

    smart_account: limits.Line
    virtual_account: limits.Line
    export_allowed: bool


Chain = Annotated[
    tuple[limits.CertificateText, ...], Meta(min_length=1, max_length=limits.MAX_CHAIN)
]


class Registered(Part, frozen=True, kw_only=True, tag_field="kind", tag="registered"):
    """The device is a product instance now.

    Attributes:
        certificates: the ID certificate, then its issuers, without the root; base64 DER.
        renew_in_s: when to renew it, counted from the answer.
    """

    instance: limits.Identifier
    place: Place
    certificates: Chain
    renew_in_s: limits.Seconds


class Authorized(Part, frozen=True, kw_only=True, tag_field="kind", tag="authorized"):
    """How each wanted entitlement stands.

    Attributes:
        next_in_s: when to ask again, counted from the answer.
        deadline: how long this answer holds when nothing more is heard.
    """

    place: Place
    entitlements: Annotated[tuple[Granted, ...], Meta(max_length=limits.MAX_WANTED)]
    next_in_s: limits.Seconds
    deadline: limits.EpochSeconds


class Renewed(Part, frozen=True, kw_only=True, tag_field="kind", tag="renewed"):
    """A new ID certificate over the device's key."""

    place: Place
    certificates: Chain
    renew_in_s: limits.Seconds


class FindingPart(Part, frozen=True, kw_only=True):
    """A finding (`kernel.problems.Finding`) on the wire."""

    check: limits.Line
    seen: limits.Note
    ok: bool
    cause: limits.Note
    remedy: limits.Note


class Explained(Part, frozen=True, kw_only=True, tag_field="kind", tag="explained"):
    """Why things are as they are, as far as the authority knows."""

    findings: Annotated[tuple[FindingPart, ...], Meta(max_length=limits.MAX_FINDINGS)]


class Left(Part, frozen=True, kw_only=True, tag_field="kind", tag="left"):
    """The instance is gone, or was not there; the note need not be carried any longer."""


class Problem(Part, frozen=True, kw_only=True, tag_field="kind", tag="problem"):
    """A refusal, with a code of `kernel.problems.MEANINGS`.

    Attributes:
        number: the authority's last number, with `stale` and `forked`.
        retry_after_s: with `slow-down`.
    """

    code: Code
    detail: limits.Note
    number: limits.Counter | None
    retry_after_s: limits.Seconds | None


class RootSignature(Part, frozen=True, kw_only=True):
    """A root's signature over a trust list; `root` is the thumbprint of its key."""

    root: limits.Digest
    signature: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{86}\Z")]


class TrustList(Part, frozen=True, kw_only=True):
    """The roots that count (as TUF's root metadata): signed by one of the version before, and by all its own.

    Attributes:
        roots: root certificates, base64 DER.
        not_after: from then on it introduces no newer list.
    """

    v: int = VERSION
    version: Annotated[int, Meta(ge=1, le=1_000_000)]
    roots: Annotated[
        tuple[limits.CertificateText, ...], Meta(min_length=1, max_length=limits.MAX_ROOTS)
    ]
    not_before: limits.EpochSeconds
    not_after: limits.EpochSeconds


class SignedTrustList(Part, frozen=True, kw_only=True):
    """A trust list and its signatures, each over the canonical encoding of `list`."""

    list: TrustList
    signatures: Annotated[
        tuple[RootSignature, ...], Meta(min_length=1, max_length=2 * limits.MAX_ROOTS)
    ]


Outcome = Registered | Authorized | Renewed | Explained | Left | Problem


class Answer(Part, frozen=True, kw_only=True):
    """What an authority answers to one request.

    Attributes:
        request: digest of the request's envelope bytes.
        authority: the id of the one who answers.
        at: the authority's clock.
        epoch: changes when the authority was restored from a backup.
        trust_lists: those that the device is missing, oldest first.
    """

    v: int = VERSION
    request: limits.Digest
    authority: limits.Identifier
    at: limits.EpochSeconds
    epoch: limits.Counter
    trust_lists: Annotated[tuple[SignedTrustList, ...], Meta(max_length=limits.MAX_TRUST_LISTS)]
    outcome: Outcome


REQUESTS = Decoder(Request, max_bytes=limits.MAX_REQUEST_BYTES)
ANSWERS = Decoder(Answer, max_bytes=limits.MAX_ANSWER_BYTES)
LEAVE_NOTES = Decoder(Leave, max_bytes=limits.MAX_REQUEST_BYTES)
