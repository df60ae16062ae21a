"""The table of timers: what the source document says, and what a world's journal shows."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from licet.agent.tables import Authorization, Registration
from licet.kernel.time import DAY, HOUR, MINUTE
from licet.world.journal import Attempt, Change, Journal

_A = Authorization


@dataclass(frozen=True, slots=True)
class Timer:
    """One timer of the source document.

    Attributes:
        heading: where it stands in the source document.
        every: what it says.
    """

    key: str
    what: str
    heading: str
    every: timedelta


_REGISTERED = "Smart License Product States - Registered"
_LICENSES = "Smart License Product States - Licenses"
_ENTITLEMENT = "Entitlement Authorization Request or Renewal"
_CERTIFICATE = "Registration ID Certificate Renewal"
_DEVICE = "device.md 4.3 and 4.4 (the source document has no figure)"

TIMERS = (
    Timer("register-first", "registration unsent, for 4 hours", _REGISTERED, 15 * MINUTE),
    Timer("register-later", "registration unsent, after that", _REGISTERED, HOUR),
    Timer("authorize", "authorization renewed", _LICENSES, 30 * DAY),
    Timer("deadline", "silence until authorization expired", _LICENSES, 90 * DAY),
    Timer("unsent", "unsent when authorized", _ENTITLEMENT, 23 * HOUR),
    Timer("ooc-first", "unsent when out of compliance, for 2 hours", _ENTITLEMENT, 15 * MINUTE),
    Timer("ooc-later", "unsent when out of compliance, after that", _ENTITLEMENT, 4 * HOUR),
    Timer("expired", "unsent when authorization expired", _ENTITLEMENT, HOUR),
    Timer("renew", "ID certificate renewed (6 months)", _CERTIFICATE, 180 * DAY),
    Timer("renew-unsent", "renewal unsent", _CERTIFICATE, HOUR),
    Timer("certificate", "silence until unregistered (1 year)", _CERTIFICATE, 365 * DAY),
    Timer("recheck", "out of compliance, checked again", _DEVICE, 12 * HOUR),
    Timer("evaluation", "use until evaluation expires", _DEVICE, 90 * DAY),
)

REGISTRATION_FIRST = 4 * HOUR
OUT_OF_COMPLIANCE_FIRST = 2 * HOUR
_RETRIES = {_A.AUTHORIZED: "unsent", _A.AUTHORIZATION_EXPIRED: "expired"}


@dataclass(frozen=True, slots=True)
class Seen:
    """One length of time that a timer was seen to take."""

    key: str
    took: timedelta


@dataclass(slots=True)
class _Device:
    """What was last seen of one device: by kind of message, the last one and its failing streak."""

    last: dict[str, Attempt] = field(default_factory=dict)
    streak: dict[str, datetime] = field(default_factory=dict)


def observe(journal: Journal) -> list[Seen]:
    """Return every length of time that a timer took; what a person typed is no timer's doing."""
    names = sorted({attempt.device for attempt in journal.attempts})
    seen: list[Seen] = []
    for name in names:
        attempts = [attempt for attempt in journal.attempts if attempt.device == name]
        changes = [change for change in journal.changes if change.device == name]
        seen.extend(_between_attempts(attempts))
        seen.extend(_until_changes(attempts, changes))
        seen.extend(_evaluation(changes))
    return seen


def _between_attempts(attempts: Iterable[Attempt]) -> Iterator[Seen]:
    device = _Device()
    for attempt in attempts:
        last = device.last.get(attempt.kind)
        if last is not None and not attempt.typed and not attempt.repeats:
            key = _key(device, last, attempt)
            if key is not None:
                yield Seen(key, attempt.sent_at - (last.answered_at or last.sent_at))
        _remember(device, attempt)


def _remember(device: _Device, attempt: Attempt) -> None:
    if attempt.accepted:
        if attempt.kind == "register":
            # A registration begins everything anew, and brings the first ID certificate.
            device.last = {"renew": attempt}
            device.streak = {}
            return
        device.streak.pop(attempt.kind, None)
    elif attempt.repeats or (attempt.typed and attempt.kind != "register"):
        return  # a failed typed command does not move a streak (RULES.md 6)
    else:
        last = device.last.get(attempt.kind)
        # A registration that is typed again begins its schedule anew (RULES.md 9).
        if last is None or last.accepted or attempt.typed or _state(last) is not _state(attempt):
            device.streak[attempt.kind] = attempt.sent_at
    device.last[attempt.kind] = attempt


