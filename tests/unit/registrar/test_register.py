"""Registration: tokens, known keys, doubles of a UDI, notes, and what is reported."""

from dataclasses import replace
from datetime import timedelta

import pytest

from licet.endpoint.endpoint import Call
from licet.kernel.ids import TokenId
from licet.kernel.problems import Code
from licet.kernel.time import DAY, HOUR
from licet.ledger.ports import Work
from licet.wire.keys import digest, draw_key, thumbprint
from licet.wire.messages import Outcome, Place, Problem, Registered
from support.device import AUTHORIZE, RENEW, Device
from support.office import LAN, Office


@pytest.fixture
def office() -> Office:
    """An authority with one account."""
    return Office()


def code(outcome: Outcome) -> Code:
    """Return the code of a refusal."""
    assert isinstance(outcome, Problem), outcome
    return outcome.code


def revoke(office: Office, token: str) -> None:
    """Revoke a token."""

    def put(work: Work) -> None:
        row = work.token(TokenId(token))
        assert row is not None
        work.put_token(replace(row, revoked_at=office.now))

    office.change(put)


def other_key(office: Office, device: Device) -> Device:
    """Return the same hardware with a new store: another key, one generation later."""
    return replace(
        Device.fresh(office.chance, sn=device.udi.sn),
        generation=device.generation + 1,
        trust=device.trust,
    )


def test_a_device_becomes_a_product_instance(office: Office) -> None:
    """Nobody could register."""
    token = office.token(uses=3)
    device = office.device()
    outcome = office.register(device, token)
    assert isinstance(outcome, Registered)
    assert outcome.place == Place(
        smart_account="Example", virtual_account="Default", export_allowed=True
    )
    assert outcome.renew_in_s == 180 * 86_400
    instance = office.instance(device)
    assert instance is not None
    assert (instance.udi, instance.number, instance.host_name) == (device.udi, 0, "switch1")
    assert instance.key == thumbprint(device.key.public_key())
    own = device.certificate(at=office.now)
    assert own.not_after == instance.certified_until == office.now + 365 * DAY
    assert own.account == office.example.account
    assert office.uses(token) == 1
    assert any(event.subject == instance.id for event in office.events())


def test_an_unknown_token_and_a_wrong_proof_get_one_answer(office: Office) -> None:
    """Somebody could find out which token ids exist."""
    unknown = office.register(office.device("A1"), office.token(stored=False))
    forged = replace(office.token(), secret=bytes(32))
    wrong = office.register(office.device("A2"), forged)
    assert code(unknown) is Code.TOKEN_INVALID
    assert unknown == wrong


def test_the_end_and_the_root_of_a_token_are_proven_too(office: Office) -> None:
    """A token whose characters were changed on the way would still be taken."""
    token = office.token()
    for changed in (
        replace(token, expires_at=token.expires_at + DAY),
        replace(token, root_mark="0" * 32),
    ):
        [answer] = office.post(office.device().register(changed, now=office.now))
        heard, _ = office.device().open_answer(answer, root_mark=office.root_mark)
        assert code(heard.outcome) is Code.TOKEN_INVALID
    assert office.uses(token) == 0


def test_the_state_of_a_token_is_told_after_its_proof_only(office: Office) -> None:
    """Somebody without the token could learn of its state."""
    token = office.token()
    revoke(office, token.token)
    assert code(office.register(office.device("A1"), token)) is Code.TOKEN_REVOKED
    forged = replace(token, secret=bytes(32))
    assert code(office.register(office.device("A2"), forged)) is Code.TOKEN_INVALID


def test_an_expired_token_is_refused(office: Office) -> None:
    """A token that was mailed around would work for ever."""
    token = office.token(days=1)
    office.later(timedelta(days=1) - timedelta(seconds=1))
    assert isinstance(office.register(office.device("A1"), token), Registered)
    office.later(timedelta(seconds=1))
    assert code(office.register(office.device("A2"), token)) is Code.TOKEN_EXPIRED


def test_a_used_up_token_is_refused(office: Office) -> None:
    """A token for one product would register a fleet."""
    token = office.token(uses=1)
    office.registered("A1", token)
    assert code(office.register(office.device("A2"), token)) is Code.TOKEN_USED_UP
    assert office.uses(token) == 1


def test_a_token_of_seven_uses_registers_exactly_seven_of_one_batch(office: Office) -> None:
    """Registrations that come together would slip past the limit."""
    token = office.token(uses=7)
    devices = [office.device(f"B{number}") for number in range(10)]
    requests = [device.register(token, now=office.now) for device in devices]
    outcomes = [
        device.believe(answer, request=request, root_mark=office.root_mark).outcome
        for device, request, answer in zip(devices, requests, office.post(*requests), strict=True)
    ]
    assert [isinstance(outcome, Registered) for outcome in outcomes] == [True] * 7 + [False] * 3
    assert {code(outcome) for outcome in outcomes[7:]} == {Code.TOKEN_USED_UP}
    assert office.uses(token) == 7


