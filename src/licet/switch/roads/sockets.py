"""Sockets of our own: made where they must leave the machine, and bound before they connect."""

import errno
import socket
from collections.abc import Sequence
from typing import Final, Protocol, cast

import httpcore2

from licet.switch.roads.faults import Fault, Stumbled
from licet.switch.roads.names import Address, literal
from licet.switch.roads.pace import Pace, Step
from licet.switch.roads.roadmap import Way

_FAMILIES: Final = {4: socket.AF_INET, 6: socket.AF_INET6}


def connect(addresses: Sequence[Address], port: int, way: Way, pace: Pace) -> "PlainStream":
    """Return a connection to the first address that takes one.

    Raises:
        Stumbled: none does; the cause names each.
    """
    source = None if way.source is None else literal(way.source)
    fits = [one for one in addresses if source is None or one.version == source.version]
    if not fits:
        raise Stumbled(Fault.SOURCE_ADDRESS, f"{addresses[0]} cannot be reached from {source}")
    failures: list[Stumbled] = []
    for number, address in enumerate(fits):
        try:
            # Whoever comes later must find some time too.
            wait = pace.left() / (len(fits) - number)
            return PlainStream(_connect_one(address, port, source, pace, wait), pace)
        except Stumbled as stumbled:
            failures.append(stumbled)
    causes = "; ".join(dict.fromkeys(failure.cause for failure in failures))
    fault = failures[-1].fault
    to_proxy = pace.step is Step.PROXY_CONNECT and fault is not Fault.SOURCE_ADDRESS
    raise Stumbled(Fault.PROXY_UNREACHED if to_proxy else fault, causes)


def _connect_one(
    address: Address, port: int, source: Address | None, pace: Pace, wait: float
) -> socket.socket:
    place = f"{address} port {port}"
    sock = socket.socket(_FAMILIES[address.version], socket.SOCK_STREAM)
    try:
        if source is not None:
            _bind(sock, source)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.settimeout(wait)
        pace.hold(sock)
        sock.connect((str(address), port))
    except TimeoutError:
        sock.close()
        raise Stumbled(
            Fault.CONNECTION_TIMED_OUT, f"{place} did not answer within {wait:.0f} s"
        ) from None
    except OSError as error:
        sock.close()
        pace.left()
        raise _fault_of(error, place) from error
    except BaseException:
        sock.close()
        raise
    return sock


def _bind(sock: socket.socket, source: Address) -> None:
    try:
        sock.bind((str(source), 0))
    except OSError as error:
        raise Stumbled(
            Fault.SOURCE_ADDRESS, f"{source} cannot be the source address: {error.strerror}"
        ) from error


def _fault_of(error: OSError, place: str) -> Stumbled:
    match error.errno:
        case errno.ECONNREFUSED:
            return Stumbled(Fault.CONNECTION_REFUSED, f"{place} refuses connections")
        case errno.ETIMEDOUT:
            return Stumbled(Fault.CONNECTION_TIMED_OUT, f"{place} did not answer")
        case _:
            return Stumbled(Fault.NO_ROUTE, f"{place} is not reached: {error.strerror or error}")


class Pipe(Protocol):
    """What bytes go through; one of httpcore2's own fits too."""

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return what came; nothing at the end."""
        ...

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of it."""
        ...

    def close(self) -> None:
        """Close it."""
        ...


class Stream(Pipe, Protocol):
    """A pipe of ours, which remembers what came.

    Attributes:
        heard: how many bytes came; whoever asks sets it to none before.
        ended: the other side has closed.
    """

    heard: int
    ended: bool


def for_http(stream: Stream) -> httpcore2.NetworkStream:
    """Return a stream as httpcore2 takes it: it calls what `Pipe` has, and `get_extra_info`."""
    return cast("httpcore2.NetworkStream", stream)


class PlainStream:
    """TCP."""

    def __init__(self, sock: socket.socket, pace: Pace) -> None:
        self.heard = 0
        self.ended = False
        self._socket = sock
        self._pace = pace

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return what came; nothing at the end."""
        del timeout  # the pace has the limits
        self._socket.settimeout(self._pace.left())
        try:
            data = self._socket.recv(max_bytes)
        except TimeoutError:
            raise self._pace.late() from None
        except OSError as error:
            self._pace.left()
            self.ended = True
            raise httpcore2.ReadError(error.strerror or str(error)) from error
        # Who gave up has shut the socket down, which looks as if the other side had.
        self._pace.left()
        self.heard += len(data)
        self.ended = not data
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of it."""
        del timeout
        view = memoryview(buffer)
        while view:
            self._socket.settimeout(self._pace.left())
            try:
                view = view[self._socket.send(view) :]
            except TimeoutError:
                raise self._pace.late() from None
            except OSError as error:
                self._pace.left()
                raise httpcore2.WriteError(error.strerror or str(error)) from error

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()

    def get_extra_info(self, info: str) -> None:
        """Return nothing: whoever reads it knows the stream."""
