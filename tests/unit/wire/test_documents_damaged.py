"""Documents that were cut, flipped, glued or written by another hand: none of them is read."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.kernel.problems import Code, RulesBroken
from licet.wire.documents import Form, WrongKind, open_document
from support.papers import GOOD, LETTER, REPORT, Head, read, refusal, signed_again, write

ROW = b'- {"item":"row","id":"6f1d9c1e-0000-4000-8000-000000000001","text":"a - b: c # d","counts":[0,1]}\n'
MIB = 1024 * 1024


def is_refused(data: bytes) -> bool:
    """Tell whether a file is not taken for a document of this signer."""
    try:
        read(data)
    except (RulesBroken, WrongKind):
        return True
    return False


def test_a_flipped_bit_is_noticed_wherever_it_is() -> None:
    """A worn USB stick, or somebody on the way, could change a quantity."""
    for at in range(len(GOOD)):
        for bit in range(8):
            damaged = bytearray(GOOD)
            damaged[at] ^= 1 << bit
            assert is_refused(bytes(damaged)), (at, bit)


def test_a_document_cut_anywhere_is_refused() -> None:
    """Half a report would remove the other half of the products."""
    for end in range(len(GOOD)):
        assert is_refused(GOOD[:end]), end


def test_a_document_that_misses_a_line_or_has_one_twice_is_refused() -> None:
    """A product could be taken out of a report, or counted twice."""
    lines = GOOD.splitlines(keepends=True)
    for at, line in enumerate(lines):
        assert is_refused(b"".join(lines[:at] + lines[at + 1 :])), at
        assert is_refused(b"".join([*lines[:at], line, *lines[at:]])), at


@given(st.integers(0, len(GOOD)), st.integers(0, len(GOOD)), st.binary(max_size=40))
@settings(deadline=None)
def test_other_bytes_in_any_place_are_refused(start: int, end: int, put: bytes) -> None:
    """Some bytes would end the process, or pass."""
    damaged = GOOD[:start] + put + GOOD[end:]
    assert damaged == GOOD or is_refused(damaged)


@given(st.binary(max_size=300))
@settings(deadline=None)
def test_no_signed_lines_are_more_than_refused(body: bytes) -> None:
    """A site could end its manager's process with a file that it signs itself."""
    for start in (b"", b'licet: "test-report"\n', GOOD[: GOOD.index(b"- {")]):
        data = signed_again(start + body + b"# sig ")
        assert read(data)[1] == [] if data == write(()) else is_refused(data)