def test_a_token_of_another_authority_is_refused(office: Office) -> None:
    """A registration could be moved between two authorities under one root."""
    token = replace(office.token(), authority_mark="00" * 8)
    assert code(office.register(office.device(), token)) is Code.WRONG_AUTHORITY


def test_the_key_of_the_csr_must_sign(office: Office) -> None:
    """Somebody who saw a registration could send it again for a key of his own."""
    device = office.device()
    request = device.register(office.token(), now=office.now, signer=draw_key(office.chance))
    assert code(office.ask(device, request)) is Code.BAD_SIGNATURE
    assert office.of_udi(device.udi) == []


def test_a_lost_answer_is_given_again(office: Office) -> None:
    """A product whose answer was lost would use the token twice, or be called registered already."""
    token = office.token(uses=1)
    device = office.device()
    first = office.register(device, token)
    office.later(HOUR)
    second = office.register(device, token)
    assert isinstance(first, Registered)
    assert first == second
    assert office.uses(token) == 1
    assert len(office.of_udi(device.udi)) == 1


def test_a_lost_answer_is_given_again_after_the_token_ended(office: Office) -> None:
    """An hour of outage at the wrong time would cost a new token and `force`."""
    token = office.token(days=1)
    device = office.registered(token=token)
    office.later(2 * DAY)
    assert isinstance(office.register(device, token), Registered)
    revoke(office, token.token)
    assert isinstance(office.register(device, token), Registered)


def test_a_known_key_keeps_its_place_whatever_the_token(office: Office) -> None:
    """Typing a second token while the first registration is under way would make a second instance."""
    device = office.registered()
    other = office.department(office.example.account, "Other")
    second = office.token(at=other)
    outcome = office.register(device, second)
    assert isinstance(outcome, Registered)
    assert outcome.place.virtual_account == "Default"
    assert office.uses(second) == 0


def test_a_clock_that_was_set_right_gives_a_certificate_of_now(office: Office) -> None:
    """A registration under an authority's wrong clock would be answered with a useless certificate."""
    device, token = office.device(), office.token()
    request = device.register(token, now=office.now)
    office.endpoint.handle([Call(request)], now=office.now + 3 * DAY)
    assert isinstance(office.register(device, token), Registered)
    assert device.certificate(at=office.now).not_before <= office.now
    assert office.uses(token) == 1


def test_a_late_registration_disturbs_nothing(office: Office) -> None:
    """A delayed copy of a registration would reset the numbers or extend a certificate."""
    device = office.registered()
    request = device.sent[-1]
    office.say(device, RENEW)
    office.say(device, AUTHORIZE)
    before = office.instance(device)
    office.later(100 * DAY)
    [answer] = office.post(request)
    late, _ = device.open_answer(answer)
    assert isinstance(late.outcome, Registered)
    assert late.outcome.instance == device.instance
    assert office.instance(device) == before
    device.believe(answer, request=request)
    assert before is not None
    assert device.certificate(at=office.now).not_after <= before.certified_until


def test_a_known_key_speaks_for_its_own_udi_only(office: Office) -> None:
    """One key could register a second serial number over the first."""
    device = office.registered("A1")
    liar = replace(office.device("A2"), key=device.key)
    assert code(office.register(liar)) is Code.MALFORMED


def test_a_retired_key_cannot_register_again(office: Office) -> None:
    """A product that was thrown out would come back by itself with the same token."""
    device = office.registered()
    office.ask(device, device.leave(now=office.now))
    assert code(office.register(device)) is Code.KEY_RETIRED


def test_the_same_udi_needs_force(office: Office) -> None:
    """Anybody with a token could take a product's registration over without being told."""
    device = office.registered()
    again = other_key(office, device)
    token = office.token()
    assert code(office.register(again, token)) is Code.ALREADY_REGISTERED
    assert office.uses(token) == 0
    assert [found.id for found in office.of_udi(device.udi)] == [device.instance]


def test_force_replaces_the_old_instance_and_frees_its_licenses(office: Office) -> None:
    """Licenses of a replaced switch would stay in use, or nobody would be told."""
    office.give(LAN, 5)
    device = office.registered()
    office.say(device, AUTHORIZE, (LAN, 2))
    assert office.in_use(LAN) == 2
    other = office.department(office.example.account, "Other")
    again = other_key(office, device)
    outcome = office.register(again, office.token(at=other), force=True)
    assert isinstance(outcome, Registered)
    assert office.in_use(LAN) == 0
    assert [found.id for found in office.of_udi(device.udi)] == [again.instance]
    told = [alert for alert in office.alerts() if alert.kind == "Product Instance Replaced"]
    assert {alert.source for alert in told} == {office.example.virtual, other.virtual}
    assert any(
        event.subject == device.instance and "force" in event.text for event in office.events()
    )
    gone = office.say(device, AUTHORIZE)
    assert code(gone) is Code.UNKNOWN_INSTANCE
    assert code(office.register(device)) is Code.KEY_RETIRED


