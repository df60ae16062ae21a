"""What a manager serves to the sites of on-prems: registration, and synchronization in parts.

The documents are signed, so that what is refused here is refused for order's sake: everybody hears
clearly why, as JSON. Nothing is done on the loop but looking at a head.
"""

import asyncio
import json
import re
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import structlog

from licet.admin.enrolling import enroll_by_code
from licet.admin.refusal import AdminRefused
from licet.endpoint.limits import Attempt, FailureLimits
from licet.kernel.chance import Chance
from licet.ledger.ports import Store
from licet.pki.authority import AuthorityKeys
from licet.service.clock import Clock
from licet.service.exchange import Answer, Request, Response, Route, Routes
from licet.service.site_uploads import (
    PART_BYTES_MAX,
    Coming,
    NoRoom,
    SiteUploads,
    Stage,
    WrongOffset,
)
from licet.service.spool import Spool
from licet.service.worker import Worker
from licet.sync.problems import SyncRefused, Why
from licet.wire import limits
from licet.wire.sites import REGISTRATION_BYTES_MAX

REGISTRATION, BEGIN, PART, RESULT = (
    f"/onprem/v1/{name}" for name in ("registration", "begin", "part", "result")
)
YAML, JSON, BYTES, JOSE = (
    f"application/{name}" for name in ("yaml", "json", "octet-stream", "jose")
)
# Whole bodies that wait for their turn; each is of one part at most.
IN_HAND_MAX = 16
BUSY_S = 1
FULL_S = 30
ENDS_WITHIN_S = 30.0
_PREFIX = re.compile(rb"([A-Za-z0-9_-]{43})\n([0-9]{1,12})\n")
_PREFIX_BYTES_MAX = 57
_LOG = structlog.get_logger(__name__)


