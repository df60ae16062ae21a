"""What devices live through when their authority was restored from a backup."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from licet.admin.instances import remove_instance
from licet.kernel.ids import AccountId, InstanceId
from licet.kernel.problems import Code
from licet.kernel.time import DAY, HOUR, MINUTE, SECOND
from licet.ledger.model import Policy, RetiredKey
from licet.pki.issuer import Issuer
from licet.registrar.adopt import EDGE
from licet.wire.keys import draw_key, public_bytes, thumbprint
from licet.wire.messages import (
    Authorized,
    Compliance,
    Explained,
    Left,
    Problem,
    Registered,
    Renewed,
)
from support.device import AUTHORIZE, EXPLAIN, RENEW, Device
from support.office import CRYPTO, LAN, Office
from support.restored import Site, books_balance


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """An office on a disk of its own, with five LAN licenses."""
    site = Site(tmp_path)
    site.office.give(LAN, 5)
    yield site
    assert books_balance(site.office.store.database.path)  # type: ignore[attr-defined]
    site.close()


def code_of(outcome: object) -> Code:
    """Return the code of a refusal."""
    assert isinstance(outcome, Problem), outcome
    return outcome.code


def kept(office: Office, device: Device) -> bool:
    """Tell whether the ledger has a device's instance."""
    return office.instance(device) is not None


@pytest.mark.parametrize("kind", [AUTHORIZE, RENEW, EXPLAIN])
def test_who_registered_after_the_backup_goes_on(site: Site, kind: type) -> None:
    """Every device of a busy day would have to be visited after a disk failure."""
    office = site.office
    copy = site.back_up()
    office.later(HOUR)
    device = office.registered()
    office.say(device, AUTHORIZE, (LAN, 2))
    site.burn_and_restore(copy, after=HOUR)
    assert not kept(office, device)
    assert isinstance(office.say(device, kind, (LAN, 2)), Authorized | Renewed | Explained)
    instance = office.instance(device)
    assert instance is not None
    assert (instance.account, instance.virtual_account) == (
        office.example.account,
        office.example.virtual,
    )
    assert instance.registered_at == office.now - HOUR
    assert instance.number == device.number
    granted = office.say(device, AUTHORIZE, (LAN, 2))
    assert isinstance(granted, Authorized)
    assert granted.entitlements[0].status is Compliance.IN_COMPLIANCE
    assert office.in_use(LAN) == 2
    assert office.alert_kinds() == {"Instances Taken Back"}
    [event] = [event for event in office.events() if event.text.startswith("taken back")]
    assert event.text == "taken back: it registered after the backup of Nov 01 12:00:00 2026 UTC"


def test_many_that_are_taken_back_make_one_alert(site: Site) -> None:
    """Ten thousand alerts of one disk failure would hide every other one."""
    office = site.office
    copy = site.back_up()
    devices = [office.registered(f"SN{number}") for number in range(4)]
    site.burn_and_restore(copy, after=HOUR)
    for device in devices:
        assert isinstance(office.say(device, AUTHORIZE, (LAN, 1)), Authorized)
    assert len(office.alerts()) == 1
    assert len([one for one in office.events() if one.text.startswith("taken back")]) == 4
    assert office.in_use(LAN) == 4


@pytest.mark.parametrize("offset_s", [0, 7200])
def test_the_window_is_exact(tmp_path: Path, offset_s: int) -> None:
    """Certificates of other times would bring back what was removed on purpose."""
    site = Site(tmp_path, policy=Policy(certificate_offset_s=offset_s))
    office = site.office

    def lost(sn: str) -> Device:
        """Return a device that the ledger lost, but for a restore."""
        device = office.registered(sn)
        instance = office.instance(device)
        assert instance is not None
        office.change(lambda work: work.remove_instance(instance.id))
        return device

    before = lost("SN1")
    office.later(SECOND)
    first = lost("SN2")
    office.later(EDGE)
    copy = site.back_up()
    office.later(5 * MINUTE)
    middle = office.registered("SN3")
    site.burn_and_restore(copy)
    office.later(EDGE)
    last = lost("SN4")
    office.later(SECOND)
    after = lost("SN5")
    for device in (first, middle, last):
        assert isinstance(office.say(device, AUTHORIZE), Authorized)
    for device in (before, after):
        assert code_of(office.say(device, AUTHORIZE)) is Code.UNKNOWN_INSTANCE
    site.close()


def test_without_a_restore_nobody_is_adopted(site: Site) -> None:
    """A removed product instance would come back by itself."""
    office = site.office
    device = office.registered()
    instance = office.instance(device)
    assert instance is not None
    office.change(lambda work: work.remove_instance(instance.id))
    assert code_of(office.say(device, AUTHORIZE)) is Code.UNKNOWN_INSTANCE
    assert not kept(office, device)


