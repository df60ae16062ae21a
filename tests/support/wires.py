"""A connection of the front without a network: what is fed to it, and what it says and does."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from licet.service.exchange import Request, Response, Route, say
from licet.service.guard import Bounds
from licet.service.protocol import Connection, Front
from licet.service.reporting import Reporter
from licet.service.roster import Roster, Seat

BODY_MAX = 1000
JOSE = "application/jose"


@dataclass
class Line:
    """A transport that keeps what is written."""

    sent: bytearray = field(default_factory=bytearray)
    closed: bool = False
    aborted: bool = False
    reading: bool = True
    high: int = 0

    def set_write_buffer_limits(self, *, high: int) -> None:
        """Keep it."""
        self.high = high

    def reads(self) -> bool:
        """Tell whether anything more would be read."""
        return self.reading

    def write(self, data: bytes) -> None:
        """Keep it."""
        assert not self.closed, "written after the end"
        self.sent += data

    def close(self) -> None:
        """Close."""
        self.closed = True

    def abort(self) -> None:
        """Abort."""
        self.closed = self.aborted = True

    def pause_reading(self) -> None:
        """Read no more."""
        assert self.reading
        self.reading = False

    def resume_reading(self) -> None:
        """Read on."""
        assert not self.reading
        self.reading = True


class StillLoop:
    """A loop's clock that only the test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def time(self) -> float:
        """Return the time."""
        return self.now


class Promise:
    """A future that needs no loop."""

    def __init__(self) -> None:
        self._then: list[Callable[[Promise], None]] = []
        self._response: Response | None = None

    def add_done_callback(self, then: Callable[["Promise"], None]) -> None:
        """Call it when it is kept."""
        self._then.append(then)

    def keep(self, response: Response | None) -> None:
        """Answer, or give up with None."""
        self._response = response
        for then in self._then:
            then(self)

    def cancelled(self) -> bool:
        """Tell whether it was given up."""
        return self._response is None

    def result(self) -> Response:
        """Return the response."""
        assert self._response is not None
        return self._response


class Wires:
    """One connection to a front with three paths.

    `/echo` answers at once, `/later` when the test says so, `/look` takes no body.
    """

    def __init__(self, *, bounds: Bounds | None = None, held_bytes_max: int = 10_000) -> None:
        self.asked: list[Request] = []
        self.promises: list[Promise] = []
        self.loop = StillLoop()
        self.roster = Roster(seats_max=4, seats_per_site_max=4, held_bytes_max=held_bytes_max)
        routes = {
            "/echo": Route(self._echo, ("POST",), JOSE, BODY_MAX),
            "/later": Route(self._later, ("POST",), JOSE, BODY_MAX),
            "/look": Route(self._look, ("GET", "HEAD")),
        }
        self.front = Front(
            routes, bounds=bounds or Bounds(), roster=self.roster, reporter=Reporter()
        )
        self.front.date = "Sun, 01 Nov 2026 12:00:00 GMT"
        self.line = Line()
        self.seat = Seat("192.0.2.7", self.loop.now + 10)
        assert self.roster.admit(self.seat)
        self.connection = Connection(
            self.front, self.seat, cast("asyncio.AbstractEventLoop", self.loop)
        )
        self.connection.connection_made(cast("asyncio.Transport", self.line))

    def feed(self, data: bytes, *, by: int | None = None) -> "Wires":
        """Let data arrive, at once or in pieces."""
        for at in range(0, len(data), by or max(len(data), 1)):
            self.connection.data_received(data[at : at + (by or len(data))])
        return self

    def pass_time(self, seconds: float) -> None:
        """Let time pass, and those be told whose time has passed."""
        self.loop.now += seconds
        self.roster.expire(self.loop.now)

    def statuses(self) -> list[int]:
        """Return the statuses of what was answered so far."""
        return [int(found) for found in re.findall(rb"HTTP/1\.1 (\d{3}) ", self.line.sent)]

    def _echo(self, request: Request) -> Response:
        self.asked.append(request)
        return Response(200, request.body, JOSE)

    def _later(self, request: Request) -> asyncio.Future[Response]:
        self.asked.append(request)
        self.promises.append(Promise())
        return cast("asyncio.Future[Response]", self.promises[-1])

    def _look(self, request: Request) -> Response:
        self.asked.append(request)
        return say(200, "well")


def post(path: str = "/echo", body: bytes = b"abc", *, more: bytes = b"") -> bytes:
    """Return a good request."""
    head = b"POST %s HTTP/1.1\r\nHost: a\r\nContent-Type: application/jose\r\n%sContent-Length: %d\r\n\r\n"
    return head % (path.encode(), more, len(body)) + body
