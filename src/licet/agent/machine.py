"""The agent: one class, without input or output, that a product drives.

    agent = Agent.fresh(udi, settings=settings, chance=chance, now=now)
    for effect in agent.handle(Enable(), now): ...
    agent.next_due()   # when to call agent.tick(now)

Every call returns effects to be performed in order: a snapshot is to be durable before anything
that follows it is done. `agent.runtime.Runtime` does that.
"""

from datetime import timedelta

from licet.agent import clock, commands, duties, outcomes, sending, viewing
from licet.agent.answers import believe
from licet.agent.core import AgentSettings, Core
from licet.agent.events import (
    AnswerArrived,
    AnswerMissed,
    AskWhy,
    Command,
    CommandRefused,
    Deregister,
    Disable,
    Effect,
    Enable,
    Event,
    Notice,
    Notify,
    Register,
    Release,
    RenewAuthorization,
    RenewCertificate,
    Request,
    Save,
    Send,
    SetHostName,
)
from licet.agent.state import Body, InFlight, encode_body, read_snapshot, write_snapshot
from licet.agent.view import LicenseView
from licet.kernel.chance import Chance
from licet.kernel.ids import Tag, Udi
from licet.kernel.problems import RulesBroken
from licet.kernel.time import Moment, epoch_seconds, instant

# The wording of YANG error 33, commresponse (device.md 4.10, 5.5).
UNREADABLE = "Communication message send response error"

__all__ = ["Agent", "AgentSettings", "CommandRefused"]


class Agent:
    """A product's licensing agent; make one with `fresh` or `restore`."""

    def __init__(self, core: Core, *, saved: bytes, carried: Send | None) -> None:
        self._core = core
        self._saved_body = saved
        self._saved = duties.Saved(core.used_s, core.time.up)
        # A message that was in flight before a restart is carried again, as the same attempt.
        self._carried = carried
        self._observed = False
        self._allowed: frozenset[str] = frozenset()
        self._settle_allowed()

    @classmethod
    def fresh(cls, udi: Udi, *, settings: AgentSettings, chance: Chance, now: Moment) -> "Agent":
        """Return an agent that was never used: smart licensing is off (RULES.md 17)."""
        core = Core(udi, settings, chance, clock.start(now), 0, Body())
        return cls(core, saved=b"", carried=None)

    @classmethod
    def restore(
        cls, snapshot: bytes, *, udi: Udi, settings: AgentSettings, chance: Chance
    ) -> "Agent":
        """Return the agent that `snapshot` was saved from; call `tick` next.

        Raises:
            StoreDamaged: the snapshot cannot be used; see `agent.state`.
        """
        time, used_s, body = read_snapshot(snapshot, udi)
        core = Core(udi, settings, chance, time, used_s, body)
        carried = None if body.in_flight is None else sending.resend(body.in_flight)
        return cls(core, saved=encode_body(body), carried=carried)

    def handle(self, event: Event, now: Moment) -> list[Effect]:
        """Take note of what happened and return what is to be done about it.

        Raises:
            CommandRefused: the command is not possible now; it changed nothing. What time alone
                brought about is returned by the next call, which is due at once.
        """
        core = self._core
        self._observe(now)
        match event:
            case AnswerArrived():
                self._answered(event)
            case AnswerMissed():
                flight = self._flight(event.exchange)
                if flight is not None:
                    outcomes.missed(core, flight, event.reason, event.retry_after_s)
            case _:
                self._command(event)
        return self._settle()

    def _command(self, event: Command | Request | Release | SetHostName) -> None:
        core = self._core
        match event:
            case Request():
                commands.request(core, event)
            case Release():
                commands.release(core, event)
            case SetHostName():
                commands.set_host_name(core, event)
            case Enable():
                commands.enable(core, event)
            case Disable():
                commands.disable(core, event)
            case Register():
                commands.register(core, event)
            case Deregister():
                commands.deregister(core, event)
            case RenewAuthorization():
                commands.ask(core, "authorize")
            case RenewCertificate():
                commands.ask(core, "renew")
            case AskWhy():
                commands.ask(core, "explain")

    def tick(self, now: Moment) -> list[Effect]:
        """Do what is due at `now`; calling it more often than needed does no harm."""
        self._observe(now)
        return self._settle()

    def next_due(self) -> timedelta | None:
        """Return when `tick` is to be called, in elapsed time since boot.

        It assumes that the system clock goes on evenly: a runtime also ticks when that was set.
        None where nothing can fall due before the next event.
        """
        if not self._observed:
            return timedelta(0)
        return duties.next_due(self._core, self._saved)

    def allows(self, tag: Tag) -> bool:
        """Tell whether the product may use what it requested under `tag`; cheap, call it anywhere."""
        return tag in self._allowed

    def view(self, now: Moment) -> LicenseView:
        """Return all that can be seen of the agent, by the device's clock at `now`."""
        return viewing.view(self._core, now)

    def _observe(self, now: Moment) -> None:
        if not self._observed:
            # Said with the time of now, not with that of the snapshot.
            self._core.effects.insert(0, Notify(Notice.READY, instant(epoch_seconds(now.wall))))
            self._observed = True
        duties.observe(self._core, now)

    def _flight(self, exchange: int) -> InFlight | None:
        """Return the message in flight, if it is that exchange's; a late outcome has none."""
        flight = self._core.body.in_flight
        return flight if flight is not None and flight.exchange == exchange else None

    def _answered(self, event: AnswerArrived) -> None:
        flight = self._flight(event.exchange)
        if flight is None:
            return
        try:
            heard = believe(self._core, flight, event.data)
        except RulesBroken as broken:
            outcomes.missed(self._core, flight, f"{broken}")
            return
        except Exception as error:  # noqa: BLE001 - looking at bytes changes nothing, and must end nothing
            outcomes.missed(self._core, flight, f"{UNREADABLE} ({type(error).__name__})")
            return
        try:
            outcomes.believed(self._core, flight, heard)
        except RulesBroken as broken:
            outcomes.missed(self._core, flight, f"{broken}")
        duties.review(self._core)

    def _settle(self) -> list[Effect]:
        """Compose what is due, and put the snapshot before everything else."""
        core = self._core
        send, self._carried = self._carried, None
        if send is not None and self._flight(send.exchange) is None:
            send = None
        if send is None:
            send = sending.send_due(core)
        effects, core.effects = core.effects, []
        body = encode_body(core.body)
        if body != self._saved_body or duties.save_due(core, self._saved):
            self._saved_body, core.clock_changed = body, False
            self._saved = duties.Saved(core.used_s, core.time.up)
            self._settle_allowed()
            effects.insert(0, Save(write_snapshot(core.udi, core.time, core.used_s, core.body)))
        if send is not None:
            effects.append(send)
        return effects

    def _settle_allowed(self) -> None:
        enforced = self._core.settings.enforcement
        self._allowed = frozenset(
            tag for tag, status in self._core.statuses().items() if status in enforced
        )
