"""Attacks by an on-prem's own administrator, who holds its keys and signs whatever they like.

They may lie about their own site. They must not reach anybody else's, nor end or fill the manager.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from licet.kernel.chance import SeededChance, draw_uuid
from licet.kernel.ids import AccountId, InstanceId, Udi
from licet.kernel.time import DAY, epoch_seconds
from licet.ledger.sites import CarriedNote, OutLease
from licet.pki.issuer import draw_serial
from licet.sync.leases import LEASES_MAX, with_lease
from licet.sync.problems import Why
from licet.wire.envelope import Kind, seal
from licet.wire.keys import PrivateKey, draw_key, public_bytes
from licet.wire.messages import Authorized, Compliance, Leave, Registered
from licet.wire.sites import (
    EndItem,
    EventItem,
    GoneItem,
    InstanceItem,
    NoteItem,
    TotalItem,
    UsedPart,
)
from support.device import AUTHORIZE
from support.office import LAN, NOW
from support.site_client import SiteClient
from support.sites import SiteOffice
from support.sync_attacks import (
    KIB_MAX,
    MIB,
    Town,
    head_of,
    peak_kib,
    town,
    written,
)

COUNTER_MAX = 2**53 - 1
YEAR_9999 = 253_402_300_799
CHANCE = SeededChance("hostile")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Return a manager with its sites."""
    with town(tmp_path_factory.mktemp("town")) as there:
        there.office.give(LAN, 10)
        yield there


class Rogue:
    """A site whose administrator writes its reports by hand."""

    def __init__(self, place: Town, name: str, products: int = 0) -> None:
        self.place = place
        self.site: SiteOffice = place.enrolled(name, products)
        self.key: PrivateKey = self.site.private.sync
        self.number = self.accepted = self.site.local.number

    def instance(self, number: int = 0, **fields: object) -> InstanceItem:
        """Return an instance that was made up."""
        made: dict[str, Any] = {
            "id": f"{self.site.site[:13]}-4000-8000-{number:012x}",
            "pid": "SWITCH",
            "sn": f"ROGUE{number:07}",
            "key": f"{number:043}",
            "host_name": None,
            "product": "",
            "export_allowed": True,
            "registered_at": 1_700_000_000,
            "last_contact_at": 1_700_000_000,
            "certified_until": 1_900_000_000,
            "deadline": None,
            "released": False,
            "alerted": False,
            "cloned": False,
            "usage": (),
        }
        return InstanceItem(**{**made, **fields})

    def report(self, *items: Any, sync: str = "full", **head: object) -> bytes:
        """Return a report of any content."""
        self.number += 1
        true = head_of(self.site.request(), self.place.directions["up by file"][3])
        fields = {name: getattr(true, name) for name in true.__struct_fields__}
        more = {"sync": sync, "number": self.number, "base": self.accepted, **head}
        return written(type(true)(**{**fields, **more}), items, self.key)

    def refused(self, document: bytes, why: Why, *words: str) -> None:
        """Pass if both doors refuse a report, and nothing changes."""
        self.all_refused([(document, why, *words)])

    def all_refused(self, reports: Sequence[tuple[bytes, Why, *tuple[str, ...]]]) -> None:
        """Pass if both doors refuse each report for its reason, and nothing changes."""
        before = self.place.tables()
        documents = [report[0] for report in reports]
        by_file = self.place.up_by_file(documents)
        by_network = self.place.up_by_network(documents, site=self.site)
        for said, again, (_, why, *words) in zip(by_file, by_network, reports, strict=True):
            said.check(why, *words)
            again.check(why, *words)
        assert self.place.tables() == before

    def taken(self, document: bytes) -> bytes:
        """Return the response to a report that the network takes."""
        self.place.reset_peak()
        with self.place.manager.client() as opened:
            client = SiteClient(opened)
            letter = client.answer(client.send(self.site, document, part=MIB))
        self.place.check_server()
        self.accepted = self.number
        return letter


def used(tag: str, count: int) -> UsedPart:
    """Return a use of a license."""
    return UsedPart(tag=tag, count=count, status=Compliance.IN_COMPLIANCE)


