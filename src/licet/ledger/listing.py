"""Reads the lists of a store to their ends, page by page."""

from collections.abc import Callable, Iterator
from typing import TypeVar

from licet.ledger.ports import Listing

Item_co = TypeVar("Item_co", covariant=True)
PAGE = 500


def every(page: Callable[..., Listing[Item_co]], *, limit: int = PAGE) -> Iterator[Item_co]:
    """Yield all rows of a list of a store; one page of it is in memory at a time.

    Args:
        page: takes `after` and `limit`, as every list of a store does.
        limit: rows a page.
    """
    after: str | None = None
    while True:
        listing = page(after=after, limit=limit)
        yield from listing.items
        after = listing.next
        if after is None:
            return
