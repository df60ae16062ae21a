"""What `account` does with local accounts, but registering them."""

import argparse
import threading
from collections.abc import Iterable
from itertools import islice

from licet.admin.local_accounts import (
    check_over,
    deactivate_account,
    delete_account,
    find_local_account,
    refuse_account,
    request_account,
)
from licet.kernel.ids import AccountId
from licet.kernel.time import print_instant
from licet.ledger.instances import remove
from licet.ledger.ports import Work
from licet.ledger.sites import LocalAccount, LocalState, SyncKind
from licet.onprem.office import Office, check_site_name
from licet.onprem.road import print_proxy
from licet.onprem.synchronizing import Failed, synchronize
from licet.onprem.words import withheld
from licet.shell.asking import confirm
from licet.shell.options import DONE
from licet.shell.printer import Printer
from licet.shell.values import Mark, Record, Shown
from licet.shell.words import day
from licet.sync.deadlines import due_of, removal_of

COLUMNS = (
    "name",
    "state",
    "smart_account",
    "virtual_account",
    "product_instances",
    "last_synchronization",
    "synchronization_due",
)
REQUEST_COLUMNS = (
    "name",
    "state",
    "smart_account",
    "virtual_account",
    "email",
    "requested_at",
    "requested_by",
)
_MARKS = {
    LocalState.REGISTERED: Mark.GOOD,
    LocalState.REMOVED: Mark.BAD,
    LocalState.REQUESTED: Mark.WARN,
    LocalState.APPROVED: Mark.WARN,
}
_BATCH = 500
_TALKS = (LocalState.REGISTERED, LocalState.REMOVED)
_TOLD = "told"
_WAITING = (LocalState.REQUESTED, LocalState.APPROVED)


def named(office: Office, name: str | None) -> LocalAccount:
    """Return the local account that was typed, or the only one.

    Raises:
        AdminRefused: there is none, or more than one and none was typed.
    """
    with office.store.begin() as work:
        return find_local_account(work, name)


def all_of(office: Office) -> Iterable[LocalAccount]:
    """Return all local accounts, by name."""
    with office.store.begin() as work:
        return work.local_accounts()


def instances_of(office: Office, work: Work, account: LocalAccount) -> int:
    """Return how many product instances a local account has."""
    places = work.virtual_accounts(AccountId(account.id))
    return sum(office.store.count_instances(place.id) for place in places)


def request(office: Office, given: argparse.Namespace, printer: Printer) -> int:
    """Request a local account."""
    if given.satellite_name is not None:
        check_site_name(given.satellite_name)
    with office.store.begin(alone=True) as work:
        if given.satellite_name is not None:
            office.check_unused(given.satellite_name, work)
        account = request_account(
            work,
            name=given.name,
            smart_account=given.smart_account,
            virtual_account=given.virtual_account,
            email=given.email,
            who=office.who,
            now=office.clock.now(),
            chance=office.chance,
        )
        if given.satellite_name is not None:
            # Before it counts: one that was cut short must not get another name.
            office.call(account.id, given.satellite_name)
        work.commit()
    printer.done(
        f"the local account '{account.name}' is requested; approve it: account approve",
        _asked(account),
    )
    return DONE


def list_(office: Office, given: argparse.Namespace, printer: Printer) -> int:
    """List the local accounts."""
    with office.store.begin() as work:
        rows = [_entry(office, work, one) for one in work.local_accounts()]
    nothing = "no local account yet; request one: account request"
    printer.rows(COLUMNS, islice(rows, given.limit), nothing=nothing)
    return DONE


def requests(office: Office, given: argparse.Namespace, printer: Printer) -> int:
    """List the requests that wait."""
    rows = [_asked(one) for one in all_of(office) if one.state in _WAITING]
    printer.rows(REQUEST_COLUMNS, islice(rows, given.limit), nothing="no request waits")
    return DONE


def show(office: Office, given: argparse.Namespace, printer: Printer) -> int:
    """Show a local account."""
    account = named(office, given.account)
    with office.store.begin() as work:
        printer.record(whole(office, work, account))
    return DONE


def refuse(office: Office, given: argparse.Namespace, printer: Printer) -> int:
    """Refuse a request."""
    with office.store.begin(alone=True) as work:
        account = refuse_account(
            work,
            find_local_account(work, given.account),
            reason=given.reason,
            who=office.who,
            now=office.clock.now(),
        )
        work.commit()
    printer.done(f"the local account '{account.name}' is refused", _asked(account))
    return DONE


def deactivate(office: Office, given: argparse.Namespace, printer: Printer) -> int:
    """End a local account; one that its manager has removed, or that is abandoned, as it is."""
    account, told = named(office, given.account), ""
    if not given.abandon:
        account, told = _last_word(office, account)
    else:
        question = (
            f"This ends '{account.name}' with all of its product instances; what "
            "its manager does not know by now, it never learns."
        )
        confirm(question, yes=given.yes)
    rest = _what_remains(account, told)
    with office.alone(account):
        with office.store.begin(alone=True) as work:
            account = deactivate_account(
                work,
                account,
                reason=given.reason,
                who=office.who,
                now=office.clock.now(),
                abandon=given.abandon,
            )
            work.commit()
        office.forget_request(account.id)
        _let_go(office, account, printer)
    printer.done(
        f"the local account '{account.name}' is deactivated: its products must register elsewhere; "
        f"delete it (account delete){rest}",
        _asked(account),
    )
    return DONE


