"""What every store must do with a unit of work that is flushed; `STORES` says which there are."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract import rows, sites
from contract.rows import ACCOUNT, NOW, OTHER_TAG, PLACE, TAG
from contract.sites import SITE, SITE_PLACE
from contract.test_sites import each_store, noted, opened, paged
from contract.test_store import EVERYTHING, NOTHING, put_everything, read_everything
from licet.ledger.model import Event, Instance
from licet.ledger.ports import Duplicate, Needs, Store, Work
from licet.store.memory import MemoryStore

MakeStore = Callable[[], Store]
HOUR = timedelta(hours=1)
NEEDS = Needs(instances=(rows.instance(1).id,), uses=((rows.instance(1).id, TAG),))


def lists(store: Store) -> list[object]:
    """Return what lists, counters and the sweep see of `put_everything`."""
    return [
        len(store.list_tokens(PLACE.id).items),
        [(pool.tag, pool.in_use) for pool in store.list_pools(PLACE.id).items],
        len(store.list_instances(PLACE.id).items),
        len(store.list_alerts(ACCOUNT.id).items),
        len(store.list_events(ACCOUNT.id).items),
        len(store.list_licenses().items),
        store.count_instances(PLACE.id),
        store.next_due(),
    ]


EMPTY = [0, [], 0, 0, 0, 0, 0, None]


@each_store
@pytest.mark.parametrize("needs", [Needs(), NEEDS], ids=["nothing", "needs"])
def test_what_was_flushed_is_seen_by_who_flushed_it_alone(make: MakeStore, needs: Needs) -> None:
    """A long import would not find what it put, or others would see half of it."""
    store = opened(make)
    with store.begin(alone=True) as work:
        put_everything(work)
        work.flush(needs)
        assert read_everything(work) == EVERYTHING
        assert paged(work, PLACE.id, 1) == [rows.instance(1)]
        assert work.count_instances(PLACE.id) == 1
        assert list(work.tags_in(PLACE.id)) == [TAG]
        with store.begin() as other:
            assert read_everything(other) == NOTHING
            assert paged(other, PLACE.id, 1) == []
            assert other.count_instances(PLACE.id) == 0
            assert not other.tags_in(PLACE.id)
        assert lists(store) == EMPTY
        work.put_instance(replace(rows.instance(1), number=9))
        assert paged(work, PLACE.id, 1) == [rows.instance(1)], "what was not flushed is not seen"
        work.commit()
    with store.begin() as work:
        instance = work.instance(rows.instance(1).id)
        assert instance is not None
        assert instance.number == 9
    assert lists(store) == [1, [(TAG, 2)], 1, 1, 1, 1, 1, None]


def _flush_and_fail(store: Store, *, times: int) -> None:
    with store.begin(alone=True) as work:
        for number in range(times):
            put_everything(work)
            work.put_instance(rows.instance(2 + number, due_in=1))
            work.put_on_prem(sites.on_prem(1, due_in=1))
            work.put_instance(sites.instance(50 + number))
            work.flush()
        work.put_alert(rows.alert(9))
        raise ZeroDivisionError


@each_store
@pytest.mark.parametrize("times", [1, 3])
def test_what_was_flushed_is_given_up_with_the_rest(make: MakeStore, times: int) -> None:
    """Half of a document that breaks in the middle would be applied."""
    store = opened(make)
    with pytest.raises(ZeroDivisionError):
        _flush_and_fail(store, times=times)
    with store.begin(alone=True) as left:
        put_everything(left)
        left.flush()
    with pytest.raises(RuntimeError):
        left.commit()
    with pytest.raises(RuntimeError):
        left.flush()
    assert lists(store) == EMPTY
    assert noted(store) == []
    with store.begin() as work:
        assert read_everything(work) == NOTHING
        assert not work.due_instances(NOW + HOUR, 9)
        assert not work.due_on_prems(NOW + HOUR, 9)


@each_store
def test_only_one_that_is_alone_flushes_what_it_put(make: MakeStore) -> None:
    """Two that flush at once would wait for each other, or one would lose what it wrote."""
    store = opened(make)
    with store.begin() as work:
        work.put_license(rows.LICENSE)
        with pytest.raises(RuntimeError, match="alone"):
            work.flush()
        with pytest.raises(RuntimeError):
            work.commit()
    with store.begin() as work:
        work.record(rows.event(1))
        with pytest.raises(RuntimeError, match="alone"):
            work.flush()
    assert lists(store) == EMPTY


@each_store
def test_a_reader_may_forget_what_it_read(make: MakeStore) -> None:
    """A report of a large site would be held in memory as a whole."""
    store = opened(make)
    with store.begin() as work:
        put_everything(work)
        work.put_instance(sites.instance(7))
        work.commit()
    with store.begin() as work:
        for _ in range(3):
            assert read_everything(work) == EVERYTHING
            assert len(work.changes(SITE, None, 9)) == 1
            assert len(work.events_after(ACCOUNT.id, 0, 9)) == 1
            work.flush(NEEDS)
        work.put_license(replace(rows.LICENSE, name="other"))
        work.commit()


@each_store
def test_what_was_before_is_not_told_from_what_was_flushed(make: MakeStore) -> None:
    """A request would hold what a unit of work had flushed and might still give up."""
    store = opened(make)
    with store.begin(alone=True) as work:
        work.flush()
        assert not work.changes(SITE, None, 9)
        work.put_instance(sites.instance(1))
        work.flush()
        with pytest.raises(RuntimeError, match="before"):
            work.changes(SITE, None, 9)
        with pytest.raises(RuntimeError, match="before"):
            work.events_after(ACCOUNT.id, 0, 9)
        work.commit()
    assert noted(store) == [(sites.instance(1).id, 1)]


@each_store
def test_what_was_flushed_is_unique_and_falls_due(make: MakeStore) -> None:
    """A key would be two instances', or the sweep would pass over what was imported."""
    store = opened(make)
    with store.begin() as work:
        for number, due_in in ((1, 1), (2, 2), (3, 3)):
            work.put_instance(rows.instance(number, due_in=due_in))
            work.put_holding(rows.holding(number, due_in=due_in))
            work.put_retired_key(replace(rows.RETIRED, key=f"old {number}", until=NOW + HOUR))
        work.commit()
    with store.begin(alone=True) as work:
        work.put_instance(rows.instance(1, due_in=9))
        work.remove_instance(rows.instance(2).id)
        work.put_instance(replace(rows.instance(4, due_in=1), key=rows.instance(2).key))
        work.put_holding(rows.holding(1))
        work.put_retired_key(replace(rows.RETIRED, key="old 1", until=NOW + 9 * HOUR))
        work.put_on_prem(sites.on_prem(1, due_in=1))
        work.flush()
        with pytest.raises(Duplicate):
            work.put_instance(replace(rows.instance(5), key=rows.instance(2).key))
        with pytest.raises(Duplicate):
            work.put_on_prem(replace(sites.on_prem(2), name="SITE 1"))
        until = NOW + 5 * HOUR
        due = [rows.instance(number).id for number in (4, 3)]
        assert [row.id for row in work.due_instances(until, 9)] == due
        assert [row.id for row in work.due_instances(until, 1)] == due[:1]
        assert [row.id for row in work.due_holdings(until, 9)] == [
            rows.holding(number).id for number in (2, 3)
        ]
        assert [row.name for row in work.due_on_prems(until, 9)] == ["Site 1"]
        work.put_instance(rows.instance(6, due_in=2))
        work.put_instance(rows.instance(3))
        due = [rows.instance(number).id for number in (4, 6)]
        assert [row.id for row in work.due_instances(until, 9)] == due
        assert work.forget_retired_keys(until, 1) == 1
        work.flush()
        assert work.forget_retired_keys(until, 9) == 1
        work.commit()
    assert store.next_due() == NOW + HOUR
    with store.begin() as work:
        assert [row.id for row in work.due_instances(until, 9)] == due
        assert work.retired_key("old 1") is not None
        assert work.retired_key("old 2") is None


