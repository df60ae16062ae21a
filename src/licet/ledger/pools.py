"""What a pool holds: purchased now, in use, and how its consumers stand."""

from datetime import datetime, timedelta

from licet.ledger.model import Holding, Pool
from licet.wire.messages import Compliance

# manager-and-onprem.md 1.7, "Licenses Expiring": sent that many days before the end.
EXPIRY_WARNING_DAYS = (90, 60, 30, 14, 7, 3, 1)


def counts(holding: Holding, now: datetime) -> bool:
    """Tell whether a holding counts at `now`: it has started, not ended, and no lease holds it."""
    if holding.held_by is not None:
        return False
    return holding.starts_at <= now and (holding.ends_at is None or now < holding.ends_at)


def purchased(pool: Pool, now: datetime) -> int:
    """Return how many licenses of a pool count at `now`; a future start does not count yet."""
    return sum(holding.quantity for holding in pool.holdings if counts(holding, now))


def balance(pool: Pool, now: datetime) -> int:
    """Return purchased minus in use; negative is out of compliance (source document)."""
    return purchased(pool, now) - pool.in_use


def compliance(pool: Pool, now: datetime) -> Compliance:
    """Return how every consumer of a pool stands: a negative balance puts all of them out."""
    if balance(pool, now) < 0:
        return Compliance.OUT_OF_COMPLIANCE
    return Compliance.IN_COMPLIANCE


def holding_due(holding: Holding, now: datetime) -> datetime | None:
    """Return the next instant after `now` at which a holding changes or is warned about."""
    instants = [holding.starts_at]
    if holding.ends_at is not None:
        instants.append(holding.ends_at)
        instants += [holding.ends_at - timedelta(days=days) for days in EXPIRY_WARNING_DAYS]
    return min((instant for instant in instants if instant > now), default=None)
