"""ID tokens: the shape that people know, pasted as people paste."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.kernel.ids import TokenId
from licet.kernel.time import epoch_seconds, instant
from licet.wire.messages import Proof
from licet.wire.tokens import (
    TOKEN_CHARS,
    Token,
    derive_secret,
    parse_token,
    print_token,
    proof_fits,
    prove,
)

ID = TokenId("81c5e765-060e-4b1a-9c1d-000000000001")
TOKEN = Token(ID, instant(1_700_000_000), bytes(range(32)), "ab" * 16, "cd" * 8)
TEXT = print_token(TOKEN)


def test_the_shape_of_the_published_sample() -> None:
    """Forms and scripts that know such tokens would not take ours (device.md 4.9)."""
    assert len(TEXT) == TOKEN_CHARS == 172
    assert TEXT.startswith("ODFjNWU3NjUtMDYwZS0")
    assert base64.b64decode(TEXT).startswith(b"81c5e765-060e-4b1a-9c1d-000000000001-1700000000000|")
    assert parse_token(TEXT) == TOKEN


@pytest.mark.parametrize(
    "pasted",
    [
        "%0A".join([TEXT[:60], TEXT[60:120], TEXT[120:]]),
        "%0a".join([TEXT[:60], TEXT[60:]]),
        f"  {TEXT[:86]}\n{TEXT[86:]}\r\n",
    ],
)
def test_pasted_tokens_are_read(pasted: str) -> None:
    """People paste what the page showed them, line breaks and all."""
    assert parse_token(pasted) == TOKEN


@pytest.mark.parametrize(
    ("pasted", "says"),
    [
        ("", "Token cannot be empty"),
        (" %0A ", "Token cannot be empty"),
        ("A" * 256, "256 characters long; at most 255"),
        (TEXT[:-1], "not whole: 171 characters of 172"),
        ("A" * 172, "damaged; copy it again"),
        (base64.b64encode(b"x" * 129).decode(), "damaged; copy it again"),
    ],
)
def test_what_is_no_token_is_told_how_it_differs(pasted: str, says: str) -> None:
    """An operator would not know what is wrong with what they pasted."""
    with pytest.raises(ValueError, match=says):
        parse_token(pasted)


def test_secrets_are_derived_and_hidden() -> None:
    """A log line could register products."""
    one = derive_secret(b"m" * 32, ID)
    assert one == derive_secret(b"m" * 32, ID)
    assert one != derive_secret(b"n" * 32, ID)
    assert one != derive_secret(b"m" * 32, TokenId("81c5e765-060e-4b1a-9c1d-000000000002"))
    assert "secret" not in repr(TOKEN)
    assert TEXT not in repr(TOKEN)


def test_a_proof_is_over_everything() -> None:
    """A proof could be moved to another product, key or authority."""
    fields = {
        "authority": "cd" * 8,
        "root": "ab" * 16,
        "expires_at": 1_700_000_000,
        "key": "K" * 43,
        "csr": "C" * 43,
        "pid": "N9K",
        "sn": "FDO1",
        "force": False,
        "request": ID,
    }
    proof = prove(TOKEN.secret, Proof(**fields))  # type: ignore[arg-type]
    assert proof_fits(TOKEN.secret, Proof(**fields), proof)  # type: ignore[arg-type]
    other = {
        "authority": "ce" * 8,
        "root": "ac" * 16,
        "expires_at": 1_700_000_001,
        "key": "L" * 43,
        "csr": "D" * 43,
        "pid": "N9L",
        "sn": "FDO2",
        "force": True,
        "request": "81c5e765-060e-4b1a-9c1d-000000000003",
    }
    assert other.keys() == fields.keys()
    for name, value in other.items():
        changed = Proof(**{**fields, name: value})  # type: ignore[arg-type]
        assert not proof_fits(TOKEN.secret, changed, proof), name


def _fields(token: Token) -> dict[str, object]:
    return {
        "authority": token.authority_mark,
        "root": token.root_mark,
        "expires_at": epoch_seconds(token.expires_at),
        "key": "K" * 43,
        "csr": "C" * 43,
        "pid": "N9K",
        "sn": "FDO1",
        "force": False,
        "request": ID,
    }


@pytest.mark.parametrize("kind", ["other letter", "other case", "next letter"])
def test_no_changed_character_passes(kind: str) -> None:
    """A token that was typed wrong would register a product, or say something that nobody wrote."""
    proof = prove(TOKEN.secret, Proof(**_fields(TOKEN)))  # type: ignore[arg-type]
    refused = 0
    for position, letter in enumerate(TEXT):
        other = {
            "other letter": "A" if letter != "A" else "z",
            "other case": letter.swapcase() if letter.isalpha() else "+",
            "next letter": chr(ord(letter) + 1),
        }[kind]
        typed = TEXT[:position] + other + TEXT[position + 1 :]
        try:
            read = parse_token(typed)
        except ValueError:
            refused += 1
            continue
        changed = prove(read.secret, Proof(**_fields(read)))  # type: ignore[arg-type]
        # The row that is found by the id, and its secret, are another's; else the proof differs.
        assert read.token != ID or changed != proof
    assert 0 < refused < len(TEXT)


@given(st.text(max_size=255))
def test_no_pasted_text_does_more_than_be_refused(pasted: str) -> None:
    """Something on a clipboard could end the command line."""
    with pytest.raises(ValueError, match=r".+"):
        parse_token(pasted)
