"""Drives one agent: makes its snapshots durable, carries its messages, tells it the time.

The same runtime runs in a switch, in a unit test, in the lab and in the fleet; only the clock, the
store and the transport differ.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Protocol

from licet.agent.events import (
    AnswerArrived,
    AnswerMissed,
    Event,
    Explanation,
    Notify,
    Save,
    Send,
)
from licet.agent.machine import Agent
from licet.kernel.problems import NoAnswer
from licet.kernel.time import Moment


class Clock(Protocol):
    """Where the time comes from."""

    def now(self) -> Moment:
        """Return what the three clocks say."""
        ...


class SnapshotStore(Protocol):
    """Where an agent's state is kept; see `agent.store` for files."""

    def load(self) -> bytes | None:
        """Return the last saved snapshot, or None where nothing was ever saved.

        Raises:
            StoreDamaged: there is one, and it cannot be trusted.
        """
        ...

    def save(self, snapshot: bytes) -> None:
        """Make a snapshot durable; when it returns, a crash cannot lose it."""
        ...


Deliver = Callable[[bytes | NoAnswer], None]


class Transport(Protocol):
    """Carries one request at a time to the authority."""

    def send(self, message: Send, deliver: Deliver) -> None:
        """Start carrying `message`; call `deliver` once with the answer's bytes or why none came.

        `deliver` may be called before `send` returns, later, or never: the agent has its own
        deadline.
        """
        ...


class Runtime:
    """One agent with its store, its transport and its clock.

    Args:
        heard: told every notification and explanation, after the snapshot is durable.
    """

    def __init__(
        self,
        agent: Agent,
        *,
        store: SnapshotStore,
        transport: Transport,
        clock: Clock,
        heard: Callable[[Notify | Explanation], None] = lambda _: None,
    ) -> None:
        self.agent = agent
        self.store = store
        self.transport = transport
        self.clock = clock
        self.heard = heard

    def handle(self, event: Event) -> None:
        """Tell the agent what happened and do what it asks for.

        Raises:
            CommandRefused: the agent does not take that command now; nothing changed.
        """
        self._perform(self.agent.handle(event, self.clock.now()))

    def tick(self) -> None:
        """Let the agent do what is due."""
        self._perform(self.agent.tick(self.clock.now()))

    def due_in(self) -> timedelta | None:
        """Return how long until `tick` is due, never negative; None when nothing ever is."""
        due = self.agent.next_due()
        return None if due is None else max(due - self.clock.now().elapsed, timedelta(0))

    def _perform(self, effects: list[Save | Send | Notify | Explanation]) -> None:
        for effect in effects:
            match effect:
                case Save():
                    self.store.save(effect.snapshot)
                case Send():
                    self._send(effect)
                case Notify() | Explanation():
                    self.heard(effect)

    def _send(self, message: Send) -> None:
        def deliver(outcome: bytes | NoAnswer) -> None:
            if isinstance(outcome, NoAnswer):
                self.handle(AnswerMissed(message.exchange, outcome.reason, outcome.retry_after_s))
            else:
                self.handle(AnswerArrived(message.exchange, outcome))

        self.transport.send(message, deliver)
