"""One HTTP exchange along a road: connect, ask the proxy, speak TLS, post, read one bounded answer.

Every step is in its order here, so that each fault can be told from the others. No redirect is ever
followed, nothing is retried, no connection is kept.
"""

import base64
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Final, cast
from urllib.parse import urlsplit

import httpcore2

from licet.switch.roads.asking import Asker
from licet.switch.roads.faults import Fault, Stumbled
from licet.switch.roads.names import find, is_forbidden, literal, normal, told_to_proxy
from licet.switch.roads.pace import Pace, Step
from licet.switch.roads.roadmap import ProxyRoad, RoadMap
from licet.switch.roads.sockets import Pipe, Stream, connect, for_http
from licet.switch.roads.tls import TlsStream, make_context
from licet.wire import limits

JOSE: Final = b"application/jose"
RETRY_AFTER_S_MAX: Final = 86_400
_PORTS: Final = {"https": 443, "http": 80}
_PROXY_AUTHENTICATION_REQUIRED: Final = 407
# What tinyproxy answers to a wrong password on CONNECT.
_UNAUTHORIZED: Final = 401
_AGENT: Final = (b"User-Agent", b"Licet")

Headers = Sequence[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Place:
    """What a URL says."""

    scheme: str
    host: str
    port: int
    target: bytes

    @property
    def authority(self) -> bytes:
        """Host and port as a Host field has them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        default = self.port == _PORTS[self.scheme]
        return (host if default else f"{host}:{self.port}").encode("ascii")


@dataclass(frozen=True, slots=True)
class Heard:
    """A whole response."""

    status: int
    fields: dict[bytes, bytes]
    body: bytes


def read_url(url: str, *, plain_http: bool) -> Place:
    """Take a URL apart.

    Args:
        url: of the destination profile.
        plain_http: whether http:// is allowed, to an on-prem.

    Raises:
        Stumbled: it cannot be gone to.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Stumbled(Fault.BAD_URL, f"{url!r}: {error}") from None
    scheme, host = parts.scheme.lower(), parts.hostname or ""
    if scheme not in _PORTS:
        raise Stumbled(Fault.BAD_URL, f"{url!r} does not begin with https://")
    if parts.username is not None or parts.password is not None:
        raise Stumbled(Fault.BAD_URL, "a URL with a user or a password in it is not taken")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if port == 0 or not target.isascii() or any(ord(char) <= ord(" ") for char in target):
        raise Stumbled(Fault.BAD_URL, f"{url!r} is no URL of a server")
    host = str(literal(host) or normal(host))
    if scheme == "http" and (not plain_http or is_forbidden(host)):
        raise Stumbled(Fault.PLAIN_HTTP, f"{scheme}://{host} is not encrypted, and not gone to")
    return Place(scheme, host, port or _PORTS[scheme], target.encode("ascii"))


def post(url: str, data: bytes, road: RoadMap, pace: Pace) -> bytes:
    """Post a message and return the bytes of the answer, which nobody believes yet.

    Raises:
        Stumbled: no answer came; it says why.
    """
    place = read_url(url, plain_http=road.plain_http)
    fields = ((b"Content-Type", JOSE), (b"Content-Length", str(len(data)).encode()))
    heard = _exchange(b"POST", place, fields, data, road, pace)
    if road.proxy is not None and heard.status == _PROXY_AUTHENTICATION_REQUIRED:
        raise _proxy_says(heard.status, heard.fields, place.authority, road.proxy)
    return _answer(heard)


def knock(url: str, road: RoadMap, pace: Pace) -> int:
    """Go the whole road without a message, and return the status that a server answers with.

    Raises:
        Stumbled: no server answered.
    """
    place = read_url(url, plain_http=road.plain_http)
    return _exchange(b"HEAD", place, (), b"", road, pace).status


def _exchange(
    method: bytes, place: Place, fields: Headers, data: bytes, road: RoadMap, pace: Pace
) -> Heard:
    stream, target, extra = _go(place, road, pace)
    headers = (
        (b"Host", place.authority),
        _AGENT,
        (b"Accept", JOSE),
        (b"Connection", b"close"),
        *extra,
        *fields,
    )
    with closing(stream):
        pace.enter(Step.WRITE)
        stream.heard = 0
        try:
            return _speak(stream, method, place, target, headers, data, pace)
        except httpcore2.ReadError as error:
            raise _broken_off(stream, str(error)) from error
        except httpcore2.RemoteProtocolError as error:
            if stream.ended:
                raise _broken_off(stream, "the other side closed it") from error
            raise Stumbled(Fault.GARBAGE, f"what came is no HTTP: {error}") from error


def _broken_off(stream: Stream, how: str) -> Stumbled:
    if stream.heard:
        return Stumbled(Fault.CUT_OFF, f"the connection ended in the middle of the answer ({how})")
    return Stumbled(Fault.CLOSED, f"the connection ended without an answer ({how})")


class _ThenReads:
    """A request's body; when the last of it was taken, the waiting for the answer begins."""

    def __init__(self, data: bytes, pace: Pace) -> None:
        self._data = data
        self._pace = pace

    def __iter__(self) -> "_ThenReads":
        return self

    def __next__(self) -> bytes:
        if not self._data:
            self._pace.enter(Step.READ)
            raise StopIteration
        data, self._data = self._data, b""
        return data


def _speak(
    stream: Stream,
    method: bytes,
    place: Place,
    target: bytes,
    headers: Headers,
    data: bytes,
    pace: Pace,
) -> Heard:
    host = place.host.encode("ascii")
    origin = httpcore2.Origin(place.scheme.encode(), host, place.port)
    url = httpcore2.URL(scheme=place.scheme.encode(), host=host, port=place.port, target=target)
    request = httpcore2.Request(method, url, headers=headers, content=_ThenReads(data, pace))
    response = httpcore2.HTTP11Connection(origin, for_http(stream)).handle_request(request)
    body = bytearray()
    for piece in response.iter_stream():
        body += piece
        if len(body) > limits.MAX_ANSWER_BYTES:
            raise Stumbled(
                Fault.TOO_LARGE, f"the answer is larger than {limits.MAX_ANSWER_BYTES} bytes"
            )
    fields = {name.lower(): value for name, value in response.headers}
    return Heard(response.status, fields, bytes(body))


def _go(place: Place, road: RoadMap, pace: Pace) -> tuple[Stream, bytes, Headers]:
    """Return a stream to the place, the target to ask for on it, and fields for the proxy."""
    proxy, ask = road.proxy, Asker(pace)
    stream: Stream
    if proxy is None:
        pace.enter(Step.RESOLVE)
        addresses = find(place.host, road.names, road.way, ask)
        pace.enter(Step.CONNECT)
        stream = connect(addresses, place.port, road.way, pace)
        if place.scheme == "https":
            stream = _secure(stream, place.host, Step.TLS, road, pace)
        return stream, place.target, ()
    told = told_to_proxy(place.host, road.names)
    stream = _to_proxy(proxy, road, ask, pace)
    authority = f"[{told}]" if ":" in told else told
    if place.scheme == "http":
        absolute = f"http://{authority}:{place.port}".encode("ascii") + place.target
        return stream, absolute, _credentials(proxy)
    try:
        tunnel = _tunnel(stream, f"{authority}:{place.port}".encode("ascii"), proxy, pace)
        return _secure(tunnel, place.host, Step.TLS, road, pace), place.target, ()
    except BaseException:
        stream.close()
        raise


def _secure(stream: Pipe, host: str, step: Step, road: RoadMap, pace: Pace) -> Stream:
    """Speak TLS with a host; the stream is closed if that does not come about."""
    pace.enter(step)
    try:
        return TlsStream(stream, make_context(road.anchors), host, pace)
    except BaseException:
        stream.close()
        raise


def _to_proxy(proxy: ProxyRoad, road: RoadMap, ask: Asker, pace: Pace) -> Stream:
    pace.enter(Step.PROXY_RESOLVE)
    try:
        host = str(literal(proxy.host) or normal(proxy.host))
        addresses = find(host, road.names, road.way, ask)
    except Stumbled as stumbled:
        if stumbled.fault is Fault.UNRESOLVED:
            raise Stumbled(Fault.PROXY_UNRESOLVED, f"the proxy: {stumbled.cause}") from stumbled
        raise
    pace.enter(Step.PROXY_CONNECT)
    stream = connect(addresses, proxy.port, road.way, pace)
    if not proxy.secure:
        return stream
    return _secure(stream, host, Step.PROXY_TLS, road, pace)


def _tunnel(stream: Stream, target: bytes, proxy: ProxyRoad, pace: Pace) -> Pipe:
    """Ask the proxy for a tunnel, and return it."""
    pace.enter(Step.PROXY)
    origin = httpcore2.Origin(b"https" if proxy.secure else b"http", b"proxy", proxy.port)
    url = httpcore2.URL(scheme=origin.scheme, host=origin.host, port=origin.port, target=target)
    headers = [(b"Host", target), _AGENT, *_credentials(proxy)]
    request = httpcore2.Request(b"CONNECT", url, headers=headers)
    try:
        response = httpcore2.HTTP11Connection(origin, for_http(stream)).handle_request(request)
    except (httpcore2.NetworkError, httpcore2.ProtocolError) as error:
        raise Stumbled(
            Fault.PROXY_GARBAGE, f"{proxy.host} port {proxy.port} is no HTTP proxy: {error}"
        ) from error
    fields = {name.lower(): value for name, value in response.headers}
    if not 200 <= response.status < 300:  # noqa: PLR2004 - what HTTP calls successful
        raise _proxy_says(response.status, fields, target, proxy)
    return cast("Pipe", response.extensions["network_stream"])


def _proxy_says(
    status: int, fields: dict[bytes, bytes], target: bytes, proxy: ProxyRoad
) -> Stumbled:
    """Return why a proxy makes no way."""
    if status not in (_UNAUTHORIZED, _PROXY_AUTHENTICATION_REQUIRED):
        place = target.decode("ascii")
        return Stumbled(Fault.PROXY_REFUSES, f"the proxy answers {status} to CONNECT {place}")
    if proxy.user is not None:
        return Stumbled(
            Fault.PROXY_WRONG_PASSWORD, f"the proxy does not take the password of {proxy.user}"
        )
    scheme = fields.get(b"proxy-authenticate", b"").decode("latin-1").split(" ")[0] or "none named"
    return Stumbled(
        Fault.PROXY_WANTS_AUTHENTICATION, f"the proxy wants authentication (scheme {scheme})"
    )


def _credentials(proxy: ProxyRoad) -> Headers:
    if proxy.user is None:
        return ()
    pair = f"{proxy.user}:{proxy.password or ''}".encode()
    return ((b"Proxy-Authorization", b"Basic " + base64.b64encode(pair)),)


def _answer(heard: Heard) -> bytes:
    """Return a response's body if it can be an answer.

    A signed refusal comes with the status of its problem, and is an answer; an unsigned error is
    none (PROTOCOL.md 3).
    """
    status, fields = heard.status, heard.fields
    media = fields.get(b"content-type", b"").partition(b";")[0].strip().lower()
    if 300 <= status < 400:  # noqa: PLR2004 - what HTTP calls a redirection
        where = fields.get(b"location", b"nowhere").decode("latin-1")
        raise Stumbled(Fault.REDIRECT, f"the server answers {status} and sends on to {where}")
    if media == JOSE and not fields.get(b"content-encoding"):
        if not heard.body:
            raise Stumbled(Fault.EMPTY_ANSWER, f"the server answers {status} with nothing")
        return heard.body
    if not 200 <= status < 300:  # noqa: PLR2004 - what HTTP calls successful
        said = heard.body[:160].decode("utf-8", "replace")
        raise Stumbled(
            Fault.STATUS, f"the server answers {status}: {said}", _retry_after(status, fields)
        )
    if not heard.body:
        raise Stumbled(Fault.EMPTY_ANSWER, f"the server answers {status} with nothing")
    kind = media.decode("latin-1") or "no content type"
    raise Stumbled(Fault.NOT_AN_ANSWER, f"the server answers with {kind}, which is no answer")


def _retry_after(status: int, fields: dict[bytes, bytes]) -> int | None:
    """Return how many seconds an unsigned 429 or 503 asks to wait; a date is not understood."""
    text = fields.get(b"retry-after", b"").strip()
    if status not in (429, 503) or not text.isdigit():
        return None
    return min(int(text[:9]), RETRY_AFTER_S_MAX)
