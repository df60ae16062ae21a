"""Product instances: transferred, removed, and chosen where two products speak as one."""

from dataclasses import replace
from datetime import datetime

from licet.admin.accounts import current_place, record
from licet.admin.on_prems import ask_removal
from licet.admin.refusal import AdminRefused
from licet.admin.sites import check_not_a_site
from licet.kernel.ids import AccountId, Udi
from licet.ledger.instances import ALERT_KEYS, clone_key, remove
from licet.ledger.model import Instance, VirtualAccount
from licet.ledger.ports import Work
from licet.ledger.sites import OnPrem
from licet.ledger.usage import apply_usage
from licet.wire.messages import Wanted


def find_instance(work: Work, account: AccountId, udi: Udi) -> Instance:
    """Return the product instance of a UDI in a smart account.

    Raises:
        AdminRefused: there is none.
    """
    for instance in work.instances_of_udi(udi):
        if instance.account == account:
            return instance
    raise AdminRefused(f"no product instance is registered for {udi.text}")


def transfer_instance(
    work: Work, instance: Instance, target: VirtualAccount, *, who: str, now: datetime
) -> Instance:
    """Move an instance, and what it uses, to another virtual account of its smart account.

    The device hears its new place, and how its licenses stand there, at its next contact.

    Raises:
        AdminRefused: another smart account, it is there already, or one of the two is gone.
    """
    instance, target = current_instance(work, instance), current_place(work, target)
    _check_ours(instance, "register the product elsewhere instead")
    check_not_a_site(work, target, "register the product there instead")
    if instance.account != target.account:
        raise AdminRefused("a product instance cannot be moved to another smart account")
    if instance.virtual_account == target.id:
        raise AdminRefused(f"{instance.udi.text} is in '{target.name}' already")
    source = work.virtual_account(instance.virtual_account)
    moved = replace(instance, virtual_account=target.id)
    if instance.usage:
        used = tuple(Wanted(tag=usage.tag, count=usage.count) for usage in instance.usage)
        apply_usage(work, instance, (), now)
        moved = apply_usage(work, replace(moved, usage=()), used, now)
    work.put_instance(moved)
    for key_of in ALERT_KEYS:
        alert = work.alert(key_of(instance.id))
        if alert is not None:
            work.put_alert(replace(alert, source=target.id))
    name = source.name if source else "?"
    for place, text in (
        (instance.virtual_account, f"{instance.udi.text} was transferred to '{target.name}'"),
        (target.id, f"{instance.udi.text} was transferred from '{name}'"),
    ):
        record(work, instance.account, place, instance.id, text, who=who, now=now)
    return moved


def remove_instance(work: Work, instance: Instance, *, who: str, now: datetime) -> OnPrem | None:
    """Remove an instance; its licenses are free, and the device must register again.

    An instance of an on-prem is that one's: it is asked to, and the instance goes when it says so.

    Returns:
        the on-prem that was asked; None where it is done.

    Raises:
        AdminRefused: it is not there any more, or was asked for already.
    """
    instance = current_instance(work, instance)
    if instance.on_prem is None:
        remove(work, instance, who=who, why=f"by {who}", now=now)
        return None
    site = work.on_prem(instance.on_prem)
    if site is None or site.removed_at is not None:
        raise AdminRefused(f"{instance.udi.text} is going with its on-prem, which was removed")
    return ask_removal(work, site, instance, who=who, now=now)


def keep_clone(work: Work, instance: Instance, *, who: str, now: datetime) -> Instance:
    """Let an instance speak again after two products spoke as it; whoever speaks first goes on.

    Raises:
        AdminRefused: it is not refused as cloned, or not there any more.
    """
    instance = current_instance(work, instance)
    _check_ours(instance, "choose there")
    if not instance.cloned:
        raise AdminRefused(f"{instance.udi.text} is not refused as cloned")
    kept = replace(instance, cloned=False, fork=None)
    work.put_instance(kept)
    work.clear_alert(clone_key(instance.id))
    text = f"{instance.udi.text} was kept: one product may speak as it again"
    record(work, instance.account, instance.virtual_account, instance.id, text, who=who, now=now)
    return kept


def _check_ours(instance: Instance, what: str) -> None:
    if instance.on_prem is not None:
        raise AdminRefused(f"{instance.udi.text} is an on-prem's: {what}")


def current_instance(work: Work, instance: Instance) -> Instance:
    """Return an instance as it is now: it may have spoken since somebody looked.

    Raises:
        AdminRefused: it is not there any more.
    """
    found = work.instance(instance.id)
    if found is None:
        raise AdminRefused(f"the product instance {instance.udi.text} is not there any more")
    return found