def test_what_an_on_prem_signed_is_not_adopted(site: Site) -> None:
    """An on-prem could enter instances at the manager that no token ever let in."""
    office = site.office
    copy = site.back_up()
    device = office.registered()
    site.burn_and_restore(copy, after=HOUR)
    issuer, key = office.keys.issuer, draw_key(office.chance)
    dates = {"not_before": office.now - HOUR, "not_after": office.now + DAY}
    sub_ca = issuer.subca_certificate(
        key=public_bytes(key.public_key()),
        serial=5,
        name="On-prem",
        account=office.example.account,
        not_before=office.now - HOUR,
        not_after=office.now + 500 * DAY,
    )
    leaf = Issuer(key, (sub_ca, *issuer.chain)).device_certificate(
        key=public_bytes(device.key.public_key()),
        serial=6,
        instance=InstanceId(device.instance),
        udi=device.udi,
        account=office.example.account,
        **dates,
    )
    device.chain, own = (leaf, sub_ca, *issuer.chain), device.chain
    assert code_of(office.say(device, AUTHORIZE)) is Code.BAD_CERTIFICATE
    assert not kept(office, device)
    device.chain = own
    assert isinstance(office.say(device, AUTHORIZE), Authorized)


def test_a_retired_key_stays_retired(site: Site) -> None:
    """What an administrator removed would come back after a restore."""
    office = site.office
    copy = site.back_up()
    device = office.registered()
    site.burn_and_restore(copy, after=HOUR)
    assert isinstance(office.say(device, AUTHORIZE, (LAN, 1)), Authorized)
    instance = office.instance(device)
    assert instance is not None
    office.change(lambda work: remove_instance(work, instance, who="ann", now=office.now))
    assert code_of(office.say(device, AUTHORIZE, (LAN, 1))) is Code.UNKNOWN_INSTANCE
    assert office.in_use(LAN) == 0


def test_who_was_removed_before_the_backup_stays_removed(site: Site) -> None:
    """A restore would be a way back for a stolen product."""
    office = site.office
    device = office.registered()
    copy_before = site.back_up()
    instance = office.instance(device)
    assert instance is not None
    office.change(lambda work: remove_instance(work, instance, who="ann", now=office.now))
    copy = site.back_up()
    site.burn_and_restore(copy, after=HOUR)
    assert code_of(office.say(device, AUTHORIZE)) is Code.UNKNOWN_INSTANCE
    site.burn_and_restore(copy_before, after=HOUR)
    assert isinstance(office.say(device, AUTHORIZE), Authorized), "that removal is lost, and told"


def test_what_was_removed_after_the_backup_is_there_again(site: Site) -> None:
    """The printed list says so; this test says that the list is right."""
    office = site.office
    device = office.registered()
    copy = site.back_up()
    instance = office.instance(device)
    assert instance is not None
    office.change(lambda work: remove_instance(work, instance, who="ann", now=office.now))
    site.burn_and_restore(copy, after=HOUR)
    assert isinstance(office.say(device, AUTHORIZE, (LAN, 1)), Authorized)
    assert office.alert_kinds() == set(), "it is known: nothing was taken back"


def test_a_renewal_after_the_backup(site: Site) -> None:
    """A certificate that the ledger does not know of would be refused, or outlive its record."""
    office = site.office
    device = office.registered()
    copy = site.back_up()
    office.later(180 * DAY)
    assert isinstance(office.say(device, RENEW), Renewed)
    site.burn_and_restore(copy, after=HOUR)
    stored = office.instance(device)
    assert stored is not None
    end = device.certificate(at=office.now).not_after
    assert stored.certified_until < end
    assert isinstance(office.say(device, AUTHORIZE, (LAN, 1)), Authorized)
    heard = office.instance(device)
    assert heard is not None
    assert heard.certified_until == end
    assert heard.id == stored.id


def test_a_replacement_in_the_gap_is_done_again(site: Site) -> None:
    """One product would be two instances and use its licenses twice."""
    office = site.office
    old = office.registered()
    office.say(old, AUTHORIZE, (LAN, 2))
    copy = site.back_up()
    office.later(MINUTE)
    new = replace(old, key=draw_key(office.chance), trust=None, number=0, previous=(), sent=[])
    assert isinstance(office.register(new, force=True), Registered)
    office.say(new, AUTHORIZE, (LAN, 3))
    site.burn_and_restore(copy, after=HOUR)
    assert office.in_use(LAN) == 2
    assert isinstance(office.say(new, AUTHORIZE, (LAN, 3)), Authorized)
    assert office.in_use(LAN) == 3
    assert [instance.id for instance in office.of_udi(new.udi)] == [new.instance]
    assert code_of(office.say(old, AUTHORIZE, (LAN, 2))) is Code.UNKNOWN_INSTANCE
    assert office.alert_kinds() == {"Instances Taken Back", "Product Instance Replaced"}
    adopted = office.instance(new)
    assert adopted is not None
    assert adopted.product != "", "what the former one was is known"


