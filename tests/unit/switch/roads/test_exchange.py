"""One exchange, over a connection in memory: whatever comes back, the attempt ends in one of its ways."""

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from licet.switch.roads import exchange
from licet.switch.roads.exchange import post, read_url
from licet.switch.roads.faults import Fault, Stumbled
from licet.switch.roads.names import Address
from licet.switch.roads.pace import Pace
from licet.switch.roads.roadmap import Limits, Names, ProxyRoad, RoadMap, Way

URL = "http://127.0.0.1:8080/path"
PLAIN = RoadMap(plain_http=True)


class Memory:
    """A connection on which somebody says something and closes."""

    def __init__(self, says: bytes) -> None:
        self.heard, self.ended, self.closed = 0, False, False
        self.written = b""
        self._says = says

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return some of it."""
        del timeout
        data, self._says = self._says[:max_bytes], self._says[max_bytes:]
        self.heard += len(data)
        self.ended = not data
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Keep it."""
        del timeout
        self.written += buffer

    def close(self) -> None:
        """Note it."""
        self.closed = True


def answer_to(
    monkeypatch: pytest.MonkeyPatch, says: bytes, road: RoadMap = PLAIN
) -> Memory | bytes:
    """Post where somebody says something; return the answer, or the connection if none came."""
    memory = Memory(says)

    def connect(_: Sequence[Address], port: int, way: Way, pace: Pace) -> Memory:
        assert (port, way) in ((8080, Way()), (3128, Way()))
        assert pace.left() > 0
        return memory

    monkeypatch.setattr(exchange, "connect", connect)
    try:
        came = post(URL, b"request", road, Pace(Limits()))
    except Stumbled:
        came = None
    assert memory.closed
    return memory if came is None else came


PIECES = st.sampled_from(
    [
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.0 503 Busy\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/1.1 101 Switching\r\n\r\n",
        b"HTTP/1.1 407 Who\r\n",
        b"HTTP/1.1 301 There\r\n",
        b"Content-Type: application/jose\r\n",
        b"Content-Length: 5\r\n",
        b"Content-Length: -1\r\n",
        b"Content-Length: 99999999999999999999\r\n",
        b"Transfer-Encoding: chunked\r\n",
        b"Location: \xff\xfe\r\n",
        b"Retry-After: \xb2\r\n",
        b"\r\n",
        b"5\r\nhello\r\n0\r\n\r\n",
        b"fffffffffffffffff\r\n",
        b"hello",
        b"\0",
    ]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(PIECES | st.binary(max_size=20), max_size=8))
def test_whatever_comes_back_the_attempt_ends(
    monkeypatch: pytest.MonkeyPatch, pieces: list[bytes]
) -> None:
    """A server could end the thread of an attempt, or hold it."""
    answer_to(monkeypatch, b"".join(pieces))
    proxied = RoadMap(plain_http=True, proxy=ProxyRoad("127.0.0.1", 3128, "user", "password"))
    answer_to(monkeypatch, b"".join(pieces), proxied)


def test_an_answer_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """An authority behind a gateway that sends chunks could not be understood."""
    chunked = (
        b"HTTP/1.1 200 OK\r\nContent-Type: application/jose\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"3\r\nans\r\n3\r\nwer\r\n0\r\n\r\n"
    )
    assert answer_to(monkeypatch, chunked) == b"answer"
    assert answer_to(monkeypatch, b"HTTP/1.1 100 Continue\r\n\r\n" + chunked) == b"answer"


def test_the_password_goes_to_the_proxy_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """The authority would learn the password for the proxy."""
    direct = answer_to(monkeypatch, b"")
    assert isinstance(direct, Memory)
    assert b"Authorization" not in direct.written
    assert direct.written.startswith(b"POST /path HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n")
    road = RoadMap(plain_http=True, proxy=ProxyRoad("127.0.0.1", 3128, "user", "password"))
    proxied = answer_to(monkeypatch, b"", road)
    assert isinstance(proxied, Memory)
    assert proxied.written.startswith(b"POST http://127.0.0.1:8080/path HTTP/1.1\r\n")
    assert b"Proxy-Authorization: Basic dXNlcjpwYXNzd29yZA==\r\n" in proxied.written


def test_a_name_that_is_mapped_is_not_told_to_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy would resolve a name that this switch has an address for."""
    names = Names(hosts=(("onprem.test", ("127.0.0.1",)),))
    road = RoadMap(names=names, plain_http=True, proxy=ProxyRoad("127.0.0.1", 3128))
    memory = Memory(b"")
    monkeypatch.setattr(exchange, "connect", lambda *_: memory)
    with pytest.raises(Stumbled):
        post("http://onprem.test/x", b"", road, Pace(Limits()))
    assert memory.written.startswith(
        b"POST http://127.0.0.1:80/x HTTP/1.1\r\nHost: onprem.test\r\n"
    )


@pytest.mark.parametrize(
    "url",
    [
        "",
        "host",
        "ftp://host/",
        "https://",
        "https:///x",
        "https://host:0/",
        "https://host:65536/",
        "https://host:x/",
        "https://user@host/",
        "https://user:password@host/",
        "https://[::1/",
        "https://host/a b",
        "https://host/\u00e4",
        "https://h\u00f6st/",
        "https://a..b/",
        "https://127.1/",
        "https://host\\@other/",
    ],
)
def test_what_is_no_url(url: str) -> None:
    """A message would go to another host than the one that a person reads in the URL."""
    with pytest.raises(Stumbled) as raised:
        read_url(url, plain_http=True)
    assert raised.value.fault is Fault.BAD_URL
    assert "password" not in raised.value.cause.replace("a password", "")


def test_a_url_is_taken_apart() -> None:
    """A port, a query or an IPv6 address would be lost."""
    place = read_url("HTTPS://[2001:DB8::1]:8443/a?b=c#d", plain_http=False)
    assert (place.scheme, place.host, place.port) == ("https", "2001:db8::1", 8443)
    assert place.target == b"/a?b=c"
    assert place.authority == b"[2001:db8::1]:8443"
    assert read_url("https://Host.Test.", plain_http=False).authority == b"host.test"
