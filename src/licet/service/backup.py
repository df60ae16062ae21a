"""Takes a backup of an authority while its server runs: one checked file."""

import shutil
from collections.abc import Callable
from datetime import datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path

import apsw

from licet.host.files import PRIVATE_DIRECTORY
from licet.kernel.chance import Chance
from licet.kernel.time import epoch_seconds
from licet.service.archive import DATABASE, KEYS, MANIFEST, publish, sha256_of, write_archive
from licet.service.datadir import DataDir
from licet.service.files import trouble
from licet.service.manifest import AnyManifest, print_manifest
from licet.service.problems import ServiceError
from licet.service.sealing import check_passphrase, seal
from licet.service.stock import Ledger, bundle, describe, take_stock
from licet.store.sqlite.auditing import audit, checks, count_rows, read_only
from licet.store.sqlite.database import BUSY_WAIT_MS
from licet.store.sqlite.migrations import schema_of
from licet.store.sqlite.problems import StoreError

# What is being done, how much of it is done, and how much there is.
Report = Callable[[str, int, int], None]
WORK = ".work"
_PROGRESS_STEPS = 20_000


def back_up(
    data: DataDir,
    to: Path,
    *,
    passphrase: str | None,
    chance: Chance,
    now: datetime,
    report: Report,
) -> AnyManifest:
    """Write a backup, and return what it says of itself.

    The copy of the ledger is one instant's, whoever writes meanwhile. It is checked as `verify` does
    before the file gets its name. The keys are read after the ledger was copied, so that no token
    in it is derived from a master key that is not among them.

    Args:
        data: of the authority; a server may run on it.
        to: a file that is not there; for a moment, twice the ledger's size is needed beside it.
        passphrase: seals the private keys, which are then in it; None leaves them out.
        chance: where salts come from.
        now: noted as the instant of the backup; it lies before the copy.
        report: is told how far it is.

    Raises:
        ServiceError: it cannot be read or written, or the ledger is not in order.
    """
    if to.exists():
        raise ServiceError(f"{to}: it is there already; a backup does not overwrite")
    if not to.parent.is_dir():
        raise ServiceError(f"{to.parent}: there is no such directory")
    if passphrase is not None:
        check_passphrase(passphrase)
    work = _make_work(to.with_name(to.name + WORK))
    try:
        copy = work / DATABASE
        _copy_ledger(data.database, copy, report)
        _check_ledger(copy, report)
        sealed = passphrase is not None
        stock = take_stock(data, root_key=sealed)
        manifest = describe(stock, _read_ledger(copy, now, report), sealed=sealed)
        small = {MANIFEST: print_manifest(manifest)}
        if passphrase is not None:
            small[KEYS] = seal(
                bundle(stock), passphrase=passphrase, bound=small[MANIFEST], chance=chance
            )
        progress = partial(report, "writing the backup")
        write_archive(to, small=small, database=copy, at=now, progress=progress)
    except StoreError as error:
        raise ServiceError(str(error)) from error
    except OSError as error:
        raise trouble(to, error) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
    publish(to)
    return manifest


def _make_work(work: Path) -> Path:
    """Make a directory that is new and ours: whoever made it before could read what comes into it."""
    shutil.rmtree(work, ignore_errors=True)
    try:
        work.mkdir(PRIVATE_DIRECTORY)
    except FileExistsError as error:
        raise ServiceError(
            f"{work}: it is there already, and is not ours to remove; write the backup elsewhere"
        ) from error
    except OSError as error:
        raise trouble(work, error) from error
    return work


def _copy_ledger(source: Path, copy: Path, report: Report) -> None:
    """Copy the ledger as it is at one instant."""
    if not source.exists():
        raise ServiceError(f"{source}: there is no ledger; the first `serve` makes it")
    try:
        connection = apsw.Connection(str(source), flags=apsw.SQLITE_OPEN_READWRITE)
        try:
            connection.set_busy_timeout(BUSY_WAIT_MS)
            whole = connection.pragma("page_count") * connection.pragma("page_size")

            def tell() -> bool:
                done = copy.stat().st_size if copy.exists() else 0
                report("copying the ledger", min(done, whole), whole)
                return False

            connection.set_progress_handler(tell, _PROGRESS_STEPS)
            connection.execute("VACUUM INTO ?", (str(copy),))
        finally:
            connection.close()
    except apsw.FullError as error:
        raise ServiceError(f"{copy.parent.parent}: there is no space left; make room") from error
    except apsw.Error as error:
        raise ServiceError(f"{source}: it cannot be copied: {error}") from error


def _check_ledger(copy: Path, report: Report) -> None:
    for number, audited in enumerate(audit(copy), 1):
        report("checking the copy", number, checks())
        if audited.wrong:
            raise ServiceError(
                f"the ledger is not in order: not so that {audited.check}: {audited.text}"
            )


def _read_ledger(copy: Path, now: datetime, report: Report) -> Ledger:
    with read_only(copy) as connection:
        schema, rows = schema_of(connection), count_rows(connection)
    return Ledger(
        licet=version("licet"),
        schema=schema,
        taken_at=epoch_seconds(now),
        rows=rows,
        size=copy.stat().st_size,
        sha256=sha256_of(copy, partial(report, "reading the copy")),
    )
