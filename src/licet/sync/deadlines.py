"""When a synchronization is due, overdue, and too late (source document, "Synchronization Due").

The removal deadline is the end of the lease in force at a site, and at its manager the end of the newest
lease: one synchronization makes both the same.
"""

from dataclasses import replace
from datetime import datetime
from typing import Final, NamedTuple

from licet.kernel.ids import AccountId, AuthorityId, VirtualAccountId
from licet.kernel.time import DAY, HOUR, SECOND, print_instant
from licet.ledger.model import Alert, Event, Severity
from licet.ledger.ports import Work
from licet.ledger.sites import Every, LocalAccount, LocalState, OnPrem, has_lease

# Source document: 2020-Jun-03 18:46:30 is due again at 2020-Jul-03 18:46:30.
DUE_AFTER = 30 * DAY
WARNED_BEFORE = 30 * DAY
# Ours, as devices that cannot reach their authority in the end (source document, "Registered").
RETRY_EVERY = HOUR
OVERDUE = "Synchronization Overdue"
DEADLINE = "Upcoming Synchronization Deadline"
LAPSED: Final = "Lease Ended"
REMOVED = "On-Prem Unregistered and Removed"
WHO = "sweep"
# Ours: a month is 28 days here, so that what synchronizes monthly is never overdue.
INTERVALS = {Every.DAILY: DAY, Every.WEEKLY: 7 * DAY, Every.MONTHLY: 28 * DAY}


def overdue_key(site: AuthorityId) -> str:
    """Return the key of the alert that a site has not synchronized in time."""
    return f"sync-overdue:{site}"


def deadline_key(site: AuthorityId) -> str:
    """Return the key of the alert that a site will be removed soon."""
    return f"sync-deadline:{site}"


def lapsed_key(site: AuthorityId) -> str:
    """Return the key of the alert that a site grants nothing, since its lease has ended."""
    return f"sync-lapsed:{site}"


def removed_key(site: AuthorityId) -> str:
    """Return the key of the alert that a site was removed."""
    return f"on-prem-removed:{site}"


def is_about(alert: Alert, site: OnPrem) -> bool:
    """Tell whether an alert of a manager is about a site: about itself, or what is in its virtual account.

    What is in the virtual account of one that was removed is no concern of its own any more, and what is
    said of its predecessor there never was.
    """
    if alert.kind in {OVERDUE, DEADLINE, REMOVED}:
        return alert.key.endswith(f":{site.id}")
    return site.removed_at is None and alert.source == site.virtual_account


def due_of(site: OnPrem | LocalAccount) -> datetime | None:
    """Return when the next synchronization of a site is due; None where none is waited for.

    30 days after the last; half-way to its removal where that is sooner (ours).
    """
    last, removal = last_of(site), removal_of(site)
    if last is None or removal is None:
        return None
    half = (removal - last) // SECOND // 2
    return last + min(DUE_AFTER, max(half, 0) * SECOND)


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
    """Return when a site is removed if it does not synchronize before; None where it is not registered.

    At a manager that is the end of the newest lease, which the site has or was answered with. An older
    one, which it may still be using, can end later: what it holds is free only then (`leases.end_leases`).
    """
    if _is_gone(site):
        return None
    if isinstance(site, LocalAccount):
        ends = site.lease_ends_at
    elif site.lease:
        newest = (lease.ends_at for lease in site.leases if lease.number >= site.lease)
        # Our books forget what is over: then it is late already.
        ends = max(newest, default=last_of(site))
    else:
        ends = None
    if ends is not None:
        return ends
    return None if site.registered_at is None else site.registered_at + site.removal_days * DAY


def _is_gone(site: OnPrem | LocalAccount) -> bool:
    """Tell whether a site was removed, or given up."""
    if isinstance(site, OnPrem):
        return site.removed_at is not None
    return site.state in {LocalState.REMOVED, LocalState.DEACTIVATED}


def next_look(site: OnPrem | LocalAccount, now: datetime) -> datetime | None:
    """Return the next instant after `now` at which a deadline passes or is warned of."""
    instants = (due_of(site), warned_of(site), removal_of(site))
    return min((at for at in instants if at is not None and at > now), default=None)


