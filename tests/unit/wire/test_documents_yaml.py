"""A stock YAML parser reads the same values in a document as we do."""

import io
import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from licet.wire.codec import VERSION, Part
from licet.wire.documents import Form, open_document, write_document
from licet.wire.sites import FORMS
from support.papers import GOOD, HEAD, ITEMS, sign

DEBIAN_PYTHON = shutil.which("python3", path="/usr/bin:/bin")
# Both of PyYAML's parsers: the one in Python, and libyaml.
WORKER = """
import json, sys, yaml
loaders = [yaml.SafeLoader, yaml.CSafeLoader] if yaml.__with_libyaml__ else [yaml.SafeLoader]
print("ready", flush=True)
for line in sys.stdin.buffer:
    text = sys.stdin.buffer.read(int(line))
    try:
        found = [yaml.load(text, Loader=loader) for loader in loaders]
    except yaml.YAMLError as error:
        found = [str(error)]
    print(json.dumps(found), flush=True)
"""
Reader = Callable[[bytes], list[Any]]


class Inner(Part, frozen=True, kw_only=True):
    """A part in a part."""

    text: str
    numbers: tuple[int, ...]


class AnyHead(Part, frozen=True, kw_only=True):
    """A head with any value of every type that forms use."""

    v: int = VERSION
    text: str
    number: int
    maybe: str | None
    flag: bool
    texts: tuple[str, ...]
    parts: tuple[Inner, ...]
    part: Inner | None


class AnyItem(Part, frozen=True, kw_only=True, tag_field="item", tag="any"):
    """An item with any value."""

    text: str
    number: int | None
    flag: bool
    parts: tuple[Inner, ...]


class Other(Part, frozen=True, kw_only=True, tag_field="item", tag="other"):
    """An item of another sort."""

    texts: tuple[str, ...]


ANY = Form("any-values", AnyHead, AnyItem | Other, 16_000_000)

# What YAML reads in its own way, somewhere or in another version.
EVIL = st.sampled_from(
    [
        *(
            "",
            " ",
            "~",
            "null",
            "yes",
            "off",
            "1_000",
            "0x10",
            "012",
            "1:30",
            "1e3",
            ".inf",
            "=",
            "<<",
        ),
        *("2026-01-02", "*a", "&a", "!!int 1", "!tag", "%YAML 1.1", "---", "...", "- a", "a: b"),
        *(
            "# sig",
            "a # b",
            ": ",
            "? a",
            "|",
            ">",
            "@a",
            "`a`",
            "{a}",
            "[a]",
            "a,b",
            "'",
            '"',
            "\\",
        ),
        *("\\u0041", "\\/", "\\N", "\\x41", " a ", "\t", "\r\n", "\n\n a", "\0", "\a\b\x1b\f\v"),
        *("\x7f", "\x80", "\x85", "\x9f", "\xa0", "\u2028", "\u2029", "\ufeff", "\ufffd", "\ufffe"),
        *("\uffff", "\ud7ff", "\ue000", "\ufdd0", "\U00010000", "\U0001fffe", "\U0010ffff", "𝛑"),
        *("a" * 1_500, "é" * 1_100, "a b " * 600, '"' * 700),
    ]
)
TEXTS = EVIL | st.text(max_size=20) | st.builds("".join, st.lists(EVIL, max_size=4))
NUMBERS = st.integers(-(2**63), 2**63 - 1)
PARTS = st.builds(Inner, text=TEXTS, numbers=st.lists(NUMBERS, max_size=3).map(tuple))
HEADS = st.builds(
    AnyHead,
    v=st.just(VERSION),
    text=TEXTS,
    number=NUMBERS,
    maybe=st.none() | TEXTS,
    flag=st.booleans(),
    texts=st.lists(TEXTS, max_size=3).map(tuple),
    parts=st.lists(PARTS, max_size=2).map(tuple),
    part=st.none() | PARTS,
)
ROWS = st.builds(
    AnyItem,
    text=TEXTS,
    number=st.none() | NUMBERS,
    flag=st.booleans(),
    parts=st.lists(PARTS, max_size=2).map(tuple),
) | st.builds(Other, texts=st.lists(TEXTS, max_size=3).map(tuple))


