"""Tables of what an authority holds, as text for a terminal."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from licet.kernel.ids import AccountId, AuthorityId, Tag, tag_name
from licet.kernel.time import print_instant
from licet.ledger.listing import every
from licet.ledger.model import Instance, Pool, VirtualAccount
from licet.ledger.pools import balance, counts, purchased
from licet.ledger.ports import Store
from licet.ledger.sites import OnPrem
from licet.sync.privacy import WITHHELD

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


def licenses(store: Store, places: Sequence[VirtualAccount], now: datetime) -> str:
    """Return what each virtual account bought, uses and has left."""
    rows = []
    for place in places:
        pools = every(partial(store.list_pools, place.id))
        for pool in pools:
            bought, left = purchased(pool, now), balance(pool, now)
            notes = ["Insufficient Licenses"] if left < 0 else []
            waiting = _pending(pool, now)
            notes += [f"{waiting} pending synchronization"] if waiting else []
            name, state = tag_name(pool.tag), ", ".join(notes)
            rows.append((place.name, name, str(bought), str(pool.in_use), f"{left:+d}", state))
    return grid(("Virtual Account", "License", "Purchased", "In Use", "Balance", "Alert"), rows)


def _pending(pool: Pool, now: datetime) -> int:
    """Return how many were taken out of an on-prem's lease, and count when it acknowledges that."""
    held = (one for one in pool.holdings if one.held_by is not None)
    return sum(one.quantity for one in held if counts(replace(one, held_by=None), now))


def instances(store: Store, places: Sequence[VirtualAccount]) -> str:
    """Return the product instances of each virtual account; what an on-prem withholds says so."""
    with store.begin() as work:
        accounts = {place.account for place in places}
        sites = {site.id: site for account in accounts for site in work.on_prems(account)}
    rows = []
    for place in places:
        for each in every(partial(store.list_instances, place.id)):
            used = ", ".join(f"{tag_name(u.tag)} {u.count} {u.status}" for u in each.usage)
            state = "cloned" if each.cloned else ""
            rows.append(
                (
                    place.name,
                    _host_of(each, sites),
                    each.udi.text,
                    print_instant(each.last_contact_at),
                    used or state or "-",
                )
            )
    return grid(("Virtual Account", "Host", "Product Instance", "Last Contact", "Uses"), rows)


def _host_of(instance: Instance, sites: Mapping[AuthorityId, OnPrem]) -> str:
    site = None if instance.on_prem is None else sites.get(instance.on_prem)
    if instance.host_name is None and site is not None:
        kept = site.privacy.host_names or site.privacy.instance_names
        return WITHHELD if kept else ""
    return instance.host_name or ""


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
