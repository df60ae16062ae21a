"""An authority over a memory store, with accounts, tokens and licenses, for tests of its front."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from licet.endpoint.endpoint import Call, Endpoint
from licet.kernel.chance import SeededChance, draw_uuid
from licet.kernel.ids import AccountId, InstanceId, Tag, TokenId, Udi, VirtualAccountId
from licet.kernel.problems import Code
from licet.kernel.time import DAY
from licet.ledger.model import (
    Alert,
    Event,
    Holding,
    IdToken,
    Instance,
    License,
    LicenseKind,
    Policy,
    SmartAccount,
    VirtualAccount,
)
from licet.ledger.ports import Store, Work
from licet.pki.authority import AuthorityKeys, found_authority, keys_due, renew_keys
from licet.pki.trust import mark_of
from licet.store.memory import MemoryStore
from licet.wire.messages import Answer, Outcome
from licet.wire.tokens import Token, authority_mark, derive_secret
from support.device import Device, NumberedType

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
LAN = Tag("regid.2026-11.com.example.LAN,1.0_6f1d9c1e-0000-4000-8000-000000000001")
MPLS = Tag("regid.2026-11.com.example.MPLS,1.0_6f1d9c1e-0000-4000-8000-000000000002")
CRYPTO = Tag("regid.2026-11.com.example.STRONG_CRYPTO,1.0_6f1d9c1e-0000-4000-8000-000000000003")
UNKNOWN = Tag("regid.2026-11.com.example.UNKNOWN,1.0_6f1d9c1e-0000-4000-8000-000000000004")
Found = TypeVar("Found")


@dataclass(frozen=True)
class Customer:
    """A smart account with one virtual account."""

    account: AccountId
    virtual: VirtualAccountId


class Office:
    """One authority and what a test does at its counter."""

    def __init__(
        self,
        *,
        seed: str = "office",
        policy: Policy | None = None,
        now: datetime = NOW,
        store: Store | None = None,
    ) -> None:
        self.now = now
        self.chance = SeededChance(seed)
        self.keys: AuthorityKeys = self.founded(seed)
        self.store: Store = store or MemoryStore()
        self.endpoint = Endpoint(
            self.store, self.keys, policy=policy or Policy(), chance=self.chance, closed=self.closed
        )
        self.example = self.customer("Example")
        with self.store.begin() as work:
            for tag, controlled in ((LAN, False), (MPLS, False), (CRYPTO, True)):
                name = tag.split(",")[0].rsplit(".", 1)[-1]
                work.put_license(License(tag, f"{name} license", f"{name} features", controlled))
            work.commit()

    def founded(self, name: str) -> AuthorityKeys:
        """Return the keys that it begins with."""
        return found_authority(name=name, chance=self.chance, now=self.now)

    def closed(self, _work: Work, _now: datetime) -> Code | None:
        """Return the code with which it refuses everything; a manager never does."""
        return None

    @property
    def root_mark(self) -> str:
        """The mark of the root that tokens of this authority carry."""
        return mark_of(self.keys.root)

    def customer(self, name: str, *, export: bool = True) -> Customer:
        """Create a smart account with its default virtual account."""
        account = self.account_id()
        with self.store.begin() as work:
            work.put_account(
                SmartAccount(
                    id=account,
                    name=name,
                    domain=f"{name.lower()}.example.com",
                    export_allowed=export,
                    created_at=self.now,
                )
            )
            work.commit()
        return self.department(account, "Default", default=True)

    def account_id(self) -> AccountId:
        """Return the id of a new smart account."""
        return AccountId(draw_uuid(self.chance))

    def department(self, account: AccountId, name: str, *, default: bool = False) -> Customer:
        """Create another virtual account."""
        virtual = VirtualAccountId(draw_uuid(self.chance))
        with self.store.begin() as work:
            work.put_virtual_account(
                VirtualAccount(
                    id=virtual,
                    account=account,
                    name=name,
                    description="",
                    default=default,
                    created_at=self.now,
                )
            )
            work.commit()
        return Customer(account, virtual)

    def token(
        self,
        *,
        at: Customer | None = None,
        uses: int | None = None,
        days: int = 365,
        export: bool = True,
        stored: bool = True,
    ) -> Token:
        """Create a token; one that is not `stored` has a good form and no row."""
        number, master = self.keys.master_keys[-1]
        row = IdToken(
            id=TokenId(draw_uuid(self.chance)),
            virtual_account=(at or self.example).virtual,
            description="for tests",
            created_by="admin",
            created_at=self.now,
            expires_at=self.now + days * DAY,
            export_allowed=export,
            master_key=number,
            uses_max=uses,
        )
        if stored:
            with self.store.begin() as work:
                work.put_token(row)
                work.commit()
        return Token(
            row.id,
            row.expires_at,
            derive_secret(master, row.id),
            self.root_mark,
            authority_mark(self.keys.authority),
        )

    def give(self, tag: Tag, quantity: int, *, at: Customer | None = None) -> None:
        """Add perpetual licenses."""
        holding = Holding(
            id=draw_uuid(self.chance),
            virtual_account=(at or self.example).virtual,
            tag=tag,
            kind=LicenseKind.PERPETUAL,
            quantity=quantity,
            starts_at=self.now - DAY,
            ends_at=None,
            order="order 1",
        )
        with self.store.begin() as work:
            work.put_holding(holding)
            work.commit()

    def device(self, sn: str = "FDO21120U5B") -> Device:
        """Return a device that never spoke."""
        return Device.fresh(self.chance, sn=sn)

    def later(self, length: timedelta) -> None:
        """Let time pass; the authority renews its own keys when that falls due."""
        self.now += length
        if not self.keys.is_site and keys_due(self.keys) <= self.now:
            self.keys = renew_keys(self.keys, chance=self.chance, now=self.now)
            self.endpoint.keys = self.keys

    def post(self, *requests: bytes, peer: str | None = None) -> list[bytes]:
        """Hand requests in, all at once."""
        calls = [Call(request, peer) for request in requests]
        return [reply.data for reply in self.endpoint.handle(calls, now=self.now)]

    def ask(self, device: Device, request: bytes, *, peer: str | None = None) -> Outcome:
        """Hand one request in, and return what the device believes of the answer."""
        [data] = self.post(request, peer=peer)
        answer: Answer = device.believe(data, request=request, root_mark=self.root_mark)
        return answer.outcome

    def register(
        self, device: Device, token: Token | None = None, *, force: bool = False
    ) -> Outcome:
        """Register a device."""
        request = device.register(token or self.token(), now=self.now, force=force)
        return self.ask(device, request)

    def say(self, device: Device, kind: NumberedType, *wanted: tuple[str, int]) -> Outcome:
        """Let a registered device say something."""
        return self.ask(device, device.say(kind, *wanted, now=self.now))

    def registered(self, sn: str = "FDO21120U5B", token: Token | None = None) -> Device:
        """Return a registered device."""
        device = self.device(sn)
        outcome = self.register(device, token)
        assert outcome.__class__.__name__ == "Registered", outcome
        return device

    def look(self, read: Callable[[Work], Found]) -> Found:
        """Return what a unit of work reads."""
        with self.store.begin() as work:
            return read(work)

    def change(self, put: Callable[[Work], object]) -> None:
        """Commit a change."""
        with self.store.begin() as work:
            put(work)
            work.commit()

    def instance(self, device: Device) -> Instance | None:
        """Return a device's instance as it is stored."""
        return self.look(lambda work: work.instance(InstanceId(device.instance)))

    def uses(self, token: Token) -> int:
        """Return how often a token was used."""
        row = self.look(lambda work: work.token(token.token))
        assert row is not None
        return row.uses

    def in_use(self, tag: Tag, *, at: Customer | None = None) -> int:
        """Return a pool's counter of use."""
        virtual = (at or self.example).virtual
        return self.look(lambda work: work.pool(virtual, tag)).in_use

    def alerts(self, at: Customer | None = None) -> tuple[Alert, ...]:
        """Return the alerts of a smart account."""
        return self.store.list_alerts((at or self.example).account).items

    def alert_kinds(self, at: Customer | None = None) -> set[str]:
        """Return the kinds of alerts that stand in a smart account."""
        return {alert.kind for alert in self.alerts(at)}

    def events(self, at: Customer | None = None) -> tuple[Event, ...]:
        """Return the events of a smart account, newest first."""
        return self.store.list_events((at or self.example).account).items

    def of_udi(self, udi: Udi) -> list[Instance]:
        """Return the instances of a UDI."""
        return self.look(lambda work: list(work.instances_of_udi(udi)))