def next_sync(account: LocalAccount, now: datetime) -> datetime | None:
    """Return when a local account synchronizes by itself next; None where it does not.

    It is never later than when it is due. What failed is tried again every hour. One that was removed
    says once that it knows, whatever its schedule: until then its manager holds the licenses of its lease.
    """
    if account.state is LocalState.REMOVED:
        waited_for = _has_road(account) and has_lease(account, now) and not account.removal_heard
        return _at_once(account, now) if waited_for else None
    if account.state is not LocalState.REGISTERED or account.every is Every.NEVER:
        return None
    if not _has_road(account):
        return None
    if account.last_down_at is None or account.restored:
        return _at_once(account, now)
    planned = account.last_down_at + INTERVALS[account.every]
    planned = min(planned, due_of(account) or planned)
    return max(planned, now + RETRY_EVERY) if account.failed else planned


def _has_road(account: LocalAccount) -> bool:
    return account.upstream is not None and account.upstream.url is not None


def _at_once(account: LocalAccount, now: datetime) -> datetime:
    return now + RETRY_EVERY if account.failed else now


def lapsed(account: LocalAccount, now: datetime) -> LocalAccount:
    """Return a local account that goes on from an older state: it grants nothing until it is answered.

    What its manager cut, and what was given since, is not known; a request that was handed out is not
    waited for, since its response would be older than what the manager knows.
    """
    behind = replace(account, restored=True, needs_full=True, outstanding=None)
    return replace(behind, due_at=next_sync(behind, now))


def review(
    work: Work,
    site: OnPrem | LocalAccount,
    *,
    account: AccountId,
    source: VirtualAccountId | None,
    now: datetime,
) -> None:
    """Raise or clear the alerts about a site's deadlines; on both sides the same.

    At the site itself, that its lease has ended, or that it was removed, takes the place of a deadline.
    """
    said = _said(site, now)
    for key in (overdue_key, deadline_key, lapsed_key, removed_key):
        about = said.get(key(site.id))
        if about is None:
            work.clear_alert(key(site.id))
            continue
        alert = Alert(
            key=key(site.id),
            kind=about.kind,
            severity=about.severity,
            account=account,
            source=source,
            message=about.text,
            raised_at=now,
            action_due_at=about.until,
        )
        standing = work.alert(alert.key)
        if standing is not None:
            alert = replace(alert, raised_at=standing.raised_at)
        elif about.kind in {LAPSED, REMOVED}:
            work.record(Event(now, WHO, account, source, site.id, about.text))
        work.put_alert(alert)


class _About(NamedTuple):
    """What is to be said of a site; `until` is when something must be done."""

    kind: str
    severity: Severity
    text: str
    until: datetime | None


def _said(site: OnPrem | LocalAccount, now: datetime) -> dict[str, _About]:
    """Return what is to be said of a site, by the key of its alert."""
    if isinstance(site, LocalAccount) and site.state is LocalState.REMOVED:
        return _said_of_the_end(site)
    last, due, removal = last_of(site), due_of(site), removal_of(site)
    if last is None or due is None or removal is None or now < due:
        return {}
    if isinstance(site, OnPrem) and removal <= last:
        # It came after all, and is being answered.
        return {}
    silent = f"'{site.name}' has not synchronized since {print_instant(last)}"
    overdue = f"{silent}; it was due on {print_instant(due)}"
    found = {overdue_key(site.id): _About(OVERDUE, Severity.MINOR, overdue, removal)}
    if isinstance(site, LocalAccount) and not has_lease(site, now) and removal <= now:
        since = f" since {print_instant(removal)}" if site.lease else ": it has never synchronized"
        text = (
            f"'{site.name}' grants nothing{since}: products keep what they have until their own "
            "deadline; synchronize now"
        )
        found[lapsed_key(site.id)] = _About(LAPSED, Severity.MAJOR, text, removal)
    elif max(due, removal - WARNED_BEFORE) <= now:
        text = f"{silent}; it is removed on {print_instant(removal)}"
        found[deadline_key(site.id)] = _About(DEADLINE, Severity.MAJOR, text, removal)
    return found


def _said_of_the_end(site: LocalAccount) -> dict[str, _About]:
    text = (
        f"'{site.name}' was removed by its manager: {site.reason}; its products register elsewhere, and "
        "it is to be given up (account deactivate)"
    )
    return {removed_key(site.id): _About(REMOVED, Severity.MAJOR, text, None)}
