"""Why a product instance is out of compliance, as far as the account knows.

The checks are the four causes of the source document's flow chart, "Possible reasons why for OOC
State": a token of the wrong account, too few licenses, the wrong license on the device, and a
subscription that has ended. The device hears them by *explain*, the doctor and the console show
the same values.
"""

from collections.abc import Sequence
from datetime import datetime

from licet.kernel.ids import Tag
from licet.kernel.problems import Finding
from licet.kernel.time import print_instant
from licet.kernel.words import agree
from licet.ledger.model import Instance, Pool, Usage, VirtualAccount
from licet.ledger.pools import balance, purchased
from licet.ledger.ports import Work


def why(work: Work, instance: Instance, now: datetime) -> tuple[Finding, ...]:
    """Return findings about an instance, the account first, then each license that it uses."""
    home = work.virtual_account(instance.virtual_account)
    others = [
        place
        for place in work.virtual_accounts(instance.account)
        if place.id != instance.virtual_account
    ]
    found = [_clone(instance)] if instance.cloned else []
    if home is not None:
        found.append(_account(work, instance, home))
    for usage in instance.usage:
        found.extend(_license(work, instance, usage, others, now))
    if instance.usage_released:
        found.append(_released(instance))
    elif not instance.usage:
        found.append(Finding("licenses in use", "none are reported by this product", ok=True))
    return tuple(found)


def _clone(instance: Instance) -> Finding:
    return Finding(
        "one product speaks as this instance",
        f"two histories of {instance.udi.text} have spoken",
        ok=False,
        cause="The product's storage was copied, or restored from a copy that is still in use.",
        remedy="The license administrator keeps or removes the instance; register the other again.",
    )


def _released(instance: Instance) -> Finding:
    deadline = print_instant(instance.deadline) if instance.deadline else "its deadline"
    return Finding(
        "licenses held by this product",
        f"released: it was silent past {deadline}",
        ok=False,
        cause="The product sent no authorization request in time.",
        remedy="Restore its network; at its next contact it asks for its licenses again.",
    )


def _account(work: Work, instance: Instance, home: VirtualAccount) -> Finding:
    account = work.account(instance.account)
    name = account.name if account else instance.account
    return Finding(
        "the account of the ID token", f"'{name}', virtual account '{home.name}'", ok=True
    )


def _license(
    work: Work, instance: Instance, usage: Usage, others: Sequence[VirtualAccount], now: datetime
) -> list[Finding]:
    pool = work.pool(instance.virtual_account, usage.tag)
    entry = work.license(usage.tag)
    name = entry.name if entry else usage.tag
    bought, left = purchased(pool, now), balance(pool, now)
    seen = f"{bought} purchased, {pool.in_use} in use, balance {left}"
    if left >= 0:
        return [Finding(f"enough of '{name}'", seen, ok=True)]
    short = Finding(
        f"enough of '{name}'",
        seen,
        ok=False,
        cause=f"{agree(-left, 'more is', 'more are')} in use than purchased in this virtual account.",
        remedy="Buy more, or release them on a product that does not need them.",
    )
    causes = [
        _ended(pool, name, now),
        _not_started(pool, name, now),
        _held_elsewhere(work, usage.tag, name, others, now),
        _wrong_license(work, instance, name, bought, now),
    ]
    return [short, *(cause for cause in causes if cause is not None)]


def _ended(pool: Pool, name: str, now: datetime) -> Finding | None:
    """Tell of licenses that have ended: "License subscription has expired"."""
    ended = [held for held in pool.holdings if held.ends_at is not None and held.ends_at <= now]
    if not ended:
        return None
    count = sum(held.quantity for held in ended)
    last = max(held.ends_at for held in ended if held.ends_at is not None)
    return Finding(
        f"the term of '{name}'",
        f"{agree(count, 'has ended', 'have ended')}, the last on {print_instant(last)}",
        ok=False,
        cause="The license subscription has expired.",
        remedy="Renew the subscription.",
    )


def _not_started(pool: Pool, name: str, now: datetime) -> Finding | None:
    """Tell of licenses that were ordered and do not count yet, so that nobody orders twice."""
    coming = [held for held in pool.holdings if now < held.starts_at]
    if not coming:
        return None
    count = sum(held.quantity for held in coming)
    first = min(held.starts_at for held in coming)
    return Finding(
        f"the start of '{name}'",
        f"{agree(count, 'starts later', 'start later')}, the first on {print_instant(first)}",
        ok=False,
        cause="Licenses that were ordered have not started.",
        remedy="Wait until they start, or cover the time until then.",
    )


def _held_elsewhere(
    work: Work, tag: Tag, name: str, others: Sequence[VirtualAccount], now: datetime
) -> Finding | None:
    """Tell of licenses that lie idle in other virtual accounts: "generated from wrong ... Account"."""
    pools = work.pools([place.id for place in others], tag)
    left = [(place.name, balance(pool, now)) for place, pool in zip(others, pools, strict=True)]
    idle = [(place, count) for place, count in left if count > 0]
    if not idle:
        return None
    places = ", ".join(f"{count} in '{place}'" for place, count in idle)
    return Finding(
        f"'{name}' in other virtual accounts",
        f"idle: {places}",
        ok=False,
        cause="The ID token may have been created in the wrong virtual account.",
        remedy="Transfer the licenses here, or the product instance there.",
    )


def _wrong_license(
    work: Work, instance: Instance, name: str, bought: int, now: datetime
) -> Finding | None:
    """Tell where nothing of a license was ever bought here: "Wrong license is being used"."""
    if bought:
        return None
    used = [usage.tag for usage in instance.usage]
    covered = [tag for tag in used if balance(work.pool(instance.virtual_account, tag), now) >= 0]
    seen = f"none purchased here; {len(covered)} of {len(used)} licenses in use are covered"
    return Finding(
        f"'{name}' is the license that was meant",
        seen,
        ok=False,
        cause="The product may use another license, or license level, than was purchased.",
        remedy="Confirm that the license level is set correctly on the product.",
    )
