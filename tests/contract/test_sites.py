"""What every store must do for on-prems and their managers; `STORES` says which stores there are."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from contract import rows, sites
from contract.rows import ACCOUNT, NOW, OTHER_PLACE, OTHER_TAG, PLACE, TAG
from contract.sites import LETTER, OTHER_SITE, SITE, SITE_ACCOUNT, SITE_PLACE
from contract.stores import STORES
from licet.kernel.ids import AccountId, AuthorityId, InstanceId, VirtualAccountId
from licet.ledger.model import Instance
from licet.ledger.ports import Conflict, Duplicate, Store, Work
from licet.ledger.sites import Change, LocalAccount

each_store = pytest.mark.parametrize("make", STORES, ids=lambda make: make.__name__)
MakeStore = Callable[[], Store]


def change(store: Store, put: Callable[[Work], None]) -> None:
    """Put and commit."""
    with store.begin() as work:
        put(work)
        work.commit()


def opened(make: MakeStore, *local: LocalAccount) -> Store:
    """Return a store with an account of a manager's, and one of an on-prem's own.

    Args:
        make: makes an empty one.
        local: further local accounts than that one's.
    """
    store = make()
    with store.begin() as work:
        work.put_account(ACCOUNT)
        work.put_account(SITE_ACCOUNT)
        for place in (PLACE, OTHER_PLACE, SITE_PLACE):
            work.put_virtual_account(place)
        for account in (sites.local_account(), *local):
            work.put_local_account(account)
        work.commit()
    return store


def put_everything(work: Work) -> None:
    """Put one row of everything."""
    work.put_on_prem(sites.on_prem(1, due_in=1))
    work.put_letter(LETTER)
    work.put_invitation(sites.invitation(1))
    work.put_local_account(sites.local_account(OTHER_SITE, name="Harbor"))
    work.put_carried_note(sites.note(1))


def read_everything(work: Work) -> list[object]:
    """Read back what `put_everything` put."""
    return [
        work.on_prem(sites.on_prem(1).id),
        work.on_prem_of(OTHER_PLACE.id),
        list(work.on_prems(ACCOUNT.id)),
        work.letter(LETTER.on_prem),
        work.invitation(sites.invitation(1).id),
        list(work.invitations(ACCOUNT.id)),
        work.local_account(OTHER_SITE),
        [account.name for account in work.local_accounts()],
        list(work.carried_notes(OTHER_SITE)),
        list(work.notes_carried_by(SITE)),
    ]


EVERYTHING = [
    sites.on_prem(1, due_in=1),
    sites.on_prem(1, due_in=1),
    [sites.on_prem(1, due_in=1)],
    LETTER,
    sites.invitation(1),
    [sites.invitation(1)],
    sites.local_account(OTHER_SITE, name="Harbor"),
    ["Harbor", "Plant"],
    [sites.note(1)],
    [sites.note(1)],
]
NOTHING = [None, None, [], None, None, [], None, ["Plant"], [], []]


@each_store
def test_what_was_put_is_there_to_the_last_field(make: MakeStore) -> None:
    """A site would come back as another one, or before it was committed."""
    store = opened(make)
    with store.begin() as work:
        put_everything(work)
        assert read_everything(work) == EVERYTHING
    with store.begin() as work:
        assert read_everything(work) == NOTHING
    assert store.next_due() is None
    change(store, put_everything)
    with store.begin() as work:
        assert read_everything(work) == EVERYTHING
    assert store.next_due() == NOW + timedelta(hours=1)


@each_store
def test_a_name_is_one_sites_without_regard_to_case(make: MakeStore) -> None:
    """Two sites of a customer could not be told apart by the people who name them."""
    store = opened(make, sites.local_account(OTHER_SITE, name="Harbor"))
    theirs = AccountId(rows.uuid(70))
    change(store, lambda work: work.put_on_prem(sites.on_prem(1)))
    with store.begin() as work:
        with pytest.raises(Duplicate):
            work.put_on_prem(replace(sites.on_prem(2), name="sITE 1"))
        assert work.on_prem(sites.on_prem(2).id) is None
        work.put_on_prem(replace(sites.on_prem(2), name="Site 1", account=theirs))
        work.put_on_prem(replace(sites.on_prem(1), name="SITE 1"))
        work.put_on_prem(replace(sites.on_prem(1), name="New"))
        work.put_on_prem(replace(sites.on_prem(3), name="Site 1"))
        with pytest.raises(Duplicate):
            work.put_local_account(sites.local_account(OTHER_SITE, name="PLANT"))
        work.put_local_account(sites.local_account(SITE, name="Mill"))
        work.put_local_account(sites.local_account(OTHER_SITE, name="PLANT"))
        work.commit()
    with store.begin() as work:
        assert [row.name for row in work.on_prems(ACCOUNT.id)] == ["New", "Site 1"]
        assert [row.id for row in work.on_prems(theirs)] == [sites.on_prem(2).id]
        assert [row.name for row in work.local_accounts()] == ["Mill", "PLANT"]


@each_store
def test_they_come_in_their_order(make: MakeStore) -> None:
    """A list would come in another order each time, and a seed would not replay."""
    store = opened(make)

    def put(work: Work) -> None:
        for number, name in ((1, "gamma"), (2, "Beta"), (3, "alpha")):
            work.put_on_prem(replace(sites.on_prem(number), name=name))
            work.put_local_account(sites.local_account(AuthorityId(rows.uuid(number)), name=name))
            work.put_invitation(sites.invitation(number, minutes=number % 3))
        for number in (3, 1, 2):
            work.put_carried_note(sites.note(number, carrier=SITE if number < 3 else None))

    def read(work: Work) -> None:
        assert [row.name for row in work.on_prems(ACCOUNT.id)] == ["alpha", "Beta", "gamma"]
        names = [row.name for row in work.local_accounts()]
        assert names == ["alpha", "Beta", "gamma", "Plant"]
        invited = [sites.invitation(2, minutes=2), sites.invitation(1, minutes=1)]
        assert list(work.invitations(ACCOUNT.id)) == [*invited, sites.invitation(3)]
        waiting = [sites.note(1), sites.note(2), sites.note(3, carrier=None)]
        assert list(work.carried_notes(OTHER_SITE)) == waiting
        assert list(work.notes_carried_by(SITE)) == waiting[:2]
        assert not work.carried_notes(SITE)

    with store.begin() as work:
        put(work)
        read(work)
        work.commit()
    with store.begin() as work:
        read(work)
        work.remove_carried_note(sites.note(1).instance)
        assert [row.instance for row in work.notes_carried_by(SITE)] == [sites.note(2).instance]


@each_store
def test_a_virtual_account_leads_to_the_site_that_lives(make: MakeStore) -> None:
    """A site that registered where another one was removed would be taken for the removed one."""
    store = opened(make)
    gone = replace(sites.on_prem(1), removed_at=NOW)
    change(store, lambda work: work.put_on_prem(gone))
    with store.begin() as work:
        assert work.on_prem_of(OTHER_PLACE.id) == gone
        work.put_on_prem(sites.on_prem(2))
        assert work.on_prem_of(OTHER_PLACE.id) == sites.on_prem(2)
        assert work.on_prem_of(PLACE.id) is None


@each_store
def test_the_letter_goes_with_its_site(make: MakeStore) -> None:
    """A site that comes again under an old id would be told what another one was."""
    store = opened(make)
    change(store, put_everything)
    with store.begin() as work:
        work.put_letter(replace(LETTER, number=4, text=b"newer"))
        work.commit()
    with store.begin() as work:
        letter = work.letter(LETTER.on_prem)
        assert letter is not None
        assert letter.text == b"newer"
        work.remove_on_prem(LETTER.on_prem)
        assert work.letter(LETTER.on_prem) is None
        work.commit()
    with store.begin() as work:
        assert work.on_prem(LETTER.on_prem) is None
        assert work.letter(LETTER.on_prem) is None
        assert work.on_prem_of(OTHER_PLACE.id) is None
    assert store.next_due() is None


@each_store
def test_sites_that_are_due_come_earliest_first(make: MakeStore) -> None:
    """A site that does not synchronize would keep its licenses for ever."""
    store = opened(make)
    until = NOW + timedelta(hours=5)
    with store.begin() as work:
        for number, due_in in ((1, 5), (2, 1), (3, 3), (4, None), (5, 9)):
            work.put_on_prem(sites.on_prem(number, due_in=due_in))
        work.put_instance(rows.instance(1, due_in=2))
        work.commit()
    assert store.next_due() == NOW + timedelta(hours=1)
    with store.begin() as work:
        assert not work.due_on_prems(NOW, 9)
        due = [row.name for row in work.due_on_prems(until, 9)]
        assert due == ["Site 2", "Site 3", "Site 1"]
        assert [row.name for row in work.due_on_prems(until, 2)] == due[:2]
        work.put_on_prem(sites.on_prem(2, due_in=8))
        work.put_on_prem(sites.on_prem(4, due_in=4))
        work.remove_on_prem(sites.on_prem(3).id)
        assert [row.name for row in work.due_on_prems(until, 9)] == ["Site 4", "Site 1"]
        work.commit()
    assert store.next_due() == NOW + timedelta(hours=2), "an instance is due before"
    with store.begin() as work:
        assert [row.name for row in work.due_on_prems(until, 9)] == ["Site 4", "Site 1"]


def noted(store: Store, site: AuthorityId = SITE) -> list[tuple[InstanceId, int]]:
    """Return the changes of a site, read in pages of two."""
    found: list[Change] = []
    with store.begin() as work:
        while page := work.changes(site, found[-1].instance if found else None, 2):
            found += page
    assert {row.account for row in found} <= {site}
    return [(row.instance, row.since) for row in found]


def expected(*pairs: tuple[int, int]) -> list[tuple[InstanceId, int]]:
    """Return what `noted` returns, from the numbers of instances."""
    return [(sites.instance(number).id, since) for number, since in pairs]


@each_store
def test_every_change_of_a_sites_instance_is_noted(make: MakeStore) -> None:
    """A manager would never hear of an instance that came, changed or went."""
    store = opened(make, sites.local_account(OTHER_SITE, name="Harbor", number=7))
    theirs = replace(rows.instance(9), account=AccountId(OTHER_SITE))

    def put(work: Work) -> None:
        for number in (3, 1, 2, 5, 4):
            work.put_instance(sites.instance(number))
        work.put_instance(theirs)
        work.put_instance(rows.instance(8))
        assert not work.changes(SITE, None, 9), "its own puts are not seen"

    change(store, put)
    assert noted(store) == expected((1, 1), (2, 1), (3, 1), (4, 1), (5, 1))
    assert noted(store, OTHER_SITE) == [(theirs.id, 8)]
    assert noted(store, AuthorityId(ACCOUNT.id)) == [], "a manager's instances are not noted"

    def go_on(work: Work) -> None:
        work.put_local_account(sites.local_account(number=1))
        work.put_instance(replace(sites.instance(2), number=9))
        work.remove_instance(sites.instance(4).id)
        work.remove_instance(InstanceId(rows.uuid(999)))
        work.put_instance(sites.instance(6))
        work.remove_instance(sites.instance(6).id)

    change(store, go_on)
    assert noted(store) == expected((1, 1), (2, 2), (3, 1), (4, 2), (5, 1), (6, 2))


@each_store
def test_what_was_not_committed_is_not_noted(make: MakeStore) -> None:
    """A site would report what never happened."""
    store = opened(make)
    with store.begin() as work:
        work.put_instance(sites.instance(1))
    with store.begin() as work:
        work.put_instance(rows.instance(1))
        with pytest.raises(Duplicate):
            work.put_instance(replace(sites.instance(2), key=rows.instance(1).key))
        work.commit()
    assert noted(store) == []


@each_store
def test_what_was_acknowledged_is_forgotten_and_nothing_newer(make: MakeStore) -> None:
    """A change that came while a request was on its way would never be reported."""
    store = opened(make, sites.local_account(OTHER_SITE, name="Harbor"))

    def put(*numbers: int) -> Callable[[Work], None]:
        def do(work: Work) -> None:
            for number in numbers:
                work.put_instance(sites.instance(number))

        return do

    change(store, put(1, 2, 3))
    change(store, lambda work: work.put_instance(replace(rows.instance(9), account=OTHER_SITE)))  # type: ignore[arg-type]
    change(store, lambda work: work.put_local_account(sites.local_account(number=1)))
    change(store, put(3, 4))
    with store.begin() as work:
        put(5)(work)
        work.forget_changes(SITE, 1)
        put(2)(work)
        work.commit()
    assert noted(store) == expected((2, 2), (3, 2), (4, 2), (5, 2))
    with store.begin() as work:
        put(4, 6)(work)
        work.forget_changes(SITE, 2)
        work.put_local_account(sites.local_account(number=2))
        put(5)(work)
        work.forget_changes(SITE, 1)
        work.commit()
    assert noted(store) == expected((5, 3))
    assert noted(store, OTHER_SITE) == [(sites.instance(9).id, 1)]
    with store.begin() as work:
        work.forget_changes(SITE, 9)
    assert noted(store) == expected((5, 3)), "it was not committed"


@each_store
def test_the_changes_go_with_the_local_account(make: MakeStore) -> None:
    """What was a site's would be reported by nobody, and kept for ever."""
    store = opened(make, sites.local_account(OTHER_SITE, name="Harbor"))
    change(store, lambda work: work.put_instance(sites.instance(1)))
    with store.begin() as work:
        work.put_instance(sites.instance(2))
        work.remove_local_account(SITE)
        work.put_instance(sites.instance(3))
        assert [row.name for row in work.local_accounts()] == ["Harbor"]
        work.commit()
    assert noted(store) == []
    with store.begin() as work:
        assert work.local_account(SITE) is None
        work.put_local_account(sites.local_account(OTHER_SITE, name="Plant"))


