"""Runs what falls due on the authority's side: silence, releases, removals, ends of terms.

It is driven as the agent is: `next_due` says when, `tick` does it. Each commit is bounded, so that
a million instances that fall due at once do not hold anything up for long.
"""

from dataclasses import replace
from datetime import datetime

from licet.admin.sweep_on_prems import look_at_on_prem
from licet.kernel.time import print_instant
from licet.ledger.instances import due_of, failed_to_connect_key, missed_at, release_at, remove
from licet.ledger.model import (
    Alert,
    Event,
    Holding,
    Instance,
    Policy,
    Severity,
)
from licet.ledger.pools import holding_due
from licet.ledger.ports import Store, Work
from licet.ledger.terms import review_term
from licet.ledger.usage import release_usage, released_key, review_pool
from licet.ledger.works import work_in

WHO = "sweep"
BATCH = 500


class Sweep:
    """What falls due in one store.

    Args:
        store: the authority's.
        policy: how long silence may last.
    """

    def __init__(self, store: Store, policy: Policy) -> None:
        self._store = store
        self._policy = policy

    def next_due(self) -> datetime | None:
        """Return when `tick` has something to do."""
        return self._store.next_due()

    def tick(self, now: datetime) -> int:
        """Do what is due at `now`; return how many instances and holdings were looked at."""
        done = 0
        while True:
            looked_at, more = work_in(self._store, lambda work: self._do_some(work, now))
            done += looked_at
            if not more:
                return done

    def _do_some(self, work: Work, now: datetime) -> tuple[int, bool]:
        """Do a bounded piece; return how many were looked at, and if any may be left."""
        instances = work.due_instances(now, BATCH)
        holdings = work.due_holdings(now, BATCH)
        for instance in instances:
            self._look_at_instance(work, instance, now)
        for holding in holdings:
            _look_at_holding(work, holding, now)
        sites = work.due_on_prems(now, 1)
        for site in sites:
            look_at_on_prem(work, site, now)
        forgotten = work.forget_retired_keys(now, BATCH)
        looked_at = len(instances) + len(holdings) + len(sites)
        return looked_at, bool(looked_at or forgotten)

    def _look_at_instance(self, work: Work, instance: Instance, now: datetime) -> None:
        if instance.certified_until <= now:
            _remove_silent(work, instance, now)
            return
        missed = missed_at(instance)
        if missed is not None and missed <= now:
            instance = _alert_missed(work, instance, now)
        release = release_at(instance, self._policy)
        if release is not None and release <= now:
            instance = _release(work, instance, now)
        work.put_instance(replace(instance, due_at=due_of(instance, self._policy)))


def _release(work: Work, instance: Instance, now: datetime) -> Instance:
    """Free what a silent instance uses (RULES.md 25); the alert and its kind are ours."""
    released = release_usage(work, instance, now)
    text = f"{instance.udi.text} was silent past its deadline: its licenses were released"
    work.put_alert(
        Alert(
            key=released_key(instance.id),
            kind="Licenses Released",
            severity=Severity.MINOR,
            account=instance.account,
            source=instance.virtual_account,
            message=text,
            raised_at=now,
            action_due_at=instance.certified_until,
        )
    )
    _record(work, instance, text, now)
    return released


def _remove_silent(work: Work, instance: Instance, now: datetime) -> None:
    """Remove an instance whose certificate has ended (RULES.md 26)."""
    why = f"not heard since {print_instant(instance.last_contact_at)}; its ID certificate has ended"
    remove(work, instance, who=WHO, why=why, now=now, retire=False)
    work.put_alert(
        Alert(
            key=f"removed:{instance.id}",
            kind="Product Instance Failed to Renew and was Removed",
            severity=Severity.MAJOR,
            account=instance.account,
            source=instance.virtual_account,
            message=f"{instance.udi.text}: {why}",
            raised_at=now,
        )
    )


def _alert_missed(work: Work, instance: Instance, now: datetime) -> Instance:
    text = (
        f"{instance.udi.text} has not connected during its renewal period; "
        f"last contact {print_instant(instance.last_contact_at)}"
    )
    work.put_alert(
        Alert(
            key=failed_to_connect_key(instance.id),
            kind="Product Instance Failed to Connect",
            severity=Severity.MINOR,
            account=instance.account,
            source=instance.virtual_account,
            message=text,
            raised_at=now,
            action_due_at=instance.deadline or instance.certified_until,
        )
    )
    _record(work, instance, text, now)
    return replace(instance, contact_alerted=True)


def _look_at_holding(work: Work, holding: Holding, now: datetime) -> None:
    """Warn of an end that comes, tell of one that came, and weigh the pool again."""
    place = work.virtual_account(holding.virtual_account)
    if place is not None:
        review_term(work, holding, place.account, now)
        review_pool(work, place.account, holding.virtual_account, holding.tag, now)
    work.put_holding(replace(holding, due_at=holding_due(holding, now)))


def _record(work: Work, instance: Instance, text: str, now: datetime) -> None:
    work.record(Event(now, WHO, instance.account, instance.virtual_account, instance.id, text))