def _state(attempt: Attempt) -> Authorization | None:
    """Return the state that an authorization was sent in; other kinds have no such state."""
    if attempt.kind != "authorize" or attempt.standing is None:
        return None
    return attempt.standing.authorization


def _key(device: _Device, last: Attempt, attempt: Attempt) -> str | None:
    """Return the timer that made an attempt follow the last one; None where none did."""
    began = device.streak.get(attempt.kind, last.sent_at)
    offset = attempt.sent_at - began
    state = _state(attempt)
    match attempt.kind:
        case "register":
            return "register-first" if offset <= REGISTRATION_FIRST else "register-later"
        case "renew":
            return "renew" if last.accepted else "renew-unsent"
        case "authorize" if last.accepted:
            return {_A.OUT_OF_COMPLIANCE: "recheck", _A.AUTHORIZED: "authorize"}.get(
                state or _A.NONE
            )
        case "authorize" if _state(last) is state:
            if state is _A.OUT_OF_COMPLIANCE:
                return "ooc-first" if offset <= OUT_OF_COMPLIANCE_FIRST else "ooc-later"
            return _RETRIES.get(state or _A.NONE)
        case _:
            return None


def _until_changes(attempts: Sequence[Attempt], changes: Iterable[Change]) -> Iterator[Seen]:
    was = Registration.NOT_REGISTERED
    for change in changes:
        answers = [
            attempt
            for attempt in attempts
            if attempt.accepted
            and attempt.answered_at is not None
            and attempt.answered_at < change.at
        ]
        if change.standing.authorization is _A.AUTHORIZATION_EXPIRED:
            yield from _since(answers, ("authorize",), "deadline", change.at)
        gone = change.standing.registration is Registration.NOT_REGISTERED
        if gone and was is Registration.COMPLETE and not change.typed:
            yield from _since(answers, ("register", "renew"), "certificate", change.at)
        was = change.standing.registration


def _since(
    answers: Sequence[Attempt], kinds: tuple[str, ...], key: str, at: datetime
) -> Iterator[Seen]:
    times = [answer.answered_at for answer in answers if answer.kind in kinds]
    if times and times[-1] is not None:
        yield Seen(key, at - times[-1])


def _evaluation(changes: Iterable[Change]) -> Iterator[Seen]:
    """Add up the time in evaluation: it is metered use, not days of the calendar."""
    used, began = timedelta(0), None
    for change in changes:
        if began is not None:
            used += change.at - began
            began = None
        if change.standing.authorization is _A.EVAL:
            began = change.at
        elif change.standing.authorization is _A.EVAL_EXPIRED and used:
            yield Seen("evaluation", used)
            used = timedelta(0)


def print_timers(journal: Journal) -> str:
    """Return the table as text."""
    seen: dict[str, Counter[timedelta]] = {}
    for each in observe(journal):
        seen.setdefault(each.key, Counter())[each.took] += 1
    lines = [
        f"{'timer':<46} {'the document says':<18} observed",
        f"{'-' * 46} {'-' * 18} {'-' * 28}",
    ]
    heading = ""
    for timer in TIMERS:
        if timer.heading != heading:
            heading = timer.heading
            lines.append(f"{heading}:")
        said, lengths = print_length(timer.every), seen.get(timer.key)
        lines.append(f"  {timer.what:<44} {said:<18} {_observed(lengths)}")
    return "\n".join(lines)


def _observed(lengths: Counter[timedelta] | None) -> str:
    if not lengths:
        return "not in this run"
    ordered = sorted(lengths.items(), key=lambda pair: (-pair[1], pair[0]))
    shown = [f"{print_length(length)} ({_times(count)})" for length, count in ordered[:3]]
    if len(ordered) > len(shown):
        shown.append(f"and {len(ordered) - len(shown)} other lengths")
    return ", ".join(shown)


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def print_length(length: timedelta) -> str:
    """Return a length of time in the units that a person would use, e.g. `1 hour 30 minutes`."""
    seconds = int(length.total_seconds())
    parts = []
    for name, size in (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {name}{'' if count == 1 else 's'}")
    return " ".join(parts) or "0 seconds"
