"""A relay before a manager that opens TLS with the manager's own certificate: it records, and it cuts."""

import contextlib
import select
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_BLOCK = 65_536
_TIMEOUT_S = 30.0


class Relay:
    """Leads connections on loopback to a manager.

    Args:
        port: of the manager.
        tls: directory with its certificate and key.

    Attributes:
        port: where it listens.
        sent: all that went up, decrypted.
        cut: asked with how much went up and came down in all, after each block; ends the connection.
        connections: how many there were.
    """

    def __init__(self, port: int, tls: Path) -> None:
        self._to = port
        self._server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._server.load_cert_chain(tls / "certificate.pem", tls / "key.pem")
        self._client = ssl.create_default_context(cafile=str(tls / "certificate.pem"))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.sent = bytearray()
        self.received = 0
        self.connections = 0
        self.cut: Callable[[int, int], bool] = lambda _up, _down: False
        self._thread = threading.Thread(target=self._accept, name="relay", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Listen no more."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(_TIMEOUT_S)

    def _accept(self) -> None:
        while True:
            try:
                plain, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            with contextlib.suppress(OSError):
                self._lead(plain)

    def _lead(self, plain: socket.socket) -> None:
        plain.settimeout(_TIMEOUT_S)
        there = socket.create_connection(("127.0.0.1", self._to), timeout=_TIMEOUT_S)
        with (
            self._server.wrap_socket(plain, server_side=True) as near,
            self._client.wrap_socket(there, server_hostname="localhost") as far,
        ):
            while True:
                for one in _readable(near, far):
                    block = _take(one)
                    if block is None:
                        continue
                    if one is near:
                        self.sent += block
                    else:
                        self.received += len(block)
                    if not block or self.cut(len(self.sent), self.received):
                        return
                    (far if one is near else near).sendall(block)


def _take(one: ssl.SSLSocket) -> bytes | None:
    """Return what is there; None where it was nothing but TLS's own."""
    one.settimeout(0)
    try:
        return one.recv(_BLOCK)
    except ssl.SSLWantReadError:
        return None
    finally:
        one.settimeout(_TIMEOUT_S)


def _readable(*both: ssl.SSLSocket) -> list[ssl.SSLSocket]:
    held = [one for one in both if one.pending()]
    return held or select.select(both, [], [], _TIMEOUT_S)[0]


@contextmanager
def relay(port: int, tls: Path) -> Iterator[Relay]:
    """Run a relay until the block ends."""
    running = Relay(port, tls)
    try:
        yield running
    finally:
        running.close()
