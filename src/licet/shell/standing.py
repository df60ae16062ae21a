"""How a product instance stands, in one word."""

from dataclasses import dataclass
from functools import partial

from licet.kernel.ids import Tag, VirtualAccountId
from licet.ledger.listing import every
from licet.ledger.model import Instance
from licet.ledger.pools import balance
from licet.ledger.ports import Work
from licet.ledger.sites import OnPrem
from licet.shell.finding import license_name
from licet.shell.site import Site
from licet.shell.values import Mark, Record, Shown
from licet.sync.privacy import WITHHELD


@dataclass(frozen=True, slots=True)
class Shelf:
    """What is needed of a virtual account to say how its instances stand.

    Attributes:
        place: its name.
        names: what its licenses are called.
        missing: those of which there are too few.
        on_prem: whose own it is, at a manager.
    """

    place: str
    names: dict[Tag, str]
    missing: frozenset[Tag]
    on_prem: OnPrem | None = None


def shelf_of(site: Site, place: VirtualAccountId, name: str) -> Shelf:
    """Return what is needed of a virtual account."""
    pools = list(every(partial(site.store.list_pools, place)))

    def read(work: Work) -> tuple[dict[Tag, str], OnPrem | None]:
        names = {pool.tag: license_name(work, pool.tag) for pool in pools}
        return names, work.on_prem_of(place)

    missing = frozenset(pool.tag for pool in pools if balance(pool, site.now) < 0)
    names, on_prem = site.look(read)
    return Shelf(name, names, missing, on_prem)


def host_name_of(instance: Instance, on_prem: OnPrem | None) -> str | None:
    """Return the host name of an instance; of one that an on-prem keeps for itself, that it does."""
    if instance.host_name is None and on_prem is not None and instance.on_prem == on_prem.id:
        privacy = on_prem.privacy
        return WITHHELD if privacy.host_names or privacy.instance_names else None
    return instance.host_name


def status_of(instance: Instance, shelf: Shelf) -> Shown:
    """Return how an instance stands, the worst that can be said of it."""
    if instance.cloned:
        return Shown("cloned", "cloned", Mark.BAD)
    if any(usage.tag in shelf.missing for usage in instance.usage):
        return Shown("out-of-compliance", "out-of-compliance", Mark.BAD)
    if instance.usage_released:
        return Shown("released", "released", Mark.WARN)
    if instance.contact_alerted:
        return Shown("not-connected", "not-connected", Mark.WARN)
    if instance.usage:
        return Shown("in-compliance", "in-compliance", Mark.GOOD)
    return Shown("not-in-use", "not-in-use")


def usage_rows(instance: Instance, shelf: Shelf) -> list[Record]:
    """Return what an instance uses, as records."""
    return [
        {
            "license": shelf.names.get(usage.tag, usage.tag),
            "count": usage.count,
            "compliance": "out-of-compliance" if usage.tag in shelf.missing else "in-compliance",
        }
        for usage in instance.usage
    ]


def usage_text(instance: Instance, shelf: Shelf) -> str:
    """Return what an instance uses, in one line."""
    used = ((shelf.names.get(usage.tag, usage.tag), usage.count) for usage in instance.usage)
    return ", ".join(name if count == 1 else f"{name} x{count}" for name, count in used)
