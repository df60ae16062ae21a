"""What a device believes: only an answer of its own authority, whole, to its own question."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from licet.agent.events import (
    CommandRefused,
    Enable,
    Register,
    RenewAuthorization,
    RenewCertificate,
    Request,
)
from licet.agent.state import read_snapshot
from licet.agent.tables import Authorization, Registration
from licet.kernel.time import DAY, HOUR, MINUTE
from licet.pki.authority import AuthorityKeys, found_authority, rotate_issuer, rotate_root
from licet.wire import limits
from licet.wire.envelope import Kind, open_envelope, seal
from licet.wire.keys import load_private
from licet.wire.messages import ANSWERS
from support.harness import ADVANTAGE, START, Authority, Device


def registered() -> Device:
    """Return a registered device that uses one license."""
    authority = Authority()
    authority.give(ADVANTAGE, 5)
    device = Device(authority)
    device.runtime.handle(Enable())
    device.runtime.handle(Request(ADVANTAGE))
    device.runtime.handle(Register(authority.token()))
    device.advance(HOUR)
    return device


def recorder(answers: list[bytes]) -> Callable[[bytes], bytes]:
    """Return what keeps every answer and changes none."""

    def record(answer: bytes) -> bytes:
        answers.append(answer)
        return answer

    return record


def belief(device: Device) -> tuple[object, ...]:
    """Return everything that only an answer may change."""
    assert device.disk.snapshot is not None
    _, _, body = read_snapshot(device.disk.snapshot, device.udi)
    identity = body.identity
    assert identity is not None
    return (
        body.registration,
        body.authorization,
        body.answered,
        body.granted,
        body.trust_version,
        body.roots,
        identity.instance,
        identity.chain,
        identity.not_after,
    )


def test_every_flipped_byte_of_an_answer_is_refused() -> None:
    """Somebody on the way could change what an authority said."""
    device = registered()
    answers: list[bytes] = []
    device.tamper = recorder(answers)
    device.runtime.handle(RenewAuthorization())
    [answer] = answers
    before = belief(device)
    agent = device.agent
    for position in range(len(answer)):
        for bit in (0x01, 0x20):
            damaged = bytearray(answer)
            damaged[position] ^= bit
            device.tamper = lambda _, data=bytes(damaged): data  # type: ignore[misc]
            device.runtime.handle(RenewAuthorization())
            last = device.view().authorization.last
            assert last is not None
            assert not last.ok, f"byte {position} flipped by {bit} was believed"
    assert agent is device.agent
    assert belief(device) == before


def _resigned(device: Device, keys: AuthorityKeys, kind: str) -> Callable[[bytes], bytes]:
    """Return what replaces an answer's signature by another signer's."""

    def resign(answer: bytes) -> bytes:
        message = ANSWERS.decode(open_envelope(answer, max_bytes=limits.MAX_ANSWER_BYTES).payload)
        if kind == "device":
            identity = device.agent._core.identity
            return seal(
                message, kind=Kind.ANSWER, key=load_private(identity.key), chain=identity.chain
            )
        return seal(message, kind=Kind.ANSWER, key=keys.answer_key, chain=keys.answer_chain)

    return resign


def test_an_answer_signed_by_a_device_is_refused() -> None:
    """A customer could answer in the vendor's place with the certificate of any device."""
    device = registered()
    before = belief(device)
    device.tamper = _resigned(device, device.authority.keys, "device")
    device.runtime.handle(RenewAuthorization())
    last = device.view().authorization.last
    assert last is not None
    assert "extended key usage" in last.reason
    assert belief(device) == before


def test_an_answer_of_another_authority_is_refused() -> None:
    """Another vendor's manager could license this vendor's products."""
    device = registered()
    before = belief(device)
    other = found_authority(name="other", chance=device.authority.chance, now=START)
    device.tamper = _resigned(device, other, "authority")
    device.runtime.handle(RenewAuthorization())
    last = device.view().authorization.last
    assert last is not None
    assert not last.ok
    assert belief(device) == before


def test_an_answer_of_another_authority_under_the_same_root_is_refused() -> None:
    """An on-prem could answer devices that belong to another one."""
    device = registered()
    before = belief(device)
    keys = device.authority.keys
    renamed = replace(keys, authority=type(keys.authority)("0f000000-0000-4000-8000-000000000000"))
    other = rotate_issuer(renamed, chance=device.authority.chance, now=START)
    device.tamper = _resigned(device, other, "authority")
    device.runtime.handle(RenewAuthorization())
    assert belief(device) == before


