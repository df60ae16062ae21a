"""What an agent is told, what it asks for, and what it notifies: all of it as values."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from licet.kernel.ids import Tag


@dataclass(frozen=True, slots=True)
class Enable:
    """`license smart enable`."""


@dataclass(frozen=True, slots=True)
class Disable:
    """`no license smart enable`: a pending registration is canceled (RULES.md 16)."""


@dataclass(frozen=True, slots=True)
class Register:
    """`license smart register idtoken <token> [force]`.

    Attributes:
        destination: names where messages go at present (a URL); a token of another authority is
            refused at once where the agent knows which authority answers there.
    """

    token: str
    force: bool = False
    destination: str = ""


@dataclass(frozen=True, slots=True)
class Deregister:
    """`license smart deregister`."""


@dataclass(frozen=True, slots=True)
class RenewAuthorization:
    """`license smart renew auth`."""


@dataclass(frozen=True, slots=True)
class RenewCertificate:
    """`license smart renew id`."""


@dataclass(frozen=True, slots=True)
class AskWhy:
    """Ask the authority to explain; its findings arrive as an `Explanation` effect."""


@dataclass(frozen=True, slots=True)
class Request:
    """The product uses `count` of an entitlement from now on (an absolute number, not a change)."""

    tag: Tag
    count: int = 1


@dataclass(frozen=True, slots=True)
class Release:
    """The product does not use an entitlement any longer."""

    tag: Tag


@dataclass(frozen=True, slots=True)
class SetHostName:
    """The product's host name changed; the next message carries it. None withholds it."""

    host_name: str | None


@dataclass(frozen=True, slots=True)
class AnswerArrived:
    """The bytes of an answer came for an exchange; they are not believed yet."""

    exchange: int
    data: bytes


@dataclass(frozen=True, slots=True)
class AnswerMissed:
    """No answer came for an exchange.

    Attributes:
        reason: a string of `device.md` 5.5 where one fits.
        retry_after_s: what an unsigned 503 asked for.
    """

    exchange: int
    reason: str
    retry_after_s: int | None = None


Command = Enable | Disable | Register | Deregister | RenewAuthorization | RenewCertificate | AskWhy
Event = Command | Request | Release | SetHostName | AnswerArrived | AnswerMissed


class CommandRefused(Exception):  # noqa: N818
    """The agent does not take a command in its present state; nothing changed.

    Attributes:
        name: an error name of `device.md` 4.10, or ours.
    """

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        super().__init__(text)


@dataclass(frozen=True, slots=True)
class Save:
    """Make this snapshot durable before anything that follows it is done."""

    snapshot: bytes


@dataclass(frozen=True, slots=True)
class Send:
    """Carry a request to the authority; tell the outcome as `AnswerArrived` or `AnswerMissed`.

    Attributes:
        exchange: says which outcome belongs to it.
        request: the signed bytes; a transport may repeat them within its one attempt.
        timeout: the agent gives up after it by itself.
    """

    exchange: int
    request: bytes
    timeout: timedelta


class Notice(StrEnum):
    """The 22 classic notifications (CISCO-SMART-LIC-MIB 1 to 22; device.md 4.7)."""

    ENFORCEMENT_MODE = "EnforcementMode"
    READY = "Ready"
    ENABLED = "Enabled"
    DISABLED = "Disabled"
    REGISTER_FAILED = "RegisterFailed"
    REGISTER_SUCCESS = "RegisterSuccess"
    ID_CERT_EXPIRED = "IdCertExpired"
    ID_CERT_RENEW_SUCCESS = "IdCertRenewSuccess"
    ID_CERT_RENEW_FAIL = "IdCertRenewFail"
    AUTH_RENEW_SUCCESS = "AuthRenewSuccess"
    AUTH_RENEW_FAIL = "AuthRenewFail"
    COMMUNICATION_FAILURE = "CommunicationFailure"
    COMMUNICATION_RESTORED = "CommunicationRestored"
    ID_CERT_RENEW_NOT_STARTED = "IdCertRenewNotStarted"
    ENTITLEMENT_ENFORCE_MODE = "EntitlementEnforceMode"
    ID_CERT_OUT_OF_RANGE = "IdCertOutOfRange"
    SYSTEM_CLOCK_CHANGED = "SystemClockChanged"
    EVAL_EXPIRY_WARNING = "EvalExpiryWarning"
    EVAL_EXPIRED = "EvalExpired"
    ID_CERT_EXPIRY_WARNING = "IdCertExpiryWarning"
    DEREGISTER_SUCCESS = "DeRegisterSuccess"
    DEREGISTER_FAILED = "DeRegisterFailed"


@dataclass(frozen=True, slots=True)
class Notify:
    """Something that the product, its log or its manager may want to know.

    Attributes:
        at: the device's clock.
        detail: a reason, a state or a remaining time; empty where the notice says all.
        tag: the entitlement, with `EntitlementEnforceMode`.
    """

    notice: Notice
    at: datetime
    detail: str = ""
    tag: Tag | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """The authority's findings, in answer to `AskWhy`: (check, seen, ok, cause, remedy) each."""

    findings: tuple[tuple[str, str, bool, str, str], ...]


Effect = Save | Send | Notify | Explanation
