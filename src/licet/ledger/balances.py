"""What a site, or a virtual account, has of each license: one function for both sides of a synchronization."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from licet.kernel.ids import Tag, VirtualAccountId
from licet.ledger.listing import every
from licet.ledger.pools import purchased
from licet.ledger.ports import Store


@dataclass(frozen=True, slots=True)
class Balance:
    """One license: what counts now, what is in use, and what is left."""

    tag: Tag
    purchased: int
    in_use: int

    @property
    def left(self) -> int:
        """Purchased minus in use; negative is out of compliance."""
        return self.purchased - self.in_use


def balances(store: Store, places: Sequence[VirtualAccountId], now: datetime) -> Iterator[Balance]:
    """Yield the balance of each license over virtual accounts together, by tag.

    A manager asks it for the one virtual account that is an on-prem's own, the on-prem for all of
    its local ones: after a synchronization both see the same.
    """
    found: dict[Tag, tuple[int, int]] = {}
    for place in places:
        for pool in every(partial(store.list_pools, place)):
            bought, used = found.get(pool.tag, (0, 0))
            found[pool.tag] = (bought + purchased(pool, now), used + pool.in_use)
    for tag, (bought, used) in sorted(found.items()):
        yield Balance(tag, bought, used)
