"""What an attack on the protocol found once: hostile answers, owners with a screwdriver, strangers."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from licet.agent.events import (
    CommandRefused,
    Deregister,
    Disable,
    Enable,
    Register,
    RenewAuthorization,
    RenewCertificate,
    Request,
    SetHostName,
)
from licet.agent.machine import AgentSettings
from licet.agent.tables import Authorization, Registration
from licet.kernel.ids import Udi, check_udi
from licet.kernel.problems import Code, NoAnswer
from licet.kernel.time import DAY, HOUR, MINUTE, SECOND
from licet.wire import limits
from licet.wire.envelope import Kind, open_envelope, seal
from licet.wire.messages import ANSWERS, Answer, Authorized, Problem, Registered, Renewed
from support.harness import ADVANTAGE, PRODUCT, Authority, Device


def registered(settings: AgentSettings | None = None) -> Device:
    """Return a registered device that uses one license."""
    authority = Authority()
    authority.give(ADVANTAGE, 1)
    device = Device(authority)
    if settings is not None:
        device = Device(authority, settings=settings)
    device.runtime.handle(Enable())
    device.runtime.handle(Request(ADVANTAGE))
    device.runtime.handle(Register(authority.token()))
    return device


def resign(device: Device, change: Callable[[Answer], Answer]) -> Callable[[bytes], bytes]:
    """Return what changes answers and signs them with the authority's own key."""

    def changed(data: bytes) -> bytes:
        answer = ANSWERS.decode(open_envelope(data, max_bytes=limits.MAX_ANSWER_BYTES).payload)
        assert isinstance(answer, Answer)
        keys = device.authority.keys
        return seal(change(answer), kind=Kind.ANSWER, key=keys.answer_key, chain=keys.answer_chain)

    return changed


def outcome_with(**fields: Any) -> Callable[[Answer], Answer]:
    """Return what sets fields of an outcome, where it has them."""

    def change(answer: Answer) -> Answer:
        known = {name: value for name, value in fields.items() if hasattr(answer.outcome, name)}
        return msgspec.structs.replace(
            answer, outcome=msgspec.structs.replace(answer.outcome, **known)
        )

    return change


@pytest.mark.parametrize(
    "fields",
    [{"next_in_s": 0}, {"renew_in_s": 0}, {"deadline": 0}, {"next_in_s": 0, "renew_in_s": 0}],
    ids=str,
)
def test_odd_intervals_make_no_busy_circle(fields: dict[str, int]) -> None:
    """An authority's mistake would turn every device into a flood."""
    device = registered()
    device.tamper = resign(device, outcome_with(**fields))
    device.runtime.handle(RenewAuthorization())
    device.runtime.handle(RenewCertificate())
    sent = len(device.sent)
    device.advance(DAY)
    assert len(device.sent) - sent <= 2 * 24 + 2


@pytest.mark.parametrize("wait_s", [-(10**15), -1, 10**12, 10**15, 400 * 86_400])
def test_nobody_can_put_a_renewal_off_for_ever(wait_s: int) -> None:
    """One forged 503 would end a registration, or the agent."""
    device = registered()
    device.advance(180 * DAY - HOUR)
    send = device.send

    class Busy:
        """A forged 503 with Retry-After."""

        def send(self, message: object, deliver: Any) -> None:
            """Answer nothing, and ask to wait."""
            del message
            deliver(NoAnswer("503", retry_after_s=wait_s))

    device.runtime.transport = Busy()
    device.advance(2 * HOUR)
    assert device.view().registration.next_renewal_at is not None
    device.runtime.transport = device
    assert send == device.send
    device.advance(3 * DAY)
    renewal = device.view().registration.last_renewal
    assert renewal is not None
    assert renewal.ok


def _problem(code: Code, number: int) -> Callable[[Answer], Answer]:
    refusal = Problem(code=code, detail="", number=number, retry_after_s=None)
    return lambda answer: msgspec.structs.replace(answer, outcome=refusal)


@pytest.mark.parametrize("code", [Code.STALE, Code.FORKED])
def test_a_number_in_answer_to_a_registration_is_nothing(code: Code) -> None:
    """A device would be stuck in progress for ever."""
    authority = Authority()
    device = Device(authority)
    device.runtime.handle(Enable())
    device.tamper = resign(device, _problem(code, 7))
    device.runtime.handle(Register(authority.token()))
    assert device.view().registration.state is Registration.RETRY
    device.tamper = lambda data: data
    device.advance(15 * MINUTE)
    assert device.view().registration.state is Registration.COMPLETE


