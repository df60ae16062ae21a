"""Documents between an on-prem and its manager: a strict subset of YAML, signed, read line by line.

    licet: "sync-request"
    v: 1
    name: "Sat"
    items:
    - {"item":"gone","id":"..."}
    # sig <86 characters>

Each value is the canonical JSON of its field, so that a stock YAML parser reads the same values. We
never use one: the reader knows one line at a time, each with its limit, and takes nothing that the
writer would not have written (PROTOCOL.md 5). The signature is over the SHA-256 of all bytes before
its line.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, BinaryIO

import msgspec

from licet.kernel.problems import Code, RulesBroken
from licet.wire.codec import VERSION, Part, encode
from licet.wire.keys import (
    PublicKey,
    digest_signature_fits,
    from_base64url,
    to_base64url,
)

LINE_BYTES_MAX = 64 * 1024
HEAD_LINE_BYTES_MAX = 1024 * 1024
_FIRST = re.compile(rb'licet: "([a-z-]{1,40})"\n')
_FIRST_CHANGED = re.compile(rb'(\xef\xbb\xbf)?licet: "[a-z-]{1,40}"\r?\n')
_SIGNATURE = re.compile(rb"# sig ([A-Za-z0-9_-]{86})\n")
_ITEMS = b"items:\n"
_ITEM = b"- "
_VERSION = re.compile(rb"0|[1-9][0-9]{0,8}")
# What JSON may hold as it is, and YAML may not (YAML 1.1, 5.1, and its line breaks).
_NOT_YAML = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")

_Decoder = msgspec.json.Decoder[Any]


@dataclass(frozen=True, slots=True)
class Form:
    """One kind of document.

    Attributes:
        kind: what its first line says.
        head: its fields, each a line, in their order.
        items: a union of tagged parts; None where it has none.
        bytes_max: of the whole.
        line_max: of the line of an item.
    """

    kind: str
    head: type[Part]
    items: Any
    bytes_max: int
    line_max: int = LINE_BYTES_MAX


class WrongKind(Exception):  # noqa: N818 - it names what the file is
    """A document of another kind than was asked for.

    Attributes:
        kind: what it says that it is; None where it is no document of Licet at all.
    """

    def __init__(self, kind: str | None) -> None:
        self.kind = kind
        named = "this is not a document of Licet" if kind is None else f"this is a {spoken(kind)}"
        super().__init__(named)


@dataclass(frozen=True, slots=True)
class Written:
    """A document that was written.

    Attributes:
        digest: SHA-256 of all its bytes, 43 characters of base64url.
        signature: 86 characters of base64url.
        size: bytes.
    """

    digest: str
    signature: str
    size: int


def spoken(kind: str) -> str:
    """Return a kind of document as people say it."""
    return kind.replace("-", " ")


def kind_of(file: BinaryIO) -> str | None:
    """Return what the first line of a file says that it is; None where it is no document."""
    file.seek(0)
    found = _FIRST.fullmatch(file.readline(LINE_BYTES_MAX))
    return found[1].decode() if found else None


def write_document(
    out: BinaryIO,
    form: Form,
    head: Part,
    items: Iterable[Part] | None,
    *,
    sign: Callable[[bytes], bytes],
) -> Written:
    """Write a document that `open_document` reads; one item of it is in memory at a time.

    Args:
        out: takes the bytes.
        form: its kind.
        head: of the form's type.
        items: of the form's types; None with a form that has none.
        sign: given the SHA-256 of what is signed, returns 64 bytes.

    Raises:
        ValueError: no reader would take it, because of the line that is named.
    """
    hashed, number, size = hashlib.sha256(), 0, 0

    def put(line: bytes, bytes_max: int = LINE_BYTES_MAX) -> None:
        nonlocal number, size
        number += 1
        size += len(line)
        if len(line) > bytes_max or size > form.bytes_max:
            raise ValueError(f"line {number}: the document grows too large")
        hashed.update(line)
        out.write(line)

    def put_value(start: bytes, value: object, decoder: _Decoder, bytes_max: int) -> None:
        raw = _canonical(value)
        try:
            decoder.decode(raw)
        except msgspec.MsgspecError as error:
            raise ValueError(f"line {number + 1}: {error}") from error
        put(b"%s%s\n" % (start, raw), bytes_max)

    put(b'licet: "%s"\n' % form.kind.encode())
    for field in _fields_of(form.head):
        put_value(field.start, getattr(head, field.name), field.decoder, HEAD_LINE_BYTES_MAX)
    if form.items is not None:
        put(_ITEMS)
        decoder = _decoder(form.items)
        for item in items or ():
            put_value(_ITEM, item, decoder, form.line_max)
    signature = to_base64url(sign(hashed.digest()))
    put(b"# sig %s\n" % signature.encode())
    return Written(to_base64url(hashed.digest()), signature, size)


class Document:
    """A document whose form holds; nobody is believed to have signed it until `check` has passed.

    Attributes:
        head: of the form's type.
        digest, signature, size: as `Written` has them.
        count: how many items it has.
    """

    def __init__(self, file: BinaryIO, form: Form) -> None:
        self.form = form
        self._lines = _Lines(file, form.bytes_max)
        self.head = self._read_head()
        self._items_at = self._lines.at
        self.count = sum(1 for _ in self._read_items())
        self._signed, self.signature = self._read_signature()
        self.digest = to_base64url(self._lines.hashed.digest())
        self.size = self._lines.at

    def check(self, key: PublicKey) -> None:
        """Pass if `key` has signed it.

        Raises:
            RulesBroken: it has not.
        """
        try:
            signature = from_base64url(self.signature)
        except ValueError as error:
            raise RulesBroken(Code.BAD_SIGNATURE) from error
        if not digest_signature_fits(key, self._signed, signature):
            raise RulesBroken(Code.BAD_SIGNATURE)

    def items(self) -> Iterator[Any]:
        """Yield the items, read again; to be used up before anything that they say is kept.

        Raises:
            RulesBroken: the file is not what it was when it was opened.
        """
        self._lines.rewind()
        self._read_head()
        yield from self._read_items()
        self._read_signature()
        if to_base64url(self._lines.hashed.digest()) != self.digest:
            raise RulesBroken(Code.MALFORMED, "the file was changed while it was read")

    def _read_head(self) -> Any:
        lines = self._lines
        lines.next(LINE_BYTES_MAX)
        values = {}
        for field in _fields_of(self.form.head):
            line = lines.next(HEAD_LINE_BYTES_MAX)
            if not line.startswith(field.start):
                raise lines.broken(f"'{field.name}:' is due here")
            raw = line[len(field.start) : -1]
            if field.name == "v" and raw != b"%d" % VERSION:
                if _VERSION.fullmatch(raw) is None:
                    raise lines.broken("a version is due here")
                raise RulesBroken(
                    Code.UNSUPPORTED_VERSION,
                    f"version {raw.decode()}; this side reads {VERSION}",
                )
            values[field.name] = _read_value(field.decoder, raw, lines)
        return self.form.head(**values)

    def _read_items(self) -> Iterator[Any]:
        lines, items = self._lines, self.form.items
        if items is None:
            return
        if lines.next(LINE_BYTES_MAX) != _ITEMS:
            raise lines.broken("'items:' is due here")
        decoder = _decoder(items)
        while lines.peek(self.form.line_max).startswith(_ITEM):
            data = lines.next(self.form.line_max)[len(_ITEM) : -1]
            yield _read_value(decoder, data, lines)

    def _read_signature(self) -> tuple[bytes, str]:
        lines = self._lines
        signed = lines.hashed.digest()
        line = lines.next(self.form.line_max)
        found = _SIGNATURE.fullmatch(line)
        if found is None:
            due = "an item or the signature" if self.form.items is not None else "the signature"
            raise lines.broken(f"{due} is due here")
        if lines.peek(1):
            lines.number += 1
            raise lines.broken("nothing is due behind the signature")
        return signed, found[1].decode()


def open_document(file: BinaryIO, forms: Sequence[Form]) -> Document:
    """Read a document through once, and return it if it is of one of these forms.

    Args:
        file: can be read from its beginning again.
        forms: what may be.

    Raises:
        WrongKind: it is another document, or none.
        RulesBroken: it is too large, or not in the one form that a writer makes; the line is named.
    """
    kind = kind_of(file)
    form = next((form for form in forms if form.kind == kind), None)
    if form is None:
        _check_carried(file)
        raise WrongKind(kind)
    size = file.seek(0, 2)
    if size > form.bytes_max:
        raise RulesBroken(Code.TOO_LARGE, f"{size} bytes; at most {form.bytes_max} are read")
    return Document(file, form)


def _check_carried(file: BinaryIO) -> None:
    """Refuse a document that a mail program or an editor took for a text of its own."""
    file.seek(0)
    line = file.readline(LINE_BYTES_MAX)
    if _FIRST_CHANGED.fullmatch(line) and not _FIRST.fullmatch(line):
        raise RulesBroken(
            Code.MALFORMED,
            "line 1: line ends, or a byte order mark, were put in on the way; carry the file unchanged",
        )


class _Lines:
    """The lines of a file, one in memory at a time, hashed as they are taken."""

    def __init__(self, file: BinaryIO, bytes_max: int) -> None:
        self._file = file
        self._bytes_max = bytes_max
        self.rewind()

    def rewind(self) -> None:
        """Begin at the beginning."""
        self._file.seek(0)
        self._peeked: bytes | None = None
        self.hashed = hashlib.sha256()
        self.number = self.at = 0

    def peek(self, bytes_max: int) -> bytes:
        """Return the next line, or as much of it as is looked at; empty at the end."""
        if self._peeked is None:
            self._peeked = self._file.readline(bytes_max + 1)
        return self._peeked

    def next(self, bytes_max: int) -> bytes:
        """Return the next line with its end.

        Raises:
            RulesBroken: it is too long, or the file ends before it does.
        """
        line, self._peeked = self.peek(bytes_max), None
        self.number += 1
        if len(line) > bytes_max:
            raise RulesBroken(Code.TOO_LARGE, f"line {self.number}: longer than {bytes_max} bytes")
        if not line.endswith(b"\n"):
            raise self.broken("the file ends too early")
        self.hashed.update(line)
        self.at += len(line)
        if self.at > self._bytes_max:
            raise RulesBroken(
                Code.TOO_LARGE, f"it has grown beyond the {self._bytes_max} bytes that are read"
            )
        return line

    def broken(self, why: str) -> RulesBroken:
        """Return a refusal that names the line; what stands in it cannot write to a terminal."""
        plain = why if why.isprintable() else ascii(why)[1:-1]
        return RulesBroken(Code.MALFORMED, f"line {self.number}: {plain[:200]}")


@dataclass(frozen=True, slots=True)
class _Field:
    """One field of a head: its name, how its line starts, and what reads its value."""

    name: str
    start: bytes
    decoder: _Decoder


@lru_cache
def _fields_of(head: type[Part]) -> tuple[_Field, ...]:
    return tuple(
        _Field(field.name, b"%s: " % field.name.encode(), _decoder(field.type))
        for field in msgspec.structs.fields(head)
    )


@lru_cache
def _decoder(shape: Any) -> _Decoder:
    return msgspec.json.Decoder(shape, strict=True)


def _read_value(decoder: _Decoder, data: bytes, lines: _Lines) -> Any:
    try:
        value = decoder.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise lines.broken(str(error)) from error
    if _canonical(value) != data:
        raise lines.broken("not in canonical form")
    return value


def _canonical(value: object) -> bytes:
    """Return the canonical JSON of a value, which YAML reads as the same value."""
    data = encode(value) if isinstance(value, msgspec.Struct) else msgspec.json.encode(value)
    if data.isascii() and b"\x7f" not in data:
        return data
    text = data.decode()
    return _NOT_YAML.sub(lambda found: f"\\u{ord(found[0]):04x}", text).encode()
