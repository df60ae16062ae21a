"""What instances use: counted in pools, alerted where it is too much."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.kernel.ids import Tag
from licet.kernel.time import DAY
from licet.ledger.model import Instance, Severity, Usage
from licet.ledger.ports import Work
from licet.ledger.usage import apply_usage, insufficient_key, release_usage, review_pool
from licet.wire.messages import Compliance, Wanted
from support.books import LAN, MPLS, Books

SHORT = "Insufficient Licenses"


@pytest.fixture
def books() -> Books:
    """The books of one account."""
    return Books()


def use(books: Books, instance: Instance, *wanted: tuple[Tag, int]) -> Instance:
    """Let an instance report a whole list, and return it as it was put."""

    def act(work: Work) -> Instance:
        before = work.instance(instance.id)
        assert before is not None
        listed = [Wanted(tag=tag, count=count) for tag, count in wanted]
        after = apply_usage(work, before, listed, books.now)
        work.put_instance(after)
        return after

    return books.do(act)


def test_a_list_replaces_the_one_before(books: Books) -> None:
    """A license that is not used any more would be counted for ever."""
    instance = books.instance(lan=2, mpls=1)
    use(books, instance, (LAN, 5))
    assert (books.pool(LAN).in_use, books.pool(MPLS).in_use) == (5, 0)


def test_the_same_list_again_changes_nothing(books: Books) -> None:
    """Every contact would count a device once more."""
    books.order(2)
    instance = books.instance(lan=2)
    assert use(books, instance, (LAN, 2)).usage == instance.usage
    assert books.pool().in_use == 2


def test_each_tag_has_the_standing_of_its_own_pool(books: Books) -> None:
    """One missing license would put another one out of compliance (RULES.md 4)."""
    books.order(1, tag=MPLS)
    assert books.instance(lan=1, mpls=1).usage == (
        Usage(LAN, 1, Compliance.OUT_OF_COMPLIANCE),
        Usage(MPLS, 1, Compliance.IN_COMPLIANCE),
    )


def test_release_frees_what_was_used(books: Books) -> None:
    """Licenses of a silent product would be lost to the others."""
    books.order(1)
    instance = books.instance("SN1", lan=1)
    books.instance("SN2", lan=1)
    assert SHORT in books.alerts()
    released = books.do(lambda work: release_usage(work, instance, books.now))
    assert (released.usage, released.usage_released) == ((), True)
    assert books.pool().in_use == 1
    assert SHORT not in books.alerts()


def test_use_after_release_is_use_again(books: Books) -> None:
    """A product that comes back would hold licenses that the sweep never frees a second time."""
    instance = replace(books.instance(), usage_released=True)
    books.do(lambda work: work.put_instance(instance))
    assert not use(books, instance, (LAN, 1)).usage_released


def test_a_shortage_is_one_major_alert_that_says_how_many_are_missing(books: Books) -> None:
    """A person would not learn what to buy, or would read the same alert once a device."""
    books.order(2)
    for number in range(5):
        books.instance(f"SN{number}", lan=1)
    alert = books.alerts()[SHORT]
    assert (alert.severity, alert.source) == (Severity.MAJOR, books.default.id)
    assert alert.message == "LAN license: 5 in use, 2 purchased; 3 are missing"


def test_a_shortage_is_as_old_as_its_beginning(books: Books) -> None:
    """A shortage of a month would look as if it had begun today."""
    books.instance("SN1", lan=1)
    began = books.now
    books.now += 30 * DAY
    books.instance("SN2", lan=1)
    assert books.alerts()[SHORT].raised_at == began


def test_a_shortage_ends_when_the_pool_suffices(books: Books) -> None:
    """A person would look for a shortage that is over."""
    instance = books.instance(lan=3)
    use(books, instance, (LAN, 1))
    assert SHORT in books.alerts()
    use(books, instance)
    assert SHORT not in books.alerts()


def test_pools_of_two_virtual_accounts_are_two(books: Books) -> None:
    """Licenses of one department would cover the use of another."""
    books.order(5, at=books.lab)
    books.instance(lan=1)
    alert = books.alerts()[SHORT]
    assert alert.key == insufficient_key(books.default.id, LAN)
    assert books.pool(at=books.lab).in_use == 0


def test_a_license_without_a_name_is_called_by_its_tag(books: Books) -> None:
    """A shortage of what the catalog forgot would not be told at all."""
    nameless = Tag(LAN.replace("LAN", "NAMELESS"))
    books.do(lambda work: work.put_usage_count(books.default.id, nameless, 1))
    books.do(
        lambda work: review_pool(work, books.account.id, books.default.id, nameless, books.now)
    )
    assert books.alerts()[SHORT].message.startswith(f"{nameless}: 1 in use, 0 purchased")


@given(
    st.lists(
        st.tuples(
            st.integers(0, 2),
            st.dictionaries(st.sampled_from([LAN, MPLS]), st.integers(0, 9), max_size=2),
        ),
        max_size=12,
    )
)
@settings(max_examples=40, deadline=None)
def test_the_counter_is_the_sum_of_what_instances_use(
    reports: list[tuple[int, dict[Tag, int]]],
) -> None:
    """A balance would drift from the truth, and no one would see why."""
    books = Books()
    books.order(6)
    instances = [books.instance(f"SN{number}") for number in range(3)]
    for who, wanted in reports:
        use(books, instances[who], *((tag, count) for tag, count in wanted.items() if count))
    stored = books.store.list_instances(books.default.id).items
    for tag in (LAN, MPLS):
        used = sum(usage.count for one in stored for usage in one.usage if usage.tag == tag)
        assert books.pool(tag).in_use == used
    standing = books.look(lambda work: work.alert(insufficient_key(books.default.id, LAN)))
    assert (standing is not None) == (books.pool().in_use > 6)
