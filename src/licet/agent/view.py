"""What a person may see of an agent, as one value; every `show` is a function of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from licet.agent.tables import Authorization, Certificate, Entitlement, Registration
from licet.kernel.ids import Tag, Udi


@dataclass(frozen=True, slots=True)
class Attempt:
    """How one attempt to communicate ended; `reason` is empty where it succeeded."""

    at: datetime
    ok: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RegistrationView:
    """The registration and the ID certificate.

    Attributes:
        initial: the accepted registration, or the last failed attempt of a pending one.
        next_attempt_at: the next registration attempt while retrying.
        last_renewal: None until the first one.
        next_renewal_at: device clock plus the server's interval, or the next retry.
        expires_at: as the server sent it.
    """

    state: Registration
    certificate: Certificate
    smart_account: str | None
    virtual_account: str | None
    export_allowed: bool
    initial: Attempt | None
    next_attempt_at: datetime | None
    last_renewal: Attempt | None
    next_renewal_at: datetime | None
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class AuthorizationView:
    """The authorization.

    Attributes:
        since: when the authorization answer in force came, or the state was entered by the clock.
        evaluation_left: never negative.
        evaluation_expired_at: None until then.
        last, next_at, deadline: None before the first message; the deadline is the server's instant.
    """

    state: Authorization
    since: datetime | None
    evaluation_left: timedelta
    evaluation_expired_at: datetime | None
    last: Attempt | None
    next_at: datetime | None
    deadline: datetime | None


@dataclass(frozen=True, slots=True)
class EntitlementView:
    """One entitlement in use; name and description come with the first authorization answer."""

    tag: Tag
    count: int
    status: Entitlement
    name: str | None
    description: str


@dataclass(frozen=True, slots=True)
class LicenseView:
    """All of it, at one instant of the device's clock."""

    at: datetime
    enabled: bool
    udi: Udi
    host_name: str | None
    registration: RegistrationView
    authorization: AuthorizationView
    entitlements: tuple[EntitlementView, ...]
    notes_pending: int
