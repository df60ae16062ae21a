"""HTTP/1.1 on one connection: reads whole requests within bounds, writes answers in their order.

It stands on httptools, as uvicorn's protocol does, but is not made of uvicorn's. That one has no
bound for a head, a body or their times, none for pipelined requests, and answers a malformed request
before the good one that it came behind; mending all of it from outside means replacing each of its
callbacks. And a task, an event and five dictionaries for each request cost more than the rest.
"""

import asyncio
from collections import deque
from dataclasses import dataclass
from enum import Enum, auto
from typing import cast

import httptools

from licet.service.exchange import Request, Response, Route, Routes, render, say
from licet.service.guard import (
    Bounds,
    Head,
    Rejected,
    check_head,
    large_body,
    large_head,
    malformed,
)
from licet.service.reporting import Reporter
from licet.service.roster import Roster, Seat, Stage


class Front:
    """What all connections of one front share.

    Attributes:
        date: the `Date` of answers; whoever runs the front sets it every second.
        stopping: answers end their connections, and nobody is kept waiting for.
    """

    def __init__(
        self, routes: Routes, *, bounds: Bounds, roster: Roster, reporter: Reporter
    ) -> None:
        self.routes = routes
        self.bounds = bounds
        self.roster = roster
        self.reporter = reporter
        self.date = ""
        self.stopping = False


class _Phase(Enum):
    IDLE = auto()
    HEAD = auto()
    BODY = auto()
    REFUSED = auto()


@dataclass(slots=True, eq=False)
class _Turn:
    """One request's place in the order of answers."""

    close: bool = False
    bare: bool = False
    response: Response | None = None


_NOWHERE = Route(lambda _: say(404, "Nothing is served here", close=True), ())


