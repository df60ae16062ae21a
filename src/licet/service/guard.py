"""What a request over HTTP may be like; whatever is not in this form is refused, not repaired.

llhttp, inside httptools, refuses most of what smuggles one request inside another: both lengths,
two lengths, folded lines, bare line feeds, blanks before a colon. Here stands what it lets pass.
"""

from dataclasses import dataclass, field

import httptools

from licet.service.exchange import Response, Route, Routes, say


@dataclass(frozen=True, slots=True)
class Bounds:
    """Sizes and times of one connection.

    Attributes:
        pipelined_max: requests that may wait behind one that is not answered.
        head_s, body_s: for all of it, however it trickles.
        idle_s: between two requests.
        answer_s: ours, for one answer; a bound for the worst only.
        linger_s, linger_bytes: how long a refused peer may go on sending, so that it hears why.
        untaken_bytes: of answers that a peer does not take, before it is read no further.
    """

    head_bytes_max: int = 16 * 1024
    headers_max: int = 64
    pipelined_max: int = 8
    handshake_s: float = 10
    head_s: float = 10
    body_s: float = 30
    idle_s: float = 30
    answer_s: float = 60
    linger_s: float = 2
    linger_bytes: int = 1024 * 1024
    untaken_bytes: int = 32 * 1024


class Rejected(Exception):  # noqa: N818 - what became of a request
    """A request that gets no further than the front.

    Attributes:
        why: in one word, for the log.
        response: what its sender is told.
    """

    def __init__(self, why: str, response: Response) -> None:
        self.why = why
        self.response = response
        super().__init__(why)


def reject(why: str, status: int, text: str, *headers: tuple[str, str]) -> Rejected:
    """Return a rejection that ends the connection."""
    return Rejected(why, say(status, text, *headers, close=True))


def malformed(text: str) -> Rejected:
    """Return the rejection of what is not HTTP in its strict form."""
    return reject("malformed", 400, f"The request is not well-formed HTTP/1.1: {text}")


@dataclass(slots=True)
class Head:
    """The head of a request, while it comes in and afterwards.

    Attributes:
        fields: by name in lower case; a name that comes twice is refused where it matters.
    """

    url: bytes = b""
    fields: dict[bytes, bytes] = field(default_factory=dict)
    size: int = 0
    count: int = 0

    def add_url(self, piece: bytes, bounds: Bounds) -> None:
        """Add a piece of the target."""
        self.url += piece
        self._grow(len(piece), bounds)

    def add_field(self, name: bytes, value: bytes, bounds: Bounds) -> None:
        """Add a header field."""
        self.count += 1
        if self.count > bounds.headers_max:
            raise reject(
                "many-headers", 431, f"The request has more than {bounds.headers_max} header fields"
            )
        self._grow(len(name) + len(value), bounds)
        name = name.lower()
        if name in self.fields and name in _ONCE:
            raise malformed(f"{name.decode('latin-1')} comes twice")
        self.fields[name] = value.strip(b" \t")

    def _grow(self, size: int, bounds: Bounds) -> None:
        self.size += size
        if self.size > bounds.head_bytes_max:
            raise large_head(bounds)


_ONCE = frozenset((b"host", b"content-type", b"content-length", b"transfer-encoding", b"expect"))

_LENGTH_DIGITS_MAX = 20


def large_head(bounds: Bounds) -> Rejected:
    """Return the rejection of a head that is too large."""
    return reject(
        "large-head", 431, f"The request's head is over {bounds.head_bytes_max} bytes long"
    )


def large_body(route: Route) -> Rejected:
    """Return the rejection of a body that is too large."""
    return reject(
        "large-body", 413, f"The request's body is over {route.body_bytes_max} bytes long"
    )


def check_head(head: Head, *, version: str, method: str, routes: Routes) -> tuple[str, Route]:
    """Return the path of a request and what is served there.

    Raises:
        Rejected: it breaks a rule, or nothing like it is served here.
    """
    _check_framing(head, version)
    path = _path_of(head.url)
    route = routes.get(path)
    if route is None:
        raise reject("path", 404, "Nothing is served at this path; see the URL's spelling")
    if method not in route.methods:
        allowed = ", ".join(route.methods)
        raise reject("method", 405, f"This path takes {allowed} only", ("Allow", allowed))
    _check_body(head, route)
    return path, route


def _check_framing(head: Head, version: str) -> None:
    if version not in ("1.0", "1.1"):
        raise reject("version", 505, "HTTP/1.1 is spoken here")
    if version == "1.1" and not head.fields.get(b"host"):
        raise malformed("it has no Host")
    coding = head.fields.get(b"transfer-encoding")
    if coding is not None and (coding.lower() != b"chunked" or version == "1.0"):
        raise malformed("its Transfer-Encoding is not understood")
    if b"upgrade" in head.fields:
        raise malformed("no other protocol is spoken here")


def _path_of(url: bytes) -> str:
    try:
        path: bytes | None = httptools.parse_url(url).path
    except httptools.HttpParserInvalidURLError:
        path = None
    return (path or b"").decode("latin-1")


def _check_body(head: Head, route: Route) -> None:
    digits = head.fields.get(b"content-length", b"0")
    if len(digits) > _LENGTH_DIGITS_MAX:
        # Nothing but zeros in front of it: llhttp has refused what is too large.
        raise malformed("its Content-Length is not understood")
    length = int(digits)
    if length == 0 and b"transfer-encoding" not in head.fields and route.content_type is None:
        return
    if length > route.body_bytes_max:
        raise large_body(route)
    if route.content_type is None:
        raise reject("body", 400, "This path takes no body")
    given = head.fields.get(b"content-type", b"").partition(b";")[0].strip().lower()
    if given != route.content_type.encode():
        raise reject(
            "content-type",
            415,
            f"The body must be {route.content_type}",
            ("Accept", route.content_type),
        )
