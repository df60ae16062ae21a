"""The one table of what each problem means to a device, to a person and to HTTP.

Three families only: they broke the rules (`RulesBroken`), no answer came (`NoAnswer`), and they
refused, with a code (`Refused`). Learned from Boulder's `errors` and `probs` (HOUSE, habit 7).
"""

from dataclasses import dataclass, field
from enum import StrEnum


class Code(StrEnum):
    """The codes that an authority's signed refusal can carry."""

    MALFORMED = "malformed"
    TOO_LARGE = "too-large"
    UNSUPPORTED_VERSION = "unsupported-version"
    BAD_SIGNATURE = "bad-signature"
    BAD_CERTIFICATE = "bad-certificate"
    CERTIFICATE_EXPIRED = "certificate-expired"
    WRONG_AUTHORITY = "wrong-authority"
    TOKEN_INVALID = "token-invalid"  # noqa: S105
    TOKEN_EXPIRED = "token-expired"  # noqa: S105
    TOKEN_USED_UP = "token-used-up"  # noqa: S105
    TOKEN_REVOKED = "token-revoked"  # noqa: S105
    ALREADY_REGISTERED = "already-registered"
    KEY_RETIRED = "key-retired"
    UNKNOWN_INSTANCE = "unknown-instance"
    STALE = "stale"
    FORKED = "forked"
    CLONED = "cloned"
    SLOW_DOWN = "slow-down"
    AUTHORITY_LAPSED = "authority-lapsed"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one code means.

    Attributes:
        http_status: the status that carries the signed refusal over HTTP.
        final: trying again without a person's help is useless.
        text: what happened; a `{detail}` in it is filled from the refusal.
        remedy: what a person does about it.
    """

    http_status: int
    final: bool
    text: str
    remedy: str


MEANINGS: dict[Code, Meaning] = {
    Code.MALFORMED: Meaning(
        400,
        final=True,
        text="The message is malformed: {detail}",
        remedy="Report this to the product's vendor; the agent and the authority do not match.",
    ),
    Code.TOO_LARGE: Meaning(
        413,
        final=True,
        text="The message is too large: {detail}",
        remedy="Report this to the product's vendor.",
    ),
    Code.UNSUPPORTED_VERSION: Meaning(
        400,
        final=True,
        text="The message version is not supported: {detail}",
        remedy="Upgrade the older of the two sides.",
    ),
    Code.BAD_SIGNATURE: Meaning(
        403,
        final=True,
        text="The message signature does not verify",
        remedy="Register the product again with a new token.",
    ),
    Code.BAD_CERTIFICATE: Meaning(
        403,
        final=True,
        text="The identity certificate is not acceptable: {detail}",
        remedy="Register the product again with a new token.",
    ),
    Code.CERTIFICATE_EXPIRED: Meaning(
        403,
        final=True,
        text="The identity certificate is outside its validity",
        remedy="Check the clocks of both sides; if they are right, register the product again.",
    ),
    Code.WRONG_AUTHORITY: Meaning(
        403,
        final=True,
        text="The message is for another licensing authority",
        remedy="Correct the destination URL, or register with a token of this authority.",
    ),
    Code.TOKEN_INVALID: Meaning(
        403,
        final=True,
        text="The ID token is not valid",
        remedy="Copy the token again, or create a new one in the virtual account.",
    ),
    Code.TOKEN_EXPIRED: Meaning(
        403,
        final=True,
        text="The ID token has expired",
        remedy="Create a new token in the virtual account.",
    ),
    Code.TOKEN_USED_UP: Meaning(
        403,
        final=True,
        text="The ID token has reached its maximum number of uses",
        remedy="Create a new token in the virtual account.",
    ),
    Code.TOKEN_REVOKED: Meaning(
        403,
        final=True,
        text="The ID token was revoked",
        remedy="Create a new token in the virtual account.",
    ),
    Code.ALREADY_REGISTERED: Meaning(
        409,
        final=True,
        text="Product Already Registered",  # device.md 5.5, [M]
        remedy="Register with 'force', or remove the product instance from its virtual account.",
    ),
    Code.KEY_RETIRED: Meaning(
        409,
        final=True,
        text="The registration was withdrawn by the authority",
        remedy="Type the registration command again.",
    ),
    Code.UNKNOWN_INSTANCE: Meaning(
        404,
        final=True,
        text="The identity for the instance {detail} is not valid. Please re-register the instance.",
        remedy="Register again: license smart register idtoken <token> force.",
    ),
    Code.STALE: Meaning(
        409,
        final=False,
        text="The message is an older one than the last that was answered",
        remedy="Nothing; the agent continues by itself.",
    ),
    Code.FORKED: Meaning(
        409,
        final=False,
        text="The authority knows another history of this product instance",
        remedy="Nothing once; if it returns, look for a copy of this product's storage.",
    ),
    Code.CLONED: Meaning(
        409,
        final=True,
        text="Two products speak as this product instance",
        remedy="The license administrator chooses which one stays; register the other one again.",
    ),
    Code.SLOW_DOWN: Meaning(
        429,
        final=False,
        text="The authority asks to try later",
        remedy="Nothing; the agent tries again by itself.",
    ),
    Code.AUTHORITY_LAPSED: Meaning(
        503,
        final=False,
        text="The on-prem authority has not synchronized in time",
        remedy="Synchronize the on-prem with its manager.",
    ),
    Code.INTERNAL: Meaning(
        500,
        final=False,
        text="The authority failed to process the message",
        remedy="Look into the authority's log.",
    ),
}


class RulesBroken(Exception):  # noqa: N818 - a family of problems, named as HOUSE names it
    """What came breaks a rule of format, size, signature or trust; nothing was changed.

    Attributes:
        code: which rule.
        detail: what and where, for a person.
    """

    def __init__(self, code: Code, detail: str = "") -> None:
        self.code = code
        self.detail = detail
        super().__init__(explain(code, detail))


class NoAnswer(Exception):  # noqa: N818
    """No signed answer came: not reached, not resolved, timed out, or not understood.

    Attributes:
        reason: one of `device.md` 5.5's strings where one fits.
        retry_after_s: seconds that an unsigned 503 asked to wait, or None.
    """

    def __init__(self, reason: str, retry_after_s: int | None = None) -> None:
        self.reason = reason
        self.retry_after_s = retry_after_s
        super().__init__(reason)


class Refused(Exception):  # noqa: N818
    """The authority refuses a well-formed message, with a code; its signed answer says so.

    Attributes:
        code: why.
        detail: fills the text of the code.
        retry_after_s: seconds to wait, with `slow-down`.
        number: the authority's last number, with `stale` and `forked`.
    """

    def __init__(
        self,
        code: Code,
        detail: str = "",
        *,
        retry_after_s: int | None = None,
        number: int | None = None,
    ) -> None:
        self.code = code
        self.detail = detail
        self.retry_after_s = retry_after_s
        self.number = number
        super().__init__(explain(code, detail))


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: what was checked, what was seen, its cause and its remedy.

    The doctor prints it, the console shows it, and *explain* carries it over the wire.
    """

    check: str
    seen: str
    ok: bool
    cause: str = field(default="")
    remedy: str = field(default="")


def explain(code: Code, detail: str = "") -> str:
    """Return the sentence that a person reads for `code`."""
    return MEANINGS[code].text.format(detail=detail or "no detail given")
