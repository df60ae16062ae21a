"""What `token` does with one token."""

import argparse
from functools import partial

from licet.admin.tokens import create_token, revoke_token, show_token
from licet.kernel.ids import TokenId
from licet.ledger.listing import every
from licet.ledger.model import IdToken, VirtualAccount
from licet.ledger.ports import Work
from licet.shell.finding import account_of, accounts_of, check_start, named_place, one_of
from licet.shell.printer import Printer
from licet.shell.site import Site
from licet.shell.token_list import entry
from licet.shell.values import Record


def create(site: Site, given: argparse.Namespace, printer: Printer) -> None:
    """Create an ID token and print its text."""
    account = site.look(lambda work: account_of(site, work, given.account))
    keys = site.keys(account.id)

    def act(work: Work) -> tuple[IdToken, VirtualAccount]:
        place = named_place(site, work, given)
        token = create_token(
            work,
            place,
            keys,
            description=given.description,
            days=given.days,
            uses=given.uses,
            export_allowed=given.export_controlled,
            who=site.who,
            now=site.now,
            chance=site.chance,
        )
        return token, place

    token, place = site.do(act)
    printer.record({**_whole(site, token, place), "token": show_token(token, keys)})


def show(site: Site, given: argparse.Namespace, printer: Printer) -> None:
    """Show an ID token, and print its text again."""
    token, place = site.look(partial(_find, site, given))
    printer.record(
        {**_whole(site, token, place), "token": show_token(token, site.keys(place.account))}
    )


def revoke(site: Site, given: argparse.Namespace, printer: Printer) -> None:
    """Revoke an ID token."""

    def act(work: Work) -> tuple[IdToken, VirtualAccount]:
        token, place = _find(site, given, work)
        return revoke_token(work, token, who=site.who, now=site.now), place

    token, place = site.do(act)
    text = f"ID token {token.id} is revoked; what registered with it stays"
    printer.done(text, _whole(site, token, place))


def _whole(site: Site, token: IdToken, place: VirtualAccount) -> Record:
    return {**entry(token, place.name, site.now), "id": token.id, "created_at": token.created_at}


def _find(site: Site, given: argparse.Namespace, work: Work) -> tuple[IdToken, VirtualAccount]:
    """Return the token whose id begins as typed, in the account that is meant or in any.

    Raises:
        AdminRefused: there is none, or more than one.
    """
    typed = check_start(given.token, "token")
    accounts = accounts_of(site, work, given.account)
    exact = work.token(TokenId(typed))
    place = work.virtual_account(exact.virtual_account) if exact else None
    if exact and place and (given.account is None or place.account in {one.id for one in accounts}):
        return exact, place
    found = (
        (token, place)
        for account in accounts
        for place in work.virtual_accounts(account.id)
        for token in every(partial(site.store.list_tokens, place.id))
        if token.id.startswith(typed)
    )
    return one_of(
        found,
        f"ID token {given.token}",
        lambda pair: f"{pair[0].id} ('{pair[1].name}', {pair[0].description or 'no description'})",
    )
