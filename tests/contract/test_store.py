"""What every store must do; `stores.STORES` says which there are."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from contract import rows
from contract.rows import ACCOUNT, NOW, OTHER_PLACE, OTHER_TAG, PLACE, TAG
from contract.stores import STORES
from licet.kernel.ids import AccountId, Udi
from licet.ledger.model import Instance, Severity, VirtualAccount
from licet.ledger.ports import Conflict, Duplicate, Listing, Needs, Store, Work


@pytest.fixture(params=STORES, ids=lambda make: make.__name__)
def store(request: pytest.FixtureRequest) -> Store:
    """Return an empty store with one smart account and two virtual accounts."""
    made: Store = request.param()
    with made.begin() as work:
        work.put_account(ACCOUNT)
        work.put_virtual_account(PLACE)
        work.put_virtual_account(OTHER_PLACE)
        work.commit()
    return made


def put_everything(work: Work) -> None:
    """Put one row of everything."""
    work.put_token(rows.token(1))
    work.put_instance(rows.instance(1))
    work.put_usage_count(PLACE.id, TAG, 2)
    work.put_holding(rows.holding(1))
    work.put_license(rows.LICENSE)
    work.put_product(rows.PRODUCT)
    work.put_retired_key(rows.RETIRED)
    work.put_udi_record(rows.RECORD)
    work.put_alert(rows.alert(1))
    work.record(rows.event(1))


def _put_and_fail(store: Store) -> None:
    with store.begin() as work:
        put_everything(work)
        raise ZeroDivisionError


def read_everything(work: Work) -> list[object]:
    """Read back what `put_everything` put."""
    instance = rows.instance(1)
    return [
        work.account(ACCOUNT.id),
        work.virtual_account(PLACE.id),
        work.token(rows.token(1).id),
        work.instance(instance.id),
        work.instance_of_key(instance.key),
        list(work.instances_of_udi(instance.udi)),
        work.pool(PLACE.id, TAG).in_use,
        work.pool(PLACE.id, TAG).holdings,
        work.holding(rows.holding(1).id),
        work.license(TAG),
        work.product("product"),
        work.retired_key("retired"),
        work.udi_record(ACCOUNT.id, rows.RECORD.udi),
        work.alert("alert:1"),
    ]


EVERYTHING = [
    ACCOUNT,
    PLACE,
    rows.token(1),
    rows.instance(1),
    rows.instance(1),
    [rows.instance(1)],
    2,
    (rows.holding(1),),
    rows.holding(1),
    rows.LICENSE,
    rows.PRODUCT,
    rows.RETIRED,
    rows.RECORD,
    rows.alert(1),
]
NOTHING = [ACCOUNT, PLACE, None, None, None, [], 0, (), None, None, None, None, None, None]


def test_a_unit_of_work_sees_its_own_puts(store: Store) -> None:
    """A handler could not read what the one before it in the batch did."""
    with store.begin() as work:
        put_everything(work)
        assert read_everything(work) == EVERYTHING


def test_what_was_committed_is_there_to_the_last_field(store: Store) -> None:
    """A row would come back as another one."""
    with store.begin() as work:
        put_everything(work)
        work.commit()
    with store.begin(
        Needs(instances=(rows.instance(1).id,), uses=((rows.instance(1).id, TAG),))
    ) as work:
        assert read_everything(work) == EVERYTHING
    assert store.list_events(ACCOUNT.id).items == (rows.event(1),)


def test_what_was_not_committed_was_never_there(store: Store) -> None:
    """A refused or crashed batch would leave half of itself behind."""
    with store.begin() as work:
        put_everything(work)
    with pytest.raises(ZeroDivisionError):
        _put_and_fail(store)
    with store.begin() as work:
        assert read_everything(work) == NOTHING
    assert store.list_events(ACCOUNT.id).items == ()
    assert store.next_due() is None


def test_nothing_is_seen_before_the_commit(store: Store) -> None:
    """A reader would see a balance that never was."""
    with store.begin() as writer:
        put_everything(writer)
        with store.begin() as reader:
            assert read_everything(reader) == NOTHING
        assert store.count_instances(PLACE.id) == 0
        writer.commit()
    with store.begin() as reader:
        assert read_everything(reader) == EVERYTHING


def test_of_two_works_that_meet_one_runs_again(store: Store) -> None:
    """Two uses of a token's last use would both succeed."""
    with store.begin() as work:
        work.put_token(rows.token(1))
        work.commit()
    with store.begin() as first, store.begin() as second:
        for work in (first, second):
            row = work.token(rows.token(1).id)
            assert row is not None
            work.put_token(replace(row, uses=row.uses + 1))
        first.commit()
        with pytest.raises(Conflict):
            second.commit()
    with store.begin() as work:
        row = work.token(rows.token(1).id)
        assert row is not None
        assert row.uses == rows.token(1).uses + 1


