"""Why an instance stands as it does, as far as only its account knows."""

from datetime import datetime

from licet.kernel.problems import Finding
from licet.kernel.time import print_instant
from licet.ledger.model import Instance, Pool, Usage
from licet.ledger.pools import balance, counts, purchased
from licet.ledger.ports import Work

IDLE_ACCOUNTS_MAX = 3


def why(work: Work, instance: Instance, now: datetime) -> tuple[Finding, ...]:
    """Return what was looked at for an instance: its place, its history, each license it uses.

    The causes are those of the source document's troubleshooting: the token of another virtual
    account, licenses idle elsewhere in the smart account, too few licenses, an ended subscription.
    """
    findings = [_place(work, instance), _history(instance)]
    findings += [_license(work, instance, usage, now) for usage in instance.usage]
    if instance.usage_released:
        findings.append(
            Finding(
                check="Authorization period",
                seen="the licenses were released because the product was silent past its deadline",
                ok=False,
                cause="No authorization request came before the deadline",
                remedy="license smart renew auth",
            )
        )
    elif not instance.usage:
        findings.append(
            Finding(check="Licenses in use", seen="none is reported by the product", ok=True)
        )
    return tuple(findings)


def _place(work: Work, instance: Instance) -> Finding:
    account = work.account(instance.account)
    virtual = work.virtual_account(instance.virtual_account)
    names = f"{account.name if account else '?'} / {virtual.name if virtual else '?'}"
    return Finding(
        check="Virtual account",
        seen=f"the product instance stands in {names}, and uses the licenses of that account",
        ok=True,
    )


def _history(instance: Instance) -> Finding:
    check = "Message history"
    if instance.cloned:
        return Finding(
            check=check,
            seen="two products speak as this instance",
            ok=False,
            cause="The storage of the product was copied",
            remedy="The license administrator chooses which one stays; register the other again",
        )
    return Finding(check=check, seen="one product speaks as this instance", ok=True)


def _license(work: Work, instance: Instance, usage: Usage, now: datetime) -> Finding:
    pool = work.pool(instance.virtual_account, usage.tag)
    entry = work.license(usage.tag)
    name = entry.name if entry else usage.tag
    bought, left = purchased(pool, now), balance(pool, now)
    seen = f"{pool.in_use} in use, {bought} purchased, balance {left}"
    check = f"License {name}"[:256]
    if left >= 0:
        return Finding(check=check, seen=seen, ok=True)
    cause, remedy = _shortage(work, instance, pool, now)
    return Finding(check=check, seen=seen, ok=False, cause=cause, remedy=remedy)


def _shortage(work: Work, instance: Instance, pool: Pool, now: datetime) -> tuple[str, str]:
    """Return the cause of a negative balance and its remedy; what costs nothing comes first."""
    idle = _idle(work, instance, pool, now)
    if idle:
        names = ", ".join(f"{count} in {name}" for name, count in idle)
        return (
            f"Licenses lie idle in other virtual accounts: {names}",
            "Transfer licenses to this virtual account, or the product instance to that one",
        )
    ended = [item for item in pool.holdings if item.ends_at is not None and item.ends_at <= now]
    if ended:
        last = max(ended, key=lambda item: (item.ends_at or now, item.id))
        count, end = sum(item.quantity for item in ended), print_instant(last.ends_at or now)
        return (
            f"{count} licenses have ended, the last on {end} (order {last.order})",
            "Renew the subscription, or release the license on the product",
        )
    if any(not counts(item, now) for item in pool.holdings):
        return ("Licenses were ordered that have not started yet", "Wait for their start date")
    return (
        "More is in use than was purchased",
        "Purchase licenses, release some, or use the license level that was purchased",
    )


def _idle(work: Work, instance: Instance, pool: Pool, now: datetime) -> list[tuple[str, int]]:
    """Return the other virtual accounts of the smart account with licenses left, most first."""
    left = [
        (virtual.name, balance(work.pool(virtual.id, pool.tag), now))
        for virtual in work.virtual_accounts(instance.account)
        if virtual.id != instance.virtual_account
    ]
    idle = sorted((item for item in left if item[1] > 0), key=lambda item: (-item[1], item[0]))
    return idle[:IDLE_ACCOUNTS_MAX]
