"""What `instance` does with one product instance."""

import argparse
from functools import partial
from itertools import islice

from licet.admin.instances import remove_instance, transfer_instance
from licet.kernel.problems import Finding
from licet.ledger.explain import why
from licet.ledger.listing import every
from licet.ledger.model import Event, Instance
from licet.ledger.ports import Work
from licet.ledger.sites import OnPrem
from licet.shell.finding import place_of
from licet.shell.finding_instances import instance_of
from licet.shell.printer import Printer
from licet.shell.site import Site
from licet.shell.standing import host_name_of, shelf_of, status_of, usage_rows
from licet.shell.values import Mark, Record, Shown

# How many events of the account are looked through for those of one instance, and how many are shown.
LOOKED_THROUGH = 20_000
HISTORY = 20
FINDING_COLUMNS = ("check", "seen", "ok", "cause", "remedy")


def show(site: Site, given: argparse.Namespace, printer: Printer) -> None:
    """Show a product instance, what it uses, and its history."""

    def read(work: Work) -> tuple[Instance, str, str, str]:
        instance = instance_of(site, work, given)
        account = work.account(instance.account)
        place = work.virtual_account(instance.virtual_account)
        product = work.product(instance.product)
        return (
            instance,
            account.name if account else instance.account,
            place.name if place else instance.virtual_account,
            product.name if product else instance.product,
        )

    instance, account, place, product = site.look(read)
    shelf = shelf_of(site, instance.virtual_account, place)
    printer.record(
        {
            "udi": instance.udi.text,
            "host_name": host_name_of(instance, shelf.on_prem),
            "product": product,
            "account": account,
            "virtual_account": place,
            "on_prem": shelf.on_prem.name if shelf.on_prem and instance.on_prem else None,
            "status": status_of(instance, shelf),
            "export_control": instance.export_allowed,
            "registered_at": instance.registered_at,
            "last_contact_at": instance.last_contact_at,
            "contact_due_at": instance.contact_due_at,
            "authorized_until": instance.deadline,
            "certified_until": instance.certified_until,
            "id": instance.id,
            "removal_asked": _asked(instance, shelf.on_prem),
            "licenses": usage_rows(instance, shelf),
            "history": [_happened(event) for event in _history(site, instance)],
        }
    )


def explain(site: Site, given: argparse.Namespace, printer: Printer) -> None:
    """Explain why a product instance is out of compliance."""

    def read(work: Work) -> tuple[Finding, ...]:
        return why(work, instance_of(site, work, given), site.now)

    findings = site.look(read)
    if printer.as_json:
        printer.rows(FINDING_COLUMNS, map(_finding, findings))
        return
    for finding in findings:
        mark = Shown(None, "ok ", Mark.GOOD) if finding.ok else Shown(None, "NOT", Mark.BAD)
        printer.item(mark, f"{finding.check}: {finding.seen}")
        for name, text in (("cause", finding.cause), ("remedy", finding.remedy)):
            if text:
                printer.item(Shown(None, "   "), f"{name}: {text}")


def transfer(site: Site, given: argparse.Namespace, printer: Printer) -> None:
    """Move a product instance to another virtual account."""

    def act(work: Work) -> tuple[Instance, str]:
        instance = instance_of(site, work, given)
        account = work.account(instance.account)
        if account is None:
            raise LookupError(instance.account)
        target = place_of(work, account, given.to)
        moved = transfer_instance(work, instance, target, who=site.who, now=site.now)
        return moved, target.name

    instance, place = site.do(act)
    text = f"{instance.udi.text} is in '{place}' now; the product hears it at its next contact"
    printer.done(text, brief(instance, place))


def remove(site: Site, given: argparse.Namespace, printer: Printer) -> None:
    """Remove a product instance."""

    def act(work: Work) -> tuple[Instance, str, OnPrem | None]:
        instance = instance_of(site, work, given)
        place = work.virtual_account(instance.virtual_account)
        asked = remove_instance(work, instance, who=site.who, now=site.now)
        return instance, place.name if place else "", asked

    instance, place, asked = site.do(act)
    text = f"{instance.udi.text} is removed from '{place}'; its licenses are free"
    if asked is not None:
        text = (
            f"the on-prem '{asked.name}' is asked to remove {instance.udi.text}; it goes when that "
            "one has synchronized twice: once to hear it, once to say so"
        )
    asked_of = asked.name if asked else None
    printer.done(text, {**brief(instance, place), "asked_of": asked_of})


def brief(instance: Instance, place: str) -> Record:
    """Return what tells an instance from others."""
    return {
        "udi": instance.udi.text,
        "host_name": instance.host_name,
        "virtual_account": place,
        "id": instance.id,
    }


def _asked(instance: Instance, on_prem: OnPrem | None) -> Record | None:
    """Return who has asked an on-prem to remove an instance."""
    for asked in on_prem.removals if on_prem else ():
        if asked.instance == instance.id:
            return {"who": asked.who, "at": asked.at}
    return None


def _history(site: Site, instance: Instance) -> list[Event]:
    """Return the last events of an instance, the newest first."""
    events = every(partial(site.store.list_events, instance.account))
    found = []
    for event in islice(events, LOOKED_THROUGH):
        if event.subject == instance.id:
            found.append(event)
        if event.at < instance.registered_at or len(found) == HISTORY:
            break
    return found


def _happened(event: Event) -> Record:
    return {"at": event.at, "who": event.who, "text": event.text}


def _finding(finding: Finding) -> Record:
    return {
        "check": finding.check,
        "seen": finding.seen,
        "ok": finding.ok,
        "cause": finding.cause,
        "remedy": finding.remedy,
    }
