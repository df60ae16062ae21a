"""The world: true time goes from one thing that falls due to the next, on every side, in order."""

from datetime import datetime, timedelta
from importlib.metadata import version
from typing import Protocol

from licet.kernel.chance import SeededChance
from licet.ledger.model import Policy
from licet.world.authority import Authority
from licet.world.clock import MachineClock, VirtualClock
from licet.world.journal import Journal
from licet.world.machine import Build, Machine
from licet.world.network import Network
from licet.world.on_prem import OnPrem
from licet.world.queue import EventQueue

# More than any sound run of immediate work: leave notes, a registration, its authorization.
_TICKS_AT_ONE_INSTANT_MAX = 100
_EVENTS_AT_ONE_INSTANT_MAX = 100_000
# What on-prems say of their software.
VERSION = version("licet")


class Stuck(AssertionError):  # noqa: N818 - it names what somebody is
    """Somebody is due and makes no progress: a defect, and the world would stand still for ever."""


class Participant(Protocol):
    """Whoever has something to do at some time."""

    @property
    def name(self) -> str:
        """What the world calls it."""
        ...

    def next_due(self) -> datetime | None:
        """Return when `tick` is to be called, in true time."""
        ...

    def tick(self) -> None:
        """Do what is due."""
        ...


class World:
    """Authorities, on-prems and devices under one virtual clock.

    Args:
        start: the first instant of true time.
        seed: determines every key, id and jitter, so that a run replays to the byte.
    """

    def __init__(self, start: datetime, *, seed: str = "licet") -> None:
        self.seed = seed
        self.clock = VirtualClock(start)
        self.queue = EventQueue()
        self.journal = Journal()
        self.network = Network(self.clock, self.queue, self.journal)
        self.authorities: dict[str, Authority] = {}
        self.on_prems: dict[str, OnPrem] = {}
        self.machines: dict[str, Machine] = {}

    def chance_of(self, name: str) -> SeededChance:
        """Return a participant's own sequence of chance, which no other one disturbs."""
        return SeededChance(f"{self.seed}: {name}")

    def found(self, name: str, *, policy: Policy | None = None) -> Authority:
        """Found an authority.

        Raises:
            ValueError: the name is taken.
        """
        self._check_free(name)
        clock = MachineClock(self.clock)
        authority = Authority(name, clock=clock, chance=self.chance_of(name), policy=policy)
        self.authorities[name] = authority
        return authority

    def found_on_prem(self, name: str) -> OnPrem:
        """Found an on-prem, without local accounts yet.

        Raises:
            ValueError: the name is taken.
        """
        self._check_free(name)
        on_prem = OnPrem(
            name, MachineClock(self.clock), self.chance_of(name), self.network, VERSION
        )
        self.on_prems[name] = on_prem
        return on_prem

    def add(self, name: str, build: Build) -> Machine:
        """Add a device and switch it on; see `Machine` for `build`.

        Raises:
            ValueError: the name is taken.
        """
        self._check_free(name)
        clock = MachineClock(self.clock, boots=f"{name} boot")
        machine = Machine(name, clock=clock, network=self.network, build=build)
        self.machines[name] = machine
        self.settle()
        return machine

    def _check_free(self, name: str) -> None:
        if name in (self.authorities | self.on_prems | self.machines):
            raise ValueError(f"there is a {name} already")

    def advance(self, by: timedelta) -> None:
        """Let time pass.

        Raises:
            Stuck: somebody is due and makes no progress.
            ValueError: `by` is negative, or has a part of a second.
        """
        self.advance_to(self.clock.now + by)

    def settle(self) -> None:
        """Do all that is due now."""
        self.advance_to(self.clock.now)

    def advance_to(self, end: datetime) -> None:
        """Let time pass until an instant, and do what falls due at it too.

        Within one instant messages arrive first, then authorities act, then on-prems, then devices,
        each in the order in which they were added.

        Raises:
            Stuck: somebody is due and makes no progress.
            ValueError: `end` lies in the past, or has a part of a second.
        """
        if end < self.clock.now or end.microsecond:
            raise ValueError(f"time goes on in whole seconds; it cannot go to {end}")
        while self._run_until(end):
            pass
        self.clock.set(end)

    def _run_until(self, end: datetime) -> bool:
        """Do all that falls due at the next instant, if it is not after `end`; tell whether."""
        ticks: dict[str, int] = {}
        events = 0
        began: datetime | None = None
        while True:
            at, participant = self._next()
            if at is None or at > end:
                return began is not None
            at = max(at, self.clock.now)
            if began is not None and at > began:
                return True
            began = at
            self.clock.set(at)
            if participant is None:
                events += 1
                self._check_progress("the network", events, _EVENTS_AT_ONE_INSTANT_MAX)
                self.queue.run_next()
            else:
                ticks[participant.name] = ticks.get(participant.name, 0) + 1
                self._check_progress(
                    participant.name, ticks[participant.name], _TICKS_AT_ONE_INSTANT_MAX
                )
                participant.tick()
            self._note_standings()

    def _check_progress(self, name: str, done: int, most: int) -> None:
        if done > most:
            raise Stuck(f"{name} is due at {self.clock.now} and makes no progress in {most} calls")

    def _next(self) -> tuple[datetime | None, Participant | None]:
        """Return the earliest instant at which something is due, and whose it is (None: a message)."""
        earliest, whose = self.queue.next_due(), None
        if earliest is not None and earliest <= self.clock.now:
            return earliest, None
        participants: list[Participant] = [
            *self.authorities.values(),
            *self.on_prems.values(),
            *self.machines.values(),
        ]
        for participant in participants:
            due = participant.next_due()
            if due is not None and (earliest is None or due < earliest):
                earliest, whose = due, participant
        return earliest, whose

    def _note_standings(self) -> None:
        for machine in self.machines.values():
            self.journal.stand(
                machine.name, self.clock.now, machine.standing(), typed=machine.just_typed()
            )

    def jump(self, name: str, by: timedelta) -> None:
        """Set the system clock of an authority, an on-prem or a device on or back.

        Raises:
            KeyError: there is nobody of that name.
            ValueError: a clock cannot be set to there.
        """
        if name in self.authorities:
            authority = self.authorities[name]
            authority.clock.jump(by)
            authority.tick()
            authority.renew_keys()
        elif name in self.on_prems:
            on_prem = self.on_prems[name]
            on_prem.clock.jump(by)
            for site in on_prem.sites.values():
                on_prem.look(site)
            on_prem.tick()
        else:
            machine = self.machines[name]
            machine.clock.jump(by)
            machine.tick()
        self.settle()
