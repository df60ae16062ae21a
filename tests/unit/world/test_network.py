"""The network: where messages go, and what becomes of each under each fault."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from licet.kernel.problems import NoAnswer
from licet.world.clock import VirtualClock
from licet.world.faults import Fault, FaultKind
from licet.world.journal import Journal
from licet.world.network import RESPONSE_ERROR, UNREACHABLE, UNRESOLVED, Network, Port
from licet.world.queue import EventQueue

START = datetime(2022, 6, 22, tzinfo=UTC)
URL = "https://Tools.Example.com/its/service"
SECOND = timedelta(seconds=1)


@dataclass
class Bench:
    """A network with one authority that answers in capitals, and one device."""

    clock: VirtualClock = field(default_factory=lambda: VirtualClock(START))
    queue: EventQueue = field(default_factory=EventQueue)
    journal: Journal = field(default_factory=Journal)
    asked: list[tuple[int, bytes]] = field(default_factory=list)
    told: list[tuple[int, bytes | str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Plug the device in."""
        self.network = Network(self.clock, self.queue, self.journal)
        self.network.map("tools.example.com", self._respond)
        self.port = self.plug_in("switch1")

    def plug_in(self, device: str) -> Port:
        """Return a new port of a device."""
        return Port(self.network, device, lambda: None, lambda: False)

    @property
    def second(self) -> int:
        """Seconds since the start."""
        return int((self.clock.now - START).total_seconds())

    def _respond(self, data: bytes, peer: str) -> bytes:
        assert peer
        self.asked.append((self.second, data))
        return data.upper()

    def post(self, data: bytes, url: str = URL) -> None:
        """Send something."""
        self.port.post(url, data, self._tell)

    def _tell(self, outcome: bytes | NoAnswer) -> None:
        self.told.append((self.second, str(outcome) if isinstance(outcome, NoAnswer) else outcome))

    def fault(self, kind: FaultKind, device: str | None = None, by: timedelta = SECOND) -> None:
        """Let something go wrong with a next message."""
        self.network.faults.add(Fault(kind, device, by))

    def run(self) -> None:
        """Let everything happen."""
        while (due := self.queue.next_due()) is not None:
            self.clock.set(due)
            self.queue.run_next()

    @property
    def outcomes(self) -> list[str]:
        """What the journal says became of each attempt."""
        return [attempt.outcome for attempt in self.journal.attempts]


def test_a_message_goes_to_the_host_of_its_url_and_comes_back() -> None:
    """A switch with the right URL would reach nobody."""
    bench = Bench()
    bench.network.latency = 3 * SECOND
    bench.post(b"hello")
    assert not bench.told, "nothing is told before time has passed"
    bench.run()
    assert bench.asked == [(3, b"hello")]
    assert bench.told == [(6, b"HELLO")]


@pytest.mark.parametrize(
    "url",
    [
        "https://tools.cisco.com/its/service/oddce/services/DDCEService",
        "https://localhost/",
        "https:///path",
        "",
        "https://[broken/",
        "nonsense",
    ],
)
def test_a_host_that_nobody_mapped_is_not_resolved(url: str) -> None:
    """Typing a real URL in a lab would disturb somebody, or reach another machine."""
    bench = Bench()
    bench.post(b"hello", url)
    bench.run()
    assert bench.told == [(0, UNRESOLVED)]
    assert not bench.asked


def test_a_host_that_was_unmapped_is_gone() -> None:
    """A name would lead somewhere after the operator took it away."""
    bench = Bench()
    bench.network.unmap("tools.example.com")
    bench.post(b"hello")
    bench.run()
    assert bench.told == [(0, UNRESOLVED)]


def test_a_network_that_is_down_says_so_at_once() -> None:
    """An outage would look like silence."""
    bench = Bench()
    bench.network.up = False
    bench.post(b"hello")
    bench.run()
    assert bench.told == [(0, UNREACHABLE)]
    assert bench.outcomes == [f"unsent: {UNREACHABLE}"]


def test_one_device_can_be_unplugged() -> None:
    """One silent switch could not be shown beside one that speaks."""
    bench = Bench()
    bench.network.unplugged.add("switch1")
    bench.post(b"hello")
    bench.port = bench.plug_in("switch2")
    bench.post(b"hello")
    bench.run()
    assert bench.told == [(0, UNREACHABLE), (0, b"HELLO")]


def test_what_is_on_the_way_when_the_network_goes_down_is_lost() -> None:
    """An outage would let messages through that were sent before it."""
    bench = Bench()
    bench.network.latency = SECOND
    bench.post(b"hello")
    bench.network.up = False
    bench.run()
    assert not bench.asked
    assert not bench.told
    assert bench.outcomes == ["lost"]


