"""The world: everything that falls due happens in order, and nobody stands still for ever."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from licet.agent.events import Enable, Request
from licet.agent.machine import Agent, AgentSettings
from licet.agent.runtime import Deliver, Runtime
from licet.agent.tables import Authorization
from licet.kernel.chance import SeededChance
from licet.kernel.ids import Udi
from licet.kernel.time import DAY, HOUR
from licet.switch.features import PRODUCT, TAGS
from licet.world.machine import Machine
from licet.world.world import Stuck, World

START = datetime(2022, 6, 22, 16, 14, 37, tzinfo=UTC)
UDI = Udi("N9K", "FDO1")
TAG = TAGS["NXOS_ESSENTIALS"]


class NoTransport:
    """Carries nothing."""

    def send(self, message: object, deliver: Deliver) -> None:
        """Never answer."""


def build(machine: Machine) -> Runtime:
    """Make a runtime from what was saved."""
    snapshot = machine.disk.load()
    settings, chance = AgentSettings(PRODUCT, jitter_s_max=0), SeededChance(machine.name)
    agent = (
        Agent.fresh(UDI, settings=settings, chance=chance, now=machine.clock.now())
        if snapshot is None
        else Agent.restore(snapshot, udi=UDI, settings=settings, chance=chance)
    )
    return Runtime(agent, store=machine.disk, transport=NoTransport(), clock=machine.clock)


def in_evaluation(world: World) -> Machine:
    """Return a device whose evaluation meter runs."""
    machine = world.add("switch1", build)
    machine.runtime.handle(Enable())
    machine.runtime.handle(Request(TAG))
    return machine


def test_everything_that_falls_due_happens_at_its_instant() -> None:
    """A jump of a year would be seen by devices as one jump, not as a year."""
    world = World(START)
    machine = in_evaluation(world)
    world.advance(89 * DAY)
    world.advance(2 * DAY)
    view = machine.runtime.agent.view(machine.clock.now())
    assert view.authorization.evaluation_expired_at == START + 90 * DAY
    [expired] = [
        change
        for change in world.journal.changes
        if change.standing.authorization is Authorization.EVAL_EXPIRED
    ]
    assert expired.at == START + 90 * DAY
    assert world.clock.now == START + 91 * DAY


@pytest.mark.parametrize("reboot", [False, True])
def test_a_restart_goes_on_from_what_was_saved(*, reboot: bool) -> None:
    """A crash would lose the state, or give evaluation time back."""
    world = World(START)
    machine = in_evaluation(world)
    world.advance(10 * DAY)
    boot = machine.clock.now().boot
    machine.restart(reboot=reboot)
    world.settle()
    assert (machine.clock.now().boot != boot) is reboot
    left = machine.runtime.agent.view(machine.clock.now()).authorization.evaluation_left
    assert 80 * DAY - HOUR / 4 <= left <= 80 * DAY


def test_a_jump_of_a_device_is_noticed_at_once() -> None:
    """A clock that was set wrong would be found only when something falls due by itself."""
    world = World(START)
    machine = in_evaluation(world)
    saves = machine.disk.saves
    world.jump("switch1", 3 * HOUR)
    assert machine.clock.wall == START + 3 * HOUR
    assert machine.disk.saves > saves


@pytest.mark.parametrize("by", [-400 * DAY, 400 * DAY, 3000 * DAY])
def test_an_authority_whose_clock_was_set_renews_its_keys(by: timedelta) -> None:
    """After its clock was corrected, an authority would sign with a certificate that is not valid."""
    world = World(START)
    authority = world.found("cloud")
    before = authority.keys.answer_chain[0]
    world.jump("cloud", by)
    assert authority.keys.answer_chain[0] != before
    world.advance(40 * DAY)


def test_an_authority_renews_its_keys_by_itself() -> None:
    """After 90 days no device would believe its authority any more."""
    world = World(START)
    authority = world.found("cloud")
    seen = {authority.keys.answer_chain[0]}
    for _ in range(10):
        world.advance(30 * DAY)
        seen.add(authority.keys.answer_chain[0])
    assert len(seen) == 11


class Standstill:
    """A participant that is always due and never gets anywhere."""

    name = "standstill"

    def __init__(self, due: Callable[[], datetime]) -> None:
        self._due = due

    def next_due(self) -> datetime | None:
        """Return when it is due."""
        return self._due()

    def tick(self) -> None:
        """Do nothing."""


def test_who_is_due_and_makes_no_progress_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A defect in an agent would hang the lab, the tests and the fleet."""
    world = World(START)
    machine = world.add("switch1", build)
    stuck = Standstill(lambda: world.clock.now)
    monkeypatch.setattr(machine, "next_due", stuck.next_due)
    monkeypatch.setattr(machine, "tick", stuck.tick)
    with pytest.raises(Stuck, match="switch1 is due at 2022-06-22 16:14:37"):
        world.advance(HOUR)


def test_names_are_taken_once() -> None:
    """Two sides would answer to one name."""
    world = World(START)
    world.found("cloud")
    with pytest.raises(ValueError, match="cloud"):
        world.add("cloud", build)


@pytest.mark.parametrize("by", [-HOUR, timedelta(milliseconds=5)])
def test_time_does_not_go_back(by: timedelta) -> None:
    """A wrong argument would be half done."""
    world = World(START)
    with pytest.raises(ValueError, match="whole seconds"):
        world.advance(by)


def test_one_seed_gives_the_same_bytes() -> None:
    """A run that failed could not be replayed."""
    roots = [World(START, seed=seed).found("cloud").keys.root for seed in ("a", "a", "b")]
    assert roots[0] == roots[1] != roots[2]
    assert replace(World(START, seed="a").found("cloud").keys, epoch=1).root == roots[0]
