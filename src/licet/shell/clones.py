"""What `clone` does."""

import argparse
from collections.abc import Iterator
from functools import partial
from itertools import islice

from licet.admin.alerts import POSSIBLE_CLONE
from licet.admin.instances import keep_clone, remove_instance
from licet.admin.refusal import AdminRefused
from licet.kernel.ids import InstanceId
from licet.ledger.listing import every
from licet.ledger.model import Alert, Instance
from licet.ledger.ports import Work
from licet.shell.finding import account_of
from licet.shell.finding_instances import instance_of
from licet.shell.instances import brief
from licet.shell.printer import Printer
from licet.shell.site import Site
from licet.shell.values import Mark, Record, Shown
from licet.shell.words import day

COLUMNS = ("udi", "host_name", "virtual_account", "state", "since", "id")


def list_(site: Site, given: argparse.Namespace, printer: Printer) -> None:
    """List product instances as which two products speak, or may."""
    account = site.look(lambda work: account_of(site, work, given.account))

    def rows() -> Iterator[Record]:
        for alert in every(partial(site.store.list_alerts, account.id)):
            if alert.kind == POSSIBLE_CLONE:
                row = site.look(partial(_row, alert))
                if row is not None:
                    yield row

    printer.rows(COLUMNS, islice(rows(), given.limit), nothing="no clone is known or suspected")


def keep(site: Site, given: argparse.Namespace, printer: Printer) -> None:
    """Let an instance speak again."""

    def act(work: Work) -> tuple[Instance, str]:
        instance, place = _find(site, given, work)
        return keep_clone(work, instance, who=site.who, now=site.now), place

    instance, place = site.do(act)
    text = (
        f"{instance.udi.text} is kept: whichever product speaks first goes on; register the other"
    )
    printer.done(text, brief(instance, place))


def remove(site: Site, given: argparse.Namespace, printer: Printer) -> None:
    """Remove an instance as which two products speak."""

    def act(work: Work) -> tuple[Instance, str]:
        instance, place = _find(site, given, work)
        if not instance.cloned and instance.fork is None:
            raise AdminRefused(
                f"no copy of {instance.udi.text} is known or suspected; "
                "to remove it all the same: instance remove"
            )
        remove_instance(work, instance, who=site.who, now=site.now)
        return instance, place

    instance, place = site.do(act)
    printer.done(f"{instance.udi.text} is removed; register both products", brief(instance, place))


def _find(site: Site, given: argparse.Namespace, work: Work) -> tuple[Instance, str]:
    instance = instance_of(site, work, given)
    place = work.virtual_account(instance.virtual_account)
    return instance, place.name if place else ""


def _row(alert: Alert, work: Work) -> Record | None:
    instance = work.instance(InstanceId(alert.key.partition(":")[2]))
    if instance is None:
        return None
    place = work.virtual_account(instance.virtual_account)
    refused = Shown("refused", "refused", Mark.BAD)
    return {
        **brief(instance, place.name if place else ""),
        "state": refused if instance.cloned else Shown("suspected", "suspected", Mark.WARN),
        "since": day(alert.raised_at),
        "id": Shown(instance.id, instance.id[:8]),
    }
