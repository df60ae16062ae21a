"""Slow, silent, greedy and broken peers: bounded or refused, and an honest product is answered meanwhile."""

import contextlib
import http.client
import itertools
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typing_extensions import override

from licet.wire.messages import Authorized, Registered
from support.device import AUTHORIZE
from support.office import LAN
from support.standing import PATH, Standing, eventually, standing

HEAD = (f"POST {PATH} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/jose\r\n").encode()
SEATS = 200
CONFIG = f"[limits]\nconnections_max = 2000\nconnections_per_address_max = {SEATS}\n"
# Half bodies are held up to 64 MiB, and each connection has its TLS.
HELD_KIB_MAX = (64 + SEATS // 8) * 1024
# What Python and the allocator may take for themselves; a leak of one body would be far more.
GROWTH_KIB_MAX = 24 * 1024
HONEST_S_MAX = 5.0
TRIES_MAX = 5
NUMBERS = itertools.count()


@pytest.fixture(scope="module")
def manager(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    """Return a manager with few seats for an address."""
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "manager.toml").write_text(CONFIG)
    with standing(folder, "--config", str(folder / "manager.toml")) as manager:
        manager.office.give(LAN, 1000)
        yield manager


class Honest(threading.Thread):
    """A product that makes a new connection for each authorization, and counts what goes wrong."""

    def __init__(self, manager: Standing, source: str) -> None:
        super().__init__()
        self._manager = manager
        self._source = source
        self._over = threading.Event()
        self.slowest_s = 0.0
        self.answered = 0
        self.errors: list[str] = []
        office = manager.office
        self._device = office.device(f"FDO{next(NUMBERS)}")
        outcome = office.register(self._device, office.token())
        assert isinstance(outcome, Registered)

    @override
    def run(self) -> None:
        """Ask until told to stop."""
        office = self._manager.office
        while not self._over.is_set():
            began = time.perf_counter()
            request = self._device.say(AUTHORIZE, (LAN, 1), now=office.now)
            try:
                self._ask(request)
            except (OSError, AssertionError, http.client.HTTPException) as error:
                self.errors.append(repr(error))
            self.answered += 1
            self.slowest_s = max(self.slowest_s, time.perf_counter() - began)

    def _ask(self, request: bytes) -> None:
        """Send the same bytes until they are answered, as a product may within one attempt."""
        for tries_left in reversed(range(TRIES_MAX)):
            try:
                with self._manager.client(source=self._source) as client:
                    answer = client.exchange(self._manager.office, self._device, request)
            except (OSError, http.client.HTTPException):
                # A flood at its own address may carry it off before it has shaken hands.
                if not tries_left:
                    raise
            else:
                assert isinstance(answer.outcome, Authorized)
                return

    def end(self) -> None:
        """Stop."""
        self._over.set()
        self.join()


@contextlib.contextmanager
def honest(
    manager: Standing, *sources: str, growth_kib_max: int = GROWTH_KIB_MAX
) -> Iterator[None]:
    """Have honest products ask during the block, and hold the server to its memory and its answers."""
    before = manager.resident_kib()
    products = [Honest(manager, source) for source in sources or ("127.0.0.2",)]
    for product in products:
        product.start()
    try:
        yield
        enough = [product.answered + 3 for product in products]
        for product, count in zip(products, enough, strict=True):
            eventually(lambda one=product, many=count: one.answered >= many)  # type: ignore[misc]
    finally:
        for product in products:
            product.end()
    for product in products:
        assert product.errors == []
        assert product.slowest_s < HONEST_S_MAX
    assert manager.resident_kib() - before < growth_kib_max
    assert manager.process.poll() is None


def answer(connection: socket.socket) -> bytes:
    """Return one answer, or all that comes until the end."""
    said = b""
    with contextlib.suppress(ConnectionResetError, ssl.SSLError):
        while not said.endswith(b"\n") and (piece := connection.recv(65_536)):
            said += piece
    return said


def attack(manager: Standing, pieces: Iterator[bytes]) -> bytes:
    """Send pieces for as long as they are taken, and return the answer."""
    with manager.secure(manager.connect()) as connection:
        with contextlib.suppress(OSError):
            for piece in pieces:
                connection.sendall(piece)
        return answer(connection)


def forever(piece: bytes, *, first: bytes, times: int) -> Iterator[bytes]:
    """Return the first piece, then another one many times."""
    yield first
    for _ in range(times):
        yield piece


ATTACKS: dict[str, tuple[Callable[[], Iterator[bytes]], bytes]] = {
    "a gigabyte declared": (
        lambda: forever(
            bytes(65_536), first=HEAD + b"Content-Length: 1073741824\r\n\r\n", times=400
        ),
        b"HTTP/1.1 413 ",
    ),
    "a gigabyte in chunks": (
        lambda: forever(
            b"10000\r\n" + bytes(65_536) + b"\r\n",
            first=HEAD + b"Transfer-Encoding: chunked\r\n\r\n",
            times=400,
        ),
        b"HTTP/1.1 413 ",
    ),
    "chunks of one byte": (
        lambda: forever(
            b"1;" + b"x" * 4000 + b"\r\na\r\n",
            first=HEAD + b"Transfer-Encoding: chunked\r\n\r\n",
            times=2000,
        ),
        b"HTTP/1.1 413 ",
    ),
    "100,000 fields": (
        lambda: iter([HEAD, b"".join(b"X-%d: a\r\n" % n for n in range(100_000)), b"\r\n"]),
        b"HTTP/1.1 431 ",
    ),
    "a field without end": (
        lambda: forever(b"a" * 65_536, first=HEAD + b"X: ", times=400),
        b"HTTP/1.1 431 ",
    ),
    "a target without end": (
        lambda: forever(b"a" * 65_536, first=b"GET /", times=400),
        b"HTTP/1.1 431 ",
    ),
    "two lengths": (
        lambda: iter([HEAD + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"]),
        b"HTTP/1.1 400 ",
    ),
    "garbage inside": (lambda: iter([bytes(range(256)) * 100]), b"HTTP/1.1 400 "),
    "another type": (
        lambda: iter([HEAD.replace(b"jose", b"json") + b"Content-Length: 3\r\n\r\nabc"]),
        b"HTTP/1.1 415 ",
    ),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_it_is_refused_with_a_reason_in_flat_memory(manager: Standing, name: str) -> None:
    """Each would take the memory or the time of all others; or an honest mistake not be explained."""
    pieces, refusal = ATTACKS[name]
    with honest(manager):
        for _ in range(5):
            assert attack(manager, pieces()).startswith(refusal)


def test_garbage_in_place_of_a_handshake(manager: Standing) -> None:
    """A scanner would make the server stumble."""
    with honest(manager):
        for garbage in (
            b"\x00" * 100,
            b"\x16" * 1000,
            b"\x16\x03\x01\xff\xff" + bytes(70_000),
            b"\xff",
        ):
            with manager.connect() as plain, contextlib.suppress(OSError):
                plain.sendall(garbage)
                plain.shutdown(socket.SHUT_WR)
                answer(plain)


def test_who_leaves_in_the_middle(manager: Standing) -> None:
    """Every peer that goes without a word would leave something behind."""
    with honest(manager):
        for cut in (0, 1, 40, len(HEAD), len(HEAD) + 30):
            for _ in range(20):
                whole = HEAD + b"Content-Length: 10\r\n\r\n12345"
                secure = manager.secure(manager.connect())
                secure.sendall(whole[:cut])
                raw = socket.socket(fileno=secure.detach())
                raw.close()
            for _ in range(20):
                manager.connect().close()


def test_who_closes_half(manager: Standing) -> None:
    """A connection that is closed on one side would stay open on ours."""
    with honest(manager):
        for sent in (b"", HEAD, HEAD + b"Content-Length: 10\r\n\r\n12345"):
            secure = manager.secure(manager.connect())
            secure.sendall(sent)
            raw = socket.socket(fileno=secure.detach())
            raw.settimeout(10)
            raw.shutdown(socket.SHUT_WR)
            assert answer(raw) is not None
            raw.close()


def held(
    manager: Standing, count: int, begin: Callable[[socket.socket], object]
) -> list[socket.socket]:
    """Return connections that were begun and then left alone."""
    connections = []
    for _ in range(count):
        connection = manager.connect(source="127.0.0.1")
        with contextlib.suppress(OSError):
            begin(connection)
        connections.append(connection)
    return connections


SILENCES: dict[str, Callable[[Standing], Callable[[socket.socket], object]]] = {
    "say nothing at all": lambda _: lambda _: None,
    "begin a handshake": lambda _: lambda plain: plain.sendall(b"\x16\x03\x01\x02\x00\x01"),
    "begin a head": lambda manager: lambda plain: keep(manager, plain, HEAD),
    "begin a body": lambda manager: (
        lambda plain: keep(manager, plain, HEAD + b"Content-Length: 160000\r\n\r\n" + bytes(60_000))
    ),
}


def keep(manager: Standing, plain: socket.socket, data: bytes) -> None:
    """Shake hands, and send something; the plain socket goes on holding the connection."""
    secure = manager.secure(plain.dup())
    secure.sendall(data)
    secure.detach()


@pytest.mark.parametrize("silence", SILENCES)
def test_hundreds_who_are_silent_leave_room_for_the_honest(manager: Standing, silence: str) -> None:
    """Slow peers would hold all seats of their address, also of honest products behind it."""
    begin = SILENCES[silence](manager)
    resident = []
    with honest(manager, "127.0.0.1", "127.0.0.2", growth_kib_max=HELD_KIB_MAX):
        for _ in range(2):
            connections = held(manager, SEATS * 3 // 2, begin)
            resident.append(manager.resident_kib())
            for connection in connections:
                connection.close()
    assert resident[-1] - resident[0] < GROWTH_KIB_MAX, "the next wave finds the memory of the last"


def test_thousands_of_idle_connections_are_bounded(manager: Standing) -> None:
    """They would take all descriptors, and no product could come in any more."""
    with honest(manager, "127.0.0.2"):
        idle = [socket.create_connection(manager.address, timeout=10) for _ in range(3000)]
        descriptors = Path(f"/proc/{manager.process.pid}/fd")
        eventually(lambda: len(list(descriptors.iterdir())) < SEATS + 100)
        with honest(manager, "127.0.0.1"):
            pass
        for connection in idle:
            connection.close()


def test_the_log_tells_of_it_in_few_lines(manager: Standing) -> None:
    """A flood of bad peers would fill the disk; or nobody would learn of it."""
    lines = manager.said().splitlines()
    refused = [line for line in lines if "refused" in line]
    assert refused
    assert len(lines) < 200
    assert "Traceback" not in manager.said()
    assert "[error]" not in manager.said()
