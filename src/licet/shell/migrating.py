"""What `migrate` does: brings the database to this program's schema."""

import argparse

from licet.service.datadir import hold, open_data
from licet.service.problems import ServiceError
from licet.shell.options import DONE
from licet.shell.printer import Printer
from licet.shell.site import check_trade
from licet.store.sqlite.database import Database
from licet.store.sqlite.migrations import newest_schema
from licet.store.sqlite.problems import StoreError


def migrate(given: argparse.Namespace, printer: Printer) -> int:
    """Migrate the database; no server may run on it meanwhile.

    Raises:
        ServiceError: there is none, a server runs, or it cannot be migrated.
    """
    data = open_data(given.data)
    check_trade(data, given.trade)
    if not data.database.exists():
        raise ServiceError(f"{data.database}: there is no database yet; the first `serve` makes it")
    with hold(data):
        try:
            database = Database(data.database)
        except StoreError as error:
            raise ServiceError(str(error)) from error
        database.close()
    printer.record(
        {
            "database": str(data.database),
            "schema": newest_schema(),
            "migrations_applied": database.migrated,
        }
    )
    return DONE