Step = tuple[str, int, int]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["put", "move", "remove", "use", "hold", "sell", "begin", "forget", "flush"]
        ),
        st.integers(1, 5),
        st.integers(0, 3),
    ),
    max_size=25,
)


def try_put(work: Work, instance: Instance) -> None:
    """Put an instance that was read, or record that its key is another's."""
    work.instance(instance.id)
    try:
        work.put_instance(instance)
    except Duplicate as error:
        work.record(Event(NOW, "test", ACCOUNT.id, None, instance.id, str(error)))


def take(work: Work, step: Step) -> None:
    """Do one thing that another one may undo."""
    kind, number, amount = step
    instance = sites.instance(number)
    match kind:
        case "put":
            # Keys wander from one to the other.
            try_put(work, replace(instance, key=f"key-{amount}", due_at=NOW + amount * HOUR))
        case "move":
            try_put(work, replace(instance, virtual_account=PLACE.id, number=amount))
        case "remove":
            work.remove_instance(instance.id)
        case "use":
            work.put_usage_count(SITE_PLACE.id, TAG if number < 3 else OTHER_TAG, amount)
        case "hold":
            work.put_holding(rows.holding(number, due_in=amount))
        case "sell":
            work.remove_holding(rows.holding(number).id)
        case "begin":
            account = work.local_account(SITE)
            assert account is not None
            work.put_local_account(replace(account, number=account.number + 1))
        case _:
            account = work.local_account(SITE)
            assert account is not None
            work.forget_changes(SITE, account.number + 1 - amount)


