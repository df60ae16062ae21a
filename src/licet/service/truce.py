"""After a restore, everybody gets one contact period to be heard before silence is held against them.

The ledger that comes back does not know who was heard, authorized or certified after the backup.
Acting on what it remembers, the sweep would alert of devices that are well, free licenses that are
in use, and remove instances whose certificates were renewed. So what would fall due is put off to
the end of the time in which every living device speaks.

Nor does it know which leases on-prems were given since: each is taken to have the longest that it can
have, so that nothing that it may use counts for others, and to have reported what is not known.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from licet.admin.on_prems import REMOVAL_DAYS_MAX
from licet.kernel.time import DAY, SECOND
from licet.ledger.instances import CONTACT_GRACE, due_of
from licet.ledger.listing import every
from licet.ledger.model import Instance, Policy
from licet.ledger.ports import Store, Work
from licet.ledger.sites import OnPrem, OutLease
from licet.sync.deadlines import lapsed, next_look

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


def wait_for_on_prems(store: Store, now: datetime) -> None:
    """Let every on-prem keep what it may have, until it has told all of it.

    Args:
        store: nobody else works on it.
        now: the instant of the restore.
    """
    for account in every(store.list_accounts):
        with store.begin(alone=True) as work:
            for site in work.on_prems(account.id):
                _wait_for(work, site, now)
            work.commit()


def lapse_until_synchronized(store: Store, now: datetime) -> None:
    """Let no local account of an on-prem grant anything before it has synchronized, and report all then.

    Args:
        store: nobody else works on it.
        now: the instant of the restore.
    """
    with store.begin(alone=True) as work:
        for account in work.local_accounts():
            if account.registered_at is None:
                continue
            work.put_local_account(lapsed(account, now))
        work.commit()


def _wait_for(work: Work, site: OnPrem, now: datetime) -> None:
    longest = OutLease(max(site.lease, 1), now + REMOVAL_DAYS_MAX * DAY)
    waited = replace(site, lease=longest.number, leases=(*site.leases, longest), needs_full=True)
    due_at = longest.over_at if site.removed_at else next_look(waited, now)
    work.put_on_prem(replace(waited, due_at=due_at))


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
