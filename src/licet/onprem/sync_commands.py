"""What `sync` does: synchronizes over the network, writes requests, applies responses, keeps a schedule."""

import argparse
import threading
from datetime import datetime
from pathlib import Path

from licet.admin.local_accounts import find_local_account, set_schedule
from licet.admin.refusal import AdminRefused
from licet.kernel.ids import AuthorityId
from licet.kernel.time import print_instant
from licet.ledger.ports import Work
from licet.ledger.sites import (
    Every,
    LocalAccount,
    LocalState,
    Outstanding,
    Road,
    SyncKind,
    has_lease,
)
from licet.ledger.works import work_in
from licet.onprem import requests
from licet.onprem.accounts import all_of, named
from licet.onprem.office import Office
from licet.onprem.synchronizing import Failed, current, failed_key, synchronize
from licet.shell.document_files import check_free, open_file
from licet.shell.options import DONE
from licet.shell.printer import Printer
from licet.shell.values import Mark, Record, Shown
from licet.sync.gate import read
from licet.sync.problems import SyncRefused, Why
from licet.wire.sites import SYNC_REQUEST, SYNC_RESPONSE, SyncResponse

COLUMNS = ("name", "done", "kind", "number", "result")
REFUSED = 1
_READABLE = 0o644


def now(office: Office, given: argparse.Namespace, printer: Printer) -> int:
    """Synchronize over the network; one local account or all of them."""
    kind = SyncKind.FULL if given.full else SyncKind.STANDARD
    wait = threading.Event().wait
    rows: list[Record] = []
    failures: list[str] = []
    for account in _on_the_network(office, given.account):
        try:
            done = synchronize(office, account, kind, wait)
        except (Failed, AdminRefused) as failed:
            if given.account is not None and isinstance(failed, AdminRefused):
                raise
            failures.append(f"'{account.name}': {failed}")
            after = current(office, account)
            tried = after.outstanding.kind if after.outstanding else kind
            rows.append(_row(after, tried, str(failed), good=False))
        else:
            result = done.applied.text if done.applied else "applied before; nothing changed"
            rows.append(_row(done.account, done.kind, result, good=True))
    printer.rows(COLUMNS, rows)
    for failure in failures:
        printer.refuse(f"{given.parser.prog}: {failure}")
    return REFUSED if failures else DONE


def request(office: Office, given: argparse.Namespace, printer: Printer) -> int:
    """Write the file of a request; the one that waits again, unless a new one is wanted."""
    account = named(office, given.account)
    kind = SyncKind.FULL if given.full else SyncKind.STANDARD
    with office.alone(account):
        account = current(office, account)
        found = None if given.new else requests.waiting(office, account, kind)
        outstanding = found or requests.make(office, account, kind)
        path = _write_out(office, account, outstanding, given.output)
    again = "is written again" if found else "is written"
    said = " (a full one: the manager needs all)" if _more_than(outstanding, kind) else ""
    printer.done(
        f"request {outstanding.mark.number} of '{account.name}' {again}{said}: {path}\n"
        "Carry it to the manager (licet manager onprem sync FILE), and the response that it writes "
        "back here (sync response FILE).",
        {
            "name": account.name,
            "number": outstanding.mark.number,
            "kind": outstanding.kind.value,
            "made_at": outstanding.at,
            "again": found is not None,
            "bytes": outstanding.size,
            "file": str(path),
        },
    )
    return DONE


