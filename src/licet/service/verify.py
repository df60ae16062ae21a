"""Checks a backup: the file, the ledger in it, and the keys; says what was checked and what was not."""

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import BinaryIO

from cryptography import x509

from licet.host.files import PRIVATE_FILE
from licet.kernel.problems import RulesBroken
from licet.kernel.time import instant, print_instant
from licet.kernel.words import counted
from licet.pki.authority import AuthorityKeys
from licet.pki.profiles import Profile
from licet.pki.trust import mark_of, pin
from licet.pki.verifier import verify_chain
from licet.service.archive import DATABASE, KEYS, MANIFEST, Archive, DamagedError
from licet.service.backup import Report
from licet.service.files import trouble
from licet.service.manifest import AnyManifest, SiteManifest, read_manifest
from licet.service.problems import ServiceError
from licet.service.sealing import unseal
from licet.service.stock import SiteStock, Stock, authorities, read_bundle, why_not_ours
from licet.store.sqlite.auditing import (
    audit,
    checks,
    count_rows,
    master_keys,
    read_only,
    registered_accounts,
)
from licet.store.sqlite.problems import StoreError


class Result(StrEnum):
    """What a check came to."""

    GOOD = "ok"
    BAD = "failed"
    NOT_CHECKED = "not checked"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at, or was not."""

    what: str
    result: Result
    detail: str = ""


@dataclass
class Examined:
    """A backup that was examined.

    Attributes:
        checks: in the order in which they were made; none comes after one that makes it useless.
        manifest: None where it could not be read.
        stock: the keys; None where they are not in it, or were not opened.
    """

    checks: list[Check] = field(default_factory=list)
    manifest: AnyManifest | None = None
    stock: Stock | None = None

    @property
    def good(self) -> bool:
        """Whether nothing that was looked at is wrong."""
        return all(check.result is not Result.BAD for check in self.checks)


def verify(path: Path, *, passphrase: str | None, report: Report) -> Examined:
    """Examine a backup in a temporary directory that is gone afterwards.

    Raises:
        ServiceError: the file cannot be read, or there is no room for the ledger.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="licet-verify-") as scratch:
            return examine(path, Path(scratch), passphrase=passphrase, report=report)
    except OSError as error:
        place = Path(tempfile.gettempdir())
        raise ServiceError(
            f"{trouble(place, error)} (the ledger is copied there; TMPDIR names another place)"
        ) from error


def examine(path: Path, into: Path, *, passphrase: str | None, report: Report) -> Examined:
    """Examine a backup, and leave its ledger in `into` under its own name.

    Raises:
        ServiceError: the file cannot be read.
        OSError: the ledger cannot be written.
    """
    found = Examined()
    with _opened(path) as file:
        try:
            archive = Archive(file)
            found.checks.append(_good("it is one whole file", f"{_size(file)} bytes"))
            archive.check_sums(partial(report, "checking sums"))
            found.checks.append(_good("every member has its SHA-256"))
            manifest = read_manifest(archive.read(MANIFEST))
            _check_manifest(manifest, archive)
        except DamagedError as damaged:
            found.checks.append(Check("it is a backup, unchanged", Result.BAD, str(damaged)))
            return found
        found.manifest = manifest
        taken_at = print_instant(instant(manifest.taken_at))
        found.checks.append(_good("the manifest can be read", f"taken {taken_at}"))
        extract(archive, into / DATABASE, report)
        found.checks.extend(_check_ledger(into / DATABASE, manifest, report))
        found.checks.extend(_check_keys(found, archive, passphrase))
    return found


def extract(archive: Archive, path: Path, report: Report) -> None:
    """Write the ledger of a backup into a new file, durably.

    Raises:
        OSError: it cannot be written.
    """
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, PRIVATE_FILE)
    with os.fdopen(handle, "wb") as file:
        for piece in archive.pieces(DATABASE, partial(report, "taking out the ledger")):
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())


def check_belongs(manifest: AnyManifest, stock: Stock) -> Iterator[Check]:
    """Yield whether keys are good in themselves, and go with the ledger of a backup."""
    why_not = why_not_ours(manifest, stock)
    yield _check("the keys are of this authority, and no older", why_not)
    broken = next(filter(None, map(_why_no_chain, authorities(stock))), "")
    yield _check("the keys chain to their root", broken)


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        file = path.open("rb")
    except OSError as error:
        raise trouble(path, error) from error
    with file:
        if not path.is_file():
            raise ServiceError(f"{path}: it is not a file")
        yield file


