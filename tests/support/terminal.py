"""A switch with a terminal at it, on a clock that the test sets and a network that it watches."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from licet.agent.machine import Agent, AgentSettings
from licet.agent.runtime import Deliver
from licet.kernel.chance import SeededChance
from licet.kernel.ids import Udi
from licet.kernel.problems import NoAnswer
from licet.kernel.time import Moment
from licet.switch.box import MemoryBox
from licet.switch.configuration import FACTORY, Configuration
from licet.switch.features import PRODUCT
from licet.switch.session import Session
from licet.switch.switch import Switch

UDI = Udi("N9K-C93180YC-EX", "FDO21120U5B")
BOOT = datetime(2022, 6, 22, 16, 0, 0, tzinfo=UTC)
NOWHERE = NoAnswer("No road from here")
Server = Callable[[bytes, datetime], bytes]

# Source document, the configuration for direct access, as it is typed.
DIRECT = (
    "configure terminal",
    "license smart enable",
    "callhome",
    "email-contact sch-smart-licensing@cisco.com",
    "destination-profile CiscoTAC-1 transport-method http",
    "destination-profile CiscoTAC-1 index 1 http https://tools.cisco.com/its/service/oddce/services/DDCEService",
    "transport http use-vrf management",
    "enable",
)


@dataclass
class Lab:
    """The clock, the disk and the network of one switch.

    Attributes:
        servers: what answers at a URL; nothing does elsewhere.
        posted: where the switch posted to.
    """

    passed: timedelta = timedelta(0)
    servers: dict[str, Server] = field(default_factory=dict)
    posted: list[str] = field(default_factory=list)
    snapshot: bytes | None = None

    def now(self) -> Moment:
        """Return what the switch's clocks say."""
        return Moment(BOOT + self.passed, self.passed, "boot 1")

    def at(self, hour: int, minute: int, second: int) -> None:
        """Set the clock to a time of the first day."""
        self.passed = timedelta(hours=hour - 16, minutes=minute, seconds=second)

    def load(self) -> bytes | None:
        """Return the last snapshot."""
        return self.snapshot

    def save(self, snapshot: bytes) -> None:
        """Keep a snapshot."""
        self.snapshot = snapshot

    def post(self, url: str, data: bytes, deliver: Deliver) -> None:
        """Let the server at a URL answer at once."""
        self.posted.append(url)
        server = self.servers.get(url)
        deliver(NOWHERE if server is None else server(data, BOOT + self.passed))

    def switch(self, configuration: Configuration = FACTORY) -> Switch:
        """Boot a switch: a new one, or the one whose snapshot is on the disk."""
        settings = AgentSettings(PRODUCT, jitter_s_max=0)
        chance = SeededChance("switch")
        if self.snapshot is None:
            agent = Agent.fresh(UDI, settings=settings, chance=chance, now=self.now())
        else:
            agent = Agent.restore(self.snapshot, udi=UDI, settings=settings, chance=chance)
        return Switch(
            agent=agent, store=self, network=self, clock=self, configuration=configuration
        )

    def wait(self, switch: Switch, length: timedelta) -> None:
        """Let time pass; the switch does what falls due in it."""
        end = self.passed + length
        while (due := switch.runtime.due_in()) is not None and self.passed + due <= end:
            self.passed += due
            switch.runtime.tick()
        self.passed = end


def type_lines(session: Session, *lines: str) -> str:
    """Type lines and return what a terminal shows: prompts, lines and output."""
    return "".join(f"{session.prompt}{line}\n{session.execute(line)}" for line in lines)


def box_of(session: Session) -> MemoryBox:
    """Return the box around a session's switch."""
    box = session._terminal.box
    assert isinstance(box, MemoryBox)
    return box
