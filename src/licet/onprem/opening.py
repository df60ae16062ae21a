"""Opens the data directory of an on-prem for one command, and says what went wrong in its own words."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from licet.admin.refusal import AdminRefused
from licet.onprem.client import Denied
from licet.onprem.office import Office
from licet.onprem.road import Unreached
from licet.onprem.synchronizing import Failed
from licet.service.clock import SystemClock
from licet.service.datadir import open_data
from licet.service.problems import ServiceError
from licet.shell.site import ON_PREM, open_site
from licet.sync.problems import SyncRefused


@contextmanager
def opened(path: Path) -> Iterator[Office]:
    """Yield the on-prem in a data directory.

    Raises:
        AdminRefused: what a document, or the manager, was refused for.
        ServiceError: it is not there, is not as it must be, or is a manager's.
    """
    with open_site(path, ON_PREM) as site:
        office = Office(open_data(path), site.store, SystemClock(), site.chance, site.who)
        with suppress(ServiceError):
            # The server says what cannot be removed; what was typed is about something else.
            office.finish_deletions()
        try:
            yield office
        except (SyncRefused, Unreached, Denied, Failed) as refused:
            raise AdminRefused(str(refused)) from refused
