"""Makes a data directory of a backup, on a machine that may have another name: all of it or nothing.

Everything is made inside `.restoring` in the new directory and moved into its place at the end; the
keys come last, and until they are there, it is no data directory. What a crash leaves is cleared away
by the next attempt.
"""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from licet.host.files import sync_directory
from licet.kernel.chance import Chance
from licet.kernel.ids import AuthorityId
from licet.kernel.time import instant, print_instant
from licet.ledger.listing import every
from licet.ledger.model import Event, Policy
from licet.ledger.ports import Store
from licet.service.backup import Report
from licet.service.certificate import check_name, make_certificate
from licet.service.datadir import RESTORING, DataDir, check_directory, create_data, open_data
from licet.service.files import make_directory, trouble
from licet.service.losses import Loss, losses
from licet.service.manifest import SiteManifest
from licet.service.problems import ServiceError
from licet.service.site_losses import site_losses
from licet.service.stock import Stock, bring, take_stock, without_proxy
from licet.service.truce import lapse_until_synchronized, put_off, wait_for_on_prems
from licet.service.verify import Check, Examined, Result, check_belongs, examine
from licet.store.sqlite.problems import StoreError
from licet.store.sqlite.store import SqliteStore


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore came to.

    Attributes:
        checks: what was looked at; where one failed, nothing was restored.
        data: None where nothing was restored.
        stock: the keys, as they go on.
        backup_at: everything before that instant is there.
        losses: what may not be.
    """

    checks: Sequence[Check]
    data: DataDir | None = None
    stock: Stock | None = None
    backup_at: datetime | None = None
    losses: tuple[Loss, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be restored.

    Attributes:
        backup: the file.
        to: a directory that is empty or not there.
        passphrase: opens the keys in the backup.
        keys: a copy of a `keys/` directory, in place of those.
        names: of the new machine, for its TLS certificate; without any, the first `serve` makes it.
        who: named in every event.
        on_prem: it must be an on-prem's, and a manager's otherwise.
    """

    backup: Path
    to: Path
    passphrase: str | None
    keys: Path | None
    names: Sequence[str]
    who: str
    on_prem: bool = False


def restore(request: Request, *, chance: Chance, now: datetime, report: Report) -> Restored:
    """Restore a backup, after examining it as `verify` does.

    Raises:
        ServiceError: the directory is not empty, there are no keys, or it cannot be written.
    """
    for name in request.names:
        check_name(name)
    brought = None if request.keys is None else _read_keys(request.keys)
    made = not request.to.exists()
    _clear(request.to)
    staging = request.to / RESTORING
    try:
        make_directory(request.to)
        # Now, and not when all is done: it would not be taken for a data directory then.
        check_directory(DataDir(request.to))
        make_directory(staging)
        restored = _restore(request, brought, staging, chance, now, report)
    except (StoreError, OSError) as error:
        _undo(request.to, made=made)
        raise (
            ServiceError(str(error))
            if isinstance(error, StoreError)
            else trouble(request.to, error)
        ) from error
    except BaseException:
        _undo(request.to, made=made)
        raise
    if restored.data is None:
        _undo(request.to, made=made)
    return restored


def _restore(
    request: Request,
    brought: Stock | None,
    staging: Path,
    chance: Chance,
    now: datetime,
    report: Report,
) -> Restored:
    examined = examine(request.backup, staging, passphrase=request.passphrase, report=report)
    manifest = examined.manifest
    if manifest is not None and isinstance(manifest, SiteManifest) != request.on_prem:
        kind, program = ("a manager", "manager") if request.on_prem else ("an on-prem", "onprem")
        raise ServiceError(f"it is a backup of {kind}; type: licet {program} restore ...")
    if brought is not None and manifest is not None:
        _take_keys(examined, brought)
    if manifest is None or not examined.good:
        return Restored(examined.checks)
    if examined.stock is None:
        raise ServiceError(
            "there are no private keys to go on with: give --passphrase-file where the backup "
            "has them, or --keys DIR, a copy of the keys/ directory of this authority"
        )
    backup_at = instant(manifest.taken_at)
    if now < backup_at:
        raise ServiceError(
            f"the clock of this machine ({print_instant(now)}) is before the backup "
            f"({print_instant(backup_at)}): set it, then restore"
        )
    data = create_data(staging, accounts=isinstance(manifest, SiteManifest))
    stock = bring(examined.stock, manifest, data, chance=chance, backup_at=backup_at, now=now)
    if request.names:
        make_certificate(data, names=request.names, chance=chance, now=now)
    waiting = partial(report, "putting off what falls due")
    instances = manifest.rows.get("instance", 0)
    lost = _go_on(
        data,
        backup_at,
        request,
        now,
        lambda done: waiting(min(done, instances), instances),
        without_proxy(stock, manifest),
    )
    _move_in(data, request.to)
    return Restored(
        checks=examined.checks,
        data=open_data(request.to),
        stock=stock,
        backup_at=backup_at,
        losses=lost,
    )


