"""What a backup says of itself, and the keys that may lie in it."""

import hashlib
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from licet.pki.authority import AuthorityKeys
from licet.service.archive import DamagedError
from licet.service.keyfile import print_keys, print_root_keys, read_keys
from licet.service.keyring import find_root_key
from licet.service.problems import ServiceError
from licet.wire import limits
from licet.wire.codec import Part, encode
from licet.wire.keys import PrivateKey, from_base64, to_base64

BYTES_MAX = 1024 * 1024
VERSION = 1

Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
_Base64 = Annotated[str, Meta(max_length=12 * 1024 * 1024, pattern=r"^[A-Za-z0-9+/]*={0,2}\Z")]


class Manifest(Part, frozen=True, kw_only=True):
    """What a backup says of itself.

    Attributes:
        licet: version of the program that made it.
        taken_at: everything that was committed before is in it.
        epoch, trust_version, roots, master_keys: of the authority's keys then; roots are SHA-256 of
            the certificates, in hex, oldest first.
        rows: how many rows each table has.
        with_keys, with_root_key: what is sealed in it.
    """

    format: Literal["licet backup"] = "licet backup"
    v: int = VERSION
    licet: limits.Line
    schema: Annotated[int, Meta(ge=1, le=1_000_000)]
    taken_at: limits.EpochSeconds
    authority: limits.Identifier
    name: limits.Line
    epoch: limits.Counter
    trust_version: Annotated[int, Meta(ge=1, le=1_000_000)]
    roots: Annotated[tuple[Sha256, ...], Meta(min_length=1, max_length=1000)]
    master_keys: Annotated[tuple[int, ...], Meta(min_length=1, max_length=10_000)]
    rows: dict[limits.TagText, limits.Counter]
    database_bytes: limits.Counter
    database_sha256: Sha256
    with_keys: bool
    with_root_key: bool


class _Bundle(Part, frozen=True, kw_only=True):
    """What is sealed: the key file, and the root key file where it was on the machine."""

    authority: _Base64
    root_key: _Base64 | None


class _Head(msgspec.Struct):
    format: str = ""
    v: int = 0


_MANIFESTS: msgspec.json.Decoder[Manifest] = msgspec.json.Decoder(Manifest, strict=True)
_BUNDLES: msgspec.json.Decoder[_Bundle] = msgspec.json.Decoder(_Bundle, strict=True)


def print_manifest(manifest: Manifest) -> bytes:
    """Return a manifest as it lies in a backup: JSON, a value a line."""
    return msgspec.json.format(encode(manifest), indent=1) + b"\n"


def read_manifest(data: bytes) -> Manifest:
    """Return the manifest in a backup.

    Raises:
        DamagedError: it is none, or of a newer Licet.
    """
    try:
        head = msgspec.json.decode(data, type=_Head)
        if head.format == "licet backup" and head.v > VERSION:
            raise DamagedError(
                f"it has version {head.v}, of a newer Licet; this one reads version {VERSION}"
            )
        return _MANIFESTS.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise DamagedError(f"manifest.json: {str(error)[:120]}") from error


def fingerprint(certificate: bytes) -> str:
    """Return the SHA-256 of a certificate (DER), in hex, as `openssl x509 -fingerprint` counts it."""
    return hashlib.sha256(certificate).hexdigest()


def bundle_keys(keys: AuthorityKeys, root_key: PrivateKey | None) -> bytes:
    """Return an authority's keys as they are sealed."""
    root = None if root_key is None else to_base64(print_root_keys(root_key))
    return encode(_Bundle(authority=to_base64(print_keys(keys)), root_key=root))


def read_bundle(data: bytes) -> tuple[AuthorityKeys, PrivateKey | None]:
    """Return an authority's keys, and the root's where it is there.

    Raises:
        DamagedError: they cannot be read.
    """
    try:
        bundle = _BUNDLES.decode(data)
        keys = read_keys(from_base64(bundle.authority))
        root = bundle.root_key
        return keys, None if root is None else find_root_key(keys, from_base64(root))
    except (msgspec.MsgspecError, ValueError, ServiceError) as error:
        raise DamagedError(f"the sealed keys: {str(error)[:160]}") from error


def why_not_ours(manifest: Manifest, keys: AuthorityKeys) -> str:
    """Return why an authority cannot go on with this ledger and these keys; empty where it can."""
    if keys.authority != manifest.authority:
        return f"they belong to another authority ({keys.authority}, not {manifest.authority})"
    held = {number for number, _ in keys.master_keys}
    missing = sorted(set(manifest.master_keys) - held)
    if missing:
        return f"they are older than the backup: token master key {missing[0]} is not among them"
    roots = {fingerprint(root) for root in keys.accepted_roots}
    if keys.trust_lists[-1].list.version < manifest.trust_version or not roots.issuperset(
        manifest.roots
    ):
        return "they are older than the backup: a root of its time is not among them"
    if keys.epoch < manifest.epoch:
        return "they are older than the backup: it is of a later epoch"
    return ""
