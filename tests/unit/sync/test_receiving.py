"""What a manager makes of a report, its books audited: also where the site lies."""

import io
import operator
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from licet.admin.accounts import remove_virtual_account
from licet.admin.on_prems import remove_on_prem
from licet.kernel.ids import InstanceId
from licet.ledger.instances import draw_instance_id, remove
from licet.ledger.ports import Work
from licet.ledger.sites import SyncKind
from licet.ledger.usage import insufficient_key
from licet.store.sqlite.auditing import audit
from licet.store.sqlite.store import SqliteStore
from licet.sync.problems import SyncRefused, Why
from licet.sync.upward import EVENTS_BYTES_MAX, bytes_of
from licet.wire.documents import open_document, write_document
from licet.wire.keys import sign_digest
from licet.wire.sites import SYNC_REQUEST, EndItem, EventItem, InstanceItem, Reported, TotalItem
from support.device import AUTHORIZE
from support.exchange import TAGS, Manager, Site
from support.office import LAN, Office
from support.sites import SiteOffice

LAN_TAG = TAGS[0]
Lie = Callable[[list[Reported]], list[Reported]]


@pytest.fixture
def manager(tmp_path: Path) -> Manager:
    """A manager whose books are audited."""
    return Manager(store=SqliteStore.open(tmp_path / "manager.db"))


@pytest.fixture
def site(manager: Manager) -> Site:
    """A site with a hundred licenses."""
    manager.order(manager.open("Plant"), LAN_TAG, 100)
    return Site(manager, "Sat", "Plant")


def check_books(manager: Manager) -> None:
    """Pass if the manager's ledger is in order."""
    assert isinstance(manager.store, SqliteStore)
    copy = manager.store.database.path.with_suffix(".copy")
    copy.unlink(missing_ok=True)
    with manager.store.database.lend() as connection:
        connection.execute("VACUUM INTO ?", (str(copy),))
    assert [found for found in audit(copy) if found.wrong] == []


def forged(site: Site, lie: Lie, kind: SyncKind = SyncKind.FULL) -> bytes:
    """Return a report of a site with other items than are true, signed by the site."""
    true = open_document(io.BytesIO(site.ask(kind)), (SYNC_REQUEST,))
    out = io.BytesIO()
    assert site.keys.sync is not None
    key = site.keys.sync.key
    items = lie(list(true.items()))
    write_document(out, SYNC_REQUEST, true.head, items, sign=lambda data: sign_digest(key, data))
    return out.getvalue()


def refused(manager: Manager, report: bytes) -> SyncRefused:
    """Return why a report is refused; the books are as they were."""
    with pytest.raises(SyncRefused) as caught:
        manager.answer(report)
    check_books(manager)
    return caught.value


@pytest.mark.parametrize(
    ("kind", "sn"), [(SyncKind.FULL, "A"), (SyncKind.STANDARD, "A"), (SyncKind.STANDARD, "Z")]
)
def test_an_instance_does_not_become_another_product(
    manager: Manager, site: Site, kind: SyncKind, sn: str
) -> None:
    """Its use would be taken off twice, and the manager give away what nobody has bought."""
    site.enter("B", LAN_TAG, 5)
    site.enter("C", LAN_TAG, 5)
    site.synchronize(SyncKind.FULL)
    moved = site.enter("D", LAN_TAG, 1)
    site.synchronize()
    site.leave(moved)
    site.enter("E")

    def lie(items: list[Reported]) -> list[Reported]:
        reported = next(item for item in made if isinstance(item, InstanceItem) and item.sn == "B")
        others = [
            item
            for item in items
            if not isinstance(item, TotalItem | EndItem)
            and not (isinstance(item, InstanceItem) and item.sn == "B")
        ]
        product = structs.replace(reported, sn=sn, usage=())
        place = 0 if sn == "A" else len([one for one in others if isinstance(one, InstanceItem)])
        others.insert(place, product)
        return [*others, EndItem(instances=2)]

    made = list(open_document(io.BytesIO(site.ask(SyncKind.FULL)), (SYNC_REQUEST,)).items())
    said = refused(manager, forged(site, lie, kind))
    assert said.why is Why.DAMAGED
    assert f"is PID:SWITCH,SN:{sn}, and was PID:SWITCH,SN:B before" in said.text