def test_instances_of_somebody_else(place: Town) -> None:
    """One customer could take, change or remove the product instances of another."""
    rogue = Rogue(place, "Ids")
    device = place.office.registered("DIRECT1")
    [theirs, *_] = place.office.store.list_instances(place.moon.known().virtual_account).items
    reports = [
        rogue.report(rogue.instance(1, id=taken), EndItem(instances=1), sync=sync)
        for taken in (device.instance, theirs.id)
        for sync in ("full", "standard")
    ]
    words = "cannot be one of this site"
    rogue.all_refused([(report, Why.DAMAGED, words) for report in reports])
    before = (
        place.office.instance(device),
        place.office.store.count_instances(theirs.virtual_account),
    )
    gone = [GoneItem(id=device.instance), GoneItem(id=theirs.id), EndItem(instances=0)]
    rogue.taken(rogue.report(*gone, sync="standard"))
    after = (
        place.office.instance(device),
        place.office.store.count_instances(theirs.virtual_account),
    )
    assert after == before


def test_products_and_keys_of_somebody_else(place: Town) -> None:
    """Who reports the UDI or the key of another's product could have it refused, or called a clone."""
    office = place.office
    device = office.registered("DIRECT2")
    before = office.instance(device)
    assert before is not None
    rogue = Rogue(place, "Doubles")
    double = rogue.instance(2, pid=device.udi.pid, sn=device.udi.sn, key=before.key)
    rogue.taken(rogue.report(double, EndItem(instances=1)))
    assert office.instance(device) == before
    assert isinstance(office.say(device, AUTHORIZE, (LAN, 1)), Authorized)
    again = office.device("DIRECT2")
    assert isinstance(office.register(again, force=True), Registered)
    kept = office.look(lambda work: work.instance(InstanceId(double.id)))
    assert kept is not None
    assert kept.on_prem == rogue.site.site


def test_one_product_a_thousand_times(place: Town) -> None:
    """Whoever registers that product for real would wait until all of them were read."""
    rogue = Rogue(place, "Same")
    same = [rogue.instance(number, sn="VICTIM") for number in range(100)]
    words = "more than 16 instances of PID:SWITCH,SN:VICTIM"
    rogue.refused(rogue.report(*same, EndItem(instances=100)), Why.DAMAGED, words)
    rogue.refused(rogue.report(*same, EndItem(instances=100), sync="standard"), Why.DAMAGED, words)
    rogue.taken(rogue.report(*same[:10], EndItem(instances=10), sync="standard"))
    more = rogue.report(*same[10:20], EndItem(instances=20), sync="standard")
    rogue.refused(more, Why.DAMAGED, words)


@pytest.mark.parametrize("sync", ["full", "standard"])
def test_one_key_for_two(place: Town, sync: str) -> None:
    """A report that contradicts itself would end the manager's worker, and its site never learn why."""
    rogue = Rogue(place, f"Keys-{sync}")
    twins = [rogue.instance(1, key="k" * 43), rogue.instance(2, key="k" * 43)]
    end, words = EndItem(instances=2), "the site has 2 product instances"
    rogue.refused(rogue.report(*twins, end, sync=sync), Why.UNEQUAL, words)
    rogue.taken(rogue.report(twins[0], EndItem(instances=1), sync=sync))
    rogue.refused(rogue.report(twins[1], end, sync="standard"), Why.UNEQUAL, words)


def test_one_id_for_two(place: Town) -> None:
    """A report that contradicts itself would leave counts that never come right again."""
    rogue = Rogue(place, "Twice-over")
    lan = (used(LAN, 2),)
    items = [
        rogue.instance(1, sn="A", usage=lan),
        rogue.instance(1, sn="B", usage=lan, key="x" * 43),
    ]
    total, end = TotalItem(tag=LAN, in_use=2), EndItem(instances=1)
    words = "is PID:SWITCH,SN:B, and was PID:SWITCH,SN:A before"
    rogue.refused(rogue.report(*items, total, end), Why.DAMAGED, words)


