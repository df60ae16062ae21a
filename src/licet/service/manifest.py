"""What a backup says of itself."""

import hashlib
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from licet.service.archive import DamagedError
from licet.wire import limits
from licet.wire.codec import Part, encode
from licet.wire.sites import SiteName

BYTES_MAX = 1024 * 1024
VERSION = 1
_FORMATS = ("licet backup", "licet on-prem backup")

Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
Base64 = Annotated[str, Meta(max_length=12 * 1024 * 1024, pattern=r"^[A-Za-z0-9+/]*={0,2}\Z")]


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


class SiteAccount(Part, frozen=True, kw_only=True):
    """The keys of a local account, as a backup of an on-prem says of them."""

    id: limits.Identifier
    name: limits.Line
    epoch: limits.Counter
    trust_version: Annotated[int, Meta(ge=1, le=1_000_000)]
    roots: Annotated[tuple[Sha256, ...], Meta(min_length=1, max_length=1000)]
    master_keys: Annotated[tuple[int, ...], Meta(min_length=1, max_length=10_000)]


class SiteBeside(Part, frozen=True, kw_only=True):
    """What is no secret of a local account's way to its manager.

    Attributes:
        name: what the manager calls it; None before it has a name.
        manager_ca: who signed the manager's TLS certificate, in base64; None is the system's.
        proxy: whether a proxy is on the way; that may have a password, and is with the keys.
    """

    id: limits.Identifier
    name: SiteName | None
    manager_ca: Base64 | None
    proxy: bool


class SiteManifest(Part, frozen=True, kw_only=True):
    """What a backup of an on-prem says of itself.

    Attributes:
        site: the name of the on-prem.
        accounts: its local accounts that have keys of their own.
        waiting: ids of those whose keys wait for an authorization.
        beside: what is known of each way to the manager.
    """

    format: Literal["licet on-prem backup"] = "licet on-prem backup"
    v: int = VERSION
    licet: limits.Line
    schema: Annotated[int, Meta(ge=1, le=1_000_000)]
    taken_at: limits.EpochSeconds
    site: SiteName
    accounts: Annotated[tuple[SiteAccount, ...], Meta(max_length=10_000)]
    waiting: Annotated[tuple[limits.Identifier, ...], Meta(max_length=10_000)]
    beside: Annotated[tuple[SiteBeside, ...], Meta(max_length=10_000)] = ()
    rows: dict[limits.TagText, limits.Counter]
    database_bytes: limits.Counter
    database_sha256: Sha256
    with_keys: bool


AnyManifest = Manifest | SiteManifest


class _Head(msgspec.Struct):
    format: str = ""
    v: int = 0


_MANIFESTS: msgspec.json.Decoder[Manifest] = msgspec.json.Decoder(Manifest, strict=True)
_SITE_MANIFESTS: msgspec.json.Decoder[SiteManifest] = msgspec.json.Decoder(
    SiteManifest, strict=True
)


def print_manifest(manifest: AnyManifest) -> bytes:
    """Return a manifest as it lies in a backup: JSON, a value a line."""
    return msgspec.json.format(encode(manifest), indent=1) + b"\n"


def read_manifest(data: bytes) -> AnyManifest:
    """Return the manifest in a backup.

    Raises:
        DamagedError: it is none, or of a newer Licet.
    """
    try:
        head = msgspec.json.decode(data, type=_Head)
        if head.format in _FORMATS and head.v > VERSION:
            raise DamagedError(
                f"it has version {head.v}, of a newer Licet; this one reads version {VERSION}"
            )
        if head.format == _FORMATS[1]:
            return _SITE_MANIFESTS.decode(data)
        return _MANIFESTS.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise DamagedError(f"manifest.json: {str(error)[:120]}") from error


def fingerprint(certificate: bytes) -> str:
    """Return the SHA-256 of a certificate (DER), in hex, as `openssl x509 -fingerprint` counts it."""
    return hashlib.sha256(certificate).hexdigest()
