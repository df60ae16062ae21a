"""Terms that end: the warnings before, and the alert after (manager-and-onprem.md 1.7)."""

from dataclasses import replace
from datetime import datetime, timedelta

from licet.kernel.ids import AccountId
from licet.kernel.time import print_instant
from licet.ledger.model import Alert, Holding, Severity
from licet.ledger.pools import EXPIRY_WARNING_DAYS
from licet.ledger.ports import Work

EXPIRING = "Licenses Expiring"
EXPIRED = "Licenses Expired"


def expiring_key(holding: str) -> str:
    """Return the key of the alert that a holding ends soon."""
    return f"expiring:{holding}"


def expired_key(holding: str) -> str:
    """Return the key of the alert that a holding has ended."""
    return f"expired:{holding}"


def review_term(work: Work, holding: Holding, account: AccountId, now: datetime) -> None:
    """Raise *Licenses Expiring* 90, 60, 30, 14, 7, 3 and 1 days before an end, *Expired* at it.

    *Expired* is "only displayed if Licenses Expiring warning have not been dismissed". Nobody can
    have dismissed a warning that was never raised: because the term is shorter than the first
    warning needs, or because the sweep did not run in time.

    Args:
        work: takes the alerts.
        holding: its `due_at` is the instant up to which everything was done before.
        account: the smart account that it is in.
        now: the authority's instant.
    """
    if holding.ends_at is None:
        return
    warnings = [holding.ends_at - timedelta(days=days) for days in EXPIRY_WARNING_DAYS]
    since = holding.due_at or now
    is_new = any(since <= warning <= now for warning in warnings)
    expiring = expiring_key(holding.id)
    if now < holding.ends_at:
        if is_new:
            work.put_alert(_alert(work, holding, account, expiring, EXPIRING, now))
        return
    never_warned = max(warnings) < holding.starts_at
    if is_new or never_warned or work.alert(expiring) is not None:
        work.put_alert(_alert(work, holding, account, expired_key(holding.id), EXPIRED, now))
    work.clear_alert(expiring)


def carry_warning(work: Work, was: Holding, became: Holding) -> None:
    """Let the warning of a holding stand for what became of it: moved, made less, or a part."""
    standing = work.alert(expiring_key(was.id))
    if standing is not None:
        carried = replace(
            standing,
            key=expiring_key(became.id),
            source=became.virtual_account,
            message=_message(work, became),
        )
        work.put_alert(carried)


def _alert(
    work: Work, holding: Holding, account: AccountId, key: str, kind: str, now: datetime
) -> Alert:
    return Alert(
        key=key,
        kind=kind,
        severity=Severity.MINOR,
        account=account,
        source=holding.virtual_account,
        message=_message(work, holding),
        raised_at=now,
        action_due_at=holding.ends_at,
    )


def _message(work: Work, holding: Holding) -> str:
    entry = work.license(holding.tag)
    name = entry.name if entry else holding.tag
    end = print_instant(holding.ends_at) if holding.ends_at else "never"
    return f"{holding.quantity} of {name} ({holding.kind}), end: {end}"
