"""What every store must do when units of work meet, end and fail; `STORES` says which there are."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract import rows
from contract.rows import ACCOUNT, NOW, OTHER_PLACE, OTHER_TAG, PLACE, TAG
from contract.stores import STORES
from contract.test_store import pages
from licet.kernel.ids import AccountId, Tag, VirtualAccountId
from licet.ledger.instances import remove
from licet.ledger.model import License, Product, SmartAccount, VirtualAccount
from licet.ledger.ports import Conflict, Duplicate, Store
from licet.ledger.usage import apply_usage
from licet.wire.messages import Wanted

each_store = pytest.mark.parametrize("make", STORES, ids=lambda make: make.__name__)
MakeStore = Callable[[], Store]


def account(number: int) -> SmartAccount:
    """Return a smart account."""
    return replace(
        ACCOUNT,
        id=AccountId(rows.uuid(500 + number)),
        name=f"A{number}",
        domain=f"a{number}.example",
    )


def opened(make: MakeStore) -> Store:
    """Return a store with the smart account 'Example' and its two virtual accounts."""
    store = make()
    with store.begin() as work:
        work.put_account(ACCOUNT)
        work.put_virtual_account(PLACE)
        work.put_virtual_account(OTHER_PLACE)
        work.commit()
    return store


@each_store
def test_a_work_ends_once(make: MakeStore) -> None:
    """What was taken back, or was done already, would be done after all."""
    store = opened(make)
    with store.begin() as left:
        left.put_license(rows.LICENSE)
    with pytest.raises(RuntimeError):
        left.commit()
    with store.begin() as done:
        done.record(rows.event(1))
        done.commit()
        with pytest.raises(RuntimeError):
            done.commit()
    assert store.list_licenses().items == ()
    assert store.list_events(ACCOUNT.id).items == (rows.event(1),)


@each_store
def test_a_work_that_was_overtaken_leaves_nothing(make: MakeStore) -> None:
    """Half of a batch that runs again would be there twice."""
    store = opened(make)
    with store.begin() as late:
        assert late.pool(PLACE.id, TAG).in_use == 0
        with store.begin() as first:
            first.put_usage_count(PLACE.id, TAG, 1)
            first.commit()
        late.put_usage_count(PLACE.id, TAG, 1)
        late.put_instance(rows.instance(1, due_in=1))
        late.put_alert(rows.alert(1))
        late.record(rows.event(1))
        with pytest.raises(Conflict):
            late.commit()
    assert store.next_due() is None
    assert store.count_instances(PLACE.id) == 0
    assert store.list_alerts(ACCOUNT.id).items == ()
    assert store.list_events(ACCOUNT.id).items == ()
    with store.begin() as again:
        again.put_usage_count(PLACE.id, TAG, again.pool(PLACE.id, TAG).in_use + 1)
        again.commit()
    with store.begin() as work:
        assert work.pool(PLACE.id, TAG).in_use == 2


@each_store
def test_a_put_that_is_refused_puts_nothing(make: MakeStore) -> None:
    """A name that was refused would be taken all the same."""
    store = opened(make)
    with store.begin() as work:
        work.put_account(account(1))
        with pytest.raises(Duplicate):
            work.put_account(replace(account(2), name="a1"))
        assert work.account(account(2).id) is None
        work.put_instance(rows.instance(1))
        with pytest.raises(Duplicate):
            work.put_instance(replace(rows.instance(2), key=rows.instance(1).key))
        assert work.instance(rows.instance(2).id) is None
        work.commit()
    assert store.list_accounts().items == (account(1), ACCOUNT)


@each_store
def test_a_name_that_was_given_up_is_free(make: MakeStore) -> None:
    """A customer who was renamed would hold the old name for ever."""
    store = opened(make)
    with store.begin() as work:
        work.put_account(account(1))
        work.commit()
    with store.begin() as work:
        work.put_account(replace(account(1), name="New"))
        work.put_account(replace(account(2), name="a1"))
        work.put_virtual_account(replace(PLACE, name="New"))
        work.put_virtual_account(replace(OTHER_PLACE, name=PLACE.name.upper()))
        work.commit()
    with store.begin() as work:
        assert work.account_named("A1") == replace(account(2), name="a1")


@each_store
def test_two_customers_may_call_their_departments_the_same(make: MakeStore) -> None:
    """Only the first customer in the world could have a virtual account 'Default'."""
    store = opened(make)
    theirs = replace(PLACE, id=VirtualAccountId(rows.uuid(70)), account=account(1).id)
    with store.begin() as work:
        work.put_account(account(1))
        work.put_virtual_account(theirs)
        assert list(work.virtual_accounts(account(1).id)) == [theirs]
        work.commit()


@each_store
def test_what_is_due_at_once_comes_in_one_order(make: MakeStore) -> None:
    """A seed would not replay."""
    store = opened(make)
    with store.begin() as work:
        for number in (3, 1, 2):
            work.put_instance(rows.instance(number, due_in=1))
        work.commit()
    with store.begin() as work:
        due = [row.id for row in work.due_instances(NOW + timedelta(hours=1), 9)]
    assert due == [rows.instance(number).id for number in (1, 2, 3)]


@each_store
def test_retired_keys_of_the_same_work_are_forgotten_too(make: MakeStore) -> None:
    """A key that was put again for longer would be forgotten by its old date."""
    store = opened(make)
    with store.begin() as work:
        work.put_retired_key(replace(rows.RETIRED, key="longer"))
        work.commit()
    with store.begin() as work:
        work.put_retired_key(replace(rows.RETIRED, key="longer", until=NOW + timedelta(days=9)))
        work.put_retired_key(replace(rows.RETIRED, key="new"))
        assert work.forget_retired_keys(NOW, 9) == 1
        assert work.retired_key("new") is None
        assert work.retired_key("longer") is not None
        work.commit()
    with store.begin() as work:
        assert work.forget_retired_keys(NOW + timedelta(days=9), 9) == 1


@each_store
def test_the_other_lists_come_page_by_page(make: MakeStore) -> None:
    """A list of many accounts, licenses or pools would end after its first page."""
    store = opened(make)
    tags = [Tag(TAG.replace("LAN", f"LAN{number}")) for number in range(5)]
    with store.begin() as work:
        for number in (4, 2, 0, 3, 1):
            work.put_account(account(number))
            work.put_license(License(tags[number], f"L{number}", ""))
            work.put_usage_count(PLACE.id, tags[number], 1)
        work.commit()
    accounts = pages(lambda after: store.list_accounts(after=after, limit=2))
    assert accounts == [*(account(number) for number in range(5)), ACCOUNT]
    catalog = pages(lambda after: store.list_licenses(after=after, limit=2))
    assert catalog == [License(tag, f"L{number}", "") for number, tag in enumerate(tags)]
    products = [Product(tag, tag, "") for tag in tags]
    with store.begin() as work:
        for product in reversed(products):
            work.put_product(product)
        work.commit()
    assert pages(lambda after: store.list_products(after=after, limit=2)) == products
    first = store.list_pools(PLACE.id, limit=3)
    second = store.list_pools(PLACE.id, after=first.next, limit=3)
    assert [pool.tag for pool in (*first.items, *second.items)] == tags
    assert second.next is None
    assert store.list_pools(PLACE.id, limit=5).next is None, "a full last page is the last"


@each_store
@given(
    st.lists(
        st.tuples(
            st.integers(1, 4),
            st.sampled_from([PLACE, OTHER_PLACE]),
            st.none() | st.dictionaries(st.sampled_from([TAG, OTHER_TAG]), st.integers(1, 9)),
            st.booleans(),
        ),
        max_size=20,
    )
)
@settings(max_examples=40, deadline=None)
def test_counters_equal_what_is_there(
    make: MakeStore, steps: list[tuple[int, VirtualAccount, dict[Tag, int] | None, bool]]
) -> None:
    """A counter would drift from the usage that it counts, a little with every message."""
    store = opened(make)
    for number, place, wanted, committed in steps:
        with store.begin() as work:
            known = work.instance(rows.instance(number).id)
            fresh = replace(rows.instance(number), virtual_account=place.id, usage=())
            if wanted is None:
                if known is not None:
                    remove(work, known, who="test", why="test", now=NOW)
            else:
                items = [Wanted(tag=tag, count=count) for tag, count in wanted.items()]
                work.put_instance(apply_usage(work, known or fresh, items, NOW))
            if committed:
                work.commit()
    for place in (PLACE, OTHER_PLACE):
        instances = store.list_instances(place.id).items
        assert store.count_instances(place.id) == len(instances)
        used = {
            tag: sum(use.count for one in instances for use in one.usage if use.tag == tag)
            for tag in (TAG, OTHER_TAG)
        }
        with store.begin() as work:
            assert {tag: work.pool(place.id, tag).in_use for tag in used} == used
        listed = {pool.tag: pool.in_use for pool in store.list_pools(place.id).items}
        assert listed == {tag: count for tag, count in used.items() if count}
