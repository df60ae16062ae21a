"""A transport that carries messages to an authority in the same process, and fails when told to."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from licet.agent.events import Send
from licet.agent.runtime import Deliver
from licet.kernel.problems import NoAnswer
from licet.testing.clock import FakeClock
from licet.world.journal import kind_of

UNREACHABLE = "Fail to send out Call Home HTTP message"  # device.md 5.5
LOST = "Communication message send error"  # device.md 5.5: it timed out


class Respond(Protocol):
    """Whoever answers requests; `PocketManager` does."""

    def respond(self, request: bytes, peer: str = "") -> bytes:
        """Return the signed answer to one request."""
        ...


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that a product sent: when (true time), what kind, and whether it was answered."""

    at: datetime
    kind: str
    answered: bool


class MemoryTransport:
    """Implements `agent.runtime.Transport`; every outcome is told before `send` returns.

    Args:
        authority: who answers.
        clock: says when things were sent.

    Attributes:
        up: whether anything is carried at all.
        lose_requests: so many requests are lost on their way.
        lose_answers: so many answers are lost on their way back, after the authority acted.
        duplicate_requests: so many requests arrive twice.
        sent: everything that the product sent, oldest first.
    """

    def __init__(self, authority: Respond, clock: FakeClock) -> None:
        self._authority = authority
        self._clock = clock
        self.up = True
        self.lose_requests = 0
        self.lose_answers = 0
        self.duplicate_requests = 0
        self.sent: list[Sent] = []

    def send(self, message: Send, deliver: Deliver) -> None:
        """Carry a message to the authority and its answer back."""
        outcome = self._carry(message.request)
        answered = not isinstance(outcome, NoAnswer)
        self.sent.append(Sent(self._clock.true.now, kind_of(message.request), answered))
        deliver(outcome)

    def _carry(self, request: bytes) -> bytes | NoAnswer:
        if not self.up:
            return NoAnswer(UNREACHABLE)
        if self.lose_requests:
            self.lose_requests -= 1
            return NoAnswer(LOST)
        if self.duplicate_requests:
            self.duplicate_requests -= 1
            self._authority.respond(request)
        answer = self._authority.respond(request)
        if self.lose_answers:
            self.lose_answers -= 1
            return NoAnswer(LOST)
        return answer
