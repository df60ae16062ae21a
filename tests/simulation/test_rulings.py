"""RULES.md, each ruling a test, over a real authority in virtual time (jitter set to none)."""

from datetime import timedelta

import pytest

from licet.agent.events import (
    CommandRefused,
    Deregister,
    Disable,
    Enable,
    Notice,
    Register,
    Release,
    RenewAuthorization,
    RenewCertificate,
    Request,
)
from licet.agent.machine import AgentSettings
from licet.agent.tables import Authorization, Entitlement, Evaluation, Registration
from licet.kernel.ids import InstanceId
from licet.kernel.time import DAY, HOUR, MINUTE, SECOND
from licet.ledger.model import Policy
from support.harness import ADVANTAGE, ESSENTIALS, UNREACHABLE, Authority, Device, HeldUp


def enabled(authority: Authority | None = None) -> Device:
    """Return a device with smart licensing on."""
    device = Device(authority or Authority())
    device.runtime.handle(Enable())
    return device


def registered(*tags: str, licenses: int = 10, authority: Authority | None = None) -> Device:
    """Return a registered device that uses `tags`, each covered by `licenses`."""
    device = enabled(authority)
    for tag in (ADVANTAGE, ESSENTIALS):
        if licenses:
            device.authority.give(tag, licenses)
        if tag in tags:
            device.runtime.handle(Request(tag))
    device.runtime.handle(Register(device.authority.token()))
    assert device.view().registration.state is Registration.COMPLETE
    return device


def state(device: Device) -> Authorization:
    """Return the authorization state."""
    return device.view().authorization.state


def statuses(device: Device) -> dict[str, Entitlement]:
    """Return how each entitlement stands."""
    return {entry.tag: entry.status for entry in device.view().entitlements}


def test_01_registered_without_an_authorization_answer_is_in_evaluation() -> None:
    """A device would claim an authorization that nobody gave, or evaluation would stop too early."""
    device = enabled()
    device.runtime.handle(Request(ADVANTAGE))
    token = device.authority.token()

    def only_registrations(answer: bytes) -> bytes:
        return answer if device.sent[-1][1] == "register" else answer[:-1]

    device.tamper = only_registrations
    device.runtime.handle(Register(token))
    assert device.view().registration.state is Registration.COMPLETE
    assert state(device) is Authorization.EVAL
    left = device.view().authorization.evaluation_left
    device.advance(HOUR)
    assert device.view().authorization.evaluation_left == left - HOUR
    device.advance(90 * DAY)
    assert device.view().registration.state is Registration.COMPLETE
    assert state(device) is Authorization.EVAL_EXPIRED


def test_02_used_again_in_an_outage_is_waiting_not_evaluation() -> None:
    """Releasing everything and using it again would burn or gain evaluation time."""
    device = registered(ADVANTAGE)
    device.runtime.handle(Release(ADVANTAGE))
    device.advance(2 * SECOND)
    assert state(device) is Authorization.NONE
    device.up = False
    device.runtime.handle(Request(ADVANTAGE))
    device.advance(2 * SECOND)
    assert state(device) is Authorization.AUTHORIZED
    assert statuses(device) == {ADVANTAGE: Entitlement.WAITING}
    left = device.view().authorization.evaluation_left
    device.advance(91 * DAY)
    assert state(device) is Authorization.AUTHORIZATION_EXPIRED
    assert device.view().authorization.evaluation_left == left


def test_03_authorization_expired_does_not_run_the_meter() -> None:
    """Evaluation time would be lost by a device that is registered."""
    device = registered(ADVANTAGE)
    device.up = False
    device.advance(90 * DAY)
    left = device.view().authorization.evaluation_left
    device.advance(30 * DAY)
    assert state(device) is Authorization.AUTHORIZATION_EXPIRED
    assert device.view().authorization.evaluation_left == left
    assert device.agent._core.body.evaluation is Evaluation.FROZEN


