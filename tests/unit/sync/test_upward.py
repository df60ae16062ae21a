"""What a site writes: bounded, whatever its products and its people are called."""

import io
from dataclasses import replace

import pytest

from licet.admin.local_accounts import set_privacy
from licet.kernel.ids import AccountId, InstanceId
from licet.ledger.model import Event
from licet.ledger.ports import Work
from licet.ledger.sites import Privacy, SyncKind
from licet.sync.privacy import WITHHELD
from licet.sync.upward import EVENTS_BYTES_MAX, bytes_of
from licet.wire import limits
from licet.wire.documents import open_document
from licet.wire.sites import SYNC_REQUEST, EventItem, InstanceItem, Reported
from support.exchange import TAGS, Manager, Site, both

# Four bytes a character, as many characters as an event may have.
LONGEST = "\U0001f600" * limits.MAX_NOTE_CHARS


@pytest.fixture
def site() -> Site:
    """Return a site that has synchronized, with a product since."""
    manager = Manager()
    place = manager.open("Plant")
    manager.order(place, TAGS[0], 10)
    site = Site(manager, "Sat", "Plant")
    site.synchronize(SyncKind.FULL)
    site.synchronize()
    site.enter("A", TAGS[0], 3)
    return site


def call(site: Site, instance: InstanceId, host_name: str) -> None:
    """Let a product call itself something."""

    def job(work: Work) -> None:
        found = work.instance(instance)
        assert found is not None
        work.put_instance(replace(found, host_name=host_name))

    site.change(job)


def happen(site: Site, count: int) -> None:
    """Let so many things happen, each as long to tell as may be."""

    def job(work: Work) -> None:
        for _ in range(count):
            event = Event(site.now, LONGEST, AccountId(site.id), None, LONGEST, LONGEST)
            work.record(event)

    site.change(job)


def items(request: bytes) -> list[Reported]:
    """Return what a request says."""
    return list(open_document(io.BytesIO(request), (SYNC_REQUEST,)).items())


@pytest.mark.parametrize("kind", list(SyncKind))
def test_a_host_name_full_of_addresses(site: Site, kind: SyncKind) -> None:
    """The name of one product would keep its whole site from synchronizing, until its lease ends."""
    [instance] = [row.id for row in site.store.list_instances(site.default).items]
    call(site, InstanceId(instance), ",".join(["10.0.0.1"] * 28))
    withheld = Privacy(addresses=True)
    site.change(
        lambda work: set_privacy(work, site.account, privacy=withheld, who="", now=site.now)
    )
    site.synchronize(kind)
    bound = site.manager.on_prem(site).virtual_account
    [row] = site.manager.store.list_instances(bound).items
    assert row.host_name == ",".join([WITHHELD] * 28)[: limits.MAX_LINE_CHARS]


def test_what_cannot_be_written_is_named(site: Site) -> None:
    """An administrator would know the number of a line in a file that is not there."""
    second = site.enter("B")
    call(site, second, "")
    for kind in SyncKind:
        with pytest.raises(
            ValueError, match=f"^the product instance {second} .*SN:B.*: line"
        ) as no:
            site.ask(kind)
        assert "host_name" in str(no.value)


def test_long_events_wait_for_their_turn(site: Site) -> None:
    """One request would bring a manager hundreds of megabytes to keep for ever."""
    each = 3 * len(LONGEST.encode())
    fit = EVENTS_BYTES_MAX // each
    happen(site, fit + 2)
    told = []
    for more in (True, False):
        request = site.ask()
        head = open_document(io.BytesIO(request), (SYNC_REQUEST,)).head
        events = [item for item in items(request) if isinstance(item, EventItem)]
        assert sum(map(bytes_of, events)) <= EVENTS_BYTES_MAX
        assert head.more is more
        told.append(
            sum(event.text == LONGEST.replace("\U0001f600", "\U0001f600") for event in events)
        )
        site.take(site.manager.answer(request).letter.text)
    assert sum(told) == fit + 2
    ours, theirs = both(site.manager, site)
    assert ours == theirs


def test_what_a_product_is_called_goes_up_as_it_is(site: Site) -> None:
    """Both sides would show different names where nothing is withheld."""
    [instance] = [row.id for row in site.store.list_instances(site.default).items]
    name = "\u00e9\u00a0" * (limits.MAX_LINE_CHARS // 2)
    call(site, InstanceId(instance), name)
    [said] = [item for item in items(site.ask()) if isinstance(item, InstanceItem)]
    assert said.host_name == name
