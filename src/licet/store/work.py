"""One unit of work over any store (`ledger.ports.Work`): what was put, over what was committed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from licet.kernel.ids import (
    AccountId,
    AuthorityId,
    InstanceId,
    Tag,
    TokenId,
    Udi,
    VirtualAccountId,
)
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
from licet.ledger.ports import Duplicate, Needs
from licet.ledger.sites import CarriedNote, Change, Invitation, Letter, LocalAccount, OnPrem
from licet.store.overlay import Overlay, Overlays, Sources
from licet.store.shapes import InUse, Key, Row, Shape, udi_key

# Above every number that rises by one.
_EVERY_NUMBER = 2**63 - 1


class Home(Protocol):
    """The store, as one unit of work knows it: what was committed before it began, and flushed."""

    @property
    def tables(self) -> Sources:
        """The rows of every table; others after each flush."""
        ...

    def apply(self, changes: Overlays) -> None:
        """Make changes durable and visible, all at once.

        Raises:
            Conflict: another unit of work was committed since this one read.
        """
        ...

    def flush(self, changes: Overlays, needs: Needs) -> None:
        """Keep changes until `apply`, forget what was read, and prepare for what will be read.

        Raises:
            RuntimeError: there are changes, and the unit of work is not alone.
        """
        ...

    def due_keys(self, shape: Shape[Any, Any], until: datetime, limit: int) -> list[Any]:
        """Return the keys of what is due, earliest first."""
        ...

    def page_instances(
        self, virtual_account: VirtualAccountId, after: Instance | None, limit: int
    ) -> list[Instance]:
        """Return instances of a virtual account by (pid, sn, id), behind `after`."""
        ...

    def page_changes(
        self, account: AccountId, after: InstanceId | None, limit: int
    ) -> list[Change]:
        """Return changes of a local account by instance, behind `after`; nothing was flushed."""
        ...

    def page_events(self, account: AccountId, number: int, limit: int) -> list[tuple[int, Event]]:
        """Return events behind a number, oldest first; nothing was flushed."""
        ...

    def count_instances(self, virtual_account: VirtualAccountId) -> int:
        """Return how many instances a virtual account has."""
        ...

    def tags_in(self, virtual_account: VirtualAccountId) -> set[Tag]:
        """Return the licenses that a virtual account holds or uses."""
        ...


class StoreWork:
    """See `ledger.ports.Work`, which documents every method."""

    def __init__(self, home: Home) -> None:
        self._rows = Overlays(home.tables)
        self._home = home
        self._flushed = False
        self._closed = False

    def account(self, account: AccountId) -> SmartAccount | None:
        """Return a smart account."""
        return self._rows.accounts.get(account)

    def account_named(self, name: str) -> SmartAccount | None:
        """Return the smart account with that name or domain, without regard to case."""
        for index in ("name", "domain"):
            for row in self._rows.accounts.rows(index, name.casefold()):
                return row
        return None

    def virtual_account(self, virtual_account: VirtualAccountId) -> VirtualAccount | None:
        """Return a virtual account."""
        return self._rows.virtual_accounts.get(virtual_account)

    def virtual_accounts(self, account: AccountId) -> Sequence[VirtualAccount]:
        """Return all virtual accounts of a smart account, by name."""
        found = self._rows.virtual_accounts.rows("account", account)
        return sorted(found, key=lambda row: row.name.casefold())

    def token(self, token: TokenId) -> IdToken | None:
        """Return a token's row."""
        return self._rows.tokens.get(token)

    def instance(self, instance: InstanceId) -> Instance | None:
        """Return a product instance."""
        return self._rows.instances.get(instance)

    def instance_of_key(self, key: str) -> Instance | None:
        """Return the instance whose key has that thumbprint."""
        return next(self._rows.instances.rows("key", key), None)

    def instances_of_udi(self, udi: Udi) -> Sequence[Instance]:
        """Return the instances of a UDI in all smart accounts."""
        return sorted(self._rows.instances.rows("udi", (udi.pid, udi.sn)), key=lambda row: row.id)

    def retired_key(self, key: str) -> RetiredKey | None:
        """Return why a key may not speak any more."""
        return self._rows.retired.get(key)

    def udi_record(self, account: AccountId, udi: Udi) -> UdiRecord | None:
        """Return what a UDI has reported to a smart account."""
        return self._rows.udis.get(udi_key(account, udi))

    def pool(self, virtual_account: VirtualAccountId, tag: Tag) -> Pool:
        """Return a pool; one that was never put is empty."""
        key = (virtual_account, tag)
        held = sorted(self._rows.holdings.rows("pool", key), key=lambda row: row.id)
        counted = self._rows.in_use.get(key)
        return Pool(virtual_account, tag, tuple(held), counted.in_use if counted else 0)

    def pools(self, virtual_accounts: Sequence[VirtualAccountId], tag: Tag) -> Sequence[Pool]:
        """Return the pools of one license in many virtual accounts, in their order."""
        keys = [(place, tag) for place in virtual_accounts]
        self._rows.in_use.load(keys)
        self._rows.holdings.load_found("pool", keys)
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
        for other in self._rows.virtual_accounts.rows("account", virtual_account.account):
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
        self._note_change(instance)

    def remove_instance(self, instance: InstanceId) -> None:
        """Remove an instance; its usage must have been taken out of the pools before."""
        row = self._rows.instances.get(instance)
        if row is not None:
            self._rows.instances.remove(instance)
            self._note_change(row)

    def _note_change(self, instance: Instance) -> None:
        # The account of an on-prem's own instances has the id of its local account.
        local = self.local_account(AuthorityId(instance.account))
        if local is not None:
            self._rows.changes.put(Change(instance.id, instance.account, local.number + 1))

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
        self._rows.events.append(event)

    def due_instances(self, until: datetime, limit: int) -> Sequence[Instance]:
        """Return instances with `due_at` not after `until`, earliest first."""
        return self._due(self._rows.instances, until, limit)

    def due_holdings(self, until: datetime, limit: int) -> Sequence[Holding]:
        """Return holdings with `due_at` not after `until`, earliest first."""
        return self._due(self._rows.holdings, until, limit)

    def forget_retired_keys(self, until: datetime, limit: int) -> int:
        """Remove retired keys whose `until` is not after that instant; return how many."""
        over = self._due(self._rows.retired, until, limit)
        for row in over:
            self._rows.retired.remove(row.key)
        return len(over)

    def _due(self, overlay: Overlay[Key, Row], until: datetime, limit: int) -> Sequence[Row]:
        def committed(count: int) -> list[Key]:
            return self._home.due_keys(overlay.shape, until, count)

        return overlay.due(committed, until, limit)

    def on_prem(self, on_prem: AuthorityId) -> OnPrem | None:
        """Return what a manager knows of a local account of an on-prem."""
        return self._rows.on_prems.get(on_prem)

    def on_prem_of(self, virtual_account: VirtualAccountId) -> OnPrem | None:
        """Return the on-prem whose own a virtual account is; also one that was removed lately."""
        found = self._rows.on_prems.rows("virtual_account", virtual_account)
        return min(found, key=lambda row: (row.removed_at is not None, row.id), default=None)

    def on_prems(self, account: AccountId) -> Sequence[OnPrem]:
        """Return the on-prems of a smart account, by name."""
        found = self._rows.on_prems.rows("account", account)
        return sorted(found, key=lambda row: row.name.casefold())

    def put_on_prem(self, on_prem: OnPrem) -> None:
        """Put an on-prem; raises `Duplicate` where the account has another of that name."""
        for other in self._rows.on_prems.rows("account", on_prem.account):
            same = other.name.casefold() == on_prem.name.casefold()
            if same and other.id != on_prem.id:
                raise Duplicate(f"there is an on-prem '{other.name}' already")
        self._rows.on_prems.put(on_prem)

    def remove_on_prem(self, on_prem: AuthorityId) -> None:
        """Remove an on-prem, the letter that was kept for it, and the leave notes that wait for it."""
        self._rows.on_prems.remove(on_prem)
        self._rows.letters.remove(on_prem)
        for note in self.carried_notes(on_prem):
            self._rows.carried_notes.remove(note.instance)

    def due_on_prems(self, until: datetime, limit: int) -> Sequence[OnPrem]:
        """Return on-prems with `due_at` not after `until`, earliest first."""
        return self._due(self._rows.on_prems, until, limit)

    def letter(self, on_prem: AuthorityId) -> Letter | None:
        """Return the last response to an on-prem."""
        return self._rows.letters.get(on_prem)

    def put_letter(self, letter: Letter) -> None:
        """Keep a response, in place of the one before."""
        self._rows.letters.put(letter)

    def invitation(self, invitation: TokenId) -> Invitation | None:
        """Return an invitation."""
        return self._rows.invitations.get(invitation)

    def invitations(self, account: AccountId) -> Sequence[Invitation]:
        """Return the invitations of a smart account, newest first."""
        found = self._rows.invitations.rows("account", account)
        return sorted(found, key=lambda row: (row.created_at, row.id), reverse=True)

    def put_invitation(self, invitation: Invitation) -> None:
        """Put an invitation."""
        self._rows.invitations.put(invitation)

    def local_account(self, account: AuthorityId) -> LocalAccount | None:
        """Return a local account of this on-prem."""
        return self._rows.local_accounts.get(account)

    def local_accounts(self) -> Sequence[LocalAccount]:
        """Return all local accounts of this on-prem, by name."""
        found = self._rows.local_accounts.rows("beginning", "")
        return sorted(found, key=lambda row: row.name.casefold())

    def put_local_account(self, account: LocalAccount) -> None:
        """Put a local account; raises `Duplicate` where another one has that name."""
        for other in self.local_accounts():
            if other.name.casefold() == account.name.casefold() and other.id != account.id:
                raise Duplicate(f"there is a local account '{other.name}' already")
        self._rows.local_accounts.put(account)

    def remove_local_account(self, account: AuthorityId) -> None:
        """Remove a local account, the changes that were noted for it, and the notes that it carries."""
        self._rows.local_accounts.remove(account)
        self.forget_changes(account, _EVERY_NUMBER)
        for note in self.notes_carried_by(account):
            self._rows.carried_notes.remove(note.instance)

    def changes(
        self, account: AuthorityId, after: InstanceId | None, limit: int
    ) -> Sequence[Change]:
        """Return what changed in a local account, by instance, behind `after`."""
        self._check_whole()
        return self._home.page_changes(AccountId(account), after, limit)

    def forget_changes(self, account: AuthorityId, until: int) -> None:
        """Forget the changes of a local account whose `since` is not higher than `until`."""
        self._rows.forget_changes(AccountId(account), until)

    def page_instances(
        self, virtual_account: VirtualAccountId, after: Instance | None, limit: int
    ) -> Sequence[Instance]:
        """Return instances of a virtual account by (pid, sn, id), behind `after`."""
        return self._home.page_instances(virtual_account, after, limit)

    def count_instances(self, virtual_account: VirtualAccountId) -> int:
        """Return how many instances a virtual account has, with what was flushed since."""
        return self._home.count_instances(virtual_account)

    def tags_in(self, virtual_account: VirtualAccountId) -> Sequence[Tag]:
        """Return the licenses that a virtual account holds or uses, in order; own puts are seen."""
        held, used = self._rows.holdings.changed, self._rows.in_use.changed
        tags = self._home.tags_in(virtual_account)
        for row in (*held.values(), *used.values()):
            if row is not None and row.virtual_account == virtual_account:
                tags.add(row.tag)
        keys = [(virtual_account, tag) for tag in sorted(tags)]
        self._rows.in_use.load(keys)
        self._rows.holdings.load_found("pool", keys)
        pools = [self.pool(*key) for key in keys]
        return [pool.tag for pool in pools if pool.holdings or pool.in_use]

    def events_after(
        self, account: AccountId, number: int, limit: int
    ) -> Sequence[tuple[int, Event]]:
        """Return events of an account with their numbers, oldest first, behind a number."""
        self._check_whole()
        return self._home.page_events(account, number, limit)

    def _check_whole(self) -> None:
        """Pass if it can still be said what there was when this unit of work began."""
        if self._flushed:
            raise RuntimeError("read changes and events before anything that was put is flushed")

    def carried_notes(self, authority: AuthorityId) -> Sequence[CarriedNote]:
        """Return the leave notes for an authority that wait here, by instance."""
        found = self._rows.carried_notes.rows("authority", authority)
        return sorted(found, key=lambda row: row.instance)

    def notes_carried_by(self, local_account: AuthorityId) -> Sequence[CarriedNote]:
        """Return the leave notes that go up from a local account, by instance."""
        found = self._rows.carried_notes.rows("local_account", local_account)
        return sorted(found, key=lambda row: row.instance)

    def put_carried_note(self, note: CarriedNote) -> None:
        """Keep a leave note that goes on to another authority."""
        self._rows.carried_notes.put(note)

    def remove_carried_note(self, instance: InstanceId) -> None:
        """Forget a leave note: it has arrived."""
        self._rows.carried_notes.remove(instance)

    def flush(self, needs: Needs = Needs()) -> None:  # noqa: B008 - a value
        """Hand over what was put so far, and forget what was read."""
        if self._closed:
            raise RuntimeError("a unit of work that was committed or left has nothing to flush")
        # Where it fails in the middle, half of what was put must not be committed.
        self._closed = True
        self._home.flush(self._rows, needs)
        self._flushed = self._flushed or not self._rows.empty
        self._rows = Overlays(self._home.tables)
        self._closed = False

    def commit(self) -> None:
        """Make all of it visible at once; raises `Conflict` where another one was first."""
        if self._closed:
            raise RuntimeError("a unit of work is committed once, and before it is left")
        self.close()
        self._home.apply(self._rows)

    def close(self) -> None:
        """End the unit of work: it can no longer be committed."""
        self._closed = True
