"""License views made by hand, one for each state of device.md 1.5."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from licet.agent.tables import Authorization, Certificate, Entitlement, Registration
from licet.agent.view import (
    Attempt,
    AuthorizationView,
    EntitlementView,
    LicenseView,
    RegistrationView,
)
from licet.kernel.ids import Tag, Udi

REGISTERED_AT = datetime(2022, 6, 22, 16, 15, 41, tzinfo=UTC)
AUTHORIZED_AT = datetime(2022, 6, 22, 16, 15, 44, tzinfo=UTC)
FAILED_AT = datetime(2022, 12, 3, 8, 5, 2, tzinfo=UTC)
LAN = Tag(
    "regid.2026-11.com.example.LAN_ENTERPRISE_SERVICES_PKG,1.0_6f1d9c1e-0000-4000-8000-000000000001"
)
ADVANTAGE = Tag("regid.2026-11.com.example.NXOS_ADVANTAGE,2.1_6f1d9c1e-0000-4000-8000-000000000002")
REASON = "Communication message send error"

_NO_REGISTRATION = RegistrationView(
    state=Registration.NOT_REGISTERED,
    certificate=Certificate.NONE,
    smart_account=None,
    virtual_account=None,
    export_allowed=False,
    initial=None,
    next_attempt_at=None,
    last_renewal=None,
    next_renewal_at=None,
    expires_at=None,
)
_NO_AUTHORIZATION = AuthorizationView(
    state=Authorization.NONE,
    since=None,
    evaluation_left=timedelta(days=90),
    evaluation_expired_at=None,
    last=None,
    next_at=None,
    deadline=None,
)
_REGISTERED = replace(
    _NO_REGISTRATION,
    state=Registration.COMPLETE,
    certificate=Certificate.VALID,
    smart_account="Example Company",
    virtual_account="Default",
    export_allowed=True,
    initial=Attempt(REGISTERED_AT, ok=True),
    next_renewal_at=datetime(2022, 12, 19, 16, 15, 41, tzinfo=UTC),
    expires_at=datetime(2023, 6, 22, 16, 10, 0, tzinfo=UTC),
)
_AUTHORIZED = replace(
    _NO_AUTHORIZATION,
    state=Authorization.AUTHORIZED,
    since=AUTHORIZED_AT,
    last=Attempt(AUTHORIZED_AT, ok=True),
    next_at=datetime(2022, 7, 2, 6, 5, 4, tzinfo=UTC),
    deadline=datetime(2022, 9, 20, 16, 11, 0, tzinfo=UTC),
)
_EVALUATION = replace(
    _NO_AUTHORIZATION,
    state=Authorization.EVAL,
    since=REGISTERED_AT,
    evaluation_left=timedelta(days=89, hours=1, minutes=33, seconds=51),
)
_EVALUATION_EXPIRED = replace(
    _NO_AUTHORIZATION,
    state=Authorization.EVAL_EXPIRED,
    since=FAILED_AT,
    evaluation_left=timedelta(0),
    evaluation_expired_at=FAILED_AT,
)
_FAILED = replace(
    _NO_REGISTRATION,
    state=Registration.FAILED,
    initial=Attempt(REGISTERED_AT, ok=False, reason="The ID token has expired"),
)
_EXPIRED = replace(
    _AUTHORIZED,
    state=Authorization.AUTHORIZATION_EXPIRED,
    since=datetime(2022, 9, 20, 16, 11, 0, tzinfo=UTC),
    last=Attempt(FAILED_AT, ok=False, reason=REASON),
)

_STATUS = {
    Authorization.NONE: Entitlement.DISABLED,
    Authorization.EVAL: Entitlement.EVALUATION,
    Authorization.EVAL_EXPIRED: Entitlement.EVALUATION_EXPIRED,
    Authorization.AUTHORIZED: Entitlement.IN_COMPLIANCE,
    Authorization.OUT_OF_COMPLIANCE: Entitlement.OUT_OF_COMPLIANCE,
    Authorization.AUTHORIZATION_EXPIRED: Entitlement.AUTHORIZATION_EXPIRED,
}


def view(
    registration: RegistrationView = _NO_REGISTRATION,
    authorization: AuthorizationView = _NO_AUTHORIZATION,
    *,
    enabled: bool = True,
) -> LicenseView:
    """Return a view; what is in use and how it stands follows from the authorization."""
    status = _STATUS[authorization.state]
    named = registration.state is Registration.COMPLETE and authorization.last is not None
    used = (
        EntitlementView(
            LAN,
            1,
            status,
            "LAN license for Nexus 9300-XF" if named else None,
            "LAN routing" if named else "",
        ),
        EntitlementView(ADVANTAGE, 12, status, "Advantage" if named else None, ""),
    )
    return LicenseView(
        at=AUTHORIZED_AT,
        enabled=enabled,
        udi=Udi("N9K-C93180YC-EX", "FDO21120U5B"),
        host_name="switch",
        registration=registration,
        authorization=authorization,
        entitlements=() if authorization.state is Authorization.NONE else used,
        notes_pending=0,
    )


VIEWS: Mapping[str, LicenseView] = {
    "disabled": view(enabled=False),
    "nothing in use": view(),
    "evaluation": view(authorization=_EVALUATION),
    "evaluation expired": view(authorization=_EVALUATION_EXPIRED),
    "registering": view(replace(_NO_REGISTRATION, state=Registration.IN_PROGRESS), _EVALUATION),
    "registering again": view(replace(_FAILED, state=Registration.IN_PROGRESS), _EVALUATION),
    "registration retried": view(
        replace(
            _FAILED,
            state=Registration.RETRY,
            next_attempt_at=datetime(2022, 6, 22, 16, 30, 41, tzinfo=UTC),
        ),
        _EVALUATION,
    ),
    "registration failed": view(_FAILED),
    "registered, nothing in use": view(_REGISTERED, replace(_AUTHORIZED, state=Authorization.NONE)),
    "registered, not answered yet": view(_REGISTERED, replace(_EVALUATION, next_at=AUTHORIZED_AT)),
    "registered, evaluation expired": view(
        _REGISTERED,
        replace(
            _EVALUATION_EXPIRED,
            last=Attempt(FAILED_AT, ok=False, reason=REASON),
            next_at=datetime(2022, 12, 3, 8, 20, 2, tzinfo=UTC),
        ),
    ),
    "authorized": view(_REGISTERED, _AUTHORIZED),
    "out of compliance": view(
        _REGISTERED, replace(_AUTHORIZED, state=Authorization.OUT_OF_COMPLIANCE)
    ),
    "renewals failed": view(
        replace(_REGISTERED, last_renewal=Attempt(FAILED_AT, ok=False, reason=REASON)),
        replace(_AUTHORIZED, last=Attempt(FAILED_AT, ok=False, reason=REASON)),
    ),
    "renewals done": view(
        replace(_REGISTERED, last_renewal=Attempt(FAILED_AT, ok=True)), _AUTHORIZED
    ),
    "authorization expired": view(_REGISTERED, _EXPIRED),
}
