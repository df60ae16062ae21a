"""Authorize, renew, explain and leave, over real keys, through the endpoint."""

from dataclasses import replace
from datetime import timedelta

import pytest

from licet.kernel.ids import Tag
from licet.kernel.problems import Code, explain
from licet.kernel.time import DAY, HOUR, epoch_seconds
from licet.ledger.model import License, Policy
from licet.ledger.ports import Work
from licet.pki.authority import DATED_BACK
from licet.wire.keys import draw_key
from licet.wire.messages import (
    Authorized,
    Compliance,
    Explained,
    Left,
    Outcome,
    Problem,
    Registered,
    Renewed,
)
from support.device import AUTHORIZE, EXPLAIN, RENEW, Device, NumberedType
from support.office import CRYPTO, LAN, MPLS, UNKNOWN, Office

IN, OUT, INVALID = (
    Compliance.IN_COMPLIANCE,
    Compliance.OUT_OF_COMPLIANCE,
    Compliance.INVALID_TAG,
)


@pytest.fixture
def office() -> Office:
    """An authority with one account."""
    return Office()


def code(outcome: Outcome) -> Code:
    """Return the code of a refusal."""
    assert isinstance(outcome, Problem), outcome
    return outcome.code


def statuses(outcome: Outcome) -> dict[str, Compliance]:
    """Return how each tag stands."""
    assert isinstance(outcome, Authorized), outcome
    return {granted.tag: granted.status for granted in outcome.entitlements}


def copied(device: Device) -> Device:
    """Return a copy of a device's storage as it is now."""
    return replace(device, sent=list(device.sent))


def test_what_is_covered_is_in_compliance(office: Office) -> None:
    """Paying customers would be told to buy."""
    office.give(LAN, 2)
    device = office.registered()
    outcome = office.say(device, AUTHORIZE, (LAN, 2))
    assert isinstance(outcome, Authorized)
    assert statuses(outcome) == {LAN: IN}
    [granted] = outcome.entitlements
    assert (granted.name, granted.description) == ("LAN license", "LAN features")
    assert outcome.next_in_s == 30 * 86_400
    assert outcome.deadline == epoch_seconds(office.now + 90 * DAY)
    assert office.in_use(LAN) == 2


def test_a_negative_balance_is_every_consumers(office: Office) -> None:
    """The last to come would pay for all, or the first would never hear of it (ruling 4)."""
    office.give(LAN, 2)
    office.give(MPLS, 1)
    first, second = office.registered("A1"), office.registered("A2")
    office.say(first, AUTHORIZE, (LAN, 2))
    outcome = office.say(second, AUTHORIZE, (LAN, 1), (MPLS, 1))
    assert isinstance(outcome, Authorized)
    assert statuses(outcome) == {LAN: OUT, MPLS: IN}
    assert outcome.next_in_s == 12 * 3_600
    assert statuses(office.say(first, AUTHORIZE, (LAN, 2))) == {LAN: OUT}
    assert "Insufficient Licenses" in office.alert_kinds()
    office.say(second, AUTHORIZE)
    assert statuses(office.say(first, AUTHORIZE, (LAN, 2))) == {LAN: IN}
    assert "Insufficient Licenses" not in office.alert_kinds()


def test_an_unknown_tag_is_invalid_and_not_counted(office: Office) -> None:
    """A typing mistake in a product would be a shortage of licenses."""
    device = office.registered()
    outcome = office.say(device, AUTHORIZE, (UNKNOWN, 1))
    assert isinstance(outcome, Authorized)
    assert statuses(outcome) == {UNKNOWN: INVALID}
    assert outcome.entitlements[0].name is None
    assert outcome.next_in_s == 30 * 86_400
    assert office.in_use(UNKNOWN) == 0


def test_export_controlled_licenses_need_the_flag(office: Office) -> None:
    """Strong cryptography would be opened by a token that does not allow it."""
    office.give(CRYPTO, 5)
    allowed = office.registered("A1")
    denied = office.registered("A2", office.token(export=False))
    assert statuses(office.say(allowed, AUTHORIZE, (CRYPTO, 1))) == {CRYPTO: IN}
    outcome = office.say(denied, AUTHORIZE, (CRYPTO, 1))
    assert isinstance(outcome, Authorized)
    assert statuses(outcome) == {CRYPTO: INVALID}
    assert "xport-controlled" in outcome.entitlements[0].description
    assert office.in_use(CRYPTO) == 1


