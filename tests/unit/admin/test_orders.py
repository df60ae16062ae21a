"""Imports of orders below the command line: one unit of work, and its effects."""

import pytest

from licet.admin.lines import Wrong
from licet.admin.orders import WrittenLine, import_orders
from licet.admin.refusal import AdminRefused
from licet.ledger.model import Holding
from support.books import NOW, Books


@pytest.fixture
def books() -> Books:
    """The books of one account."""
    return Books()


def line(
    quantity: int = 1, *, order: str = "PO-1", place: str = "", name: str = "LAN license"
) -> WrittenLine:
    """Return a line as somebody wrote it."""
    return WrittenLine("line 2", order, place, name, quantity)


def take(books: Books, *lines: WrittenLine | Wrong, again: bool = False) -> list[Holding]:
    """Import lines."""
    return books.do(
        lambda work: import_orders(
            books.store,
            work,
            books.account,
            lines,
            again=again,
            who="ann",
            now=books.now,
            chance=books.chance,
        )
    )


def test_an_import_ends_a_shortage(books: Books) -> None:
    """The alert would stand although the licenses were bought."""
    books.instance(lan=3)
    assert set(books.alerts()) == {"Insufficient Licenses"}
    take(books, line(2), line(1))
    assert books.alerts() == {}
    assert books.told() == "1 of LAN license (PERPETUAL) arrived with the order PO-1"


def test_lines_of_one_order_may_share_its_number(books: Books) -> None:
    """An order of two lines would be refused as taken before."""
    assert len(take(books, line(), line(place="lab"), line(name="mpls"))) == 3


@pytest.mark.parametrize(
    "last", [Wrong("line 3", "no"), line(0), line(place="attic"), line(name="x")]
)
def test_a_wrong_line_leaves_nothing_behind(books: Books, last: WrittenLine | Wrong) -> None:
    """Half of an order would be there."""
    events = books.events()
    with pytest.raises(AdminRefused, match="1 of 2 lines is wrong"):
        take(books, line(), last)
    assert books.pool().holdings == ()
    assert books.events() == events


def test_an_order_is_known_wherever_its_licenses_went(books: Books) -> None:
    """A transfer would make it forgotten, and it could be taken twice."""
    take(books, line(2, place="lab"))
    for again in (line(order="po-1"), line(order="PO-1", name="mpls")):
        with pytest.raises(AdminRefused, match="was taken before, 2 licenses are there"):
            take(books, again)
    take(books, line(), again=True)
    alert = books.alerts()["Duplicate Licenses"]
    assert (alert.source, alert.raised_at) == (books.default.id, NOW)
    assert alert.message == "taken again, though 2 licenses are there from before: PO-1"


def test_again_is_no_alert_where_nothing_was_before(books: Books) -> None:
    """Whoever always gives `--again` would raise false alarms."""
    take(books, line(), again=True)
    assert books.alerts() == {}


def test_an_empty_file_is_refused(books: Books) -> None:
    """A wrong file would be reported as done."""
    with pytest.raises(AdminRefused, match="there is no order line"):
        take(books)


def test_progress_is_told(books: Books) -> None:
    """A long import would look as if it hung."""
    told: list[int] = []
    books.do(
        lambda work: import_orders(
            books.store,
            work,
            books.account,
            [line(), line()],
            who="ann",
            now=books.now,
            chance=books.chance,
            watch=told.append,
        )
    )
    assert told == [1, 2]
