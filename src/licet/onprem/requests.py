"""Requests for synchronization: written beside, made durable, then remembered; and responses taken."""

import os
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from licet.host.files import PRIVATE_FILE, sync_directory
from licet.ledger.sites import LocalAccount, LocalState, Outstanding, Road, SyncKind
from licet.onprem.office import Office
from licet.service.files import trouble
from licet.service.problems import ServiceError
from licet.sync.exchange import Taken, keep_request, make_request, take_response
from licet.sync.problems import SyncRefused, Why
from licet.sync.upward import GOOD_FOR

_NEW = ".new"


def make(office: Office, account: LocalAccount, kind: SyncKind) -> Outstanding:
    """Make a request, and return it once nothing can lose it any more; the caller holds `alone`.

    Raises:
        SyncRefused: the local account is not registered.
        ServiceError: it cannot be written, or something in the ledger fits into no document.
    """
    if account.state not in {LocalState.REGISTERED, LocalState.REMOVED}:
        raise SyncRefused(Why.NOT_READY, f"the local account '{account.name}' is not registered")
    path = office.request_file(account.id)
    new = path.with_name(path.name + _NEW)
    keys = office.keyring(account.id).current()
    try:
        new.unlink(missing_ok=True)
        handle = os.open(new, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, PRIVATE_FILE)
        with os.fdopen(handle, "w+b") as file:
            outstanding = make_request(
                office.store,
                keys,
                file,
                kind=kind,
                name=office.document_name(account),
                version=office.version,
                now=office.clock.now(),
            )
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
        sync_directory(path.parent)
    except OSError as error:
        raise trouble(new, error) from error
    except ValueError as error:
        raise ServiceError(f"the request of '{account.name}' cannot be written: {error}") from error
    finally:
        with suppress(OSError):
            new.unlink(missing_ok=True)
    keep_request(office.store, outstanding, account.id)
    return outstanding


def waiting(office: Office, account: LocalAccount, kind: SyncKind) -> Outstanding | None:
    """Return the request that waits for its response, if it is good still, whole, and what is wanted."""
    found = account.outstanding
    if found is None or office.clock.now() >= found.at + GOOD_FOR:
        return None
    if not office.is_kept(account.id, found):
        return None
    wanted = SyncKind.FULL if account.needs_full else kind
    return None if wanted is SyncKind.FULL and found.kind is not SyncKind.FULL else found


def take(office: Office, account: LocalAccount, file: BinaryIO, road: Road) -> Taken:
    """Apply a response, and forget the request that it answers; the caller holds `alone`.

    Raises:
        SyncRefused: it is not to be applied.
        ServiceError: the renewed keys cannot be written.
    """
    taken = take_response(
        office.store,
        office.keyring(account.id).current(),
        file,
        road=road,
        now=office.clock.now(),
        keep=lambda keys: office.keep_keys(account.id, keys),
    )
    if taken.applied is not None:
        office.forget_request(account.id)
    return taken


def copy_out(source: Path, to: Path, mode: int) -> None:
    """Copy a file of any size, so that there is all of it or nothing under its name.

    Raises:
        OSError: it could not.
    """
    new = to.with_name(to.name + _NEW)
    try:
        new.unlink(missing_ok=True)
        handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, PRIVATE_FILE)
        with source.open("rb") as given, os.fdopen(handle, "wb") as file:
            os.fchmod(file.fileno(), mode)
            while block := given.read(1024 * 1024):
                file.write(block)
            file.flush()
            os.fsync(file.fileno())
        new.replace(to)
        sync_directory(to.parent)
    except OSError:
        with suppress(OSError):
            new.unlink()
        raise