def test_04_each_tag_has_its_own_status() -> None:
    """One missing license would hide that the others are covered, or the reverse."""
    authority = Authority()
    authority.give(ADVANTAGE, 1)
    device = registered(ADVANTAGE, ESSENTIALS, licenses=0, authority=authority)
    assert state(device) is Authorization.OUT_OF_COMPLIANCE
    assert statuses(device) == {
        ADVANTAGE: Entitlement.IN_COMPLIANCE,
        ESSENTIALS: Entitlement.OUT_OF_COMPLIANCE,
    }
    device.runtime.handle(Release(ESSENTIALS))
    device.advance(2 * SECOND)
    assert state(device) is Authorization.AUTHORIZED


def test_05_out_of_compliance_and_silent_for_90_days_is_expired() -> None:
    """A device out of compliance would never expire, or would not try at the instant it does."""
    device = registered(ADVANTAGE, licenses=0)
    device.up = False
    device.advance(90 * DAY + 2 * HOUR)
    assert state(device) is Authorization.AUTHORIZATION_EXPIRED
    late = [at for at in device.times("authorize") if at >= 90 * DAY]
    assert late == [90 * DAY, 90 * DAY + HOUR, 90 * DAY + 2 * HOUR]


def test_06_a_typed_command_and_a_restart_do_not_move_a_streak() -> None:
    """An operator who types renew would push the next attempt away, or a restart would."""
    device = registered(ADVANTAGE, licenses=0)
    device.up = False
    device.advance(12 * HOUR + 20 * MINUTE)
    device.runtime.handle(RenewAuthorization())
    device.restart()
    device.advance(30 * MINUTE)
    begun = 12 * HOUR
    offsets = [timedelta(0), 15 * MINUTE, 20 * MINUTE, 30 * MINUTE, 45 * MINUTE]
    assert device.times("authorize") == [begun + offset for offset in offsets]


def test_06_success_ends_a_streak() -> None:
    """The next failure would continue the old schedule in its slow stage."""
    device = registered(ADVANTAGE, licenses=0)
    device.up = False
    device.advance(12 * HOUR + 5 * HOUR)
    device.up = True
    device.advance(4 * HOUR)
    contact = device.times("authorize")[-1]
    device.up = False
    device.advance(13 * HOUR)
    later = [at - contact for at in device.times("authorize") if at > contact]
    assert later[:3] == [12 * HOUR, 12 * HOUR + 15 * MINUTE, 12 * HOUR + 30 * MINUTE]


def test_07_the_recheck_when_out_of_compliance_is_the_servers() -> None:
    """A manager could not choose how soon its customers recover."""
    authority = Authority(policy=Policy(out_of_compliance_every_s=2 * 3600))
    device = registered(ADVANTAGE, licenses=0, authority=authority)
    device.advance(5 * HOUR)
    assert device.times("authorize") == [2 * HOUR, 4 * HOUR]


def test_08_a_refused_registration_is_not_retried() -> None:
    """A device with a wrong token would knock for ever, each time in vain."""
    device = enabled()
    authority = device.authority
    token = authority.token(uses=1)
    other = Device(authority, udi=type(device.udi)("N9K-C93180YC-EX", "FDO00000001"))
    other.runtime.handle(Enable())
    other.runtime.handle(Register(token))
    device.runtime.handle(Register(token))
    registration = device.view().registration
    assert registration.state is Registration.FAILED
    assert registration.initial is not None
    assert registration.initial.reason == "The ID token has reached its maximum number of uses"
    device.advance(10 * DAY)
    assert len([kind for _, kind in device.sent if kind == "register"]) == 1


def test_09_register_while_retrying_takes_the_new_token_with_the_same_key() -> None:
    """Typing the command twice would cost two uses or strand an instance."""
    device = enabled()
    authority = device.authority
    device.lose_answers = 1
    device.runtime.handle(Register(authority.token(uses=1)))
    assert device.view().registration.state is Registration.RETRY
    device.runtime.handle(Register(authority.token(uses=1)))
    assert device.view().registration.state is Registration.COMPLETE
    with authority.store.begin() as work:
        assert len(work.instances_of_udi(device.udi)) == 1


