"""Random lives of agents, an endpoint and its sweep, with everything that goes wrong in between.

A hypothesis rule-based machine. The wire loses, repeats, delays and reorders; processes die between
saving and sending; clocks jump on either side; disks are copied. What must hold all the same stands
in the invariants.
"""

import contextlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from typing_extensions import override

from licet.admin.sweep import Sweep
from licet.agent.events import (
    CommandRefused,
    Deregister,
    Disable,
    Enable,
    Event,
    Register,
    Release,
    RenewAuthorization,
    RenewCertificate,
    Request,
    Send,
)
from licet.agent.runtime import Deliver, Runtime
from licet.agent.schedule import EXCHANGE, METER_SAVE_S
from licet.agent.tables import Authorization, Registration
from licet.kernel.ids import InstanceId, Udi
from licet.kernel.problems import NoAnswer
from licet.kernel.time import DAY, HOUR, MINUTE, SECOND, instant
from licet.ledger.model import Policy
from licet.wire import limits
from licet.wire.envelope import open_envelope
from licet.wire.messages import ANSWERS, REQUESTS, Answer, Authorized, Numbered
from support.harness import ADVANTAGE, ESSENTIALS, START, UNREACHABLE, Authority, Device

TAGS = (ADVANTAGE, ESSENTIALS)
DEVICES = 3
LIFE = 500 * DAY


class Crash(Exception):  # noqa: N818
    """The device's process died after its snapshot was saved, before its message was sent."""


@dataclass
class Wire:
    """One device's way to the authority; `faults` are taken one a message, oldest first."""

    machine: "Life"
    device: Device
    up: bool = True
    faults: list[str] = field(default_factory=list)
    held: list[Send] = field(default_factory=list)
    flying: tuple[int, timedelta, Runtime] | None = None

    def send(self, message: Send, deliver: Deliver) -> None:
        """Carry a message, unless a fault was asked for."""
        self._check_alone(message)
        fault = self.faults.pop(0) if self.faults else "none"
        if fault == "crash":
            raise Crash
        if not self.up or fault == "lose request":
            deliver(NoAnswer(UNREACHABLE))
            return
        if fault == "hold":
            self.held.append(message)
            self.flying = (message.exchange, self.machine.passed, self.device.runtime)
            return
        answer = self.machine.ask(message.request)
        if fault == "repeat":
            self.machine.ask_again(message.request)
        if fault == "lose answer":
            deliver(NoAnswer("Communication message send error"))
            return
        self.machine.note(self.device, answer)
        deliver(answer)
        if fault == "repeat":
            deliver(answer)

    def _check_alone(self, message: Send) -> None:
        """One message in flight: the one before has its outcome, or its time is over."""
        if self.flying is not None:
            exchange, sent_at, runtime = self.flying
            over = self.machine.passed - sent_at >= EXCHANGE
            assert message.exchange == exchange or over or runtime is not self.device.runtime
        self.flying = None


