"""The front of an authority: many signed requests in, as many signed answers out, one commit."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509

from licet.endpoint.answering import Signer
from licet.endpoint.limits import Attempt, FailureLimits
from licet.endpoint.reading import Body, Read, Reader, needs_of
from licet.kernel.chance import Chance
from licet.kernel.problems import Code, Refused
from licet.ledger.model import Policy
from licet.ledger.ports import Store, Work
from licet.ledger.works import work_in
from licet.pki.authority import AuthorityKeys
from licet.pki.trust import mark_of
from licet.registrar.authorize import authorize
from licet.registrar.explain import explain
from licet.registrar.lapse import turn_away
from licet.registrar.leave import leave
from licet.registrar.register import register
from licet.registrar.renew import renew
from licet.registrar.shapes import Desk, Farewell, Registration, Settled, Speech, refusal
from licet.wire.keys import digest
from licet.wire.messages import Authorize, Problem, Renew

# These say nothing about who asks: they are the authority's own trouble, or its own limit.
_NOT_A_FAILURE = frozenset((Code.INTERNAL, Code.SLOW_DOWN, Code.AUTHORITY_LAPSED))
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Call:
    """A request as it came.

    Attributes:
        data: the envelope.
        peer: the address that it came from, for the limits; None where there is none.
    """

    data: bytes
    peer: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """A signed answer, and what a front needs to know of it.

    Attributes:
        data: the envelope.
        problem: the code of a refusal, which has an HTTP status; None for any other answer.
        retry_after_s: seconds that the refusal asks to wait, if it does.
    """

    data: bytes
    problem: Code | None = None
    retry_after_s: int | None = None


class Endpoint:
    """Answers requests to one authority.

    Every request gets exactly one answer, signed by the answer key. Requests are opened and their
    signatures verified before the store is touched; all that remain are decided in one unit of work
    with one commit, and what is answered was committed before. A refusal changes nothing but what
    it is about: an alert, the record of a fork, a count of failed attempts.

    Args:
        store: where everything is kept.
        keys: of the authority.
        policy: the numbers that it decides.
        chance: where ids and serial numbers come from.
        closed: asked in every unit of work: the code with which everything but leave notes is
            refused, or None (`registrar.lapse`). A manager is never closed.
    """

    def __init__(
        self,
        store: Store,
        keys: AuthorityKeys,
        *,
        policy: Policy = Policy(),  # noqa: B008 - immutable
        chance: Chance,
        closed: Callable[[Work, datetime], Code | None] | None = None,
    ) -> None:
        self._store = store
        self._closed = closed
        self._chance = chance
        self._limits = FailureLimits()
        self.policy = policy
        self.keys = keys

    @property
    def keys(self) -> AuthorityKeys:
        """The keys that it works with; set anew after a rotation."""
        return self._keys

    @keys.setter
    def keys(self, keys: AuthorityKeys) -> None:
        self._signer = Signer(keys)
        issuer = x509.load_der_x509_certificate(keys.issuing_chain[0])
        self._issuer_ends_at = issuer.not_valid_after_utc
        self._keys = keys
        self._root_marks = frozenset(mark_of(root) for root in keys.accepted_roots)

    def is_open(self, now: datetime) -> bool:
        """Tell whether anything but leave notes is taken."""
        if self._closed is None:
            return True
        with self._store.begin() as work:
            return self._closed(work, now) is None

    def handle(self, calls: Sequence[Call], *, now: datetime) -> list[Reply]:
        """Return one signed answer to each request, in their order.

        Args:
            calls: the requests.
            now: the authority's instant.
        """
        reads = self._read(calls, now)
        settled = self._settle(reads, now)
        replies = []
        for read, decision in zip(reads, settled, strict=True):
            self._count(read, decision, now)
            replies.append(self._reply(read, decision, now))
        return replies

    def _read(self, calls: Sequence[Call], now: datetime) -> list[Read]:
        reader = Reader(
            authority=self._keys.authority,
            is_site=self._keys.is_site,
            roots=self._keys.accepted_roots,
            now=now,
            wait_s=lambda attempt: self._limits.wait_s(attempt, now),
        )
        return [_read_one(reader, call) for call in calls]

    def _settle(self, reads: Sequence[Read], now: datetime) -> list[Settled]:
        bodies = tuple(read.body for read in reads if read.body is not None)
        decided = iter(self._decide(bodies, now)) if bodies else iter(())
        return [
            next(decided) if read.body is not None else refusal(read.refused or _internal())
            for read in reads
        ]

    def _decide(self, bodies: tuple[Body, ...], now: datetime) -> list[Settled]:
        """Decide a batch in one unit of work; where that fails, each by itself, in their order."""
        try:
            return self._decide_together(bodies, now)
        except Exception:  # noqa: BLE001 - whatever it is, every request gets its answer
            _LOG.exception("a batch of %d requests failed", len(bodies))
        if len(bodies) > 1:
            return [self._decide((body,), now)[0] for body in bodies]
        return [refusal(_internal())]

    def _decide_together(self, bodies: tuple[Body, ...], now: datetime) -> list[Settled]:
        desk = Desk(
            authority=self._keys.authority,
            is_site=self._keys.is_site,
            root_marks=self._root_marks,
            master_keys=dict(self._keys.master_keys),
            policy=self.policy,
            now=now,
            chance=self._chance,
            certified_at_most=self._issuer_ends_at,
            gaps=self._keys.gaps,
        )
        return work_in(
            self._store,
            lambda work: self._decide_in(work, bodies, desk),
            needs=needs_of(bodies),
        )

    def _decide_in(self, work: Work, bodies: tuple[Body, ...], desk: Desk) -> list[Settled]:
        code = self._closed(work, desk.now) if self._closed else None
        return [
            _decide_one(body, work, desk)
            if code is None or isinstance(body, Farewell)
            else turn_away(body, code)
            for body in bodies
        ]

    def _reply(self, read: Read, settled: Settled, now: datetime) -> Reply:
        try:
            data = self._sign(read, settled, now)
        except Exception:  # noqa: BLE001 - such as an issuer in its last months; it is asked again
            _LOG.exception("a decision could not be signed")
            settled = refusal(_internal())
            data = self._sign(read, settled, now)
        outcome = settled.outcome
        if not isinstance(outcome, Problem):
            return Reply(data)
        return Reply(data, outcome.code, outcome.retry_after_s)

    def _sign(self, read: Read, settled: Settled, now: datetime) -> bytes:
        return self._signer.sign(
            settled, request=read.digest, trust_version=read.trust_version, now=now
        )

    def _count(self, read: Read, settled: Settled, now: datetime) -> None:
        outcome = settled.outcome
        if read.attempt is None or not isinstance(outcome, Problem):
            return
        if outcome.code is Code.TOKEN_INVALID:
            # Anybody can name a token or a UDI: only who proved a token counts against either.
            self._limits.failed(Attempt(peer=read.attempt.peer), now)
        elif outcome.code not in _NOT_A_FAILURE:
            self._limits.failed(read.attempt, now)


def _read_one(reader: Reader, call: Call) -> Read:
    try:
        return reader.read(call.data, call.peer)
    except Exception:  # noqa: BLE001 - whatever it is, every request gets its answer
        _LOG.exception("a request could not be read")
        return Read(digest(call.data), refused=_internal())


def _decide_one(body: Body, work: Work, desk: Desk) -> Settled:
    try:
        match body:
            case Registration():
                return register(body, work, desk)
            case Farewell():
                return leave(body, work, desk)
            case Speech():
                return _answer_speech(body, work, desk)
    except Refused as refused:
        return refusal(refused)


def _answer_speech(speech: Speech, work: Work, desk: Desk) -> Settled:
    if isinstance(speech.message, Authorize):
        return authorize(speech, work, desk)
    if isinstance(speech.message, Renew):
        return renew(speech, work, desk)
    return explain(speech, work, desk)


def _internal() -> Refused:
    return Refused(Code.INTERNAL)