def test_09_register_while_registered_needs_force() -> None:
    """A slip of the hand would replace a registration."""
    device = registered(ADVANTAGE)
    with pytest.raises(CommandRefused) as refused:
        device.runtime.handle(Register(device.authority.token()))
    assert refused.value.name == "alreadyregistered"


def test_09_register_in_flight_is_in_progress() -> None:
    """Two registrations would race each other."""
    device = enabled()
    device.runtime.transport = HeldUp()
    device.runtime.handle(Register(device.authority.token()))
    with pytest.raises(CommandRefused) as refused:
        device.runtime.handle(Register(device.authority.token()))
    assert refused.value.name == "registrationinprogress"


def test_10_force_without_network_keeps_the_old_registration() -> None:
    """A switch would lose its license because somebody typed a command during an outage."""
    device = registered(ADVANTAGE)
    old = device.agent._core.identity.instance
    device.up = False
    device.runtime.handle(Register(device.authority.token(), force=True))
    assert device.view().registration.state is Registration.COMPLETE
    assert state(device) is Authorization.AUTHORIZED
    device.up = True
    device.advance(15 * MINUTE)
    assert device.agent._core.identity.instance != old
    assert state(device) is Authorization.AUTHORIZED
    with device.authority.store.begin() as work:
        assert [one.id for one in work.instances_of_udi(device.udi)] == [
            device.agent._core.identity.instance
        ]


def test_11_removed_at_the_authority() -> None:
    """The operator would not be told that only registering again helps."""
    device = registered(ADVANTAGE)
    deadline = device.view().authorization.deadline
    instance = InstanceId(device.agent._core.identity.instance)
    with device.authority.store.begin() as work:
        work.remove_instance(instance)
        work.commit()
    device.advance(30 * DAY)
    view = device.view()
    assert view.authorization.last is not None
    assert "Please re-register the instance" in view.authorization.last.reason
    assert instance in view.authorization.last.reason
    assert state(device) is Authorization.AUTHORIZED
    assert view.authorization.deadline == deadline


def test_12_nothing_in_use() -> None:
    """A device that uses nothing would go silent, or raise an alarm about nothing."""
    device = registered()
    device.advance(61 * DAY)
    assert device.times("authorize") == [30 * DAY, 60 * DAY]
    assert state(device) is Authorization.NONE
    device.up = False
    device.advance(90 * DAY)
    assert state(device) is Authorization.NONE
    sent = device.times("authorize")
    lapse = 60 * DAY + 90 * DAY
    assert [at for at in sent if at >= lapse][:3] == [lapse, lapse + HOUR, lapse + 2 * HOUR]
    device.runtime.handle(Request(ADVANTAGE))
    assert state(device) is Authorization.AUTHORIZATION_EXPIRED


def test_13_changes_are_coalesced_over_one_second() -> None:
    """A configuration pasted line by line would send a message a line."""
    device = registered(ADVANTAGE)
    device.advance(10 * SECOND)
    before = len(device.sent)
    device.runtime.handle(Request(ESSENTIALS))
    device.runtime.handle(Request(ADVANTAGE, 3))
    device.runtime.handle(Release(ESSENTIALS))
    device.advance(10 * SECOND)
    assert device.sent[before:] == [(11, "authorize")]
    with device.authority.store.begin() as work:
        assert work.pool(device.authority.virtual_account, ADVANTAGE).in_use == 3


def test_13_a_change_in_flight_sends_one_more_after_the_answer() -> None:
    """What changed while a message was under way would wait for 30 days."""
    device = registered(ADVANTAGE)
    device.advance(10 * SECOND)
    wire = HeldUp()
    device.runtime.transport = wire
    device.runtime.handle(Request(ADVANTAGE, 2))
    device.advance(2 * SECOND)
    device.runtime.handle(Request(ADVANTAGE, 5))
    device.advance(5 * SECOND)
    [(message, deliver)] = wire.held
    device.runtime.transport = device
    device.send(message, deliver)
    with device.authority.store.begin() as work:
        assert work.pool(device.authority.virtual_account, ADVANTAGE).in_use == 5


