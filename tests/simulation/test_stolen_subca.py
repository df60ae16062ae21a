"""What a product believes of somebody who has stolen the sub-CA of its on-prem: nothing."""

from collections.abc import Callable

import msgspec
import pytest

from licet.agent.events import Enable, Register, RenewAuthorization, RenewCertificate, Request
from licet.agent.tables import Authorization, Registration
from licet.kernel.time import HOUR
from licet.pki.profiles import Profile
from licet.wire import limits
from licet.wire.envelope import Kind, open_envelope, seal
from licet.wire.keys import draw_key, load_private, to_base64
from licet.wire.messages import ANSWERS, Answer, Registered, Renewed
from licet.wire.tokens import print_token
from support.forged import DEVICES, forged_answer, forged_device
from support.harness import Device
from support.office import LAN
from support.plant import Plant, behind, registered


def opened(data: bytes) -> Answer:
    """Return what an answer says."""
    answer = ANSWERS.decode(open_envelope(data, max_bytes=limits.MAX_ANSWER_BYTES).payload)
    assert isinstance(answer, Answer)
    return answer


@pytest.mark.parametrize("profile", [Profile.ANSWER, Profile.SYNC])
@pytest.mark.parametrize("whose", ["site", "manager"])
def test_a_sub_ca_makes_nobody_an_authority(profile: Profile, whose: str) -> None:
    """Who runs an on-prem could answer in its manager's place, or beyond its lease in its own."""
    device, plant = registered()
    site = plant.site
    thief = draw_key(site.chance)
    names = {"site": site.keys.authority, "manager": plant.manager.keys.authority}
    chain = forged_answer(site, names[whose], profile, thief)

    def resign(data: bytes) -> bytes:
        answer = msgspec.structs.replace(opened(data), authority=names[whose])
        return seal(answer, kind=Kind.ANSWER, key=thief, chain=chain)

    device.tamper = resign
    device.runtime.handle(RenewAuthorization())
    last = device.view().authorization.last
    assert last is not None
    assert "a sub-ca may not issue a answer certificate" in last.reason
    assert device.view().authorization.state is Authorization.AUTHORIZED


def forging(plant: Plant, device: Device, what: str) -> Callable[[bytes], bytes]:
    """Return what puts a forged ID certificate into an answer, which the site itself signs."""

    def forge(data: bytes) -> bytes:
        answer, body = opened(data), device.agent._core.body
        outcome = answer.outcome
        if not isinstance(outcome, Registered | Renewed):
            return data
        key = body.pending.key if body.pending else device.agent._core.identity.key
        instance = (
            outcome.instance
            if isinstance(outcome, Registered)
            else device.agent._core.identity.instance
        )
        chain = forged_device(
            plant.site, what, key=load_private(key), instance=instance, udi=device.udi
        )
        certificates = tuple(to_base64(der) for der in chain)
        changed = msgspec.structs.replace(
            answer, outcome=msgspec.structs.replace(outcome, certificates=certificates)
        )
        keys = plant.site.keys
        return seal(changed, kind=Kind.ANSWER, key=keys.answer_key, chain=keys.answer_chain)

    return forge


def test_the_forgery_is_right_but_for_one_thing() -> None:
    """What follows would be refused for a fault of the test."""
    plant = Plant()
    device = behind(plant)
    device.tamper = forging(plant, device, "nothing")
    device.runtime.handle(Enable())
    device.runtime.handle(Register(print_token(plant.site.token())))
    assert device.view().registration.state is Registration.COMPLETE


@pytest.mark.parametrize("what", DEVICES)
def test_a_product_takes_no_forged_certificate(what: str) -> None:
    """A product would hold a certificate that no authority reads, and learn of it much later."""
    plant = Plant()
    device = behind(plant)
    device.tamper = forging(plant, device, what)
    device.runtime.handle(Enable())
    device.runtime.handle(Request(LAN))
    device.runtime.handle(Register(print_token(plant.site.token())))
    registration = device.view().registration
    assert registration.state is Registration.RETRY
    assert registration.initial is not None
    assert DEVICES[what] in registration.initial.reason
    device.tamper = lambda data: data
    device.advance(HOUR)
    assert device.view().registration.state is Registration.COMPLETE
    before = device.agent._core.identity.chain
    device.tamper = forging(plant, device, what)
    device.runtime.handle(RenewCertificate())
    renewal = device.view().registration.last_renewal
    assert renewal is not None
    assert DEVICES[what] in renewal.reason
    assert device.agent._core.identity.chain == before
