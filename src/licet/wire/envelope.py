"""The signed envelope: JWS compact serialization, ES256 only, with an allow-listed header.

`alg` is never taken from the header: what differs from the one accepted header is refused.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from licet.kernel.problems import Code, RulesBroken
from licet.wire import limits
from licet.wire.codec import Part, encode
from licet.wire.keys import (
    PrivateKey,
    PublicKey,
    from_base64,
    from_base64url,
    sign_bytes,
    signature_fits,
    to_base64,
    to_base64url,
)


class Kind(StrEnum):
    """What an envelope holds: its `typ`, so that no message can stand in for one of another kind."""

    REGISTER = "licet-register"
    REQUEST = "licet-request"
    LEAVE = "licet-leave"
    ANSWER = "licet-answer"
    UPLOAD = "licet-upload"


class _Header(Part, frozen=True, kw_only=True):
    alg: Annotated[str, Meta(pattern=r"^ES256\Z")]
    typ: Kind
    x5c: Annotated[tuple[limits.CertificateText, ...], Meta(max_length=limits.MAX_CHAIN)]


_HEADERS = msgspec.json.Decoder(_Header, strict=True)
_SHAPE = re.compile(rb"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{86})\Z")


@dataclass(frozen=True, slots=True)
class Opened:
    """An envelope that was taken apart; nothing in it is trusted until `check_signature` passed.

    Attributes:
        kind: what it says that it holds.
        chain: certificates in DER, the signer's first; empty when the payload brings the key.
        payload: the message bytes.
        signed: the bytes that the signature is over.
        signature: 64 bytes.
    """

    kind: Kind
    chain: tuple[bytes, ...]
    payload: bytes
    signed: bytes
    signature: bytes


def seal(
    payload: msgspec.Struct, *, kind: Kind, key: PrivateKey, chain: tuple[bytes, ...] = ()
) -> bytes:
    """Return the envelope of a message, signed by `key`, whose certificates (DER) `chain` brings."""
    header = _Header(alg="ES256", typ=kind, x5c=tuple(to_base64(der) for der in chain))
    signed = f"{to_base64url(encode(header))}.{to_base64url(encode(payload))}".encode("ascii")
    return signed + b"." + to_base64url(sign_bytes(key, signed)).encode("ascii")


def open_envelope(data: bytes, *, max_bytes: int) -> Opened:
    """Take an envelope apart, without believing any of it.

    Raises:
        RulesBroken: too large, or not the one form that `seal` makes.
    """
    if len(data) > max_bytes:
        raise RulesBroken(Code.TOO_LARGE, f"{len(data)} bytes; at most {max_bytes} are read")
    parts = _SHAPE.match(data)
    if parts is None:
        raise RulesBroken(
            Code.MALFORMED, "not a signed envelope: three parts of base64url with dots between"
        )
    try:
        raw_header = from_base64url(parts[1])
        payload = from_base64url(parts[2])
        signature = from_base64url(parts[3])
        header = _HEADERS.decode(raw_header)
        chain = tuple(from_base64(text) for text in header.x5c)
    except (msgspec.MsgspecError, ValueError) as error:
        raise RulesBroken(Code.MALFORMED, f"envelope: {str(error)[:160]}") from error
    if encode(header) != raw_header:
        raise RulesBroken(Code.MALFORMED, "envelope header: not in canonical form")
    return Opened(header.typ, chain, payload, data[: parts.end(2)], signature)


def check_signature(opened: Opened, key: PublicKey) -> None:
    """Pass if `key` signed the envelope.

    Raises:
        RulesBroken: it did not.
    """
    if not signature_fits(key, opened.signed, opened.signature):
        raise RulesBroken(Code.BAD_SIGNATURE)