@each_store
def test_a_request_that_begins_beside_a_message_meets_it(make: MakeStore) -> None:
    """What a message changed would be noted for the request that was read before it."""
    store = opened(make)
    with store.begin() as message:
        message.put_instance(sites.instance(1))
        change(store, lambda work: work.put_local_account(sites.local_account(number=1)))
        with pytest.raises(Conflict):
            message.commit()
    change(store, lambda work: work.put_instance(sites.instance(1)))
    assert noted(store) == expected((1, 2))


def paged(work: Work, place: VirtualAccountId, limit: int) -> list[Instance]:
    """Return all instances of a virtual account, page by page."""
    found: list[Instance] = []
    while page := work.page_instances(place, found[-1] if found else None, limit):
        found += page
    return found


@each_store
@pytest.mark.parametrize("limit", [1, 2, 5, 99])
def test_instances_come_page_by_page_in_one_order(make: MakeStore, limit: int) -> None:
    """A report would repeat an instance, or miss one."""
    store = opened(make)
    twin = replace(rows.instance(2), id=InstanceId(rows.uuid(1)), key="twin")

    def put(work: Work) -> None:
        for number in (5, 2, 4, 1, 3):
            work.put_instance(rows.instance(number))
        work.put_instance(twin)
        work.put_instance(replace(rows.instance(7), virtual_account=OTHER_PLACE.id))

    change(store, put)
    with store.begin() as work:
        numbered = [rows.instance(number) for number in (1, 2, 3, 4, 5)]
        assert paged(work, PLACE.id, limit) == [numbered[0], twin, *numbered[1:]]
        assert paged(work, SITE_PLACE.id, limit) == []
        work.put_instance(rows.instance(6))
        work.remove_instance(rows.instance(1).id)
        assert len(paged(work, PLACE.id, limit)) == 6, "its own puts are not seen"


