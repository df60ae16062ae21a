"""What a road makes of the other side's TLS and HTTP: every real fault, by its string of the documents."""

import contextlib
import socket
import ssl
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest

from licet.switch.roads.faults import (
    BAD_STATUS,
    EMPTY,
    NOT_SENT,
    NOT_VALIDATED,
    RESPONSE_ERROR,
    SEND_ERROR,
    UNRESOLVED,
    Fault,
    Missed,
)
from licet.switch.roads.roadmap import Limits, Names, ProxyRoad, RoadMap, Way
from licet.wire import limits
from support.forge import Forge, Pair
from support.proxies import free_port
from support.rough import Rough, read_request, response, rough, says, silent
from support.traveler import travel

DAY = timedelta(days=1)
QUICK = Limits(resolve_s=1, connect_s=1, proxy_s=1, tls_s=1, write_s=1, read_s=1, total_s=3)


@pytest.fixture(scope="module")
def forge(tmp_path_factory: pytest.TempPathFactory) -> Forge:
    """A CA."""
    return Forge(tmp_path_factory.mktemp("forge"))


@pytest.fixture(scope="module")
def right(forge: Forge) -> Pair:
    """A right certificate for this machine."""
    return forge.pair("localhost", "127.0.0.1")


def road_of(forge: Forge, **changes: object) -> RoadMap:
    """Return a road that trusts the CA and does not wait long."""
    return replace(RoadMap(anchors=(forge.der,), limits=QUICK), **changes)  # type: ignore[arg-type]


def missed_by(road: RoadMap, url: str) -> Missed:
    """Post, and return why no answer came."""
    missed = travel(road, url).missed
    assert missed is not None
    return missed


# TLS: whom it is spoken with.


@dataclass(frozen=True)
class Case:
    """A certificate, the host of the URL, and what comes of it; no fault means an answer."""

    names: tuple[str, ...]
    host: str
    fault: Fault | None = None
    reason: str = ""
    common_name: str = "server"
    begins: timedelta = -DAY
    ends: timedelta = field(default=DAY)


@pytest.mark.parametrize(
    "case",
    [
        Case(("localhost",), "localhost"),
        Case(("127.0.0.1",), "127.0.0.1"),
        Case((), "localhost", common_name="localhost"),
        Case((), "127.0.0.1", common_name="127.0.0.1"),
        Case(("*.example.test",), "onprem.example.test"),
        Case(("localhost",), "onprem.example.test", Fault.TLS_NAME, NOT_VALIDATED),
        Case(("localhost",), "127.0.0.1", Fault.TLS_NAME, NOT_VALIDATED),
        Case(("127.0.0.2",), "127.0.0.1", Fault.TLS_NAME, NOT_VALIDATED),
        # A DNS name that looks like an address is no address, and names beside it outweigh the CN.
        Case(("other",), "127.0.0.1", Fault.TLS_NAME, NOT_VALIDATED, common_name="127.0.0.1"),
        Case(("*.example.test",), "a.b.example.test", Fault.TLS_NAME, NOT_VALIDATED),
        Case(("localhost",), "localhost", Fault.TLS_DATES, NOT_SENT, begins=-3 * DAY, ends=-DAY),
        Case(("localhost",), "localhost", Fault.TLS_DATES, NOT_SENT, begins=DAY, ends=3 * DAY),
    ],
    ids=lambda case: f"{case.host} at {'+'.join(case.names) or case.common_name}",
)
def test_whom_a_certificate_speaks_for(forge: Forge, case: Case) -> None:
    """A message would go to whoever has some certificate, or a right one would be refused."""
    pair = forge.pair(*case.names, common_name=case.common_name, begins=case.begins, ends=case.ends)
    hosts = (("onprem.example.test", ("127.0.0.1",)), ("a.b.example.test", ("127.0.0.1",)))
    road = road_of(forge, names=Names(hosts=(*hosts, ("localhost", ("127.0.0.1",)))))
    with rough(says(response()), pair.context()) as server:
        outcome = travel(road, f"https://{case.host}:{server.port}/")
    if case.fault is None:
        assert outcome.data == b"answer"
    else:
        assert outcome.missed is not None
        assert (outcome.missed.fault, outcome.missed.reason) == (case.fault, case.reason)
        # Nothing was sent to who could not prove himself.
        assert server.heard == []


