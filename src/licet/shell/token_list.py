"""What `token list` does; it stands alone because it needs no key, and must be quick."""

import argparse
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from itertools import islice

from licet.ledger.listing import every
from licet.ledger.model import IdToken
from licet.shell.finding import account_and_places
from licet.shell.printer import Printer
from licet.shell.site import Site
from licet.shell.values import Record, Shown
from licet.shell.words import day, short, status

COLUMNS = (
    "id",
    "virtual_account",
    "status",
    "expires_at",
    "uses",
    "uses_max",
    "export_controlled",
    "created_by",
    "description",
)


def entry(token: IdToken, place: str, now: datetime) -> Record:
    """Return the fields of an ID token; its text is not among them."""
    return {
        "id": short(token.id),
        "virtual_account": place,
        "status": _status(token, now),
        "expires_at": day(token.expires_at),
        "uses": token.uses,
        "uses_max": Shown(None, "any") if token.uses_max is None else token.uses_max,
        "export_controlled": token.export_allowed,
        "created_by": token.created_by,
        "description": token.description,
    }


def list_(site: Site, given: argparse.Namespace, printer: Printer) -> None:
    """List ID tokens, the newest first in each virtual account."""
    _, places = account_and_places(site, given)

    def rows() -> Iterator[Record]:
        for place in places:
            for token in every(partial(site.store.list_tokens, place.id)):
                yield entry(token, place.name, site.now)

    nothing = "no ID token; create one: token create"
    printer.rows(COLUMNS, islice(rows(), given.limit), nothing=nothing)


def _status(token: IdToken, now: datetime) -> Shown:
    if token.revoked_at is not None:
        return status("revoked", good=None)
    if token.expires_at <= now:
        return status("expired", good=None)
    if token.uses_max is not None and token.uses >= token.uses_max:
        return status("used-up", good=None)
    return status("usable", good=True)
