"""The front with work that the test writes: batches that fail or hang, overload, slow peers, the end."""

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from licet.endpoint.endpoint import Call, Reply
from licet.kernel.problems import Code
from licet.service.guard import Bounds
from licet.service.settings import Limits
from support.inside import Inside, inside
from support.load import Job, run, write_bodies
from support.standing import JOSE, PATH, eventually

HALF = (
    f"POST {PATH} HTTP/1.1\r\nHost: a\r\nContent-Type: {JOSE}\r\nContent-Length: 1000\r\n\r\n"
).encode()


def echo(calls: Sequence[Call]) -> list[Reply]:
    """Answer each with itself."""
    return [Reply(call.data) for call in calls]


def test_a_batch_that_fails_is_answered_and_serving_goes_on(tmp_path: Path) -> None:
    """Devices would hang at one bad moment; or the front would be dead after it."""

    def work(calls: Sequence[Call]) -> list[Reply]:
        if any(call.data == b"bad" for call in calls):
            raise MemoryError
        return echo(calls)

    with inside(tmp_path, work) as front, front.client() as client:
        status, headers, body = client.post(b"bad")
        assert (status, headers["content-type"]) == (500, "text/plain; charset=utf-8")
        assert b"log" in body
        status, headers, body = client.post(b"good")
        assert (status, headers["content-type"], body) == (200, JOSE, b"good")


def test_a_refusal_has_the_status_of_its_code_and_says_when_to_come_again(tmp_path: Path) -> None:
    """What stands in the table of problems would not be what HTTP says."""

    def work(calls: Sequence[Call]) -> list[Reply]:
        return [Reply(b"signed", Code(call.data.decode()), 7) for call in calls]

    with inside(tmp_path, work) as front, front.client() as client:
        for code, status in ((Code.SLOW_DOWN, 429), (Code.UNKNOWN_INSTANCE, 404)):
            found, headers, body = client.post(code.value.encode())
            assert (found, headers["retry-after"], body) == (status, "7", b"signed")
            assert headers["content-type"] == JOSE


def test_readiness_tells_of_a_store_that_does_not_answer(tmp_path: Path) -> None:
    """A balancer would go on sending devices to a manager that cannot help them."""
    well = [True]

    def look() -> None:
        if not well[0]:
            raise OSError("the disk is gone")

    with inside(tmp_path, echo, well=look) as front, front.client() as client:
        assert client.ask("GET", "/readyz")[0] == 200
        well[0] = False
        status, _, body = client.ask("GET", "/readyz")
        assert (status, body) == (503, b"not ready; the log says why\n")
        assert client.ask("GET", "/healthz")[0] == 200
        well[0] = True
        assert client.ask("GET", "/readyz")[0] == 200


def test_readiness_does_not_wait_for_a_batch_that_hangs(tmp_path: Path) -> None:
    """The watcher would hang with it."""
    free = threading.Event()

    def work(calls: Sequence[Call]) -> list[Reply]:
        assert free.wait(20)
        return echo(calls)

    with inside(tmp_path, work) as front, front.client() as client, front.client() as watcher:
        thread = threading.Thread(target=client.post, args=(b"hangs",))
        thread.start()
        eventually(lambda: watcher.ask("GET", "/readyz")[0] == 503)
        free.set()
        thread.join()
        eventually(lambda: watcher.ask("GET", "/readyz")[0] == 200)


def test_a_stop_answers_what_is_under_way(tmp_path: Path) -> None:
    """A restart at night would cost devices an attempt, and idle ones would hold it up."""
    begun, free = threading.Event(), threading.Event()
    answers: list[tuple[int, dict[str, str], bytes]] = []

    def work(calls: Sequence[Call]) -> list[Reply]:
        begun.set()
        assert free.wait(20)
        return echo(calls)

    with inside(tmp_path, work) as front, front.client() as busy, front.client() as idle:
        idle.ask("GET", "/healthz")
        thread = threading.Thread(target=lambda: answers.append(busy.post(b"last")))
        thread.start()
        assert begun.wait(10)
        front.stop()
        with contextlib.suppress(OSError):
            eventually(lambda: not_served(front))
        assert front.thread.is_alive(), "one is under way"
        free.set()
        thread.join()
        front.thread.join(5)
        assert not front.thread.is_alive(), "nobody is waited for any more"
    [(status, headers, body)] = answers
    assert (status, headers["connection"], body) == (200, "close", b"last")