@pytest.mark.parametrize("older_first", [True, False])
def test_of_two_that_registered_in_the_gap_the_later_one_stays(
    site: Site, *, older_first: bool
) -> None:
    """A copy that had been replaced would throw out the product that replaced it."""
    office = site.office
    copy = site.back_up()
    older = office.registered()
    office.later(MINUTE)
    newer = replace(older, key=draw_key(office.chance), trust=None, number=0, previous=(), sent=[])
    assert isinstance(office.register(newer, force=True), Registered)
    site.burn_and_restore(copy, after=HOUR)
    if older_first:
        assert isinstance(office.say(older, AUTHORIZE, (LAN, 1)), Authorized)
    assert isinstance(office.say(newer, AUTHORIZE, (LAN, 1)), Authorized)
    assert code_of(office.say(older, AUTHORIZE, (LAN, 1))) is Code.UNKNOWN_INSTANCE
    assert [instance.id for instance in office.of_udi(newer.udi)] == [newer.instance]
    assert office.in_use(LAN) == 1


def test_who_registers_again_after_the_restore_is_another_instance(site: Site) -> None:
    """The certificate of the lost registration would throw out the new one."""
    office = site.office
    copy = site.back_up()
    lost = office.registered()
    site.burn_and_restore(copy, after=HOUR)
    again = replace(lost, key=draw_key(office.chance), trust=None, number=0, previous=(), sent=[])
    assert isinstance(office.register(again), Registered), "its UDI is not known: no force"
    assert code_of(office.say(lost, AUTHORIZE)) is Code.UNKNOWN_INSTANCE
    assert isinstance(office.say(again, AUTHORIZE), Authorized)


def test_a_registration_whose_answer_was_lost_is_answered_again(site: Site) -> None:
    """A device whose authority burned in the middle of its registration would wait for ever."""
    office = site.office
    token = office.token(uses=1)
    copy = site.back_up()
    device = office.device()
    request = device.register(token, now=office.now)
    office.post(request)
    site.burn_and_restore(copy, after=HOUR)
    assert isinstance(office.ask(device, request), Registered)
    assert isinstance(office.say(device, AUTHORIZE), Authorized)
    assert office.uses(token) == 1


def test_a_late_copy_of_a_registration_throws_nobody_out(site: Site) -> None:
    """Whoever kept a request of the gap could end a product's license with it."""
    office = site.office
    token = office.token(uses=2)
    copy = site.back_up()
    device = office.device()
    request = device.register(token, now=office.now)
    assert isinstance(office.ask(device, request), Registered)
    site.burn_and_restore(copy, after=HOUR)
    office.post(request)
    [entered] = office.of_udi(device.udi)
    assert entered.id != device.instance
    assert isinstance(office.say(device, AUTHORIZE), Authorized)
    office.post(request)
    assert [instance.id for instance in office.of_udi(device.udi)] == [device.instance]
    assert isinstance(office.say(device, AUTHORIZE), Authorized)


def test_a_used_up_token_may_be_used_again(site: Site) -> None:
    """Told by the restore; this test says that it is so, and that no more than that happens."""
    office = site.office
    token = office.token(uses=1)
    copy = site.back_up()
    first = office.registered("SN1", token)
    site.burn_and_restore(copy, after=HOUR)
    second = office.registered("SN2", token)
    for device in (first, second):
        assert isinstance(office.say(device, AUTHORIZE, (LAN, 1)), Authorized)
    assert code_of(office.register(office.device("SN3"), token)) is Code.TOKEN_USED_UP


def test_an_account_of_the_gap_is_not_invented(site: Site) -> None:
    """An instance would stand in an account that nobody can see."""
    office = site.office
    copy = site.back_up()
    other = office.customer("Other")
    device = office.registered("SN1", office.token(at=other))
    site.burn_and_restore(copy, after=HOUR)
    assert code_of(office.say(device, AUTHORIZE)) is Code.UNKNOWN_INSTANCE
    assert office.look(lambda work: work.account(AccountId(other.account))) is None


