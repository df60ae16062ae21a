"""Finds the account and the virtual account that a person means, and says what else there is."""

import argparse
from collections.abc import Callable, Iterable
from itertools import islice
from typing import TypeVar

from licet.admin.names import LicenseNames
from licet.admin.naming import TOLD, offer, suggest
from licet.admin.refusal import AdminRefused
from licet.kernel.ids import Tag
from licet.ledger.listing import every
from licet.ledger.model import License, SmartAccount, VirtualAccount
from licet.ledger.ports import Work
from licet.shell.site import Site

Item = TypeVar("Item")
START_MIN = 4


def account_of(site: Site, work: Work, name: str | None) -> SmartAccount:
    """Return the account of that name or domain; without a name, the only one.

    Raises:
        AdminRefused: there is none, or a name is needed; the text says which there are.
    """
    if name is not None:
        found = work.account_named(name)
        if found is not None and site.has(work, found):
            return found
        names = (one for row in site.accounts(work) for one in _names(site, row))
        raise AdminRefused(f"there is no {site.trade.account} '{name}'{suggest(name, names)}")
    accounts = list(islice(site.accounts(work), TOLD + 1))
    if not accounts:
        raise AdminRefused(site.trade.no_account)
    if len(accounts) > 1:
        there = offer(_tell(site, one) for one in accounts)
        raise AdminRefused(f"name the {site.trade.account} with --account; there are: {there}")
    return accounts[0]


def _names(site: Site, account: SmartAccount) -> tuple[str, ...]:
    """Return what a person may call an account; the domain of a local one is made up."""
    return (account.name,) if site.trade.local else (account.name, account.domain)


def _tell(site: Site, account: SmartAccount) -> str:
    return account.name if site.trade.local else f"{account.name} ({account.domain})"


def place_of(work: Work, account: SmartAccount, name: str | None) -> VirtualAccount:
    """Return the virtual account of that name; without a name, the default one.

    Raises:
        AdminRefused: there is none; the text says which there are.
    """
    places = work.virtual_accounts(account.id)
    for place in places:
        if place.default if name is None else place.name.casefold() == name.casefold():
            return place
    there = offer(place.name for place in places)
    near = suggest(name or "", (place.name for place in places))
    raise AdminRefused(
        f"there is no virtual account '{name}' in '{account.name}'{near or f'; there are: {there}'}"
    )


def places_of(work: Work, account: SmartAccount, name: str | None) -> list[VirtualAccount]:
    """Return the virtual account of that name; without a name, all of the smart account."""
    return (
        list(work.virtual_accounts(account.id)) if name is None else [place_of(work, account, name)]
    )


def accounts_of(site: Site, work: Work, name: str | None) -> Iterable[SmartAccount]:
    """Return the smart account of that name; without a name, all of them."""
    return site.accounts(work) if name is None else [account_of(site, work, name)]


def account_and_places(
    site: Site, given: argparse.Namespace
) -> tuple[SmartAccount, list[VirtualAccount]]:
    """Return what a list is about: a smart account, and those of its virtual accounts."""

    def find(work: Work) -> tuple[SmartAccount, list[VirtualAccount]]:
        account = account_of(site, work, given.account)
        return account, places_of(work, account, given.virtual_account)

    return site.look(find)


def named_place(site: Site, work: Work, given: argparse.Namespace) -> VirtualAccount:
    """Return the virtual account that was typed, or the default one of the smart account."""
    return place_of(work, account_of(site, work, given.account), given.virtual_account)


def check_start(typed: str, what: str) -> str:
    """Return the beginning of an id, long enough not to be a slip of the hand.

    Raises:
        AdminRefused: it is too short.
    """
    if len(typed) < START_MIN:
        raise AdminRefused(f"give at least the first {START_MIN} characters of the {what}'s id")
    return typed.lower()


def one_of(found: Iterable[Item], what: str, tell: Callable[[Item], str]) -> Item:
    """Return the only thing that was found.

    Args:
        found: what fits the words of a person.
        what: those words, for the refusal.
        tell: how a thing is told from the others.

    Raises:
        AdminRefused: there is none, or more than one; the text says which.
    """
    candidates = list(islice(found, TOLD + 1))
    if not candidates:
        raise AdminRefused(f"there is no {what}")
    if len(candidates) > 1:
        raise AdminRefused(f"which {what}? There are: {offer(map(tell, candidates))}")
    return candidates[0]


def license_of(site: Site, text: str) -> License:
    """Return the license that a person names.

    Raises:
        AdminRefused: the catalog knows none, or more than one.
    """
    return LicenseNames(every(site.store.list_licenses)).find(text)


def license_name(work: Work, tag: Tag) -> str:
    """Return what people call a license; one that the catalog does not know by its tag."""
    entry = work.license(tag)
    return entry.name if entry else tag