class SiteDesk:
    """Answers the sites of on-prems.

    Args:
        spool: directory of what comes in part by part.
        store: the manager's.
        keys: the manager's, asked each time.
        clock: the machine's.
        chance: where capabilities, ids and serial numbers come from.

    Attributes:
        uploads: a duty, too.
    """

    def __init__(
        self,
        spool: Path,
        store: Store,
        *,
        keys: Callable[[], AuthorityKeys],
        clock: Clock,
        chance: Chance,
    ) -> None:
        self._store = store
        self._keys = keys
        self._clock = clock
        self._chance = chance
        self._worker = Worker("synchronizing")
        self._thread = ThreadPoolExecutor(1, "sites")
        # Each in the thread of its own; what is in hand is counted on the loop.
        self._registered, self._announced = FailureLimits(), FailureLimits()
        self._in_hand: Counter[str] = Counter()
        self.uploads = SiteUploads(
            Spool(spool), store, keys=keys, apply=self._worker.do, clock=clock, chance=chance
        )

    def routes(self) -> Routes:
        """Return the table of paths."""
        part_max = PART_BYTES_MAX + _PREFIX_BYTES_MAX
        return {
            REGISTRATION: Route(self._registration, ("POST",), YAML, REGISTRATION_BYTES_MAX),
            BEGIN: Route(self._begin, ("POST",), JOSE, limits.MAX_REQUEST_BYTES),
            PART: Route(self._part, ("POST",), BYTES, part_max),
            RESULT: Route(self._result, ("POST",), BYTES, _PREFIX_BYTES_MAX),
        }

    def close(self) -> None:
        """Begin nothing more, and let what is being applied come to its end, if it does soon."""
        self._thread.shutdown(cancel_futures=True)
        if not self._worker.stop(ENDS_WITHIN_S):
            _LOG.warning("a synchronization is still being applied; it is repeated by its site")

    def _registration(self, request: Request) -> Answer:
        """Answer a registration; in the worker's turn, since it waits for the right to write."""

        def start(loop: asyncio.AbstractEventLoop) -> asyncio.Future[Response]:
            answer: asyncio.Future[Response] = loop.create_future()

            def job() -> None:
                response = self._guarded(lambda: self._enroll(request))
                # The loop may have come to its end meanwhile.
                with suppress(RuntimeError):
                    loop.call_soon_threadsafe(_give, answer, response)

            self._worker.do(job)
            return answer

        return self._admit("registrations", start)

    def _begin(self, request: Request) -> Answer:
        return self._beside(lambda: self._announce(request))

    def _part(self, request: Request) -> Answer:
        found = self._of(request)
        if isinstance(found, Response):
            return found
        coming, offset, data = found
        return self._beside(lambda: self._add(coming, offset, data))

    def _result(self, request: Request) -> Answer:
        found = self._of(request)
        if isinstance(found, Response):
            return found
        coming, offset, data = found
        return _malformed() if data else self._beside(lambda: self._tell(coming, offset))

    def _of(self, request: Request) -> tuple[Coming, int, bytes] | Response:
        """Return which upload a body is about, the offset in it, and the rest."""
        prefix = _PREFIX.match(request.body)
        if prefix is None:
            return _malformed()
        coming = self.uploads.find(prefix[1].decode())
        if coming is None:
            return _refused(404, "unknown-upload", "no such upload is under way; begin again")
        return coming, int(prefix[2]), request.body[prefix.end() :]

    def _beside(self, job: Callable[[], Response]) -> Answer:
        """Return what a short job answers, in its turn beside the loop."""
        return self._admit(
            "parts", lambda loop: loop.run_in_executor(self._thread, self._guarded, job)
        )

    def _admit(
        self, what: str, start: Callable[[asyncio.AbstractEventLoop], asyncio.Future[Response]]
    ) -> Answer:
        """Let a request in, unless too many of its kind are in hand."""
        if self._in_hand[what] >= IN_HAND_MAX:
            return _busy(BUSY_S)
        self._in_hand[what] += 1
        answer = start(asyncio.get_running_loop())
        answer.add_done_callback(lambda _: self._in_hand.subtract((what,)))
        return answer

    def _guarded(self, job: Callable[[], Response]) -> Response:
        try:
            return job()
        except SyncRefused as refused:
            return _refused(409, refused.why, str(refused))
        except AdminRefused as refused:
            return _refused(409, "refused", str(refused))
        except WrongOffset as wrong:
            return _say(409, {"why": "offset", "offset": wrong.offset})
        except NoRoom:
            return _busy(FULL_S)
        except Exception:  # noqa: BLE001 - whatever it is, the next one may be better
            _LOG.exception("a site could not be answered")
            return _failed()

    def _enroll(self, request: Request) -> Response:
        """Register a site; who guesses codes is slowed down."""

        def job() -> Response:
            enrolled = enroll_by_code(
                self._store,
                self._keys(),
                BytesIO(request.body),
                now=self._clock.now(),
                chance=self._chance,
            )
            return Response(200, enrolled.authorization, YAML)

        return self._limited(self._registered, request.peer, job)

    def _announce(self, request: Request) -> Response:
        def job() -> Response:
            coming = self.uploads.begin(request.body)
            return _say(
                200,
                {
                    "upload": coming.capability,
                    "offset": coming.offset,
                    "part_bytes_max": PART_BYTES_MAX,
                },
            )

        return self._limited(self._announced, request.peer, job)

    def _limited(self, failures: FailureLimits, peer: str, job: Callable[[], Response]) -> Response:
        """Return what a job answers, unless its peer was refused too often of late."""
        attempt = Attempt(peer=peer)
        wait_s = failures.wait_s(attempt, self._clock.now())
        if wait_s:
            text = "too many attempts were refused; try again later"
            return _refused(429, "slow-down", text, ("Retry-After", str(wait_s)))
        try:
            return job()
        except (SyncRefused, AdminRefused):
            failures.failed(attempt, self._clock.now())
            raise

    def _add(self, coming: Coming, offset: int, data: bytes) -> Response:
        if not data:
            return _malformed()
        if len(data) > PART_BYTES_MAX:
            return _refused(413, "too-large", f"a part has at most {PART_BYTES_MAX} bytes")
        return _say(200, {"offset": self.uploads.add(coming, offset, data)})

    def _tell(self, coming: Coming, offset: int) -> Response:
        match coming.stage:
            case Stage.COMING:
                raise WrongOffset(coming.offset)
            case Stage.APPLYING:
                again = ("Retry-After", str(BUSY_S))
                return _say(202, {"why": "applying", "text": "it is being applied"}, again)
            case Stage.REFUSED if coming.refused is not None:
                # One exception that is raised again and again keeps every stack that it came through.
                raise SyncRefused(coming.refused.why, coming.refused.text)
            case Stage.ANSWERED:
                data = self.uploads.read(coming, offset)
                size = ("Licet-Size", str(coming.answer_size))
                return Response(200, data, YAML, (size,))
            case _:
                return _failed()


def _give(answer: asyncio.Future[Response], response: Response) -> None:
    if not answer.done():
        answer.set_result(response)


def _say(status: int, said: dict[str, str | int], *headers: tuple[str, str]) -> Response:
    return Response(status, json.dumps(said).encode() + b"\n", JSON, headers)


def _refused(status: int, why: str, text: str, *headers: tuple[str, str]) -> Response:
    return _say(status, {"why": why, "text": text}, *headers)


def _malformed() -> Response:
    text = "capability, offset and bytes are due here, each on a line of its own"
    return _refused(400, Why.DAMAGED, text)


def _busy(again_s: int) -> Response:
    text = "the manager is busy with other on-prems"
    return _refused(503, "busy", text, ("Retry-After", str(again_s)))


def _failed() -> Response:
    return _refused(
        503, "failed", "the manager could not do it; its log says why", ("Retry-After", str(FULL_S))
    )