@each_store
def test_events_come_with_their_numbers(make: MakeStore) -> None:
    """A manager would hear of an event twice, or never."""
    store = opened(make)
    theirs = replace(rows.event(9), account=SITE_ACCOUNT.id)
    for number in (1, 2, 3):
        change(store, lambda work, number=number: work.record(rows.event(number)))  # type: ignore[misc]
        change(store, lambda work: work.record(theirs))
    with store.begin() as work:
        work.record(rows.event(4))
        assert list(work.events_after(ACCOUNT.id, 0, 2)) == [
            (1, rows.event(1)),
            (3, rows.event(2)),
        ]
        assert list(work.events_after(ACCOUNT.id, 3, 2)) == [(5, rows.event(3))]
        assert not work.events_after(ACCOUNT.id, 5, 2)
        assert [number for number, _ in work.events_after(SITE_ACCOUNT.id, 1, 9)] == [2, 4, 6]
        work.commit()
    with store.begin() as work:
        assert list(work.events_after(ACCOUNT.id, 5, 9)) == [(7, rows.event(4))]


@each_store
def test_what_a_virtual_account_holds_or_uses_is_told(make: MakeStore) -> None:
    """A license would be missing in a lease, or one that nobody has would stand in it."""
    store = opened(make)
    with store.begin() as work:
        assert not work.tags_in(PLACE.id)
        work.put_holding(replace(rows.holding(1), tag=OTHER_TAG))
        work.put_usage_count(PLACE.id, TAG, 1)
        assert list(work.tags_in(PLACE.id)) == [TAG, OTHER_TAG]
        work.commit()
    with store.begin() as work:
        assert list(work.tags_in(PLACE.id)) == [TAG, OTHER_TAG]
        work.put_usage_count(PLACE.id, TAG, 0)
        assert list(work.tags_in(PLACE.id)) == [OTHER_TAG]
        work.put_holding(replace(rows.holding(1), virtual_account=OTHER_PLACE.id))
        assert not work.tags_in(PLACE.id)
        assert list(work.tags_in(OTHER_PLACE.id)) == [TAG]
        work.commit()
    with store.begin() as work:
        assert not work.tags_in(PLACE.id)
        work.remove_holding(rows.holding(1).id)
        assert not work.tags_in(OTHER_PLACE.id)


