"""The keys of a data directory, as a backup takes them and a restore brings them back.

A manager has its own, and perhaps the licensing root's; an on-prem has those of each local account,
and of those that wait. Both are described in the manifest, and sealed as one bundle.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from msgspec import Meta

from licet.kernel.chance import Chance
from licet.kernel.ids import AuthorityId
from licet.pki.authority import AuthorityKeys, begin_epoch
from licet.pki.sites import SitePrivate
from licet.service.archive import DamagedError
from licet.service.datadir import DataDir
from licet.service.files import make_directory, read_secret, write_file
from licet.service.keyfile import print_keys, print_root_keys, read_keys
from licet.service.keyring import Keyring, find_root_key
from licet.service.manifest import (
    AnyManifest,
    Base64,
    Manifest,
    SiteAccount,
    SiteBeside,
    SiteManifest,
    fingerprint,
)
from licet.service.pending import parse_pending, print_pending, read_pending, write_pending
from licet.service.problems import ServiceError
from licet.service.renewal import KeyRenewal
from licet.wire import limits
from licet.wire.codec import Part, encode
from licet.wire.keys import PrivateKey, from_base64, to_base64
from licet.wire.sites import SiteName

# What is kept of a local account beside its keys: what the manager calls it, who signs its TLS, and
# the proxy on the way with its password. Only the last is a secret: the others are in every backup.
_NAME, _CA, _PROXY = "name", "manager-ca.pem", "proxy"
BESIDE = (_NAME, _CA, _PROXY)
_BESIDE_BYTES_MAX = 1024 * 1024


@dataclass(frozen=True, slots=True)
class ManagerStock:
    """The keys of a manager.

    Attributes:
        root_key: the licensing root's, where it is on the machine.
    """

    keys: AuthorityKeys
    root_key: PrivateKey | None


@dataclass(frozen=True, slots=True)
class LocalStock:
    """What is kept of one local account.

    Attributes:
        keys: once it is registered.
        pending: while it waits for an authorization.
        beside: files of it, by their names.
    """

    account: AuthorityId
    keys: AuthorityKeys | None
    pending: SitePrivate | None
    beside: dict[str, bytes]


@dataclass(frozen=True, slots=True)
class SiteStock:
    """The keys of an on-prem.

    Attributes:
        site: its name.
    """

    site: str
    local: tuple[LocalStock, ...]


Stock = ManagerStock | SiteStock


@dataclass(frozen=True, slots=True)
class Ledger:
    """What a manifest says of the ledger beside it.

    Attributes:
        rows: how many each table has.
        size, sha256: of its file.
    """

    licet: str
    schema: int
    taken_at: int
    rows: dict[str, int]
    size: int
    sha256: str


class _Bundle(Part, frozen=True, kw_only=True):
    """What is sealed of a manager: its key file, and the root key file where it was on the machine."""

    authority: Base64
    root_key: Base64 | None


class _Local(Part, frozen=True, kw_only=True):
    account: limits.Identifier
    keys: Base64 | None
    pending: Base64 | None
    beside: dict[str, Base64]


class _SiteBundle(Part, frozen=True, kw_only=True):
    """What is sealed of an on-prem."""

    accounts: Annotated[tuple[_Local, ...], Meta(max_length=10_000)]


_BUNDLES: msgspec.json.Decoder[_Bundle] = msgspec.json.Decoder(_Bundle, strict=True)
_SITE_BUNDLES: msgspec.json.Decoder[_SiteBundle] = msgspec.json.Decoder(_SiteBundle, strict=True)


def take_stock(data: DataDir, *, root_key: bool) -> Stock:
    """Return the keys of a data directory, or of a copy of its keys.

    Args:
        data: where.
        root_key: with the licensing root's key, where that is there.

    Raises:
        ServiceError: they cannot be read.
    """
    if data.is_on_prem:
        site = _read_beside(data.site_file)
        accounts = dict.fromkeys((*data.accounts(), *data.waiting(), *_exchanging(data)))
        local = tuple(_take_local(data, account) for account in accounts)
        return SiteStock("" if site is None else site.decode("ascii", "replace").strip(), local)
    keyring = Keyring.open(data)
    here = root_key and keyring.root_key_here()
    return ManagerStock(keyring.current(), keyring.read_root_key() if here else None)


def describe(stock: Stock, ledger: Ledger, *, sealed: bool) -> AnyManifest:
    """Return the manifest of a backup; `sealed` says that the keys are in it."""
    if isinstance(stock, SiteStock):
        return SiteManifest(
            licet=ledger.licet,
            schema=ledger.schema,
            taken_at=ledger.taken_at,
            site=stock.site,
            accounts=tuple(_describe(one.keys) for one in stock.local if one.keys),
            waiting=tuple(one.account for one in stock.local if one.pending),
            beside=tuple(map(_describe_beside, stock.local)),
            rows=ledger.rows,
            database_bytes=ledger.size,
            database_sha256=ledger.sha256,
            with_keys=sealed,
        )
    keys = stock.keys
    return Manifest(
        licet=ledger.licet,
        schema=ledger.schema,
        taken_at=ledger.taken_at,
        authority=keys.authority,
        name=keys.name,
        epoch=keys.epoch,
        trust_version=keys.trust_lists[-1].list.version,
        roots=tuple(fingerprint(root) for root in keys.accepted_roots),
        master_keys=tuple(number for number, _ in keys.master_keys),
        rows=ledger.rows,
        database_bytes=ledger.size,
        database_sha256=ledger.sha256,
        with_keys=sealed,
        with_root_key=sealed and stock.root_key is not None,
    )


def bundle(stock: Stock) -> bytes:
    """Return the keys as they are sealed."""
    if isinstance(stock, SiteStock):
        return encode(_SiteBundle(accounts=tuple(_print_local(one) for one in stock.local)))
    root = None if stock.root_key is None else to_base64(print_root_keys(stock.root_key))
    return encode(_Bundle(authority=to_base64(print_keys(stock.keys)), root_key=root))


def read_bundle(manifest: AnyManifest, data: bytes) -> Stock:
    """Return the keys that were sealed beside a manifest.

    Raises:
        DamagedError: they cannot be read.
    """
    try:
        if isinstance(manifest, SiteManifest):
            accounts = _SITE_BUNDLES.decode(data).accounts
            return SiteStock(manifest.site, tuple(_read_local(one) for one in accounts))
        opened = _BUNDLES.decode(data)
        keys, root = read_keys(from_base64(opened.authority)), opened.root_key
        return ManagerStock(keys, None if root is None else find_root_key(keys, from_base64(root)))
    except (msgspec.MsgspecError, ValueError, UnsupportedAlgorithm, ServiceError) as error:
        raise DamagedError(f"the sealed keys: {str(error)[:160]}") from error


def why_not_ours(manifest: AnyManifest, stock: Stock) -> str:
    """Return why a ledger cannot go on with these keys; empty where it can."""
    match manifest, stock:
        case Manifest(), ManagerStock():
            if stock.keys.authority == manifest.authority:
                return _why_older(manifest, stock.keys)
            whose = f"{stock.keys.authority}, not {manifest.authority}"
            return f"they belong to another authority ({whose})"
        case SiteManifest(), SiteStock():
            return next(filter(None, _why_not_local(manifest, stock)), "")
        case _:
            return (
                "they are an on-prem's" if isinstance(stock, SiteStock) else "they are a manager's"
            )


def authorities(stock: Stock) -> Iterator[AuthorityKeys]:
    """Yield the keys of each authority."""
    if isinstance(stock, ManagerStock):
        yield stock.keys
    else:
        yield from (one.keys for one in stock.local if one.keys is not None)


def bring(
    stock: Stock,
    manifest: AnyManifest,
    data: DataDir,
    *,
    chance: Chance,
    backup_at: datetime,
    now: datetime,
) -> Stock:
    """Write the keys into a new data directory, each in a new epoch, and return them as they go on.

    What the manifest says of the way to a manager is brought where it does not come with the keys.

    Raises:
        ServiceError: they cannot be written.
    """
    if isinstance(stock, ManagerStock):
        assert isinstance(manifest, Manifest)  # noqa: S101 - `why_not_ours` saw to it
        keys = _in_new_epoch(stock.keys, manifest.epoch, backup_at, now)
        # The copy may be old: the first answer must be signed by a certificate that is valid.
        renewal = KeyRenewal(Keyring.bring(data, keys, stock.root_key), chance)
        if renewal.next_due() <= now:
            renewal.tick(now)
        return ManagerStock(Keyring.open(data).current(), stock.root_key)
    assert isinstance(manifest, SiteManifest)  # noqa: S101 - the same
    epochs = {AuthorityId(one.id): one.epoch for one in manifest.accounts}
    write_file(data.site_file, f"{manifest.site}\n".encode())
    local = tuple(
        _bring_local(one, data, epochs.get(one.account, 0), backup_at, now)
        for one in _with_beside(stock, manifest)
    )
    return SiteStock(manifest.site, local)


def without_proxy(stock: Stock, manifest: AnyManifest) -> frozenset[AuthorityId]:
    """Return the local accounts that had a proxy at the backup, and have none with these keys."""
    if isinstance(stock, ManagerStock) or isinstance(manifest, Manifest):
        return frozenset()
    held = {one.account for one in stock.local if _PROXY in one.beside}
    return frozenset({AuthorityId(one.id) for one in manifest.beside if one.proxy} - held)


def _with_beside(stock: SiteStock, manifest: SiteManifest) -> Iterator[LocalStock]:
    """Yield what is kept of each local account, with what the manifest alone knows of it."""
    known = {AuthorityId(one.id): _read_described(one) for one in manifest.beside}
    for one in stock.local:
        yield replace(one, beside={**known.pop(one.account, {}), **one.beside})
    for account, beside in known.items():
        yield LocalStock(account, None, None, beside)


def _describe_beside(stock: LocalStock) -> SiteBeside:
    name, ca = stock.beside.get(_NAME), stock.beside.get(_CA)
    return SiteBeside(
        id=stock.account,
        name=None if name is None else _fitting(name.decode("ascii", "replace").strip(), SiteName),
        manager_ca=None if ca is None else to_base64(ca),
        proxy=_PROXY in stock.beside,
    )


def _read_described(beside: SiteBeside) -> dict[str, bytes]:
    name = None if beside.name is None else f"{beside.name}\n".encode()
    ca = None if beside.manager_ca is None else from_base64(beside.manager_ca)
    found = {_NAME: name, _CA: ca}
    return {file: content for file, content in found.items() if content is not None}


def _exchanging(data: DataDir) -> list[AuthorityId]:
    """Return the local accounts that have been given a name, with keys or without."""
    folders = [path.parent.name for path in data.sync.glob(f"*/{_NAME}")]
    return sorted(AuthorityId(name) for name in folders if _fitting(name, limits.Identifier))


def _fitting(text: str, shape: Any) -> str | None:
    """Return a text that a manifest may have; None for what somebody else wrote there."""
    with suppress(msgspec.ValidationError):
        return msgspec.convert(text, shape, strict=True)  # type: ignore[no-any-return]
    return None


def _describe(keys: AuthorityKeys) -> SiteAccount:
    return SiteAccount(
        id=keys.authority,
        name=keys.name,
        epoch=keys.epoch,
        trust_version=keys.trust_lists[-1].list.version,
        roots=tuple(fingerprint(root) for root in keys.accepted_roots),
        master_keys=tuple(number for number, _ in keys.master_keys),
    )


def _why_not_local(manifest: SiteManifest, stock: SiteStock) -> Iterator[str]:
    held = {one.account: one for one in stock.local}
    for account in manifest.accounts:
        found = held.get(AuthorityId(account.id))
        if found is None or found.keys is None:
            yield f"those of the local account '{account.name}' are not among them"
        elif why := _why_older(account, found.keys):
            yield f"'{account.name}': {why}"
    for waiting in manifest.waiting:
        if AuthorityId(waiting) not in held:
            yield f"those of a local account that waits ({waiting}) are not among them"


def _why_older(described: Manifest | SiteAccount, keys: AuthorityKeys) -> str:
    held = {number for number, _ in keys.master_keys}
    missing = sorted(set(described.master_keys) - held)
    if missing:
        return f"they are older than the backup: token master key {missing[0]} is not among them"
    roots = {fingerprint(root) for root in keys.accepted_roots}
    if keys.trust_lists[-1].list.version < described.trust_version or not roots.issuperset(
        described.roots
    ):
        return "they are older than the backup: a root of its time is not among them"
    if keys.epoch < described.epoch:
        return "they are older than the backup: it is of a later epoch"
    return ""


def _in_new_epoch(
    keys: AuthorityKeys, epoch: int, backup_at: datetime, now: datetime
) -> AuthorityKeys:
    known = replace(keys, epoch=max(keys.epoch, epoch))
    return begin_epoch(known, backup_at=backup_at, now=now)


def _take_local(data: DataDir, account: AuthorityId) -> LocalStock:
    file = data.account_file(account)
    keys = Keyring.open(data, file=file).current() if file.exists() else None
    pending = read_pending(data, account) if data.pending_file(account).exists() else None
    beside = {name: _read_beside(data.sync / account / name) for name in BESIDE}
    found = {name: content for name, content in beside.items() if content is not None}
    return LocalStock(account, keys, pending, found)


def _bring_local(
    stock: LocalStock, data: DataDir, epoch: int, backup_at: datetime, now: datetime
) -> LocalStock:
    keys = stock.keys and _in_new_epoch(stock.keys, epoch, backup_at, now)
    if keys is not None:
        Keyring.bring(data, keys, None, file=data.account_file(stock.account))
    if stock.pending is not None:
        write_pending(data, stock.account, stock.pending)
    folder = data.sync / stock.account
    make_directory(data.sync)
    make_directory(folder)
    for name, content in stock.beside.items():
        write_file(folder / name, content)
    return replace(stock, keys=keys)


def _print_local(stock: LocalStock) -> _Local:
    keys, pending = stock.keys, stock.pending
    return _Local(
        account=stock.account,
        keys=None if keys is None else to_base64(print_keys(keys)),
        pending=None if pending is None else to_base64(print_pending(stock.account, pending)),
        beside={name: to_base64(content) for name, content in stock.beside.items()},
    )


def _read_local(local: _Local) -> LocalStock:
    account, pending = AuthorityId(local.account), local.pending
    if not set(local.beside) <= set(BESIDE):
        raise ValueError("it holds files that are none of ours")
    keys = None if local.keys is None else read_keys(from_base64(local.keys))
    if keys is not None and keys.authority != account:
        raise ValueError("the keys of a local account are another one's")
    return LocalStock(
        account,
        keys,
        None if pending is None else parse_pending(from_base64(pending), account),
        {name: from_base64(content) for name, content in local.beside.items()},
    )


def _read_beside(path: Path) -> bytes | None:
    return read_secret(path, bytes_max=_BESIDE_BYTES_MAX) if path.exists() else None
