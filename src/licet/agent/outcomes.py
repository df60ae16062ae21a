"""What an exchange came to: believed and accepted, believed and refused, or missed."""

from licet.agent import clock, schedule
from licet.agent.answers import Believed
from licet.agent.core import Core
from licet.agent.events import Explanation, Notice
from licet.agent.requests import compose_leave_note
from licet.agent.state import Answered, Identity, InFlight, Note, Outcome, Pending
from licet.agent.tables import Occurrence
from licet.kernel.ids import AccountId, InstanceId
from licet.kernel.problems import MEANINGS, Code, RulesBroken, explain
from licet.kernel.time import SECOND, instant, print_period
from licet.pki.profiles import Profile
from licet.pki.verifier import Verified, verify_chain
from licet.wire import limits
from licet.wire.keys import from_base64, load_private, thumbprint
from licet.wire.messages import (
    Authorized,
    Compliance,
    Explained,
    Left,
    Problem,
    Registered,
    Renewed,
)

_FAILED = {
    "register": Notice.REGISTER_FAILED,
    "authorize": Notice.AUTH_RENEW_FAIL,
    "renew": Notice.ID_CERT_RENEW_FAIL,
    "leave": Notice.DEREGISTER_FAILED,
}


def missed(core: Core, flight: InFlight, reason: str, retry_after_s: int | None = None) -> None:
    """Take note that no answer came; the schedule goes on."""
    core.body.in_flight = None
    core.body.silent = True
    core.notify(Notice.COMMUNICATION_FAILURE, reason)
    _failed(core, flight, reason, wait_s=retry_after_s or 0)


def believed(core: Core, flight: InFlight, heard: Believed) -> None:
    """Do what a signed answer says.

    Raises:
        RulesBroken: what it says does not fit the request; nothing was changed.
    """
    outcome = heard.answer.outcome
    match (flight.kind, outcome):
        case ("register", Registered()):
            _registered(core, flight, heard, outcome)
        case ("authorize", Authorized()):
            _authorized(core, flight, heard, outcome)
        case ("renew", Renewed()):
            _renewed(core, flight, heard, outcome)
        case ("explain", Explained()):
            _listen(core, flight, heard)
            findings = tuple(
                (part.check, part.seen, part.ok, part.cause, part.remedy)
                for part in outcome.findings
            )
            core.effects.append(Explanation(findings))
        case ("leave", Left()):
            core.body.in_flight = None
            _restore(core)
            _drop_note(core, flight)
            core.notify(Notice.DEREGISTER_SUCCESS)
        case (_, Problem()):
            _refused(core, flight, heard, outcome)
        case _:
            kind = type(outcome).__name__.lower()
            raise RulesBroken(Code.MALFORMED, f"'{kind}' is no answer to '{flight.kind}'")


def _listen(core: Core, flight: InFlight, heard: Believed) -> None:
    """Keep what every believed answer to a registered product brings: time and trust."""
    body = core.body
    body.in_flight = None
    _restore(core)
    differed = abs(core.time.skew) > schedule.CLOCK_DIFFERENCE_S_MAX
    core.time = clock.hear(core.time, heard.answer.at)
    skew = core.time.skew
    if abs(skew) > schedule.CLOCK_DIFFERENCE_S_MAX and not differed:
        core.notify(Notice.SYSTEM_CLOCK_CHANGED, _clock_difference(skew))
    core.trust_from(heard.trust)
    if body.identity is not None:
        body.identity.previous = (flight.digest,)


def _drop_note(core: Core, flight: InFlight) -> None:
    core.body.notes = tuple(note for note in core.body.notes if note.data != flight.request)


def _restore(core: Core) -> None:
    if core.body.silent:
        core.body.silent = False
        core.notify(Notice.COMMUNICATION_RESTORED)


def _clock_difference(skew_s: int) -> str:
    return f"System clock differs from the server by {print_period(abs(skew_s) * SECOND)}"


def _check_certificate(
    core: Core, heard: Believed, certificates: tuple[str, ...], instance: str, key: bytes
) -> tuple[tuple[bytes, ...], Verified]:
    """Return a new ID certificate's chain if it is for this product, this instance and this key."""
    try:
        chain = tuple(from_base64(text) for text in certificates)
    except ValueError as error:
        raise RulesBroken(Code.MALFORMED, f"certificate: {error}") from error
    at = instant(heard.answer.at)
    verified = verify_chain(chain, roots=heard.trust.roots, profile=Profile.DEVICE, at=at)
    own = thumbprint(load_private(key).public_key())
    facts = (verified.instance, verified.udi, thumbprint(verified.key))
    if facts != (InstanceId(instance), core.udi, own):
        raise RulesBroken(Code.BAD_CERTIFICATE, "it is for another instance, product or key")
    return chain, verified


