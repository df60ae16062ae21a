"""What a manager stands with: its first start, its one endpoint, and its duties."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from licet.admin.sweep import Sweep
from licet.endpoint.endpoint import Call, Endpoint, Reply
from licet.kernel.chance import Chance
from licet.ledger.model import Policy
from licet.ledger.ports import Store
from licet.pki.authority import AuthorityKeys
from licet.service.clock import Clock
from licet.service.datadir import DataDir
from licet.service.desk import MANAGER_PATHS
from licet.service.founding import describe, found, is_founded
from licet.service.keyring import Keyring
from licet.service.renewal import KeyRenewal
from licet.service.serving import Staff
from licet.service.settings import Settings
from licet.service.site_desk import SiteDesk
from licet.service.tending import Duty
from licet.shell.serving import Founded, Kind


class Manned:
    """One endpoint whose keys are looked at before every batch, so that a rotation reaches the next one.

    Args:
        endpoint: of the authority.
        keys: returns the keys as they are on the disk.
    """

    def __init__(self, endpoint: Endpoint, keys: Callable[[], AuthorityKeys]) -> None:
        self._endpoint = endpoint
        self._keys = keys

    def handle(self, calls: Sequence[Call], *, now: datetime) -> Sequence[Reply | None]:
        """Return a signed answer to each request, in their order."""
        keys = self._keys()
        if keys is not self._endpoint.keys:
            self._endpoint.keys = keys
        return self._endpoint.handle(calls, now=now)


def _staff(data: DataDir, store: Store, clock: Clock, chance: Chance) -> Staff:
    keyring = Keyring.open(data)
    endpoint = Endpoint(store, keyring.current(), chance=chance)
    # Who tends has a keyring of its own: another thread uses the other one.
    duties: dict[str, Duty] = {
        "sweep": Sweep(store, Policy()),
        "keys": KeyRenewal(Keyring.open(data), chance),
    }
    # So has who serves the sites.
    sites = SiteDesk(data.spool, store, keys=Keyring.open(data).current, clock=clock, chance=chance)
    duties["uploads"] = sites.uploads
    return Staff(Manned(endpoint, keyring.current), MANAGER_PATHS, (duties,), sites=sites)


def _found(settings: Settings, chance: Chance, now: datetime) -> Founded:
    """Make what the first start makes."""
    path = Path(settings.data)
    keys_made = not DataDir(path).authority_file.exists()
    data = found(path, authority=settings.authority, names=settings.name, chance=chance, now=now)
    return Founded(
        data,
        describe(data, keys_made=keys_made),
        {
            "data": str(data.path),
            "keys_made": keys_made,
            "authority_file": str(data.authority_file),
            "root_key": str(data.root_key),
            "tls_certificate": str(data.tls_certificate),
            "tls_key": str(data.tls_key),
        },
    )


MANAGER = Kind(is_founded, _found, _staff)