def test_only_trust_points_are_trusted(forge: Forge, right: Pair, tmp_path: Path) -> None:
    """Any CA of the machine could speak for the authority although trust points are configured."""
    other = Forge(tmp_path, "Other CA")
    with rough(says(response()), right.context()) as server:
        url = f"https://127.0.0.1:{server.port}/"
        untrusted = missed_by(road_of(forge, anchors=(other.der,)), url)
        store = missed_by(road_of(forge, anchors=()), url)
        both = travel(road_of(forge, anchors=(other.der, forge.der)), url)
        itself = travel(
            road_of(forge, anchors=(ssl.PEM_cert_to_DER_cert(right.certificate.read_text()),)), url
        )
        broken = missed_by(road_of(forge, anchors=(b"no certificate",)), url)
    for missed in (untrusted, store, broken):
        assert (missed.fault, missed.reason) == (Fault.TLS_UNTRUSTED, NOT_SENT)
    assert both.data == itself.data == b"answer"
    assert "crypto ca trustpoint" in untrusted.story


def test_tls_of_yesterday(forge: Forge, right: Pair) -> None:
    """TLS 1.1 would be spoken."""
    context = right.context()
    # Debian's OpenSSL does not speak it unless it is made to.
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with rough(says(response()), context) as server:
        missed = missed_by(road_of(forge), f"https://127.0.0.1:{server.port}/")
    assert (missed.fault, missed.reason) == (Fault.TLS_VERSION, SEND_ERROR)


def test_tls_1_2(forge: Forge, right: Pair) -> None:
    """An on-prem of a few years ago could not be reached."""
    context = right.context()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with rough(says(response()), context) as server:
        assert travel(road_of(forge), f"https://127.0.0.1:{server.port}/").data == b"answer"


def test_a_server_that_speaks_no_tls(forge: Forge) -> None:
    """A wrong port would look like a network fault."""

    def play(connection: socket.socket, _: Rough) -> None:
        connection.recv(65536)
        connection.sendall(response(b"hello", media="text/plain"))

    with rough(play) as server:
        missed = missed_by(road_of(forge), f"https://127.0.0.1:{server.port}/")
    assert (missed.fault, missed.reason) == (Fault.NOT_TLS, RESPONSE_ERROR)


def _close(connection: socket.socket, _: Rough) -> None:
    connection.recv(65536)


def _reset(connection: socket.socket, server: Rough) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    _close(connection, server)


@pytest.mark.parametrize("play", [_close, _reset])
def test_a_handshake_that_is_cut_off(
    forge: Forge, play: Callable[[socket.socket, Rough], None]
) -> None:
    """A firewall that ends TLS would look like something else."""
    with rough(play) as server:
        missed = missed_by(road_of(forge), f"https://127.0.0.1:{server.port}/")
    assert (missed.fault, missed.reason) == (Fault.TLS_FAILED, SEND_ERROR)


# HTTP: what comes back.


def _drip(connection: socket.socket, server: Rough) -> None:
    read_request(connection, server)
    connection.sendall(response(b"x" * 1000)[:-1000])
    while not server.over.wait(0.05):
        connection.sendall(b"x")


def _drip_head(connection: socket.socket, server: Rough) -> None:
    read_request(connection, server)
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
    while not server.over.wait(0.05):
        connection.sendall(b"x")


def _endless(connection: socket.socket, server: Rough) -> None:
    read_request(connection, server)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/jose\r\n\r\n")
    with contextlib.suppress(OSError):
        while not server.over.is_set():
            connection.sendall(b"x" * 65536)


