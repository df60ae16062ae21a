"""Servers on loopback that do what no authority does: say nothing, drip, cut off, lie."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

WITHIN_S = 20.0
Play = Callable[[socket.socket], None]


@dataclass
class Rough:
    """A server that plays one part for every connection.

    Attributes:
        peers: the addresses that connections came from.
        heard: what each connection sent, as far as the part reads it.
        over: is set at the end, for parts that wait.
    """

    port: int
    peers: list[str] = field(default_factory=list)
    heard: list[bytes] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)


@contextmanager
def rough(
    play: Callable[[socket.socket, Rough], None],
    tls: ssl.SSLContext | None = None,
    *,
    host: str = "127.0.0.1",
) -> Iterator[Rough]:
    """Let a server play a part until the block ends."""
    listener = socket.create_server((host, 0), backlog=8)
    listener.settimeout(0.05)
    server = Rough(listener.getsockname()[1])
    threads: list[threading.Thread] = []

    def serve(connection: socket.socket) -> None:
        connection.settimeout(WITHIN_S)
        with suppress(OSError, ssl.SSLError), connection:
            if tls is None:
                play(connection, server)
            else:
                with tls.wrap_socket(connection, server_side=True) as inside:
                    play(inside, server)

    def accept() -> None:
        while not server.over.is_set():
            with suppress(TimeoutError):
                connection, peer = listener.accept()
                server.peers.append(peer[0])
                thread = threading.Thread(target=serve, args=(connection,), daemon=True)
                thread.start()
                threads.append(thread)

    acceptor = threading.Thread(target=accept, daemon=True)
    acceptor.start()
    try:
        yield server
    finally:
        server.over.set()
        acceptor.join(WITHIN_S)
        listener.close()
        for thread in threads:
            thread.join(WITHIN_S)


def read_request(connection: socket.socket, server: Rough) -> bytes:
    """Read a request with its body, and keep it."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            break
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    size = 0
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            size = int(value)
    while len(body) < size:
        body += connection.recv(65536)
    if data:
        server.heard.append(head + b"\r\n\r\n" + body)
    return body


def says(answer: bytes) -> Callable[[socket.socket, Rough], None]:
    """Return a part that reads a request, sends these bytes and closes."""

    def play(connection: socket.socket, server: Rough) -> None:
        read_request(connection, server)
        connection.sendall(answer)
        connection.shutdown(socket.SHUT_WR)

    return play


def response(
    body: bytes = b"answer", status: str = "200 OK", media: str = "application/jose", *more: str
) -> bytes:
    """Return a response with a length."""
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {media}", f"Content-Length: {len(body)}", *more]
    return "\r\n".join((*lines, "", "")).encode() + body


def silent(_connection: socket.socket, server: Rough) -> None:
    """Say nothing until the end."""
    server.over.wait(WITHIN_S)
