"""A manager and its sites over stores in memory, whose documents a test carries, loses and repeats."""

import io
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from typing_extensions import override

from licet.admin.accounts import open_account, open_virtual_account
from licet.admin.enrolling import enroll_by_hand
from licet.admin.licenses import OrderLine, take_order
from licet.admin.local_accounts import approve_account, enter_account, request_account
from licet.admin.sweep import Sweep
from licet.kernel.chance import SeededChance, draw_uuid
from licet.kernel.ids import AccountId, InstanceId, Tag, Udi, VirtualAccountId, tag_name
from licet.kernel.time import DAY
from licet.ledger.balances import Balance, balances
from licet.ledger.instances import draw_instance_id, remove
from licet.ledger.model import Instance, License, Policy, VirtualAccount
from licet.ledger.pools import counts
from licet.ledger.ports import Store, Work
from licet.ledger.sites import LocalAccount, LocalState, OnPrem, Road, SiteKeys, SyncKind, Upstream
from licet.ledger.usage import apply_usage
from licet.pki.authority import AuthorityKeys, begin_epoch, found_authority, keys_due, renew_keys
from licet.pki.sites import draw_site, site_keys
from licet.registrar.lapse import closed
from licet.store.memory import MemoryStore
from licet.store.overlay import Overlays
from licet.store.shapes import SHAPES
from licet.sync.exchange import (
    Answered,
    Taken,
    answer_request,
    keep_request,
    make_request,
    take_response,
)
from licet.sync.gate import certificates_of, read
from licet.sync.registration import admit_authorization, registered, write_registration
from licet.wire.documents import open_document
from licet.wire.keys import public_bytes
from licet.wire.messages import Wanted
from licet.wire.sites import (
    REGISTRATION_AUTHORIZATION,
    SYNC_RESPONSE,
    LeaseItem,
)

Result = TypeVar("Result")
START = datetime(2026, 11, 1, tzinfo=UTC)
WHO = "ann"
TAGS = tuple(
    Tag(f"regid.2026-11.com.example.{name},1.0_00000000-0000-4000-8000-00000000000{number}")
    for number, name in enumerate(("ALPHA", "BETA", "GAMMA"))
)


def copy_of(store: MemoryStore) -> MemoryStore:
    """Return a store with the same rows and events, which goes its own way."""
    copied = MemoryStore()
    changes = Overlays(copied._tables)
    for shape in SHAPES:
        for row in store._tables.source(shape).rows.values():
            changes.source(shape).put(row)
    changes.events.extend(store._events)
    copied.apply(changes)
    return copied


Backup = tuple[MemoryStore, AuthorityKeys]


class Plain:
    """A side of the exchange: its store, keys, clock and chance."""

    def __init__(self, seed: str, store: Store | None = None) -> None:
        self.chance = SeededChance(seed)
        self.store: Store = store or MemoryStore()
        self.now = START
        self.keys: AuthorityKeys

    def change(self, job: Callable[[Work], Result]) -> Result:
        """Commit a change and return what it returns."""
        with self.store.begin(alone=True) as work:
            result = job(work)
            work.commit()
        return result

    def look(self, job: Callable[[Work], Result]) -> Result:
        """Return what is read."""
        with self.store.begin() as work:
            return job(work)

    def sweep(self) -> None:
        """Do what is due."""
        Sweep(self.store, Policy()).tick(self.now)

    def backup(self) -> "Backup":
        """Return a backup."""
        assert isinstance(self.store, MemoryStore)
        return copy_of(self.store), self.keys

    def restore(self, backup: "Backup") -> None:
        """Go on from a backup, in a new epoch."""
        self.store = copy_of(backup[0])
        self.keys = begin_epoch(backup[1], backup_at=START, now=self.now)


class Manager(Plain):
    """A manager with one smart account, a catalog of three licenses, and orders on demand."""

    def __init__(self, seed: str = "manager", store: Store | None = None) -> None:
        super().__init__(seed, store)
        self.keys = found_authority(name="Vendor", chance=self.chance, now=self.now)
        self.account, self.default = self.change(
            lambda work: open_account(
                work,
                name="Example",
                domain="example.com",
                export_allowed=True,
                who=WHO,
                now=self.now,
                chance=self.chance,
            )
        )
        self.change(self._fill)

    @staticmethod
    def _fill(work: Work) -> None:
        for tag in TAGS:
            work.put_license(License(tag, tag_name(tag), ""))

    @override
    def sweep(self) -> None:
        """Do what is due, the renewal of keys included."""
        if keys_due(self.keys) <= self.now:
            self.keys = renew_keys(self.keys, chance=self.chance, now=self.now)
        super().sweep()

    def open(self, name: str) -> VirtualAccount:
        """Open a virtual account."""
        return self.change(
            lambda work: open_virtual_account(
                work, self.account.id, name=name, who=WHO, now=self.now, chance=self.chance
            )
        )

    def order(self, place: VirtualAccount, tag: Tag, quantity: int) -> None:
        """Buy licenses for ever."""
        self.change(
            lambda work: take_order(
                work,
                place,
                [OrderLine(tag, quantity)],
                order=draw_uuid(self.chance),
                who=WHO,
                now=self.now,
                chance=self.chance,
            )
        )

    def answer(self, request: bytes, road: Road = Road.FILE) -> Answered:
        """Apply a request and return what became of it."""
        return answer_request(
            self.store, self.keys, io.BytesIO(request), road=road, now=self.now, chance=self.chance
        )

    def on_prem(self, site: "Site") -> OnPrem:
        """Return what is known of a site."""
        found = self.look(lambda work: work.on_prem(site.id))
        assert found is not None
        return found


