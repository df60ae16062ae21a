"""What a command works on: the store and the keys of one authority, who types, now, and chance."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from licet.kernel.chance import Chance, SystemChance
from licet.ledger.ports import Store, Work
from licet.service.problems import ServiceError
from licet.shell.who import system_user

if TYPE_CHECKING:
    from licet.pki.authority import AuthorityKeys

Result = TypeVar("Result")


@dataclass(frozen=True)
class Site:
    """One authority's store and keys, as a person at a shell meets them.

    Attributes:
        store: shared with the server that runs.
        keys: reads the key files; few commands need them.
        who: named in every event.
        now: the instant of the command.
        chance: where ids are drawn from.
    """

    store: Store
    keys: "Callable[[], AuthorityKeys]"
    who: str
    now: datetime
    chance: Chance

    def do(self, job: Callable[[Work], Result]) -> Result:
        """Return what `job` returns, once all that it put is committed; nobody comes in between."""
        with self.store.begin(alone=True) as work:
            result = job(work)
            work.commit()
        return result

    def look(self, job: Callable[[Work], Result]) -> Result:
        """Return what `job` reads; nothing is changed."""
        with self.store.begin() as work:
            return job(work)


@contextmanager
def open_site(path: Path) -> Iterator[Site]:
    """Open the data directory of an authority.

    Raises:
        ServiceError: it is not there, or not as it must be.
    """
    # What is loaded here, a command that only prints a help text does without.
    from licet.service.clock import SystemClock  # noqa: PLC0415
    from licet.service.datadir import open_data  # noqa: PLC0415
    from licet.store.sqlite.problems import StoreError  # noqa: PLC0415
    from licet.store.sqlite.store import SqliteStore  # noqa: PLC0415

    data = open_data(path)
    if not data.database.exists():
        raise ServiceError(
            f"{data.database}: there is no ledger; the first `serve` makes it, or restore a backup"
        )

    def keys() -> "AuthorityKeys":
        from licet.service.keyring import Keyring  # noqa: PLC0415 - few commands need keys

        return Keyring.open(data).current()

    try:
        store = SqliteStore.open(data.database, migrates=False)
        try:
            yield Site(store, keys, system_user(), SystemClock().now(), SystemChance())
        finally:
            store.close()
    except StoreError as error:
        raise ServiceError(str(error)) from error
