"""What `instance list` does."""

import argparse
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from itertools import islice

from licet.kernel.time import DAY
from licet.ledger.listing import every
from licet.ledger.model import Instance
from licet.shell.finding import account_and_places, license_of
from licet.shell.printer import Printer
from licet.shell.site import Site
from licet.shell.standing import Shelf, host_name_of, shelf_of, status_of, usage_rows, usage_text
from licet.shell.values import Record, Shown

COLUMNS = ("udi", "host_name", "virtual_account", "status", "last_contact_at", "licenses")
SILENT_DAYS_MAX = 100_000


def entry(instance: Instance, shelf: Shelf) -> Record:
    """Return the fields of a product instance in a list."""
    return {
        "udi": instance.udi.text,
        "host_name": host_name_of(instance, shelf.on_prem),
        "virtual_account": shelf.place,
        "status": status_of(instance, shelf),
        "last_contact_at": instance.last_contact_at,
        "licenses": Shown(usage_rows(instance, shelf), usage_text(instance, shelf)),
    }


def list_(site: Site, given: argparse.Namespace, printer: Printer) -> None:
    """List product instances, by UDI in each virtual account."""
    _, places = account_and_places(site, given)
    wanted = _Filter(site, given)

    def rows() -> Iterator[Record]:
        for place in places:
            shelf = shelf_of(site, place.id, place.name)
            for instance in every(partial(site.store.list_instances, place.id)):
                if wanted.takes(instance, shelf):
                    yield entry(instance, shelf)

    printer.rows(COLUMNS, islice(rows(), given.limit), nothing="no such product instance")


class _Filter:
    """Which product instances were asked for."""

    def __init__(self, site: Site, given: argparse.Namespace) -> None:
        self._status = given.status
        self._tag = license_of(site, given.license).tag if given.license else None
        self._text = given.match.casefold() if given.match else ""
        days = given.silent_days
        silent = timedelta(0) if days is None else min(max(days, 0), SILENT_DAYS_MAX) * DAY
        self._heard_until = None if days is None else site.now - silent

    def takes(self, instance: Instance, shelf: Shelf) -> bool:
        """Tell whether an instance is one of those."""
        if self._status and status_of(instance, shelf).value != self._status:
            return False
        if self._tag and all(usage.tag != self._tag for usage in instance.usage):
            return False
        if self._heard_until is not None and instance.last_contact_at > self._heard_until:
            return False
        names = f"{instance.udi.text}\n{instance.host_name or ''}".casefold()
        return self._text in names
