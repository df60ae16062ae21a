"""What `account` does."""

import argparse
from itertools import islice

from licet.admin.accounts import open_account, rename_account, set_export_control
from licet.ledger.listing import every
from licet.ledger.model import SmartAccount
from licet.ledger.ports import Work
from licet.shell.finding import account_of
from licet.shell.printer import Printer
from licet.shell.site import Site
from licet.shell.values import Record
from licet.shell.virtual_accounts import part
from licet.shell.words import day, short

COLUMNS = ("name", "domain", "export_control", "created_at", "id")


def entry(account: SmartAccount) -> Record:
    """Return the fields of a smart account."""
    return {
        "name": account.name,
        "domain": account.domain,
        "export_control": account.export_allowed,
        "created_at": day(account.created_at),
        "id": short(account.id),
    }


def open_(site: Site, given: argparse.Namespace, printer: Printer) -> None:
    """Open a smart account."""
    account, place = site.do(
        lambda work: open_account(
            work,
            name=given.name,
            domain=given.domain,
            export_allowed=given.export_control,
            who=site.who,
            now=site.now,
            chance=site.chance,
        )
    )
    text = f"smart account '{account.name}' is open, with the virtual account '{place.name}'"
    printer.done(text, entry(account))


def list_(site: Site, given: argparse.Namespace, printer: Printer) -> None:
    """List the smart accounts."""
    found = islice(every(site.store.list_accounts), given.limit)
    nothing = "no smart account yet; open one: account open NAME --domain DOMAIN"
    printer.rows(COLUMNS, map(entry, found), nothing=nothing)


def show(site: Site, given: argparse.Namespace, printer: Printer) -> None:
    """Show a smart account and its virtual accounts."""

    def read(work: Work) -> Record:
        account = account_of(site, work, given.account)
        places = [part(site, place) for place in work.virtual_accounts(account.id)]
        return {**entry(account), "id": account.id, "virtual_accounts": places}

    printer.record(site.look(read))


def rename(site: Site, given: argparse.Namespace, printer: Printer) -> None:
    """Give a smart account another name."""

    def act(work: Work) -> tuple[SmartAccount, SmartAccount]:
        account = account_of(site, work, given.account)
        return account, rename_account(work, account, name=given.to, who=site.who, now=site.now)

    was, account = site.do(act)
    printer.done(f"smart account '{was.name}' is called '{account.name}' now", entry(account))


def allow_export_control(site: Site, given: argparse.Namespace, printer: Printer) -> None:
    """Allow export-controlled functionality to a smart account."""
    text = "from now on to products that register with a token that allows it"
    _set_export_control(site, given, printer, allowed=True, text=text)


def forbid_export_control(site: Site, given: argparse.Namespace, printer: Printer) -> None:
    """Forbid export-controlled functionality to a smart account."""
    text = "to each product from its next contact on"
    _set_export_control(site, given, printer, allowed=False, text=text)


def _set_export_control(
    site: Site, given: argparse.Namespace, printer: Printer, *, allowed: bool, text: str
) -> None:
    def act(work: Work) -> SmartAccount:
        account = account_of(site, work, given.account)
        return set_export_control(work, account, allowed=allowed, who=site.who, now=site.now)

    account = site.do(act)
    state = "allowed" if allowed else "forbidden"
    printer.done(
        f"export-controlled functionality is {state} to '{account.name}', {text}", entry(account)
    )
