"""One unit of work over any store (`ledger.ports.Work`): what was put, over what was committed."""

from collections.abc import Sequence
from datetime import datetime
from enum import Enum, auto
from typing import Protocol

from licet.kernel.ids import AccountId, InstanceId, Tag, TokenId, Udi, VirtualAccountId
from licet.ledger.model import (
    Alert,
    Event,
    Holding,
    IdToken,
    Instance,
    License,
    Pool,
    Product,
    RetiredKey,
    SmartAccount,
    UdiRecord,
    VirtualAccount,
)
from licet.ledger.ports import Duplicate
from licet.store.overlay import Overlays
from licet.store.shapes import InUse, udi_key


class DueKind(Enum):
    """The rows that fall due."""

    INSTANCES = auto()
    HOLDINGS = auto()
    RETIRED = auto()


class Home(Protocol):
    """The store, as one unit of work knows it."""

    def apply(self, changes: Overlays, events: Sequence[Event]) -> None:
        """Make changes durable and visible, all at once.

        Raises:
            Conflict: another unit of work was committed since this one read.
        """
        ...

    def due_keys(self, kind: DueKind, until: datetime, limit: int) -> list[str]:
        """Return the keys of what is due."""
        ...


class StoreWork:
    """See `ledger.ports.Work`, which documents every method."""

    def __init__(self, overlays: Overlays, home: Home) -> None:
        self._rows = overlays
        self._home = home
        self._events: list[Event] = []
        self._closed = False

    def account(self, account: AccountId) -> SmartAccount | None:
        """Return a smart account."""
        return self._rows.accounts.get(account)

    def account_named(self, name: str) -> SmartAccount | None:
        """Return the smart account with that name or domain, without regard to case."""
        for index in ("name", "domain"):
            for row in self._rows.accounts.find(index, name.casefold()):
                return row
        return None

    def virtual_account(self, virtual_account: VirtualAccountId) -> VirtualAccount | None:
        """Return a virtual account."""
        return self._rows.virtual_accounts.get(virtual_account)

    def virtual_accounts(self, account: AccountId) -> Sequence[VirtualAccount]:
        """Return all virtual accounts of a smart account, by name."""
        found = self._rows.virtual_accounts.find("account", account)
        return sorted(found, key=lambda row: row.name.casefold())

    def token(self, token: TokenId) -> IdToken | None:
        """Return a token's row."""
        return self._rows.tokens.get(token)

    def instance(self, instance: InstanceId) -> Instance | None:
        """Return a product instance."""
        return self._rows.instances.get(instance)

    def instance_of_key(self, key: str) -> Instance | None:
        """Return the instance whose key has that thumbprint."""
        return next(self._rows.instances.find("key", key), None)

    def instances_of_udi(self, udi: Udi) -> Sequence[Instance]:
        """Return the instances of a UDI in all smart accounts."""
        return sorted(self._rows.instances.find("udi", (udi.pid, udi.sn)), key=lambda row: row.id)

    def retired_key(self, key: str) -> RetiredKey | None:
        """Return why a key may not speak any more."""
        return self._rows.retired.get(key)

    def udi_record(self, account: AccountId, udi: Udi) -> UdiRecord | None:
        """Return what a UDI has reported to a smart account."""
        return self._rows.udis.get(udi_key(account, udi))

    def pool(self, virtual_account: VirtualAccountId, tag: Tag) -> Pool:
        """Return a pool; one that was never put is empty."""
        key = (virtual_account, tag)
        held = sorted(self._rows.holdings.find("pool", key), key=lambda row: row.id)
        counted = self._rows.in_use.get(key)
        return Pool(virtual_account, tag, tuple(held), counted.in_use if counted else 0)

    def pools(self, virtual_accounts: Sequence[VirtualAccountId], tag: Tag) -> Sequence[Pool]:
        """Return the pools of one license in many virtual accounts, in their order."""
        keys = [(place, tag) for place in virtual_accounts]
        self._rows.in_use.expect(keys)
        self._rows.holdings.expect_found("pool", keys)
        return [self.pool(*key) for key in keys]

    def license(self, tag: Tag) -> License | None:
        """Return what the catalog says of a tag."""
        return self._rows.licenses.get(tag)

    def product(self, tag: str) -> Product | None:
        """Return what the catalog says of a product."""
        return self._rows.products.get(tag)

    def holding(self, holding: str) -> Holding | None:
        """Return a holding by its id."""
        return self._rows.holdings.get(holding)

    def alert(self, key: str) -> Alert | None:
        """Return the alert that stands under a key."""
        return self._rows.alerts.get(key)

    def put_account(self, account: SmartAccount) -> None:
        """Put a smart account; raises `Duplicate` where name or domain is another's."""
        for name in (account.name, account.domain):
            other = self.account_named(name)
            if other is not None and other.id != account.id:
                raise Duplicate(f"there is a smart account '{name}' already")
        self._rows.accounts.put(account)

    def put_virtual_account(self, virtual_account: VirtualAccount) -> None:
        """Put a virtual account; raises `Duplicate` where the account has another of that name."""
        for other in self._rows.virtual_accounts.find("account", virtual_account.account):
            same = other.name.casefold() == virtual_account.name.casefold()
            if same and other.id != virtual_account.id:
                raise Duplicate(f"there is a virtual account '{other.name}' already")
        self._rows.virtual_accounts.put(virtual_account)

    def remove_virtual_account(self, virtual_account: VirtualAccountId) -> None:
        """Remove a virtual account that holds nothing."""
        self._rows.virtual_accounts.remove(virtual_account)

    def put_token(self, token: IdToken) -> None:
        """Put a token's row."""
        self._rows.tokens.put(token)

    def put_instance(self, instance: Instance) -> None:
        """Put an instance and its usage; raises `Duplicate` where the key is another's."""
        other = self.instance_of_key(instance.key)
        if other is not None and other.id != instance.id:
            raise Duplicate(f"the key of {instance.udi.text} is another instance's")
        self._rows.instances.put(instance)

    def remove_instance(self, instance: InstanceId) -> None:
        """Remove an instance; its usage must have been taken out of the pools before."""
        self._rows.instances.remove(instance)

    def put_retired_key(self, key: RetiredKey) -> None:
        """Put a key that may not speak any more."""
        self._rows.retired.put(key)

    def put_udi_record(self, record: UdiRecord) -> None:
        """Put what a UDI has reported."""
        self._rows.udis.put(record)

    def put_usage_count(self, virtual_account: VirtualAccountId, tag: Tag, in_use: int) -> None:
        """Put a pool's counter of use."""
        self._rows.in_use.put(InUse(virtual_account, tag, in_use))

    def put_holding(self, holding: Holding) -> None:
        """Put a holding into its pool (and out of the one it was in before)."""
        self._rows.holdings.put(holding)

    def remove_holding(self, holding: str) -> None:
        """Remove a holding."""
        self._rows.holdings.remove(holding)

    def put_license(self, entry: License) -> None:
        """Put a license into the catalog."""
        self._rows.licenses.put(entry)

    def put_product(self, entry: Product) -> None:
        """Put a product into the catalog."""
        self._rows.products.put(entry)

    def put_alert(self, alert: Alert) -> None:
        """Put an alert under its key."""
        self._rows.alerts.put(alert)

    def clear_alert(self, key: str) -> None:
        """Remove the alert under a key, if one stands."""
        if self._rows.alerts.get(key) is not None:
            self._rows.alerts.remove(key)

    def record(self, event: Event) -> None:
        """Add an event."""
        self._events.append(event)

    def due_instances(self, until: datetime, limit: int) -> Sequence[Instance]:
        """Return instances with `due_at` not after `until`, earliest first."""
        overlay = self._rows.instances
        keys = self._home.due_keys(DueKind.INSTANCES, until, limit + len(overlay.changed))
        rows = [overlay.get(InstanceId(key)) for key in keys if key not in overlay.changed]
        rows += overlay.changed.values()
        due = [
            (row.due_at, row.id, row) for row in rows if row and row.due_at and row.due_at <= until
        ]
        return [row for *_, row in sorted(due, key=lambda entry: entry[:2])[:limit]]

    def due_holdings(self, until: datetime, limit: int) -> Sequence[Holding]:
        """Return holdings with `due_at` not after `until`, earliest first."""
        overlay = self._rows.holdings
        keys = self._home.due_keys(DueKind.HOLDINGS, until, limit + len(overlay.changed))
        rows = [overlay.get(key) for key in keys if key not in overlay.changed]
        rows += overlay.changed.values()
        due = [
            (row.due_at, row.id, row) for row in rows if row and row.due_at and row.due_at <= until
        ]
        return [row for *_, row in sorted(due, key=lambda entry: entry[:2])[:limit]]

    def forget_retired_keys(self, until: datetime, limit: int) -> int:
        """Remove retired keys whose `until` is not after that instant; return how many."""
        overlay = self._rows.retired
        keys = self._home.due_keys(DueKind.RETIRED, until, limit + len(overlay.changed))
        over = [key for key in keys if key not in overlay.changed]
        over += [key for key, row in overlay.changed.items() if row and row.until <= until]
        for key in over[:limit]:
            overlay.remove(key)
        return len(over[:limit])

    def commit(self) -> None:
        """Make all of it visible at once; raises `Conflict` where another one was first."""
        if self._closed:
            raise RuntimeError("a unit of work is committed once, and before it is left")
        self.close()
        self._home.apply(self._rows, self._events)

    def close(self) -> None:
        """End the unit of work: it can no longer be committed."""
        self._closed = True
