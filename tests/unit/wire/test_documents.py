"""Documents: what is written is read, under one signature, and says what it is."""

import hashlib
import io
import tempfile
import tracemalloc
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from licet.kernel.chance import SeededChance
from licet.kernel.problems import Code, RulesBroken
from licet.wire.codec import Part
from licet.wire.documents import Form, kind_of, open_document, write_document
from licet.wire.keys import (
    ORDER,
    digest_signature_fits,
    draw_key,
    from_base64url,
    sign_bytes,
    sign_digest,
    signature_fits,
    to_base64url,
)
from support.papers import (
    GOOD,
    HEAD,
    ITEMS,
    KEY,
    LETTER,
    PUBLIC,
    REPORT,
    ROWS,
    End,
    Head,
    Row,
    kind_refused,
    read,
    refusal,
    sign,
    signed_again,
    write,
)


def test_a_document_is_written_in_one_form() -> None:
    """What one release wrote, another one would not read."""
    assert GOOD.decode().rpartition("# sig ")[0] == (
        'licet: "test-report"\n'
        "v: 1\n"
        'name: "O\\"Hara\\\\"\n'
        "number: 7\n"
        "base: null\n"
        "full: true\n"
        'names: ["Zürich","𝛑 - #: !&*"]\n'
        "items:\n"
        '- {"item":"row","id":"6f1d9c1e-0000-4000-8000-000000000000","text":"a - b: c # d","counts":[0,0]}\n'
        '- {"item":"row","id":"6f1d9c1e-0000-4000-8000-000000000001","text":"a - b: c # d","counts":[0,1]}\n'
        '- {"item":"row","id":"6f1d9c1e-0000-4000-8000-000000000002","text":"a - b: c # d","counts":[0,2]}\n'
        '- {"item":"end","rows":3}\n'
    )


def test_what_was_written_is_read() -> None:
    """Nothing could be said between a site and its manager."""
    assert read(GOOD) == (HEAD, list(ITEMS))
    assert read(write(())) == (HEAD, [])
    assert read(write(None, form=LETTER)) == (HEAD, [])


def test_what_is_told_of_a_document_is_the_same_at_both_ends() -> None:
    """A site would not know its own request in the response that names it."""
    out = io.BytesIO()
    written = write_document(out, REPORT, HEAD, ITEMS, sign=sign)
    document = open_document(out, (REPORT,))
    assert (document.digest, document.signature, document.size, document.count) == (
        written.digest,
        written.signature,
        written.size,
        len(ITEMS),
    )
    assert written.digest == to_base64url(hashlib.sha256(out.getvalue()).digest())
    assert written.size == len(out.getvalue())


def test_anybody_can_verify_the_signature() -> None:
    """Nobody but Licet could tell whose document it is."""
    body, _, signature = GOOD.rpartition(b"# sig ")
    raw = from_base64url(signature.rstrip(b"\n"))
    stock = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    PUBLIC.verify(stock, body, ec.ECDSA(hashes.SHA256()))


def test_a_signature_over_a_digest_is_the_one_over_the_data() -> None:
    """A document signed as a stream would not verify as a whole, or twice differently."""
    data = b"a document"
    digest = hashlib.sha256(data).digest()
    signature = sign_digest(KEY, digest)
    assert signature == sign_bytes(KEY, data)
    assert signature_fits(PUBLIC, data, signature)
    assert digest_signature_fits(PUBLIC, digest, signature)
    high = signature[:32] + (ORDER - int.from_bytes(signature[32:])).to_bytes(32)
    for other in (high, signature[:-1], signature + b"\0", bytes(64), b"\xff" * 64):
        assert not digest_signature_fits(PUBLIC, digest, other)


def test_nobody_else_has_signed_it() -> None:
    """Anybody could give away licenses in the manager's name."""
    document = open_document(io.BytesIO(GOOD), (REPORT,))
    with pytest.raises(RulesBroken) as raised:
        document.check(draw_key(SeededChance("others")).public_key())
    assert raised.value.code is Code.BAD_SIGNATURE


def test_a_signature_in_another_spelling_is_none() -> None:
    """One document would have two digests, and its second coming would be taken for a fork."""
    letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    last = letters[letters.index(GOOD[-2]) ^ 1]
    assert refusal(GOOD[:-2] + bytes([last]) + b"\n").code is Code.BAD_SIGNATURE


@pytest.mark.parametrize(
    ("data", "heard"),
    [
        (write(None, form=Form("sync-request", Head, None, 9_999)), "this is a sync request"),
        (
            write(None, form=Form("registration-authorization", Head, None, 9_999)),
            "this is a registration authorization",
        ),
        (b"", "this is not a document of Licet"),
        (b"PK\x03\x04" + bytes(5_000_000), "this is not a document of Licet"),
        (b"---\n" + GOOD, "this is not a document of Licet"),
        (b"\n" + GOOD, "this is not a document of Licet"),
        (GOOD.replace(b'"test-report"', b"test-report", 1), "this is not a document of Licet"),
        (GOOD.replace(b'"test-report"', b"'test-report'", 1), "this is not a document of Licet"),
        (b'licet: "test-report\x1b[2J"\n', "this is not a document of Licet"),
    ],
)
def test_a_file_of_another_kind_is_named_for_what_it_is(data: bytes, heard: str) -> None:
    """Who loads the wrong one of four files would hear that it is damaged, and ask for it again."""
    assert kind_refused(data) == heard