class Connection:
    """One connection, inside its TLS: an `asyncio.Protocol`.

    Args:
        seat: its place in the roster, admitted before.
    """

    def __init__(self, front: Front, seat: Seat, loop: asyncio.AbstractEventLoop) -> None:
        self._front = front
        self._seat = seat
        self._loop = loop
        self._parser: httptools.HttpRequestParser | None = httptools.HttpRequestParser(self)
        self._transport: asyncio.Transport | None = None
        self._phase = _Phase.IDLE
        self._turns: deque[_Turn] = deque()
        self._head = Head()
        self._body = bytearray()
        self._route = _NOWHERE
        self._method = self._path = ""
        self._keeps = True
        self._raw = 0  # bytes since the head, or the body, began
        self._paused = False
        self._choked = False  # the peer does not take what it was answered
        self._ended = False

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin, once the handshake is done."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(high=self._front.bounds.untaken_bytes)
        self._seat.guest, self._seat.stage = self, Stage.KNOWN
        self._wait(self._front.bounds.head_s)
        if self._front.stopping:
            self._end()

    def connection_lost(self, _: Exception | None) -> None:
        """Forget everything: nobody is there."""
        self._ended = True
        self._turns.clear()
        self._front.roster.leave(self._seat)
        # It leads back here; without this, only the collector would free both.
        self._parser = None

    def eof_received(self) -> None:
        """Let the connection close: who says no more inside TLS cannot be answered."""

    def pause_writing(self) -> None:
        """Read no more from a peer that does not read."""
        self._choked = True
        self._steer()

    def resume_writing(self) -> None:
        """Read on."""
        self._choked = False
        self._steer()

    def data_received(self, data: bytes) -> None:
        """Read what came."""
        if self._parser is None or self._phase is _Phase.REFUSED or self._ended:
            self._linger(len(data))
            return
        head, phase = self._head, self._phase
        try:
            self._parser.feed_data(data)
            if self._head is head and self._phase is phase:
                self._weigh(len(data))
        except httptools.HttpParserUpgrade:
            self._refuse(malformed("no other protocol is spoken here"))
        except httptools.HttpParserCallbackError as error:
            if not isinstance(error.__context__, Rejected):
                raise
            self._refuse(error.__context__)
        except httptools.HttpParserError as error:
            self._refuse(malformed(str(error)))
        except Rejected as rejected:
            self._refuse(rejected)
        self._flush()
        self._steer()

    # What the parser calls.

    def on_message_begin(self) -> None:
        """Begin a head."""
        if len(self._turns) > self._front.bounds.pipelined_max:
            raise Rejected("pipelined", say(429, "Too many requests at once", close=True))
        self._head = Head()
        self._phase, self._raw = _Phase.HEAD, 0
        self._wait(self._front.bounds.head_s)

    def on_url(self, piece: bytes) -> None:
        """Take a piece of the target."""
        self._head.add_url(piece, self._front.bounds)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header field."""
        if self._phase is _Phase.BODY:
            raise malformed("trailers are not understood")
        self._head.add_field(name, value, self._front.bounds)

    def on_headers_complete(self) -> None:
        """Look at the head before anything of the body is taken."""
        parser = cast("httptools.HttpRequestParser", self._parser)
        self._method = parser.get_method().decode("latin-1")
        self._keeps = parser.should_keep_alive()
        version = parser.get_http_version()
        self._path, self._route = check_head(
            self._head, version=version, method=self._method, routes=self._front.routes
        )
        self._body = bytearray()
        self._phase, self._raw = _Phase.BODY, 0
        self._wait(self._front.bounds.body_s)
        if self._head.fields.get(b"expect", b"").lower() == b"100-continue" and not self._turns:
            self._write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, piece: bytes) -> None:
        """Take a piece of the body."""
        if len(self._body) + len(piece) > self._route.body_bytes_max:
            raise large_body(self._route)
        self._body += piece
        self._front.roster.hold(self._seat, len(self._body))

    def on_message_complete(self) -> None:
        """Hand the request over."""
        self._phase = _Phase.IDLE
        turn = _Turn(close=not self._keeps, bare=self._method == "HEAD")
        self._turns.append(turn)
        now = self._loop.time()
        self._front.roster.work(self._seat, now + self._front.bounds.answer_s)
        request = Request(self._method, self._path, bytes(self._body), self._seat.site)
        self._body = bytearray()
        answer = self._route.answer(request)
        if isinstance(answer, Response):
            turn.response = answer
        else:
            answer.add_done_callback(lambda done: self._answered(turn, done))

    # What becomes of it.

    def evict(self) -> None:
        """End at once."""
        if self._transport is not None:
            self._transport.abort()

    def expire(self) -> None:
        """End what has taken too long."""
        if self._transport is None:
            return
        if self._turns or self._ended:
            if self._turns:
                self._front.reporter.report("unanswered", self._seat.site)
            self._transport.abort()
        elif self._phase in (_Phase.HEAD, _Phase.BODY):
            slow = say(408, "The request took too long to arrive", close=True)
            self._refuse(Rejected("slow", slow))
            self._flush()
        else:
            self._end()

    def finish(self) -> None:
        """End if this waits between requests; otherwise after what is under way."""
        if self._phase is _Phase.IDLE and not self._turns:
            self._end()

    def _answered(self, turn: _Turn, done: asyncio.Future[Response]) -> None:
        turn.response = (
            say(503, "The authority is stopping", close=True) if done.cancelled() else done.result()
        )
        self._flush()

    def _refuse(self, rejected: Rejected) -> None:
        """Answer in its turn, and hear no more."""
        self._front.reporter.report(rejected.why, self._seat.site)
        self._phase = _Phase.REFUSED
        self._raw = 0
        self._body = bytearray()
        self._turns.append(_Turn(close=True, response=rejected.response))
        self._front.roster.hold(self._seat, 0)

    def _flush(self) -> None:
        """Write what is next in order; when nothing is left, wait for the peer."""
        if self._ended or not self._turns:
            return
        while self._turns and self._turns[0].response is not None:
            turn = self._turns.popleft()
            response = cast("Response", turn.response)
            close = turn.close or response.close or self._front.stopping
            self._write(render(response, date=self._front.date, close=close, bare=turn.bare))
            if close:
                self._last_words()
                return
        if not self._turns:
            bounds = self._front.bounds
            left_s = {_Phase.HEAD: bounds.head_s, _Phase.BODY: bounds.body_s}
            self._wait(left_s.get(self._phase, bounds.idle_s))
            self._steer()

    def _last_words(self) -> None:
        """End after an answer; who was still sending may go on for a little, to be able to read it."""
        self._turns.clear()
        if self._phase is _Phase.REFUSED:
            self._ended = True
            self._wait(self._front.bounds.linger_s)
            self._steer()
        else:
            self._end()

    def _linger(self, size: int) -> None:
        self._raw += size
        if self._raw > self._front.bounds.linger_bytes and self._transport is not None:
            self._transport.abort()

    def _weigh(self, size: int) -> None:
        """Refuse what grows without an end that the parser's callbacks would see.

        A field that never ends, or chunks of one byte with long extensions. What began within this
        piece is bounded by the size of a piece, and is not counted.
        """
        self._raw += size
        bounds = self._front.bounds
        if self._phase is _Phase.HEAD and self._raw > bounds.head_bytes_max:
            raise large_head(bounds)
        raw_max = 2 * self._route.body_bytes_max + bounds.head_bytes_max
        if self._phase is _Phase.BODY and self._raw > raw_max:
            raise large_body(self._route)

    def _wait(self, seconds: float) -> None:
        if not self._turns:
            self._front.roster.wait(self._seat, self._loop.time() + seconds)

    def _steer(self) -> None:
        """Read only while the peer takes its answers and has all of them; at the end, in any case."""
        pause = (self._choked or bool(self._turns)) and not self._ended
        if self._transport is None or self._paused is pause:
            return
        self._paused = pause
        if pause:
            self._transport.pause_reading()
        else:
            self._transport.resume_reading()

    def _write(self, data: bytes) -> None:
        if self._transport is not None:
            self._transport.write(data)

    def _end(self) -> None:
        """Close, and give the peer a little time to take leave."""
        self._ended = True
        self._wait(self._front.bounds.linger_s)
        if self._transport is not None:
            self._transport.close()
