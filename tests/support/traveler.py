"""A real agent whose messages go along real roads, and a post without an agent."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from licet.agent.events import Enable, Notice, Notify, Register, RenewAuthorization
from licet.agent.machine import Agent, AgentSettings
from licet.agent.runtime import Runtime
from licet.agent.store import FileStore
from licet.agent.tables import Authorization, Registration
from licet.agent.view import LicenseView
from licet.kernel.chance import SystemChance
from licet.kernel.ids import Udi
from licet.kernel.problems import NoAnswer
from licet.switch.callhome import CallHomeTransport
from licet.switch.clock import SystemClock
from licet.switch.configuration import Callhome, Method
from licet.switch.features import PRODUCT
from licet.switch.roads.faults import Missed
from licet.switch.roads.roadmap import RoadMap
from licet.switch.roads.roads import Roads
from support.standing import WITHIN_S, eventually

_NUMBERS = count(1)


@dataclass
class Outcome:
    """What one post came to."""

    data: bytes | None = None
    missed: Missed | None = None


def travel(road: RoadMap, url: str, data: bytes = b"{}") -> Outcome:
    """Post once along a road, and wait for the outcome."""
    outcomes: list[bytes | NoAnswer] = []
    with Roads(lambda: road) as roads:
        roads.post(url, data, outcomes.append)
        eventually(lambda: bool(roads.wait(0.2)), within_s=2 * WITHIN_S)
    [outcome] = outcomes
    if isinstance(outcome, bytes):
        return Outcome(data=outcome)
    assert isinstance(outcome, Missed)
    return Outcome(missed=outcome)


@dataclass
class Traveler:
    """One product with its agent, its store and its roads; this thread is its only one.

    Attributes:
        road: how it goes now; a test may change it.
        url: where it posts to.
        heard: what the agent told.
    """

    folder: Path
    road: RoadMap
    url: str
    plain_http: bool = False
    heard: list[Notify] = field(default_factory=list)
    udi: Udi = field(default_factory=lambda: Udi("N9K-C93180YC-EX", f"FDO2112{next(_NUMBERS):04}"))

    def __post_init__(self) -> None:
        """Boot it."""
        self.store = FileStore(self.folder)
        self.roads = Roads(lambda: self.road)
        clock = SystemClock()
        settings, chance = AgentSettings(PRODUCT, jitter_s_max=0), SystemChance()
        self.runtime = Runtime(
            Agent.fresh(self.udi, settings=settings, chance=chance, now=clock.now()),
            store=self.store,
            transport=CallHomeTransport(self._callhome, self.roads),
            clock=clock,
            heard=lambda heard: self.heard.append(heard) if isinstance(heard, Notify) else None,
        )
        self.runtime.tick()

    def _callhome(self) -> Callhome:
        return Callhome(
            method=Method.HTTP, urls=((1, self.url),), enabled=True, plain_http=self.plain_http
        )

    def close(self) -> None:
        """Switch it off."""
        self.roads.close()
        self.store.close()

    def live(self, until: Callable[[], bool]) -> None:
        """Do what falls due, until something holds."""

        def holds() -> bool:
            self.runtime.tick()
            self.roads.wait(0.02)
            return until()

        eventually(holds, within_s=2 * WITHIN_S)

    def register(self, token: str) -> None:
        """Type the command, and live until the attempt has ended, whatever it came to."""
        self.runtime.handle(Enable())
        self.runtime.handle(Register(token))
        self.live(lambda: self.registration is not Registration.IN_PROGRESS)

    def renew(self) -> None:
        """Type `license smart renew auth`, and live until it has succeeded or failed."""
        told = len(self.heard)
        self.runtime.handle(RenewAuthorization())
        ended = (Notice.AUTH_RENEW_SUCCESS, Notice.AUTH_RENEW_FAIL)
        self.live(lambda: any(heard.notice in ended for heard in self.heard[told:]))

    def has(self, notice: Notice) -> bool:
        """Tell whether the agent told something."""
        return any(heard.notice is notice for heard in self.heard)

    def view(self) -> LicenseView:
        """Return what can be seen of the agent."""
        return self.runtime.agent.view(self.runtime.clock.now())

    @property
    def registration(self) -> Registration:
        """How the registration stands."""
        return self.view().registration.state

    @property
    def authorization(self) -> Authorization:
        """How the authorization stands."""
        return self.view().authorization.state

    @property
    def reason(self) -> str:
        """The failure reason of the registration, as `show license status` prints it."""
        initial = self.view().registration.initial
        return "" if initial is None else initial.reason
