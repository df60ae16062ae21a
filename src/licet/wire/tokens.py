"""ID tokens: derived, not stored; 172 characters in the shape of `device.md` 4.9 (PROTOCOL.md 2)."""

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from datetime import datetime

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from licet.kernel.ids import AuthorityId, TokenId
from licet.kernel.time import epoch_seconds, instant
from licet.wire.codec import Part, encode
from licet.wire.keys import from_base64, to_base64, to_base64url

SECRET_BYTES = 32
ROOT_MARK_BYTES = 16
AUTHORITY_MARK_BYTES = 8
MAX_PASTED_CHARS = 255  # YANG rpc register-id-token (device.md 4.3)
TOKEN_CHARS = 172

_TEXT = re.compile(
    r"([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})-(\d{13})\|([A-Za-z0-9+/]+={0,2})\Z"
)


@dataclass(frozen=True, slots=True)
class Token:
    """What an ID token says.

    Attributes:
        token: the id of its row at the authority.
        expires_at: a hint for the device; the authority's row decides.
        secret: 32 bytes; never logged, never stored at the authority.
        root_mark: hex of the first 16 bytes of SHA-256 of the licensing root's public key.
        authority_mark: hex of the first 8 bytes of SHA-256 of the authority's id.
    """

    token: TokenId
    expires_at: datetime
    secret: bytes = field(repr=False)
    root_mark: str
    authority_mark: str


def root_mark(spki: bytes) -> str:
    """Return the mark of a root's public key (SubjectPublicKeyInfo DER) that tokens carry."""
    return hashlib.sha256(spki).digest()[:ROOT_MARK_BYTES].hex()


def authority_mark(authority: AuthorityId) -> str:
    """Return the mark of an authority that tokens carry."""
    return hashlib.sha256(authority.encode()).digest()[:AUTHORITY_MARK_BYTES].hex()


def derive_secret(master_key: bytes, token: TokenId) -> bytes:
    """Return a token's secret: HKDF-SHA-256 of the authority's master key, salted by the token's id."""
    return HKDF(
        algorithm=hashes.SHA256(),
        length=SECRET_BYTES,
        salt=token.encode(),
        info=b"licet idtoken v1",
    ).derive(master_key)


def print_token(token: Token) -> str:
    """Return the 172 characters that people copy and paste."""
    marks = bytes.fromhex(token.root_mark) + bytes.fromhex(token.authority_mark)
    text = f"{token.token}-{epoch_seconds(token.expires_at) * 1000:013d}|{to_base64(token.secret + marks)}"
    return to_base64(text.encode("ascii"))


def parse_token(pasted: str) -> Token:
    """Return what a pasted token says; `%0A`, line breaks and blanks in it are passed over.

    Raises:
        ValueError: what was pasted is not a whole token; the message says how it differs.
    """
    text = re.sub(r"%0[aA]|\s", "", pasted)
    if not text:
        raise ValueError("Token cannot be empty")
    if len(pasted) > MAX_PASTED_CHARS:
        raise ValueError(
            f"Token is {len(pasted)} characters long; at most {MAX_PASTED_CHARS} are read"
        )
    if len(text) != TOKEN_CHARS:
        raise ValueError(f"Token is not whole: {len(text)} characters of {TOKEN_CHARS}")
    damaged = "Token is damaged; copy it again from its virtual account"
    try:
        parts = _TEXT.match(from_base64(text).decode("ascii"))
        tail = from_base64(parts[3]) if parts else b""
    except ValueError as error:
        raise ValueError(damaged) from error
    if parts is None or len(tail) != SECRET_BYTES + ROOT_MARK_BYTES + AUTHORITY_MARK_BYTES:
        raise ValueError(damaged)
    if not parts[2].endswith("000"):
        raise ValueError(damaged)
    secret, marks = tail[:SECRET_BYTES], tail[SECRET_BYTES:]
    return Token(
        token=TokenId(parts[1]),
        expires_at=instant(int(parts[2]) // 1000),
        secret=secret,
        root_mark=marks[:ROOT_MARK_BYTES].hex(),
        authority_mark=marks[ROOT_MARK_BYTES:].hex(),
    )


def prove(secret: bytes, proof: Part) -> str:
    """Return the proof that somebody holds the token's secret: HMAC-SHA-256 of the canonical `proof`."""
    return to_base64url(hmac.digest(secret, encode(proof), "sha256"))


def proof_fits(secret: bytes, proof: Part, given: str) -> bool:
    """Tell whether `given` is the proof, in constant time."""
    return hmac.compare_digest(prove(secret, proof), given)
