"""What `catalog` does."""

import argparse
from itertools import islice

from licet.admin.catalog import import_catalog, sample_catalog
from licet.admin.refusal import AdminRefused
from licet.kernel.words import counted
from licet.ledger.listing import every
from licet.ledger.model import License
from licet.shell.files import read_json
from licet.shell.printer import Printer
from licet.shell.site import Site
from licet.shell.values import Record

COLUMNS = ("name", "export_controlled", "description", "tag")


def entry(license_: License) -> Record:
    """Return the fields of a license in the catalog."""
    return {
        "name": license_.name,
        "export_controlled": license_.export_controlled,
        "description": license_.description,
        "tag": license_.tag,
    }


def import_(site: Site, given: argparse.Namespace, printer: Printer) -> None:
    """Put the products and licenses of a file into the catalog."""
    document = sample_catalog() if given.sample else read_json(given.file)
    try:
        products, licenses = site.do(lambda work: import_catalog(work, document))
    except AdminRefused as refused:
        raise AdminRefused(f"{given.file}: {refused}") from refused
    text = f"{counted(products, 'product')} and {counted(licenses, 'license')} are in the catalog"
    printer.done(text, {"products": products, "licenses": licenses})


def list_(site: Site, given: argparse.Namespace, printer: Printer) -> None:
    """List the licenses in the catalog."""
    found = islice(every(site.store.list_licenses), given.limit)
    nothing = "the catalog is empty; import one: catalog import FILE, or catalog import --sample"
    if site.trade.local:
        nothing = (
            "the catalog is empty; the manager's comes with the next synchronization (sync now, or "
            "sync request)"
        )
    printer.rows(COLUMNS, map(entry, found), nothing=nothing)
