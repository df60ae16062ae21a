"""What a vendor's tests stand on: the clock, the transport with its faults, the pocket manager."""

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from licet.admin.refusal import AdminRefused
from licet.agent.events import Enable, Register, Request
from licet.agent.machine import Agent, AgentSettings
from licet.agent.runtime import Runtime
from licet.agent.tables import Authorization, Registration
from licet.agent.view import LicenseView
from licet.kernel.chance import SeededChance
from licet.kernel.ids import Tag, Udi
from licet.kernel.time import DAY, HOUR, MINUTE
from licet.ledger.model import Policy
from licet.testing import FakeClock, MemorySnapshots, MemoryTransport, PocketManager, run

START = datetime(2026, 1, 1, tzinfo=UTC)


class Product:
    """A product on a pocket manager, wired as the documentation says."""

    def __init__(self, sn: str = "1", policy: Policy | None = None) -> None:
        self.clock = FakeClock()
        self.manager = PocketManager(self.clock, policy=policy)
        self.udi = Udi("KETTLE", sn)
        self.settings = AgentSettings(product=self.manager.product, jitter_s_max=0)
        self.network = MemoryTransport(self.manager, self.clock)
        self.store = MemorySnapshots()
        self.tag = self.manager.tag("BOIL")
        chance, now = SeededChance(sn), self.clock.now()
        self.start(Agent.fresh(self.udi, settings=self.settings, chance=chance, now=now))

    def start(self, agent: Agent) -> None:
        """Put an agent into the product."""
        self.runtime = Runtime(agent, store=self.store, transport=self.network, clock=self.clock)

    def register(self) -> None:
        """Enable licensing, use a feature and register."""
        self.runtime.handle(Enable())
        self.runtime.handle(Request(self.tag))
        self.runtime.handle(Register(self.manager.token()))
        self.live(timedelta(0))

    def live(self, by: timedelta) -> None:
        """Let time pass."""
        run(self.clock, by, self.runtime, self.manager)

    def view(self) -> LicenseView:
        """Look at the agent."""
        return self.runtime.agent.view(self.clock.now())

    def state(self) -> Authorization:
        """How its entitlements stand."""
        return self.view().authorization.state

    def sent(self, kind: str) -> list[timedelta]:
        """Return when messages of a kind were sent, since the start."""
        return [sent.at - START for sent in self.network.sent if sent.kind == kind]


def test_the_clocks_can_be_moved_apart() -> None:
    """A vendor could not test what a wrong system clock does."""
    clock = FakeClock()
    clock.advance(HOUR)
    clock.jump(-2 * HOUR)
    assert (clock.now().wall, clock.now().elapsed) == (START - HOUR, HOUR)
    clock.set_wall(START + 5 * DAY)
    assert (clock.now().wall, clock.true.now) == (START + 5 * DAY, START + HOUR)
    boot = clock.now().boot
    clock.reboot()
    assert clock.now().elapsed == timedelta(0)
    assert clock.now().boot != boot


def test_a_product_lives_its_licensed_life() -> None:
    """The pocket manager would not do what a manager does."""
    product = Product()
    held = product.manager.give(product.tag)
    product.register()
    assert product.state() is Authorization.AUTHORIZED
    assert product.manager.instances() == ["PID:KETTLE,SN:1"]
    assert (product.manager.in_use(product.tag), product.manager.balance(product.tag)) == (1, 0)
    product.manager.take(held)
    assert product.manager.alerts() == ["Insufficient Licenses"]
    product.live(31 * DAY)
    assert product.state() is Authorization.OUT_OF_COMPLIANCE
    product.manager.give(product.tag)
    product.live(12 * HOUR)
    assert product.state() is Authorization.AUTHORIZED
    assert not product.manager.alerts()


def test_the_manager_sweeps_silence_away() -> None:
    """A vendor could not test what a year without a network does."""
    product = Product()
    product.manager.give(product.tag)
    product.register()
    product.network.up = False
    product.live(90 * DAY)
    assert product.manager.in_use(product.tag) == 1
    product.live(HOUR)
    assert product.manager.in_use(product.tag) == 0
    product.live(275 * DAY)
    assert product.view().registration.state is Registration.NOT_REGISTERED
    assert product.manager.instances() == []


def test_a_term_ends() -> None:
    """Licenses that were given for some days would last for ever."""
    product = Product()
    product.manager.give(product.tag, days=10)
    product.register()
    assert product.manager.balance(product.tag) == 0
    product.live(10 * DAY)
    assert product.manager.balance(product.tag) == -1
    assert "Insufficient Licenses" in product.manager.alerts()


