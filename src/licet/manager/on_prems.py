"""What `onprem` shows: the On-Prem Accounts of the source document, and what waits for each."""

import argparse
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from itertools import islice

from licet.admin.on_prems import find_on_prem
from licet.kernel.ids import VirtualAccountId
from licet.ledger.listing import every
from licet.ledger.model import Alert, Severity, SmartAccount
from licet.ledger.ports import Work
from licet.ledger.sites import Invitation, OnPrem, Privacy, SyncRecord
from licet.shell.finding import account_of, license_name
from licet.shell.printer import Printer
from licet.shell.site import Site
from licet.shell.values import Mark, Record, Shown
from licet.shell.words import day, short, status
from licet.sync.deadlines import due_of, is_about, removal_of

# As the source document's page has them (manager-and-onprem.md 1.9).
COLUMNS = (
    "name",
    "product_instances",
    "last_sync_up",
    "last_sync_down",
    "synchronization_due",
    "version",
    "alerts",
)
HISTORY_COLUMNS = ("at", "number", "kind", "road", "done", "result")
INVITATION_COLUMNS = (
    "id",
    "virtual_account",
    "status",
    "expires_at",
    "removal_days",
    "created_by",
    "on_prem",
)
# In the words that an on-prem's own command line takes.
_PRIVACY = ("host_names", "addresses", "instance_names", "user_names")


def list_(site: Site, given: argparse.Namespace, printer: Printer) -> None:
    """List the on-prems of a smart account."""

    def read(work: Work) -> tuple[SmartAccount, list[OnPrem]]:
        account = account_of(site, work, given.account)
        found = work.on_prems(account.id)
        return account, [one for one in found if (one.removed_at is not None) is given.removed]

    account, found = site.look(read)
    alerts = _Alerts(site, account)
    nothing = (
        "no on-prem that was removed is waited for"
        if given.removed
        else "no on-prem; invite one: onprem invite, or add its file: onprem add"
    )
    rows = (_entry(site, one, alerts) for one in found)
    printer.rows(COLUMNS, islice(rows, given.limit), nothing=nothing)


def show(site: Site, given: argparse.Namespace, printer: Printer) -> None:
    """Show an on-prem, and what waits for its synchronization."""

    def read(work: Work) -> Record:
        account = account_of(site, work, given.account)
        on_prem = find_on_prem(work, account.id, given.name)
        place = work.virtual_account(on_prem.virtual_account)
        return {
            **_entry(site, on_prem, _Alerts(site, account)),
            "account": account.name,
            "virtual_account": place.name if place else on_prem.virtual_account,
            "local_account": on_prem.local_account,
            "email": on_prem.email,
            "status": _status(site, on_prem),
            "registered_at": on_prem.registered_at,
            "registered_by": on_prem.registered_by,
            "removed_at": on_prem.removed_at,
            "removed_why": on_prem.removed_why or None,
            "removal_days": on_prem.removal_days,
            "removal_due": removal_of(on_prem),
            "last_request": on_prem.accepted.number if on_prem.accepted else None,
            "full_synchronization_needed": on_prem.needs_full,
            "lease": on_prem.lease or None,
            "lease_ends_at": _lease_end(on_prem),
            "leases_in_use": [one.number for one in on_prem.leases if site.now < one.ends_at],
            "withheld": withheld(on_prem.privacy),
            "id": on_prem.id,
            "pending": list(pending(work, on_prem)),
            "removals": list(_removals(work, on_prem)),
        }

    printer.record(site.look(read))


def history(site: Site, given: argparse.Namespace, printer: Printer) -> None:
    """List the synchronizations of an on-prem."""

    def read(work: Work) -> tuple[SyncRecord, ...]:
        account = account_of(site, work, given.account)
        return find_on_prem(work, account.id, given.name).history

    rows = map(_happened, site.look(read))
    nothing = "it has not synchronized yet"
    printer.rows(HISTORY_COLUMNS, islice(rows, given.limit), nothing=nothing)


def invitations(site: Site, given: argparse.Namespace, printer: Printer) -> None:
    """List the codes that were made."""

    def read(work: Work) -> list[Record]:
        account = account_of(site, work, given.account)
        return [_invited(site, work, one) for one in work.invitations(account.id)]

    rows = islice(site.look(read), given.limit)
    printer.rows(INVITATION_COLUMNS, rows, nothing="no code was made; make one: onprem invite")


