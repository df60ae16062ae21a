"""What the parts of an agent share: its memory, its clocks, and the moves of its machines."""

from dataclasses import dataclass, field

from licet.agent import clock, schedule
from licet.agent.enforcement import TRUST
from licet.agent.events import Effect, Notice, Notify
from licet.agent.schedule import HOUR_S
from licet.agent.state import Body, Identity, Streak
from licet.agent.tables import (
    AUTHORIZATION,
    CERTIFICATE,
    EVALUATION,
    REGISTRATION,
    Authorization,
    Entitlement,
    Evaluation,
    Occurrence,
    Registration,
    move,
)
from licet.kernel.chance import Chance, draw_below
from licet.kernel.ids import Tag, Udi
from licet.kernel.retry import RetrySchedule
from licet.kernel.time import SECOND, instant
from licet.pki.trust import Trust
from licet.wire.messages import Compliance

_STATUS_OF_ALL = {
    Authorization.NONE: Entitlement.DISABLED,
    Authorization.EVAL: Entitlement.EVALUATION,
    Authorization.EVAL_EXPIRED: Entitlement.EVALUATION_EXPIRED,
    Authorization.AUTHORIZATION_EXPIRED: Entitlement.AUTHORIZATION_EXPIRED,
}
_STATUS_GRANTED = {
    Compliance.IN_COMPLIANCE: Entitlement.IN_COMPLIANCE,
    Compliance.OUT_OF_COMPLIANCE: Entitlement.OUT_OF_COMPLIANCE,
    Compliance.INVALID_TAG: Entitlement.INVALID_TAG,
}


@dataclass(frozen=True, slots=True)
class AgentSettings:
    """What a vendor decides for a product.

    Attributes:
        product: the software id tag that registrations name.
        jitter_s_max: retries, and the first messages after a boot, are up to this many seconds
            late, never past a deadline (RULES.md 18).
        pinned_root: the licensing root (certificate, DER), where it is given before registration.
        clock_save_s: while registered, the clocks are saved this often: what a reboot can hide of
            elapsed time, each time. A simulation, whose owner does not cheat, may save less often.
        enforcement: the entitlement states in which `allows` says yes.
    """

    product: str
    jitter_s_max: int = 60
    pinned_root: bytes | None = None
    clock_save_s: int = 900
    enforcement: frozenset[Entitlement] = TRUST


