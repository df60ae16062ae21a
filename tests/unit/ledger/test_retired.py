"""How long the key of what a person removed may not come back."""

from dataclasses import replace
from datetime import timedelta

import pytest

from licet.kernel.time import DAY, SECOND
from licet.ledger.instances import remove
from support.books import NOW, Books


@pytest.fixture
def books() -> Books:
    """The books of one account."""
    return Books()


@pytest.mark.parametrize(
    ("certified", "held"), [(10 * DAY, 365 * DAY), (365 * DAY, 365 * DAY), (700 * DAY, 700 * DAY)]
)
def test_a_removed_key_is_held_as_long_as_anything_could_bring_it_back(
    books: Books, certified: timedelta, held: timedelta
) -> None:
    """A stolen product would register again, by its certificate or by the token it once had."""
    instance = replace(books.instance(lan=1), certified_until=NOW + certified)
    books.do(lambda work: remove(work, instance, who="ann", why="stolen", now=NOW))
    retired = books.look(lambda work: work.retired_key(instance.key))
    assert retired is not None
    assert (retired.instance, retired.until) == (instance.id, NOW + held)
    books.tick(NOW + held - SECOND)
    assert books.look(lambda work: work.retired_key(instance.key)) == retired
    books.tick(NOW + held)
    assert books.look(lambda work: work.retired_key(instance.key)) is None