def pending(work: Work, on_prem: OnPrem) -> Iterator[Record]:
    """Yield the licenses that were taken out of an on-prem and may still be used there."""
    for cut in on_prem.cuts:
        holding = work.holding(cut.holding)
        if holding is not None:
            place = work.virtual_account(holding.virtual_account)
            yield {
                "license": license_name(work, holding.tag),
                "quantity": holding.quantity,
                "virtual_account": place.name if place else holding.virtual_account,
                "last_lease": cut.lease,
            }


def say_pending(work: Work, on_prem: OnPrem) -> str:
    """Return how many of each license `pending` is about, in words."""
    totals: Counter[str] = Counter()
    for cut in on_prem.cuts:
        holding = work.holding(cut.holding)
        if holding is not None:
            totals[license_name(work, holding.tag)] += holding.quantity
    return ", ".join(f"{total} of {name}" for name, total in totals.items())


def _lease_end(on_prem: OnPrem) -> datetime | None:
    """Return when the newest lease ends."""
    ends = [one.ends_at for one in on_prem.leases if one.number == on_prem.lease]
    return max(ends, default=None)


def withheld(privacy: Privacy) -> list[str]:
    """Return what a site withholds, in words."""
    return [name.replace("_", "-") for name in _PRIVACY if getattr(privacy, name)]


class _Alerts:
    """The alerts that stand in each virtual account."""

    def __init__(self, site: Site, account: SmartAccount) -> None:
        self._in: dict[VirtualAccountId, list[Alert]] = defaultdict(list)
        # Major ones come first.
        for alert in every(partial(site.store.list_alerts, account.id)):
            if alert.source is not None:
                self._in[alert.source].append(alert)

    def of(self, on_prem: OnPrem) -> Shown:
        """Return those of an on-prem: how many, and the worst by its name."""
        there = self._in[on_prem.virtual_account]
        found = [alert for alert in there if is_about(alert, on_prem)]
        count = Counter(alert.severity for alert in found)
        major, minor = count[Severity.MAJOR], count[Severity.MINOR]
        mark = Mark.BAD if major else Mark.WARN if minor else Mark.PLAIN
        worst = found[0].kind if found else None
        more = f" and {len(found) - 1} more" if len(found) > 1 else ""
        return Shown(
            {"major": major, "minor": minor, "worst": worst}, f"{worst or 'none'}{more}", mark
        )


def _entry(site: Site, on_prem: OnPrem, alerts: _Alerts) -> Record:
    # What is in the virtual account of one that was removed is another's, or goes.
    there = 0 if on_prem.removed_at else site.store.count_instances(on_prem.virtual_account)
    return {
        "name": on_prem.name,
        "product_instances": there,
        "last_sync_up": on_prem.last_up_at,
        "last_sync_down": on_prem.last_down_at,
        "synchronization_due": due_of(on_prem),
        "version": on_prem.version,
        "alerts": alerts.of(on_prem),
    }


def _status(site: Site, on_prem: OnPrem) -> Shown:
    if on_prem.removed_at is not None:
        return status("removed", good=False)
    if on_prem.accepted is None:
        return status("never-synchronized", good=None)
    due = due_of(on_prem)
    if due is not None and due <= site.now:
        return status("overdue", good=False)
    return status("synchronized", good=True)


def _removals(work: Work, on_prem: OnPrem) -> Iterator[Record]:
    for asked in on_prem.removals:
        instance = work.instance(asked.instance)
        yield {
            "udi": instance.udi.text if instance else None,
            "asked_by": asked.who,
            "asked_at": asked.at,
            "left": bool(asked.note),
            "sent_with": asked.sent or None,
            "instance": asked.instance,
        }


def _happened(record: SyncRecord) -> Record:
    return {
        "at": record.at,
        "number": record.number,
        "kind": record.kind,
        "road": record.road,
        "done": Shown(
            record.ok, "yes" if record.ok else "no", Mark.GOOD if record.ok else Mark.BAD
        ),
        "result": record.result,
    }


def _invited(site: Site, work: Work, invitation: Invitation) -> Record:
    on_prem = work.on_prem(invitation.on_prem) if invitation.on_prem else None
    if invitation.on_prem is not None:
        stands = status("used", good=None)
    elif invitation.expires_at <= site.now:
        stands = status("expired", good=None)
    else:
        stands = status("usable", good=True)
    return {
        "id": short(invitation.id),
        "virtual_account": invitation.virtual_account,
        "status": stands,
        "expires_at": day(invitation.expires_at),
        "removal_days": invitation.removal_days,
        "created_by": invitation.created_by,
        "on_prem": on_prem.name if on_prem else invitation.on_prem,
    }
