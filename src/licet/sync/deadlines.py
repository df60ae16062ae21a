"""When a synchronization is due, overdue, and too late (source document, "Synchronization Due").

The removal deadline is the end of the lease in force at a site, and at its manager the end of the last
lease that the site may be using: once the newest is acknowledged, both are the same.
"""

from dataclasses import replace
from datetime import datetime

from licet.kernel.ids import AccountId, AuthorityId, VirtualAccountId
from licet.kernel.time import DAY, HOUR, SECOND, print_instant
from licet.ledger.model import Alert, Severity
from licet.ledger.ports import Work
from licet.ledger.sites import Every, LocalAccount, LocalState, OnPrem

# Source document: 2020-Jun-03 18:46:30 is due again at 2020-Jul-03 18:46:30.
DUE_AFTER = 30 * DAY
WARNED_BEFORE = 30 * DAY
# Ours, as devices that cannot reach their authority in the end (source document, "Registered").
RETRY_EVERY = HOUR
OVERDUE = "Synchronization Overdue"
DEADLINE = "Upcoming Synchronization Deadline"
REMOVED = "On-Prem Unregistered and Removed"
# Ours: a month is 28 days here, so that what synchronizes monthly is never overdue.
INTERVALS = {Every.DAILY: DAY, Every.WEEKLY: 7 * DAY, Every.MONTHLY: 28 * DAY}


def overdue_key(site: AuthorityId) -> str:
    """Return the key of the alert that a site has not synchronized in time."""
    return f"sync-overdue:{site}"


def deadline_key(site: AuthorityId) -> str:
    """Return the key of the alert that a site will be removed soon."""
    return f"sync-deadline:{site}"


def due_of(site: OnPrem | LocalAccount) -> datetime | None:
    """Return when the next synchronization of a site is due; None before it is registered.

    30 days after the last; half-way to its removal where that is sooner (ours).
    """
    last, removal = last_of(site), removal_of(site)
    if last is None or removal is None:
        return None
    half = (removal - last) // SECOND // 2
    return last + min(DUE_AFTER, half * SECOND)


def warned_of(site: OnPrem | LocalAccount) -> datetime | None:
    """Return from when on a site is warned of its removal: 30 days before, and never before it is due."""
    due, removal = due_of(site), removal_of(site)
    if due is None or removal is None:
        return None
    return max(due, removal - WARNED_BEFORE)


def last_of(site: OnPrem | LocalAccount) -> datetime | None:
    """Return when a site was last synchronized, as its side sees it; None before it is registered."""
    last = site.last_up_at if isinstance(site, OnPrem) else site.last_down_at
    return last or site.registered_at


def removal_of(site: OnPrem | LocalAccount) -> datetime | None:
    """Return when a site is removed if it does not synchronize before."""
    if isinstance(site, OnPrem):
        ends = max((lease.ends_at for lease in site.leases), default=None)
    else:
        ends = site.lease_ends_at
    if ends is not None:
        return ends
    return None if site.registered_at is None else site.registered_at + site.removal_days * DAY


def next_look(site: OnPrem | LocalAccount, now: datetime) -> datetime | None:
    """Return the next instant after `now` at which a deadline passes or is warned of."""
    instants = (due_of(site), warned_of(site), removal_of(site))
    return min((at for at in instants if at is not None and at > now), default=None)


def next_sync(account: LocalAccount, now: datetime) -> datetime | None:
    """Return when a local account synchronizes by itself next; None where it does not.

    It is never later than when it is due. What failed is tried again every hour.
    """
    if account.state is not LocalState.REGISTERED or account.every is Every.NEVER:
        return None
    if account.upstream is None or account.upstream.url is None:
        return None
    if account.last_down_at is None or account.restored:
        return now + RETRY_EVERY if account.failed else now
    planned = account.last_down_at + INTERVALS[account.every]
    planned = min(planned, due_of(account) or planned)
    return max(planned, now + RETRY_EVERY) if account.failed else planned


def review(
    work: Work,
    site: OnPrem | LocalAccount,
    *,
    account: AccountId,
    source: VirtualAccountId | None,
    now: datetime,
) -> None:
    """Raise or clear the alerts about a site's deadlines; on both sides the same."""
    overdue, deadline = overdue_key(site.id), deadline_key(site.id)
    last, due, removal = last_of(site), due_of(site), removal_of(site)
    if last is None or due is None or removal is None or now < due:
        work.clear_alert(overdue)
        work.clear_alert(deadline)
        return
    said = f"'{site.name}' has not synchronized since {print_instant(last)}"
    alert = Alert(
        key=overdue,
        kind=OVERDUE,
        severity=Severity.MINOR,
        account=account,
        source=source,
        message=f"{said}; it was due on {print_instant(due)}",
        raised_at=now,
        action_due_at=removal,
    )
    _put(work, alert)
    if now < max(due, removal - WARNED_BEFORE):
        work.clear_alert(deadline)
        return
    _put(
        work,
        replace(
            alert,
            key=deadline,
            kind=DEADLINE,
            severity=Severity.MAJOR,
            message=f"{said}; it is removed on {print_instant(removal)}",
        ),
    )


def _put(work: Work, alert: Alert) -> None:
    standing = work.alert(alert.key)
    work.put_alert(replace(alert, raised_at=standing.raised_at) if standing else alert)