class Life(RuleBasedStateMachine):
    """Three devices of one account; copies of a disk join as they are made."""

    def __init__(self) -> None:
        super().__init__()
        self.authority = Authority(policy=Policy())
        self.authority_offset = timedelta(0)
        self.sweep = Sweep(self.authority.store, Policy())
        self.passed = timedelta(0)
        self.devices: list[Device] = []
        self.wires: list[Wire] = []
        self.copied: set[int] = set()
        # True time spent in evaluation, and the true instant until which each was authorized.
        self.metered = [timedelta(0)] * DEVICES
        self.deadlines: list[timedelta | None] = [None] * DEVICES
        self.reboots = [0] * DEVICES

    @initialize()
    def begin(self) -> None:
        """Switch the devices on, and give the account fewer licenses than they can want."""
        self.authority.give(ADVANTAGE, 3)
        self.authority.give(ESSENTIALS, 50)
        for number in range(DEVICES):
            device = Device(self.authority, udi=Udi("N9K", f"SN{number}"))
            wire = Wire(self, device)
            device.transport = device.runtime.transport = wire
            self.devices.append(device)
            self.wires.append(wire)
            self._tell(number, Enable())
            if number:
                self._tell(number, Request(ADVANTAGE))
                self._tell(number, Register(self.authority.token()))

    # What happens on the wire

    def ask(self, request: bytes) -> bytes:
        """Let the authority answer."""
        [answer] = self.authority.answer([request], self._authority_now())
        return answer

    def ask_again(self, request: bytes) -> None:
        """Let the authority answer a copy; it must have no effect."""
        before = self._effects()
        self.ask(request)
        assert self._effects() == before, "a message had a second effect"

    def note(self, device: Device, answer: bytes) -> None:
        """Remember, in true time, until when the authority authorized a device."""
        payload = open_envelope(answer, max_bytes=limits.MAX_ANSWER_BYTES).payload
        decoded = ANSWERS.decode(payload)
        assert isinstance(decoded, Answer)
        if isinstance(decoded.outcome, Authorized):
            holds = instant(decoded.outcome.deadline) - instant(decoded.at)
            self.deadlines[self.devices.index(device)] = self.passed + holds

    def _authority_now(self) -> datetime:
        return START + self.passed + self.authority_offset

    def _effects(self) -> tuple[object, ...]:
        store = self.authority.store
        pools = tuple(
            (pool.tag, pool.in_use)
            for pool in store.list_pools(self.authority.virtual_account).items
        )
        tokens = tuple(
            (token.id, token.uses)
            for token in store.list_tokens(self.authority.virtual_account, limit=1000).items
        )
        return pools, tokens, store.count_instances(self.authority.virtual_account)

    # What happens on a device

    def _tell(self, number: int, event: Event | None) -> None:
        """Tell a device, which may refuse, and which may die."""
        device = self.devices[number]
        if isinstance(event, Deregister | Disable):
            # What was under way is abandoned: the leave note, which has no number, goes at once.
            self.wires[number].flying = None
        try:
            if event is None:
                device.runtime.tick()
            else:
                device.runtime.handle(event)
        except CommandRefused:
            pass
        except Crash:
            self._revive(number, reboot=False)

    def _revive(self, number: int, *, reboot: bool) -> None:
        device = self.devices[number]
        if device.disk.snapshot is None:
            return
        wire = self.wires[number]
        wire.faults = [fault for fault in wire.faults if fault != "crash"]
        if reboot:
            self.reboots[number] += 1
        device.restart(reboot=reboot)

    # Rules

    @rule(number=st.integers(0, DEVICES - 1), tag=st.sampled_from(TAGS), count=st.integers(1, 3))
    def use(self, number: int, tag: str, count: int) -> None:
        """A product uses an entitlement."""
        self._tell(number, Request(tag, count))  # type: ignore[arg-type]

    @rule(number=st.integers(0, DEVICES - 1), tag=st.sampled_from(TAGS))
    def stop_using(self, number: int, tag: str) -> None:
        """A product releases an entitlement."""
        self._tell(number, Release(tag))  # type: ignore[arg-type]

    @rule(number=st.integers(0, DEVICES - 1), force=st.booleans())
    def register(self, number: int, *, force: bool) -> None:
        """An operator registers a device."""
        token = self.authority.token(uses=1, now=self._authority_now())
        self._tell(number, Register(token, force=force))

    @rule(
        number=st.integers(0, DEVICES - 1),
        event=st.sampled_from(
            [Deregister(), RenewAuthorization(), RenewCertificate(), Disable(), Enable()]
        ),
    )
    def command(self, number: int, event: Event) -> None:
        """An operator types another command."""
        self._tell(number, event)

    @rule(
        length=st.one_of(
            st.integers(1, 120).map(lambda n: n * MINUTE),
            st.integers(1, 45).map(lambda n: n * DAY),
            st.sampled_from([SECOND, 12 * HOUR, 91 * DAY, 366 * DAY]),
        )
    )
    def wait(self, length: timedelta) -> None:
        """Time passes for everyone, in order."""
        # A year in which hourly attempts fail is thousands of signatures: one is enough.
        self._live(max(min(self.passed + length, LIFE), self.passed))

    def _live(self, end: timedelta) -> None:
        while True:
            nexts = [
                self.passed + due
                for due in map(self._due_in, range(len(self.devices)))
                if due is not None
            ]
            swept = self.sweep.next_due()
            if swept is not None:
                nexts.append(max(swept - START - self.authority_offset, self.passed))
            now = min([*nexts, end])
            self._pass_to(now)
            if now >= end:
                break
            for number in range(len(self.devices)):
                if self._due_in(number) == timedelta(0):
                    self._tell(number, None)
            if swept is not None and swept <= self._authority_now():
                self.sweep.tick(self._authority_now())
        for number in range(len(self.devices)):
            self._tell(number, None)

    def _due_in(self, number: int) -> timedelta | None:
        return self.devices[number].runtime.due_in()

    def _pass_to(self, now: timedelta) -> None:
        for number, device in enumerate(self.devices):
            if number < DEVICES and self._state(number) is Authorization.EVAL:
                self.metered[number] += now - self.passed
            device.clock.passed = now
        self.passed = now

    @rule(number=st.integers(0, DEVICES - 1), up=st.booleans())
    def network(self, number: int, *, up: bool) -> None:
        """A network fails or comes back."""
        self.wires[number].up = up

    @rule(
        number=st.integers(0, DEVICES - 1),
        fault=st.sampled_from(
            ["crash", "lose request", "lose answer", "repeat", "hold", "none", "hold"]
        ),
    )
    def fault(self, number: int, fault: str) -> None:
        """The next message of a device meets a fault."""
        self.wires[number].faults.append(fault)

    @precondition(lambda self: any(wire.held for wire in self.wires))
    @rule(data=st.data())
    def arrive_late(self, data: st.DataObject) -> None:
        """A message that was held back arrives, late and out of order."""
        holding = [number for number, wire in enumerate(self.wires) if wire.held]
        wire = self.wires[data.draw(st.sampled_from(holding))]
        message = wire.held.pop(data.draw(st.integers(0, len(wire.held) - 1)))
        before = self._effects()
        is_old = self._is_old(message.request)
        self.ask(message.request)
        if is_old:
            assert self._effects() == before, "an old message had an effect"
        self.ask_again(message.request)

    def _is_old(self, request: bytes) -> bool:
        payload = open_envelope(request, max_bytes=limits.MAX_REQUEST_BYTES).payload
        message = REQUESTS.decode(payload)
        if not isinstance(message, Numbered):
            return False
        with self.authority.store.begin() as work:
            instance = work.instance(InstanceId(message.instance))
        return instance is None or message.number <= instance.number

    @rule(number=st.integers(0, DEVICES - 1))
    def cheat(self, number: int) -> None:
        """An owner cuts the wire, turns the clock back, and waits for longer than is allowed."""
        self.network(number=number, up=False)
        self.set_clock(number=number, by=-400 * DAY)
        self.wait(length=91 * DAY)

    @rule(number=st.integers(0, DEVICES - 1), reboot=st.booleans())
    def restart(self, number: int, *, reboot: bool) -> None:
        """A process or a machine starts again."""
        self._revive(number, reboot=reboot)

    @rule(
        number=st.integers(0, DEVICES - 1),
        by=st.sampled_from([-400 * DAY, -DAY, -2 * HOUR, 2 * HOUR, 3 * DAY, 400 * DAY]),
    )
    def set_clock(self, number: int, by: timedelta) -> None:
        """A device's system clock is set, which a runtime notices at once."""
        self.devices[number].clock.offset += by
        self._tell(number, None)

    @rule(by=st.sampled_from([-2 * HOUR, -DAY, 2 * HOUR, 3 * DAY]))
    def set_authority_clock(self, by: timedelta) -> None:
        """The authority's clock is set."""
        self.authority_offset += by

    @rule(number=st.integers(0, DEVICES - 1))
    def copy_disk(self, number: int) -> None:
        """Somebody copies a device's disk into another machine, which speaks once."""
        original = self.devices[number]
        if original.disk.snapshot is None:
            return
        copy = Device(self.authority, udi=original.udi)
        copy.clock.passed = self.passed
        copy.disk.snapshot = original.disk.snapshot
        self.copied.add(number)
        copy.restart(reboot=True)
        with contextlib.suppress(CommandRefused):
            copy.runtime.handle(RenewAuthorization())

    # Invariants

    def _state(self, number: int) -> Authorization:
        return self.devices[number].view().authorization.state

    @invariant()
    def work_has_a_due_time(self) -> None:
        """An agent with something to do is always called again."""
        for device in self.devices:
            body = device.agent._core.body
            pending = body.pending is not None and body.pending.active
            if body.identity is not None or pending or body.in_flight is not None:
                assert device.runtime.due_in() is not None

    @invariant()
    def use_is_what_instances_hold(self) -> None:
        """The pool's counter equals what the instances hold, silent ones included."""
        store, place = self.authority.store, self.authority.virtual_account
        held = dict.fromkeys(TAGS, 0)
        for instance in store.list_instances(place, limit=1000).items:
            for usage in instance.usage:
                held[usage.tag] += usage.count
        with store.begin() as work:
            assert {tag: work.pool(place, tag).in_use for tag in TAGS} == held

    @invariant()
    def no_evaluation_time_is_gained(self) -> None:
        """The meter has counted all true time of evaluation, but for one interval a reboot."""
        for number, device in enumerate(self.devices):
            hidden = self.reboots[number] * METER_SAVE_S * SECOND
            counted = timedelta(seconds=device.agent._core.used_s)
            assert counted + hidden >= min(self.metered[number], 90 * DAY) - SECOND

    @invariant()
    def no_authorization_is_gained(self) -> None:
        """No device is authorized beyond the deadline that it was sent, in true time."""
        for number in range(DEVICES):
            self._tell(number, None)
            if self._state(number) in (Authorization.AUTHORIZED, Authorization.OUT_OF_COMPLIANCE):
                deadline = self.deadlines[number]
                assert deadline is not None
                hidden = self.reboots[number] * self.devices[number].settings.clock_save_s * SECOND
                assert self.passed <= deadline + hidden + SECOND

    @invariant()
    def nobody_is_taken_for_a_clone_without_a_copy(self) -> None:
        """Loss, repetition, delay and restarts alone never look like two products."""
        for instance in self.authority.store.list_instances(
            self.authority.virtual_account, limit=1000
        ).items:
            if int(instance.udi.sn[2:]) not in self.copied:
                assert not instance.cloned

    @override
    def teardown(self) -> None:
        """When all is mended, every honest device can be licensed again."""
        self.authority_offset = timedelta(0)
        for number, device in enumerate(self.devices):
            device.clock.offset = timedelta(0)
            wire = self.wires[number]
            wire.up, wire.faults = True, []
            self._tell(number, Enable())
            self._tell(number, Request(ADVANTAGE))
        self._live(self.passed + 2 * HOUR)
        for number, device in enumerate(self.devices):
            self._tell(
                number, Register(self.authority.token(now=self._authority_now()), force=True)
            )
            self._live(self.passed + MINUTE)
            view = device.view()
            assert view.registration.state is Registration.COMPLETE, view
            assert view.authorization.last is not None
            assert view.authorization.last.ok, view


class LongLife(Life):
    """The same, longer and more often."""


TestLife = Life.TestCase
TestLife.settings = settings(
    max_examples=12, stateful_step_count=25, deadline=None, derandomize=True
)
TestLongLife = LongLife.TestCase
TestLongLife.settings = settings(max_examples=150, stateful_step_count=50, deadline=None)
TestLongLife.pytestmark = [pytest.mark.nightly]  # type: ignore[attr-defined]
