"""Small documents of two forms of their own, signed by one key, to damage in every way."""

import hashlib
import io
from collections.abc import Iterable
from typing import Annotated

import pytest
from msgspec import Meta

from licet.kernel.chance import SeededChance
from licet.kernel.problems import RulesBroken
from licet.wire import limits
from licet.wire.codec import VERSION, Part
from licet.wire.documents import Form, WrongKind, open_document, write_document
from licet.wire.keys import draw_key, sign_digest, to_base64url

KEY = draw_key(SeededChance("papers"))
PUBLIC = KEY.public_key()


class Head(Part, frozen=True, kw_only=True):
    """A head with every sort of value."""

    v: int = VERSION
    name: limits.Line
    number: limits.Counter
    base: limits.Counter | None
    full: bool
    names: Annotated[tuple[limits.Line, ...], Meta(max_length=20_000)]


class Row(Part, frozen=True, kw_only=True, tag_field="item", tag="row"):
    """An item with a text, a number and a list."""

    id: limits.Identifier
    text: limits.Note
    counts: Annotated[tuple[limits.Quantity, ...], Meta(max_length=100)]


class End(Part, frozen=True, kw_only=True, tag_field="item", tag="end"):
    """An item of another sort."""

    rows: limits.Counter


REPORT = Form("test-report", Head, Row | End, 4_000_000, line_max=2_000)
LETTER = Form("test-letter", Head, None, 1_000_000)
HEAD = Head(name='O"Hara\\', number=7, base=None, full=True, names=("Zürich", "𝛑 - #: !&*"))
ROWS = tuple(
    Row(id=f"6f1d9c1e-0000-4000-8000-{number:012x}", text="a - b: c # d", counts=(0, number))
    for number in range(3)
)
ITEMS: tuple[Row | End, ...] = (*ROWS, End(rows=3))


def sign(digest: bytes) -> bytes:
    """Sign as the writer of all of these documents."""
    return sign_digest(KEY, digest)


def write(items: Iterable[Part] | None = ITEMS, *, head: Part = HEAD, form: Form = REPORT) -> bytes:
    """Return a document."""
    out = io.BytesIO()
    write_document(out, form, head, items, sign=sign)
    return out.getvalue()


GOOD = write()


def signed_again(data: bytes) -> bytes:
    """Return a text of any shape with a signature that fits: only its shape can be wrong."""
    body = data[: data.rindex(b"# sig ")]
    signature = to_base64url(sign(hashlib.sha256(body).digest()))
    return body + b"# sig " + signature.encode() + b"\n"


def read(data: bytes) -> tuple[Part, list[Part]]:
    """Return what a document says, as one who knows its signer reads it."""
    document = open_document(io.BytesIO(data), (REPORT, LETTER))
    document.check(PUBLIC)
    return document.head, list(document.items())


def refusal(data: bytes) -> RulesBroken:
    """Return why a document is refused."""
    with pytest.raises(RulesBroken) as raised:
        read(data)
    return raised.value


def kind_refused(data: bytes) -> str:
    """Return what a person hears of a file that is another one than is due."""
    with pytest.raises(WrongKind) as raised:
        read(data)
    return str(raised.value)