class Site(Plain):
    """A local account of an on-prem, registered by hand with a manager.

    Attributes:
        request: the bytes that were handed out last.
    """

    def __init__(
        self,
        manager: Manager,
        name: str,
        virtual_account: str,
        *,
        seed: str = "",
        store: Store | None = None,
    ) -> None:
        super().__init__(seed or name, store)
        self.manager = manager
        self.name = name
        self.now = manager.now
        self.request = b""
        asked = self.change(
            lambda work: request_account(
                work,
                name=name,
                smart_account="Example",
                virtual_account=virtual_account,
                email="ops@example.com",
                who=WHO,
                now=self.now,
                chance=self.chance,
            )
        )
        self.id = asked.id
        approved = self.change(lambda work: approve_account(work, asked, who=WHO, now=self.now))
        self._register(approved)

    def _register(self, approved: LocalAccount) -> None:
        private = draw_site(self.chance)
        spki = [
            public_bytes(one.public_key()) for one in (private.sub_ca, private.answer, private.sync)
        ]
        out = io.BytesIO()
        written = write_registration(
            out,
            approved,
            name=self.name,
            keys=SiteKeys(*spki),
            signer=private.sync,
            invitation=None,
            version="1.0",
            now=self.now,
        )
        manager = self.manager
        enrolled = enroll_by_hand(
            manager.store,
            manager.keys,
            out,
            account=None,
            removal_days=90,
            who=WHO,
            now=manager.now,
            chance=manager.chance,
        )
        waiting = replace(approved, registration=written.digest)
        document = read(io.BytesIO(enrolled.authorization), REGISTRATION_AUTHORIZATION)
        head = admit_authorization(document, waiting, invitation=None).head
        self.keys = site_keys(
            private,
            certificates_of(head.certificates),
            head.trust_lists,
            site=self.id,
            name=self.name,
            chance=self.chance,
            now=self.now,
        )
        upstream = Upstream(manager.keys.authority)
        account = registered(waiting, head, upstream, self.now)
        self.change(
            lambda work: enter_account(work, account, who=WHO, now=self.now, chance=self.chance)
        )

    @property
    def account(self) -> LocalAccount:
        """Return the local account as it is."""
        found = self.look(lambda work: work.local_account(self.id))
        assert found is not None
        return found

    @property
    def default(self) -> VirtualAccountId:
        """The default local virtual account."""
        places = self.look(lambda work: work.virtual_accounts(AccountId(self.id)))
        return next(place.id for place in places if place.default)

    def places(self) -> list[VirtualAccountId]:
        """Return all local virtual accounts."""
        places = self.look(lambda work: work.virtual_accounts(AccountId(self.id)))
        return [place.id for place in places]

    def ask(self, kind: SyncKind = SyncKind.STANDARD) -> bytes:
        """Make a request and return its bytes."""
        out = io.BytesIO()
        outstanding = make_request(
            self.store, self.keys, out, kind=kind, name=self.name, version="1.0", now=self.now
        )
        # Before it counts: a request that is waited for must be there.
        self.request = out.getvalue()
        keep_request(self.store, outstanding, self.id)
        return self.request

    def take(self, response: bytes) -> Taken:
        """Apply a response."""

        def keep(keys: AuthorityKeys) -> None:
            self.keys = keys

        return take_response(
            self.store, self.keys, io.BytesIO(response), road=Road.FILE, now=self.now, keep=keep
        )

    def synchronize(self, kind: SyncKind = SyncKind.STANDARD) -> None:
        """Synchronize to the end, with a full one where that is asked for."""
        self.take(self.manager.answer(self.ask(kind)).letter.text)

    def set_back(self, state: "Backup") -> None:
        """Bring an older state back, as a machine's snapshot does: nothing says so."""
        self.store, self.keys = copy_of(state[0]), state[1]

    def is_open(self) -> bool:
        """Tell whether it grants anything."""
        return (
            closed(self.account, self.now) is None and self.account.state is LocalState.REGISTERED
        )

    def enter(self, sn: str, tag: Tag | None = None, count: int = 1) -> InstanceId:
        """Let a product register, and use licenses."""
        return enter(self, AccountId(self.id), self.default, sn, tag, count)

    def leave(self, instance: InstanceId) -> None:
        """Let a product leave."""
        leave(self, instance)

    @override
    def restore(self, backup: "Backup") -> None:
        """Go on from a backup; nothing is granted until it has synchronized."""
        super().restore(backup)
        account = replace(self.account, restored=True, needs_full=True)
        self.change(lambda work: work.put_local_account(account))


