"""What time alone brings about: the meter, the ends of validity, and when to look again."""

from dataclasses import dataclass
from datetime import timedelta

from licet.agent import clock, schedule
from licet.agent.core import Core
from licet.agent.events import Notice
from licet.agent.outcomes import missed
from licet.agent.sending import dues
from licet.agent.state import Identity
from licet.agent.tables import Authorization, Certificate, Evaluation, Occurrence
from licet.kernel.time import SECOND, Moment, print_period


@dataclass(frozen=True, slots=True)
class Saved:
    """What the last durable snapshot holds of the clocks: see `agent.clock.TimeState`."""

    used_s: int
    up: int


GAVE_UP = "Communication message send error"


def observe(core: Core, now: Moment) -> None:
    """Bring the agent to `now`: charge the meter, and let everything end that has ended."""
    core.time, passage = clock.observe(core.time, now)
    if abs(passage.jump_s) >= schedule.CLOCK_CHANGE_S_MIN:
        core.notify(Notice.SYSTEM_CLOCK_CHANGED, f"{passage.jump_s:+d} seconds")
        core.clock_changed = True
    _charge(core, passage)
    if passage.rebooted:
        _after_boot(core)
    flight = core.body.in_flight
    if flight is not None and core.time.up >= flight.gives_up:
        missed(core, flight, GAVE_UP)
    review(core)
    _warn(core)


def review(core: Core) -> None:
    """Let everything end that has ended; an answer can bring such an end, or heal one."""
    _check_certificate(core)
    _check_deadline(core)
    core.weigh()


def next_due(core: Core, saved: Saved) -> timedelta | None:
    """Return when to look again, in time since boot; None where nothing can ever fall due."""
    body = core.body
    waits = []
    if core.effects:
        waits.append(0)
    if body.in_flight is not None:
        waits.append(body.in_flight.gives_up - core.time.up)
    else:
        waits.extend(due.at - core.run for due in dues(core))
    if body.identity is not None:
        waits.extend(_certificate_waits(core, body.identity))
        waits.append(saved.up + core.settings.clock_save_s - core.time.up)
    if body.answered is not None and not body.answered.lapsed:
        waits.append(body.answered.deadline - clock.licensing(core.time))
    if body.evaluation is Evaluation.RUNNING:
        left = core.evaluation_left_s
        waits.append(left - schedule.warning_below(min(body.evaluation_warned_s, left + 1)))
        waits.append(left)
        waits.append(saved.used_s + schedule.METER_SAVE_S - core.used_s)
    if body.authorization is Authorization.EVAL_EXPIRED and body.evaluation_nag_at is not None:
        waits.append(body.evaluation_nag_at - core.run)
    if not waits:
        return None
    return (core.time.elapsed + max(min(waits), 0)) * SECOND


def save_due(core: Core, saved: Saved) -> bool:
    """Tell whether the clocks alone are worth a snapshot: they bound what a reboot can hide."""
    metered = core.used_s - saved.used_s >= schedule.METER_SAVE_S
    floored = core.is_registered and core.time.up - saved.up >= core.settings.clock_save_s
    return metered or floored or core.clock_changed


def _charge(core: Core, passage: clock.Passage) -> None:
    """Charge the meter for powered time; at most one save interval for what a reboot hid."""
    if core.body.evaluation is not Evaluation.RUNNING:
        return
    charge = passage.powered_s
    if passage.rebooted:
        hidden = passage.unseen_s if passage.unseen_s >= 0 else schedule.METER_SAVE_S
        charge += min(hidden, schedule.METER_SAVE_S)
    core.used_s = min(core.used_s + charge, schedule.EVALUATION_S)


def _after_boot(core: Core) -> None:
    """Spread the first messages after a boot, and say where a renewal was slept through."""
    body = core.body
    body.hold_until = core.run + core.jitter()
    identity = body.identity
    if identity is not None and identity.renew_at is not None and identity.renew_at < core.run:
        core.notify(Notice.ID_CERT_RENEW_NOT_STARTED)


def _check_certificate(core: Core) -> None:
    """End the registration with its certificate (RULES.md 14, 26), with an hour of grace.

    A certificate that the floor has outlived has ended. One that only the system clock has outlived
    was left by a clock change, or the product was switched off: there is an hour to set the clock
    back or to be answered (device.md 4.3, "System clock").
    """
    identity = core.body.identity
    if identity is None:
        return
    if clock.licensing(core.time) < identity.not_after:
        if identity.out_since is not None:
            identity.out_since = None
            core.move_certificate(Occurrence.BACK_IN_RANGE)
            flight = core.body.in_flight
            if flight is not None and flight.kind == "renew":
                core.move_certificate(Occurrence.RETRIED)
        return
    earliest = clock.floor(core.time)
    ended = earliest is not None and earliest >= identity.not_after
    if not ended and identity.out_since is None:
        identity.out_since = core.time.up
        identity.renew_at = core.run
        core.move_certificate(Occurrence.LEFT_RANGE)
        core.notify(Notice.ID_CERT_OUT_OF_RANGE)
    elif ended or core.time.up >= (identity.out_since or 0) + schedule.CLOCK_GRACE_S:
        core.notify(Notice.ID_CERT_EXPIRED)
        core.unregister()


def _check_deadline(core: Core) -> None:
    """Let an authorization answer lapse; one attempt is made at that instant (RULES.md 5, 12)."""
    body = core.body
    answered = body.answered
    if answered is None or answered.lapsed:
        return
    if clock.licensing(core.time) >= answered.deadline:
        answered.lapsed = True
        body.authorize_streak = None
        # An answer that had lapsed before it came must not make a busy circle of asking.
        body.authorize_at = max(core.run, answered.run + schedule.INTERVAL_S_MIN)


def _warn(core: Core) -> None:
    body = core.body
    left = core.evaluation_left_s
    if body.evaluation is Evaluation.RUNNING:
        mark = _mark_reached(body.evaluation_warned_s, left)
        if mark is not None:
            body.evaluation_warned_s = mark
            core.notify(Notice.EVAL_EXPIRY_WARNING, print_period(left * SECOND))
    nag_at = body.evaluation_nag_at
    expired = body.authorization is Authorization.EVAL_EXPIRED
    if expired and nag_at is not None and core.run >= nag_at:
        hours_late = (core.run - nag_at) // schedule.HOUR_S
        body.evaluation_nag_at = nag_at + (hours_late + 1) * schedule.HOUR_S
        core.notify(Notice.EVAL_EXPIRED)
    identity = body.identity
    if identity is not None and body.certificate is not Certificate.OUT_OF_RANGE:
        left = identity.not_after - clock.licensing(core.time)
        mark = _mark_reached(identity.warned_s, left)
        if mark is not None:
            identity.warned_s = mark
            core.notify(Notice.ID_CERT_EXPIRY_WARNING, print_period(left * SECOND))


def _mark_reached(warned_s: int, left_s: int) -> int | None:
    """Return the lowest warning mark that was reached since the last warning, if any."""
    reached = None
    mark = schedule.warning_below(warned_s)
    while mark and left_s <= mark:
        reached = mark
        mark = schedule.warning_below(mark)
    return reached


def _certificate_waits(core: Core, identity: Identity) -> list[int]:
    if identity.out_since is not None:
        return [identity.out_since + schedule.CLOCK_GRACE_S - core.time.up]
    left = identity.not_after - clock.licensing(core.time)
    mark = schedule.warning_below(min(identity.warned_s, left + 1))
    return [left, left - mark]