@pytest.mark.parametrize(
    ("name", "line", "change"),
    [
        ("CR LF in one line", 4, lambda text: text.replace(b"number: 7\n", b"number: 7\r\n")),
        ("CR LF behind an item", 10, lambda text: text.replace(b"[0,1]}\n", b"[0,1]}\r\n")),
        ("CR as line end", 3, lambda text: text.replace(b"\nnumber", b"\rnumber")),
        ("tab behind the colon", 4, lambda text: text.replace(b"number: ", b"number:\t")),
        ("two blanks behind the colon", 4, lambda text: text.replace(b"number: ", b"number:  ")),
        ("no blank", 4, lambda text: text.replace(b"number: ", b"number:")),
        ("blank before the colon", 4, lambda text: text.replace(b"number: ", b"number : ")),
        ("blank at the end", 4, lambda text: text.replace(b"number: 7", b"number: 7 ")),
        ("indented head", 4, lambda text: text.replace(b"\nnumber", b"\n number")),
        ("indented item", 10, lambda text: text.replace(ROW, b"  " + ROW)),
        ("tab before an item", 10, lambda text: text.replace(ROW, b"\t" + ROW)),
        ("tab behind the dash", 10, lambda text: text.replace(ROW, b"-\t" + ROW[2:])),
        ("two blanks behind the dash", 10, lambda text: text.replace(ROW, b"- " + ROW[1:])),
        ("blank in JSON", 10, lambda text: text.replace(b"[0,1]", b"[0, 1]")),
        ("tab in JSON", 10, lambda text: text.replace(b"[0,1]", b"[0,\t1]")),
        ("blank line in the head", 4, lambda text: text.replace(b"\nnumber", b"\n\nnumber")),
        ("blank line among items", 10, lambda text: text.replace(ROW, b"\n" + ROW)),
        ("blank line at the end", 13, lambda text: text.replace(b"# sig", b"\n# sig")),
        ("comment in the head", 4, lambda text: text.replace(b"\nnumber", b"\n# no\nnumber")),
        ("comment among items", 10, lambda text: text.replace(ROW, b"# no\n" + ROW)),
        ("comment behind a value", 4, lambda text: text.replace(b"number: 7", b"number: 7 # no")),
        ("comment behind an item", 10, lambda text: text.replace(b"[0,1]}", b"[0,1]} # no")),
        ("anchor", 3, lambda text: text.replace(b"name: ", b"name: &a ")),
        ("alias", 5, lambda text: text.replace(b"base: null", b"base: *a")),
        ("tag", 4, lambda text: text.replace(b"number: 7", b"number: !!int 7")),
        ("tag of Python", 10, lambda text: text.replace(ROW, b"- !!python/object:os.system {}\n")),
        ("merge key", 3, lambda text: text.replace(b"name: ", b"<<: {}\nname: ")),
        ("plain scalar", 3, lambda text: text.replace(b'"O\\"Hara\\\\"', b"Hara")),
        ("single quotes", 3, lambda text: text.replace(b'"O\\"Hara\\\\"', b"'Hara'")),
        ("literal block", 3, lambda text: text.replace(b'"O\\"Hara\\\\"', b"|\n  Hara")),
        ("key in quotes", 4, lambda text: text.replace(b"number: ", b'"number": ')),
        ("question mark", 4, lambda text: text.replace(b"number: ", b"? number\n: ")),
        ("null as tilde", 5, lambda text: text.replace(b"base: null", b"base: ~")),
        ("null as nothing", 5, lambda text: text.replace(b"base: null", b"base:")),
        ("null as a blank", 5, lambda text: text.replace(b"base: null", b"base: ")),
        ("true as yes", 6, lambda text: text.replace(b"full: true", b"full: yes")),
        ("flow over two lines", 9, lambda text: text.replace(b',"text"', b',\n"text"')),
        ("list as a block", 7, lambda text: text.replace(b"names: [", b"names:\n- [")),
        ("item as a block", 10, lambda text: text.replace(ROW, b"- item: end\n  rows: 1\n")),
        ("document start", 4, lambda text: text.replace(b"\nnumber", b"\n---\nnumber")),
        ("document end", 13, lambda text: text.replace(b"# sig", b"...\n# sig")),
        ("key twice", 5, lambda text: text.replace(b"number: 7\n", b"number: 7\nnumber: 7\n")),
        ("unknown key", 5, lambda text: text.replace(b"\nbase", b"\nmore: 1\nbase")),
        ("missing key", 5, lambda text: text.replace(b"base: null\n", b"")),
        (
            "another order",
            5,
            lambda text: text.replace(b"base: null\nfull: true\n", b"full: true\nbase: null\n"),
        ),
        ("two fields in a line", 4, lambda text: text.replace(b": 7\nbase: ", b': 7,"base":')),
        ("no items", 8, lambda text: text.replace(b"items:\n", b"")),
        ("items twice", 9, lambda text: text.replace(b"items:\n", b"items:\nitems:\n")),
        ("items again", 10, lambda text: text.replace(ROW, b"items:\n" + ROW)),
        ("items as flow", 8, lambda text: text.replace(b"items:\n", b"items: []\n")),
        ("head behind the items", 10, lambda text: text.replace(ROW, b"number: 8\n" + ROW)),
        ("JSON key twice", 10, lambda text: text.replace(b"[0,1]}", b'[0,1],"counts":[0,1]}')),
        ("JSON key again", 10, lambda text: text.replace(b"[0,1]}", b'[0,1],"item":"row"}')),
        ("unknown JSON key", 10, lambda text: text.replace(b"[0,1]}", b'[0,1],"\\u001b":1}')),
        ("missing JSON key", 10, lambda text: text.replace(b',"counts":[0,1]', b"")),
        ("unknown item", 12, lambda text: text.replace(b'"end"', b'"\\u001b[2J"')),
        ("item without a name", 12, lambda text: text.replace(b'"item":"end",', b"")),
        (
            "name of the item last",
            12,
            lambda text: text.replace(b'"rows":3', b'"rows":3,"item":""'),
        ),
        ("two items in a line", 10, lambda text: text.replace(b"[0,1]}\n", b"[0,1]}{}\n")),
        ("item that is a list", 10, lambda text: text.replace(ROW, b"- []\n")),
        ("item that is null", 10, lambda text: text.replace(ROW, b"- null\n")),
        ("empty item", 10, lambda text: text.replace(ROW, b"- \n")),
        ("dash alone", 10, lambda text: text.replace(ROW, b"-\n")),
        (
            "huge number in the head",
            4,
            lambda text: text.replace(b": 7\n", b": " + b"9" * 9999 + b"\n"),
        ),
        (
            "huge number in an item",
            12,
            lambda text: text.replace(b'":3}', b'":' + b"9" * 1900 + b"}"),
        ),
        ("negative number", 12, lambda text: text.replace(b'":3}', b'":-3}')),
        ("minus zero", 12, lambda text: text.replace(b'":3}', b'":-0}')),
        ("octal", 12, lambda text: text.replace(b'":3}', b'":03}')),
        ("base 60", 4, lambda text: text.replace(b": 7\n", b": 1:30\n")),
        ("fraction", 12, lambda text: text.replace(b'":3}', b'":3.0}')),
        ("exponent", 12, lambda text: text.replace(b'":3}', b'":3e0}')),
        ("huge exponent", 12, lambda text: text.replace(b'":3}', b'":3e999999999}')),
        ("not a number", 12, lambda text: text.replace(b'":3}', b'":NaN}')),
        (
            "NUL",
            10,
            lambda text: text.replace(b"c # d", b"c\x00d", 2).replace(b"c\x00d", b"c # d", 1),
        ),
        ("escaped NUL", 9, lambda text: text.replace(b"c # d", b"c\\u0000d", 1)),
        ("escape to the terminal", 9, lambda text: text.replace(b"c # d", b"c\x1bd", 1)),
        ("DEL", 9, lambda text: text.replace(b"c # d", b"c\x7fd", 1)),
        ("NEL", 9, lambda text: text.replace(b"c # d", "c\x85d".encode(), 1)),
        ("line separator", 9, lambda text: text.replace(b"c # d", "c\u2028d".encode(), 1)),
        ("byte order mark", 9, lambda text: text.replace(b"c # d", "c\ufeffd".encode(), 1)),
        ("escaped letter", 9, lambda text: text.replace(b"c # d", b"\\u0063 # d", 1)),
        ("escaped slash", 9, lambda text: text.replace(b"c # d", b"\\/", 1)),
        ("escaped ü", 7, lambda text: text.replace("ü".encode(), b"\\u00fc")),
        ("surrogate pair", 7, lambda text: text.replace("𝛑".encode(), b"\\ud835\\uded1")),
        ("half a pair", 9, lambda text: text.replace(b"c # d", b"\\ud835", 1)),
        ("half a pair in UTF-8", 9, lambda text: text.replace(b"c # d", b"\xed\xa0\xb5", 1)),
        ("Latin-1", 7, lambda text: text.replace("ü".encode(), b"\xfc")),
        ("UTF-8 too long", 9, lambda text: text.replace(b"c # d", b"\xc0\xaf", 1)),
        ("deep nesting", 10, lambda text: text.replace(b"[0,1]", b"[" * 900 + b"]" * 900)),
        ("deep nesting in the head", 7, lambda text: text.replace(b"[", b"[" * 500_000, 1)),
        (
            "signature among items",
            12,
            lambda text: text.replace(ROW, ROW + b"# sig " + b"A" * 86 + b"\n"),
        ),
    ],
)
def test_another_hand_is_refused_though_it_signs(
    name: str, line: int, change: Callable[[bytes], bytes]
) -> None:
    """Two readers could understand one signed document differently; a person would not know where."""
    changed = signed_again(change(GOOD))
    assert changed != GOOD, name
    found = refusal(changed)
    assert (found.code, found.detail.partition(":")[0]) == (Code.MALFORMED, f"line {line}"), found
    assert found.detail.isprintable()


