"""A manager that fits into a pocket: one account, in memory, for a vendor's own tests."""

import uuid
from datetime import timedelta

from licet.admin.accounts import open_account
from licet.admin.licenses import OrderLine, take_order
from licet.admin.tokens import create_token, show_token
from licet.kernel.chance import SeededChance
from licet.kernel.ids import Tag, check_tag, tag_name
from licet.ledger.model import License, LicenseKind, Policy
from licet.ledger.pools import balance
from licet.ledger.usage import review_pool
from licet.testing.clock import FakeClock
from licet.world.authority import Authority
from licet.world.clock import MachineClock

WHO = "test"
_TAGS = uuid.UUID("b6a8f0c2-5f0b-4f4e-9d0c-6f3f6f0d2a51")


class PocketManager:
    """An authority with a smart account 'Example' and a virtual account 'Default'.

    Everything in it is real: keys, certificates, signatures, the endpoint, the sweep. It has a
    clock of its own, which the test may set wrong, on the true time of the test's clock.

        clock = FakeClock()
        manager = PocketManager(clock)
        espresso = manager.tag("ESPRESSO")
        manager.give(espresso, 2)
        transport = MemoryTransport(manager, clock)
        ...
        runtime.handle(Register(manager.token()))
        run(clock, timedelta(days=31), runtime, manager)

    Args:
        clock: the test's clock.
        seed: determines every key and id.
        policy: the numbers that an authority decides.

    Attributes:
        clock: the manager's own clock.
        tags: the entitlement tags of its catalog, by name.
        product: a software id tag for `AgentSettings`.
    """

    def __init__(
        self, clock: FakeClock, *, seed: str = "pocket manager", policy: Policy | None = None
    ) -> None:
        self.clock = MachineClock(clock.true)
        self._true = clock.true
        self._chance = SeededChance(seed)
        self.authority = Authority("pocket", clock=self.clock, chance=self._chance, policy=policy)
        self.tags: dict[str, Tag] = {}
        self.product = _tag("PRODUCT")
        with self.authority.store.begin() as work:
            account, place = open_account(
                work,
                name="Example",
                domain="example.com",
                export_allowed=True,
                who=WHO,
                now=self.clock.wall,
                chance=self._chance,
            )
            work.commit()
        self._account, self._place = account.id, place

    @property
    def root(self) -> bytes:
        """The licensing root's certificate (DER), for `AgentSettings.pinned_root`."""
        return self.authority.keys.root

    def tag(self, name: str, *, export_controlled: bool = False) -> Tag:
        """Put an entitlement into the catalog, and return its tag; the same for the same name.

        Raises:
            ValueError: `name` is not letters, digits, - and _, beginning with a letter or digit.
        """
        tag = _tag(name)
        with self.authority.store.begin() as work:
            work.put_license(License(tag, name, f"{name} of the pocket manager", export_controlled))
            work.commit()
        self.tags[name] = tag
        return tag

    def give(self, tag: Tag, quantity: int = 1, *, days: int | None = None) -> str:
        """Add licenses that were bought, and return what `take` takes them away by.

        Args:
            tag: what was bought.
            quantity: how many.
            days: how long they last; None is for ever.

        Raises:
            AdminRefused: `quantity` or `days` is less than 1, or `tag` was never made.
        """
        now, chance = self.clock.wall, self._chance
        ends_at = None if days is None else now + timedelta(days=days)
        kind = LicenseKind.PERPETUAL if days is None else LicenseKind.TERM
        line = OrderLine(tag, quantity, kind, ends_at=ends_at)
        with self.authority.store.begin() as work:
            [holding] = take_order(
                work, self._place, [line], order="pocket", who=WHO, now=now, chance=chance
            )
            work.commit()
        return holding.id

    def take(self, given: str) -> None:
        """Take away what `give` gave.

        Raises:
            KeyError: it was never given, or was taken already.
        """
        with self.authority.store.begin() as work:
            holding = work.holding(given)
            if holding is None:
                raise KeyError(given)
            work.remove_holding(given)
            review_pool(work, self._account, self._place.id, holding.tag, self.clock.wall)
            work.commit()

    def token(self, *, uses: int | None = None, days: int = 30, export_allowed: bool = True) -> str:
        """Make an ID token, and return the text that is pasted into `Register`.

        Args:
            uses: how many registrations it is good for; None is any number.
            days: how long it is good.
            export_allowed: whether who registers with it may use export-controlled licenses.

        Raises:
            AdminRefused: `days` or `uses` is out of range.
        """
        keys = self.authority.keys
        with self.authority.store.begin() as work:
            token = create_token(
                work,
                self._place,
                keys,
                description="pocket",
                days=days,
                uses=uses,
                export_allowed=export_allowed,
                who=WHO,
                now=self.clock.wall,
                chance=self._chance,
            )
            work.commit()
        return show_token(token, keys)

    def in_use(self, tag: Tag) -> int:
        """Return how many of a license are in use."""
        with self.authority.store.begin() as work:
            return work.pool(self._place.id, tag).in_use

    def balance(self, tag: Tag) -> int:
        """Return purchased minus in use; negative is out of compliance."""
        with self.authority.store.begin() as work:
            return balance(work.pool(self._place.id, tag), self.clock.wall)

    def alerts(self) -> list[str]:
        """Return the kinds of the alerts that stand, the worst first."""
        return [alert.kind for alert in self.authority.store.list_alerts(self._account).items]

    def instances(self) -> list[str]:
        """Return the UDIs of the products that are registered."""
        listing = self.authority.store.list_instances(self._place.id)
        return [instance.udi.text for instance in listing.items]

    def respond(self, request: bytes, peer: str = "pocket") -> bytes:
        """Return the signed answer to one request; `MemoryTransport` calls it."""
        return self.authority.respond(request, peer)

    def due_in(self) -> timedelta | None:
        """Return how long until `tick` is due, never negative; `licet.testing.run` asks."""
        due = self.authority.next_due()
        return None if due is None else max(due - self._true.now, timedelta(0))

    def tick(self) -> None:
        """Do what is due: renew keys, and sweep."""
        self.authority.tick()


def _tag(name: str) -> Tag:
    """Return the tag of a name, always the same one.

    Raises:
        ValueError: no tag can have that name.
    """
    tag = f"regid.2026-11.com.example.{name},1.0_{uuid.uuid5(_TAGS, name)}"
    if tag_name(tag) != name:
        raise ValueError(f"{name!r} cannot be the name in an entitlement tag")
    return check_tag(tag)