@dataclass(slots=True)
class Core:
    """One agent's memory and clocks; the modules of this room act on it.

    Attributes:
        used_s: seconds that the evaluation meter has counted.
        clock_changed: the system clock was set since the last snapshot.
        effects: what the caller of `handle` or `tick` is to do, in order.
    """

    udi: Udi
    settings: AgentSettings
    chance: Chance
    time: clock.TimeState
    used_s: int
    body: Body
    clock_changed: bool = False
    effects: list[Effect] = field(default_factory=list)

    @property
    def run(self) -> int:
        """Now, in the seconds that timers count in."""
        return self.time.run

    @property
    def evaluation_left_s(self) -> int:
        """Seconds of evaluation that are left."""
        return max(schedule.EVALUATION_S - self.used_s, 0)

    @property
    def trust(self) -> Trust:
        """The trust list in force; version 0 and no roots before the first registration."""
        return Trust(self.body.trust_version, self.body.roots, self.body.former)

    def trust_from(self, trust: Trust) -> None:
        """Keep a trust list that was admitted."""
        self.body.trust_version = trust.version
        self.body.roots = trust.roots
        self.body.former = trust.former

    def notify(self, notice: Notice, detail: str = "", tag: str | None = None) -> None:
        """Add a notification."""
        at = instant(self.time.wall)
        self.effects.append(Notify(notice, at, detail, None if tag is None else Tag(tag)))

    def move_registration(self, occurrence: Occurrence) -> None:
        """Move the registration machine."""
        self.body.registration = move(REGISTRATION, self.body.registration, occurrence)

    def move_certificate(self, occurrence: Occurrence) -> None:
        """Move the certificate machine."""
        self.body.certificate = move(CERTIFICATE, self.body.certificate, occurrence)

    def weigh(
        self,
        occurrence: Occurrence | None = None,
        *,
        before: dict[str, Entitlement] | None = None,
    ) -> None:
        """Move authorization and evaluation to where the facts lead, and notify what changed.

        Args:
            occurrence: happens before the facts are looked at; only `UNREGISTERED` does.
            before: how the entitlements stood, where the facts have changed already.
        """
        body = self.body
        before = self.statuses() if before is None else before
        state = body.authorization
        if occurrence is not None:
            state = move(AUTHORIZATION, state, occurrence)
        facts = self._facts()
        state = move(AUTHORIZATION, state, facts)
        evaluation = move(EVALUATION, body.evaluation, facts)
        if evaluation is not body.evaluation:
            body.evaluation = evaluation
            if evaluation is Evaluation.EXPIRED:
                body.evaluation_expired_at = self.time.wall
        if state is body.authorization:
            return
        body.authorization = state
        body.since = self.time.wall
        # A streak ends with a change of state (RULES.md 6); what it would have tried is due now.
        if body.authorize_streak is not None:
            body.authorize_streak = None
            body.authorize_at = self.run if body.authorize_at is None else body.authorize_at
        if state is Authorization.EVAL_EXPIRED:
            body.evaluation_nag_at = self.run + HOUR_S
            self.notify(Notice.EVAL_EXPIRED)
        self.notify(Notice.ENFORCEMENT_MODE, state)
        self.notify_statuses(before)

    def notify_statuses(self, before: dict[str, Entitlement]) -> None:
        """Notify every entitlement whose status is not what it was."""
        for tag, status in self.statuses().items():
            if before.get(tag) is not status:
                self.notify(Notice.ENTITLEMENT_ENFORCE_MODE, status, tag)

    def _facts(self) -> Occurrence:
        body = self.body
        if not body.enabled or not body.wanted:
            return Occurrence.UNUSED
        if body.answered is None:
            return Occurrence.METER_RUNS if self.evaluation_left_s else Occurrence.METER_EMPTY
        if body.answered.lapsed:
            return Occurrence.DEADLINE_PASSED
        if body.answered.compliant:
            return Occurrence.IN_COMPLIANCE
        return Occurrence.OUT_OF_COMPLIANCE

    def status(self, tag: str) -> Entitlement:
        """Return how one wanted entitlement stands."""
        whole = _STATUS_OF_ALL.get(self.body.authorization)
        if whole is not None:
            return whole
        granted = self.body.granted.get(tag)
        return Entitlement.WAITING if granted is None else _STATUS_GRANTED[granted.status]

    def statuses(self) -> dict[str, Entitlement]:
        """Return how every wanted entitlement stands."""
        return {tag: self.status(tag) for tag in self.body.wanted}

    def authorization_schedule(self) -> RetrySchedule:
        """Return the retry schedule of authorizations in the present state."""
        answered = self.body.answered
        if self.body.authorization is Authorization.NONE and answered and answered.lapsed:
            return schedule.LAPSED
        return schedule.AUTHORIZATION[self.body.authorization]

    def continue_streak(
        self, streak: Streak | None, retries: RetrySchedule, started: int, wait_s: int = 0
    ) -> Streak:
        """Return a streak with its next attempt.

        Args:
            streak: the streak that the attempt belongs to; None begins one.
            retries: its schedule.
            started: when the attempt that failed was started (`run`).
            wait_s: how long the authority asked to wait; the schedule's next time after it is taken.
        """
        first = started if streak is None else streak.started
        wait_s = min(max(wait_s, 0), schedule.WAIT_S_MAX)
        offset = (self.run - first + wait_s) * SECOND
        due = first + schedule.seconds(retries.next_after(offset))
        return Streak(first, due + self.jitter())

    def jitter(self) -> int:
        """Draw how many seconds late a retry is."""
        most = self.settings.jitter_s_max
        return draw_below(self.chance, most + 1) if most else 0

    def unregister(self) -> None:
        """Forget the registration; evaluation time that is left runs on."""
        body = self.body
        self.move_registration(Occurrence.UNREGISTERED)
        self.move_certificate(Occurrence.UNREGISTERED)
        body.identity = None
        body.answered = None
        body.authorize_at = None
        body.authorize_streak = None
        body.changed_at = None
        body.asked = ()
        body.granted = {}
        body.registered = body.renewed = body.authorized = None
        if body.in_flight is not None and body.in_flight.kind != "register":
            body.in_flight = None
        self.weigh(Occurrence.UNREGISTERED)
        pending = body.pending
        if pending is not None and pending.active:
            # A registration with `force` was under way: it goes on as a first one.
            self.move_registration(Occurrence.COMMANDED)
            if pending.streak is not None and body.in_flight is None:
                self.move_registration(Occurrence.UNSENT)

    @property
    def identity(self) -> Identity:
        """The identity of a registered agent."""
        identity = self.body.identity
        if identity is None:
            raise AssertionError("asked for the identity of an agent that has none")
        return identity

    @property
    def is_registered(self) -> bool:
        """Whether the agent holds a registration."""
        return self.body.registration is Registration.COMPLETE
