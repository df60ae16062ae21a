"""Times as they are printed: in the time zone that the switch is configured for."""

from dataclasses import replace
from datetime import datetime, timezone

from licet.agent.view import Attempt, LicenseView


def in_zone(view: LicenseView, zone: timezone) -> LicenseView:
    """Return a view whose instants are in a zone; they are the same instants."""
    registration, authorization = view.registration, view.authorization
    return replace(
        view,
        at=view.at.astimezone(zone),
        registration=replace(
            registration,
            initial=_attempt(registration.initial, zone),
            next_attempt_at=_at(registration.next_attempt_at, zone),
            last_renewal=_attempt(registration.last_renewal, zone),
            next_renewal_at=_at(registration.next_renewal_at, zone),
            expires_at=_at(registration.expires_at, zone),
        ),
        authorization=replace(
            authorization,
            since=_at(authorization.since, zone),
            evaluation_expired_at=_at(authorization.evaluation_expired_at, zone),
            last=_attempt(authorization.last, zone),
            next_at=_at(authorization.next_at, zone),
            deadline=_at(authorization.deadline, zone),
        ),
    )


def _at(at: datetime | None, zone: timezone) -> datetime | None:
    return None if at is None else at.astimezone(zone)


def _attempt(made: Attempt | None, zone: timezone) -> Attempt | None:
    return None if made is None else replace(made, at=made.at.astimezone(zone))
