"""Orders and transfers: nothing comes from nowhere, and nothing gets lost."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.admin.licenses import QUANTITY_MAX, OrderLine, take_order, transfer_licenses
from licet.admin.refusal import AdminRefused
from licet.kernel.ids import Tag
from licet.kernel.time import DAY, SECOND
from licet.ledger.model import Holding, LicenseKind, VirtualAccount
from licet.ledger.pools import purchased
from support.books import LAN, MPLS, NOW, UNKNOWN, Books

SHORT = "Insufficient Licenses"
EXPIRING = "Licenses Expiring"
PERPETUAL, TERM = LicenseKind.PERPETUAL, LicenseKind.TERM


@pytest.fixture
def books() -> Books:
    """The books of one account."""
    return Books()


def order(books: Books, *lines: OrderLine) -> list[Holding]:
    """Take an order into the default virtual account."""
    return books.do(
        lambda work: take_order(
            work,
            books.default,
            lines,
            order="order 7",
            who="ann",
            now=books.now,
            chance=books.chance,
        )
    )


def move(
    books: Books,
    quantity: int,
    *,
    tag: Tag = LAN,
    source: VirtualAccount | None = None,
    target: VirtualAccount | None = None,
) -> None:
    """Transfer licenses, from the default virtual account to the lab where nothing else is said."""
    books.do(
        lambda work: transfer_licenses(
            work,
            source or books.default,
            target or books.lab,
            tag,
            quantity,
            who="ann",
            now=books.now,
            chance=books.chance,
        )
    )


def held(books: Books, at: VirtualAccount) -> list[tuple[int, timedelta | None]]:
    """Return what a pool holds: quantities, and when each ends, from `NOW`."""
    return sorted(
        (
            (one.quantity, None if one.ends_at is None else one.ends_at - NOW)
            for one in books.pool(at=at).holdings
        ),
        key=lambda one: (one[1] is None, one[1] or timedelta(0), one[0]),
    )


def bought(books: Books, at: VirtualAccount) -> int:
    """Return how many licenses of a virtual account count now."""
    return purchased(books.pool(at=at), books.now)


def test_an_order_counts_at_once_and_says_so(books: Books) -> None:
    """A customer would wait for what he paid for, and could not tell from where it came."""
    [lan, mpls] = order(
        books, OrderLine(LAN, 5), OrderLine(MPLS, 2, LicenseKind.DEMO, None, NOW + 60 * DAY)
    )
    assert books.pool(LAN).holdings == (lan,)
    assert books.pool(MPLS).holdings == (mpls,)
    assert (lan.starts_at, lan.ends_at, lan.order, lan.due_at) == (NOW, None, "order 7", None)
    assert mpls.due_at == NOW + 30 * DAY
    assert books.told() == "2 of MPLS license (DEMO) arrived with the order order 7"
    assert [event.subject for event in books.events()[:2]] == [MPLS, LAN]


def test_an_order_ends_a_shortage(books: Books) -> None:
    """A customer who bought what was missing would still be told to buy."""
    books.instance(lan=5)
    books.order(4)
    assert books.alerts()[SHORT].message.endswith("1 is missing")
    books.order(1)
    assert books.alerts() == {}


def test_a_future_start_does_not_count_yet(books: Books) -> None:
    """A customer would use what he has not yet bought (FUTURE, manager-and-onprem.md 1.5)."""
    books.instance(lan=1)
    holding = books.order(1, starts=10 * DAY)
    assert holding.due_at == NOW + 10 * DAY
    assert bought(books, books.default) == 0
    assert SHORT in books.alerts()


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (OrderLine(UNKNOWN, 1), "line 2: the catalog does not know"),
        (OrderLine(LAN, 0), "line 2: a quantity"),
        (OrderLine(LAN, -1), "line 2: a quantity"),
        (OrderLine(LAN, QUANTITY_MAX + 1), "line 2: a quantity"),
        (OrderLine(LAN, 1, PERPETUAL, None, NOW + DAY), "line 2: a PERPETUAL license has no end"),
        (OrderLine(LAN, 1, TERM), "line 2: a TERM license needs an end"),
        (OrderLine(LAN, 1, LicenseKind.SUBSCRIPTION), "line 2: a SUBSCRIPTION license needs"),
        (OrderLine(LAN, 1, LicenseKind.DEMO), "line 2: a DEMO license needs"),
        (OrderLine(LAN, 1, TERM, None, NOW), "line 2: it ends before it starts"),
        (OrderLine(LAN, 1, TERM, NOW + DAY, NOW + DAY), "line 2: it ends before it starts"),
    ],
)
def test_one_bad_line_refuses_the_whole_order(books: Books, line: OrderLine, why: str) -> None:
    """Half an order would be taken, and its other half be ordered twice."""
    with books.store.begin() as work:
        with pytest.raises(AdminRefused, match=why):
            take_order(
                work,
                books.default,
                [OrderLine(LAN, 1), line],
                order="order 7",
                who="ann",
                now=NOW,
                chance=books.chance,
            )
        work.commit()
    assert books.pool().holdings == ()


def test_a_transfer_moves_and_tells_both_sides(books: Books) -> None:
    """Licenses would be in two places, or in none; or one department would not learn of it."""
    books.order(5)
    move(books, 5)
    assert (held(books, books.default), held(books, books.lab)) == ([], [(5, None)])
    by_place = {event.virtual_account: event.text for event in books.events()[:2]}
    assert by_place == {
        books.default.id: "5 of LAN license went to 'Lab'",
        books.lab.id: "5 of LAN license came from 'Default'",
    }


def test_a_part_is_split_off_with_its_term_and_order(books: Books) -> None:
    """What was split off would last longer than what was bought, or belong to no order."""
    whole = books.order(5, lasts=100 * DAY)
    move(books, 2)
    assert held(books, books.default) == [(3, 100 * DAY)]
    [part] = books.pool(at=books.lab).holdings
    assert part == replace(whole, id=part.id, quantity=2, virtual_account=books.lab.id)
    assert part.id != whole.id


def test_the_longest_term_goes_first(books: Books) -> None:
    """Whoever asked for five would get those that end tomorrow (LONGEST_TERM_FIRST)."""
    books.order(2, lasts=100 * DAY)
    books.order(2)
    books.order(2, lasts=200 * DAY)
    move(books, 5)
    assert held(books, books.lab) == [(1, 100 * DAY), (2, 200 * DAY), (2, None)]
    assert held(books, books.default) == [(1, 100 * DAY)]


@pytest.mark.parametrize("quantity", [0, -1, 4])
def test_no_more_than_is_there_is_moved(books: Books, quantity: int) -> None:
    """Licenses would come from nowhere: what has ended or not started is not there."""
    books.order(3)
    books.order(50, starts=DAY)
    books.order(50, starts=-2 * DAY, lasts=DAY)
    before = held(books, books.default)
    with pytest.raises(AdminRefused, match="'Default' has 3 of this license"):
        move(books, quantity)
    assert (held(books, books.default), held(books, books.lab)) == (before, [])


def test_licenses_stay_in_their_smart_account(books: Books) -> None:
    """One customer's licenses would be given to another; or be moved to where they are."""
    books.order(3)
    _, stranger = books.open("Stranger", "stranger.example")
    with pytest.raises(AdminRefused, match="another smart account"):
        move(books, 1, target=stranger)
    with pytest.raises(AdminRefused, match="in 'Default' already"):
        move(books, 1, target=books.default)