@pytest.mark.parametrize(
    ("name", "line", "data"),
    [
        ("two glued", 14, GOOD + GOOD),
        ("a line more", 14, GOOD + b"more: 1\n"),
        ("an empty line more", 14, GOOD + b"\n"),
        ("a byte more", 14, GOOD + b" "),
        ("a NUL more", 14, GOOD + b"\0"),
        ("two signatures", 14, GOOD + GOOD[GOOD.index(b"# sig ") :]),
        ("no line end", 13, GOOD[:-1]),
        ("padding", 13, GOOD[:-1] + b"==\n"),
        ("a letter less", 13, GOOD[:-2] + b"\n"),
        ("another alphabet", 13, GOOD[:-2] + b"+\n"),
        ("signature cut off", 13, GOOD[: GOOD.index(b"# sig ")]),
        ("cut in a letter", 8, write(None, form=LETTER)[:120]),
        ("items in a letter", 8, GOOD.replace(b"test-report", b"test-letter", 1)),
    ],
)
def test_what_stands_at_the_end_is_refused(name: str, line: int, data: bytes) -> None:
    """Something could be hung on a document behind its signature."""
    found = refusal(data)
    assert (found.code, found.detail.partition(":")[0]) == (Code.MALFORMED, f"line {line}"), name


def test_a_line_is_not_read_beyond_its_limit(tmp_path: Path) -> None:
    """One line without an end would fill the memory of whoever opens the file."""
    sparse = tmp_path / "sparse.yml"
    roomy = Form("test-report", Head, REPORT.items, 2**33, line_max=2_000)
    for start in (GOOD[: GOOD.index(b"7\n")], GOOD[: GOOD.index(ROW)] + b'- {"item":"', GOOD):
        with sparse.open("w+b") as file:
            file.write(start)
            file.truncate(1024 * MIB)
            with pytest.raises(RulesBroken) as raised:
                open_document(file, (roomy,))
            assert file.tell() < 3 * MIB
        due = Code.MALFORMED if start == GOOD else Code.TOO_LARGE
        assert raised.value.code is due
    long = signed_again(GOOD.replace(b"c # d", b"c" * 2_000, 1))
    assert (refusal(long).code, refusal(long).detail[:8]) == (Code.TOO_LARGE, "line 9: ")


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    """Who uploads a terabyte of nothing would keep the manager busy with it."""
    sparse = tmp_path / "sparse.yml"
    with sparse.open("w+b") as file:
        file.write(GOOD)
        file.truncate(1024 * MIB)
        with pytest.raises(RulesBroken) as raised:
            open_document(file, (REPORT,))
    assert raised.value.code is Code.TOO_LARGE
    assert str(1024 * MIB) in raised.value.detail


def test_a_file_without_a_first_line_is_not_read_either(tmp_path: Path) -> None:
    """A disk image that was given by mistake would be read to its end."""
    sparse = tmp_path / "disk.img"
    with sparse.open("w+b") as file:
        file.truncate(1024 * MIB)
        with pytest.raises(WrongKind):
            open_document(file, (REPORT,))
        assert file.tell() < MIB


def test_a_document_of_exactly_its_limit_is_read() -> None:
    """The largest site would be told that it may be no larger than it is."""
    exact = Form("test-report", Head, REPORT.items, len(GOOD), REPORT.line_max)
    assert open_document(io.BytesIO(GOOD), (exact,)).size == len(GOOD)
    less = Form("test-report", Head, REPORT.items, len(GOOD) - 1, REPORT.line_max)
    with pytest.raises(RulesBroken):
        open_document(io.BytesIO(GOOD), (less,))