def _take_keys(examined: Examined, brought: Stock) -> None:
    """Go on with keys from elsewhere, in place of those in the backup."""
    assert examined.manifest is not None  # noqa: S101 - the caller looked
    examined.stock = brought
    examined.checks = [check for check in examined.checks if check.result is not Result.NOT_CHECKED]
    examined.checks.extend(check_belongs(examined.manifest, brought))


def _read_keys(path: Path) -> Stock:
    """Return the keys in a copy of a `keys/` directory."""
    return take_stock(DataDir(path.parent, keys_name=path.name), root_key=True)


def _go_on(
    data: DataDir,
    backup_at: datetime,
    request: Request,
    now: datetime,
    report: Callable[[int], None],
    proxies_lost: frozenset[AuthorityId],
) -> tuple[Loss, ...]:
    """Note the restore in every account, and give everybody time to be heard."""
    store = SqliteStore.open(data.database)
    try:
        in_backup = request.keys is None
        told = partial(site_losses, proxies_lost=proxies_lost) if data.is_on_prem else losses
        lost = tuple(told(store, backup_at=backup_at, now=now, keys_in_backup=in_backup))
        put_off(store, Policy(), now, report)
        wait_for_on_prems(store, now)
        lapse_until_synchronized(store, now)
        _record(store, backup_at, request.who, now)
    finally:
        store.close()
    return lost


def _record(store: Store, backup_at: datetime, who: str, now: datetime) -> None:
    text = f"the ledger was restored from the backup of {print_instant(backup_at)}"
    accounts = list(every(store.list_accounts))
    with store.begin(alone=True) as work:
        for account in accounts:
            work.record(Event(now, who, account.id, None, account.id, text))
        work.commit()


def _clear(path: Path) -> None:
    """Pass if a directory is empty or not there; what an interrupted restore left is removed.

    Raises:
        ServiceError: it holds something.
    """
    try:
        there = {entry.name for entry in path.iterdir()} - {"lost+found"}
    except FileNotFoundError:
        return
    except OSError as error:
        raise trouble(path, error) from error
    if RESTORING in there and "keys" not in there:
        _undo(path, made=False)
        there = {entry.name for entry in path.iterdir()} - {"lost+found"}
    if there:
        names = ", ".join(sorted(there)[:3])
        raise ServiceError(f"{path}: it is not empty ({names}); restore into a new directory")


def _undo(path: Path, *, made: bool) -> None:
    """Remove what a restore made; `.restoring` goes last, and says until then that it was one."""
    for name in ("keys", "licet.db", "site", "sync", "tls", RESTORING):
        found = path / name
        if found.is_dir():
            shutil.rmtree(found, ignore_errors=True)
        else:
            found.unlink(missing_ok=True)
    if made and path.exists() and not any(path.iterdir()):
        path.rmdir()


def _move_in(staged: DataDir, to: Path) -> None:
    """Move everything into its place, the keys last."""
    beside = [path for path in (staged.site_file, staged.sync) if path.exists()]
    for path in (staged.database, staged.tls, *beside, staged.keys):
        sync_directory(path.parent)
        path.rename(to / path.name)
        sync_directory(to)
    shutil.rmtree(staged.path)
    sync_directory(to)
