"""What the front hands in and takes back: a whole request, a whole response, and the table of paths."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from http import HTTPStatus

TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Request:
    """A request that was read to its end and kept every rule.

    Attributes:
        peer: the address that it came from.
    """

    method: str
    path: str
    body: bytes
    peer: str


@dataclass(frozen=True, slots=True)
class Response:
    """A response with a whole body.

    Attributes:
        headers: beside those that every response has.
        close: the connection is not used again.
    """

    status: int
    body: bytes
    content_type: str = TEXT
    headers: tuple[tuple[str, str], ...] = ()
    close: bool = False


Answer = Response | asyncio.Future[Response]


@dataclass(frozen=True, slots=True)
class Route:
    """What is served at one path.

    Attributes:
        answer: called on the loop, and must not hold it: what takes long comes as a future.
        content_type: the only one that a body may have; None where the path takes no body.
        body_bytes_max: of a request.
    """

    answer: Callable[[Request], Answer]
    methods: tuple[str, ...]
    content_type: str | None = None
    body_bytes_max: int = 0


Routes = Mapping[str, Route]


def say(status: int, text: str, *headers: tuple[str, str], close: bool = False) -> Response:
    """Return a response whose body is one line for a person."""
    return Response(status, f"{text}\n".encode(), TEXT, headers, close)


def http_date(now: datetime) -> str:
    """Return an instant as the `Date` header has it."""
    return format_datetime(now, usegmt=True)


def render(response: Response, *, date: str, close: bool, bare: bool = False) -> bytes:
    """Return the bytes of a response.

    Args:
        response: all of it.
        date: what `http_date` says.
        close: tell the peer that the connection ends.
        bare: leave the body out, as the answer to HEAD does.
    """
    lines = [
        f"HTTP/1.1 {response.status} {HTTPStatus(response.status).phrase}",
        f"Date: {date}",
        f"Content-Type: {response.content_type}",
        f"Content-Length: {len(response.body)}",
        "Cache-Control: no-store",
        *(f"{name}: {value}" for name, value in response.headers),
    ]
    if close:
        lines.append("Connection: close")
    head = "\r\n".join((*lines, "", "")).encode("latin-1")
    return head if bare else head + response.body