@pytest.mark.parametrize("wanted", [((MPLS, 1), (LAN, 1)), ((LAN, 1), (LAN, 2))])
def test_a_wanted_list_has_each_tag_once_in_order(
    office: Office, wanted: tuple[tuple[str, int], ...]
) -> None:
    """One list could be read in two ways."""
    device = office.registered()
    before = office.instance(device)
    assert code(office.say(device, AUTHORIZE, *wanted)) is Code.MALFORMED
    assert office.instance(device) == before


def test_a_deadline_never_passes_the_end_of_the_certificate(office: Office) -> None:
    """Licenses would be held for a product that cannot speak any more (ruling 14)."""
    device = office.registered()
    office.later(300 * DAY)
    outcome = office.say(device, AUTHORIZE)
    assert isinstance(outcome, Authorized)
    assert outcome.deadline == epoch_seconds(device.certificate(at=office.now).not_after)


def test_a_deadline_is_bounded_by_the_certificate_that_the_device_holds(office: Office) -> None:
    """A device whose renewal was lost would be promised more than it can live to see."""
    device = office.registered()
    office.later(300 * DAY)
    old = device.certificate(at=office.now)
    office.post(device.say(RENEW, now=office.now))
    outcome = office.say(device, AUTHORIZE)
    assert isinstance(outcome, Authorized)
    assert outcome.deadline == epoch_seconds(old.not_after)


def test_the_longest_wanted_list_gets_an_answer_that_fits(office: Office) -> None:
    """A product with many features would be answered with more than it reads."""
    tags = [Tag(LAN.replace(".LAN,", f".{number:03}{'L' * 40},")) for number in range(256)]

    def put(work: Work) -> None:
        for tag in tags:
            work.put_license(License(tag, "Ä" * 256, "\u4e2d" * 1024))

    office.change(put)
    outcome = office.say(office.registered(), AUTHORIZE, *((tag, 1) for tag in tags))
    assert isinstance(outcome, Authorized)
    assert len(outcome.entitlements) == 256


def test_the_offsets_of_the_sample_are_policy() -> None:
    """The byte-for-byte sample of the source document could not be shown (ruling 20)."""
    policy = Policy(
        authorization_every_s=2_591_999, deadline_offset_s=169, certificate_offset_s=108
    )
    office = Office(policy=policy)
    device = office.registered()
    own = device.certificate(at=office.now)
    assert own.not_before == office.now - timedelta(seconds=108) - DATED_BACK
    assert own.not_after == office.now + 365 * DAY - timedelta(seconds=108)
    outcome = office.say(device, AUTHORIZE)
    assert isinstance(outcome, Authorized)
    assert outcome.deadline == epoch_seconds(office.now) + 90 * 86_400 - 169
    assert outcome.next_in_s == 2_591_999


def test_a_renewal_is_a_new_certificate_over_the_same_key(office: Office) -> None:
    """Every product would have to be registered again once a year."""
    device = office.registered()
    office.say(device, AUTHORIZE)
    deadline = office.instance(device)
    old = device.certificate(at=office.now)
    office.later(180 * DAY)
    outcome = office.say(device, RENEW)
    assert isinstance(outcome, Renewed)
    new = device.certificate(at=office.now)
    assert new.not_after == office.now + 365 * DAY > old.not_after
    instance = office.instance(device)
    assert instance is not None
    assert deadline is not None
    assert instance.certified_until == new.not_after
    assert instance.last_contact_at == office.now
    assert instance.deadline == deadline.deadline, "ruling 15: a renewal moves no deadline"


def test_explain_brings_findings(office: Office) -> None:
    """A device could not say why it is out of compliance."""
    device = office.registered()
    office.say(device, AUTHORIZE, (LAN, 1))
    outcome = office.say(device, EXPLAIN, (LAN, 1))
    assert isinstance(outcome, Explained)
    assert any(not finding.ok for finding in outcome.findings)


