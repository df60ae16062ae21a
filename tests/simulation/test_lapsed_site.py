"""A device behind an on-prem that does not synchronize: it keeps what it has, and says why."""

from collections.abc import Callable
from dataclasses import replace

import msgspec

from licet.agent.events import Enable, Register, RenewAuthorization
from licet.agent.state import read_snapshot
from licet.agent.tables import Authorization, Registration
from licet.kernel.problems import Code
from licet.kernel.time import DAY, HOUR
from licet.ledger.sites import LocalState
from licet.pki.authority import AuthorityKeys
from licet.wire import limits
from licet.wire.envelope import Kind, open_envelope, seal
from licet.wire.messages import ANSWERS, Answer, Problem
from licet.wire.tokens import print_token
from support.harness import START, Device
from support.plant import behind, registered
from support.sites import SiteOffice

LAPSED = "The on-prem authority has not synchronized in time"


def reason(device: Device) -> str:
    """Return why the last authorization failed."""
    last = device.view().authorization.last
    assert last is not None
    assert not last.ok
    return last.reason


def belief(device: Device) -> tuple[object, ...]:
    """Return everything that only a believed answer may change."""
    assert device.disk.snapshot is not None
    _, _, body = read_snapshot(device.disk.snapshot, device.udi)
    assert body.identity is not None
    return (
        body.registration,
        body.authorization,
        body.answered,
        body.granted,
        body.roots,
        body.identity.chain,
    )


def test_a_device_keeps_what_it_has_until_its_deadline() -> None:
    """A plant would stand still on the day on which its on-prem is late."""
    device, plant = registered()
    device.advance(89 * DAY)
    assert device.view().authorization.last.ok  # type: ignore[union-attr]
    device.advance(10 * DAY)
    assert reason(device) == LAPSED
    assert device.view().authorization.state is Authorization.AUTHORIZED
    device.advance(49 * DAY)
    assert device.view().authorization.state is Authorization.AUTHORIZED
    device.advance(4 * DAY)
    assert device.view().authorization.state is Authorization.AUTHORIZATION_EXPIRED
    assert reason(device) == LAPSED
    assert device.view().registration.state is Registration.COMPLETE
    plant.synchronize(START + device.clock.passed)
    device.advance(2 * DAY)
    assert device.view().authorization.state is Authorization.AUTHORIZED


def test_a_lapse_within_the_answer_certificates_life_is_believed() -> None:
    """A restored on-prem would make its devices forget what they were granted."""
    device, plant = registered()
    plant.site.set(restored=True)
    before = belief(device)
    device.runtime.handle(RenewAuthorization())
    assert reason(device) == LAPSED
    assert belief(device) == before
    plant.synchronize(START + device.clock.passed)
    device.runtime.handle(RenewAuthorization())
    assert device.view().authorization.last.ok  # type: ignore[union-attr]


def test_a_new_product_is_told_why_it_cannot_register() -> None:
    """Somebody would look for a fault in the token, or in the network."""
    device, plant = registered()
    device.advance(91 * DAY)
    newcomer = behind(plant, "FDO9")
    newcomer.clock.passed = device.clock.passed
    newcomer.runtime.handle(Enable())
    newcomer.runtime.handle(Register(print_token(plant.site.token())))
    registration = newcomer.view().registration
    assert registration.state is Registration.RETRY
    assert registration.initial is not None
    assert registration.initial.reason == LAPSED
    plant.synchronize(START + newcomer.clock.passed)
    newcomer.advance(HOUR)
    assert newcomer.view().registration.state is Registration.COMPLETE


def test_a_removed_account_tells_the_device_to_register_again() -> None:
    """An operator would wait for an on-prem that is no more."""
    device, plant = registered()
    plant.site.set(state=LocalState.REMOVED)
    device.runtime.handle(RenewAuthorization())
    assert "Please re-register the instance" in reason(device)


def resigned(
    keys: AuthorityKeys, change: Callable[[Answer], Answer] = lambda answer: answer
) -> Callable[[bytes], bytes]:
    """Return what changes an answer and signs it with the answer key of `keys`."""

    def resign(data: bytes) -> bytes:
        opened = open_envelope(data, max_bytes=limits.MAX_ANSWER_BYTES)
        answer = ANSWERS.decode(opened.payload)
        assert isinstance(answer, Answer)
        return seal(change(answer), kind=Kind.ANSWER, key=keys.answer_key, chain=keys.answer_chain)

    return resign


def test_an_ended_certificate_is_believed_as_a_reason_only() -> None:
    """A leaked answer key of a lapsed on-prem could grant, end or delay licenses for ever."""
    device, plant = registered()
    keys = plant.site.keys
    other = SiteOffice(plant.manager, seed="other").keys
    device.advance(95 * DAY)
    assert reason(device) == LAPSED
    before, agent = belief(device), device.agent
    signed_at = agent._core.time.signed_at

    def says(code: Code) -> Callable[[Answer], Answer]:
        problem = Problem(code=code, detail="", number=9, retry_after_s=None)
        return lambda answer: msgspec.structs.replace(answer, outcome=problem)

    def another(answer: Answer) -> Answer:
        return msgspec.structs.replace(answer, request="A" * 43)

    def renamed(answer: Answer) -> Answer:
        return msgspec.structs.replace(answer, authority=other.authority)

    for tamper, why in (
        (resigned(keys, says(Code.UNKNOWN_INSTANCE)), "outside its validity"),
        (resigned(keys, says(Code.STALE)), "outside its validity"),
        (resigned(keys, another), "for another request"),
        (resigned(other), "for another licensing authority"),
        (resigned(other, renamed), "for another licensing authority"),
        (resigned(replace(keys, answer_key=other.answer_key)), "signature does not verify"),
        (lambda data: data, LAPSED),
    ):
        device.tamper = tamper
        device.runtime.handle(RenewAuthorization())
        assert why in reason(device)
        assert belief(device) == before
        assert agent._core.time.signed_at == signed_at
    assert device.agent is agent
