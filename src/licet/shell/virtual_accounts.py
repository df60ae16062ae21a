"""What `virtual-account` does."""

import argparse
from itertools import islice

from licet.admin.accounts import (
    make_default,
    open_virtual_account,
    remove_virtual_account,
    rename_virtual_account,
)
from licet.ledger.model import VirtualAccount
from licet.ledger.ports import Work
from licet.shell.finding import account_of, named_place, place_of
from licet.shell.printer import Printer
from licet.shell.site import Site
from licet.shell.values import Record
from licet.shell.words import day, short

COLUMNS = ("name", "default", "instances", "description", "created_at", "id")


def part(site: Site, place: VirtualAccount) -> Record:
    """Return the fields of a virtual account."""
    return {
        "name": place.name,
        "default": place.default,
        "instances": site.store.count_instances(place.id),
        "description": place.description,
        "created_at": day(place.created_at),
        "id": short(place.id),
    }


def open_(site: Site, given: argparse.Namespace, printer: Printer) -> None:
    """Open a virtual account."""
    place = site.do(
        lambda work: open_virtual_account(
            work,
            account_of(site, work, given.account).id,
            name=given.name,
            description=given.description,
            who=site.who,
            now=site.now,
            chance=site.chance,
        )
    )
    printer.done(f"virtual account '{place.name}' is open", part(site, place))


def list_(site: Site, given: argparse.Namespace, printer: Printer) -> None:
    """List the virtual accounts of a smart account."""
    places = site.look(lambda work: work.virtual_accounts(account_of(site, work, given.account).id))
    printer.rows(COLUMNS, (part(site, place) for place in islice(places, given.limit)))


def rename(site: Site, given: argparse.Namespace, printer: Printer) -> None:
    """Give a virtual account another name."""

    def act(work: Work) -> tuple[VirtualAccount, VirtualAccount]:
        place = named_place(site, work, given)
        return place, rename_virtual_account(work, place, name=given.to, who=site.who, now=site.now)

    was, place = site.do(act)
    printer.done(f"virtual account '{was.name}' is called '{place.name}' now", part(site, place))


def make_default_(site: Site, given: argparse.Namespace, printer: Printer) -> None:
    """Make a virtual account the default one."""

    def act(work: Work) -> VirtualAccount:
        account = account_of(site, work, given.account)
        place = place_of(work, account, given.virtual_account)
        make_default(work, place, who=site.who, now=site.now)
        return place_of(work, account, given.virtual_account)

    place = site.do(act)
    printer.done(f"virtual account '{place.name}' is the default one now", part(site, place))


def remove(site: Site, given: argparse.Namespace, printer: Printer) -> None:
    """Remove a virtual account that holds nothing."""

    def act(work: Work) -> VirtualAccount:
        place = named_place(site, work, given)
        remove_virtual_account(site.store, work, place, who=site.who, now=site.now)
        return place

    place = site.do(act)
    printer.done(f"virtual account '{place.name}' is removed", part(site, place))
