"""The envelope: one form, one algorithm, and a stock JWS library agrees with us."""

import pytest
from joserfc import jws
from joserfc.jwk import ECKey

from licet.kernel.chance import SeededChance
from licet.kernel.problems import Code, RulesBroken
from licet.wire import limits
from licet.wire.envelope import Kind, Opened, check_signature, open_envelope, seal
from licet.wire.keys import (
    ORDER,
    draw_key,
    from_base64,
    from_base64url,
    load_private,
    load_public,
    private_bytes,
    public_bytes,
    to_base64url,
)
from licet.wire.messages import Leave

UUID = "6f1d9c1e-0000-4000-8000-00000000000a"
KEY = draw_key(SeededChance("envelope"))
MESSAGE = Leave(authority=UUID, instance=UUID, left_at=0)
SEALED = seal(MESSAGE, kind=Kind.LEAVE, key=KEY, chain=(b"one", b"two"))


def opened(data: bytes) -> Opened:
    """Open and check an envelope."""
    found = open_envelope(data, max_bytes=limits.MAX_REQUEST_BYTES)
    check_signature(found, KEY.public_key())
    return found


def test_what_was_sealed_opens() -> None:
    """Nobody could talk to anybody."""
    found = opened(SEALED)
    assert (found.kind, found.chain) == (Kind.LEAVE, (b"one", b"two"))


def test_the_same_message_gives_the_same_bytes() -> None:
    """A seed could not replay a simulation."""
    assert seal(MESSAGE, kind=Kind.LEAVE, key=KEY, chain=(b"one", b"two")) == SEALED


def test_a_stock_library_verifies_it() -> None:
    """Another language's JWS library could not be used to write an agent."""
    key = ECKey.import_key(KEY.public_key())
    verified = jws.deserialize_compact(SEALED, key, algorithms=["ES256"])
    assert verified.payload == open_envelope(SEALED, max_bytes=limits.MAX_REQUEST_BYTES).payload


def test_every_flipped_byte_is_refused() -> None:
    """Somebody on the way could change a message."""
    for position in range(len(SEALED)):
        for bit in (1, 2, 4, 8, 16, 32, 64, 128):
            damaged = bytearray(SEALED)
            damaged[position] ^= bit
            with pytest.raises(RulesBroken):
                opened(bytes(damaged))


@pytest.mark.parametrize(
    "header",
    [
        b'{"alg":"none","typ":"licet-leave","x5c":[]}',
        b'{"alg":"HS256","typ":"licet-leave","x5c":[]}',
        b'{"alg":"ES256","typ":"licet-leave","x5c":[],"crit":["b64"]}',
        b'{"alg":"ES256","typ":"licet-leave","x5c":[],"jwk":{}}',
        b'{"alg":"ES256","typ":"licet-other","x5c":[]}',
        b'{"typ":"licet-leave","alg":"ES256","x5c":[]}',
        b'{"alg":"ES256","alg":"ES256","typ":"licet-leave","x5c":[]}',
        b'{"alg":"ES256","typ":"licet-leave","x5c":["AA=="],"x5u":"https://example.com"}',
        b'{"alg":"ES256","typ":"licet-leave","x5c":["AB=="]}',
        b'{"alg":"ES256","typ":"licet-leave","x5c":["AA==","AA==","AA==","AA=="]}',
    ],
)
def test_another_header_is_refused(header: bytes) -> None:
    """The sender could choose how it is checked."""
    _, payload, signature = SEALED.split(b".")
    data = b".".join([to_base64url(header).encode(), payload, signature])
    with pytest.raises(RulesBroken) as broken:
        open_envelope(data, max_bytes=limits.MAX_REQUEST_BYTES)
    assert broken.value.code is Code.MALFORMED


def test_the_other_value_of_s_is_refused() -> None:
    """Somebody on the way could make a fork of an honest message, and lock its product out."""
    for number in range(8):
        message = Leave(authority=UUID, instance=UUID, left_at=number)
        signed, _, signature = seal(message, kind=Kind.LEAVE, key=KEY).rpartition(b".")
        raw = from_base64url(signature)
        s = int.from_bytes(raw[32:])
        assert s <= ORDER // 2
        twisted = raw[:32] + (ORDER - s).to_bytes(32)
        with pytest.raises(RulesBroken) as broken:
            opened(signed + b"." + to_base64url(twisted).encode())
        assert broken.value.code is Code.BAD_SIGNATURE


def test_sizes_are_limited_before_anything_is_read() -> None:
    """A sender could fill the memory."""
    with pytest.raises(RulesBroken) as broken:
        open_envelope(b"a" * 170_000, max_bytes=limits.MAX_REQUEST_BYTES)
    assert broken.value.code is Code.TOO_LARGE


@pytest.mark.parametrize("text", ["AB", "AA=", "A", "AA+", "AA\n", " AA", "A A"])
def test_base64url_has_one_form(text: str) -> None:
    """One signature would have many spellings."""
    with pytest.raises(ValueError, match=r".+"):
        from_base64url(text)


@pytest.mark.parametrize("text", ["AB==", "AA", "AA=", "AA==\n", "A-==", "="])
def test_base64_has_one_form(text: str) -> None:
    """One certificate would have many spellings."""
    with pytest.raises(ValueError, match=r".+"):
        from_base64(text)


def test_keys_go_and_come() -> None:
    """A saved key would be another key."""
    assert load_private(private_bytes(KEY)).private_numbers() == KEY.private_numbers()
    spki = public_bytes(KEY.public_key())
    assert load_public(spki).public_numbers() == KEY.public_key().public_numbers()
    for damaged in (b"", spki[:-1], spki + b"\0", b"\x30" * 91):
        with pytest.raises(ValueError, match=r".+"):
            load_public(damaged)
