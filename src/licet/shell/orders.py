"""What `order` does."""

import argparse
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice

from licet.admin.lines import Wrong
from licet.admin.orders import WrittenLine, import_orders
from licet.admin.refusal import AdminRefused
from licet.kernel.words import counted
from licet.ledger.listing import every
from licet.ledger.model import Holding, LicenseKind
from licet.ledger.pools import counts
from licet.ledger.ports import Work
from licet.shell.dates import read_instant
from licet.shell.files import read_text
from licet.shell.finding import account_and_places, account_of, license_name
from licet.shell.order_files import read_orders
from licet.shell.printer import Printer
from licet.shell.site import Site
from licet.shell.values import Record, Shown
from licet.shell.words import day, status

COLUMNS = (
    "order",
    "virtual_account",
    "license",
    "quantity",
    "kind",
    "starts_at",
    "ends_at",
    "status",
)


def entry(site: Site, holding: Holding, name: str, place: str) -> Record:
    """Return the fields of what one line of an order brought."""
    return {
        "order": holding.order,
        "virtual_account": place,
        "license": name,
        "quantity": holding.quantity,
        "kind": holding.kind,
        "starts_at": day(holding.starts_at),
        "ends_at": day(holding.ends_at),
        "status": _status(site, holding),
    }


def import_(site: Site, given: argparse.Namespace, printer: Printer) -> None:
    """Add the licenses of a file of orders."""
    text = read_text(given.file)
    try:
        lines = read_orders(text, given)
        added = _import(site, given, printer, lines)
    except AdminRefused as refused:
        raise AdminRefused(f"{given.file}: {refused}") from refused
    _tell(printer, added)


def add(site: Site, given: argparse.Namespace, printer: Printer) -> None:
    """Add the licenses of one order line."""
    try:
        starts_at = read_instant(given.starts) if given.starts else None
        ends_at = read_instant(given.ends) if given.ends else None
    except ValueError as error:
        raise AdminRefused(str(error)) from error
    line = WrittenLine(
        where="",
        order=given.order,
        place=given.virtual_account or "",
        license=given.license,
        quantity=given.quantity,
        kind=LicenseKind(given.kind),
        starts_at=starts_at,
        ends_at=ends_at,
    )
    _tell(printer, _import(site, given, printer, [line]))


def list_(site: Site, given: argparse.Namespace, printer: Printer) -> None:
    """List what was bought, line by line."""
    _, places = account_and_places(site, given)

    def rows() -> Iterator[Record]:
        for place in places:
            for pool in every(partial(site.store.list_pools, place.id)):
                name = site.look(partial(license_name, tag=pool.tag))
                for holding in pool.holdings:
                    yield entry(site, holding, name, place.name)

    nothing = "nothing was bought yet; add an order: order import FILE, or order add"
    printer.rows(COLUMNS, islice(rows(), given.limit), nothing=nothing)


def _import(
    site: Site, given: argparse.Namespace, printer: Printer, lines: Sequence[WrittenLine | Wrong]
) -> list[Holding]:
    def act(work: Work) -> list[Holding]:
        return import_orders(
            site.store,
            work,
            account_of(site, work, given.account),
            lines,
            again=given.again,
            who=site.who,
            now=site.now,
            chance=site.chance,
            watch=lambda done: printer.progress("order lines", done, len(lines)),
        )

    return site.do(act)


def _tell(printer: Printer, added: Sequence[Holding]) -> None:
    orders = sorted({holding.order for holding in added})
    quantity = sum(holding.quantity for holding in added)
    text = (
        f"{counted(len(orders), 'order')} taken: "
        f"{counted(len(added), 'line')}, {counted(quantity, 'license')}"
    )
    printer.done(text, {"orders": orders, "lines": len(added), "licenses": quantity})


def _status(site: Site, holding: Holding) -> Shown:
    if counts(holding, site.now):
        return status("active", good=True)
    ended = holding.ends_at is not None and holding.ends_at <= site.now
    if holding.held_by is not None and not ended:
        return status("pending", good=None)
    return status("future" if site.now < holding.starts_at else "expired", good=None)
