"""What only the store in memory has: its heap of what falls due, and its turns."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from contract import rows
from contract.rows import NOW, PLACE, TAG
from licet.store.memory import STALE_MAX, DueIndex, MemoryStore


def test_dates_that_were_put_off_are_forgotten() -> None:
    """An authority would run out of memory by listening."""
    index = DueIndex()
    for hour in range(20 * STALE_MAX):
        index.set("row", NOW + timedelta(hours=hour))
        index.set("other", NOW)
    assert len(index) <= STALE_MAX + 4
    assert index.until(NOW + timedelta(days=10_000), 9) == ["other", "row"]
    index.set("other", None)
    assert index.first() == NOW + timedelta(hours=20 * STALE_MAX - 1)


def test_a_date_that_comes_back_counts_once() -> None:
    """The sweep would look at a row twice."""
    index = DueIndex()
    for hours in (1, 2, 1):
        index.set("row", NOW + timedelta(hours=hours))
    assert index.until(NOW + timedelta(hours=3), 9) == ["row"]
    assert index.until(NOW + timedelta(hours=3), 9) == ["row"], "reading takes nothing away"


def test_threads_take_turns() -> None:
    """A second thread would break a reader, or lose what the first one counted."""
    store = MemoryStore()

    def count(_: int) -> int:
        with store.begin() as work:
            work.put_usage_count(PLACE.id, TAG, work.pool(PLACE.id, TAG).in_use + 1)
            work.commit()
        return len(store.list_pools(PLACE.id).items)

    def put(number: int) -> int:
        with store.begin() as work:
            work.put_instance(rows.instance(number, due_in=number))
            work.commit()
        return len(store.list_instances(PLACE.id).items)

    with ThreadPoolExecutor(8) as threads:
        counted = threads.map(count, range(200))
        listed = threads.map(put, range(200))
        assert set(counted) == {1}
        assert max(listed) <= 200
    with store.begin() as work:
        assert work.pool(PLACE.id, TAG).in_use == 200
    assert store.count_instances(PLACE.id) == 200
