"""What `onprem` changes at the manager: codes, forced cuts, deadlines, removals."""

import argparse

from licet.admin.on_prems import (
    check_place,
    find_on_prem,
    force_cut,
    invite,
    remove_on_prem,
    set_removal_days,
    show_invitation,
)
from licet.admin.refusal import AdminRefused
from licet.kernel.time import print_instant
from licet.kernel.words import agree, counted
from licet.ledger.ports import Work
from licet.ledger.sites import Invitation, OnPrem
from licet.manager.on_prems import pending, say_pending
from licet.shell.asking import confirm
from licet.shell.finding import account_of
from licet.shell.printer import Printer
from licet.shell.site import Site
from licet.shell.values import Record


def invite_(site: Site, given: argparse.Namespace, printer: Printer) -> None:
    """Make a one-time code, and print it."""
    keys = site.keys()

    def act(work: Work) -> Invitation:
        account = account_of(site, work, given.account)
        check_place(site.store, work, account.id, given.virtual_account, site.now)
        return invite(
            work,
            account,
            keys,
            virtual_account=given.virtual_account,
            removal_days=given.removal_days,
            days=given.days,
            who=site.who,
            now=site.now,
            chance=site.chance,
        )

    invitation = site.do(act)
    printer.record(
        {
            "virtual_account": invitation.virtual_account,
            "expires_at": invitation.expires_at,
            "removal_days": invitation.removal_days,
            "id": invitation.id,
            "code": show_invitation(invitation, keys),
        }
    )


def cut(site: Site, given: argparse.Namespace, printer: Printer) -> None:
    """Force a cut, once the person knows what is at risk."""

    def read(work: Work) -> tuple[OnPrem, list[Record], str]:
        on_prem = _find(site, work, given)
        return on_prem, list(pending(work, on_prem)), say_pending(work, on_prem)

    on_prem, waiting, risk = site.look(read)
    if not waiting:
        raise AdminRefused(f"nothing waits for the synchronization of '{on_prem.name}'")
    until = max((lease.ends_at for lease in on_prem.leases), default=site.now)
    at_risk = f"they may be used twice until {print_instant(until)}"
    if not given.force:
        raise AdminRefused(
            f"{risk} wait for the synchronization of '{on_prem.name}', and count at once with "
            f"--force; then {at_risk}"
        )
    confirm(f"{risk} count at once, and {at_risk}, at '{on_prem.name}' as well.", yes=given.yes)
    quantity = site.do(lambda work: force_cut(work, on_prem, who=site.who, now=site.now))
    printer.done(
        f"{agree(quantity, 'license counts', 'licenses count')} now: {risk}; {at_risk}",
        {"name": on_prem.name, "quantity": quantity, "until": until, "licenses": waiting},
    )


def removal_days(site: Site, given: argparse.Namespace, printer: Printer) -> None:
    """Set after how many days without synchronization an on-prem is removed."""

    def act(work: Work) -> OnPrem:
        found = _find(site, work, given)
        return set_removal_days(work, found, days=given.days, who=site.who, now=site.now)

    on_prem = site.do(act)
    printer.done(
        f"'{on_prem.name}' is removed after {counted(given.days, 'day')} without synchronization, "
        "from its next one on",
        {"name": on_prem.name, "removal_days": on_prem.removal_days},
    )


def remove(site: Site, given: argparse.Namespace, printer: Printer) -> None:
    """Remove an on-prem."""
    on_prem = site.look(lambda work: _find(site, work, given))
    count = counted(site.store.count_instances(on_prem.virtual_account), "product instance")
    until = max((lease.ends_at for lease in on_prem.leases), default=None)
    held = (
        "its licenses count for nobody until it has synchronized twice, to hear of it and to say so, "
        f"its lease ends on {print_instant(until)}, or a cut is forced (onprem cut --force)"
        if until
        else "its licenses are free at once"
    )
    question = f"This removes '{on_prem.name}' with {count}, which must register again; {held}."
    confirm(question, yes=given.yes)
    who, why, now = site.who, f"{site.who} removed it", site.now
    removed = site.do(lambda work: remove_on_prem(work, on_prem, who=who, why=why, now=now))
    printer.done(
        f"'{on_prem.name}' is removed, and listed as '{removed.name}' (onprem list --removed); {held}",
        {"name": removed.name, "removed_at": now, "lease_ends_at": until, "id": on_prem.id},
    )


def _find(site: Site, work: Work, given: argparse.Namespace) -> OnPrem:
    account = account_of(site, work, given.account)
    return find_on_prem(work, account.id, given.name)