def _last_word(office: Office, account: LocalAccount) -> tuple[LocalAccount, str]:
    """Synchronize once more where that can be, and return what became of that: nobody can afterwards.

    What the manager removed before is acknowledged so; then its licenses count there again.
    """
    by_network = account.upstream is not None and account.upstream.url is not None
    with office.store.begin() as work:
        in_use = account.state is LocalState.REGISTERED and instances_of(office, work, account)
    if not by_network or in_use or account.state not in _TALKS:
        return account, ""
    try:
        done = synchronize(office, account, SyncKind.STANDARD, threading.Event().wait)
    except Failed as failed:
        return account, f"the last synchronization failed: {failed}"
    return done.account, _TOLD


def _what_remains(account: LocalAccount, told: str) -> str:
    """Return what is left to do at the manager, and when the licenses count there again."""
    removed = account.state is LocalState.REMOVED
    if removed and told == _TOLD:
        return "; its manager knows, and its licenses count there again"
    ends = account.lease_ends_at
    failure = f"\n{told}" if told and told != _TOLD else ""
    at_manager = "" if removed else ", and remove it at the manager (licet manager onprem remove)"
    if ends is None:
        return at_manager + failure
    unless = "if one more request was carried there since its removal, " if removed else ""
    return (
        f"{at_manager}.\nIts licenses count there again {unless}when its lease ends on "
        f"{print_instant(ends)}, or when a cut is forced (licet manager onprem cut --force){failure}"
    )


def delete(office: Office, given: argparse.Namespace, printer: Printer) -> int:
    """Delete a local account with its keys."""
    account = named(office, given.account)
    # Nobody is asked about what cannot be.
    check_over(account)
    confirm(f"This deletes the local account '{account.name}' and its keys.", yes=given.yes)
    with office.alone(account):
        if account.state is LocalState.DEACTIVATED:
            # What a deactivation that was cut short has left.
            _let_go(office, account, printer)
        with office.store.begin(alone=True) as work:
            now = office.clock.now()
            delete_account(office.store, work, account, who=office.who, now=now)
            work.commit()
        office.forget(account.id)
    printer.done(
        f"the local account '{account.name}' is deleted", {"name": account.name, "deleted": True}
    )
    return DONE


def whole(office: Office, work: Work, account: LocalAccount) -> Record:
    """Return all fields of a local account."""
    upstream = account.upstream
    proxy = office.proxy(account.id)
    return {
        **_entry(office, work, account),
        "email": account.email,
        "reason": account.reason or None,
        "requested_at": account.requested_at,
        "requested_by": account.requested_by,
        "registered_at": account.registered_at,
        "satellite_name": office.document_name(account),
        "manager": upstream.authority if upstream else None,
        "manager_url": upstream.url if upstream else None,
        "manager_ca": _ca(named=office.ca_file(account.id).exists()),
        "proxy": None if proxy is None else print_proxy(proxy),
        "lease": account.lease or None,
        "lease_ends_at": account.lease_ends_at,
        "removal_due": removal_of(account),
        "withheld": withheld(account.privacy),
        "id": account.id,
    }


def _let_go(office: Office, account: LocalAccount, printer: Printer) -> None:
    """Remove the product instances of an account that serves nobody any more, some at a time."""
    with office.store.begin() as work:
        whole_count = instances_of(office, work, account)
    done = 0
    while True:
        with office.store.begin(alone=True) as work:
            places = work.virtual_accounts(AccountId(account.id))
            page = [one for place in places for one in work.page_instances(place.id, None, _BATCH)]
            for instance in page:
                why = f"'{account.name}' was deactivated"
                now = office.clock.now()
                remove(work, instance, who=office.who, why=why, now=now, retire=False)
            work.commit()
        if not page:
            return
        done += len(page)
        printer.progress("removing product instances", min(done, whole_count), whole_count)


def _entry(office: Office, work: Work, account: LocalAccount) -> Record:
    synchronized = account.last_down_at
    return {
        "name": account.name,
        "state": _state(account),
        "smart_account": account.smart_account,
        "virtual_account": account.virtual_account,
        "product_instances": instances_of(office, work, account),
        "last_synchronization": synchronized,
        "synchronization_due": day(due_of(account)),
    }


def _ca(*, named: bool) -> Shown:
    """Return whether the CA of the manager's TLS certificate was named (`--ca`)."""
    return Shown(named, "named" if named else "the system's")


def _asked(account: LocalAccount) -> Record:
    return {
        "name": account.name,
        "state": _state(account),
        "smart_account": account.smart_account,
        "virtual_account": account.virtual_account,
        "email": account.email,
        "requested_at": account.requested_at,
        "requested_by": account.requested_by,
    }


def _state(account: LocalAccount) -> Shown:
    return Shown(account.state.value, account.state.value, _MARKS.get(account.state, Mark.PLAIN))
