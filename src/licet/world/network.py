"""A network of virtual time: it carries requests by the host of their URL, and touches no socket.

Only hosts that were mapped lead anywhere, as if the operator had put them into a name server of
the lab's own. Everything else has no address, whatever it may be called in the world outside.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit

from licet.agent import schedule
from licet.kernel.problems import NoAnswer
from licet.world.clock import VirtualClock
from licet.world.faults import FaultKind, Faults
from licet.world.journal import Attempt, Journal, Standing, kind_of, outcome_of
from licet.world.queue import EventQueue

# Strings of device.md 5.5.
UNREACHABLE = "Fail to send out Call Home HTTP message"
UNRESOLVED = "Unable to resolve server hostname/domain name"

Respond = Callable[[bytes, str], bytes]
Deliver = Callable[[bytes | NoAnswer], None]


@dataclass
class Port:
    """Where one device is plugged in; a closed port delivers nothing any more.

    Attributes:
        standing: tells how the device stands, for the journal.
        typed: tells whether a person has just typed something there.
    """

    network: "Network"
    device: str
    standing: Callable[[], Standing | None]
    typed: Callable[[], bool]
    closed: bool = False

    def post(self, url: str, data: bytes, deliver: Deliver) -> None:
        """Send a request; `deliver` is called later in virtual time, once, or never."""
        self.network.carry(self, url, data, deliver)


@dataclass
class _Journey:
    """A request under way; a duplicate has nobody who waits for its answer."""

    port: Port
    host: str
    data: bytes
    deliver: Deliver
    attempt: Attempt
    lose_answer: bool = False
    delay_answer: timedelta = timedelta(0)
    duplicate: bool = False


@dataclass
class Network:
    """The one network of a world.

    Attributes:
        latency: how long a message takes, each way.
        up: whether it carries anything at all.
        unplugged: devices that it carries nothing for.
        faults: what happens to the next messages.
    """

    clock: VirtualClock
    queue: EventQueue
    journal: Journal
    latency: timedelta = timedelta(0)
    up: bool = True
    unplugged: set[str] = field(default_factory=set)
    faults: Faults = field(default_factory=Faults)
    _hosts: dict[str, Respond] = field(default_factory=dict)
    _last_sent: dict[str, bytes] = field(default_factory=dict)
    _held: list[_Journey] = field(default_factory=list)

    def map(self, host: str, respond: Respond) -> None:
        """Let a host name lead to an authority, inside this network only."""
        self._hosts[host.lower()] = respond

    def unmap(self, host: str) -> None:
        """Let a host name lead nowhere again."""
        self._hosts.pop(host.lower(), None)

    def reaches(self, device: str) -> bool:
        """Tell whether a device's messages are carried now."""
        return self.up and device not in self.unplugged

    def carry(self, port: Port, url: str, data: bytes, deliver: Deliver) -> None:
        """Take a request from a device's port; see `Port.post`."""
        attempt = Attempt(
            port.device,
            kind_of(data),
            self.clock.now,
            port.standing(),
            typed=port.typed(),
            repeats=self._last_sent.get(port.device) == data,
        )
        self._last_sent[port.device] = data
        self.journal.attempts.append(attempt)
        host = _host(url)
        if not self.reaches(port.device):
            self._refuse(port, attempt, UNREACHABLE, deliver)
            return
        if host not in self._hosts:
            self._refuse(port, attempt, UNRESOLVED, deliver)
            return
        faults = self.faults.take(port.device)
        journey = _Journey(port, host, data, deliver, attempt)
        journey.lose_answer = FaultKind.LOSE_ANSWER in faults
        if FaultKind.DELAY_ANSWER in faults:
            journey.delay_answer = faults[FaultKind.DELAY_ANSWER].by
        if FaultKind.LOSE_REQUEST in faults:
            attempt.outcome = "lost"
        elif FaultKind.REORDER_REQUEST in faults:
            self._held.append(journey)
        else:
            delayed = faults.get(FaultKind.DELAY_REQUEST)
            self._plan(journey, self.latency + (delayed.by if delayed else timedelta(0)))
        if FaultKind.DUPLICATE_REQUEST in faults:
            twin = _Journey(port, host, data, deliver, attempt, duplicate=True)
            self._plan(twin, self.latency)

    def _refuse(self, port: Port, attempt: Attempt, reason: str, deliver: Deliver) -> None:
        attempt.outcome = f"unsent: {reason}"

        def tell() -> None:
            if not port.closed:
                deliver(NoAnswer(reason))

        self.queue.plan(self.clock.now, tell)

    def _plan(self, journey: _Journey, travel: timedelta) -> None:
        self.queue.plan(self.clock.now + travel, lambda: self._arrive(journey))

    def _arrive(self, journey: _Journey) -> None:
        """Hand a request to its authority, and send the answer on its way."""
        respond = self._hosts.get(journey.host)
        if respond is None or not self.reaches(journey.port.device):
            if not journey.duplicate:
                journey.attempt.outcome = "lost"
            return
        answer = respond(journey.data, journey.port.device)
        # What was held back arrives after the request that overtook it.
        held, self._held = self._held, []
        for late in held:
            self._plan(late, timedelta(0))
        if journey.duplicate:
            return
        if journey.lose_answer:
            journey.attempt.outcome = "lost"
            return
        travel = self.latency + journey.delay_answer
        self.queue.plan(self.clock.now + travel, lambda: self._return(journey, answer))

    def _return(self, journey: _Journey, answer: bytes) -> None:
        attempt = journey.attempt
        in_time = self.clock.now - attempt.sent_at < schedule.EXCHANGE
        if journey.port.closed or not in_time or not self.reaches(journey.port.device):
            attempt.outcome = "lost"
        else:
            attempt.outcome = outcome_of(answer)
            attempt.answered_at = self.clock.now
        if not journey.port.closed and self.reaches(journey.port.device):
            # An answer that comes too late is handed over all the same: the agent must know better.
            journey.deliver(answer)


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""