def _cut(connection: socket.socket, server: Rough) -> None:
    read_request(connection, server)
    connection.sendall(response(b"x" * 1000)[:-500])


HUGE = response(b"x" * (limits.MAX_ANSWER_BYTES + 1))
REDIRECT = response(b"", "302 Found", "application/jose", "Location: http://elsewhere.test/")


@pytest.mark.parametrize(
    ("play", "fault", "reason"),
    [
        (silent, Fault.TIMED_OUT, SEND_ERROR),
        (_drip, Fault.TIMED_OUT, SEND_ERROR),
        (_drip_head, Fault.TIMED_OUT, SEND_ERROR),
        (_endless, Fault.TOO_LARGE, RESPONSE_ERROR),
        (_cut, Fault.CUT_OFF, RESPONSE_ERROR),
        (says(b""), Fault.CLOSED, EMPTY),
        (says(b"\x15\x03\x01 garbage\r\n\r\n"), Fault.GARBAGE, RESPONSE_ERROR),
        (says(HUGE), Fault.TOO_LARGE, RESPONSE_ERROR),
        (says(REDIRECT), Fault.REDIRECT, BAD_STATUS),
        (says(response(b"")), Fault.EMPTY_ANSWER, EMPTY),
        (says(response(b"", media="text/html")), Fault.EMPTY_ANSWER, EMPTY),
        (says(response(b"<html>", media="text/html")), Fault.NOT_AN_ANSWER, RESPONSE_ERROR),
        (says(response(b"no", "404 Not Found", "text/plain")), Fault.STATUS, BAD_STATUS),
        (says(response(b"no", "500 Oops", "text/plain")), Fault.STATUS, BAD_STATUS),
        (
            says(response(b"x", "200 OK", "application/jose", "Content-Encoding: gzip")),
            Fault.NOT_AN_ANSWER,
            RESPONSE_ERROR,
        ),
    ],
    ids=[
        "silent",
        "drip",
        "drip in the head",
        "endless",
        "cut off",
        "closed",
        "garbage",
        "too large",
        "redirect",
        "empty",
        "empty text",
        "a page",
        "404",
        "500",
        "compressed",
    ],
)
def test_what_is_no_answer(
    forge: Forge,
    right: Pair,
    play: Callable[[socket.socket, Rough], None],
    fault: Fault,
    reason: str,
) -> None:
    """A fault of the other side would hang the switch, be believed, or be called by a wrong name."""
    with rough(play, right.context()) as server:
        missed = missed_by(road_of(forge), f"https://127.0.0.1:{server.port}/path")
    assert (missed.fault, missed.reason) == (fault, reason)
    assert len(server.peers) == 1


@pytest.mark.parametrize(
    ("header", "wait_s"),
    [("120", 120), ("0", 0), ("99999999999", 86_400), ("soon", None), ("-1", None)],
)
def test_an_unsigned_error_may_ask_to_wait(
    forge: Forge, right: Pair, header: str, wait_s: int | None
) -> None:
    """An authority that is busy would be asked again by everybody at once."""
    busy = response(b"busy", "503 Busy", "text/plain", f"Retry-After: {header}")
    with rough(says(busy), right.context()) as server:
        missed = missed_by(road_of(forge), f"https://127.0.0.1:{server.port}/")
    assert (missed.fault, missed.retry_after_s) == (Fault.STATUS, wait_s)


def test_a_signed_refusal_is_an_answer_whatever_its_status(forge: Forge, right: Pair) -> None:
    """A refusal would be tried again for ever, and its reason not be shown."""
    refusal = response(b"signed", "403 Forbidden", "Application/JOSE; charset=x")
    with rough(says(refusal), right.context()) as server:
        assert travel(road_of(forge), f"https://127.0.0.1:{server.port}/").data == b"signed"


