"""The words and lines that several `show` outputs share."""

from datetime import datetime

from licet.agent.tables import Authorization, Entitlement
from licet.agent.view import Attempt, AuthorizationView
from licet.kernel.time import MONTHS, print_period

# device.md 1.3: on every sample of the family this line carries a trailing space.
AUTHORIZATION_HEADING = "License Authorization: "

ENABLED = "Smart Licensing is ENABLED"
# device.md 1.5: the line of a CSR1000v; no NX-OS sample was found.
DISABLED = "Smart Licensing is DISABLED"

# device.md 1.3. Conversion of traditional licenses is not modeled: there are none to convert.
CONVERSION = (
    "Smart License Conversion:",
    "  Automatic Conversion Enabled: False",
    "  Status: Not started",
)

# device.md 1.5 and 4.2. Words of samples where there is one, YANG's names elsewhere.
ENTITLEMENT_WORDS = {
    Entitlement.WAITING: "WAITING",
    Entitlement.IN_COMPLIANCE: "AUTHORIZED",
    Entitlement.OUT_OF_COMPLIANCE: "OUT OF COMPLIANCE",
    Entitlement.EVALUATION: "EVAL MODE",
    Entitlement.EVALUATION_EXPIRED: "EVAL EXPIRED",
    Entitlement.AUTHORIZATION_EXPIRED: "AUTHORIZATION EXPIRED",
    Entitlement.INVALID_TAG: "INVALID TAG",
    Entitlement.DISABLED: "DISABLED",
}


def clean(text: str) -> str:
    """Return `text` with everything that could move a terminal's cursor replaced by a space.

    Names and reasons come from the authority; none of them may forge a line.
    """
    return "".join(char if char.isprintable() else " " for char in text)


def print_date(at: datetime) -> str:
    """Return an instant as NX-OS prints it, in the zone that it is in (device.md 1.3)."""
    return f"{MONTHS[at.month - 1]} {at:%d %H:%M:%S %Y} {at.tzname()}"


def page(*blocks: tuple[str, ...] | list[str]) -> str:
    """Return blocks of lines as NX-OS prints them: a blank line before each."""
    return "".join("\n" + "".join(f"{line}\n" for line in block) for block in blocks)


def print_allowed(allowed: bool) -> str:  # noqa: FBT001 - it is the value that is printed
    """Return whether export-controlled functionality is allowed, in NX-OS's spelling."""
    return "Allowed" if allowed else "Not Allowed"


def dated(label: str, at: datetime | None) -> list[str]:
    """Return the line of an instant, or no line where there is none."""
    return [] if at is None else [f"  {label}: {print_date(at)}"]


def attempt(label: str, made: Attempt | None) -> list[str]:
    """Return the lines of one attempt; a reason stands under it with four spaces (1.5.1)."""
    if made is None:
        return [f"  {label}: None"]
    word = "SUCCEEDED" if made.ok else "FAILED"
    lines = [f"  {label}: {word} on {print_date(made.at)}"]
    return lines if made.ok else [*lines, f"    Failure reason: {clean(made.reason)}"]


def authorization_status(view: AuthorizationView) -> list[str]:
    """Return the `Status:` line of the authorization and what belongs to it (device.md 1.5)."""
    since = "" if view.since is None else f" on {print_date(view.since)}"
    match view.state:
        case Authorization.NONE:
            return ["  Status: No Licenses in Use"]
        case Authorization.EVAL:
            left = print_period(view.evaluation_left)
            return ["  Status: EVAL MODE", f"  Evaluation Period Remaining: {left}"]
        case Authorization.EVAL_EXPIRED:
            # The nearest real sample is CUCM's line.
            at = view.evaluation_expired_at
            expired = [] if at is None else [f"  EVALUATION PERIOD EXPIRED on {print_date(at)}"]
            return ["  Status: EVAL EXPIRED", *expired]
        case Authorization.AUTHORIZED:
            return [f"  Status: AUTHORIZED{since}"]
        case Authorization.OUT_OF_COMPLIANCE:
            return [f"  Status: OUT OF COMPLIANCE{since}"]
        case Authorization.AUTHORIZATION_EXPIRED:
            return ["  Status: AUTHORIZATION EXPIRED"]
