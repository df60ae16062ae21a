"""The key file: everything of an authority's keys but the root's key, in one strict format.

JSON, one value a line for people who look, with a digest so that damage is told from keys:

    {"format": "licet authority keys", "v": 1, "sha256": "<of the canonical content>", "content":
      {"authority", "name", "epoch", "gaps", "root", "accepted_roots", "trust_lists",
       "issuing": {"key", "certificates"}, "answer": {"key", "certificates"},
       "master_keys": [{"number", "secret"}], "sync": {"key", "certificates"}}}

`sync` is there with a site (a local account of an on-prem) and not with a manager.
Certificates are base64 DER, private keys base64 PKCS #8 DER, instants whole seconds since 1970. It is
written by Licet only; a field that is not known, or missing, is refused.
"""

from typing import Annotated, Literal

import msgspec
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from msgspec import UNSET, Meta, UnsetType

from licet.kernel.ids import AuthorityId
from licet.kernel.time import epoch_seconds, instant
from licet.pki.authority import MASTER_KEY_BYTES, AuthorityKeys, Gap, SyncSigner
from licet.wire import limits
from licet.wire.codec import Part, encode
from licet.wire.keys import (
    PrivateKey,
    digest,
    from_base64,
    load_private,
    private_bytes,
    public_bytes,
    to_base64,
)
from licet.wire.messages import SignedTrustList

FORMAT: Literal["licet authority keys"] = "licet authority keys"
VERSION = 1
# Certificates from an issuer's own to below the root: of a manager's issuing CA, and of a sub-CA.
_ISSUING_CHAIN, _SUB_CA_CHAIN = 1, 2
BYTES_MAX = 8 * 1024 * 1024

KeyText = Annotated[str, Meta(min_length=1, max_length=1024, pattern=r"^[A-Za-z0-9+/]+={0,2}\Z")]


class _Gap(Part, frozen=True, kw_only=True):
    since: limits.EpochSeconds
    until: limits.EpochSeconds


class _Signer(Part, frozen=True, kw_only=True):
    key: KeyText
    certificates: Annotated[
        tuple[limits.CertificateText, ...], Meta(min_length=1, max_length=limits.MAX_CHAIN)
    ]


class _MasterKey(Part, frozen=True, kw_only=True):
    number: Annotated[int, Meta(ge=1, le=1_000_000)]
    secret: Annotated[str, Meta(pattern=r"^[A-Za-z0-9+/]{43}=\Z")]


class _Content(Part, frozen=True, kw_only=True):
    authority: limits.Identifier
    name: limits.Line
    epoch: limits.Counter
    gaps: Annotated[tuple[_Gap, ...], Meta(max_length=1000)]
    root: limits.CertificateText
    accepted_roots: Annotated[
        tuple[limits.CertificateText, ...], Meta(min_length=1, max_length=1000)
    ]
    trust_lists: Annotated[tuple[SignedTrustList, ...], Meta(min_length=1, max_length=1000)]
    issuing: _Signer
    answer: _Signer
    master_keys: Annotated[tuple[_MasterKey, ...], Meta(min_length=1, max_length=10_000)]
    sync: _Signer | UnsetType = UNSET


class _File(Part, frozen=True, kw_only=True):
    format: Literal["licet authority keys"] = FORMAT
    v: int = VERSION
    sha256: limits.Digest
    content: _Content


class _Head(msgspec.Struct):
    format: str = ""
    v: int = 0


_FILES: msgspec.json.Decoder[_File] = msgspec.json.Decoder(_File, strict=True)


def print_keys(keys: AuthorityKeys) -> bytes:
    """Return an authority's keys, without the root's key, as the key file holds them."""
    content = _Content(
        authority=keys.authority,
        name=keys.name,
        epoch=keys.epoch,
        gaps=tuple(
            _Gap(since=epoch_seconds(gap.since), until=epoch_seconds(gap.until))
            for gap in keys.gaps
        ),
        root=to_base64(keys.root),
        accepted_roots=tuple(to_base64(root) for root in keys.accepted_roots),
        trust_lists=keys.trust_lists,
        issuing=_signer(keys.issuing_key, keys.issuing_chain),
        answer=_signer(keys.answer_key, keys.answer_chain),
        master_keys=tuple(
            _MasterKey(number=number, secret=to_base64(secret))
            for number, secret in keys.master_keys
        ),
        sync=UNSET if keys.sync is None else _signer(keys.sync.key, keys.sync.chain),
    )
    file = _File(sha256=digest(encode(content)), content=content)
    return msgspec.json.format(encode(file), indent=1) + b"\n"