def test_explain_names_what_no_license_covers(office: Office) -> None:
    """A mistyped or forbidden entitlement would look like nothing at all."""
    device = office.registered(token=office.token(export=False))
    outcome = office.say(device, EXPLAIN, (CRYPTO, 1), (UNKNOWN, 1))
    assert isinstance(outcome, Explained)
    bad = {finding.seen: finding.cause for finding in outcome.findings if not finding.ok}
    assert "xport-controlled" in bad[CRYPTO]
    assert "does not know" in bad[UNKNOWN]


@pytest.mark.parametrize("kind", [AUTHORIZE, RENEW, EXPLAIN])
def test_the_same_request_gets_the_same_decision_once(office: Office, kind: NumberedType) -> None:
    """A request whose answer was lost would take effect twice."""
    office.give(LAN, 1)
    device = office.registered()
    request = device.say(kind, (LAN, 1), now=office.now)
    first = office.ask(device, request)
    before = office.instance(device)
    office.later(HOUR)
    assert office.ask(device, request) == first
    assert office.instance(device) == before


def test_an_instance_that_is_gone_is_told_the_documented_words(office: Office) -> None:
    """Operators would not find the message that they know (ruling 11)."""
    device = office.registered()
    office.ask(device, device.leave(now=office.now))
    outcome = office.say(device, RENEW)
    assert isinstance(outcome, Problem)
    assert explain(outcome.code, outcome.detail) == (
        f"The identity for the instance {device.instance} is not valid. "
        "Please re-register the instance."
    )


def test_messages_for_another_authority_are_refused(office: Office) -> None:
    """A request could be replayed at a second authority under the same root."""
    device = office.registered()
    device.authority = "00000000-0000-4000-8000-000000000000"
    [answer] = office.post(device.say(AUTHORIZE, now=office.now))
    heard, _ = device.open_answer(answer)
    assert code(heard.outcome) is Code.WRONG_AUTHORITY


def test_a_device_speaks_for_its_own_instance_only(office: Office) -> None:
    """Any registered product could speak for any other."""
    victim, liar = office.registered("A1"), office.registered("A2")
    liar.instance = victim.instance
    assert code(office.say(liar, AUTHORIZE, (LAN, 1))) is Code.BAD_CERTIFICATE
    assert office.in_use(LAN) == 0


def test_the_certificate_must_be_over_the_key_of_the_instance(office: Office) -> None:
    """A former key of an instance could go on speaking for it."""
    device = office.registered()
    instance = office.instance(device)
    assert instance is not None
    office.change(lambda work: work.put_instance(replace(instance, key="k" * 43)))
    assert code(office.say(device, AUTHORIZE)) is Code.BAD_CERTIFICATE
    assert code(office.ask(device, device.leave(now=office.now))) is Code.BAD_CERTIFICATE
    after = office.instance(device)
    assert after is not None
    assert after.number == 0


def test_the_key_of_the_certificate_must_sign(office: Office) -> None:
    """A certificate, which is no secret, would be enough to speak."""
    device = office.registered()
    request = device.say(AUTHORIZE, now=office.now, signer=draw_key(office.chance))
    assert code(office.ask(device, request)) is Code.BAD_SIGNATURE


def test_a_certificate_that_ended_cannot_ask(office: Office) -> None:
    """A year of silence would end nothing (ruling 26)."""
    device = office.registered()
    office.later(365 * DAY + timedelta(seconds=1))
    before = office.instance(device)
    assert code(office.say(device, AUTHORIZE)) is Code.CERTIFICATE_EXPIRED
    assert office.instance(device) == before