def _size(file: BinaryIO) -> int:
    return file.seek(0, os.SEEK_END)


def _check_manifest(manifest: AnyManifest, archive: Archive) -> None:
    """Pass if a manifest speaks of the members beside it.

    Raises:
        DamagedError: it does not.
    """
    if (
        manifest.taken_at != archive.instant
        or manifest.with_keys != archive.has(KEYS)
        or manifest.database_bytes != archive.members[DATABASE].size
        or manifest.database_sha256 != archive.sums[DATABASE]
    ):
        raise DamagedError("manifest.json speaks of other members than there are")


def _check_ledger(copy: Path, manifest: AnyManifest, report: Report) -> Iterator[Check]:
    """Yield what is found in a ledger; where it is not whole, nothing more can be said of it."""
    try:
        for number, audited in enumerate(audit(copy), 1):
            report("checking the ledger", number, checks())
            yield _check(audited.check, audited.text)
        with read_only(copy) as connection:
            rows, numbers = count_rows(connection), master_keys(connection)
            ids = registered_accounts(connection)
    except StoreError as error:
        yield Check("the ledger can be read", Result.BAD, str(error))
        return
    differing = {
        table: rows.get(table) for table, noted in manifest.rows.items() if rows.get(table) != noted
    }
    yield _check("there are as many rows as the manifest says", _print_counts(differing))
    if isinstance(manifest, SiteManifest):
        yield _check("every local account that is registered has keys", _keyless(manifest, ids))
        return
    missing = set(numbers) - set(manifest.master_keys)
    lacking = ", ".join(map(str, sorted(missing)))
    yield _check("every token's master key is known", lacking and f"master key {lacking} is not")


def _keyless(manifest: SiteManifest, accounts: Sequence[str]) -> str:
    """Return the local accounts of a ledger of which a backup knows no keys."""
    return ", ".join(sorted(set(accounts) - {one.id for one in manifest.accounts}))


def _check_keys(found: Examined, archive: Archive, passphrase: str | None) -> Iterator[Check]:
    """Yield what is found of the keys, and keep those that open."""
    what = "the keys open with the passphrase"
    if not archive.has(KEYS):
        yield Check(
            what, Result.NOT_CHECKED, "there are none in it: a restore needs a copy of keys/"
        )
        return
    if passphrase is None:
        yield Check(what, Result.NOT_CHECKED, "no passphrase was given (--passphrase-file)")
        return
    manifest = found.manifest
    assert manifest is not None  # noqa: S101 - it was read before
    try:
        bound = archive.read(MANIFEST)
        opened = unseal(archive.read(KEYS), passphrase=passphrase, bound=bound)
        stock = read_bundle(manifest, opened)
    except ServiceError as error:
        yield Check(what, Result.BAD, str(error))
        return
    found.stock = stock
    yield _good(what, _tell(stock))
    yield from check_belongs(manifest, stock)


def _tell(stock: Stock) -> str:
    if isinstance(stock, SiteStock):
        return f"of {counted(len(stock.local), 'local account')}"
    root = "with" if stock.root_key else "without"
    return f"{root} the licensing root's key"


def _why_no_chain(keys: AuthorityKeys) -> str:
    """Return why no device would follow these keys; empty where they do. Ends are not looked at."""
    signed_at = x509.load_der_x509_certificate(keys.answer_chain[0]).not_valid_before_utc
    try:
        trust = pin(keys.trust_lists, mark=mark_of(keys.accepted_roots[0]))
        if keys.root not in trust.roots:
            return "the newest trust list does not hold the root"
        verify_chain(keys.answer_chain, roots=(keys.root,), profile=Profile.ANSWER, at=signed_at)
    except RulesBroken as broken:
        return str(broken)
    return ""


def _print_counts(rows: dict[str, int | None]) -> str:
    return ", ".join(f"{table}: {found}" for table, found in rows.items())


def _good(what: str, detail: str = "") -> Check:
    return Check(what, Result.GOOD, detail)


def _check(what: str, wrong: str) -> Check:
    return Check(what, Result.BAD if wrong else Result.GOOD, wrong)