def test_a_policy_is_obeyed() -> None:
    """A vendor could not shorten what takes long."""
    product = Product(policy=Policy(authorization_every_s=3600))
    product.manager.give(product.tag)
    product.register()
    product.live(2 * HOUR)
    assert product.sent("authorize") == [timedelta(0), HOUR, 2 * HOUR]


@pytest.mark.parametrize(
    ("fault", "uses"),
    [("up", 0), ("lose_requests", 0), ("lose_answers", 1), ("duplicate_requests", 1)],
)
def test_faults_of_the_transport(fault: str, uses: int) -> None:
    """The faults that products must live with could not be tried, or would be others."""
    product = Product()
    product.manager.give(product.tag)
    setattr(product.network, fault, False if fault == "up" else 1)
    product.register()
    assert len(product.manager.instances()) == uses
    registered = product.view().registration.state is Registration.COMPLETE
    assert registered is (fault == "duplicate_requests")
    product.network.up = True
    product.live(15 * MINUTE)
    assert product.view().registration.state is Registration.COMPLETE
    assert len(product.manager.instances()) == 1


def test_a_product_restarts_from_its_snapshots() -> None:
    """A restart could not be tried."""
    product = Product()
    product.manager.give(product.tag)
    product.register()
    snapshot = product.store.load()
    assert snapshot is not None
    chance = SeededChance("again")
    product.start(
        Agent.restore(snapshot, udi=product.udi, settings=product.settings, chance=chance)
    )
    product.live(30 * DAY)
    assert product.sent("register") == [timedelta(0)]
    assert product.sent("authorize") == [timedelta(0), 30 * DAY]


def test_tags_are_the_same_for_the_same_name() -> None:
    """A product and its test would speak of two entitlements."""
    one, two = (PocketManager(FakeClock(), seed=seed) for seed in ("one", "two"))
    assert one.tag("BOIL") == two.tag("BOIL") != one.tag("BREW")
    assert set(one.tags) == {"BOIL", "BREW"}


@pytest.mark.parametrize("name", ["", "TWO WORDS", "a.b", "a,b", "-a", "ümlaut", "A" * 250])
def test_a_name_that_no_tag_can_have_is_refused(name: str) -> None:
    """A mistake in a name would show much later, as an invalid tag."""
    with pytest.raises(ValueError, match=r"tag"):
        PocketManager(FakeClock()).tag(name)


@pytest.mark.parametrize(
    "give", [lambda m, t: m.give(t, 0), lambda m, t: m.give(t, days=0)], ids=["none", "no time"]
)
def test_nothing_cannot_be_given(give: Callable[[PocketManager, Tag], str]) -> None:
    """A mistake in a test would pass as a purchase."""
    manager = PocketManager(FakeClock())
    tag = manager.tag("BOIL")
    with pytest.raises(AdminRefused):
        give(manager, tag)
    assert manager.balance(tag) == 0


def test_what_was_taken_cannot_be_taken_again() -> None:
    """A test would take away more than it gave."""
    manager = PocketManager(FakeClock())
    held = manager.give(manager.tag("BOIL"))
    manager.take(held)
    with pytest.raises(KeyError):
        manager.take(held)


class Standstill:
    """Always due, never further."""

    def due_in(self) -> timedelta | None:
        """Be due."""
        return timedelta(0)

    def tick(self) -> None:
        """Do nothing."""


def test_who_makes_no_progress_is_named() -> None:
    """A vendor's test would hang."""
    with pytest.raises(AssertionError, match="Standstill"):
        run(FakeClock(), DAY, Standstill())


def test_nobody_needs_to_be_due() -> None:
    """Time would stand still where there is nothing to do."""
    clock = FakeClock()
    run(clock, DAY)
    assert clock.true.now == START + DAY


def test_it_is_light_to_import() -> None:
    """A vendor's unit tests would load a web server, or a terminal, for nothing."""
    code = "import sys, licet.testing; print(*sorted(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    loaded = set(ran.stdout.split())
    rooms = {
        f"licet.{room}" for room in ("web", "api", "console", "manager", "onprem", "switch", "lab")
    }
    heavy = {"asyncio", "http.client", "ssl", "starlette", "uvicorn", "argparse", "prompt_toolkit"}
    assert not loaded & (rooms | heavy)
