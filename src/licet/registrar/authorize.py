"""Decides how each entitlement that a device uses stands (device.md 4.2)."""

from dataclasses import replace
from datetime import timedelta

from licet.kernel.ids import Tag
from licet.kernel.time import epoch_seconds
from licet.ledger.model import Instance, License
from licet.ledger.pools import compliance
from licet.ledger.ports import Work
from licet.ledger.usage import apply_usage
from licet.registrar.common import find_place, hear, put_decided
from licet.registrar.shapes import Desk, Settled, Speech, line
from licet.wire.messages import Authorized, Compliance, Granted, Place, Wanted

UNKNOWN_TAG = "The catalog of this authority does not know this entitlement"
EXPORT_CONTROLLED = "Export-controlled: not allowed for this product instance"


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
    checked = [(item, entry, _why_not(entry, place)) for item, entry in wanted]
    counted = tuple(item for item, _, why_not in checked if not why_not)
    using = apply_usage(work, heard, counted, desk.now)
    entitlements = tuple(
        _refuse(item, entry, why_not) if why_not else _grant(item, entry, using, work, desk)
        for item, entry, why_not in checked
    )
    short = any(granted.status is Compliance.OUT_OF_COMPLIANCE for granted in entitlements)
    policy = desk.policy
    valid = timedelta(seconds=policy.authorization_for_s - policy.deadline_offset_s)
    # RULES.md 14: a deadline is never after the end of the ID certificate.
    deadline = min(desk.now + valid, using.certified_until)
    outcome = Authorized(
        place=place,
        entitlements=entitlements,
        next_in_s=policy.out_of_compliance_every_s if short else policy.authorization_every_s,
        deadline=epoch_seconds(deadline),
    )
    settled = Settled(outcome)
    put_decided(work, desk, replace(using, deadline=deadline), speech.digest, settled)
    return settled


def _why_not(entry: License | None, place: Place) -> str:
    """Return why an entitlement is not counted at all; empty where it is."""
    if entry is None:
        return UNKNOWN_TAG
    if entry.export_controlled and not place.export_allowed:
        return EXPORT_CONTROLLED
    return ""


def _refuse(item: Wanted, entry: License | None, why_not: str) -> Granted:
    return Granted(
        tag=item.tag,
        count=item.count,
        status=Compliance.INVALID_TAG,
        name=line(entry.name) if entry else None,
        description=why_not,
    )


def _grant(item: Wanted, entry: License | None, using: Instance, work: Work, desk: Desk) -> Granted:
    return Granted(
        tag=item.tag,
        count=item.count,
        status=compliance(work.pool(using.virtual_account, Tag(item.tag)), desk.now),
        name=line(entry.name) if entry else None,
        description=line(entry.description, 1024) if entry else "",
    )
