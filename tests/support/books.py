"""The books of one smart account without keys or messages, for tests of the ledger and of admin."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from licet.admin.accounts import open_account, open_virtual_account
from licet.admin.licenses import OrderLine, take_order
from licet.admin.sweep import Sweep
from licet.kernel.chance import SeededChance, draw_uuid
from licet.kernel.ids import InstanceId, Tag, Udi
from licet.kernel.time import DAY
from licet.ledger.instances import due_of
from licet.ledger.model import (
    Alert,
    Event,
    Holding,
    Instance,
    License,
    LicenseKind,
    Policy,
    Pool,
    SmartAccount,
    VirtualAccount,
)
from licet.ledger.ports import Store, Work
from licet.ledger.usage import apply_usage
from licet.store.memory import MemoryStore
from licet.wire.messages import Wanted

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
LAN = Tag("regid.2026-11.com.example.LAN,1.0_6f1d9c1e-0000-4000-8000-000000000001")
MPLS = Tag("regid.2026-11.com.example.MPLS,1.0_6f1d9c1e-0000-4000-8000-000000000002")
UNKNOWN = Tag("regid.2026-11.com.example.UNKNOWN,1.0_6f1d9c1e-0000-4000-8000-000000000003")
Found = TypeVar("Found")


class Books:
    """A store with the account 'Example', its virtual accounts 'Default' and 'Lab', and a sweep."""

    def __init__(self, policy: Policy | None = None) -> None:
        self.now = NOW
        self.chance = SeededChance("books")
        self.policy = policy or Policy()
        self.store: Store = MemoryStore()
        self.sweep = Sweep(self.store, self.policy)
        self.account, self.default = self.open("Example", "example.com")
        self.lab = self.do(
            lambda work: open_virtual_account(
                work, self.account.id, name="Lab", who="ann", now=NOW, chance=self.chance
            )
        )
        self.do(lambda work: work.put_license(License(LAN, "LAN license", "LAN features")))
        self.do(lambda work: work.put_license(License(MPLS, "MPLS license", "MPLS features")))

    def open(
        self, name: str, domain: str, *, export: bool = True
    ) -> tuple[SmartAccount, VirtualAccount]:
        """Open a smart account."""
        return self.do(
            lambda work: open_account(
                work,
                name=name,
                domain=domain,
                export_allowed=export,
                who="ann",
                now=self.now,
                chance=self.chance,
            )
        )

    def do(self, act: Callable[[Work], Found]) -> Found:
        """Do something in a unit of work, commit it, and return what it gave."""
        with self.store.begin() as work:
            given = act(work)
            work.commit()
        return given

    def look(self, read: Callable[[Work], Found]) -> Found:
        """Return what a unit of work reads."""
        with self.store.begin() as work:
            return read(work)

    def order(
        self,
        quantity: int,
        *,
        tag: Tag = LAN,
        at: VirtualAccount | None = None,
        starts: timedelta | None = None,
        lasts: timedelta | None = None,
    ) -> Holding:
        """Order licenses: PERPETUAL at once, or a TERM; `starts` is counted from now."""
        starts_at = None if starts is None else self.now + starts
        ends_at = None if lasts is None else (starts_at or self.now) + lasts
        kind = LicenseKind.PERPETUAL if lasts is None else LicenseKind.TERM
        line = OrderLine(tag, quantity, kind, starts_at, ends_at)
        [holding] = self.do(
            lambda work: take_order(
                work,
                at or self.default,
                [line],
                order="order 7",
                who="ann",
                now=self.now,
                chance=self.chance,
            )
        )
        return holding

    def instance(
        self,
        sn: str = "SN1",
        *,
        at: VirtualAccount | None = None,
        lan: int = 0,
        mpls: int = 0,
        silent_for: timedelta = timedelta(0),
    ) -> Instance:
        """Put an instance that spoke `silent_for` ago, and authorized itself then if it uses any."""
        spoke_at = self.now - silent_for
        place = at or self.default
        fresh = Instance(
            id=InstanceId(draw_uuid(self.chance)),
            account=place.account,
            virtual_account=place.id,
            udi=Udi("N9K", sn),
            key=f"key of {sn} in {place.account}",
            host_name=None,
            product="product",
            export_allowed=False,
            registered_at=spoke_at,
            last_contact_at=spoke_at,
            certified_until=spoke_at + 365 * DAY,
            deadline=spoke_at + 90 * DAY if lan or mpls else None,
            contact_due_at=spoke_at + 30 * DAY,
        )
        wanted = [
            Wanted(tag=tag, count=count) for tag, count in ((LAN, lan), (MPLS, mpls)) if count
        ]

        def put(work: Work) -> Instance:
            using = apply_usage(work, fresh, wanted, self.now)
            using = replace(using, due_at=due_of(using, self.policy))
            work.put_instance(using)
            return using

        return self.do(put)

    def stored(self, instance: Instance) -> Instance | None:
        """Return an instance as it is stored."""
        return self.look(lambda work: work.instance(instance.id))

    def pool(self, tag: Tag = LAN, *, at: VirtualAccount | None = None) -> Pool:
        """Return a pool."""
        return self.look(lambda work: work.pool((at or self.default).id, tag))

    def alerts(self) -> dict[str, Alert]:
        """Return the alerts of the account by kind; two of one kind are a mistake of the test."""
        found = self.store.list_alerts(self.account.id).items
        assert len({alert.kind for alert in found}) == len(found)
        return {alert.kind: alert for alert in found}

    def events(self) -> list[Event]:
        """Return the events of the account, newest first."""
        return list(self.store.list_events(self.account.id).items)

    def told(self) -> str:
        """Return what the newest event says."""
        return self.events()[0].text

    def tick(self, at: datetime) -> int:
        """Let the sweep do what is due at an instant, which is now from then on."""
        self.now = at
        return self.sweep.tick(at)
