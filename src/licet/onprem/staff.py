"""What an on-prem stands with: its first start, its local accounts, and its duties."""

import ipaddress
import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import structlog

from licet.admin.sweep import Sweep
from licet.kernel.chance import Chance
from licet.ledger.model import Policy
from licet.onprem.duties import Deadlines, Synchronizing
from licet.onprem.office import Office, check_site_name
from licet.onprem.reception import LocalAuthorities
from licet.service.certificate import check_name, make_certificate
from licet.service.clock import Clock
from licet.service.datadir import DataDir, create_data, open_data
from licet.service.desk import ON_PREM_PATHS
from licet.service.files import write_file
from licet.service.problems import ServiceError
from licet.service.serving import Staff
from licet.service.settings import Settings
from licet.shell.serving import Founded, Kind
from licet.store.sqlite.store import SqliteStore

# Named in the events of what it does by itself.
WHO = "on-prem"
_LOG = structlog.get_logger(__name__)


def site_name(given: str | None, names: Sequence[str]) -> str:
    """Return the name of an on-prem: as given, or what its first DNS name begins with.

    Raises:
        ServiceError: it cannot be part of a file's name.
    """
    if given is not None:
        return check_site_name(given)
    for name in names:
        if not _is_address(name):
            with suppress(ServiceError):
                return check_site_name(name.partition(".")[0])
    return "OnPrem"


def is_founded(path: Path) -> bool:
    """Tell whether an on-prem lives in a directory; a first start that was cut short is none."""
    data = DataDir(path)
    return data.is_on_prem and data.site_file.exists() and data.tls_certificate.exists()


def found(settings: Settings, chance: Chance, now: datetime) -> Founded:
    """Make an on-prem, or what is missing of one whose first start was cut short.

    Raises:
        ServiceError: it cannot be written, a name is not one, or something else lives there.
    """
    path = Path(settings.data)
    data = DataDir(path)
    if data.authority_file.exists():
        raise ServiceError(f"{path}: a manager lives here; choose an empty directory")
    for name in settings.name:
        check_name(name)
    name = site_name(settings.site, settings.name)
    if not settings.name and not data.tls_certificate.exists():
        raise ServiceError(
            "the first start needs at least one --name: the DNS name or address that stands in the "
            "products' destination URL"
        )
    made = not data.is_on_prem
    if made and data.database.exists():
        raise ServiceError(
            f"{data.database} is there, but the keys of its local accounts are not "
            f"({data.account_keys}); restore a backup"
        )
    data = create_data(path, accounts=True)
    if not data.site_file.exists():
        write_file(data.site_file, f"{name}\n".encode())
    if not data.tls_certificate.exists():
        make_certificate(data, names=settings.name, chance=chance, now=now)
    data = open_data(path)
    kept = data.site_file.read_text("ascii").strip()
    return Founded(
        data,
        _describe(data, kept) if made else f"An HTTPS certificate was made: {data.tls_certificate}",
        {
            "data": str(data.path),
            "site": kept,
            "made": made,
            "tls_certificate": str(data.tls_certificate),
            "tls_key": str(data.tls_key),
        },
    )


def staff(data: DataDir, store: SqliteStore, clock: Clock, chance: Chance) -> Staff:
    """Return who works at an on-prem that serves."""
    office = Office(data, store, clock, chance, WHO)
    _finish_deletions(office)
    synchronizing = Synchronizing(office)
    return Staff(
        LocalAuthorities(data, store, chance),
        ON_PREM_PATHS,
        (
            {"sweep": Sweep(store, Policy()), "deadlines": Deadlines(office)},
            # In a thread of its own: a manager may be far away, and slow.
            {"synchronizing": synchronizing},
        ),
        hurry=synchronizing.stop,
    )


def _finish_deletions(office: Office) -> None:
    try:
        for account in office.finish_deletions():
            _LOG.info("what was left of a deleted local account was removed", account=account)
    except ServiceError as error:
        _LOG.warning("what is left of a deleted local account stays", why=str(error))


def _describe(data: DataDir, name: str) -> str:
    return f"""\
A new on-prem '{name}' was made in {data.path}. It has no authority of its own yet: each local account gets
its keys from its manager.

  {data.tls_certificate}  the HTTPS certificate, self-signed: products must trust it
  {data.tls_key}  its key

If you have a certificate of your own, put its chain and key in the place of these two files, now or
later: they are taken without a restart. Now request a local account, and approve it:

  licet onprem account request NAME --smart-account NAME --virtual-account NAME --data {data.path}"""


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return bool(re.fullmatch(r"[0-9.]+", name))
    return True


ON_PREM = Kind(is_founded, found, staff)