def _registered(core: Core, flight: InFlight, heard: Believed, outcome: Registered) -> None:
    body = core.body
    pending = body.pending
    if pending is None:
        raise AssertionError("a registration in flight has its pending command")
    skew = core.time.wall - heard.answer.at
    if not body.trust_version and abs(skew) > schedule.CLOCK_DIFFERENCE_S_MAX:
        _stop_for_clock(core, pending, skew)
        return
    chain, verified = _check_certificate(
        core, heard, outcome.certificates, outcome.instance, pending.key
    )
    old = body.identity
    body.pending = None
    # What was carried is delivered; a note for another authority waits for the way there.
    body.notes = tuple(note for note in body.notes if note.authority != heard.answer.authority)
    if old is not None and old.instance != outcome.instance:
        note = Note(old.authority, compose_leave_note(old, core.time.wall))
        body.notes = (*body.notes, note)[-limits.MAX_NOTES :]
        body.try_note = True
    body.identity = Identity(
        instance=outcome.instance,
        authority=heard.answer.authority,
        destination=pending.destination,
        key=pending.key,
        chain=chain,
        place=outcome.place,
        not_after=int(verified.not_after.timestamp()),
        renew_at=core.run + max(outcome.renew_in_s, schedule.INTERVAL_S_MIN),
        previous=(flight.digest,),
    )
    # An on-prem has several authorities at one address; only a manager's address says whose it is.
    is_site = verified.account == AccountId(heard.answer.authority)
    body.known_destination = "" if is_site else pending.destination
    body.known_authority = heard.answer.authority
    _listen(core, flight, heard)
    core.move_registration(Occurrence.ACCEPTED)
    core.move_certificate(Occurrence.ACCEPTED)
    if old is not None:
        _forget_authorization(core)
    body.authorize_at = core.run
    body.changed_at = None
    body.asked = ()
    body.registered = Outcome(core.time.wall, ok=True)
    body.renewed = None
    core.notify(Notice.REGISTER_SUCCESS)


def _forget_authorization(core: Core) -> None:
    """Begin anew after a registration with `force`: the old answer was for the old instance."""
    body = core.body
    body.answered = body.authorized = body.authorize_streak = None
    body.granted = {}
    core.weigh(Occurrence.UNREGISTERED)


def _stop_for_clock(core: Core, pending: Pending, skew_s: int) -> None:
    """Stop a first registration under a wrong clock before anything is stored (PROTOCOL.md 4).

    The key stays, so that the command, typed again under a right clock, gets the same instance.
    """
    reason = _clock_difference(skew_s)
    core.body.in_flight = None
    pending.active = False
    pending.streak = None
    core.move_registration(Occurrence.REFUSED)
    core.body.registered = Outcome(core.time.wall, ok=False, reason=reason)
    core.notify(Notice.REGISTER_FAILED, reason)


def _authorized(core: Core, flight: InFlight, heard: Believed, outcome: Authorized) -> None:
    body = core.body
    before = core.statuses()
    _listen(core, flight, heard)
    core.identity.place = outcome.place
    body.granted = {granted.tag: granted for granted in outcome.entitlements}
    body.answered = Answered(
        at=core.time.wall,
        run=core.run,
        deadline=outcome.deadline,
        compliant=all(
            granted.status is not Compliance.OUT_OF_COMPLIANCE for granted in outcome.entitlements
        ),
    )
    body.authorize_at = core.run + min(
        max(outcome.next_in_s, schedule.INTERVAL_S_MIN), schedule.INTERVAL_S_MAX
    )
    body.authorize_streak = None
    body.authorized = Outcome(core.time.wall, ok=True)
    core.notify(Notice.AUTH_RENEW_SUCCESS)
    state = body.authorization
    core.weigh(before=before)
    if body.authorization is state:
        core.notify_statuses(before)