def test_a_lost_request_reaches_nobody() -> None:
    """The authority would act on a message that was lost."""
    bench = Bench()
    bench.fault(FaultKind.LOSE_REQUEST)
    bench.post(b"one")
    bench.post(b"two")
    bench.run()
    assert bench.asked == [(0, b"two")]
    assert bench.told == [(0, b"TWO")]
    assert bench.outcomes[0] == "lost"


def test_a_lost_answer_was_acted_on() -> None:
    """The hardest fault, an effect without an answer, would not be tried."""
    bench = Bench()
    bench.fault(FaultKind.LOSE_ANSWER)
    bench.post(b"one")
    bench.run()
    assert bench.asked == [(0, b"one")]
    assert not bench.told


def test_a_duplicate_arrives_twice_and_is_answered_once() -> None:
    """A device would be told two outcomes of one attempt."""
    bench = Bench()
    bench.fault(FaultKind.DUPLICATE_REQUEST)
    bench.post(b"one")
    bench.run()
    assert bench.asked == [(0, b"one"), (0, b"one")]
    assert bench.told == [(0, b"ONE")]


def test_delays_add_to_the_latency() -> None:
    """A late message would come on time."""
    bench = Bench()
    bench.network.latency = SECOND
    bench.fault(FaultKind.DELAY_REQUEST, by=60 * SECOND)
    bench.fault(FaultKind.DELAY_ANSWER, by=5 * SECOND)
    bench.post(b"one")
    bench.run()
    assert bench.asked == [(61, b"one")]
    assert bench.told == [(67, b"ONE")]
    assert bench.outcomes == ["lost"], "it came after the agent had given up"


def test_a_reordered_request_arrives_after_the_next_one() -> None:
    """Messages would never overtake each other."""
    bench = Bench()
    bench.fault(FaultKind.REORDER_REQUEST)
    bench.post(b"one")
    bench.run()
    assert not bench.asked
    bench.post(b"two")
    bench.run()
    assert [data for _, data in bench.asked] == [b"two", b"one"]


def test_a_fault_waits_for_the_device_that_it_is_for() -> None:
    """A fault that was meant for one switch would hit another."""
    bench = Bench()
    bench.fault(FaultKind.LOSE_REQUEST, device="switch2")
    bench.post(b"one")
    bench.run()
    assert bench.told == [(0, b"ONE")]
    assert len(bench.network.faults) == 1


def test_a_closed_port_is_told_nothing() -> None:
    """A restarted process would get the answer to what the dead one asked."""
    bench = Bench()
    bench.post(b"one")
    bench.port.closed = True
    bench.run()
    assert bench.asked
    assert not bench.told
    bench.network.up = False
    bench.post(b"two")
    bench.run()
    assert not bench.told


def test_what_is_sent_again_is_marked() -> None:
    """A restarted agent that carries on would look as if it had sent something new."""
    bench = Bench()
    bench.post(b"one")
    bench.post(b"one")
    bench.post(b"two")
    assert [attempt.repeats for attempt in bench.journal.attempts] == [False, True, False]


def test_on_prems_have_paths_of_their_own_at_a_host() -> None:
    """A manager would read a plant's documents as a device's messages."""
    bench = Bench()
    asked: list[bytes] = []

    def sites(data: bytes, peer: str) -> bytes:
        assert peer == "switch1"
        asked.append(data)
        return b"for a site"

    bench.post(b"a", URL.replace("/its/service", "/onprem/v1/x"))
    bench.network.map("tools.example.com", bench._respond, sites)
    bench.post(b"b", URL.replace("/its/service", "/onprem/v1/x"))
    bench.post(b"c")
    while bench.queue.next_due() is not None:
        bench.queue.run_next()
    assert asked == [b"b"]
    assert bench.told == [(0, UNRESOLVED), (0, b"for a site"), (0, b"C")]
    bench.network.unmap("tools.example.com")
    bench.post(b"d", URL.replace("/its/service", "/onprem/v1/x"))
    bench.queue.run_next()
    assert bench.told[-1] == (0, UNRESOLVED)


def test_who_can_answer_nothing_answers_in_http() -> None:
    """A device at another account's address would wait for an answer until its time is up."""
    bench = Bench()
    bench.network.map("tools.example.com", lambda _, __: None)
    bench.post(b"a")
    while bench.queue.next_due() is not None:
        bench.queue.run_next()
    assert bench.told == [(0, RESPONSE_ERROR)]
    assert bench.journal.attempts[0].outcome == f"unsent: {RESPONSE_ERROR}"