def test_a_number_beyond_reach_is_not_continued_from() -> None:
    """One answer would make every later message malformed."""
    device = registered()
    device.tamper = resign(device, _problem(Code.FORKED, 2**53 - 1))
    device.runtime.handle(RenewAuthorization())
    device.tamper = lambda data: data
    device.runtime.handle(RenewAuthorization())
    last = device.view().authorization.last
    assert last is not None
    assert last.ok


def test_an_owner_who_reboots_and_turns_the_clock_back_gains_little() -> None:
    """Authorization would last for as long as somebody presses a button every day."""
    device = registered(AgentSettings(PRODUCT, jitter_s_max=0))
    device.up = False
    held = device.clock.now().wall
    for _ in range(100):
        device.advance(DAY - 10 * MINUTE)
        device.clock.reboot()
        device.clock.offset += held - device.clock.now().wall
        device.restart()
    assert device.view().authorization.state is Authorization.AUTHORIZATION_EXPIRED


def test_a_device_without_a_clock_battery_stays_registered() -> None:
    """A kiosk that is switched off at night, and gets its date from the network, would be lost."""
    device = registered(AgentSettings(PRODUCT, jitter_s_max=0))
    for _ in range(400):
        device.advance(8 * HOUR)
        device.clock.passed += 16 * HOUR
        device.clock.reboot()
        device.clock.offset = timedelta(days=-4000)
        device.restart()
        device.advance(30 * SECOND)
        device.clock.offset = timedelta(0)
        device.runtime.tick()
    view = device.view()
    assert view.registration.state is Registration.COMPLETE
    assert view.authorization.state is Authorization.AUTHORIZED
    assert len([kind for _, kind in device.sent if kind == "renew"]) >= 2
    assert len([kind for _, kind in device.sent if kind == "authorize"]) >= 12


def test_strangers_cannot_keep_a_product_or_a_token_out() -> None:
    """Anybody who reads a label, or a token's first half, could stop its registration."""
    authority = Authority()
    token = authority.token()
    for number in range(100):
        stranger = Device(authority, udi=Udi("N9K-C93180YC-EX", "FDO21120U5B"))
        stranger.runtime.handle(Enable())
        wrong = authority.token() if number % 2 else token
        pending = stranger.agent._core
        stranger.runtime.transport = type("Off", (), {"send": lambda *_: None})()
        stranger.runtime.handle(Register(wrong))
        assert pending.body.pending is not None
        pending.body.pending.secret = b"x" * 32
        pending.body.in_flight = None
        stranger.runtime.transport = stranger
        stranger.runtime.tick()
        assert stranger.view().registration.state is not Registration.COMPLETE
    device = Device(authority)
    device.runtime.handle(Enable())
    device.runtime.handle(Register(token))
    assert device.view().registration.state is Registration.COMPLETE


def test_a_lost_answer_and_a_change_of_mind_cost_no_second_use() -> None:
    """A single-use token would be gone, and the product would hear that it is registered."""
    authority = Authority()
    token = authority.token(uses=1)
    device = Device(authority)
    device.runtime.handle(Enable())
    device.lose_answers = 1
    device.runtime.handle(Register(token))
    device.runtime.handle(Disable())
    device.runtime.handle(Enable())
    device.runtime.handle(Register(token))
    assert device.view().registration.state is Registration.COMPLETE


def test_a_note_for_another_authority_is_kept_for_it() -> None:
    """The place that a product left would hold its license for 90 days more."""
    device = registered()
    device.up = False
    device.runtime.handle(Deregister())
    [note] = device.agent._core.body.notes
    other = "0f000000-0000-4000-8000-000000000000"
    device.agent._core.body.notes = (msgspec.structs.replace(note, authority=other),)
    device.up = True
    device.runtime.handle(Register(device.authority.token()))
    assert device.view().registration.state is Registration.COMPLETE
    assert device.view().notes_pending == 1


@pytest.mark.parametrize("name", ["", "a\nb", "x" * 257, "\u2028", "\ud800"])
def test_a_host_name_that_cannot_be_sent_is_refused(name: str) -> None:
    """One odd name would make every message malformed."""
    device = registered()
    with pytest.raises(CommandRefused) as refused:
        device.runtime.handle(SetHostName(name))
    assert refused.value.name == "hostnameinvalid"
    device.runtime.handle(RenewAuthorization())
    last = device.view().authorization.last
    assert last is not None
    assert last.ok


def test_a_udi_is_what_a_certificate_can_name() -> None:
    """A registration would be committed, and its certificate could never be made."""
    with pytest.raises(ValueError, match="not valid"):
        check_udi("N9K_X", "FDO1")


def test_every_outcome_is_known_here() -> None:
    """The test of intervals would change nothing."""
    assert {"next_in_s", "deadline"} <= set(Authorized.__struct_fields__)
    assert "renew_in_s" in Registered.__struct_fields__
    assert "renew_in_s" in Renewed.__struct_fields__
