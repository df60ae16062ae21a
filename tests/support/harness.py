"""A device and an authority in virtual time, wired by hand, for tests of the agent.

Everything in it is real: keys, certificates, signatures, the endpoint and its memory store. Only
the clocks and the wire between them are the test's.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from licet.agent.events import Explanation, Notice, Notify, Send
from licet.agent.machine import Agent, AgentSettings
from licet.agent.runtime import Deliver, Runtime, Transport
from licet.agent.view import LicenseView
from licet.endpoint.endpoint import Call, Endpoint
from licet.kernel.chance import SeededChance, draw_uuid
from licet.kernel.ids import AccountId, Tag, TokenId, Udi, VirtualAccountId
from licet.kernel.problems import NoAnswer
from licet.kernel.time import SECOND, Moment
from licet.ledger.model import (
    Holding,
    IdToken,
    License,
    LicenseKind,
    Policy,
    SmartAccount,
    VirtualAccount,
)
from licet.pki.authority import AuthorityKeys, found_authority, renew_keys
from licet.pki.trust import mark_of
from licet.store.memory import MemoryStore
from licet.wire import limits
from licet.wire.envelope import open_envelope
from licet.wire.messages import REQUESTS
from licet.wire.tokens import Token, authority_mark, derive_secret, print_token

START = datetime(2022, 6, 22, 16, 15, 41, tzinfo=UTC)
ADVANTAGE = Tag("regid.2026-11.com.example.ADVANTAGE,1.0_6f1d9c1e-0000-4000-8000-000000000001")
ESSENTIALS = Tag("regid.2026-11.com.example.ESSENTIALS,1.0_6f1d9c1e-0000-4000-8000-000000000002")
UNKNOWN = Tag("regid.2026-11.com.example.UNKNOWN,1.0_6f1d9c1e-0000-4000-8000-000000000003")
PRODUCT = "regid.2026-11.com.example.N9K,1.0_6f1d9c1e-0000-4000-8000-00000000000f"
UNREACHABLE = "Fail to send out Call Home HTTP message"


class Clock:
    """A device's clocks: they go with the test's time, and the test may move them apart."""

    def __init__(self) -> None:
        self.passed = timedelta(0)
        self.offset = timedelta(0)
        self.booted = timedelta(0)
        self.boots = 1

    def now(self) -> Moment:
        """Return what the device's clocks say."""
        return Moment(
            START + self.passed + self.offset, self.passed - self.booted, f"boot {self.boots}"
        )

    def reboot(self) -> None:
        """Begin a new boot."""
        self.boots += 1
        self.booted = self.passed


class Authority:
    """A real authority over a memory store, with one account."""

    def __init__(self, *, policy: Policy | None = None, seed: str = "authority") -> None:
        self.chance = SeededChance(seed)
        self.keys: AuthorityKeys = found_authority(name=seed, chance=self.chance, now=START)
        self.store = MemoryStore()
        self.endpoint = Endpoint(
            self.store, self.keys, policy=policy or Policy(), chance=self.chance
        )
        self.account = AccountId(draw_uuid(self.chance))
        self.virtual_account = VirtualAccountId(draw_uuid(self.chance))
        with self.store.begin() as work:
            work.put_account(SmartAccount(self.account, "Example", "example.com", True, START))  # noqa: FBT003
            work.put_virtual_account(
                VirtualAccount(self.virtual_account, self.account, "Default", "", True, START)  # noqa: FBT003
            )
            for tag in (ADVANTAGE, ESSENTIALS):
                name = tag.split(",")[0].rsplit(".", 1)[-1].title()
                work.put_license(License(tag, f"Example {name}", f"{name} features"))
            work.commit()

    def answer(self, requests: list[bytes], now: datetime) -> list[bytes]:
        """Answer requests, with keys and certificates renewed when they fall due."""
        self.keys = renew_keys(self.keys, chance=self.chance, now=now)
        self.endpoint.keys = self.keys
        calls = [Call(request) for request in requests]
        return [reply.data for reply in self.endpoint.handle(calls, now=now)]

    def token(self, *, uses: int | None = None, days: int = 3650, now: datetime = START) -> str:
        """Create a token and return its 172 characters."""
        row = IdToken(
            TokenId(draw_uuid(self.chance)),
            self.virtual_account,
            "for tests",
            "admin",
            now,
            now + timedelta(days=days),
            export_allowed=True,
            master_key=self.keys.master_keys[-1][0],
            uses_max=uses,
        )
        with self.store.begin() as work:
            work.put_token(row)
            work.commit()
        secret = derive_secret(self.keys.master_keys[-1][1], row.id)
        mark = authority_mark(self.keys.authority)
        return print_token(Token(row.id, row.expires_at, secret, mark_of(self.keys.root), mark))

    def give(self, tag: Tag, quantity: int) -> str:
        """Add perpetual licenses and return the holding's id."""
        held = Holding(
            draw_uuid(self.chance),
            self.virtual_account,
            tag,
            LicenseKind.PERPETUAL,
            quantity,
            START - timedelta(days=1),
            None,
            "order 1",
        )
        with self.store.begin() as work:
            work.put_holding(held)
            work.commit()
        return held.id

    def take(self, holding: str) -> None:
        """Take licenses away again."""
        with self.store.begin() as work:
            work.remove_holding(holding)
            work.commit()


