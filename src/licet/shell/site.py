"""What a command works on: the store and the keys of one authority, who types, now, and chance."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from licet.kernel.chance import Chance, SystemChance
from licet.kernel.ids import AccountId, AuthorityId
from licet.ledger.listing import every
from licet.ledger.model import SmartAccount
from licet.ledger.ports import Store, Work
from licet.service.problems import ServiceError
from licet.shell.who import system_user

if TYPE_CHECKING:
    from licet.pki.authority import AuthorityKeys
    from licet.service.datadir import DataDir

Result = TypeVar("Result")


class Keys(Protocol):
    """Reads the keys of an authority; those of an on-prem belong to one of its local accounts."""

    def __call__(self, account: AccountId | None = None) -> "AuthorityKeys":
        """Return the keys as they are on the disk."""
        ...


@dataclass(frozen=True)
class Trade:
    """What differs at a shell between a manager and an on-prem.

    Attributes:
        account: what an account is called.
        no_account: what to do where there is none yet.
        local: the accounts are local ones of an on-prem, each with keys of its own.
    """

    account: str
    no_account: str
    local: bool


MANAGER = Trade(
    "smart account",
    "there is no smart account yet; open one: account open NAME --domain DOMAIN",
    local=False,
)
ON_PREM = Trade(
    "local account",
    "no local account is registered yet; account list shows how far each one has come",
    local=True,
)


@dataclass(frozen=True)
class Site:
    """One authority's store and keys, as a person at a shell meets them.

    Attributes:
        store: shared with the server that runs.
        keys: reads the key files of an account; few commands need them.
        who: named in every event.
        now: the instant of the command.
        chance: where ids are drawn from.
    """

    store: Store
    keys: "Keys"
    who: str
    now: datetime
    chance: Chance
    trade: Trade = MANAGER

    def accounts(self, work: Work) -> Iterable[SmartAccount]:
        """Return the accounts that there are, by name; not what is left of a local one that was deleted."""
        found = every(self.store.list_accounts)
        return (one for one in found if self.has(work, one))

    def has(self, work: Work, account: SmartAccount) -> bool:
        """Tell whether an account is one that a person can mean."""
        return not self.trade.local or work.local_account(AuthorityId(account.id)) is not None

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
def open_site(path: Path, trade: Trade = MANAGER) -> Iterator[Site]:
    """Open the data directory of an authority.

    Raises:
        ServiceError: it is not there, is not as it must be, or is another kind's.
    """
    # What is loaded here, a command that only prints a help text does without.
    from licet.service.clock import SystemClock  # noqa: PLC0415
    from licet.service.datadir import open_data  # noqa: PLC0415
    from licet.store.sqlite.problems import StoreError  # noqa: PLC0415
    from licet.store.sqlite.store import SqliteStore  # noqa: PLC0415

    data = open_data(path)
    check_trade(data, trade)
    if not data.database.exists():
        raise ServiceError(
            f"{data.database}: there is no ledger; the first `serve` makes it, or restore a backup"
        )

    def keys(account: AccountId | None = None) -> "AuthorityKeys":
        from licet.service.keyring import Keyring  # noqa: PLC0415 - few commands need keys

        file = data.account_file(AuthorityId(account)) if trade.local and account else None
        return Keyring.open(data, file=file).current()

    try:
        store = SqliteStore.open(data.database, migrates=False)
        try:
            yield Site(store, keys, system_user(), SystemClock().now(), SystemChance(), trade)
        finally:
            store.close()
    except StoreError as error:
        raise ServiceError(str(error)) from error


def check_trade(data: "DataDir", trade: Trade) -> None:
    """Pass if a data directory is of the kind that a command is about.

    Raises:
        ServiceError: it is of the other one.
    """
    if data.is_on_prem != trade.local:
        kind, program = ("an on-prem", "onprem") if data.is_on_prem else ("a manager", "manager")
        raise ServiceError(f"{data.path}: {kind} lives here; type: licet {program} ...")