def test_a_transfer_ends_one_shortage_and_begins_another(books: Books) -> None:
    """Nobody would be told that a department gave away what it needs."""
    books.order(1)
    books.instance("SN1", lan=1)
    books.instance("SN2", at=books.lab, lan=1)
    assert books.alerts()[SHORT].source == books.lab.id
    move(books, 1)
    assert books.alerts()[SHORT].source == books.default.id
    assert books.alerts()[SHORT].message.startswith("LAN license: 1 in use, 0 purchased")


def test_a_warning_goes_with_the_licenses(books: Books) -> None:
    """The old department would be warned of what is not its own any more, the new one never."""
    books.order(5, lasts=100 * DAY)
    books.tick(NOW + 10 * DAY)
    move(books, 5)
    assert books.alerts()[EXPIRING].source == books.lab.id
    books.tick(NOW + 100 * DAY)
    assert books.alerts()["Licenses Expired"].source == books.lab.id


def test_a_warning_is_split_with_the_licenses(books: Books) -> None:
    """A department would be warned of more licenses than it has, or its end not be told."""
    whole = books.order(5, lasts=100 * DAY)
    books.tick(NOW + 99 * DAY)
    move(books, 2)
    [part] = books.pool(at=books.lab).holdings
    alerts = books.store.list_alerts(books.account.id).items
    assert {alert.source: alert.message[:6] for alert in alerts} == {
        books.default.id: "3 of L",
        books.lab.id: "2 of L",
    }
    books.tick(NOW + 100 * DAY)
    ended = {alert.key for alert in books.store.list_alerts(books.account.id).items}
    assert ended == {f"expired:{whole.id}", f"expired:{part.id}"}


def test_a_warning_that_was_never_raised_is_not_made_up(books: Books) -> None:
    """Moving licenses would alarm people about an end that is years away."""
    books.order(5, lasts=1000 * DAY)
    move(books, 2)
    assert books.alerts() == {}


@given(
    st.lists(st.tuples(st.integers(1, 9), st.integers(0, 300)), min_size=1, max_size=4),
    st.lists(st.tuples(st.booleans(), st.integers(1, 30)), max_size=6),
)
@settings(max_examples=40, deadline=None)
def test_transfers_keep_the_sum(
    orders: list[tuple[int, int]], moves: list[tuple[bool, int]]
) -> None:
    """Licenses would be made or lost on the way, now or when a term ends."""
    books = Books()
    for quantity, days in orders:
        books.order(quantity, lasts=days * DAY or None)
    horizon = [NOW, *(NOW + days * DAY - SECOND for _, days in orders if days)]
    pools = [books.pool(at=books.default)]
    before = [sum(purchased(pool, at) for pool in pools) for at in horizon]
    for back, quantity in moves:
        here, there = (books.lab, books.default) if back else (books.default, books.lab)
        enough = bought(books, here) >= quantity
        if enough:
            move(books, quantity, source=here, target=there)
        else:
            with pytest.raises(AdminRefused):
                move(books, quantity, source=here, target=there)
        pools = [books.pool(at=books.default), books.pool(at=books.lab)]
        assert [sum(purchased(pool, at) for pool in pools) for at in horizon] == before
