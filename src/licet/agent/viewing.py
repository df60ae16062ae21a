"""Makes the one value that every `show` is a function of."""

from collections.abc import Callable
from datetime import datetime, timedelta

from licet.agent.core import Core
from licet.agent.sending import next_authorization, next_renewal
from licet.agent.state import Outcome
from licet.agent.tables import Authorization
from licet.agent.view import (
    Attempt,
    AuthorizationView,
    EntitlementView,
    LicenseView,
    RegistrationView,
)
from licet.kernel.ids import Tag
from licet.kernel.time import Moment, epoch_seconds, instant

_ByWall = Callable[[int], datetime]


def view(core: Core, now: Moment) -> LicenseView:
    """Return what can be seen of an agent by the device's clock at `now`.

    It was observed at `core.time`; what has passed since is subtracted from what was left.
    """
    passed = max(int(now.elapsed.total_seconds()) - core.time.elapsed, 0)
    shift = epoch_seconds(now.wall) - core.time.run - passed

    def by_wall(run: int) -> datetime:
        return instant(max(run + shift, 0))

    return LicenseView(
        at=instant(epoch_seconds(now.wall)),
        enabled=core.body.enabled,
        udi=core.udi,
        host_name=core.body.host_name,
        registration=_registration(core, by_wall),
        authorization=_authorization(core, by_wall, passed),
        entitlements=_entitlements(core),
        notes_pending=len(core.body.notes),
    )


def _registration(core: Core, by_wall: _ByWall) -> RegistrationView:
    body = core.body
    identity = body.identity
    pending = body.pending
    streak = None if pending is None or not pending.active else pending.streak
    return RegistrationView(
        state=body.registration,
        certificate=body.certificate,
        smart_account=identity.place.smart_account if identity else None,
        virtual_account=identity.place.virtual_account if identity else None,
        export_allowed=identity.place.export_allowed if identity else False,
        initial=_attempt(body.registered),
        next_attempt_at=by_wall(max(streak.next, body.hold_until)) if streak else None,
        last_renewal=_attempt(body.renewed),
        next_renewal_at=by_wall(next_renewal(core)) if identity else None,
        expires_at=instant(identity.not_after) if identity else None,
    )


def _authorization(core: Core, by_wall: _ByWall, passed_s: int) -> AuthorizationView:
    body = core.body
    answered = body.answered
    state = body.authorization
    since = body.since
    if answered is not None and state in (
        Authorization.AUTHORIZED,
        Authorization.OUT_OF_COMPLIANCE,
    ):
        since = answered.at
    running_s = passed_s if state is Authorization.EVAL else 0
    left = timedelta(seconds=max(core.evaluation_left_s - running_s, 0))
    return AuthorizationView(
        state=state,
        since=_when(since),
        evaluation_left=left,
        evaluation_expired_at=_when(body.evaluation_expired_at),
        last=_attempt(body.authorized),
        next_at=by_wall(next_authorization(core)) if body.identity else None,
        deadline=instant(answered.deadline) if answered else None,
    )


def _entitlements(core: Core) -> tuple[EntitlementView, ...]:
    found = []
    for tag, count in sorted(core.body.wanted.items()):
        granted = core.body.granted.get(tag)
        found.append(
            EntitlementView(
                tag=Tag(tag),
                count=count,
                status=core.status(tag),
                name=granted.name if granted else None,
                description=granted.description if granted else "",
            )
        )
    return tuple(found)


def _attempt(outcome: Outcome | None) -> Attempt | None:
    return None if outcome is None else Attempt(instant(outcome.at), outcome.ok, outcome.reason)


def _when(at: int | None) -> datetime | None:
    return None if at is None else instant(at)
