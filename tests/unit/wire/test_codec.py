"""One value has one encoding: whatever else comes is refused, with one reason."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.kernel.problems import Code, RulesBroken
from licet.wire import limits
from licet.wire.codec import encode
from licet.wire.messages import ANSWERS, LEAVE_NOTES, REQUESTS, Answer, Leave, Left

UUID = "6f1d9c1e-0000-4000-8000-00000000000a"
LEAVE = Leave(authority=UUID, instance=UUID, left_at=1_655_914_541)
GOOD = encode(LEAVE)


def broken(data: bytes) -> RulesBroken:
    """Return why a request is refused."""
    with pytest.raises(RulesBroken) as raised:
        REQUESTS.decode(data)
    return raised.value


def test_the_one_form_is_read() -> None:
    """Nothing at all could be said."""
    assert REQUESTS.decode(GOOD) == LEAVE
    assert LEAVE_NOTES.decode(GOOD) == LEAVE
    assert (
        b'{"kind":"leave","v":1,"authority":"'
        + UUID.encode()
        + b'","instance":"'
        + UUID.encode()
        + b'","left_at":1655914541}'
    ) == GOOD


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("white space", lambda text: text.replace(b":1,", b": 1,")),
        ("trailing newline", lambda text: text + b"\n"),
        (
            "another order",
            lambda text: json.dumps(dict(reversed(json.loads(text).items()))).encode(),
        ),
        ("a key twice", lambda text: text[:-1] + b',"left_at":1655914541}'),
        ("an unknown field", lambda text: text[:-1] + b',"more":1}'),
        ("a field less", lambda text: text.replace(b',"left_at":1655914541', b"")),
        ("NUL in a string", lambda text: text.replace(b"6f1d9c1e", b"\\u0000f1d9c1e")),
        ("an escaped letter", lambda text: text.replace(b'"leave"', b'"l\\u0065ave"')),
        ("a huge number", lambda text: text.replace(b"1655914541", b"9" * 400)),
        ("a fraction", lambda text: text.replace(b"1655914541", b"1655914541.0")),
        ("an exponent", lambda text: text.replace(b"1655914541", b"1e9")),
        ("a negative time", lambda text: text.replace(b"1655914541", b"-1")),
        ("a string for a number", lambda text: text.replace(b"1655914541", b'"1655914541"')),
        ("bad UTF-8", lambda text: text.replace(b"6f1d9c1e", b"\xff\xfe9c1e00")),
        ("an identifier with a newline", lambda text: text.replace(b'a","left', b'a\\n","left')),
        ("null", lambda _: b"null"),
        ("nothing", lambda _: b""),
        ("deep nesting", lambda _: b"[" * 30_000),
        ("an unknown kind", lambda text: text.replace(b'"leave"', b'"fetch"')),
    ],
)
def test_other_spellings_are_malformed(name: str, change: object) -> None:
    """Two readers could understand one message differently."""
    data = change(GOOD)  # type: ignore[operator]
    assert data != GOOD, name
    assert broken(data).code is Code.MALFORMED


def test_a_later_version_is_told_apart() -> None:
    """An old authority would call a new agent broken, and nobody would think of an upgrade."""
    later = GOOD.replace(b'"v":1', b'"v":2')
    assert broken(later).code is Code.UNSUPPORTED_VERSION
    assert broken(later[:-1] + b',"new":true}').code is Code.UNSUPPORTED_VERSION
    assert broken(GOOD.replace(b'"v":1', b'"v":0')).code is Code.UNSUPPORTED_VERSION


def test_what_is_too_large_is_not_even_read() -> None:
    """A sender could fill the memory."""
    assert broken(b" " * (limits.MAX_REQUEST_BYTES + 1)).code is Code.TOO_LARGE


@given(st.binary(max_size=300))
def test_no_bytes_are_more_than_refused(data: bytes) -> None:
    """Some bytes would end the process."""
    for decoder in (REQUESTS, ANSWERS):
        with pytest.raises(RulesBroken):
            decoder.decode(data)


@given(st.integers(0, len(GOOD) - 1), st.integers(1, 255))
def test_a_changed_byte_gives_another_message_or_none(position: int, change: int) -> None:
    """Two different texts would be the same message."""
    damaged = bytearray(GOOD)
    damaged[position] ^= change
    try:
        value = REQUESTS.decode(bytes(damaged))
    except RulesBroken:
        return
    assert value != LEAVE


def test_texts_for_people_have_no_control_characters() -> None:
    """A host name could write into an administrator's terminal."""
    answer = Answer(request="A" * 43, authority=UUID, at=0, epoch=0, trust_lists=(), outcome=Left())
    assert ANSWERS.decode(encode(answer)) == answer
    for evil in ("\x1b[2J", "a\nb", "\x00", "\u2028", "\x9b1m"):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(evil, limits.Line)