def test_an_answer_before_the_request_was_read(forge: Forge, right: Pair) -> None:
    """Why a message was not taken would be lost with the rest of the connection."""

    def play(connection: socket.socket, server: Rough) -> None:
        connection.sendall(response(b"no", "413 Too Large", "text/plain"))
        read_request(connection, server)

    with rough(play, right.context()) as server:
        missed = travel(
            road_of(forge), f"https://127.0.0.1:{server.port}/", b"x" * limits.MAX_REQUEST_BYTES
        ).missed
    assert missed is not None
    assert missed.fault is Fault.STATUS


# The way there.


def test_nobody_listens(forge: Forge) -> None:
    """A wrong port would not be told from a wrong route."""
    missed = missed_by(road_of(forge), f"https://127.0.0.1:{free_port()}/")
    assert (missed.fault, missed.reason) == (Fault.CONNECTION_REFUSED, NOT_SENT)


def test_a_proxy_that_is_not_there(forge: Forge) -> None:
    """A person would look for the fault at the authority."""
    road = road_of(forge, proxy=ProxyRoad("127.0.0.1", free_port()))
    missed = missed_by(road, "https://127.0.0.1/")
    assert (missed.fault, missed.reason) == (Fault.PROXY_UNREACHED, NOT_SENT)
    named = road_of(forge, proxy=ProxyRoad("proxy.test", 1), names=Names())
    missed = missed_by(named, "https://127.0.0.1/")
    assert (missed.fault, missed.reason) == (Fault.PROXY_UNRESOLVED, UNRESOLVED)


@pytest.mark.parametrize(
    ("play", "fault"),
    [(silent, Fault.PROXY_UNREACHED), (says(b"\0\1"), Fault.PROXY_GARBAGE)],
)
def test_a_proxy_that_is_none(
    forge: Forge, play: Callable[[socket.socket, Rough], None], fault: Fault
) -> None:
    """A thing that only looks like a proxy would hang the switch."""
    with rough(play) as server:
        road = road_of(forge, proxy=ProxyRoad("127.0.0.1", server.port))
        missed = missed_by(road, "https://127.0.0.1/")
    assert (missed.fault, missed.reason) == (fault, NOT_SENT)


def test_a_source_address_that_is_not_ours(forge: Forge) -> None:
    """A VRF would be left silently for the one that works."""
    road = road_of(forge, way=Way(source="192.0.2.1"))
    missed = missed_by(road, "https://127.0.0.1/")
    assert (missed.fault, missed.reason) == (Fault.SOURCE_ADDRESS, NOT_SENT)


def test_a_backlog_that_is_full(forge: Forge) -> None:
    """A host that drops packets would hold the switch for minutes."""
    with socket.socket() as listener, contextlib.ExitStack() as stack:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        place = listener.getsockname()
        for _ in range(4):
            filling = stack.enter_context(socket.socket())
            filling.settimeout(0)
            filling.connect_ex(place)
        missed = missed_by(road_of(forge), f"https://127.0.0.1:{place[1]}/")
    assert (missed.fault, missed.reason) == (Fault.CONNECTION_TIMED_OUT, SEND_ERROR)


# Plain HTTP.


def test_plain_http_only_where_it_is_said(forge: Forge) -> None:
    """Scenario 2 of the source document would not be shown, or messages leave without encryption."""
    with rough(says(response())) as server:
        url = f"http://127.0.0.1:{server.port}/"
        refused = missed_by(road_of(forge), url)
        taken = travel(road_of(forge, plain_http=True), url)
    assert (refused.fault, refused.reason) == (Fault.PLAIN_HTTP, RESPONSE_ERROR)
    assert taken.data == b"answer"
    hosts = Names(hosts=(("tools.cisco.com", ("127.0.0.1",)),))
    direct = road_of(forge, plain_http=True, names=hosts)
    assert missed_by(direct, "http://tools.cisco.com:1/").fault is Fault.PLAIN_HTTP
    assert missed_by(direct, "http://TOOLS.Cisco.com.:1/").fault is Fault.PLAIN_HTTP