def test_the_kind_of_a_file_is_told_from_its_first_line() -> None:
    """The command line could not say which file was given to it."""
    assert kind_of(io.BytesIO(GOOD)) == "test-report"
    assert kind_of(io.BytesIO(GOOD[:21])) == "test-report"
    assert kind_of(io.BytesIO(b"%PDF-1.7\n")) is None
    assert kind_of(io.BytesIO(b"")) is None


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.replace(b"\n", b"\r\n"),
        lambda data: b"\xef\xbb\xbf" + data,
        lambda data: b"\xef\xbb\xbf" + data.replace(b"\n", b"\r\n"),
    ],
)
def test_a_file_that_was_carried_as_text_says_so(change: object) -> None:
    """Who sent it through a mail program would hear that it is no document of Licet at all."""
    found = refusal(change(GOOD))  # type: ignore[operator]
    assert found.code is Code.MALFORMED
    assert "line ends, or a byte order mark, were put in on the way" in found.detail


def test_a_later_version_is_told_apart() -> None:
    """An old manager would call a new site's request damaged, and nobody would think of an upgrade."""
    later = signed_again(GOOD.replace(b"v: 1\n", b"v: 2\nnew: true\n"))
    assert refusal(later).code is Code.UNSUPPORTED_VERSION
    assert "version 2" in refusal(later).detail
    for other in (b"01", b'"2"', b"\x1b[2J", b"9" * 10, b"9" * 20_000, b"-1", b"1.0", b"null", b""):
        found = refusal(signed_again(GOOD.replace(b"v: 1\n", b"v: " + other + b"\n")))
        assert (found.code, found.detail[:8]) == (Code.MALFORMED, "line 2: ")


@pytest.mark.parametrize(
    ("head", "items", "form", "why"),
    [
        (HEAD, (Row(id="x", text="", counts=()),), REPORT, r"line 9: .*\$.id"),
        (Head(name="\x1b", number=1, base=1, full=True, names=()), ITEMS, REPORT, "line 3: "),
        (HEAD, (*ROWS, HEAD), REPORT, "line 12: "),
        (HEAD, (Row(id=ROWS[0].id, text="ö" * 1000, counts=()),), REPORT, "line 9: .* too large"),
        (HEAD, ITEMS, Form("test-report", Head, Row | End, 400), "line 11: .* too large"),
        (
            Head(name="a", number=1, base=1, full=True, names=("a" * 250,) * 5_000),
            (),
            REPORT,
            "line 7: .* too large",
        ),
    ],
)
def test_nothing_is_written_that_would_not_be_read(
    head: Part, items: tuple[Part, ...], form: Form, why: str
) -> None:
    """A site would carry a file to its manager, and learn only there that it is refused."""
    with pytest.raises(ValueError, match=why):
        write(items, head=head, form=form)


def test_a_file_that_changes_between_the_passes_is_refused() -> None:
    """Who can write to the file would have items applied that nobody signed."""
    small = Form("test-report", Head, Row | End, 1_000_000)
    for changed in (
        GOOD.replace(b"[0,2]", b"[0,3]"),
        GOOD.replace(b'{"item":"end","rows":3}', b'{"item":"end","rows":4}'),
        GOOD.replace(b"number: 7", b"number: 8"),
        GOOD[: GOOD.index(b'- {"item":"end"')],
        signed_again(GOOD.replace(b'- {"item":"end","rows":3}\n', b"")),
        write((*ROWS, *ROWS)),
        GOOD + b"\n",
        b"",
        write(ROWS * 10_000),
    ):
        with tempfile.TemporaryFile() as file:
            file.write(GOOD)
            document = open_document(file, (small,))
            document.check(PUBLIC)
            file.seek(0)
            file.truncate()
            file.write(changed)
            with pytest.raises(RulesBroken):
                list(document.items())


def test_items_can_be_read_as_often_as_they_are_needed() -> None:
    """A first look that stopped half way would leave nothing for the next one."""
    document = open_document(io.BytesIO(GOOD), (REPORT,))
    next(document.items())
    assert list(document.items()) == list(ITEMS)
    assert list(document.items()) == list(ITEMS)


def test_a_long_document_is_never_in_memory(tmp_path: Path) -> None:
    """Two hundred thousand products at a site would need a manager of another size."""
    path = tmp_path / "long.yml"
    rows = 6_000
    tracemalloc.start()
    try:
        with path.open("w+b") as file:
            items = (Row(id=ROWS[0].id, text="x" * 500, counts=(at,)) for at in range(rows))
            written = write_document(file, REPORT, HEAD, items, sign=sign)
            document = open_document(file, (REPORT,))
            assert sum(1 for _ in document.items()) == rows
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert written.size > 3_500_000
    assert peak < 400_000


def test_a_head_of_another_type_is_noticed() -> None:
    """A form and its head could drift apart unseen."""
    with pytest.raises(AttributeError):
        write(ITEMS, head=End(rows=1))
