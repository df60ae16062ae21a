"""What `license` does."""

import argparse
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from itertools import islice

from licet.admin.licenses import transfer_licenses
from licet.kernel.words import counted
from licet.ledger.listing import every
from licet.ledger.model import Holding, License, Pool, VirtualAccount
from licet.ledger.pools import balance, compliance, counts, purchased
from licet.ledger.ports import Work
from licet.shell import catalog, orders
from licet.shell.finding import account_and_places, account_of, license_name, license_of, place_of
from licet.shell.printer import Printer
from licet.shell.site import Site
from licet.shell.values import Record
from licet.shell.words import day, status
from licet.wire.messages import Compliance

COLUMNS = (
    "license",
    "virtual_account",
    "purchased",
    "in_use",
    "balance",
    "pending",
    "compliance",
    "kinds",
    "next_expiry",
)


def entry(pool: Pool, name: str, place: str, now: datetime) -> Record:
    """Return the fields of one license in one virtual account."""
    counting = [held for held in pool.holdings if counts(held, now)]
    ends = [held.ends_at for held in counting if held.ends_at is not None]
    stands = compliance(pool, now)
    return {
        "license": name,
        "virtual_account": place,
        "purchased": purchased(pool, now),
        "in_use": pool.in_use,
        "balance": balance(pool, now),
        "pending": pending(pool),
        "compliance": status(stands, good=stands is Compliance.IN_COMPLIANCE),
        "kinds": sorted({held.kind for held in counting}),
        "next_expiry": day(min(ends, default=None)),
    }


def pending(pool: Pool) -> int:
    """Return how many have come and count for nobody yet: an on-prem may still use them."""
    return sum(held.quantity for held in pool.holdings if held.held_by is not None)


def list_(site: Site, given: argparse.Namespace, printer: Printer) -> None:
    """List the licenses of a smart account and how they stand."""
    _, places = account_and_places(site, given)

    def rows() -> Iterator[Record]:
        for place in places:
            for pool in every(partial(site.store.list_pools, place.id)):
                name = site.look(partial(license_name, tag=pool.tag))
                yield entry(pool, name, place.name, site.now)

    printer.rows(COLUMNS, islice(rows(), given.limit), nothing=_nothing(site))


def show(site: Site, given: argparse.Namespace, printer: Printer) -> None:
    """Show how a license stands in every virtual account, and what was bought of it."""

    def read(work: Work) -> tuple[License, list[tuple[VirtualAccount, Pool]]]:
        account = account_of(site, work, given.account)
        found = license_of(site, given.license)
        places = work.virtual_accounts(account.id)
        pools = [(place, work.pool(place.id, found.tag)) for place in places]
        return found, [(place, pool) for place, pool in pools if pool.holdings or pool.in_use]

    found, pools = site.look(read)
    printer.record(
        {
            **catalog.entry(found),
            "virtual_accounts": [
                _without(entry(pool, found.name, place.name, site.now), "license")
                for place, pool in pools
            ],
            "orders": [
                _order(site, holding, found.name, place.name)
                for place, pool in pools
                for holding in pool.holdings
            ],
        }
    )


def transfer(site: Site, given: argparse.Namespace, printer: Printer) -> None:
    """Move licenses to another virtual account."""
    found = license_of(site, given.license)

    def act(work: Work) -> tuple[Record, Record]:
        account = account_of(site, work, given.account)
        source = place_of(work, account, given.source)
        target = place_of(work, account, given.to)
        transfer_licenses(
            work,
            source,
            target,
            found.tag,
            given.quantity,
            who=site.who,
            now=site.now,
            chance=site.chance,
        )
        left, came = (
            entry(work.pool(place.id, found.tag), found.name, place.name, site.now)
            for place in (source, target)
        )
        return left, came

    left, came = site.do(act)
    text = (
        f"{counted(given.quantity, 'license')} of '{found.name}' moved; balance: "
        f"{left['balance']} in '{left['virtual_account']}', "
        f"{came['balance']} in '{came['virtual_account']}'"
    )
    if came["pending"]:
        text += f"; {came['pending']} there count when the on-prem has synchronized"
    printer.done(text, {"from": left, "to": came})


def _nothing(site: Site) -> str:
    """Return what an empty list says, and where licenses come from."""
    if site.trade.local:
        return (
            "no license is leased and none is in use; those in the virtual account at the manager come "
            "with the next synchronization (sync now, or sync request)"
        )
    return "no license was bought and none is in use; add an order: order import FILE"


def _order(site: Site, holding: Holding, name: str, place: str) -> Record:
    """Return what an order brought, and which on-prem must synchronize before it counts."""

    def read(work: Work) -> str | None:
        on_prem = work.on_prem(holding.held_by) if holding.held_by else None
        return on_prem.name if on_prem else holding.held_by

    entry = _without(orders.entry(site, holding, name, place), "license")
    return {**entry, "waits_for": site.look(read)}


def _without(record: Record, name: str) -> Record:
    return {field: value for field, value in record.items() if field != name}