def test_a_rolled_back_device_is_answered_forked_and_goes_on(office: Office) -> None:
    """A product restored from a backup would be dead until somebody visits it."""
    office.give(LAN, 2)
    device = office.registered()
    office.say(device, AUTHORIZE)
    backup = copied(device)
    office.say(device, AUTHORIZE, (LAN, 1))
    office.say(device, AUTHORIZE, (LAN, 2))
    before = office.instance(device)
    office.later(HOUR)
    outcome = office.say(backup, AUTHORIZE, (LAN, 1))
    assert isinstance(outcome, Problem)
    assert (outcome.code, outcome.number) == (Code.FORKED, 3)
    assert "Possible Clone" in office.alert_kinds()
    assert office.in_use(LAN) == 2, "a fork takes no effect"
    after = office.instance(device)
    assert before is not None
    assert after is not None
    assert replace(after, fork=None) == before
    assert statuses(office.say(backup, AUTHORIZE, (LAN, 1))) == {LAN: IN}
    assert office.in_use(LAN) == 1


def test_two_copies_are_both_refused_until_somebody_chooses(office: Office) -> None:
    """One registration would serve any number of products."""
    device = office.registered()
    office.say(device, AUTHORIZE)
    twin = copied(device)
    office.say(device, AUTHORIZE)
    office.later(HOUR)
    assert code(office.say(twin, AUTHORIZE)) is Code.FORKED
    assert isinstance(office.say(twin, AUTHORIZE), Authorized)
    assert code(office.say(device, AUTHORIZE)) is Code.FORKED
    assert code(office.say(device, AUTHORIZE)) is Code.CLONED
    assert code(office.say(twin, RENEW)) is Code.CLONED
    assert code(office.ask(device, device.leave(now=office.now))) is Code.CLONED
    instance = office.instance(device)
    assert instance is not None
    assert instance.cloned


def test_a_late_message_is_stale(office: Office) -> None:
    """A slow network would bring old wishes back."""
    office.give(LAN, 5)
    device = office.registered()
    slow = device.say(AUTHORIZE, (LAN, 5), now=office.now)
    office.say(device, AUTHORIZE, (LAN, 1))
    before = office.instance(device)
    [answer] = office.post(slow)
    heard, _ = device.open_answer(answer)
    assert isinstance(heard.outcome, Problem)
    assert (heard.outcome.code, heard.outcome.number) == (Code.STALE, 2)
    assert office.instance(device) == before
    assert office.in_use(LAN) == 1
    assert "Possible Clone" not in office.alert_kinds()


def test_leaving_frees_everything_and_may_be_said_twice(office: Office) -> None:
    """Licenses of a product that was deregistered would stay in use for 90 days."""
    office.give(LAN, 1)
    device = office.registered()
    office.say(device, AUTHORIZE, (LAN, 1))
    assert isinstance(office.ask(device, device.leave(now=office.now)), Left)
    assert office.in_use(LAN) == 0
    assert office.instance(device) is None
    assert any(
        event.subject == device.instance and "left" in event.text for event in office.events()
    )
    assert isinstance(office.ask(device, device.leave(now=office.now)), Left)


def test_a_leave_note_outlives_its_certificate(office: Office) -> None:
    """A note that was carried for more than a year would be good for nothing."""
    device = office.registered()
    note = device.leave(now=office.now)
    newcomer = office.device("A2")
    newcomer.notes = (note,)
    office.later(366 * DAY)
    assert isinstance(office.register(newcomer), Registered)
    assert office.instance(device) is None


def test_nobody_leaves_for_another(office: Office) -> None:
    """Any product could end the registration of any other."""
    victim, liar = office.registered("A1"), office.registered("A2")
    liar.instance = victim.instance
    assert code(office.ask(liar, liar.leave(now=office.now))) is Code.BAD_CERTIFICATE
    assert office.instance(victim) is not None


def test_a_new_device_is_registered_while_an_old_one_speaks(office: Office) -> None:
    """The two kinds of messages could not share a batch."""
    device, newcomer = office.registered("A1"), office.device("A2")
    requests = (
        device.say(AUTHORIZE, now=office.now),
        newcomer.register(office.token(), now=office.now),
    )
    one, two = office.post(*requests)
    assert isinstance(device.believe(one, request=requests[0]).outcome, Authorized)
    heard = newcomer.believe(two, request=requests[1], root_mark=office.root_mark)
    assert isinstance(heard.outcome, Registered)
