"""After a restore, everybody gets one contact period to be heard before silence is held against them.

The ledger that comes back does not know who was heard, authorized or certified after the backup.
Acting on what it remembers, the sweep would alert of devices that are well, free licenses that are
in use, and remove instances whose certificates were renewed. So what would fall due is put off to
the end of the time in which every living device speaks.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from licet.kernel.time import SECOND
from licet.ledger.instances import CONTACT_GRACE, due_of
from licet.ledger.model import Instance, Policy
from licet.ledger.ports import Store, Work

BATCH = 1000


def put_off(store: Store, policy: Policy, now: datetime, report: Callable[[int], None]) -> int:
    """Put off what silence would do to instances; return how many it would have done something to.

    Args:
        store: nobody else works on it.
        policy: says how often devices are heard.
        now: the instant of the restore.
        report: is told how many are done.
    """
    contact = timedelta(seconds=policy.authorization_every_s)
    done = 0
    while True:
        with store.begin(alone=True) as work:
            found = work.due_instances(now + contact, BATCH)
            for instance in found:
                _put_off(work, instance, policy, now + contact)
            work.commit()
        if not found:
            return done
        done += len(found)
        report(done)


def _put_off(work: Work, instance: Instance, policy: Policy, until: datetime) -> None:
    """Let nothing fall due at `until` or before, so that no instance is found again."""
    later = until + CONTACT_GRACE
    put = replace(
        instance,
        certified_until=max(instance.certified_until, later),
        contact_due_at=instance.contact_due_at and max(instance.contact_due_at, until + SECOND),
        deadline=instance.deadline and max(instance.deadline, later),
    )
    work.put_instance(replace(put, due_at=due_of(put, policy)))
