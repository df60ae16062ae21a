"""A network of virtual time: it carries requests by the host of their URL, and touches no socket.

Only hosts that were mapped lead anywhere, as if the operator had put them into a name server of
the lab's own. Everything else has no address, whatever it may be called in the world outside. At a
host, what on-prems send to their manager has paths of its own; all else is a device's.
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
RESPONSE_ERROR = "Communication message send response error"
# Where a manager takes the documents of on-prems.
SITES = "/onprem/"

# None: nobody there can answer that; a real host says so in HTTP.
Respond = Callable[[bytes, str], bytes | None]
Deliver = Callable[[bytes | NoAnswer], None]


@dataclass
class Port:
    """Where one device is plugged in; a closed port delivers nothing any more.

    Attributes:
        standing: tells how the device stands, for the journal.
        typed: tells whether a person has just typed something there.
        kind, outcome: what the journal calls its requests, and the answers to them.
    """

    network: "Network"
    device: str
    standing: Callable[[], Standing | None]
    typed: Callable[[], bool]
    closed: bool = False
    kind: Callable[[bytes], str] = kind_of
    outcome: Callable[[bytes], str] = outcome_of

    def post(self, url: str, data: bytes, deliver: Deliver) -> None:
        """Send a request; `deliver` is called later in virtual time, once, or never."""
        self.network.carry(self, url, data, deliver)


@dataclass
class _Journey:
    """A request under way; a duplicate has nobody who waits for its answer."""

    port: Port
    place: tuple[str, bool]
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
    _hosts: dict[tuple[str, bool], Respond] = field(default_factory=dict)
    _last_sent: dict[str, bytes] = field(default_factory=dict)
    _held: list[_Journey] = field(default_factory=list)

    def map(self, host: str, respond: Respond, sites: Respond | None = None) -> None:
        """Let a host name lead to an authority, inside this network only.

        Args:
            host: the name.
            respond: answers devices there.
            sites: answers on-prems there; None where nobody does.
        """
        self.unmap(host)
        self._hosts[host.lower(), False] = respond
        if sites is not None:
            self._hosts[host.lower(), True] = sites

    def unmap(self, host: str) -> None:
        """Let a host name lead nowhere again."""
        for sites in (False, True):
            self._hosts.pop((host.lower(), sites), None)

    def reaches(self, device: str) -> bool:
        """Tell whether a device's messages are carried now."""
        return self.up and device not in self.unplugged

    def carry(self, port: Port, url: str, data: bytes, deliver: Deliver) -> None:
        """Take a request from a device's port; see `Port.post`."""
        attempt = Attempt(
            port.device,
            port.kind(data),
            self.clock.now,
            port.standing(),
            typed=port.typed(),
            repeats=self._last_sent.get(port.device) == data,
        )
        self._last_sent[port.device] = data
        self.journal.attempts.append(attempt)
        place = _place(url)
        if not self.reaches(port.device):
            self._refuse(port, attempt, UNREACHABLE, deliver)
            return
        if place not in self._hosts:
            self._refuse(port, attempt, UNRESOLVED, deliver)
            return
        faults = self.faults.take(port.device)
        journey = _Journey(port, place, data, deliver, attempt)
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
            twin = _Journey(port, place, data, deliver, attempt, duplicate=True)
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
        respond = self._hosts.get(journey.place)
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

    def _return(self, journey: _Journey, answer: bytes | None) -> None:
        attempt = journey.attempt
        in_time = self.clock.now - attempt.sent_at < schedule.EXCHANGE
        if journey.port.closed or not in_time or not self.reaches(journey.port.device):
            attempt.outcome = "lost"
        elif answer is None:
            attempt.outcome = f"unsent: {RESPONSE_ERROR}"
        else:
            attempt.outcome = journey.port.outcome(answer)
            attempt.answered_at = self.clock.now
        if not journey.port.closed and self.reaches(journey.port.device):
            # An answer that comes too late is handed over all the same: the agent must know better.
            journey.deliver(NoAnswer(RESPONSE_ERROR) if answer is None else answer)


def _place(url: str) -> tuple[str, bool]:
    """Return the host of a URL, and whether it is for on-prems."""
    try:
        parts = urlsplit(url)
        return (parts.hostname or "").lower(), parts.path.startswith(SITES)
    except ValueError:
        return "", False