def response(office: Office, given: argparse.Namespace, printer: Printer) -> int:
    """Apply the file of a response."""
    with open_file(given.file) as file:
        head = read(file, SYNC_RESPONSE).head
        assert isinstance(head, SyncResponse)  # noqa: S101 - `read` saw to it
        with office.store.begin() as work:
            account = work.local_account(AuthorityId(head.site))
        if account is None:
            raise SyncRefused(
                Why.FOREIGN, f"the response is for another on-prem, '{head.name}' ({head.site})"
            )
        with office.alone(account):
            before = current(office, account)
            taken = requests.take(office, account, file, Road.FILE)
    work_in(office.store, lambda work: work.clear_alert(failed_key(account.id)))
    after, applied = taken.account, taken.applied
    lines = [
        f"response {head.number} for '{after.name}': {taken.text}",
        *_standing(before, after, office.clock.now()),
    ]
    if applied is not None:
        lines[1:1] = applied.said
    printer.done(
        "\n".join(lines),
        {
            "name": after.name,
            "number": head.number,
            "again": taken.again,
            "set_back": taken.set_back,
            "state": after.state.value,
            "lease": after.lease,
            "lease_ends_at": after.lease_ends_at,
            "lease_lines": applied.lines if applied else 0,
            "lease_lines_changed": applied.lines_changed if applied else 0,
            "removed": applied.removed if applied else 0,
            "alerts": applied.alerts if applied else 0,
            "full_synchronization_needed": after.needs_full,
        },
    )
    return DONE


def schedule(office: Office, given: argparse.Namespace, printer: Printer) -> int:
    """Say how often a local account is synchronized by itself."""

    def job(work: Work) -> LocalAccount:
        return set_schedule(
            work,
            find_local_account(work, given.account),
            every=Every(given.every),
            who=office.who,
            now=office.clock.now(),
        )

    account = work_in(office.store, job)
    text = f"'{account.name}' is synchronized by itself: {account.every}"
    if account.due_at is not None:
        text += f"; the next time on {print_instant(account.due_at)}"
    elif account.upstream is not None and account.upstream.url is None:
        text += "; but it knows no manager on the network: account reach"
    printer.done(
        text, {"name": account.name, "schedule": account.every.value, "next": account.due_at}
    )
    return DONE


def _on_the_network(office: Office, name: str | None) -> list[LocalAccount]:
    if name is not None:
        return [named(office, name)]
    found = [one for one in all_of(office) if _has_to_say(one, office.clock.now())]
    if not found:
        raise AdminRefused(
            "no local account has a manager on the network; carry files (sync request), or name one: "
            "account approve, account reach"
        )
    return found


def _has_to_say(account: LocalAccount, now: datetime) -> bool:
    """Tell whether a local account is synchronized over the network; a removed one says once that it knows."""
    if account.upstream is None or account.upstream.url is None:
        return False
    if account.state is LocalState.REMOVED:
        return not account.removal_heard and has_lease(account, now)
    return account.state is LocalState.REGISTERED


def _row(account: LocalAccount, kind: SyncKind, result: str, *, good: bool) -> Record:
    return {
        "name": account.name,
        "done": Shown(good, "yes" if good else "no", Mark.GOOD if good else Mark.BAD),
        "kind": kind.value,
        "number": account.number,
        "result": result,
    }


def _more_than(outstanding: Outstanding, kind: SyncKind) -> bool:
    return outstanding.kind is SyncKind.FULL and kind is not SyncKind.FULL


def _write_out(
    office: Office, account: LocalAccount, outstanding: Outstanding, given: Path | None
) -> Path:
    """Copy a request to where a person wants it; nothing but an older one of its own is overwritten."""
    name = outstanding.file
    path = Path(name) if given is None else given / name if given.is_dir() else given
    try:
        check_free(path, SYNC_REQUEST, account.id, is_over=office.was_deleted)
        requests.copy_out(office.request_file(account.id), path, _READABLE)
    except OSError as error:
        raise AdminRefused(
            f"{path}: it cannot be written: {error.strerror or error}; the request waits, and the same "
            "command writes the file again"
        ) from error
    return path


def _standing(before: LocalAccount, account: LocalAccount, now: datetime) -> list[str]:
    """Return what a person must know after a response."""
    if account.state is LocalState.REMOVED:
        removed = f"The manager has removed this local account: {account.reason}"
        if before.state is LocalState.REMOVED:
            return [removed]
        more = "Carry one more request to the manager (sync request): it frees the licenses there."
        return [removed, more] if has_lease(account, now) else [removed]
    lines = []
    if account.lease_ends_at is not None:
        lines.append(f"Lease {account.lease} ends on {print_instant(account.lease_ends_at)}.")
    if account.needs_full:
        lines.append("The manager needs all: make a full one next (sync request).")
    return lines