def test_putting_replaces_and_removing_removes(store: Store) -> None:
    """An index would still lead to what a row no longer is."""
    moved = replace(
        rows.instance(1), key="another", virtual_account=OTHER_PLACE.id, usage=(), due_at=None
    )
    with store.begin() as work:
        put_everything(work)
        work.put_instance(moved)
        work.put_holding(replace(rows.holding(1), virtual_account=OTHER_PLACE.id))
        work.commit()
    with store.begin() as work:
        assert work.instance_of_key("key-1") is None
        assert work.instance_of_key("another") == moved
        assert work.pool(PLACE.id, TAG).holdings == ()
        assert len(work.pool(OTHER_PLACE.id, TAG).holdings) == 1
    assert store.list_instances(PLACE.id).items == ()
    assert store.list_instances(OTHER_PLACE.id).items == (moved,)
    assert (store.count_instances(PLACE.id), store.count_instances(OTHER_PLACE.id)) == (0, 1)
    with store.begin() as work:
        work.remove_instance(moved.id)
        work.remove_holding(rows.holding(1).id)
        work.clear_alert("alert:1")
        work.clear_alert("never raised")
        work.remove_virtual_account(OTHER_PLACE.id)
        work.commit()
    with store.begin() as work:
        assert work.instance(moved.id) is None
        assert not work.instances_of_udi(moved.udi)
        assert work.alert("alert:1") is None
        assert [place.name for place in work.virtual_accounts(ACCOUNT.id)] == ["Default"]
    assert store.count_instances(OTHER_PLACE.id) == 0


def test_names_are_unique_without_regard_to_case(store: Store) -> None:
    """Two accounts could not be told apart by the people who name them."""
    other = replace(ACCOUNT, id=AccountId(rows.uuid(50)), name="Other", domain="other.com")
    with store.begin() as work:
        assert work.account_named("EXAMPLE") == work.account_named("Example.COM") == ACCOUNT
        for taken in (
            replace(other, name="eXample"),
            replace(other, domain="EXAMPLE.com"),
            replace(other, name="example.COM"),
        ):
            with pytest.raises(Duplicate):
                work.put_account(taken)
        work.put_account(other)
        work.put_account(replace(ACCOUNT, name="EXAMPLE"))
        with pytest.raises(Duplicate):
            work.put_virtual_account(replace(OTHER_PLACE, name="default"))
        work.put_virtual_account(replace(PLACE, name="DEFAULT"))
        work.commit()


def test_a_key_is_one_instances(store: Store) -> None:
    """Two instances would speak with one voice."""
    with store.begin() as work:
        work.put_instance(rows.instance(1))
        with pytest.raises(Duplicate):
            work.put_instance(replace(rows.instance(2), key="key-1"))
        work.remove_instance(rows.instance(1).id)
        work.put_instance(replace(rows.instance(2), key="key-1"))
        work.commit()


def test_a_udi_may_be_known_in_many_accounts(store: Store) -> None:
    """A second customer could keep the first one out by registering their serial number."""
    twins = [replace(rows.instance(number), udi=Udi("N9K", "TWIN")) for number in (1, 2)]
    with store.begin() as work:
        for twin in twins:
            work.put_instance(twin)
        work.commit()
    with store.begin() as work:
        assert list(work.instances_of_udi(Udi("N9K", "TWIN"))) == twins


def test_what_is_due_comes_earliest_first_and_in_bounded_pieces(store: Store) -> None:
    """The sweep would forget something, or take everything at once."""
    with store.begin() as work:
        for number, due_in in ((1, 5), (2, 1), (3, 3), (4, None), (5, 9)):
            work.put_instance(rows.instance(number, due_in=due_in))
            work.put_holding(rows.holding(number, due_in=due_in))
        work.commit()
    assert store.next_due() == NOW + timedelta(hours=1)
    with store.begin() as work:
        assert not work.due_instances(NOW, 10)
        until = NOW + timedelta(hours=5)
        due = [row.id for row in work.due_instances(until, 10)]
        assert due == [rows.instance(number).id for number in (2, 3, 1)]
        assert [row.id for row in work.due_instances(until, 2)] == due[:2]
        held = [row.id for row in work.due_holdings(until, 10)]
        assert held == [rows.holding(number).id for number in (2, 3, 1)]
        assert len(work.due_holdings(until, 1)) == 1
        work.put_instance(rows.instance(2, due_in=8))
        work.put_instance(rows.instance(4, due_in=2))
        work.remove_instance(rows.instance(3).id)
        due = [row.id for row in work.due_instances(until, 10)]
        assert due == [rows.instance(number).id for number in (4, 1)]
        work.put_holding(rows.holding(2))
        work.commit()
    with store.begin() as work:
        assert [row.id for row in work.due_instances(until, 10)] == due
    assert store.next_due() == NOW + timedelta(hours=2)


