"""What a person types and a product asks for: checked first, then done whole."""

import msgspec

from licet.agent.core import Core
from licet.agent.events import (
    CommandRefused,
    Deregister,
    Disable,
    Enable,
    Notice,
    Register,
    Release,
    Request,
    SetHostName,
)
from licet.agent.requests import compose_leave_note
from licet.agent.state import Note, Pending
from licet.agent.tables import Occurrence, Registration
from licet.kernel.chance import draw_uuid
from licet.kernel.ids import AuthorityId, check_tag
from licet.kernel.time import epoch_seconds
from licet.pki.trust import mark_of, root_marks
from licet.wire import limits
from licet.wire.keys import draw_key, private_bytes
from licet.wire.tokens import Token, authority_mark, parse_token

COUNT_MAX = 1_000_000


def enable(core: Core, _: Enable) -> None:
    """Turn smart licensing on; evaluation runs as soon as something is in use."""
    if core.body.enabled:
        return
    core.body.enabled = True
    core.notify(Notice.ENABLED)
    core.weigh()


def disable(core: Core, _: Disable) -> None:
    """Turn smart licensing off; a registered device does as at deregister (RULES.md 16)."""
    body = core.body
    if not body.enabled:
        return
    # First of all: what is in use is not evaluated for the moment between leaving and being off.
    body.enabled = False
    if core.is_registered:
        _leave(core)
    elif body.registration is not Registration.NOT_REGISTERED:
        core.move_registration(Occurrence.CANCELED)
        _forget_pending(core)
        body.registered = None
    core.notify(Notice.DISABLED)
    core.weigh()


def register(core: Core, command: Register) -> None:
    """Begin a registration; the runtime sends it at once."""
    _check_enabled(core)
    body = core.body
    in_progress = body.in_flight is not None and body.in_flight.kind == "register"
    if in_progress or body.registration is Registration.IN_PROGRESS:
        raise CommandRefused(
            "registrationinprogress", "Smart agent id token registration is in progress"
        )
    if core.is_registered and not command.force:
        raise CommandRefused("alreadyregistered", "The agent is already registered")
    try:
        token = parse_token(command.token)
    except ValueError as error:
        raise CommandRefused("tokeninvalid", str(error)) from error
    _check_root(core, token)
    if (
        command.destination
        and command.destination == body.known_destination
        and token.authority_mark != authority_mark(AuthorityId(body.known_authority))
    ):
        raise CommandRefused(
            "tokenauthority",
            "The ID token is of another licensing authority than the destination URL leads to",
        )
    _begin(core, command, token)


def _check_root(core: Core, token: Token) -> None:
    given = core.settings.pinned_root
    trust = core.trust
    known = {*root_marks(trust), *trust.former}
    if not known and given is not None:
        known = {mark_of(given)}
    if known and token.root_mark not in known:
        raise CommandRefused(
            "tokenroot",
            "The ID token is of another licensing root than this product trusts; "
            "reset the product's license state, or use a token of its own vendor",
        )


def _begin(core: Core, command: Register, token: Token) -> None:
    body = core.body
    kept = body.pending
    if kept is None:
        body.generation += 1
        key, generation = private_bytes(draw_key(core.chance)), body.generation
    else:
        # The authority may know this key already: it answers with the same instance.
        key, generation = kept.key, kept.generation
    body.pending = Pending(
        token=token.token,
        secret=token.secret,
        root_mark=token.root_mark,
        authority_mark=token.authority_mark,
        expires_at=epoch_seconds(token.expires_at),
        force=command.force,
        request=draw_uuid(core.chance),
        destination=command.destination,
        key=key,
        generation=generation,
    )
    core.move_registration(Occurrence.COMMANDED)


def deregister(core: Core, _: Deregister) -> None:
    """End the registration at once; the authority hears of it when it can be reached."""
    _check_enabled(core)
    if not core.is_registered:
        raise CommandRefused("notregistered", "Smart Agent not registered")
    _leave(core)


def ask(core: Core, kind: str) -> None:
    """Ask for a message outside the schedule: `authorize`, `renew` or `explain`."""
    _check_enabled(core)
    if not core.is_registered:
        raise CommandRefused("notregistered", "Smart Agent not registered")
    flight = core.body.in_flight
    if kind in core.body.asked or (flight is not None and flight.kind == kind):
        names = {
            "authorize": ("authrenewinprogress", "The authorization renewal is in progress"),
            "renew": ("idcertrenewinprogress", "The ID certificate renewal is in progress"),
            "explain": ("explaininprogress", "The authority was asked already"),
        }
        raise CommandRefused(*names[kind])
    core.body.asked = (*core.body.asked, kind)


def request(core: Core, event: Request) -> None:
    """Take note that the product uses an entitlement; the whole list is sent (RULES.md 13)."""
    wanted = core.body.wanted
    try:
        tag = check_tag(event.tag)
    except ValueError as error:
        raise CommandRefused("taginvalid", str(error)) from error
    if not 1 <= event.count <= COUNT_MAX:
        raise CommandRefused(
            "countinvalid", f"A count of {event.count} cannot be requested; 1 to {COUNT_MAX} can"
        )
    if tag not in wanted and len(wanted) >= limits.MAX_WANTED:
        raise CommandRefused(
            "toomany", f"A product can request {limits.MAX_WANTED} entitlements at the most"
        )
    if wanted.get(tag) == event.count:
        return
    before, state = core.statuses(), core.body.authorization
    wanted[tag] = event.count
    _changed(core)
    if core.body.authorization is state:
        # A change of state has told them all already.
        core.notify_statuses(before)


def set_host_name(core: Core, event: SetHostName) -> None:
    """Take note of the host name that messages carry from now on; None withholds it."""
    if event.host_name is not None:
        try:
            msgspec.convert(event.host_name, limits.Line)
            event.host_name.encode()
        except (msgspec.ValidationError, UnicodeEncodeError) as error:
            raise CommandRefused(
                "hostnameinvalid",
                f"{event.host_name!r} is not a host name: 1 to 256 printable characters",
            ) from error
    core.body.host_name = event.host_name


def release(core: Core, event: Release) -> None:
    """Take note that the product does not use an entitlement any longer."""
    if core.body.wanted.pop(event.tag, None) is not None:
        _changed(core)


def _changed(core: Core) -> None:
    core.weigh()
    body = core.body
    if core.is_registered and body.changed_at is None:
        body.changed_at = core.run


def _check_enabled(core: Core) -> None:
    if not core.body.enabled:
        raise CommandRefused("notenabled", "Smart Agent not enabled")


def _forget_pending(core: Core) -> None:
    body = core.body
    if body.pending is not None:
        # The authority may have registered its key already: the next command uses it again.
        body.pending.active = False
        body.pending.streak = None
    if body.in_flight is not None and body.in_flight.kind == "register":
        body.in_flight = None


def _leave(core: Core) -> None:
    body = core.body
    note = compose_leave_note(core.identity, core.time.wall)
    body.notes = (*body.notes, Note(core.identity.authority, note))[-limits.MAX_NOTES :]
    body.try_note = True
    _forget_pending(core)
    core.unregister()