def test_sums_that_lie(place: Town) -> None:
    """The numbers of a site would not be those of its instances, and nobody could say which are right."""
    rogue = Rogue(place, "Sums")
    one = rogue.instance(1, usage=(used(LAN, 3),))
    end = EndItem(instances=1)
    right = TotalItem(tag=LAN, in_use=3)
    uses = [
        (rogue.report(one, TotalItem(tag=LAN, in_use=lie), end), lie)
        for lie in (2, 4, 0, COUNTER_MAX)
    ]
    counts = [
        (rogue.report(one, right, EndItem(instances=count)), count) for count in (0, 2, COUNTER_MAX)
    ]
    more = [rogue.report(one, right, end, behind) for behind in (end, one, right)]
    late = rogue.report(rogue.instance(2), one, right, EndItem(instances=2))
    rogue.all_refused(
        [
            *((report, Why.UNEQUAL, f"the site uses {lie} of {LAN}") for report, lie in uses),
            *((report, Why.UNEQUAL, f"the site has {lie} product inst") for report, lie in counts),
            *((report, Why.DAMAGED, "the report goes on behind its end") for report in more),
            (rogue.report(one, right), Why.DAMAGED, "the report has no end"),
            (late, Why.DAMAGED, "the instances of the report are not in their order"),
        ]
    )


def test_counts_and_times_at_their_limits(place: Town) -> None:
    """A number that is allowed would break what is computed from it: lists, alerts, explanations."""
    rogue = Rogue(place, "Limits")
    tags = tuple(used(f"tag-{number:03}", 1_000_000) for number in range(256))
    ages = {"registered_at": 0, "last_contact_at": 0, "certified_until": 0, "deadline": 0}
    ends = dict.fromkeys(ages, YEAR_9999)
    name = "leaf\u202e1\u200b" + "x" * 200
    items = [
        rogue.instance(1, sn="EDGE1", usage=tags, host_name=name, **ends),
        rogue.instance(2, sn="EDGE2", usage=tags, alerted=True, cloned=True, **ages),
    ]
    totals = [TotalItem(tag=one.tag, in_use=2_000_000) for one in tags]
    event = EventItem(at=YEAR_9999, who="w" * 1024, subject="s" * 1024, text="\u202e" * 1024)
    ages_ago = EventItem(at=0, who="", subject="", text="")
    rogue.taken(rogue.report(*items, event, ages_ago, *totals, EndItem(instances=2)))
    data = ("--data", str(place.manager.data.path))
    looks = [
        ("instance", "list"),
        ("instance", "list", "--csv"),
        ("instance", "list", "--json"),
        ("instance", "show", "EDGE1"),
        ("instance", "show", "EDGE2"),
        ("instance", "explain", "EDGE1"),
        ("license", "list", "--virtual-account", "Limits"),
        ("alert", "list"),
        ("event", "list"),
        ("onprem", "list"),
        ("onprem", "show", "Limits"),
        ("onprem", "history", "Limits"),
    ]
    for (status, out, error), typed in zip(
        place.child.run(*(("manager", *words, *data) for words in looks)), looks, strict=True
    ):
        assert status in {0, 2}, (typed, error)
        assert "--csv" in typed or status == 0, (typed, error)
        assert "\u202e" not in out or "--json" in typed, typed
    rogue.taken(rogue.report(EndItem(instances=0)))


def test_numbers_near_the_end(place: Town) -> None:
    """A site that counts to the end of its numbers would end the manager; it ends itself only."""
    rogue = Rogue(place, "Ends")
    end = EndItem(instances=0)
    for lease in (COUNTER_MAX, COUNTER_MAX - 1, 2**40):
        rogue.refused(
            rogue.report(end, lease=lease), Why.DAMAGED, f"no manager has written a lease {lease}"
        )
    rogue.taken(rogue.report(end, number=COUNTER_MAX - 1, base=0))
    rogue.refused(rogue.report(end, number=7), Why.OLDER)
    rogue.taken(rogue.report(end, number=COUNTER_MAX))
    rogue.refused(rogue.report(end, number=COUNTER_MAX), Why.SUPERSEDED)
    rogue.taken(rogue.report(end, number=1, base=0, epoch=COUNTER_MAX))
    rogue.taken(rogue.report(end, number=COUNTER_MAX, epoch=COUNTER_MAX))
    rogue.refused(rogue.report(end, number=1, epoch=0), Why.OLDER)
    assert rogue.site.known().lease < 20