def test_14_the_certificate_ends_first_and_renewal_goes_before_authorization() -> None:
    """An authorization would outlive the identity that it was given to."""
    authority = Authority(
        policy=Policy(certificate_for_s=60 * 86_400, certificate_renew_s=30 * 86_400)
    )
    device = registered(ADVANTAGE, authority=authority)
    view = device.view()
    assert view.authorization.deadline == view.registration.expires_at
    device.advance(30 * DAY)
    assert [kind for at, kind in device.sent if at == 30 * 86_400] == ["renew", "authorize"]
    device.up = False
    device.advance(60 * DAY)
    assert device.view().registration.state is Registration.NOT_REGISTERED
    assert state(device) is Authorization.EVAL


def test_15_an_id_renewal_does_not_move_the_deadline() -> None:
    """A device could stay authorized for ever without ever being authorized again."""
    device = registered(ADVANTAGE)
    deadline = device.view().authorization.deadline
    device.advance(DAY)
    device.runtime.handle(RenewCertificate())
    assert device.view().registration.last_renewal is not None
    assert device.view().authorization.deadline == deadline


def test_16_disable_cancels_a_pending_registration() -> None:
    """A device would register after licensing was turned off."""
    device = enabled()
    device.up = False
    device.runtime.handle(Register(device.authority.token()))
    device.runtime.handle(Disable())
    assert device.view().registration.state is Registration.NOT_REGISTERED
    assert device.runtime.due_in() is None


def test_16_disable_deregisters_a_registered_device() -> None:
    """The account would pay for a device that does not use licensing."""
    device = registered(ADVANTAGE)
    device.runtime.handle(Disable())
    assert device.view().registration.state is Registration.NOT_REGISTERED
    assert device.sent[-1][1] == "leave"
    with device.authority.store.begin() as work:
        assert not work.instances_of_udi(device.udi)
        assert work.pool(device.authority.virtual_account, ADVANTAGE).in_use == 0


def test_17_factory_default_is_off_and_silent() -> None:
    """A switch out of its box would talk to somebody."""
    device = Device(Authority())
    device.runtime.handle(Request(ADVANTAGE))
    assert not device.view().enabled
    assert device.runtime.due_in() is None
    assert not device.agent.allows(ADVANTAGE)
    with pytest.raises(CommandRefused) as refused:
        device.runtime.handle(Register(device.authority.token()))
    assert refused.value.name == "notenabled"


def test_18_jitter_delays_retries_only_and_is_printed() -> None:
    """A fleet would retry in step, or the printed next attempt would be a lie."""
    authority = Authority()
    authority.give(ADVANTAGE, 1)
    settings = AgentSettings(
        "regid.2026-11.com.example.N9K,1.0_6f1d9c1e-0000-4000-8000-00000000000f", jitter_s_max=60
    )
    device = Device(authority, settings=settings)
    device.runtime.handle(Enable())
    device.runtime.handle(Request(ADVANTAGE))
    device.up = False
    device.runtime.handle(Register(authority.token()))
    device.advance(59 * MINUTE)
    printed = device.view().registration.next_attempt_at
    assert printed is not None
    device.advance(2 * MINUTE)
    sent = device.times("register")
    late = [at - 15 * MINUTE * (n + 1) for n, at in enumerate(sent)]
    assert len(sent) == 4
    assert all(timedelta(0) <= by <= MINUTE for by in late)
    assert len(set(late)) > 1
    assert device.view().at - device.clock.passed + sent[-1] == printed
    device.up = True
    device.advance(15 * MINUTE + MINUTE)
    renewed = device.view()
    assert renewed.registration.initial is not None
    assert renewed.registration.next_renewal_at is not None
    assert renewed.registration.next_renewal_at - renewed.registration.initial.at == 180 * DAY


