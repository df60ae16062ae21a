"""Leave notes: verified on their own, since they may be carried for long, and through others."""

from dataclasses import dataclass
from datetime import datetime

from licet.kernel.problems import Code, RulesBroken
from licet.pki.profiles import Profile
from licet.pki.verifier import Verified, verify_chain, verify_ended
from licet.wire import limits
from licet.wire.envelope import Kind, Opened, check_signature, open_envelope
from licet.wire.messages import LEAVE_NOTES, Leave


@dataclass(frozen=True, slots=True)
class LeftNote:
    """A leave note that its instance has signed.

    Attributes:
        chain: of the instance's certificate, its own first, without the root; DER.
    """

    message: Leave
    verified: Verified
    chain: tuple[bytes, ...]


def open_leave(data: bytes, *, roots: tuple[bytes, ...], now: datetime) -> LeftNote:
    """Return what a leave note says, whoever it is for.

    Args:
        data: the envelope.
        roots: instances that are certified under any of these may leave.
        now: the reader's instant.

    Raises:
        RulesBroken: it is no leave note, or its instance has not signed it.
    """
    opened, message = read_leave(data)
    return verify_leave(opened, message, roots=roots, now=now)


def read_leave(data: bytes) -> tuple[Opened, Leave]:
    """Take a leave note apart, without believing any of it.

    Raises:
        RulesBroken: it is no leave note.
    """
    opened = open_envelope(data, max_bytes=limits.MAX_REQUEST_BYTES)
    if opened.kind is not Kind.LEAVE:
        raise RulesBroken(Code.MALFORMED, f"an envelope of kind {opened.kind} is no leave note")
    message = LEAVE_NOTES.decode(opened.payload)
    if not isinstance(message, Leave):
        raise RulesBroken(Code.MALFORMED, "no leave note")
    return opened, message


def verify_leave(
    opened: Opened, message: Leave, *, roots: tuple[bytes, ...], now: datetime
) -> LeftNote:
    """Return an opened leave note, if its instance has signed it; its certificate may have ended.

    Raises:
        RulesBroken: it has not.
    """
    try:
        verified = verify_chain(opened.chain, roots=roots, profile=Profile.DEVICE, at=now)
    except RulesBroken as broken:
        if broken.code is not Code.CERTIFICATE_EXPIRED:
            raise
        verified = verify_ended(opened.chain, roots=roots, profile=Profile.DEVICE)
    check_signature(opened, verified.key)
    if verified.instance != message.instance:
        raise RulesBroken(Code.BAD_CERTIFICATE, "it is for another instance")
    return LeftNote(message, verified, opened.chain)