def test_a_clock_that_is_years_off(place: Town) -> None:
    """A site whose clock is wrong could not synchronize; or one that lies be good for ever."""
    rogue = Rogue(place, "Clock")
    end = EndItem(instances=0)
    rogue.taken(rogue.report(end, at=YEAR_9999 - 1, expires_at=YEAR_9999))
    rogue.taken(rogue.report(end, at=0, expires_at=YEAR_9999))
    rogue.refused(rogue.report(end, at=0, expires_at=86_400), Why.EXPIRED)
    known = rogue.site.known()
    assert known.last_up_at is not None
    assert abs((known.last_up_at - place.office.now).total_seconds()) < 600, "the manager's clock"


def test_a_flood_of_events(place: Town) -> None:
    """A site could fill the manager's disk with its news."""
    rogue = Rogue(place, "News")
    event = EventItem(at=1, who="w" * 1024, subject="s" * 1024, text="t" * 1024)
    end = EndItem(instances=0)
    rogue.refused(rogue.report(*[event] * 20_001, end), Why.DAMAGED, "more than 20000 events")
    rogue.taken(rogue.report(*[event] * 2_000, end))


def test_a_flood_of_tags(place: Town) -> None:
    """A report of some megabytes would take gigabytes of the manager's memory."""
    rogue = Rogue(place, "Tags")
    end = EndItem(instances=0)
    totals = [TotalItem(tag=f"tag-{number:0>200}", in_use=0) for number in range(60_000)]
    report = rogue.report(*totals, end)
    rogue.refused(report, Why.DAMAGED, "more than 10000 different licenses")
    [file] = place.child.files([report])
    [(status, out, _)] = place.child.run(("sync", "show", file))
    assert status == 0
    assert place.child.peak_kib < KIB_MAX
    assert len(out) < MIB
    many = [
        rogue.instance(n, usage=tuple(used(f"t{n}-{at}", 1) for at in range(256)))
        for n in range(400)
    ]
    rogue.refused(
        rogue.report(*many, EndItem(instances=400)),
        Why.DAMAGED,
        "more than 10000 different licenses",
    )


def forged_note(
    site: SiteOffice, authority: str, taken: str, *, key: PrivateKey | None = None
) -> str:
    """Return a leave note with a certificate that a site has issued for an instance of anybody."""
    key = key or draw_key(CHANCE)
    certificate = site.keys.issuer.device_certificate(
        key=public_bytes(key.public_key()),
        serial=draw_serial(CHANCE),
        instance=InstanceId(taken),
        udi=Udi("SWITCH", "FORGED"),
        account=AccountId(site.site),
        not_before=site.now,
        not_after=site.local.lease_ends_at or site.now,
    )
    said = Leave(authority=authority, instance=taken, left_at=epoch_seconds(site.now))
    chain = (certificate, *site.keys.issuing_chain)
    return seal(said, kind=Kind.LEAVE, key=key, chain=chain).decode()


def test_leave_notes_for_instances_of_others(place: Town) -> None:
    """A site could have the products of the manager's other customers removed."""
    office = place.office
    rogue = Rogue(place, "Notes")
    device = office.registered("DIRECT3")
    manager = office.keys.authority
    [theirs, *_] = office.store.list_instances(place.moon.known().virtual_account).items
    wrong = draw_uuid(CHANCE)
    mine = forged_note(rogue.site, manager, device.instance)
    real = device.leave(now=office.now).decode()
    notes = [
        NoteItem(authority=manager, instance=device.instance, note=mine),
        NoteItem(authority=manager, instance=device.instance, note="x" * 16_384),
        NoteItem(authority=manager, instance=device.instance, note=mine[:-4]),
        NoteItem(authority=manager, instance=wrong, note=real),
        NoteItem(authority=place.moon.site, instance=device.instance, note=real),
        NoteItem(
            authority=place.moon.site,
            instance=theirs.id,
            note=forged_note(rogue.site, place.moon.site, theirs.id),
        ),
    ]
    before = len(office.events())
    rogue.taken(rogue.report(*notes, EndItem(instances=0)))
    assert office.instance(device) is not None
    assert office.look(lambda work: work.carried_notes(place.moon.site)) == []
    ignored = [one for one in office.events() if one.text.startswith("a leave note was ignored")]
    assert len(ignored) == len(notes), len(office.events()) - before
    # The one that the product has signed frees its instance, whoever carries it.
    true = NoteItem(authority=manager, instance=device.instance, note=real)
    rogue.taken(rogue.report(true, EndItem(instances=0)))
    assert office.instance(device) is None


