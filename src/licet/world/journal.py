"""What was said on the network: every attempt with its time and what became of it."""

from dataclasses import dataclass, field
from datetime import datetime

from licet.agent.tables import Authorization, Registration
from licet.kernel.problems import RulesBroken
from licet.wire import limits
from licet.wire.envelope import open_envelope
from licet.wire.messages import ANSWERS, REQUESTS, Answer, Problem


@dataclass(frozen=True, slots=True)
class Standing:
    """How a device stands, as far as timers depend on it."""

    registration: Registration
    authorization: Authorization


@dataclass(slots=True)
class Attempt:
    """One attempt of a device to speak with its authority.

    Attributes:
        kind: `register`, `authorize`, `renew`, `explain`, `leave`, or `unreadable`.
        sent_at: true time.
        standing: how the device stood when it sent this.
        typed: a person typed something at the device at that time, so no timer is behind it.
        repeats: the same bytes as before: a restarted agent carries on with what was under way.
        answered_at: true time at which an answer came in time; None where none did.
        outcome: `under way`; the kind of the answer that came; `refused: <code>`; `unsent: <why>`;
            `lost` where nothing ever came back.
    """

    device: str
    kind: str
    sent_at: datetime
    standing: Standing | None
    typed: bool = False
    repeats: bool = False
    answered_at: datetime | None = None
    outcome: str = "under way"

    @property
    def accepted(self) -> bool:
        """Whether an answer came that was no refusal."""
        return self.outcome in ("registered", "authorized", "renewed", "explained", "left")


@dataclass(frozen=True, slots=True)
class Change:
    """A device came to stand in another way, at an instant of true time; `typed` as in `Attempt`."""

    device: str
    at: datetime
    standing: Standing
    typed: bool = False


@dataclass(slots=True)
class Journal:
    """All attempts and all changes of standing, in their order."""

    attempts: list[Attempt] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    _standings: dict[str, Standing] = field(default_factory=dict)

    def stand(self, device: str, at: datetime, standing: Standing, *, typed: bool) -> None:
        """Take note of how a device stands now."""
        if self._standings.get(device) != standing:
            self._standings[device] = standing
            self.changes.append(Change(device, at, standing, typed))


def kind_of(request: bytes) -> str:
    """Return what kind of request the bytes hold; nothing of them is believed."""
    try:
        opened = open_envelope(request, max_bytes=limits.MAX_REQUEST_BYTES)
        return type(REQUESTS.decode(opened.payload)).__name__.lower()
    except RulesBroken:
        return "unreadable"


def outcome_of(answer: bytes) -> str:
    """Return what an answer says, in a word; nothing of it is believed."""
    try:
        opened = open_envelope(answer, max_bytes=limits.MAX_ANSWER_BYTES)
        message = ANSWERS.decode(opened.payload)
    except RulesBroken:
        return "unreadable"
    if not isinstance(message, Answer):
        return "unreadable"
    if isinstance(message.outcome, Problem):
        return f"refused: {message.outcome.code}"
    return type(message.outcome).__name__.lower()
