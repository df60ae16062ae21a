"""What the ledger's users need of a database: one unit of work, one store.

Every adapter passes the contract suite in `tests/contract`. A unit of work is *prepared* with the
keys of all its messages at once, so that an adapter may load them with a constant number of
statements; a handler then reads and puts as if it were alone. Nothing is seen by others before
`commit`, and everything is seen after it.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

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
from licet.ledger.sites import CarriedNote, Change, Invitation, Letter, LocalAccount, OnPrem


class Duplicate(Exception):  # noqa: N818 - it names what is there already
    """A name, a domain, an id or a key that must be unique is taken; nothing was put."""


class Conflict(Exception):  # noqa: N818
    """Another unit of work changed what this one read; run it again from the start."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What a batch of messages will ask for; a hint, not a limit.

    Attributes:
        registrations: with which token, under which key (its thumbprint), for which product.
        uses: which instance asks for which entitlement.
    """

    instances: tuple[InstanceId, ...] = ()
    registrations: tuple[tuple[TokenId, str, Udi], ...] = ()
    uses: tuple[tuple[InstanceId, Tag], ...] = ()


class Work(Protocol):
    """One unit of work: reads see its own puts; `put` replaces what has the same id or key."""

    def account(self, account: AccountId) -> SmartAccount | None:
        """Return a smart account."""
        ...

    def account_named(self, name: str) -> SmartAccount | None:
        """Return the smart account with that name or domain, without regard to case."""
        ...

    def virtual_account(self, virtual_account: VirtualAccountId) -> VirtualAccount | None:
        """Return a virtual account."""
        ...

    def virtual_accounts(self, account: AccountId) -> Sequence[VirtualAccount]:
        """Return all virtual accounts of a smart account, by name."""
        ...

    def token(self, token: TokenId) -> IdToken | None:
        """Return a token's row."""
        ...

    def instance(self, instance: InstanceId) -> Instance | None:
        """Return a product instance."""
        ...

    def instance_of_key(self, key: str) -> Instance | None:
        """Return the instance whose key has that thumbprint."""
        ...

    def instances_of_udi(self, udi: Udi) -> Sequence[Instance]:
        """Return the instances of a UDI in all smart accounts."""
        ...

    def retired_key(self, key: str) -> RetiredKey | None:
        """Return why a key may not speak any more."""
        ...

    def udi_record(self, account: AccountId, udi: Udi) -> UdiRecord | None:
        """Return what a UDI has reported to a smart account."""
        ...

    def pool(self, virtual_account: VirtualAccountId, tag: Tag) -> Pool:
        """Return a pool; one that was never put is empty."""
        ...

    def pools(self, virtual_accounts: Sequence[VirtualAccountId], tag: Tag) -> Sequence[Pool]:
        """Return the pools of one license in many virtual accounts, in their order."""
        ...

    def license(self, tag: Tag) -> License | None:
        """Return what the catalog says of a tag."""
        ...

    def product(self, tag: str) -> Product | None:
        """Return what the catalog says of a product."""
        ...

    def holding(self, holding: str) -> Holding | None:
        """Return a holding by its id."""
        ...

    def alert(self, key: str) -> Alert | None:
        """Return the alert that stands under a key."""
        ...

    def put_account(self, account: SmartAccount) -> None:
        """Put a smart account; raises `Duplicate` where name or domain is another's."""
        ...

    def put_virtual_account(self, virtual_account: VirtualAccount) -> None:
        """Put a virtual account; raises `Duplicate` where the account has another of that name."""
        ...

    def remove_virtual_account(self, virtual_account: VirtualAccountId) -> None:
        """Remove a virtual account that holds nothing."""
        ...

    def put_token(self, token: IdToken) -> None:
        """Put a token's row."""
        ...

    def put_instance(self, instance: Instance) -> None:
        """Put an instance and its usage; raises `Duplicate` where the key is another's."""
        ...

    def remove_instance(self, instance: InstanceId) -> None:
        """Remove an instance; its usage must have been taken out of the pools before."""
        ...

    def put_retired_key(self, key: RetiredKey) -> None:
        """Put a key that may not speak any more."""
        ...

    def put_udi_record(self, record: UdiRecord) -> None:
        """Put what a UDI has reported."""
        ...

    def put_usage_count(self, virtual_account: VirtualAccountId, tag: Tag, in_use: int) -> None:
        """Put a pool's counter of use."""
        ...

    def put_holding(self, holding: Holding) -> None:
        """Put a holding into its pool (and out of the one it was in before)."""
        ...

    def remove_holding(self, holding: str) -> None:
        """Remove a holding."""
        ...

    def put_license(self, entry: License) -> None:
        """Put a license into the catalog."""
        ...

    def put_product(self, entry: Product) -> None:
        """Put a product into the catalog."""
        ...

    def put_alert(self, alert: Alert) -> None:
        """Put an alert under its key."""
        ...

    def clear_alert(self, key: str) -> None:
        """Remove the alert under a key, if one stands."""
        ...

    def record(self, event: Event) -> None:
        """Add an event."""
        ...

    def due_instances(self, until: datetime, limit: int) -> Sequence[Instance]:
        """Return instances with `due_at` not after `until`, earliest first."""
        ...

    def due_holdings(self, until: datetime, limit: int) -> Sequence[Holding]:
        """Return holdings with `due_at` not after `until`, earliest first."""
        ...

    def forget_retired_keys(self, until: datetime, limit: int) -> int:
        """Remove retired keys whose `until` is not after that instant; return how many."""
        ...

    def on_prem(self, on_prem: AuthorityId) -> OnPrem | None:
        """Return what a manager knows of a local account of an on-prem."""
        ...

    def on_prem_of(self, virtual_account: VirtualAccountId) -> OnPrem | None:
        """Return the on-prem whose own a virtual account is; also one that was removed lately."""
        ...

    def on_prems(self, account: AccountId) -> Sequence[OnPrem]:
        """Return the on-prems of a smart account, by name."""
        ...

    def put_on_prem(self, on_prem: OnPrem) -> None:
        """Put an on-prem; raises `Duplicate` where the account has another of that name."""
        ...

    def remove_on_prem(self, on_prem: AuthorityId) -> None:
        """Remove an on-prem, the letter that was kept for it, and the leave notes that wait for it."""
        ...

    def due_on_prems(self, until: datetime, limit: int) -> Sequence[OnPrem]:
        """Return on-prems with `due_at` not after `until`, earliest first."""
        ...

    def letter(self, on_prem: AuthorityId) -> Letter | None:
        """Return the last response to an on-prem."""
        ...

    def put_letter(self, letter: Letter) -> None:
        """Keep a response, in place of the one before."""
        ...

    def invitation(self, invitation: TokenId) -> Invitation | None:
        """Return an invitation."""
        ...

    def invitations(self, account: AccountId) -> Sequence[Invitation]:
        """Return the invitations of a smart account, newest first."""
        ...

    def put_invitation(self, invitation: Invitation) -> None:
        """Put an invitation."""
        ...

    def local_account(self, account: AuthorityId) -> LocalAccount | None:
        """Return a local account of this on-prem."""
        ...

    def local_accounts(self) -> Sequence[LocalAccount]:
        """Return all local accounts of this on-prem, by name."""
        ...

    def put_local_account(self, account: LocalAccount) -> None:
        """Put a local account; raises `Duplicate` where another one has that name."""
        ...

    def remove_local_account(self, account: AuthorityId) -> None:
        """Remove a local account, the changes that were noted for it, and the notes that it carries."""
        ...

    def changes(
        self, account: AuthorityId, after: InstanceId | None, limit: int
    ) -> Sequence[Change]:
        """Return what changed in a local account, by instance, behind `after`.

        As it was when this unit of work began: its own puts are not seen. Every put and every
        removal of an instance of a local account is noted, in the same unit of work.
        """
        ...

    def forget_changes(self, account: AuthorityId, until: int) -> None:
        """Forget the changes of a local account whose `since` is not higher than `until`."""
        ...

    def page_instances(
        self, virtual_account: VirtualAccountId, after: Instance | None, limit: int
    ) -> Sequence[Instance]:
        """Return instances of a virtual account by (pid, sn, id), behind `after`.

        As they were when this unit of work began, with what was flushed since.
        """
        ...

    def count_instances(self, virtual_account: VirtualAccountId) -> int:
        """Return how many instances a virtual account has, with what was flushed since."""
        ...

    def tags_in(self, virtual_account: VirtualAccountId) -> Sequence[Tag]:
        """Return the licenses that a virtual account holds or uses, in order; own puts are seen."""
        ...

    def events_after(
        self, account: AccountId, number: int, limit: int
    ) -> Sequence[tuple[int, Event]]:
        """Return events of an account with their numbers, oldest first, behind a number.

        As they were when this unit of work began.
        """
        ...

    def carried_notes(self, authority: AuthorityId) -> Sequence[CarriedNote]:
        """Return the leave notes for an authority that wait here, by instance."""
        ...

    def notes_carried_by(self, local_account: AuthorityId) -> Sequence[CarriedNote]:
        """Return the leave notes that go up from a local account, by instance."""
        ...

    def put_carried_note(self, note: CarriedNote) -> None:
        """Keep a leave note that goes on to another authority."""
        ...

    def remove_carried_note(self, instance: InstanceId) -> None:
        """Forget a leave note: it has arrived."""
        ...

    def flush(self, needs: Needs = Needs()) -> None:
        """Hand over what was put so far, so that a unit of work of any size stays small in memory.

        It is seen by others with the commit, and given up with the rest. Only in a unit of work
        that is alone, or has put nothing: then it only forgets what was read.

        Args:
            needs: what will be read next.
        """
        ...

    def commit(self) -> None:
        """Make all of it durable at once.

        Raises:
            Conflict: run the unit of work again.
        """
        ...


