"""Chooses what to say next, and when: one message in flight, the most urgent first."""

from dataclasses import dataclass

from licet.agent import schedule
from licet.agent.core import Core
from licet.agent.events import Send
from licet.agent.requests import compose_numbered, compose_registration
from licet.agent.state import InFlight, Streak
from licet.agent.tables import Certificate, Occurrence, Registration
from licet.wire.keys import digest


@dataclass(frozen=True, slots=True)
class Due:
    """A message that is or will be due (`run`); `scheduled` ones wait out the hold after a boot."""

    kind: str
    at: int
    typed: bool = False


def dues(core: Core) -> list[Due]:
    """Return every message that is or will be due, the more urgent kinds first.

    A leave note goes before everything, a registration before the business of the old one, and an
    ID renewal before an authorization (RULES.md 14).
    """
    body = core.body
    if body.try_note:
        return [Due("leave", 0)]
    found = []
    pending = body.pending
    if pending is not None and pending.active:
        at = 0 if pending.streak is None else _held(core, pending.streak.next)
        found.append(Due("register", at))
    identity = body.identity
    if identity is not None:
        renew = _scheduled(core, identity.renew_at, identity.renew_streak)
        found.append(_or_typed(core, "renew", renew))
        found.append(_or_typed(core, "authorize", next_authorization(core)))
        if "explain" in body.asked:
            found.append(Due("explain", 0))
    return found


def next_authorization(core: Core) -> int:
    """Return when the next authorization is due by schedule or by a change (`run`)."""
    body = core.body
    at = _scheduled(core, body.authorize_at, body.authorize_streak)
    if body.changed_at is not None:
        at = min(at, body.changed_at + schedule.COALESCE_S)
    return at


def next_renewal(core: Core) -> int:
    """Return when the next ID certificate renewal is due by schedule (`run`)."""
    identity = core.identity
    return _scheduled(core, identity.renew_at, identity.renew_streak)


def _scheduled(core: Core, regular: int | None, streak: Streak | None) -> int:
    times = [at for at in (regular, None if streak is None else streak.next) if at is not None]
    if not times:
        raise AssertionError("a registered agent always has a next message")
    return _held(core, min(times))


def _held(core: Core, at: int) -> int:
    return max(at, core.body.hold_until)


def _or_typed(core: Core, kind: str, at: int) -> Due:
    if kind in core.body.asked and at > core.run:
        return Due(kind, 0, typed=True)
    return Due(kind, at)


def send_due(core: Core) -> Send | None:
    """Compose the most urgent message that is due, unless one is under way."""
    if core.body.in_flight is not None:
        return None
    for due in dues(core):
        if due.at <= core.run:
            return _send(core, due)
    return None


def _send(core: Core, due: Due) -> Send:
    body = core.body
    match due.kind:
        case "leave":
            body.try_note = False
            data = body.notes[-1].data
        case "register":
            data = _registration(core)
        case _:
            data = _numbered(core, due.kind)
    body.exchanges += 1
    body.in_flight = InFlight(
        exchange=body.exchanges,
        kind=due.kind,
        request=data,
        digest=digest(data),
        started=core.run,
        gives_up=core.time.up + schedule.seconds(schedule.EXCHANGE),
        typed=due.typed,
    )
    return resend(body.in_flight)


def resend(flight: InFlight) -> Send:
    """Return the effect that carries a message; after a restart the same bytes are carried again."""
    return Send(flight.exchange, flight.request, schedule.EXCHANGE)


def _registration(core: Core) -> bytes:
    pending = core.body.pending
    if pending is None:
        raise AssertionError("a registration is due only while one is pending")
    if core.body.registration is Registration.RETRY:
        core.move_registration(Occurrence.RETRIED)
    return compose_registration(core, pending)


def _numbered(core: Core, kind: str) -> bytes:
    body = core.body
    body.asked = tuple(asked for asked in body.asked if asked != kind)
    if kind == "authorize":
        body.changed_at = None
    if kind == "renew" and body.certificate is not Certificate.RENEWING:
        core.move_certificate(Occurrence.RETRIED)
    return compose_numbered(core, kind)
