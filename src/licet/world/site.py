"""One local account of an on-prem in a world: an authority of its own over the on-prem's store."""

from collections.abc import Callable
from datetime import datetime

from licet.endpoint.endpoint import Endpoint
from licet.kernel.chance import Chance
from licet.kernel.ids import AccountId, AuthorityId
from licet.kernel.problems import Code
from licet.ledger.ports import Store, Work
from licet.ledger.sites import LocalAccount
from licet.pki.authority import AuthorityKeys
from licet.registrar.lapse import closed
from licet.world.clock import MachineClock


class Site:
    """A local account that its manager has taken on.

    Args:
        name: of the on-prem.
        clock: the on-prem's.
        chance: the on-prem's.
        store: the on-prem's.
        keys: its own.
    """

    def __init__(
        self, name: str, *, clock: MachineClock, chance: Chance, store: Store, keys: AuthorityKeys
    ) -> None:
        self.name = name
        self.clock = clock
        self.chance = chance
        self.id = keys.authority
        self.go_on(store, keys)

    def go_on(self, store: Store, keys: AuthorityKeys) -> None:
        """Go on with another store and other keys, as after a restore."""
        self.store = store
        rule = _closed(self.id)
        self.endpoint = Endpoint(store, keys, chance=self.chance, closed=rule)

    @property
    def account(self) -> AccountId:
        """The one account in its ledger."""
        return AccountId(self.id)

    @property
    def keys(self) -> AuthorityKeys:
        """The keys in use."""
        return self.endpoint.keys

    @keys.setter
    def keys(self, keys: AuthorityKeys) -> None:
        self.endpoint.keys = keys

    def keep(self, keys: AuthorityKeys) -> None:
        """Take renewed keys into use."""
        self.keys = keys

    @property
    def local(self) -> LocalAccount | None:
        """What it knows of itself; None once it was deleted."""
        with self.store.begin() as work:
            return work.local_account(self.id)


def _closed(site: AuthorityId) -> Callable[[Work, datetime], Code | None]:
    def rule(work: Work, now: datetime) -> Code | None:
        account = work.local_account(site)
        return Code.UNKNOWN_INSTANCE if account is None else closed(account, now)

    return rule
