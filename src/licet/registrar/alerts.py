"""The alerts that devices cause by what they say, and the words of each."""

from collections.abc import Sequence
from datetime import datetime

from licet.kernel.ids import Udi
from licet.kernel.problems import Code
from licet.kernel.time import epoch_seconds, print_instant
from licet.ledger.instances import clone_key, restricted_key
from licet.ledger.model import Alert, Event, Instance, Severity, UdiRecord
from licet.ledger.ports import Work
from licet.pki.authority import Gap
from licet.wire.messages import Problem

RESTRICTED = "Restricted License Not Available"
# So many licenses are named in one alert.
NAMED_MAX = 3


def problem(code: Code, number: int | None) -> Problem:
    """Return a refusal that leaves a trace, and so cannot be raised."""
    return Problem(code=code, detail="", number=number, retry_after_s=None)


def possible_clone(work: Work, instance: Instance, now: datetime) -> None:
    """Raise *Possible Clone*: a second history of an instance spoke once (PROTOCOL.md 3)."""
    text = (
        f"{instance.udi.text} spoke as if its storage were older than its last message. "
        "It was restored from a copy, or two products share one storage"
    )
    _alert(work, instance, clone_key(instance.id), "Possible Clone", Severity.MINOR, text, now)


def cloned(work: Work, instance: Instance, now: datetime) -> None:
    """Raise *Possible Clone* to Major: two histories speak, and both are refused."""
    text = (
        f"Two products speak as {instance.udi.text} and both are refused. "
        "Keep or remove the product instance; then register the other product again"
    )
    _alert(work, instance, clone_key(instance.id), "Possible Clone", Severity.MAJOR, text, now)


def duplicate_udi(work: Work, instance: Instance, now: datetime) -> None:
    """Raise *Duplicate UDI* in the account of `instance`, unless it stands; the other is never named.

    Where it stands nothing is added: one customer must not be able to fill another one's log.
    """
    key = f"duplicate-udi:{instance.account}:{instance.udi.text}"
    if work.alert(key) is not None:
        return
    _alert(
        work,
        instance,
        key,
        "Duplicate UDI",
        Severity.MINOR,
        f"{instance.udi.text} is registered in another smart account too",
        now,
    )


def at_on_prem_too(
    work: Work, instance: Instance, mirror: Instance, on_prem: str, now: datetime
) -> None:
    """Raise *Duplicate UDI* where a product registered here is one of an on-prem's too (ours).

    Both are of one smart account, so that each virtual account is told, unless its alert stands.
    """
    text = (
        f"{mirror.udi.text} is registered at the on-prem '{on_prem}' too, and counts in both places; "
        "remove the product instance that is not in use any more"
    )
    for one in (instance, mirror):
        key = f"duplicate-udi:{mirror.id}:{one.virtual_account}"
        if work.alert(key) is None:
            _alert(work, one, key, "Duplicate UDI", Severity.MINOR, text, now)


def replaced(work: Work, old: Instance, new: Instance, now: datetime) -> None:
    """Raise *Product Instance Replaced* on the virtual accounts of both, once if they are one."""
    text = f"{old.udi.text} was registered again with force; its former registration was removed"
    for instance in {old.virtual_account: old, new.virtual_account: new}.values():
        key = f"replaced:{old.id}:{instance.virtual_account}"
        _alert(work, instance, key, "Product Instance Replaced", Severity.MINOR, text, now)


def adopted(work: Work, instance: Instance, gap: Gap, now: datetime) -> None:
    """Raise *Instances Taken Back* once for each account and gap; every instance has its event."""
    gone = f"the backup of {print_instant(gap.since)}"
    if work.alert(f"adopted:{instance.account}:{epoch_seconds(gap.until)}") is None:
        _alert(
            work,
            instance,
            f"adopted:{instance.account}:{epoch_seconds(gap.until)}",
            "Instances Taken Back",
            Severity.MINOR,
            f"Product instances that registered after {gone} are taken back into this virtual "
            "account as they are heard; transfer them to where they belong",
            now,
        )
    record(work, instance, f"taken back: it registered after {gone}", now)


def rolled_back(work: Work, instance: Instance, was: UdiRecord, now: datetime) -> None:
    """Raise *Rolled Back Store*: a product reports less than it did before (PROTOCOL.md 3)."""
    _alert(
        work,
        instance,
        f"rolled-back:{instance.account}:{instance.udi.text}",
        "Rolled Back Store",
        Severity.MINOR,
        f"{instance.udi.text} reports less evaluation time used, or fewer keys made, than before "
        f"({was.evaluation_used_s} s, {was.generation} keys): its storage was set back or erased",
        now,
    )


def review_restricted(work: Work, instance: Instance, names: Sequence[str], now: datetime) -> None:
    """Raise *Restricted License Not Available* while an instance asks for what it is not allowed.

    It is cleared where the instance asks for nothing of that kind any more, or goes. One that was
    dismissed comes back where the instance asks again.
    """
    key = restricted_key(instance.id)
    if not names:
        work.clear_alert(key)
        return
    more = f" and {len(names) - NAMED_MAX} more" if len(names) > NAMED_MAX else ""
    text = (
        f"{instance.udi.text} asks for {', '.join(names[:NAMED_MAX])}{more}: export-controlled, and "
        "not allowed to it. Allow export control to the smart account; then register the product "
        "again with a token that allows it"
    )
    standing = work.alert(key)
    if standing is None or standing.message != text:
        _alert(work, instance, key, RESTRICTED, Severity.MAJOR, text, now)


def record(work: Work, instance: Instance, text: str, now: datetime) -> None:
    """Add an event that a device caused, about its instance."""
    work.record(
        Event(
            at=now,
            who=who(instance.udi),
            account=instance.account,
            virtual_account=instance.virtual_account,
            subject=instance.id,
            text=text,
        )
    )


def who(udi: Udi) -> str:
    """Return how events name a device."""
    return f"device {udi.text}"


def _alert(
    work: Work,
    instance: Instance,
    key: str,
    kind: str,
    severity: Severity,
    message: str,
    now: datetime,
) -> None:
    work.put_alert(
        Alert(
            key=key,
            kind=kind,
            severity=severity,
            account=instance.account,
            source=instance.virtual_account,
            message=message,
            raised_at=now,
        )
    )
    record(work, instance, f"{kind}: {message}", now)
