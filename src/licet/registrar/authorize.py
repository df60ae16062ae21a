"""Decides how each entitlement that a device uses stands (device.md 4.2)."""

from dataclasses import replace
from datetime import timedelta

from msgspec.structs import replace as replace_part

from licet.kernel.ids import Tag
from licet.kernel.time import epoch_seconds
from licet.ledger.model import License
from licet.ledger.ports import Work
from licet.ledger.usage import apply_usage
from licet.registrar import alerts
from licet.registrar.common import find_place, hear, put_decided, why_not_counted
from licet.registrar.shapes import Desk, Settled, Speech, line
from licet.wire import limits
from licet.wire.codec import encode
from licet.wire.messages import Authorized, Compliance, Granted, Wanted

# Leaves room in an answer for trust lists, certificates and the overhead of the envelope.
OUTCOME_BYTES_MAX = limits.MAX_ANSWER_BYTES // 2


def authorize(speech: Speech, work: Work, desk: Desk) -> Settled:
    """Return the decision on an authorization; the wanted list replaces what was in use.

    Each tag stands as its pool does *after* this list is applied: a negative balance puts every
    consumer out of compliance. A tag that the catalog does not know, and an export-controlled one
    where the token or the account does not allow it, is answered `invalid-tag` and not counted: it
    is not a matter of quantity, so that buying more would not heal it (ours).

    Raises:
        Refused: as `hear` does; nothing was changed.
    """
    heard = hear(speech, work, desk)
    if isinstance(heard, Settled):
        return heard
    place = find_place(work, heard)
    wanted = [(item, work.license(Tag(item.tag))) for item in speech.message.wanted]
    checked = [(item, entry, why_not_counted(entry, place)) for item, entry in wanted]
    counted = tuple(item for item, _, why_not in checked if not why_not)
    using = apply_usage(work, heard, counted, desk.now)
    restricted = [entry.name for _, entry, why_not in checked if entry and why_not]
    alerts.review_restricted(work, using, restricted, desk.now)
    standing = {usage.tag: usage.status for usage in using.usage}
    entitlements = tuple(
        _refuse(item, entry, why_not) if why_not else _grant(item, entry, standing[Tag(item.tag)])
        for item, entry, why_not in checked
    )
    short = any(granted.status is Compliance.OUT_OF_COMPLIANCE for granted in entitlements)
    policy = desk.policy
    valid = timedelta(seconds=policy.authorization_for_s - policy.deadline_offset_s)
    # RULES.md 14: a deadline is never after the end of the ID certificate that the device holds.
    deadline = min(desk.now + valid, speech.certified.until)
    outcome = _fit(
        Authorized(
            place=place,
            entitlements=entitlements,
            next_in_s=policy.out_of_compliance_every_s if short else policy.authorization_every_s,
            deadline=epoch_seconds(deadline),
        )
    )
    settled = Settled(outcome)
    put_decided(work, desk, replace(using, deadline=deadline), speech.digest, settled)
    return settled


def _refuse(item: Wanted, entry: License | None, why_not: str) -> Granted:
    return Granted(
        tag=item.tag,
        count=item.count,
        status=Compliance.INVALID_TAG,
        name=line(entry.name) if entry else None,
        description=why_not,
    )


def _grant(item: Wanted, entry: License | None, status: Compliance) -> Granted:
    return Granted(
        tag=item.tag,
        count=item.count,
        status=status,
        name=line(entry.name) if entry else None,
        description=line(entry.description, 1024) if entry else "",
    )


def _fit(outcome: Authorized) -> Authorized:
    """Return an outcome that fits into an answer: without descriptions, then without names."""
    for field in ("description", "name"):
        if len(encode(outcome)) <= OUTCOME_BYTES_MAX:
            break
        empty = {field: "" if field == "description" else None}
        entitlements = tuple(replace_part(granted, **empty) for granted in outcome.entitlements)
        outcome = replace_part(outcome, entitlements=entitlements)
    return outcome
