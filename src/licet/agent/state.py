"""The agent's whole memory as one value, and its form on disk.

A snapshot is a line that names the format and the digest of the rest, then JSON. It is read back
strictly: a damaged one, one of another format and one of another product are each told apart.
"""

import hashlib

import msgspec

from licet.agent.clock import TimeState
from licet.agent.schedule import EVALUATION_S
from licet.agent.tables import Authorization, Certificate, Evaluation, Registration
from licet.kernel.ids import Udi
from licet.wire.messages import Granted, Place

FORMAT = b"licet agent state 1 sha256 "
REMEDY = (
    "The file was not changed. Restore it from a copy, or move it away: the product then starts "
    "unregistered, and its evaluation record is reported as rolled back when it registers."
)


class StoreDamaged(Exception):  # noqa: N818
    """The saved state cannot be trusted; it is left as it is. The message names the remedy."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what}. {REMEDY}")


class Streak(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row of failed attempts: when the first one started, when the next one is due (`run`)."""

    started: int
    next: int


class Outcome(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How an attempt ended, by the device's clock (seconds since 1970)."""

    at: int
    ok: bool
    reason: str = ""


class Pending(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A registration that was asked for and is not answered, with the key made for it.

    Attributes:
        active: False keeps the key for the next time that the command is typed.
        generation: number of the key among those that this store made.
    """

    token: str
    secret: bytes
    root_mark: str
    authority_mark: str
    expires_at: int
    force: bool
    request: str
    destination: str
    key: bytes
    generation: int
    active: bool = True
    streak: Streak | None = None


class Identity(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What a registered product is.

    Attributes:
        number: the last message number that was used.
        previous: digests of the last message and of those before it that had no answer.
        renew_at: when the ID certificate is renewed (`run`).
        jumped_at: when it last continued from another number (`up`).
        out_since: since when the clock is outside the validity (`up`).
    """

    instance: str
    authority: str
    destination: str
    key: bytes
    chain: tuple[bytes, ...]
    place: Place
    not_after: int
    renew_at: int | None
    previous: tuple[str, ...]
    number: int = 0
    renew_streak: Streak | None = None
    jumped_at: int | None = None
    out_since: int | None = None
    warned_s: int = EVALUATION_S


class Answered(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The authorization answer in force.

    Attributes:
        at: the device's clock when it came.
        run: the same, in the seconds that timers count in.
        deadline: the server's instant (seconds since 1970).
        lapsed: the deadline has passed.
    """

    at: int
    run: int
    deadline: int
    compliant: bool
    lapsed: bool = False


class InFlight(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The one message that is under way.

    Attributes:
        started: `run`.
        gives_up: `up`, so that a clock that is set ends no attempt.
        typed: a person asked for it outside the schedule; its failure moves no schedule.
    """

    exchange: int
    kind: str
    request: bytes
    digest: str
    started: int
    gives_up: int
    typed: bool


class Note(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A leave note: the authority that it is for, and its signed bytes."""

    authority: str
    data: bytes


class Body(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Everything that an agent remembers, but for the clocks.

    Attributes:
        wanted: tag to count, all that the product uses.
        granted: what the last authorization answer said, by tag.
        authorize_at: the next regular authorization (`run`); None while unregistered.
        changed_at: when the wanted list changed and was not sent yet (`run`).
        hold_until: nothing scheduled is sent before (`run`), after a boot.
        asked: kinds of message that a person asked for.
        notes: leave notes that were not delivered, each with the authority that it is for.
        try_note: the newest note is to be tried at once.
        roots, trust_version, former: the trust list in force (root certificates in DER).
        known_destination, known_authority: which manager answered where; nothing of an on-prem.
    """

    enabled: bool = False
    host_name: str | None = None
    registration: Registration = Registration.NOT_REGISTERED
    authorization: Authorization = Authorization.NONE
    certificate: Certificate = Certificate.NONE
    evaluation: Evaluation = Evaluation.FROZEN
    evaluation_expired_at: int | None = None
    evaluation_warned_s: int = EVALUATION_S
    evaluation_nag_at: int | None = None
    wanted: dict[str, int] = {}
    granted: dict[str, Granted] = {}
    answered: Answered | None = None
    authorize_at: int | None = None
    authorize_streak: Streak | None = None
    changed_at: int | None = None
    hold_until: int = 0
    asked: tuple[str, ...] = ()
    pending: Pending | None = None
    identity: Identity | None = None
    in_flight: InFlight | None = None
    exchanges: int = 0
    generation: int = 0
    notes: tuple[Note, ...] = ()
    try_note: bool = False
    registered: Outcome | None = None
    renewed: Outcome | None = None
    authorized: Outcome | None = None
    silent: bool = False
    since: int | None = None
    roots: tuple[bytes, ...] = ()
    trust_version: int = 0
    former: tuple[str, ...] = ()
    known_destination: str = ""
    known_authority: str = ""


class _Snapshot(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pid: str
    sn: str
    time: TimeState
    used_s: int
    body: Body


_DECODER = msgspec.json.Decoder(_Snapshot, strict=True)
_ENCODER = msgspec.json.Encoder()


def encode_body(body: Body) -> bytes:
    """Return the JSON of all that is worth saving when it changes."""
    return _ENCODER.encode(body)


def write_snapshot(udi: Udi, time: TimeState, used_s: int, body: Body) -> bytes:
    """Return the snapshot of an agent; `used_s` is what the evaluation meter has counted."""
    text = _ENCODER.encode(_Snapshot(pid=udi.pid, sn=udi.sn, time=time, used_s=used_s, body=body))
    return FORMAT + hashlib.sha256(text).hexdigest().encode() + b"\n" + text


def read_snapshot(data: bytes, udi: Udi) -> tuple[TimeState, int, Body]:
    """Return what `write_snapshot` wrote: clocks, metered seconds and memory.

    Raises:
        StoreDamaged: `data` is damaged, of another format, or of another product.
    """
    head, _, text = data.partition(b"\n")
    if not head.startswith(FORMAT):
        raise StoreDamaged("The license state is not in a format that this version reads")
    if hashlib.sha256(text).hexdigest().encode() != head.removeprefix(FORMAT):
        raise StoreDamaged("The license state is damaged: its digest does not fit")
    try:
        snapshot = _DECODER.decode(text)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise StoreDamaged(f"The license state is damaged: {error}") from error
    if (snapshot.pid, snapshot.sn) != (udi.pid, udi.sn):
        raise StoreDamaged(
            f"The license state belongs to PID:{snapshot.pid},SN:{snapshot.sn}, "
            f"and this product is {udi.text}"
        )
    return snapshot.time, snapshot.used_s, snapshot.body