def test_a_license_is_used_once_by_an_instance(manager: Manager, site: Site) -> None:
    """The counters would differ from the rows for ever, and every backup fail."""
    site.enter("B", LAN_TAG, 5)

    def lie(items: list[Reported]) -> list[Reported]:
        found: list[Reported] = []
        for item in items:
            if isinstance(item, InstanceItem):
                found.append(structs.replace(item, usage=(*item.usage, *item.usage)))
            else:
                found.append(item)
        return found

    said = refused(manager, forged(site, lie))
    assert (said.why, "uses a license twice" in said.text) == (Why.DAMAGED, True)


def test_no_site_takes_an_id_that_another_may_have_given(manager: Manager, site: Site) -> None:
    """Who heard of it in a leave note could keep the site that it is registered at from synchronizing."""
    manager.open("Evil")
    evil = Site(manager, "Evil", "Evil")
    evil.enter("X")
    theirs = site.enter("B", LAN_TAG, 5)

    def lie(items: list[Reported]) -> list[Reported]:
        return [
            structs.replace(item, id=theirs) if isinstance(item, InstanceItem) else item
            for item in items
        ]

    said = refused(manager, forged(evil, lie))
    assert said.why is Why.DAMAGED
    assert f"the instance {theirs} cannot be one of this site" in said.text
    site.synchronize(SyncKind.FULL)
    evil.synchronize(SyncKind.FULL)
    check_books(manager)


@pytest.mark.parametrize("kind", list(SyncKind))
@pytest.mark.parametrize("compare", [operator.lt, operator.gt], ids=["before it", "behind it"])
def test_a_product_that_comes_back_under_its_key(
    manager: Manager, site: Site, kind: SyncKind, compare: Callable[[str, str], bool]
) -> None:
    """No later synchronization of its site would ever be taken."""
    old = site.enter("A", LAN_TAG, 2)
    site.synchronize(SyncKind.FULL)
    row = site.look(lambda work: work.instance(old))
    assert row is not None
    drawn = (draw_instance_id(site.chance, site=site.id) for _ in range(100))
    new = next(one for one in drawn if compare(one, old))

    def job(work: Work) -> None:
        remove(work, row, who="sweep", why="not heard", now=site.now, retire=False)
        work.put_instance(replace(row, id=new, usage=()))

    site.change(job)
    site.synchronize(kind)
    site.synchronize(SyncKind.FULL)
    check_books(manager)
    place = manager.on_prem(site).virtual_account
    listed = manager.store.list_instances(place).items
    assert [(one.id, one.usage) for one in listed] == [(new, ())]


@pytest.mark.parametrize("kind", list(SyncKind))
@pytest.mark.parametrize("count", [1, 2])
def test_a_key_that_wanders_counts_nothing_twice(
    manager: Manager, site: Site, kind: SyncKind, count: int
) -> None:
    """A use that is taken off twice would let the manager give away what nobody has bought."""
    old = site.enter("A", LAN_TAG, 5)
    site.synchronize(SyncKind.FULL)
    made = list(open_document(io.BytesIO(site.ask(SyncKind.FULL)), (SYNC_REQUEST,)).items())
    product = next(item for item in made if isinstance(item, InstanceItem))
    drawn = (draw_instance_id(site.chance, site=site.id) for _ in range(100))
    new = next(one for one in drawn if one < old)

    def lie(_: list[Reported]) -> list[Reported]:
        taken = structs.replace(product, id=new)
        robbed = structs.replace(product, key="k" * 43, usage=(), host_name="robbed")
        in_use = 5 if count == 2 else 0
        total = [TotalItem(tag=LAN_TAG, in_use=in_use)] if in_use else []
        return [taken, robbed, *total, EndItem(instances=count)]

    if count == 1:
        assert refused(manager, forged(site, lie, kind)).why is Why.UNEQUAL
        return
    manager.answer(forged(site, lie, kind))
    check_books(manager)
    place = manager.on_prem(site).virtual_account
    assert manager.look(lambda work: work.pool(place, LAN_TAG)).in_use == 5


