"""Tables of what an authority holds, as text for a terminal."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import TypeVar

from licet.kernel.ids import AccountId, Tag, tag_name
from licet.kernel.time import print_instant
from licet.ledger.model import VirtualAccount
from licet.ledger.pools import balance, purchased
from licet.ledger.ports import Listing, Store

Item_co = TypeVar("Item_co", covariant=True)
NOTHING = "(none)"


def grid(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return rows under their titles, each column as wide as it needs to be."""
    if not rows:
        return NOTHING
    table = [titles, *rows]
    widths = [max(len(row[column]) for row in table) for column in range(len(titles))]
    rule = ["-" * width for width in widths]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in (titles, rule, *rows)
    )


def every(page: Callable[..., Listing[Item_co]]) -> Iterator[Item_co]:
    """Yield all rows of a listing of a store, page by page (`after` names the next page)."""
    after: str | None = None
    while True:
        listing = page(after=after)
        yield from listing.items
        after = listing.next
        if after is None:
            return


def licenses(store: Store, places: Sequence[VirtualAccount], now: datetime) -> str:
    """Return what each virtual account bought, uses and has left."""
    rows = []
    for place in places:
        pools = every(partial(store.list_pools, place.id))
        for pool in pools:
            bought, left = purchased(pool, now), balance(pool, now)
            state = "Insufficient Licenses" if left < 0 else ""
            name = tag_name(pool.tag)
            rows.append((place.name, name, str(bought), str(pool.in_use), f"{left:+d}", state))
    return grid(("Virtual Account", "License", "Purchased", "In Use", "Balance", "Alert"), rows)


def instances(store: Store, places: Sequence[VirtualAccount]) -> str:
    """Return the product instances of each virtual account."""
    rows = []
    for place in places:
        for each in every(partial(store.list_instances, place.id)):
            used = ", ".join(f"{tag_name(u.tag)} {u.count} {u.status}" for u in each.usage)
            state = "cloned" if each.cloned else ""
            rows.append(
                (
                    place.name,
                    each.host_name or "",
                    each.udi.text,
                    print_instant(each.last_contact_at),
                    used or state or "-",
                )
            )
    return grid(("Virtual Account", "Host", "Product Instance", "Last Contact", "Uses"), rows)


def tokens(store: Store, places: Sequence[VirtualAccount], now: datetime) -> str:
    """Return the ID tokens of each virtual account; the tokens themselves are not in it."""
    rows = []
    for place in places:
        for each in every(partial(store.list_tokens, place.id)):
            most = "unlimited" if each.uses_max is None else str(each.uses_max)
            state = "valid"
            if each.revoked_at is not None:
                state = "revoked"
            elif each.expires_at <= now:
                state = "expired"
            elif each.uses_max is not None and each.uses >= each.uses_max:
                state = "used up"
            rows.append(
                (
                    place.name,
                    each.description,
                    print_instant(each.expires_at),
                    f"{each.uses} of {most}",
                    "Allowed" if each.export_allowed else "Not Allowed",
                    each.created_by,
                    state,
                )
            )
    titles = (
        "Virtual Account",
        "Description",
        "Expires",
        "Uses",
        "Export-Controlled",
        "By",
        "State",
    )
    return grid(titles, rows)


def alerts(store: Store, account: AccountId, places: Sequence[VirtualAccount]) -> str:
    """Return the alerts of a smart account, the worst first."""
    names = {place.id: place.name for place in places}
    rows = [
        (
            each.severity,
            each.kind,
            "" if each.source is None else names.get(each.source, ""),
            print_instant(each.raised_at),
            each.message,
        )
        for each in every(partial(store.list_alerts, account))
    ]
    return grid(("Severity", "Alert", "Source", "Raised", "Message"), rows)


def events(store: Store, account: AccountId, *, most: int = 30) -> str:
    """Return the last events of a smart account, oldest first."""
    listed = store.list_events(account, limit=most).items
    rows = [(print_instant(each.at), each.who, each.text) for each in reversed(listed)]
    return grid(("Time", "Who", "What"), rows)


def catalog(store: Store) -> str:
    """Return what the catalog knows."""
    rows = [
        (tag_name(each.tag), each.name, "export-controlled" if each.export_controlled else "")
        for each in every(store.list_licenses)
    ]
    return grid(("License", "Name", ""), rows)


def tags_by_name(store: Store) -> dict[str, Tag]:
    """Return the catalog's entitlement tags by the names in them."""
    return {tag_name(each.tag): each.tag for each in every(store.list_licenses)}