def test_a_genuine_note_is_not_pushed_out(place: Town) -> None:
    """A product that left could be kept registered by a forged note in the place of its own."""
    office = place.office
    [theirs, *_] = office.store.list_instances(place.moon.known().virtual_account).items
    genuine = CarriedNote(theirs.id, place.moon.site, None, "genuine", office.now)
    office.change(lambda work: work.put_carried_note(genuine))
    rogue = Rogue(place, "Pushes")
    for authority in (place.moon.site, rogue.site.site, place.plant.site):
        note = forged_note(rogue.site, authority, theirs.id)
        item = NoteItem(authority=authority, instance=theirs.id, note=note)
        rogue.taken(rogue.report(item, EndItem(instances=0)))
        assert office.look(lambda work: work.carried_notes(place.moon.site)) == [genuine]
    office.change(lambda work: work.remove_carried_note(theirs.id))


def test_a_flood_of_notes(place: Town) -> None:
    """A site could fill the letter of another one, so that it is never answered again and lapses."""
    rogue, friend = Rogue(place, "Floods"), Rogue(place, "Friend")
    key = draw_key(CHANCE)
    ids = [draw_uuid(CHANCE) for _ in range(500)]
    end = EndItem(instances=0)
    kept = [
        NoteItem(
            authority=friend.site.site,
            instance=one,
            note=forged_note(friend.site, friend.site.site, one, key=key),
        )
        for one in ids
    ]
    rogue.taken(rogue.report(*kept, end))
    letter = friend.taken(friend.report(end))
    assert letter.count(b'"item":"remove"') == 500
    long = [NoteItem(authority=friend.site.site, instance=one, note="x" * 16_384) for one in ids]
    rogue.refused(rogue.report(*long, *long, *long, end), Why.DAMAGED, "more leave notes than")
    small = [replace_note(kept[0], note="x") for _ in range(5_000)]
    before = len(place.office.events())
    rogue.taken(rogue.report(*small, end))
    assert len(place.office.events()) - before < 200, "they are counted, not told one by one"


def replace_note(item: NoteItem, **fields: str) -> NoteItem:
    """Return a note with other fields."""
    names = {name: getattr(item, name) for name in item.__struct_fields__}
    return NoteItem(**{**names, **fields})


def test_a_site_that_acknowledges_nothing(place: Town) -> None:
    """What a manager remembers of a site would grow with each synchronization, without end."""
    rogue = Rogue(place, "Silent")
    for _ in range(30):
        rogue.taken(rogue.report(EndItem(instances=0), lease=0))
    known = rogue.site.known()
    assert known.lease > 30
    assert len(known.leases) <= LEASES_MAX
    assert known.leases[-1].number == known.lease


@pytest.mark.nightly
def test_a_million_instances(place: Town) -> None:
    """A report at the limit would take the memory of the manager."""
    rogue = Rogue(place, "Million")
    report = rogue.report(
        *(rogue.instance(n) for n in range(1_000_000)), EndItem(instances=1_000_000)
    )
    place.reset_peak()
    with place.manager.client() as opened:
        client = SiteClient(opened)
        sent = client.send(rogue.site, report, part=MIB)
        assert client.outcome(sent, within_s=600)[0] == 200
    assert peak_kib(place.manager.process.pid) < KIB_MAX


def test_the_longest_lease_is_remembered() -> None:
    """A site could go on with a long lease that its manager has forgotten, and licenses count twice."""
    long = OutLease(2, NOW + 364 * DAY)
    books: tuple[OutLease, ...] = (OutLease(1, NOW + DAY), long)
    for number in range(3, 100):
        books = with_lease(books, OutLease(number, NOW + DAY))
        assert books[0].number == 1
        assert books[-1].number == number
        assert long in books
        assert len(books) <= LEASES_MAX