class HeldUp:
    """A wire that keeps what it is given and delivers nothing."""

    def __init__(self) -> None:
        self.held: list[tuple[Send, Deliver]] = []

    def send(self, message: Send, deliver: Deliver) -> None:
        """Keep a message, and where its outcome would go."""
        self.held.append((message, deliver))


@dataclass
class Disk:
    """Where a device's snapshots are kept."""

    snapshot: bytes | None = None
    saves: int = 0

    def load(self) -> bytes | None:
        """Return the last snapshot."""
        return self.snapshot

    def save(self, snapshot: bytes) -> None:
        """Keep a snapshot."""
        self.snapshot = snapshot
        self.saves += 1


@dataclass
class Device:
    """A device on the test's wire.

    Attributes:
        up: whether the wire carries anything.
        lose_answers: how many answers are lost on their way back.
        sent: (seconds since `START`, kind) of every message that was sent.
    """

    authority: Authority
    udi: Udi = field(default_factory=lambda: Udi("N9K-C93180YC-EX", "FDO21120U5B"))
    clock: Clock = field(default_factory=Clock)
    disk: Disk = field(default_factory=Disk)
    settings: AgentSettings = field(
        default_factory=lambda: AgentSettings(PRODUCT, jitter_s_max=0, clock_save_s=86_400)
    )
    up: bool = True
    lose_answers: int = 0
    sent: list[tuple[int, str]] = field(default_factory=list)
    heard: list[Notify | Explanation] = field(default_factory=list)
    tamper: Callable[[bytes], bytes] = lambda data: data
    authority_offset: timedelta = timedelta(0)
    last_request: bytes = b""

    def __post_init__(self) -> None:
        """Switch it on."""
        self.transport: Transport = self
        chance = SeededChance(f"device {self.udi.sn}")
        self.chance = chance
        self.runtime = self._runtime(
            Agent.fresh(self.udi, settings=self.settings, chance=chance, now=self.clock.now())
        )
        self.runtime.tick()

    def _runtime(self, agent: Agent) -> Runtime:
        return Runtime(
            agent,
            store=self.disk,
            transport=self.transport,
            clock=self.clock,
            heard=self.heard.append,
        )

    @property
    def agent(self) -> Agent:
        """The agent."""
        return self.runtime.agent

    def view(self) -> LicenseView:
        """Return what can be seen of the agent now."""
        return self.agent.view(self.clock.now())

    def send(self, message: Send, deliver: Deliver) -> None:
        """Carry a message to the authority and its answer back."""
        payload = open_envelope(message.request, max_bytes=limits.MAX_REQUEST_BYTES).payload
        kind = type(REQUESTS.decode(payload)).__name__.lower()
        self.sent.append((int(self.clock.passed.total_seconds()), kind))
        self.last_request = message.request
        if not self.up:
            deliver(NoAnswer(UNREACHABLE))
            return
        now = START + self.clock.passed + self.authority_offset
        [answer] = self.authority.answer([message.request], now)
        if self.lose_answers:
            self.lose_answers -= 1
            deliver(NoAnswer("Communication message send error"))
            return
        deliver(self.tamper(answer))

    def restart(self, *, reboot: bool = False) -> None:
        """Build the agent anew from its snapshot, as after a crash."""
        if reboot:
            self.clock.reboot()
        assert self.disk.snapshot is not None
        self.runtime = self._runtime(
            Agent.restore(
                self.disk.snapshot, udi=self.udi, settings=self.settings, chance=self.chance
            )
        )
        self.runtime.tick()

    def advance(self, length: timedelta) -> None:
        """Let time pass; the agent is called whenever it is due, and never before."""
        end = self.clock.passed + length
        while True:
            wait = self.runtime.due_in()
            if wait is None or self.clock.passed + wait > end:
                break
            self.clock.passed += wait
            self.runtime.tick()
            after = self.runtime.due_in()
            assert after is None or after > timedelta(0), "the agent is due and makes no progress"
        self.clock.passed = end

    def times(self, kind: str, since: timedelta = timedelta(0)) -> list[timedelta]:
        """Return when messages of a kind were sent, counted from `since` after `START`."""
        sent = [at * SECOND - since for at, what in self.sent if what == kind]
        return [at for at in sent if at > timedelta(0)]

    def notices(self) -> list[Notice]:
        """Return the notifications so far."""
        return [heard.notice for heard in self.heard if isinstance(heard, Notify)]
