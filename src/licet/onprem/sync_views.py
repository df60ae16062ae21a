"""What `sync list`, `status` and `history` show."""

import argparse
from datetime import datetime
from functools import partial
from itertools import islice

from licet.kernel.ids import AccountId, VirtualAccountId
from licet.kernel.time import print_instant
from licet.ledger.balances import balances
from licet.ledger.listing import every
from licet.ledger.model import Severity
from licet.ledger.ports import Work
from licet.ledger.sites import LocalAccount, LocalState, SyncRecord, has_lease
from licet.onprem.accounts import all_of, named
from licet.onprem.office import Office
from licet.onprem.synchronizing import failed_key
from licet.onprem.words import withheld
from licet.registrar.lapse import closed
from licet.shell.finding import license_name
from licet.shell.options import DONE
from licet.shell.printer import Printer
from licet.shell.values import Mark, Record, Shown, Value
from licet.shell.words import status as shown
from licet.sync.deadlines import LAPSED, deadline_key, due_of, overdue_key, removal_of

# As the source document's list has them (manager-and-onprem.md 2.3).
COLUMNS = ("name", "satellite_name", "last_synchronization", "synchronization_due", "alerts")
HISTORY_COLUMNS = ("at", "number", "kind", "road", "done", "result")
_MARKS = {Severity.MAJOR: Mark.BAD, Severity.MINOR: Mark.WARN}
# What is counted of the changes that wait; more are that many at least.
_CHANGES_MAX = 1000


def list_(office: Office, given: argparse.Namespace, printer: Printer) -> int:
    """List how each local account stands."""
    rows = [_entry(office, one) for one in all_of(office) if one.registered_at is not None]
    nothing = "no local account is registered yet"
    printer.rows(COLUMNS, islice(rows, given.limit), nothing=nothing)
    return DONE


def status(office: Office, given: argparse.Namespace, printer: Printer) -> int:
    """Show all about the synchronization of a local account."""
    account = named(office, given.account)
    now = office.clock.now()
    waits = account.outstanding
    with office.store.begin() as work:
        changes = len(work.changes(account.id, None, _CHANGES_MAX))
        places = [place.id for place in work.virtual_accounts(AccountId(account.id))]
    upstream = account.upstream
    printer.record(
        {
            **_entry(office, account),
            "state": account.state.value,
            "grants": _grants(account, now),
            "manager_url": upstream.url if upstream else None,
            "schedule": account.every.value,
            "next_by_itself": account.due_at,
            "last_failure": account.failed or None,
            "full_synchronization_needed": account.needs_full,
            "last_request": account.acknowledged or None,
            "request_waiting": waits.file if waits else None,
            "request_made_at": waits.at if waits else None,
            "changes_waiting": _counted(changes),
            "lease": account.lease or None,
            "lease_ends_at": account.lease_ends_at,
            "removal_days": account.removal_days,
            "removal_due": removal_of(account),
            "withheld": withheld(account.privacy),
            "licenses": _licenses(office, places),
        }
    )
    return DONE


def history(office: Office, given: argparse.Namespace, printer: Printer) -> int:
    """List what was synchronized."""
    account = named(office, given.account)
    rows = map(_happened, account.history)
    printer.rows(HISTORY_COLUMNS, islice(rows, given.limit), nothing="it has not synchronized yet")
    return DONE


def _licenses(office: Office, places: list[VirtualAccountId]) -> list[Record]:
    """Return the balances over all local virtual accounts, as the manager sees them."""

    def read(work: Work) -> list[Record]:
        return [
            {
                "license": license_name(work, one.tag),
                "purchased": one.purchased,
                "in_use": one.in_use,
                "balance": one.left,
            }
            for one in balances(office.store, places, office.clock.now())
        ]

    with office.store.begin() as work:
        return read(work)


def _entry(office: Office, account: LocalAccount) -> Record:
    return {
        "name": account.name,
        "satellite_name": office.document_name(account),
        "last_synchronization": account.last_down_at,
        "synchronization_due": due_of(account),
        "alerts": _alerts(office, account),
    }


def _alerts(office: Office, account: LocalAccount) -> Value:
    """Return the worst that is said of the synchronization; else how the last one went."""
    if account.state is not LocalState.REGISTERED:
        ended = account.state.value.capitalize()
        return Shown(ended, ended, Mark.BAD)
    # What is granted by now is looked at here: a server that stands still raises no alert.
    if account.lease and not has_lease(account, office.clock.now()):
        return Shown(LAPSED, LAPSED, Mark.BAD)
    if account.restored:
        return Shown("Restored, Not Synchronized", "Restored, Not Synchronized", Mark.BAD)
    keys = {deadline_key(account.id), overdue_key(account.id), failed_key(account.id)}
    # Major ones come first.
    for alert in every(partial(office.store.list_alerts, AccountId(account.id))):
        if alert.key in keys:
            return Shown(alert.kind, alert.kind, _MARKS.get(alert.severity, Mark.PLAIN))
    if account.last_down_at is None:
        return Shown("Never Synchronized", "Never Synchronized", Mark.WARN)
    return Shown("Synchronization Successful", "Synchronization Successful", Mark.GOOD)


def _grants(account: LocalAccount, now: datetime) -> Shown:
    """Return whether anything is granted, and why not (`registrar.lapse.closed` decides)."""
    if account.registered_at is None:
        return shown("no: it is not registered", good=None)
    if closed(account, now) is None:
        return shown("yes", good=True)
    return shown(f"no: {_why_not(account)}", good=False)


def _why_not(account: LocalAccount) -> str:
    if account.state is LocalState.REMOVED:
        return "its manager has removed it; products register elsewhere"
    if account.state is LocalState.DEACTIVATED:
        return "it was deactivated; products register elsewhere"
    if account.restored:
        return "restored from a backup, or set back, and not synchronized since"
    if account.lease_ends_at is None:
        return "it has not synchronized yet"
    return (
        f"its lease ended on {print_instant(account.lease_ends_at)}; products keep what they have until "
        "their own deadline: synchronize now"
    )


def _counted(changes: int) -> Value:
    return Shown(changes, f"{changes} or more") if changes >= _CHANGES_MAX else changes


def _happened(record: SyncRecord) -> Record:
    return {
        "at": record.at,
        "number": record.number,
        "kind": record.kind.value,
        "road": record.road.value,
        "done": Shown(
            record.ok, "yes" if record.ok else "no", Mark.GOOD if record.ok else Mark.BAD
        ),
        "result": record.result,
    }