def test_19_others_change_the_balance_and_it_is_heard_at_the_next_contact() -> None:
    """Compliance would be told to devices that did not ask, or never told."""
    authority = Authority()
    authority.give(ADVANTAGE, 1)
    device = registered(ADVANTAGE, licenses=0, authority=authority)
    other = Device(authority, udi=type(device.udi)("N9K-C93180YC-EX", "FDO00000002"))
    other.runtime.handle(Enable())
    other.runtime.handle(Request(ADVANTAGE))
    other.runtime.handle(Register(authority.token()))
    assert state(other) is Authorization.OUT_OF_COMPLIANCE
    assert state(device) is Authorization.AUTHORIZED
    device.runtime.handle(RenewAuthorization())
    assert state(device) is Authorization.OUT_OF_COMPLIANCE
    authority.give(ADVANTAGE, 1)
    device.advance(12 * HOUR)
    assert state(device) is Authorization.AUTHORIZED


def test_20_offsets_and_interval_are_the_servers() -> None:
    """What is printed would be computed by the device instead of told by the server."""
    policy = Policy(
        authorization_every_s=2_591_999, deadline_offset_s=169, certificate_offset_s=108
    )
    device = registered(ADVANTAGE, authority=Authority(policy=policy))
    view = device.view()
    assert view.registration.initial is not None
    assert view.authorization.since is not None
    at = view.registration.initial.at
    assert view.registration.expires_at == at + 365 * DAY - 108 * SECOND
    assert view.registration.next_renewal_at == at + 180 * DAY
    assert view.authorization.next_at == view.authorization.since + 30 * DAY - SECOND
    assert view.authorization.deadline == view.authorization.since + 90 * DAY - 169 * SECOND


def test_23_registration_states_are_the_five_of_the_reference() -> None:
    """Monitoring that knows the YANG model would meet a state that it does not know."""
    assert {state.value for state in Registration} == {
        "not-registered",
        "in-progress",
        "retry",
        "failed",
        "complete",
    }


def test_26_one_year_of_silence_unregisters_and_evaluation_runs_on() -> None:
    """A device would stay registered with an account that has forgotten it."""
    device = enabled()
    device.runtime.handle(Request(ADVANTAGE))
    device.advance(40 * DAY)
    device.authority.give(ADVANTAGE, 1)
    device.runtime.handle(Register(device.authority.token()))
    device.up = False
    device.advance(365 * DAY)
    assert device.view().registration.state is Registration.NOT_REGISTERED
    assert Notice.ID_CERT_EXPIRED in device.notices()
    assert state(device) is Authorization.EVAL
    assert device.view().authorization.evaluation_left == 50 * DAY
    device.advance(51 * DAY)
    assert state(device) is Authorization.EVAL_EXPIRED
    assert not device.agent.allows(ADVANTAGE)


def test_failures_leave_state_expiry_and_deadline_unchanged() -> None:
    """One lost message would look like a lost license."""
    device = registered(ADVANTAGE)
    before = device.view()
    device.up = False
    device.advance(31 * DAY)
    after = device.view()
    assert after.authorization.state is before.authorization.state
    assert after.authorization.deadline == before.authorization.deadline
    assert after.registration.expires_at == before.registration.expires_at
    assert after.authorization.last is not None
    assert (after.authorization.last.ok, after.authorization.last.reason) == (False, UNREACHABLE)


def test_deregister_offline_clears_at_once_and_the_note_travels_later() -> None:
    """A device that left during an outage would hold licenses for 90 days more."""
    device = registered(ADVANTAGE)
    device.up = False
    device.runtime.handle(Deregister())
    assert device.view().registration.state is Registration.NOT_REGISTERED
    assert Notice.DEREGISTER_FAILED in device.notices()
    assert device.view().notes_pending == 1
    device.up = True
    device.advance(5 * DAY)
    device.runtime.handle(Register(device.authority.token()))
    assert device.view().registration.state is Registration.COMPLETE
    assert device.view().notes_pending == 0
    with device.authority.store.begin() as work:
        assert len(work.instances_of_udi(device.udi)) == 1


def test_deregister_when_unregistered_says_so() -> None:
    """Automation waits for this phrase (device.md 6.4)."""
    device = enabled()
    with pytest.raises(CommandRefused, match="Smart Agent not registered"):
        device.runtime.handle(Deregister())