def raw(front: Inside) -> ssl.SSLSocket:
    """Return a connection after its handshake."""
    plain = socket.create_connection(("127.0.0.1", front.port), timeout=10)
    return front.trust().wrap_socket(plain, server_hostname="localhost")


def not_served(front: Inside) -> bool:
    """Tell whether nobody new is let in."""
    try:
        with front.client() as client:
            client.ask("GET", "/healthz")
    except OSError:
        return True
    return False


def test_a_stop_does_not_wait_for_ever(tmp_path: Path) -> None:
    """One peer that never ends its request would keep the service from restarting."""
    with inside(tmp_path, echo, limits=Limits(stop_s_max=0)) as front, raw(front) as slow:
        slow.sendall(HALF)
        front.stop()
        front.thread.join(5)
        assert not front.thread.is_alive()


@pytest.mark.parametrize(
    ("first", "piece", "status"),
    [
        (b"", b"", b""),
        (b"P", b"O", b"HTTP/1.1 4"),
        (b"POST / HTTP/1.1\r\nX: ", b"a", b"HTTP/1.1 408 "),
        (HALF, b"a", b"HTTP/1.1 408 "),
        (b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n", b"", b"HTTP/1.1 200 "),
    ],
    ids=["nothing", "a method", "a head", "a body", "a silence after an answer"],
)
def test_what_is_slow_ends(first: bytes, piece: bytes, status: bytes, tmp_path: Path) -> None:
    """Peers that trickle, or are silent, would stay for as long as they like."""
    bounds = Bounds(handshake_s=0.5, head_s=0.5, body_s=0.5, idle_s=0.5, linger_s=0.2)
    with inside(tmp_path, echo, bounds=bounds) as front, raw(front) as slow:
        slow.sendall(first)
        slow.settimeout(0.1)
        said, until = b"", time.perf_counter() + 10
        while time.perf_counter() < until:
            try:
                heard = slow.recv(10_000)
                said += heard
                if not heard:
                    break
            except TimeoutError:
                slow.sendall(piece)
            except OSError:
                break
        assert said.startswith(status)
        assert (said == b"") == (status == b"")
        eventually(lambda: len(front.server.roster) == 0)


def test_who_never_shakes_hands_is_let_go(tmp_path: Path) -> None:
    """Half a handshake would hold a seat for ever."""
    with inside(tmp_path, echo, bounds=Bounds(handshake_s=0.3)) as front:
        for first in (b"", b"\x16", b"\x16\x03\x01\x02\x00\x01\x00"):
            with socket.create_connection(("127.0.0.1", front.port), timeout=10) as silent:
                silent.sendall(first)
                with contextlib.suppress(ConnectionResetError):
                    assert silent.recv(100) == b""
        eventually(lambda: len(front.server.roster) == 0)


def test_at_three_times_capacity_what_is_served_is_served_fast(tmp_path: Path) -> None:
    """A burst would make everybody wait so long that nobody is served."""
    each_s, seconds = 0.002, 3

    def work(calls: Sequence[Call]) -> list[Reply]:
        time.sleep(each_s * len(calls))  # noqa: TID251 - a worker of known speed
        return echo(calls)

    count = int(3 / each_s * seconds)
    bodies = tmp_path / "bodies"
    write_bodies(bodies, [b"x" * 2000] * count)
    with inside(tmp_path, work) as front:
        result = run(
            Job(
                host="127.0.0.1",
                port=front.port,
                path=PATH,
                ca=str(front.data.tls_certificate),
                bodies=str(bodies),
                first=0,
                count=count,
                connections=600,
                rate=3 / each_s,
                unmeasured_s=0.5,
            ),
            tmp_path,
        )
    assert set(result.statuses) == {"200", "503"}
    assert result.served > 0.6 * seconds / each_s
    assert result.served_ms["0.99"] < 500