def test_a_udi_of_two_accounts_is_in_both_and_neither_is_named(office: Office) -> None:
    """A stranger could evict a product by its serial number, or learn whose it is."""
    device = office.registered()
    stranger = office.customer("Stranger")
    twin = other_key(office, device)
    outcome = office.register(twin, office.token(at=stranger), force=True)
    assert isinstance(outcome, Registered)
    assert len(office.of_udi(device.udi)) == 2
    for mine, theirs in ((office.example, "Stranger"), (stranger, "Example")):
        told = [alert for alert in office.alerts(mine) if alert.kind == "Duplicate UDI"]
        assert len(told) == 1
        assert theirs not in told[0].message
        assert all(theirs not in event.text for event in office.events(mine))


def test_a_carried_leave_note_is_taken_first(office: Office) -> None:
    """A product that was unplugged while it deregistered would need `force` to come back."""
    office.give(LAN, 5)
    device = office.registered()
    office.say(device, AUTHORIZE, (LAN, 2))
    again = other_key(office, device)
    again.notes = (device.leave(now=office.now),)
    assert isinstance(office.register(again), Registered)
    assert office.in_use(LAN) == 0
    assert [found.id for found in office.of_udi(device.udi)] == [again.instance]


def test_a_refused_registration_takes_no_note(office: Office) -> None:
    """A refusal would change something."""
    device = office.registered()
    again = other_key(office, device)
    again.notes = (device.leave(now=office.now),)
    assert code(office.register(again, office.token(stored=False))) is Code.TOKEN_INVALID
    assert office.instance(device) is not None


def test_a_bad_note_is_an_event_and_no_refusal(office: Office) -> None:
    """A damaged note in a store would keep a product from registering for ever."""
    device = office.registered("A1")
    note = bytearray(device.leave(now=office.now))
    note[-1] ^= 1
    newcomer = office.device("A2")
    newcomer.notes = (bytes(note), b"rubbish")
    assert isinstance(office.register(newcomer), Registered)
    assert office.instance(device) is not None
    ignored = [event for event in office.events() if "leave note was ignored" in event.text]
    assert len(ignored) == 2


def test_notes_for_others_or_for_the_gone_are_let_through(office: Office) -> None:
    """A product that comes from another authority could not register here."""
    former = Office(seed="former").registered("A1")
    gone = office.registered("A2")
    note = gone.leave(now=office.now)
    office.ask(gone, note)
    newcomer = office.device("A3")
    newcomer.notes = (former.leave(now=office.now), note)
    assert isinstance(office.register(newcomer), Registered)
    assert not any("ignored" in event.text for event in office.events())


def test_the_note_of_the_registering_key_itself_is_refused(office: Office) -> None:
    """A product would be answered with an instance that its own note has just ended."""
    device = office.registered()
    device.notes = (device.leave(now=office.now),)
    assert code(office.register(device)) is Code.KEY_RETIRED
    assert office.instance(device) is not None


@pytest.mark.parametrize(("used_s", "generation"), [(50, 2), (100, 1)])
def test_a_store_that_was_set_back_is_an_alert(
    office: Office, used_s: int, generation: int
) -> None:
    """Evaluation could be had again and again by restoring a disk, unseen."""
    device = replace(office.device(), evaluation_used_s=100, generation=2)
    assert isinstance(office.register(device), Registered)
    assert "Rolled Back Store" not in office.alert_kinds()
    again = replace(other_key(office, device), evaluation_used_s=used_s, generation=generation)
    assert isinstance(office.register(again, force=True), Registered)
    assert "Rolled Back Store" in office.alert_kinds()
    record = office.look(lambda work: work.udi_record(office.example.account, device.udi))
    assert record is not None
    assert (record.evaluation_used_s, record.generation) == (100, 2)


@pytest.mark.parametrize(
    ("account", "token", "allowed"),
    [(True, True, True), (True, False, False), (False, True, False)],
)
def test_export_needs_the_token_and_the_account(
    office: Office, *, account: bool, token: bool, allowed: bool
) -> None:
    """Export-controlled functions would be open without somebody's word."""
    customer = office.customer("Customer", export=account)
    outcome = office.register(office.device(), office.token(at=customer, export=token))
    assert isinstance(outcome, Registered)
    assert outcome.place.export_allowed is allowed


def test_a_cloned_instance_is_not_answered_by_registering_again(office: Office) -> None:
    """One of two copies would get a fresh certificate before the administrator chose."""
    device = office.registered()
    instance = office.instance(device)
    assert instance is not None
    office.change(lambda work: work.put_instance(replace(instance, cloned=True)))
    assert code(office.register(device)) is Code.CLONED


def test_the_decision_names_the_last_attempt(office: Office) -> None:
    """A second copy of the same attempt would be decided anew."""
    device = office.registered()
    office.register(device)
    instance = office.instance(device)
    assert instance is not None
    assert instance.decision is not None
    assert instance.decision.request == digest(device.sent[-1])
