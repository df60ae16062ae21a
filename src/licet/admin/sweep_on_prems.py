"""What falls due with an on-prem: warnings, its removal for silence, and what is left of one that went."""

from dataclasses import replace
from datetime import datetime

from licet.admin.on_prems import remove_on_prem
from licet.kernel.time import DAY, print_instant
from licet.ledger.instances import remove
from licet.ledger.model import Alert, Instance, Severity
from licet.ledger.ports import Work
from licet.ledger.sites import OnPrem
from licet.sync.deadlines import REMOVED, last_of, next_look, removal_of, removed_key, review
from licet.sync.leases import end_leases

WHO = "sweep"
BATCH = 500
# Ours: a site that comes back hears in a signed document that it was removed, for as long as any
# product can still hold a certificate of it. Otherwise it would only be unknown, and wait for ever.
TOLD_FOR = 365 * DAY


def look_at_on_prem(work: Work, site: OnPrem, now: datetime) -> None:
    """Do what is due with an on-prem; a bounded piece of it, and the rest when it is called again."""
    site = end_leases(work, site, now)
    work.put_on_prem(site)
    if site.removed_at is None and _is_over(site, now):
        site = _remove_silent(work, site, now)
    if site.removed_at is not None:
        _wind_up(work, site, now)
        return
    review(work, site, account=site.account, source=site.virtual_account, now=now)
    work.put_on_prem(replace(site, due_at=next_look(site, now)))


def _is_over(site: OnPrem, now: datetime) -> bool:
    """Tell whether a site was silent for too long; one that never synchronized counts from its start."""
    if site.lease and not site.leases:
        return True
    removal = removal_of(site)
    return removal is not None and removal <= now


def _remove_silent(work: Work, site: OnPrem, now: datetime) -> OnPrem:
    last = last_of(site)
    since = print_instant(last) if last else "ever"
    why = f"it has not synchronized since {since}"
    removed = remove_on_prem(work, site, who=WHO, why=why, now=now)
    work.put_alert(
        Alert(
            key=removed_key(site.id),
            kind=REMOVED,
            severity=Severity.MAJOR,
            account=site.account,
            source=site.virtual_account,
            message=f"'{site.name}' was removed: {why}; register it again",
            raised_at=now,
        )
    )
    return removed


def _wind_up(work: Work, site: OnPrem, now: datetime) -> None:
    """Let the instances of a site that was removed go, some at a time; long after them it goes itself."""
    theirs = _some_of(work, site)
    for instance in theirs:
        remove(work, instance, who=WHO, why=f"'{site.name}' was removed", now=now, retire=False)
    told_until = (site.removed_at or now) + TOLD_FOR
    if theirs:
        work.put_on_prem(replace(site, due_at=now))
    elif site.leases:
        work.put_on_prem(replace(site, due_at=max(lease.over_at for lease in site.leases)))
    elif now < told_until:
        work.put_on_prem(replace(site, due_at=told_until))
    else:
        work.remove_on_prem(site.id)


def _some_of(work: Work, site: OnPrem) -> list[Instance]:
    """Return some of a site's instances; its former virtual account may have others by now."""
    last: Instance | None = None
    while page := work.page_instances(site.virtual_account, last, BATCH):
        theirs = [instance for instance in page if instance.on_prem == site.id]
        if theirs:
            return theirs
        last = page[-1]
    return []
