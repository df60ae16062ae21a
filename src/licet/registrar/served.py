"""Whom this authority serves: what an on-prem reported is listed at its manager, and nobody's here."""

from licet.kernel.ids import InstanceId, Udi
from licet.ledger.model import Instance
from licet.ledger.ports import Work


def served(work: Work, instance: InstanceId) -> Instance | None:
    """Return an instance that this authority serves itself."""
    found = work.instance(instance)
    return None if found is None or found.on_prem is not None else found


def served_of_udi(work: Work, udi: Udi) -> list[Instance]:
    """Return the instances of a UDI that this authority serves itself, in all smart accounts."""
    return [instance for instance in work.instances_of_udi(udi) if instance.on_prem is None]