Item_co = TypeVar("Item_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Listing(Generic[Item_co]):
    """A page of a list in a stable order.

    Attributes:
        items: the rows of this page.
        next: ask again with `after` set to it; None on the last page.
    """

    items: tuple[Item_co, ...]
    next: str | None = None


class Store(Protocol):
    """A database of one authority."""

    def begin(self, needs: Needs = Needs(), *, alone: bool = False) -> AbstractContextManager[Work]:
        """Open a unit of work; leaving it without `commit` changes nothing.

        Args:
            needs: what it will read, as far as that is known.
            alone: nobody may overtake it, so that its commit meets no `Conflict`; it waits for its
                turn, and others wait for it.
        """
        ...

    def next_due(self) -> datetime | None:
        """Return the earliest `due_at` of any instance, holding or on-prem."""
        ...

    def list_accounts(self, *, after: str | None = None, limit: int = 100) -> Listing[SmartAccount]:
        """List smart accounts by name."""
        ...

    def list_tokens(
        self, virtual_account: VirtualAccountId, *, after: str | None = None, limit: int = 100
    ) -> Listing[IdToken]:
        """List tokens, newest first."""
        ...

    def list_pools(
        self, virtual_account: VirtualAccountId, *, after: str | None = None, limit: int = 100
    ) -> Listing[Pool]:
        """List the pools of a virtual account that hold or use anything, by tag."""
        ...

    def list_instances(
        self, virtual_account: VirtualAccountId, *, after: str | None = None, limit: int = 100
    ) -> Listing[Instance]:
        """List product instances, by UDI."""
        ...

    def list_alerts(
        self, account: AccountId, *, after: str | None = None, limit: int = 100
    ) -> Listing[Alert]:
        """List alerts: Major first, then by when action is due."""
        ...

    def list_events(
        self, account: AccountId, *, after: str | None = None, limit: int = 100
    ) -> Listing[Event]:
        """List events, newest first."""
        ...

    def list_licenses(self, *, after: str | None = None, limit: int = 100) -> Listing[License]:
        """List the catalog, by tag."""
        ...

    def list_products(self, *, after: str | None = None, limit: int = 100) -> Listing[Product]:
        """List the products of the catalog, by tag."""
        ...

    def count_instances(self, virtual_account: VirtualAccountId) -> int:
        """Return how many instances a virtual account has, from a counter."""
        ...