@pytest.mark.parametrize("kind", list(SyncKind))
def test_a_license_that_nobody_uses_any_more_is_not_missing(
    manager: Manager, site: Site, kind: SyncKind
) -> None:
    """A Major alert would stand at the manager that nothing clears, and nobody may dismiss."""
    tag = TAGS[1]
    user = site.enter("A", tag, 3)
    site.synchronize(SyncKind.FULL)
    place = manager.on_prem(site).virtual_account
    key = insufficient_key(place, tag)
    assert manager.look(lambda work: work.alert(key)) is not None
    site.leave(user)
    site.synchronize(kind)
    assert manager.look(lambda work: work.alert(key)) is None


def test_the_virtual_account_of_a_removed_on_prem_may_go(manager: Manager) -> None:
    """Whoever tidies up would have no backup for a year."""
    place = manager.open("Moon")
    site = Site(manager, "Moon", "Moon")
    site.synchronize(SyncKind.FULL)
    on_prem = manager.on_prem(site)
    manager.change(
        lambda work: remove_on_prem(work, on_prem, who="ann", why="moved out", now=manager.now)
    )
    manager.change(
        lambda work: remove_virtual_account(manager.store, work, place, who="ann", now=manager.now)
    )
    check_books(manager)
    site.synchronize()
    manager.sweep()
    check_books(manager)


def test_leave_notes_of_a_site_that_was_removed() -> None:
    """The products that left the manager for that site would use their licenses there for ever."""
    manager = Office()
    site = SiteOffice(manager, seed="Plant")
    site.enroll("Plant")
    site.synchronize(SyncKind.FULL)
    device = manager.registered("D1")
    manager.say(device, AUTHORIZE, (LAN, 3))
    assert device.instance is not None
    moved = InstanceId(device.instance)
    moving = site.device("D1")
    moving.notes = (device.leave(now=manager.now),)
    site.register(moving)

    def carried() -> list[Any]:
        return list(site.look(lambda work: work.notes_carried_by(site.site)))

    assert len(carried()) == 1
    manager.change(
        lambda work: remove_on_prem(work, site.known(), who="ann", why="moved out", now=manager.now)
    )
    site.take(site.answered(site.request()).letter.text)
    assert carried() == []
    assert manager.look(lambda work: work.instance(moved)) is None


def test_events_are_told_once(manager: Manager, site: Site) -> None:
    """An auditor would read what happened once as often as a response was lost."""

    def told() -> list[str]:
        found = manager.look(lambda work: work.events_after(manager.account.id, 0, 1000))
        return [event.text for _, event in found if event.who.endswith(" at Sat")]

    site.synchronize(SyncKind.FULL)
    site.synchronize()
    before = len(told())
    site.leave(site.enter("A"))
    manager.answer(site.ask())
    lost = told()[before:]
    assert len(lost) == 1
    site.leave(site.enter("B"))
    manager.answer(site.ask(SyncKind.FULL))
    assert len(told()) == before + 2
    site.synchronize()
    site.leave(site.enter("C"))
    site.synchronize()
    site.synchronize()
    assert len(told()) == before + 3


def test_events_that_say_very_much(manager: Manager, site: Site) -> None:
    """A site could make the manager keep hundreds of megabytes with every request."""
    long = "x" * 1024
    event = EventItem(at=0, who=long, subject=long, text=long)
    most = EVENTS_BYTES_MAX // bytes_of(event)
    said = refused(manager, forged(site, lambda items: [*[event] * (most + 1), *items]))
    assert said.why is Why.DAMAGED
    assert f"or {EVENTS_BYTES_MAX} bytes in them" in said.text
    manager.answer(forged(site, lambda items: [*[event] * most, *items]))
