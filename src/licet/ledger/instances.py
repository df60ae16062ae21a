"""Product instances: when the sweep must look at one, and how one goes."""

from datetime import datetime, timedelta

from licet.kernel.chance import Chance, draw_uuid
from licet.kernel.ids import AuthorityId, InstanceId
from licet.kernel.time import DAY
from licet.ledger.model import Event, Instance, Policy, RetiredKey
from licet.ledger.ports import Work
from licet.ledger.usage import release_usage, released_key

# A registration can be repeated for as long as its token lives (manager-and-onprem.md 1.3: 365 days).
TOKEN_LIVES_MAX = 365 * DAY
# Ours: a device that renews on its thirtieth day is not late on that day.
CONTACT_GRACE = timedelta(days=1)
# Of a UUID: eight hexadecimal digits, a hyphen, and four.
_BEGINNING = 13


def draw_instance_id(chance: Chance, *, site: AuthorityId | None) -> InstanceId:
    """Return the id of a new instance; at a site it begins as the site's own id does (ours).

    So no site can report an instance under an id that another one has given.

    Args:
        chance: where the rest comes from.
        site: whose instance it is; None with a manager's own.
    """
    drawn = draw_uuid(chance)
    return InstanceId(drawn if site is None else site[:_BEGINNING] + drawn[_BEGINNING:])


def is_id_of(instance: InstanceId, site: AuthorityId) -> bool:
    """Tell whether an instance's id is one that a site can have given."""
    return instance[:_BEGINNING] == site[:_BEGINNING]


def clone_key(instance: InstanceId) -> str:
    """Return the key of the alert that an instance may have a copy."""
    return f"clone:{instance}"


def failed_to_connect_key(instance: InstanceId) -> str:
    """Return the key of the alert that an instance was not heard for its renewal period."""
    return f"connect:{instance}"


def restricted_key(instance: InstanceId) -> str:
    """Return the key of the alert that an instance asks for what is restricted."""
    return f"restricted:{instance}"


# The alerts about one instance: they move where it moves, and go when it goes.
ALERT_KEYS = (clone_key, failed_to_connect_key, released_key, restricted_key)


def release_at(instance: Instance, policy: Policy) -> datetime | None:
    """Return when silence frees what an instance uses (RULES.md 25); None where it uses nothing."""
    if instance.deadline is None or instance.usage_released or not instance.usage:
        return None
    return instance.deadline + timedelta(seconds=policy.release_grace_s)


def missed_at(instance: Instance) -> datetime | None:
    """Return when an instance is alerted as failed to connect; None where it was already."""
    if instance.contact_due_at is None or instance.contact_alerted:
        return None
    return instance.contact_due_at + CONTACT_GRACE


def due_of(instance: Instance, policy: Policy) -> datetime:
    """Return when the sweep must look at an instance: silence, release, or its certificate's end."""
    dues = (missed_at(instance), release_at(instance, policy), instance.certified_until)
    return min(due for due in dues if due is not None)


def remove(
    work: Work, instance: Instance, *, who: str, why: str, now: datetime, retire: bool = True
) -> None:
    """Remove an instance: its usage is freed, its alerts are cleared, an event says who and why.

    With `retire` its key may not speak or register again. Not so where silence removed it: a wrong
    clock at the authority must not lock an honest device out.
    """
    release_usage(work, instance, now)
    work.remove_instance(instance.id)
    if retire:
        until = max(instance.certified_until, now + TOKEN_LIVES_MAX)
        work.put_retired_key(RetiredKey(instance.key, instance.id, until))
    for key_of in ALERT_KEYS:
        work.clear_alert(key_of(instance.id))
    work.record(
        Event(
            at=now,
            who=who,
            account=instance.account,
            virtual_account=instance.virtual_account,
            subject=instance.id,
            text=f"{instance.udi.text} was removed: {why}",
        )
    )
