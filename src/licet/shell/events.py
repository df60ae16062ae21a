"""What `event` does."""

import argparse
from collections.abc import Iterator
from functools import partial
from itertools import islice

from licet.admin.refusal import AdminRefused
from licet.ledger.listing import every
from licet.shell.dates import read_instant
from licet.shell.finding import account_and_places
from licet.shell.printer import Printer
from licet.shell.site import Site
from licet.shell.values import Record

COLUMNS = ("at", "who", "virtual_account", "text")
GONE = "(removed)"


def list_(site: Site, given: argparse.Namespace, printer: Printer) -> None:
    """List events, the newest first."""
    account, places = account_and_places(site, given)
    names = {place.id: place.name for place in places}
    try:
        since = read_instant(given.since) if given.since else None
    except ValueError as error:
        raise AdminRefused(str(error)) from error
    who, text = (given.who or "").casefold(), (given.match or "").casefold()

    def rows() -> Iterator[Record]:
        for event in every(partial(site.store.list_events, account.id)):
            if since is not None and event.at < since:
                return
            here = given.virtual_account is None or event.virtual_account in names
            if here and who in event.who.casefold() and text in event.text.casefold():
                place = event.virtual_account
                yield {
                    "at": event.at,
                    "who": event.who,
                    "virtual_account": None if place is None else names.get(place, GONE),
                    "text": event.text,
                }

    printer.rows(COLUMNS, islice(rows(), given.limit), nothing="no such event")
