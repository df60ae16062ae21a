"""What a use case is given and what it gives back; outcomes are drafts, without certificates.

A use case checks everything before it puts anything: what it raises has changed nothing, so that
one refusal in a batch leaves the unit of work of the others as it was.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

import msgspec

from licet.kernel.chance import Chance
from licet.kernel.ids import AccountId, AuthorityId, InstanceId, Udi
from licet.kernel.problems import Code, Refused
from licet.ledger.model import CertificateOrder, Decision, Policy
from licet.pki.authority import Gap
from licet.wire import limits
from licet.wire.codec import Part, encode
from licet.wire.messages import (
    Authorized,
    Explained,
    Leave,
    Left,
    Numbered,
    Place,
    Problem,
    Register,
    Wanted,
)


@dataclass(frozen=True, slots=True)
class Desk:
    """What every use case of one batch works with.

    Attributes:
        authority: our id.
        is_site: we are a local account of an on-prem, and not a manager.
        root_marks: of every root that our tokens can name.
        master_keys: number to bytes, of every master key that is held.
        now: the authority's instant.
        certified_at_most: no certificate that we order ends later: the end of the issuer.
        gaps: between backups and their restores (`registrar.adopt`).
    """

    authority: AuthorityId
    is_site: bool
    root_marks: frozenset[str]
    master_keys: Mapping[int, bytes]
    policy: Policy
    now: datetime
    chance: Chance
    certified_at_most: datetime
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class Certified:
    """What the certificate says that a device holds, which is not always the last one signed for it."""

    account: AccountId
    udi: Udi
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Note:
    """A leave note from a registration, already opened.

    Attributes:
        text: the envelope, as the product wrote it.
        leave: what it says; None when it cannot be read.
        key: thumbprint of the key that signed it.
        certified: what the signer holds; None when it cannot be believed.
        why: why it cannot.
    """

    text: str
    leave: Leave | None = None
    key: str = ""
    certified: Certified | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Registration:
    """A registration request whose outer signature is the CSR key's.

    Attributes:
        digest: of the request's envelope bytes.
        key: the CSR's key, SubjectPublicKeyInfo DER.
        thumbprint: its name.
        csr: digest of the CSR.
    """

    digest: str
    message: Register
    key: bytes
    thumbprint: str
    csr: str
    notes: tuple[Note, ...] = ()

    @property
    def udi(self) -> Udi:
        """The UDI that it claims."""
        return Udi(self.message.pid, self.message.sn)


@dataclass(frozen=True, slots=True)
class Speech:
    """A numbered message whose chain and signature hold.

    Attributes:
        digest: of the request's envelope bytes.
        key: the certificate's key, SubjectPublicKeyInfo DER.
        thumbprint: its name.
    """

    digest: str
    message: Numbered
    key: bytes
    thumbprint: str
    certified: Certified

    @property
    def instance(self) -> InstanceId:
        """The instance that it names."""
        return InstanceId(self.message.instance)


@dataclass(frozen=True, slots=True)
class Farewell:
    """A leave note that came as a message of its own, and whose chain and signature hold.

    Attributes:
        text: the envelope, as it is carried to another authority.
    """

    text: str
    message: Leave
    thumbprint: str
    certified: Certified


class RegisteredDraft(Part, frozen=True, kw_only=True, tag_field="kind", tag="registered"):
    """`Registered` before its certificates are signed."""

    instance: limits.Identifier
    place: Place
    renew_in_s: limits.Seconds


class RenewedDraft(Part, frozen=True, kw_only=True, tag_field="kind", tag="renewed"):
    """`Renewed` before its certificates are signed."""

    place: Place
    renew_in_s: limits.Seconds


Draft = RegisteredDraft | RenewedDraft | Authorized | Explained | Left | Problem
_DRAFTS: msgspec.json.Decoder[Draft] = msgspec.json.Decoder(Draft, strict=True)


@dataclass(frozen=True, slots=True)
class Settled:
    """What was decided: the outcome, and what the issuer is to sign for it."""

    outcome: Draft
    order: CertificateOrder | None = None


def keep(request: str, settled: Settled) -> Decision:
    """Return a decision in the form that an instance keeps; `request` is its digest."""
    return Decision(request=request, outcome=encode(settled.outcome), certificate=settled.order)


def recall(decision: Decision) -> Settled:
    """Return a kept decision, to be signed anew."""
    return Settled(_DRAFTS.decode(decision.outcome), decision.certificate)


def refusal(refused: Refused) -> Settled:
    """Return a refusal as what the device is answered."""
    return Settled(
        Problem(
            code=refused.code,
            detail=line(refused.detail, 1024),
            number=refused.number,
            retry_after_s=refused.retry_after_s,
        )
    )


def line(text: str, chars_max: int = 256) -> str:
    """Return `text` as one line of at most `chars_max` characters without control characters."""
    if not text.isprintable():
        text = "".join(char if char.isprintable() else "?" for char in text)
    return text[:chars_max]


def check_wanted(wanted: tuple[Wanted, ...]) -> None:
    """Pass if a wanted list has each tag once, in order.

    Raises:
        Refused: it has not (`malformed`).
    """
    tags = [item.tag for item in wanted]
    if any(later <= earlier for earlier, later in pairwise(tags)):
        raise Refused(Code.MALFORMED, "the wanted list must have each tag once, in order")