def _renewed(core: Core, flight: InFlight, heard: Believed, outcome: Renewed) -> None:
    identity = core.identity
    chain, verified = _check_certificate(
        core, heard, outcome.certificates, identity.instance, identity.key
    )
    _listen(core, flight, heard)
    identity.chain = chain
    identity.place = outcome.place
    identity.not_after = int(verified.not_after.timestamp())
    identity.renew_at = core.run + max(outcome.renew_in_s, schedule.INTERVAL_S_MIN)
    identity.renew_streak = None
    identity.out_since = None
    identity.warned_s = schedule.EVALUATION_S
    core.move_certificate(Occurrence.ACCEPTED)
    core.body.renewed = Outcome(core.time.wall, ok=True)
    core.notify(Notice.ID_CERT_RENEW_SUCCESS)


def _refused(core: Core, flight: InFlight, heard: Believed, problem: Problem) -> None:
    if flight.kind in ("register", "leave"):
        # Who refuses a registration is not trusted with anything yet.
        core.body.in_flight = None
        _restore(core)
    else:
        _listen(core, flight, heard)
        number = problem.number
        if problem.code in (Code.STALE, Code.FORKED) and number is not None:
            _jump(core, flight, number)
    reason = explain(problem.code, problem.detail)
    # A note that this authority cannot take is kept for the one that it is for.
    elsewhere = flight.kind == "leave" and problem.code is Code.WRONG_AUTHORITY
    _failed(
        core,
        flight,
        reason,
        final=MEANINGS[problem.code].final and not elsewhere,
        wait_s=problem.retry_after_s or 0,
    )


def _jump(core: Core, flight: InFlight, number: int) -> None:
    """Continue from the authority's number; at once, but only once in 24 hours (PROTOCOL.md 3)."""
    identity = core.identity
    if number > schedule.NUMBER_MAX:
        return
    identity.number = max(identity.number, number)
    jumped = identity.jumped_at
    if jumped is None or core.time.up - jumped >= schedule.FORK_S:
        identity.jumped_at = core.time.up
        core.body.asked = (*core.body.asked, flight.kind)


def _failed(
    core: Core, flight: InFlight, reason: str, *, final: bool = False, wait_s: int = 0
) -> None:
    """Write a failed attempt down and set the next one."""
    outcome = Outcome(core.time.wall, ok=False, reason=reason)
    match flight.kind:
        case "register":
            _registration_failed(core, flight, outcome, final=final, wait_s=wait_s)
        case "renew":
            _renewal_failed(core, flight, outcome, wait_s)
        case "authorize":
            _authorization_failed(core, flight, outcome, wait_s)
        case "leave" if final:
            _drop_note(core, flight)
        case _:
            pass
    if flight.kind in _FAILED:
        core.notify(_FAILED[flight.kind], reason)


def _registration_failed(
    core: Core, flight: InFlight, outcome: Outcome, *, final: bool, wait_s: int
) -> None:
    body = core.body
    pending = body.pending
    if pending is None:
        raise AssertionError("a registration in flight has its pending command")
    if not core.is_registered:
        body.registered = outcome
    if final:
        body.pending = None
        core.move_registration(Occurrence.REFUSED)
        return
    pending.streak = core.continue_streak(
        pending.streak, schedule.REGISTRATION, flight.started, wait_s
    )
    core.move_registration(Occurrence.UNSENT)


def _renewal_failed(core: Core, flight: InFlight, outcome: Outcome, wait_s: int) -> None:
    identity = core.identity
    core.body.renewed = outcome
    if flight.typed and identity.renew_streak is None:
        core.move_certificate(Occurrence.ABANDONED)
        return
    core.move_certificate(Occurrence.UNSENT)
    if flight.typed:
        return
    if identity.renew_at is not None and flight.started >= identity.renew_at:
        identity.renew_at = None
    identity.renew_streak = core.continue_streak(
        identity.renew_streak, schedule.CERTIFICATE, flight.started, wait_s
    )


def _authorization_failed(core: Core, flight: InFlight, outcome: Outcome, wait_s: int) -> None:
    body = core.body
    body.authorized = outcome
    if flight.typed:
        return
    if body.authorize_at is not None:
        if flight.started < body.authorize_at <= core.run:
            return  # an attempt fell due while this one was under way: it is made now
        if flight.started >= body.authorize_at:
            body.authorize_at = None
    body.authorize_streak = core.continue_streak(
        body.authorize_streak, core.authorization_schedule(), flight.started, wait_s
    )