def read_keys(data: bytes) -> AuthorityKeys:
    """Return the keys in a key file, without the root's key.

    Raises:
        ValueError: damaged, of another format or version, or keys that do not fit together; the
            text says which.
    """
    content = _read_content(data)
    try:
        keys = _take_apart(content)
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion) as error:
        raise ValueError(f"its content is damaged: {str(error)[:120]}") from error
    _check(keys)
    return keys


def print_root_keys(*keys: PrivateKey) -> bytes:
    """Return root keys as the root key file holds them: PEM, one after the other."""
    return b"".join(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        for key in keys
    )


def certifies(certificate: bytes, key: PrivateKey) -> bool:
    """Tell whether a certificate (DER) is over that key."""
    certified = x509.load_der_x509_certificate(certificate).public_key()
    own = certified.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return own == public_bytes(key.public_key())


def _signer(key: PrivateKey, chain: tuple[bytes, ...]) -> _Signer:
    return _Signer(
        key=to_base64(private_bytes(key)), certificates=tuple(to_base64(der) for der in chain)
    )


def _read_content(data: bytes) -> _Content:
    try:
        file = _FILES.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(_why_not(data, error)) from error
    if file.v != VERSION:
        raise ValueError(_why_not(data, ValueError(f"version {file.v}")))
    if digest(encode(file.content)) != file.sha256:
        raise ValueError("it is damaged: its digest does not fit its content")
    return file.content


def _why_not(data: bytes, error: Exception) -> str:
    try:
        head = msgspec.json.decode(data, type=_Head)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        head = _Head()
    if head.format == FORMAT and head.v > VERSION:
        return f"it has version {head.v}, of a newer Licet; this one reads version {VERSION}"
    if head.format != FORMAT:
        return "it is no key file of Licet, or it is damaged"
    return f"it is damaged: {str(error)[:120]}"


def _take_apart(content: _Content) -> AuthorityKeys:
    issuing_key, issuing_chain = _take_signer(content.issuing)
    answer_key, answer_chain = _take_signer(content.answer)
    return AuthorityKeys(
        authority=AuthorityId(content.authority),
        name=content.name,
        epoch=content.epoch,
        root_key=None,
        root=from_base64(content.root),
        trust_lists=content.trust_lists,
        issuing_key=issuing_key,
        issuing_chain=issuing_chain,
        answer_key=answer_key,
        answer_chain=answer_chain,
        master_keys=tuple(
            (master.number, from_base64(master.secret)) for master in content.master_keys
        ),
        accepted_roots=_ders(content.accepted_roots),
        gaps=tuple(Gap(instant(gap.since), instant(gap.until)) for gap in content.gaps),
        sync=None if content.sync is UNSET else SyncSigner(*_take_signer(content.sync)),
    )


def _take_signer(signer: _Signer) -> tuple[PrivateKey, tuple[bytes, ...]]:
    return load_private(from_base64(signer.key)), _ders(signer.certificates)


def _ders(texts: tuple[str, ...]) -> tuple[bytes, ...]:
    return tuple(from_base64(text) for text in texts)


def _check(keys: AuthorityKeys) -> None:
    """Pass if the parts belong together; how long they are valid is looked at elsewhere."""
    numbers = [number for number, _ in keys.master_keys]
    sync = keys.sync
    for holds, why in (
        (certifies(keys.issuing_chain[0], keys.issuing_key), "the issuing CA has another key"),
        (
            certifies(keys.answer_chain[0], keys.answer_key),
            "the answer certificate has another key",
        ),
        (
            sync is None or certifies(sync.chain[0], sync.key),
            "the sync certificate has another key",
        ),
        (
            len(keys.issuing_chain) == (_SUB_CA_CHAIN if keys.is_site else _ISSUING_CHAIN),
            "a site has a sub-CA and a sync key, a manager neither",
        ),
        (keys.root in keys.accepted_roots, "the root is not among the accepted ones"),
        (numbers == sorted(set(numbers)), "the token master keys are not in order"),
        (
            all(len(secret) == MASTER_KEY_BYTES for _, secret in keys.master_keys),
            "a token master key has another length",
        ),
    ):
        if not holds:
            raise ValueError(f"its keys do not fit together: {why}")