def seen(work: Work) -> list[object]:
    """Return what a unit of work sees, its own puts included."""
    later = NOW + 99 * HOUR
    return [
        [work.instance(sites.instance(number).id) for number in range(7)],
        [work.instance_of_key(f"key-{number}") for number in range(7)],
        [work.pool(place.id, tag) for place in (PLACE, SITE_PLACE) for tag in (TAG, OTHER_TAG)],
        [list(work.tags_in(place.id)) for place in (PLACE, SITE_PLACE)],
        list(work.due_instances(later, 9)),
        list(work.due_holdings(later, 2)),
        work.local_account(SITE),
    ]


def there(store: Store) -> list[object]:
    """Return all that was committed."""
    with store.begin() as work:
        found = seen(work)
        found.append([paged(work, place.id, 2) for place in (PLACE, SITE_PLACE)])
        found.append([work.count_instances(place.id) for place in (PLACE, SITE_PLACE)])
        found.append(list(work.events_after(ACCOUNT.id, 0, 99)))
    return [*found, noted(store), store.next_due()]


@each_store
@given(STEPS, STEPS)
@settings(max_examples=60, deadline=None)
def test_a_flush_changes_nothing(make: MakeStore, first: list[Step], steps: list[Step]) -> None:
    """What a document does would depend on how long it is."""
    store, twin = opened(make), opened(MemoryStore)
    for one in (store, twin):
        with one.begin() as work:
            for step in first:
                take(work, step)
            work.commit()
    with store.begin(alone=True) as work, twin.begin() as plain:
        for step in steps:
            if step[0] == "flush":
                work.flush()
                assert seen(work) == seen(plain)
                for place in (PLACE, SITE_PLACE):
                    found = [work.instance(sites.instance(number).id) for number in range(7)]
                    stand = [one for one in found if one and one.virtual_account == place.id]
                    assert paged(work, place.id, 2) == stand
                    assert work.count_instances(place.id) == len(stand)
            else:
                take(work, step)
                take(plain, step)
        assert seen(work) == seen(plain)
        work.commit()
        plain.commit()
    assert there(store) == there(twin)