@pytest.fixture(scope="module")
def stock() -> Iterator[Reader]:
    """Return what PyYAML reads, once with each of its parsers."""
    if DEBIAN_PYTHON is None:
        pytest.skip("the Debian package python3 is not installed")
    command = [DEBIAN_PYTHON, "-c", WORKER]
    with subprocess.Popen(  # noqa: S603 - a fixed command
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as worker:
        assert worker.stdin is not None
        assert worker.stdout is not None
        stdin, stdout = worker.stdin, worker.stdout
        if stdout.readline() != b"ready\n":
            pytest.skip("the Debian package python3-yaml is not installed")

        def ask(data: bytes) -> list[Any]:
            stdin.write(b"%d\n%s" % (len(data), data))
            stdin.flush()
            found: list[Any] = json.loads(stdout.readline())
            return found

        yield ask
        stdin.close()


def said(kind: str, head: Part, items: list[Part] | None) -> dict[str, Any]:
    """Return a document as plain values."""
    values: dict[str, Any] = {"licet": kind, **msgspec.to_builtins(head)}
    if items is not None:
        # YAML has no sign for a list without lines.
        values["items"] = [msgspec.to_builtins(item) for item in items] or None
    plain: dict[str, Any] = json.loads(json.dumps(values))
    return plain


@given(head=HEADS, items=st.lists(ROWS, max_size=4))
@example(
    head=AnyHead(text="", number=0, maybe=None, flag=True, texts=(), parts=(), part=None), items=[]
)
@settings(deadline=None, max_examples=200)
def test_yaml_reads_what_we_read(stock: Reader, head: AnyHead, items: list[Part]) -> None:
    """A customer's auditor, with any YAML tool, would see another report than the manager applies."""
    out = io.BytesIO()
    write_document(out, ANY, head, items, sign=sign)
    document = open_document(out, (ANY,))
    assert (document.head, list(document.items())) == (head, items)
    for found in stock(out.getvalue()):
        assert found == said("any-values", head, items)


def test_what_yaml_may_not_hold_is_never_raw() -> None:
    """A parser that is stricter than PyYAML would refuse a file, or break a line in a name."""
    chars = "".join(
        map(chr, [*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF])
    )
    out = io.BytesIO()
    head = AnyHead(text=chars, number=0, maybe=None, flag=True, texts=(chars,), parts=(), part=None)
    write_document(out, ANY, head, [Other(texts=(chars,))], sign=sign)
    assert not set(out.getvalue().decode()) & set(chars.replace("\n", ""))
    document = open_document(out, (ANY,))
    assert (document.head, list(document.items())) == (head, [Other(texts=(chars,))])


def test_yaml_reads_a_document_whole(stock: Reader) -> None:
    """The property would hold for values, and not for the files that sites carry."""
    for found in stock(GOOD):
        assert found == said("test-report", HEAD, list(ITEMS))


def test_the_oracle_tells_what_it_cannot_read(stock: Reader) -> None:
    """A parser that ends at the first error would be taken for one that agrees."""
    assert "unacceptable character #x007f" in stock(GOOD.replace(b"Z", b"\x7f", 1))[0]
    assert stock(GOOD)[0] == said("test-report", HEAD, list(ITEMS))


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.kind)
def test_every_value_of_a_form_is_one_that_yaml_shares(form: Form) -> None:
    """YAML reads 1e300 as a text, and a number without bounds is another one in many parsers."""
    shapes = [form.head, *(get_args(form.items) or ([form.items] if form.items else []))]
    seen = {kind for shape in shapes for kind in kinds_of(msgspec.inspect.type_info(shape))}
    allowed = {"StructType", "VarTupleType", "StrType", "IntType", "BoolType", "NoneType"}
    assert seen <= allowed | {"UnionType", "EnumType"}


def kinds_of(info: msgspec.inspect.Type) -> Iterator[str]:
    """Yield the names of all types in a shape; its numbers must be bounded, but the version."""
    yield type(info).__name__
    if isinstance(info, msgspec.inspect.StructType):
        for field in info.fields:
            if field.name == "v":
                continue
            yield from kinds_of(field.type)
    elif isinstance(info, msgspec.inspect.VarTupleType):
        yield from kinds_of(info.item_type)
    elif isinstance(info, msgspec.inspect.UnionType):
        for one in info.types:
            yield from kinds_of(one)
    elif isinstance(info, msgspec.inspect.IntType):
        assert info.ge is not None
        assert info.le is not None
        assert -(2**53) < info.ge <= info.le < 2**53
