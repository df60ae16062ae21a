"""The table of certificate profiles: what each kind of certificate may be, and for how long."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from cryptography import x509

from licet.kernel.time import DAY

# A private arc needs no registration below a UUID (ITU-T X.667): 2.25.<uuid as an integer>.
_ARC = "2.25.151637303871946826158434206317093529043"

YEAR = 365 * DAY
# An issuer issues nothing that it could not outlive: a device certificate (1 year) and a month.
QUIET = 395 * DAY


class Profile(StrEnum):
    """The kinds of certificate."""

    ROOT = "root"
    ISSUING = "issuing"
    SUBCA = "sub-ca"
    DEVICE = "device"
    ANSWER = "answer"
    SYNC = "sync"


@dataclass(frozen=True, slots=True)
class Rules:
    """What a certificate of one profile must be.

    Attributes:
        ca: whether it may sign certificates.
        path_length: how many CA certificates may follow below it.
        usage: its one extended key usage; None for a CA.
        issuers: profiles that may sign it.
        longest: how long it lives at most.
    """

    ca: bool
    path_length: int | None
    usage: x509.ObjectIdentifier | None
    issuers: tuple[Profile, ...]
    longest: timedelta


P = Profile

RULES: dict[Profile, Rules] = {
    P.ROOT: Rules(
        ca=True, path_length=2, usage=None, issuers=(P.ROOT,), longest=20 * YEAR + 5 * DAY
    ),
    P.ISSUING: Rules(
        ca=True, path_length=1, usage=None, issuers=(P.ROOT,), longest=6 * YEAR + 2 * DAY
    ),
    P.SUBCA: Rules(ca=True, path_length=0, usage=None, issuers=(P.ISSUING,), longest=3 * YEAR),
    P.DEVICE: Rules(
        ca=False,
        path_length=None,
        usage=x509.ObjectIdentifier(f"{_ARC}.1"),
        issuers=(P.ISSUING, P.SUBCA),
        longest=2 * YEAR,
    ),
    P.ANSWER: Rules(
        ca=False,
        path_length=None,
        usage=x509.ObjectIdentifier(f"{_ARC}.2"),
        issuers=(P.ISSUING,),
        longest=2 * YEAR,
    ),
    P.SYNC: Rules(
        ca=False,
        path_length=None,
        usage=x509.ObjectIdentifier(f"{_ARC}.3"),
        issuers=(P.ISSUING,),
        longest=2 * YEAR,
    ),
}
