"""What instances use: applied as a whole list, counted in pools, watched by an alert."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from licet.kernel.ids import AccountId, InstanceId, Tag, VirtualAccountId
from licet.kernel.words import agree
from licet.ledger.model import Alert, Instance, Severity, Usage
from licet.ledger.pools import balance, compliance, purchased
from licet.ledger.ports import Work
from licet.wire.messages import Wanted

INSUFFICIENT = "Insufficient Licenses"


def insufficient_key(virtual_account: VirtualAccountId, tag: Tag) -> str:
    """Return the key of the alert that a pool is negative."""
    return f"insufficient:{virtual_account}:{tag}"


def released_key(instance: InstanceId) -> str:
    """Return the key of the alert that silence released what an instance used."""
    return f"released:{instance}"


def apply_usage(
    work: Work, instance: Instance, wanted: Sequence[Wanted], now: datetime
) -> Instance:
    """Return an instance that uses `wanted` instead of what it used; the pools are moved.

    Every status is that of its pool after the whole list. The instance is not put: the caller does.
    An instance that silence had released is heard again, or goes: that alert is cleared.
    """
    if instance.usage_released:
        work.clear_alert(released_key(instance.id))
    before = {usage.tag: usage.count for usage in instance.usage}
    after = {Tag(item.tag): item.count for item in wanted}
    place = instance.virtual_account
    for tag in sorted(before.keys() | after.keys()):
        change = after.get(tag, 0) - before.get(tag, 0)
        if change:
            work.put_usage_count(place, tag, work.pool(place, tag).in_use + change)
            review_pool(work, instance.account, place, tag, now)
    usage = tuple(
        Usage(tag, count, compliance(work.pool(place, tag), now)) for tag, count in after.items()
    )
    return replace(instance, usage=usage, usage_released=False)


def release_usage(work: Work, instance: Instance, now: datetime) -> Instance:
    """Return an instance that holds nothing any more; what it held is free for others."""
    return replace(apply_usage(work, instance, (), now), usage_released=True)


def review_pool(
    work: Work, account: AccountId, virtual_account: VirtualAccountId, tag: Tag, now: datetime
) -> None:
    """Raise *Insufficient Licenses* while a pool is negative, and clear it when it is not.

    Everything that moves a pool calls it: usage, orders, transfers, and dates that pass.
    """
    key = insufficient_key(virtual_account, tag)
    pool = work.pool(virtual_account, tag)
    if balance(pool, now) >= 0:
        work.clear_alert(key)
        return
    entry = work.license(tag)
    name = entry.name if entry else tag
    bought = purchased(pool, now)
    missing = agree(pool.in_use - bought, "is missing", "are missing")
    message = f"{name}: {pool.in_use} in use, {bought} purchased; {missing}"
    standing = work.alert(key)
    raised_at = standing.raised_at if standing else now
    work.put_alert(
        Alert(
            key=key,
            kind=INSUFFICIENT,
            severity=Severity.MAJOR,
            account=account,
            source=virtual_account,
            message=message,
            raised_at=raised_at,
        )
    )