def test_an_expired_answer_certificate_is_refused() -> None:
    """A key that leaked years ago could speak for ever."""
    device = registered()
    old = device.authority.keys
    device.advance(29 * DAY)
    device.advance(70 * DAY)
    before = belief(device)
    assert device.authority.keys.answer_chain != old.answer_chain
    device.tamper = _resigned(device, old, "authority")
    device.runtime.handle(RenewAuthorization())
    last = device.view().authorization.last
    assert last is not None
    assert "outside its validity" in last.reason
    assert belief(device) == before


def test_an_expired_answer_certificate_cannot_speak_in_the_past() -> None:
    """A leaked old key would only have to claim an old time."""
    device = registered()
    old = device.authority.keys
    device.advance(99 * DAY)

    def backdated(answer: bytes) -> bytes:
        message = ANSWERS.decode(open_envelope(answer, max_bytes=limits.MAX_ANSWER_BYTES).payload)
        stale = msgspec.structs.replace(message, at=int(START.timestamp()) + 60)
        return seal(stale, kind=Kind.ANSWER, key=old.answer_key, chain=old.answer_chain)

    before = belief(device)
    device.tamper = backdated
    device.runtime.handle(RenewAuthorization())
    assert belief(device) == before


def test_an_answer_to_another_request_is_refused() -> None:
    """A recorded good answer could be played again."""
    device = registered()
    answers: list[bytes] = []
    device.tamper = recorder(answers)
    device.runtime.handle(RenewAuthorization())
    device.advance(MINUTE)
    before = belief(device)
    device.tamper = lambda _: answers[0]
    device.runtime.handle(RenewAuthorization())
    last = device.view().authorization.last
    assert last is not None
    assert "another request" in last.reason
    assert belief(device) == before


def test_every_changed_character_of_a_token_is_refused() -> None:
    """A token that was copied wrong would register something, or use up another token."""
    authority = Authority()
    token = authority.token(uses=1)
    device = Device(authority)
    device.runtime.handle(Enable())
    for position, character in enumerate(token):
        other = "A" if character != "A" else "B"
        damaged = token[:position] + other + token[position + 1 :]
        device.advance(DAY)  # so that the authority does not ask to slow down
        try:
            device.runtime.handle(Register(damaged))
        except CommandRefused:
            continue
        # A changed mark makes even the refusal unbelievable: the device goes on trying.
        state = device.view().registration.state
        assert state in (Registration.FAILED, Registration.RETRY), position
    with authority.store.begin() as work:
        assert not work.instances_of_udi(device.udi)
    device.runtime.handle(Register(token))
    assert device.view().registration.state is Registration.COMPLETE


@pytest.mark.parametrize("rotations", [1, 2])
def test_rotation_while_a_device_is_away(rotations: int) -> None:
    """A root rotation would need a visit to every device that was switched off."""
    device = registered()
    authority = device.authority
    device.up = False
    for number in range(rotations):
        device.advance(20 * DAY)
        now = START + device.clock.passed
        authority.keys = rotate_root(authority.keys, chance=authority.chance, now=now)
        authority.keys = rotate_issuer(authority.keys, chance=authority.chance, now=now)
        assert authority.keys.trust_lists[-1].list.version == number + 2
    device.up = True
    device.advance(2 * DAY)
    device.runtime.handle(RenewAuthorization())
    assert device.view().authorization.state is Authorization.AUTHORIZED
    assert device.agent._core.trust.version == rotations + 1
    device.runtime.handle(RenewCertificate())
    renewal = device.view().registration.last_renewal
    assert renewal is not None
    assert renewal.ok
    assert device.agent._core.trust.roots == (authority.keys.root,)


def test_a_token_of_another_root_is_refused_before_anything_is_sent() -> None:
    """A product could be taken over by whoever prints tokens."""
    device = registered()
    stranger = Authority(seed="stranger")
    sent = len(device.sent)
    with pytest.raises(CommandRefused) as refused:
        device.runtime.handle(Register(stranger.token(), force=True))
    assert refused.value.name == "tokenroot"
    assert len(device.sent) == sent


def test_a_clock_far_off_stops_the_first_registration() -> None:
    """A device would be registered, and find itself expired at once."""
    authority = Authority()
    device = Device(authority)
    device.clock.offset = timedelta(days=-400)
    device.runtime.handle(Enable())
    device.runtime.handle(Register(authority.token(uses=1)))
    registration = device.view().registration
    assert registration.state is Registration.FAILED
    assert registration.initial is not None
    assert registration.initial.reason == (
        "System clock differs from the server by 400 days, 0 hours, 0 minutes, 0 seconds"
    )
    device.clock.offset = timedelta(0)
    device.runtime.handle(Register(authority.token(uses=1)))
    assert device.view().registration.state is Registration.COMPLETE
