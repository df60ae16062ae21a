"""The ports: accepts, looks at the first byte, and leads what begins a TLS handshake inside.

The accept loop is our own, because a port that serves TLS only would drop a plain `http://` without
a word. The source document's second failure scenario is just that: a destination URL that begins
with http, where now only HTTPS is accepted; so plain HTTP is told so, with the remedy.
"""

import asyncio
import contextlib
import errno
import socket
import ssl
import struct
from collections.abc import Callable, Sequence
from typing import cast

import structlog

from licet.service.exchange import render, say
from licet.service.problems import ServiceError
from licet.service.protocol import Connection, Front
from licet.service.roster import Seat, Stage, site_of

BACKLOG = 1024
ACCEPTED_AT_ONCE = 64
# Handshakes are the loop's own work, and nothing of a batch's time tells of them. A loop that comes
# this late to a timer has as much as it can do, and whoever comes then is not let in.
PROBE_S = 0.05
LATE_S_MAX = 0.1
RESTS_S = 0.1  # after the system ran out of descriptors or memory
_HANDSHAKE = b"\x16"
_FAREWELL_BYTES = 64 * 1024
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER: close without a farewell, and keep nothing

_REMEDIES = {
    errno.EADDRINUSE: "stop what uses it (ss -ltnp shows it), or choose another --listen",
    errno.EADDRNOTAVAIL: "this machine has no such address; choose another --listen",
    errno.EACCES: (
        "a plain user needs CAP_NET_BIND_SERVICE for ports below 1024, as the systemd unit gives "
        "it; or choose a higher port"
    ),
}

_LOG = structlog.get_logger(__name__)

HTTPS_NEEDED = (
    "Only HTTPS is accepted here, and this was sent without TLS. "
    "Begin the destination URL with https:// instead of http://"
)


def open_ports(addresses: Sequence[tuple[str, int]]) -> list[socket.socket]:
    """Return listening sockets; port 0 lets the kernel choose one.

    An IPv6 address takes IPv6 only, so that `0.0.0.0` and `::` may be given together.

    Raises:
        ServiceError: one cannot be had; none is left open.
    """
    ports: list[socket.socket] = []
    for host, port in addresses:
        try:
            _open(host, port, ports)
        except OSError as error:
            for opened in ports:
                opened.close()
            raise ServiceError(
                f"cannot listen on {print_address(host, port)}: {error.strerror}; "
                f"{_REMEDIES.get(error.errno or 0, 'choose another --listen')}"
            ) from error
    return ports


def _open(host: str, port: int, ports: list[socket.socket]) -> None:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    for family, kind, protocol, _, address in dict.fromkeys(found):
        opened = socket.socket(family, kind | socket.SOCK_NONBLOCK, protocol)
        ports.append(opened)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        opened.bind(address)
        opened.listen(BACKLOG)


def print_address(host: str, port: int) -> str:
    """Return an address as a URL has it."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def address_of(port: socket.socket) -> str:
    """Return where a socket listens."""
    host, number = port.getsockname()[:2]
    return print_address(host, number)


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
        self._loop = loop
        self._open = False
        self._late_s = 0.0
        self._probing = False
        self._shaking: set[asyncio.Task[None]] = set()

    def open(self) -> None:
        """Begin to accept."""
        self._open = True
        for port in self._ports:
            self._loop.add_reader(port, self._accept, port)

    def close(self) -> None:
        """Accept nobody any more, and let go of the ports."""
        self._open = False
        for port in self._ports:
            self._loop.remove_reader(port)
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
        self._loop.remove_reader(port)
        self._loop.call_later(
            RESTS_S, lambda: self._open and self._loop.add_reader(port, self._accept, port)
        )

    def _probe(self) -> None:
        """Measure how late the loop comes to a timer, while callers come."""
        if self._probing:
            return
        due_s = self._loop.time() + PROBE_S

        def measure() -> None:
            self._probing = False
            self._late_s = self._loop.time() - due_s

        self._probing = True
        self._loop.call_later(PROBE_S, measure)

    def _receive(self, caller: socket.socket, host: str) -> None:
        caller.settimeout(0)
        caller.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        seat = Seat(site_of(host), self._loop.time() + self._front.bounds.handshake_s)
        overloaded = self._late_s > LATE_S_MAX
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
            task = self._loop.create_task(self._shake_hands(caller, seat))
            seat.guest = _Handshake(task)
            self._shaking.add(task)
            task.add_done_callback(self._shaking.discard)
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
        self._loop.remove_reader(caller)

    def read(self, caller: socket.socket, then: Callable[[], None]) -> None:
        """Watch a caller for its first byte."""
        self._loop.add_reader(caller, then)

    async def _shake_hands(self, caller: socket.socket, seat: Seat) -> None:
        bounds = self._front.bounds
        try:
            await self._loop.connect_accepted_socket(
                lambda: cast("asyncio.Protocol", Connection(self._front, seat, self._loop)),
                caller,
                ssl=self._context(),
                ssl_handshake_timeout=bounds.handshake_s,
                ssl_shutdown_timeout=bounds.linger_s,
            )
        except (OSError, asyncio.CancelledError) as error:
            # The loop has closed the socket, and the connection never heard of it.
            self._front.roster.leave(seat)
            self._front.reporter.report("handshake", seat.site)
            _LOG.debug("no handshake", site=seat.site, error=str(error))


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

    def __init__(self, task: asyncio.Task[None]) -> None:
        self._task = task

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
