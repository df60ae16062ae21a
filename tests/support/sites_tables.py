"""The tables of an on-prem and of its manager side by side, as their command lines print them."""

from pathlib import Path
from typing import Any

from licet.kernel.ids import AccountId, InstanceId, Tag, VirtualAccountId
from licet.ledger.instances import remove
from licet.ledger.model import Instance
from licet.ledger.sites import LocalAccount
from licet.service.clock import SystemClock
from licet.store.sqlite.store import SqliteStore
from support.sites import populate
from support.town import Standing

Rows = list[dict[str, Any]]
# Where an instance stands inside of the on-prem is the on-prem's own.
_OWN = {"virtual_account"}


def instances(authority: Standing, *words: str) -> Rows:
    """Return the instance table of an authority, but for where each stands."""
    rows = authority.ask("instance", "list", *words)
    return [{name: value for name, value in row.items() if name not in _OWN} for row in rows]


def licenses(authority: Standing, *words: str) -> dict[str, tuple[int, int, int]]:
    """Return purchased, in use and balance of each license, over the virtual accounts that are listed."""
    found: dict[str, tuple[int, int, int]] = {}
    for row in authority.ask("license", "list", *words):
        bought, used, left = found.get(row["license"], (0, 0, 0))
        more = (bought + row["purchased"], used + row["in_use"], left + row["balance"])
        found[row["license"]] = more
    return {name: row for name, row in found.items() if any(row)}


def check_equal(manager: Standing, place: str, on_prem: Standing, account: str) -> None:
    """Pass if both sides show the same instances, and the same numbers of every license."""
    theirs, ours = ("--account", account), ("--virtual-account", place)
    assert instances(on_prem, *theirs) == instances(manager, *ours)
    assert licenses(on_prem, *theirs) == licenses(manager, *ours)


class Inside:
    """The ledger of an on-prem, opened beside its server as the command line does."""

    def __init__(self, data: Path, name: str) -> None:
        self.store = SqliteStore.open(data / "licet.db")
        self.now = SystemClock().now()
        with self.store.begin() as work:
            [self.account] = [one for one in work.local_accounts() if one.name == name]
            places = work.virtual_accounts(self.id)
        self.place: VirtualAccountId = next(place.id for place in places if place.default)

    @property
    def id(self) -> AccountId:
        """The id of the local account, as the ledger has it."""
        return AccountId(self.account.id)

    def local_account(self) -> LocalAccount:
        """Return the local account as it is now."""
        with self.store.begin() as work:
            found = work.local_account(self.account.id)
        assert found is not None
        return found

    def enter(self, count: int, tag: Tag, *, first: int = 0) -> None:
        """Put product instances that use a license each."""
        populate(self.store, self.place, count, account=self.id, tag=tag, now=self.now, first=first)

    def rows(self) -> list[Instance]:
        """Return all product instances."""
        with self.store.begin() as work:
            return list(work.page_instances(self.place, None, 100_000))

    def remove(self, instance: InstanceId) -> None:
        """Remove a product instance, as a person does."""
        with self.store.begin(alone=True) as work:
            found = work.instance(instance)
            assert found is not None
            remove(work, found, who="ann", why="tested", now=self.now)
            work.commit()

    def close(self) -> None:
        """Close the ledger."""
        self.store.close()