def test_retired_keys_are_forgotten_in_bounded_pieces(store: Store) -> None:
    """The list of keys that may not speak would grow for ever."""
    with store.begin() as work:
        for number in range(5):
            until = NOW + timedelta(days=number)
            work.put_retired_key(replace(rows.RETIRED, key=f"key {number}", until=until))
        work.commit()
    with store.begin() as work:
        assert work.forget_retired_keys(NOW + timedelta(days=3), 2) == 2
        assert work.forget_retired_keys(NOW + timedelta(days=3), 9) == 2
        work.commit()
    with store.begin() as work:
        assert [work.retired_key(f"key {number}") is not None for number in range(5)] == [
            False,
            False,
            False,
            False,
            True,
        ]


def pages(ask: Callable[[str | None], Listing[object]]) -> list[object]:
    """Return all rows of a list, page by page."""
    found: list[object] = []
    after = None
    while True:
        page = ask(after)
        found.extend(page.items)
        after = page.next
        if after is None:
            return found


def test_lists_come_in_their_order_page_by_page(store: Store) -> None:
    """A list would repeat rows, miss rows, or come in another order each time."""
    alerts = [
        rows.alert(1, due_in=3),
        rows.alert(2, severity=Severity.MAJOR),
        rows.alert(3, due_in=1),
        rows.alert(4),
        rows.alert(5, severity=Severity.INFORMATIONAL, due_in=0),
    ]
    with store.begin() as work:
        for number in range(7):
            work.put_instance(rows.instance(6 - number))
            work.put_token(rows.token(number, minutes=number))
            work.record(rows.event(number))
        for alert in alerts:
            work.put_alert(alert)
        work.put_holding(rows.holding(1))
        work.put_usage_count(PLACE.id, OTHER_TAG, 1)
        work.put_usage_count(OTHER_PLACE.id, TAG, 0)
        work.put_license(rows.LICENSE)
        work.commit()
    assert pages(lambda after: store.list_instances(PLACE.id, after=after, limit=3)) == [
        rows.instance(number) for number in range(7)
    ]
    assert pages(lambda after: store.list_tokens(PLACE.id, after=after, limit=2)) == [
        rows.token(number, minutes=number) for number in reversed(range(7))
    ]
    assert pages(lambda after: store.list_events(ACCOUNT.id, after=after, limit=4)) == [
        rows.event(number) for number in reversed(range(7))
    ]
    expected = [alerts[index] for index in (1, 2, 0, 3, 4)]
    assert pages(lambda after: store.list_alerts(ACCOUNT.id, after=after, limit=2)) == expected
    pools = store.list_pools(PLACE.id).items
    assert [(pool.tag, pool.in_use, len(pool.holdings)) for pool in pools] == [
        (TAG, 0, 1),
        (OTHER_TAG, 1, 0),
    ]
    assert store.list_pools(OTHER_PLACE.id).items == ()
    assert store.list_licenses().items == (rows.LICENSE,)
    assert store.list_products().items == ()
    assert store.list_accounts().items == (ACCOUNT,)


def test_a_page_stands_while_rows_come_and_go(store: Store) -> None:
    """Somebody who pages through a busy account would see a row twice, or never."""

    def put(*instances: Instance) -> None:
        with store.begin() as work:
            for one in instances:
                work.put_instance(one)
            work.commit()

    put(*(rows.instance(number) for number in (10, 20, 30, 40)))
    first = store.list_instances(PLACE.id, limit=2)
    put(rows.instance(5), rows.instance(25))
    with store.begin() as work:
        work.remove_instance(rows.instance(20).id)
        work.commit()
    second = store.list_instances(PLACE.id, after=first.next, limit=9)
    assert second.items == tuple(rows.instance(number) for number in (25, 30, 40))
    assert second.next is None


def test_virtual_accounts_come_by_name(store: Store) -> None:
    """A picker would jump around."""
    third = VirtualAccount(
        type(PLACE.id)(rows.uuid(60)), ACCOUNT.id, "alpha", "", default=False, created_at=NOW
    )
    with store.begin() as work:
        work.put_virtual_account(third)
        names = [place.name for place in work.virtual_accounts(ACCOUNT.id)]
    assert names == ["alpha", "Default", "Lab"]
