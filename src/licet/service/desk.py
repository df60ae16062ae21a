"""What is served at an authority's port: devices' messages, and whether it is well."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

import structlog

from licet.endpoint.endpoint import Call, Reply
from licet.kernel.problems import MEANINGS
from licet.service.admission import Admission
from licet.service.batching import Batcher, Batching, TurnedAway
from licet.service.clock import Clock
from licet.service.exchange import Answer, Request, Response, Route, Routes, say
from licet.wire import limits

JOSE = "application/jose"
# A manager is reached where the source document's `show running-config callhome` says, or where
# smart transport does (device.md 1.7); an on-prem where manager-and-onprem.md 2.4 says.
MANAGER_PATHS = ("/its/service/oddce/services/DDCEService", "/SmartTransport")
ON_PREM_PATHS = ("/Transportgateway/services/DeviceRequestHandler", "/SmartTransport")
READY_S_MAX = 2.0
_LOG = structlog.get_logger(__name__)
_LOOK = ("GET", "HEAD")
_FAILED = say(500, "The authority failed to process the message; its log says why")
_NOBODY = say(
    404,
    "The authority that the message is for is not here: check the URL of the destination, or "
    "register again with a token of this authority",
)


class Handler(Protocol):
    """Who answers devices: one authority, or several behind one port."""

    def handle(self, calls: Sequence[Call], *, now: datetime) -> Sequence[Reply | None]:
        """Return an answer to each request, in their order; None where no authority is meant."""
        ...


class Desk:
    """Answers what comes in at the paths.

    Args:
        handler: works in the thread of the batches.
        well: raises where no batch could be done, such as when the store does not answer.
    """

    def __init__(
        self,
        handler: Handler,
        *,
        well: Callable[[], object],
        clock: Clock,
        batching: Batching,
        admission: Admission,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self._handler = handler
        self._well = well
        self._clock = clock
        self._loop = loop
        self._looking: asyncio.Task[Response] | None = None
        self.stopping = False
        self.batcher: Batcher[Request, Response] = Batcher(
            self._work, failed=_FAILED, batching=batching, admission=admission, loop=loop
        )

    def routes(self, paths: Sequence[str]) -> Routes:
        """Return the table of paths.

        Args:
            paths: where devices send their messages.
        """
        messages = Route(
            self._message, ("POST",), content_type=JOSE, body_bytes_max=limits.MAX_REQUEST_BYTES
        )
        return {
            **dict.fromkeys(paths, messages),
            "/healthz": Route(_health, _LOOK),
            "/readyz": Route(self._readiness, _LOOK),
        }

    def _message(self, request: Request) -> Answer:
        try:
            return self.batcher.submit(request, len(request.body))
        except TurnedAway as turned_away:
            return say(
                503, "The authority is busy", ("Retry-After", str(turned_away.retry_after_s))
            )

    def _work(self, requests: Sequence[Request]) -> list[Response]:
        """Answer a batch, in the thread of the batches."""
        calls = [Call(request.body, request.peer) for request in requests]
        return [_carry(reply) for reply in self._handler.handle(calls, now=self._clock.now())]

    def _readiness(self, _: Request) -> Answer:
        if self.stopping:
            return say(503, "stopping")
        if self._looking is None or self._looking.done():
            self._looking = self._loop.create_task(self._look())
        return self._looking

    async def _look(self) -> Response:
        looked = self._loop.create_task(self.batcher.beside(self._well))
        try:
            await asyncio.wait_for(asyncio.shield(looked), READY_S_MAX)
        except TimeoutError:
            looked.add_done_callback(_forget)
            return say(503, "no batch was done in time")
        except Exception:  # noqa: BLE001 - whatever it is, it is not ready
            # Anybody may ask; paths and errors are for those who may read the log.
            _LOG.exception("not ready")
            return say(503, "not ready; the log says why")
        return say(200, "ready")


def _carry(reply: Reply | None) -> Response:
    """Return the response that carries a signed answer; its status is for those who cannot read it."""
    if reply is None:
        return _NOBODY
    status = 200 if reply.problem is None else MEANINGS[reply.problem].http_status
    again = reply.retry_after_s
    headers = () if again is None else (("Retry-After", str(again)),)
    return Response(status, reply.data, JOSE, headers)


def _health(_: Request) -> Response:
    return say(200, "ok")


def _forget(done: asyncio.Task[object]) -> None:
    """Look at what came too late, so that nobody complains that nobody did."""
    if not done.cancelled():
        done.exception()
