"""P-256 keys: drawn through a port, signing deterministically, named by their digest."""

import base64
import hashlib

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    Prehashed,
    decode_dss_signature,
    encode_dss_signature,
)

from licet.kernel.chance import Chance, draw_below

# FIPS 186-5, the order of the group of P-256.
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
SIGNATURE_BYTES = 64
_ES256 = ec.ECDSA(hashes.SHA256())
_ES256_DETERMINISTIC = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
_OVER_DIGEST = ec.ECDSA(Prehashed(hashes.SHA256()))
_OVER_DIGEST_DETERMINISTIC = ec.ECDSA(Prehashed(hashes.SHA256()), deterministic_signing=True)

PrivateKey = ec.EllipticCurvePrivateKey
PublicKey = ec.EllipticCurvePublicKey


def draw_key(chance: Chance) -> PrivateKey:
    """Return a new private key whose scalar `chance` determines."""
    return ec.derive_private_key(draw_below(chance, ORDER - 1) + 1, ec.SECP256R1())


def private_bytes(key: PrivateKey) -> bytes:
    """Return a private key as unencrypted PKCS #8 DER; the caller keeps it secret."""
    return key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def load_private(der: bytes) -> PrivateKey:
    """Return the private key in PKCS #8 DER.

    Raises:
        ValueError: it is not a P-256 private key.
    """
    try:
        key = serialization.load_der_private_key(der, None)
    except (TypeError, UnsupportedAlgorithm) as error:
        raise ValueError(f"not a private key: {error}") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
        raise ValueError("not a P-256 private key")
    return key


def public_bytes(key: PublicKey) -> bytes:
    """Return a public key as SubjectPublicKeyInfo DER."""
    return key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def load_public(der: bytes) -> PublicKey:
    """Return the public key in SubjectPublicKeyInfo DER.

    Raises:
        ValueError: it is not a P-256 public key in its one DER form.
    """
    try:
        key = check_curve(serialization.load_der_public_key(der))
    except UnsupportedAlgorithm as error:
        raise ValueError(f"not a public key: {error}") from error
    if public_bytes(key) != der:
        raise ValueError(
            "a public key in another form than SubjectPublicKeyInfo with a named curve"
        )
    return key


def check_curve(key: object) -> PublicKey:
    """Return a public key of any kind, if it is a P-256 one.

    Raises:
        ValueError: it is not.
    """
    if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name != "secp256r1":
        raise ValueError("not a P-256 public key")
    return key


def thumbprint(key: PublicKey) -> str:
    """Return the name of a key: the digest of its SubjectPublicKeyInfo."""
    return digest(public_bytes(key))


def sign_bytes(key: PrivateKey, data: bytes) -> bytes:
    """Return the 64-byte ES256 signature (r then s) of `data`, the same at every call (RFC 6979)."""
    return _low(key.sign(data, _ES256_DETERMINISTIC))


def sign_digest(key: PrivateKey, sha256: bytes) -> bytes:
    """Return what `sign_bytes` returns of the data with that SHA-256."""
    return _low(key.sign(sha256, _OVER_DIGEST_DETERMINISTIC))


def _low(signature: bytes) -> bytes:
    r, s = decode_dss_signature(signature)
    return r.to_bytes(32) + min(s, ORDER - s).to_bytes(32)


def signature_fits(key: PublicKey, data: bytes, signature: bytes) -> bool:
    """Tell whether `signature` (64 bytes, r then s) is `key`'s over `data`.

    Of the two values of s that fit, only the lower one is read: with the other one, anybody on the
    way could make a second message of the first, with another digest, and have it taken for a fork.
    """
    return _fits(key, data, signature, _ES256)


def digest_signature_fits(key: PublicKey, sha256: bytes, signature: bytes) -> bool:
    """Tell what `signature_fits` tells of the data with that SHA-256."""
    return _fits(key, sha256, signature, _OVER_DIGEST)


def _fits(key: PublicKey, data: bytes, signature: bytes, algorithm: ec.ECDSA) -> bool:
    if len(signature) != SIGNATURE_BYTES:
        return False
    r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
    if s > ORDER // 2:
        return False
    try:
        key.verify(encode_dss_signature(r, s), data, algorithm)
    except InvalidSignature:
        return False
    return True


def digest(data: bytes) -> str:
    """Return SHA-256 of `data` as 43 characters of unpadded base64url."""
    return to_base64url(hashlib.sha256(data).digest())


def to_base64url(data: bytes) -> str:
    """Return `data` in unpadded base64url."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def from_base64url(text: str | bytes) -> bytes:
    """Return what unpadded base64url `text` stands for; only its one canonical form is read.

    Raises:
        ValueError: `text` has another character, padding, or stray low bits.
    """
    raw = text.encode("ascii", "strict") if isinstance(text, str) else text
    data = base64.b64decode(raw + b"=" * (-len(raw) % 4), altchars=b"-_", validate=True)
    if base64.urlsafe_b64encode(data).rstrip(b"=") != raw:
        raise ValueError("base64url that is not canonical")
    return data


def from_base64(text: str | bytes) -> bytes:
    """Return what standard, padded base64 `text` stands for; only its one canonical form is read.

    Raises:
        ValueError: `text` is anything else.
    """
    raw = text.encode("ascii", "strict") if isinstance(text, str) else text
    data = base64.b64decode(raw, validate=True)
    if base64.b64encode(data) != raw:
        raise ValueError("base64 that is not canonical")
    return data


def to_base64(data: bytes) -> str:
    """Return `data` in standard, padded base64."""
    return base64.b64encode(data).decode("ascii")