@each_store
def test_all_pages_are_of_one_instant(make: MakeStore) -> None:
    """A request would tell of an instance and not of its usage, or the other way round."""
    store = opened(make)

    def put(*numbers: int) -> Callable[[Work], None]:
        def do(work: Work) -> None:
            for number in numbers:
                work.put_instance(sites.instance(number))
                work.record(replace(rows.event(number), account=SITE_ACCOUNT.id))

        return do

    def read(work: Work) -> list[object]:
        return [
            list(work.page_instances(SITE_PLACE.id, None, 9)),
            list(work.changes(SITE, None, 9)),
            list(work.events_after(SITE_ACCOUNT.id, 0, 9)),
            work.count_instances(SITE_PLACE.id),
        ]

    change(store, put(1, 2))
    with store.begin() as work:
        before = read(work)
        change(store, put(3))
        # One that cannot look back says so.
        try:
            after = read(work)
        except Conflict:
            after = before
    assert after == before
    with store.begin() as work:
        assert read(work) != before


@each_store
def test_leave_notes_go_with_the_site_that_they_are_for_or_go_through(make: MakeStore) -> None:
    """A note would wait for ever for somebody who is not there any more."""
    store = opened(make)

    def put(work: Work) -> None:
        work.put_on_prem(sites.on_prem(1))
        work.put_carried_note(replace(sites.note(1), authority=sites.on_prem(1).id))
        work.put_carried_note(sites.note(2))
        work.put_carried_note(sites.note(3, carrier=None))

    change(store, put)
    with store.begin() as work:
        work.put_carried_note(replace(sites.note(4), authority=sites.on_prem(1).id))
        work.remove_on_prem(sites.on_prem(1).id)
        assert not work.carried_notes(sites.on_prem(1).id)
        assert list(work.notes_carried_by(SITE)) == [sites.note(2)]
        work.remove_local_account(SITE)
        assert not work.notes_carried_by(SITE)
        work.commit()
    with store.begin() as work:
        assert list(work.carried_notes(OTHER_SITE)) == [sites.note(3, carrier=None)]
        assert not work.carried_notes(sites.on_prem(1).id)