def test_one_that_was_transferred_is_where_it_was(site: Site) -> None:
    """Its licenses would be counted in two places."""
    office = site.office
    lab = office.department(office.example.account, "Lab")
    device = office.registered()
    copy = site.back_up()
    instance = office.instance(device)
    assert instance is not None
    moved = replace(instance, virtual_account=lab.virtual)
    office.change(lambda work: work.put_instance(moved))
    site.burn_and_restore(copy, after=HOUR)
    granted = office.say(device, AUTHORIZE, (LAN, 1))
    assert isinstance(granted, Authorized)
    assert granted.place.virtual_account == "Default"
    assert (office.in_use(LAN), office.in_use(LAN, at=lab)) == (1, 0)


def test_export_controlled_licenses_follow_the_account(site: Site) -> None:
    """A product would lose its encryption; or gain it where the vendor never allowed it."""
    office = site.office
    office.give(CRYPTO, 5)
    forbidden = office.customer("Forbidden", export=False)
    copy = site.back_up()
    allowed = office.registered("SN1")
    other = office.registered("SN2", office.token(at=forbidden))
    site.burn_and_restore(copy, after=HOUR)
    outcomes = [office.say(device, AUTHORIZE, (CRYPTO, 1)) for device in (allowed, other)]
    statuses = [
        outcome.entitlements[0].status for outcome in outcomes if isinstance(outcome, Authorized)
    ]
    assert statuses == [Compliance.IN_COMPLIANCE, Compliance.INVALID_TAG]


def test_a_farewell_after_the_restore(site: Site) -> None:
    """A product that left could be brought back by a copy of its storage."""
    office = site.office
    known = office.registered("SN1")
    copy = site.back_up()
    unknown, carrier = office.registered("SN2"), office.registered("SN3")
    site.burn_and_restore(copy, after=HOUR)
    for device in (known, unknown):
        assert office.ask(device, device.leave(now=office.now)) == Left()
        assert code_of(office.say(device, AUTHORIZE)) is Code.UNKNOWN_INSTANCE
    note = carrier.leave(now=office.now)
    again = replace(
        carrier, key=draw_key(office.chance), trust=None, number=0, previous=(), notes=(note,)
    )
    assert isinstance(office.register(again), Registered)
    assert code_of(office.say(carrier, AUTHORIZE)) is Code.UNKNOWN_INSTANCE
    key = thumbprint(unknown.key.public_key())
    retired = office.look(lambda work: work.retired_key(key))
    until = unknown.certificate(at=office.now).not_after
    assert retired == RetiredKey(key, InstanceId(unknown.instance), until)


def test_a_note_of_an_unknown_instance_in_normal_life_leaves_no_trace(site: Site) -> None:
    """Old notes would fill the list of retired keys."""
    office = site.office
    device = office.registered()
    office.later(SECOND)
    site.burn_and_restore(site.back_up(), after=HOUR)
    note = device.leave(now=office.now)
    assert office.ask(device, note) == Left()
    assert office.ask(device, note) == Left()
    key = thumbprint(device.key.public_key())
    retired = office.look(lambda work: work.retired_key(key))
    assert retired is not None, "it was known"


def test_a_duplicate_in_another_account_is_told_to_both(site: Site) -> None:
    """Two customers would share one product without either of them knowing."""
    office = site.office
    other = office.customer("Other")
    office.registered("SN1", office.token(at=other))
    copy = site.back_up()
    device = office.registered("SN1")
    site.burn_and_restore(copy, after=HOUR)
    assert isinstance(office.say(device, AUTHORIZE), Authorized)
    assert "Duplicate UDI" in office.alert_kinds()
    assert office.alert_kinds(other) == {"Duplicate UDI"}


def test_the_first_message_may_be_repeated(site: Site) -> None:
    """A lost answer would make a fork, or two instances, of one that was taken back."""
    office = site.office
    copy = site.back_up()
    device = office.registered()
    site.burn_and_restore(copy, after=HOUR)
    request = device.say(AUTHORIZE, (LAN, 1), now=office.now)
    one, two = office.post(request, request)
    assert one == two
    assert office.in_use(LAN) == 1
    assert len([one for one in office.events() if one.text.startswith("taken back")]) == 1


def test_a_bad_list_adopts_nobody(site: Site) -> None:
    """A refused message would leave traces of an adoption that did not happen."""
    office = site.office
    copy = site.back_up()
    device = office.registered()
    site.burn_and_restore(copy, after=HOUR)
    assert code_of(office.say(device, AUTHORIZE, (LAN, 1), (LAN, 1))) is Code.MALFORMED
    assert not kept(office, device)
    assert office.alerts() == ()
