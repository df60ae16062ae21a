"""The ports: accepts, looks at the first byte, and leads what begins a TLS handshake inside.

The accept loop is our own, because a port that serves TLS only would drop a plain `http://` without
a word. The source document's second failure scenario is just that: a destination URL that begins
with http, where now only HTTPS is accepted; so plain HTTP is told so, with the remedy.
"""

import asyncio
import contextlib
import socket
import ssl
import struct
from collections.abc import Callable, Sequence
from typing import cast

import structlog

from licet.service.exchange import render, say
from licet.service.protocol import Connection, Front
from licet.service.roster import Seat, Stage, site_of

ACCEPTED_AT_ONCE = 64
# Handshakes are the loop's own work, and nothing of a batch's time tells of them. A loop that comes
# this late to a timer with so many of them has as much as it can do: who comes then is not let in.
PROBE_S = 0.05
LATE_S_MAX = 0.1
SHAKING_ALWAYS = 64
RESTS_S = 0.1  # after the system ran out of descriptors or memory
_HANDSHAKE = b"\x16"
_FAREWELL_BYTES = 64 * 1024
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER: close without a farewell, and keep nothing

_LOG = structlog.get_logger(__name__)

HTTPS_NEEDED = (
    "Only HTTPS is accepted here, and this was sent without TLS. "
    "Begin the destination URL with https:// instead of http://"
)