def enter(
    side: Plain,
    account: AccountId,
    place: VirtualAccountId,
    sn: str,
    tag: Tag | None = None,
    count: int = 1,
) -> InstanceId:
    """Put a product instance as a registration does, and let it use licenses."""
    instance = Instance(
        id=draw_instance_id(side.chance, site=side.keys.authority if side.keys.is_site else None),
        account=account,
        virtual_account=place,
        udi=Udi("SWITCH", sn),
        key=side.chance.random_bytes(32).hex()[:43],
        host_name=f"host-{sn}",
        product="regid.2026-11.com.example.SWITCH,1.0_00000000-0000-4000-8000-000000000009",
        export_allowed=False,
        registered_at=side.now,
        last_contact_at=side.now,
        certified_until=side.now + 365 * DAY,
    )

    def job(work: Work) -> None:
        work.put_instance(instance)
        wanted = (Wanted(tag=tag, count=count),) if tag else ()
        work.put_instance(apply_usage(work, instance, wanted, side.now))

    side.change(job)
    return instance.id


def leave(side: Plain, instance: InstanceId) -> None:
    """Remove a product instance as a leave note does."""

    def job(work: Work) -> None:
        found = work.instance(instance)
        if found is not None:
            remove(work, found, who="device", why="left", now=side.now)

    side.change(job)


def lease_of(response: bytes) -> tuple[int, list[LeaseItem]]:
    """Return the number and the lines of the lease in a response."""
    document = open_document(io.BytesIO(response), (SYNC_RESPONSE,))
    lines = [item for item in document.items() if isinstance(item, LeaseItem)]
    return document.head.lease, lines


def quantity(lines: list[LeaseItem], tag: Tag, now: datetime) -> int:
    """Return how many of a license lease lines hold at an instant."""
    at = int(now.timestamp())
    return sum(
        line.quantity
        for line in lines
        if line.tag == tag and line.starts_at <= at and (line.ends_at is None or at < line.ends_at)
    )


def both(manager: Manager, site: Site) -> tuple[list[Balance], list[Balance]]:
    """Return the license tables of the two sides."""
    bound = manager.on_prem(site).virtual_account
    theirs = list(balances(site.store, site.places(), site.now))
    ours = list(balances(manager.store, [bound], manager.now))
    return (
        [one for one in ours if one.purchased or one.in_use],
        [one for one in theirs if one.purchased or one.in_use],
    )


def instances(side: Plain, places: list[VirtualAccountId]) -> list[tuple[object, ...]]:
    """Return the instance table of a side: what both must show."""

    def job(work: Work) -> list[Instance]:
        return [row for place in places for row in work.page_instances(place, None, 10_000)]

    rows = [
        (
            row.udi,
            row.host_name,
            row.product,
            row.registered_at,
            row.last_contact_at,
            row.certified_until,
            tuple(sorted((used.tag, used.count) for used in row.usage)),
            row.usage_released,
        )
        for row in side.look(job)
    ]
    return sorted(rows, key=repr)


def direct(manager: Manager, tag: Tag) -> int:
    """Return how many of a license count outside of the sites' virtual accounts."""
    bound = {
        on_prem.virtual_account
        for on_prem in manager.look(lambda work: work.on_prems(manager.account.id))
        if on_prem.removed_at is None
    }

    def job(work: Work) -> int:
        found = 0
        for place in work.virtual_accounts(manager.account.id):
            if place.id not in bound:
                held = work.pool(place.id, tag).holdings
                found += sum(one.quantity for one in held if counts(one, manager.now))
        return found

    return manager.look(job)


def bought(manager: Manager) -> Counter[Tag]:
    """Return how many of each license were purchased, wherever they are held."""

    def job(work: Work) -> Counter[Tag]:
        found: Counter[Tag] = Counter()
        for place in work.virtual_accounts(manager.account.id):
            for tag in work.tags_in(place.id):
                found[tag] += sum(
                    one.quantity
                    for one in work.pool(place.id, tag).holdings
                    if counts(replace(one, held_by=None), manager.now)
                )
        return found

    return manager.look(job)


def days(count: int) -> timedelta:
    """Return that many days."""
    return timedelta(days=count)