class Door:
    """Lets connections in from listening sockets.

    Args:
        context: returns the TLS context for the next handshake.
    """

    def __init__(
        self,
        front: Front,
        ports: Sequence[socket.socket],
        *,
        context: Callable[[], ssl.SSLContext],
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self._front = front
        self._ports = ports
        self._context = context
        self.loop = loop
        self._open = False
        self._late_s = 0.0
        self._probing = False
        self._shaking: set[_Handshake] = set()

    def open(self) -> None:
        """Begin to accept."""
        self._open = True
        for port in self._ports:
            self.loop.add_reader(port, self._accept, port)

    def close(self) -> None:
        """Accept nobody any more, and let go of the ports."""
        self._open = False
        for port in self._ports:
            self.loop.remove_reader(port)
            port.close()

    def _accept(self, port: socket.socket) -> None:
        self._probe()
        for _ in range(ACCEPTED_AT_ONCE):
            try:
                caller, address = port.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                _LOG.error("cannot accept", error=error.strerror, rests_s=RESTS_S)
                self._rest(port)
                return
            self._receive(caller, address[0])

    def _rest(self, port: socket.socket) -> None:
        """Stop listening for a moment: the port would be ready again at once, and to no avail."""
        self.loop.remove_reader(port)
        self.loop.call_later(
            RESTS_S, lambda: self._open and self.loop.add_reader(port, self._accept, port)
        )

    def _probe(self) -> None:
        """Measure how late the loop comes to a timer, while callers come."""
        if self._probing:
            return
        due_s = self.loop.time() + PROBE_S

        def measure() -> None:
            self._probing = False
            self._late_s = self.loop.time() - due_s

        self._probing = True
        self.loop.call_later(PROBE_S, measure)

    def _receive(self, caller: socket.socket, host: str) -> None:
        caller.settimeout(0)
        caller.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        seat = Seat(site_of(host), self.loop.time() + self._front.bounds.handshake_s)
        overloaded = self._late_s > LATE_S_MAX and len(self._shaking) > SHAKING_ALWAYS
        if overloaded or not self._front.roster.admit(seat):
            self._front.reporter.report("overloaded" if overloaded else "no-seat", seat.site)
            _reset(caller)
            return
        _Arrival(self, caller, seat)

    def welcome(self, caller: socket.socket, seat: Seat, first: bytes) -> None:
        """Lead a caller on by the first byte that it sent."""
        if first == _HANDSHAKE:
            seat.stage = Stage.SHAKING
            self._front.roster.wait(seat, seat.until)
            shaking = _Handshake(self, caller, seat)
            self._shaking.add(shaking)
            return
        if first.isalpha():
            self._front.reporter.report("plain-http", seat.site)
            _farewell(caller, render(_PLAIN, date=self._front.date, close=True))
        elif first:
            self._front.reporter.report("not-tls", seat.site)
        self.dismiss(caller, seat)

    def dismiss(self, caller: socket.socket, seat: Seat) -> None:
        """Let a caller go that never came inside."""
        self._front.roster.leave(seat)
        caller.close()

    def unread(self, caller: socket.socket) -> None:
        """Watch a caller no more."""
        self.loop.remove_reader(caller)

    def read(self, caller: socket.socket, then: Callable[[], None]) -> None:
        """Watch a caller for its first byte."""
        self.loop.add_reader(caller, then)

    async def shake_hands(self, caller: socket.socket, seat: Seat) -> None:
        """Hand a caller over to the loop, and return when its connection is made."""
        await self.loop.connect_accepted_socket(
            lambda: cast("asyncio.Protocol", Connection(self._front, seat, self.loop)),
            caller,
            ssl=self._context(),
            ssl_handshake_timeout=self._front.bounds.handshake_s,
            ssl_shutdown_timeout=self._front.bounds.linger_s,
        )

    def shaken(self, shaking: "_Handshake", seat: Seat, error: BaseException | None) -> None:
        """Hear how a handshake ended; where it failed, the connection never heard of it."""
        self._shaking.discard(shaking)
        if error is None:
            return
        self._front.roster.leave(seat)
        self._front.reporter.report("handshake", seat.site)
        if isinstance(error, OSError | asyncio.CancelledError):
            _LOG.debug("no handshake", site=seat.site, error=str(error))
        else:
            _LOG.error("a handshake failed", site=seat.site, exc_info=error)


class _Arrival:
    """A caller that has not said anything yet."""

    def __init__(self, door: Door, caller: socket.socket, seat: Seat) -> None:
        self._door = door
        self._caller = caller
        self._seat = seat
        seat.guest = self
        self._watched = False
        self._look()

    def _look(self) -> None:
        try:
            first = self._caller.recv(1, socket.MSG_PEEK)
        except (BlockingIOError, InterruptedError):
            if not self._watched:
                self._watched = True
                self._door.read(self._caller, self._look)
            return
        except OSError:
            first = b""
        self._unwatch()
        self._door.welcome(self._caller, self._seat, first)

    def evict(self) -> None:
        """Leave."""
        self._unwatch()
        self._door.dismiss(self._caller, self._seat)

    def expire(self) -> None:
        """Leave."""
        self.evict()

    def finish(self) -> None:
        """Leave."""
        self.evict()

    def _unwatch(self) -> None:
        if self._watched:
            self._watched = False
            self._door.unread(self._caller)


class _Handshake:
    """A caller in its handshake."""

    def __init__(self, door: Door, caller: socket.socket, seat: Seat) -> None:
        self._door = door
        self._caller = caller
        self._seat = seat
        self._begun = False
        seat.guest = self
        self._task = door.loop.create_task(self._run())
        self._task.add_done_callback(self._ended)

    async def _run(self) -> None:
        self._begun = True
        await self._door.shake_hands(self._caller, self._seat)

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not self._begun:
            # Otherwise it is the loop's, who closes it.
            self._caller.close()
        error = asyncio.CancelledError() if task.cancelled() else task.exception()
        self._door.shaken(self, self._seat, error)

    def evict(self) -> None:
        """Break it off."""
        self._task.cancel()

    def expire(self) -> None:
        """Break it off."""
        self._task.cancel()

    def finish(self) -> None:
        """Break it off."""
        self._task.cancel()


_PLAIN = say(400, HTTPS_NEEDED)


def _farewell(caller: socket.socket, data: bytes) -> None:
    """Say one thing, having read what was sent, so that closing does not take it back."""
    with contextlib.suppress(OSError):
        caller.recv(_FAREWELL_BYTES)
        caller.send(data)
        caller.shutdown(socket.SHUT_WR)


def _reset(caller: socket.socket) -> None:
    with contextlib.suppress(OSError):
        caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    caller.close()
