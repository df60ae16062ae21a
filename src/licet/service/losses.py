"""What a restore may have lost since the backup, with the rows where they can be known."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from licet.kernel.time import print_instant
from licet.ledger.listing import every
from licet.ledger.model import IdToken, SmartAccount, VirtualAccount
from licet.ledger.ports import Store


@dataclass(frozen=True, slots=True)
class Loss:
    """One kind of thing that may be lost, or one row that is concerned.

    Attributes:
        about: keys, tokens, registrations, orders, on-prems, administration, and so on.
        subject: id of the row; None where it is about all of them.
        what: what may not be so any more.
        remedy: what to do about it.
    """

    about: str
    subject: str | None
    what: str
    remedy: str


def losses(
    store: Store, *, backup_at: datetime, now: datetime, keys_in_backup: bool
) -> Iterator[Loss]:
    """Yield what may be lost, the most dangerous first.

    Args:
        store: the ledger of the backup.
        backup_at: its instant.
        now: the instant of the restore.
        keys_in_backup: the keys are as old as the ledger.
    """
    since = print_instant(backup_at)
    if keys_in_backup:
        yield Loss(
            "keys",
            None,
            f"a licensing root that was made after {since} is not known, and products that follow "
            "it do not believe this authority",
            "if there was one: restore again, with --keys and a copy of the keys of then",
        )
    yield Loss(
        "removals",
        None,
        f"product instances that were removed after {since} are there again, and may speak",
        "remove them again",
    )
    yield Loss(
        "revocations",
        None,
        f"ID tokens that were revoked after {since} are valid again; live ones are listed below",
        "revoke them again",
    )
    for account in every(store.list_accounts):
        yield from live_tokens(store, account, now)
    yield Loss(
        "registrations",
        None,
        f"product instances that registered after {since} are taken back as they are heard, into the "
        "default virtual account; those of accounts opened since must register again",
        "transfer them to where they belong",
    )
    yield Loss(
        "transfers",
        None,
        f"instances and licenses that were transferred after {since} are where they were before",
        "transfer them again",
    )
    yield Loss(
        "orders",
        None,
        f"licenses that were ordered, and accounts that were opened, after {since} are not there",
        "enter them again; until then products may be out of compliance",
    )
    yield Loss(
        "clones",
        None,
        f"forks that were noticed, and clones that were decided, after {since} are forgotten",
        "decide again what `clone list` shows; a copy that still speaks is noticed again",
    )
    yield Loss(
        "on-prems",
        None,
        f"on-prems that were registered after {since} are not known, and go on granting what their "
        "leases hold; that counts here as well",
        "register them anew: their people request the local account again",
    )
    for account in every(store.list_accounts):
        yield from _on_prems(store, account, since, now)
    yield from last_events(store)


def _on_prems(store: Store, account: SmartAccount, since: str, now: datetime) -> Iterator[Loss]:
    """Yield what the on-prems of an account know better, and the codes that may be used again."""
    with store.begin() as work:
        sites, invitations = work.on_prems(account.id), work.invitations(account.id)
    for site in sites:
        where = f"{account.name} / {site.name}"
        if site.removed_at is not None:
            continue
        yield Loss(
            "on-prems",
            site.id,
            f"{where}: what it reported after {since} is not known, and licenses that it was given "
            "since count here as well until it has synchronized",
            "nothing over the network: it is asked for a full synchronization; by file, let it make "
            "one; if it was removed since, remove it again",
        )
    for invitation in invitations:
        if invitation.on_prem is None and now < invitation.expires_at:
            yield Loss(
                "invitations",
                invitation.id,
                f"{account.name} / {invitation.virtual_account}: a code of an on-prem that may have "
                f"been used, until {print_instant(invitation.expires_at)}",
                "if its on-prem was registered since, let it request its local account anew",
            )


def live_tokens(store: Store, account: SmartAccount, now: datetime) -> Iterator[Loss]:
    """Yield the ID tokens of an account that may be used again, or be valid again."""
    with store.begin() as work:
        places = work.virtual_accounts(account.id)
    for place in places:
        yield from (
            _token(account, place, token)
            for token in every(partial(store.list_tokens, place.id))
            if _usable(token, now)
        )


def _usable(token: IdToken, now: datetime) -> bool:
    if token.revoked_at is not None or token.expires_at <= now:
        return False
    return token.uses_max is None or token.uses < token.uses_max


def _token(account: SmartAccount, place: VirtualAccount, token: IdToken) -> Loss:
    where = f"{account.name} / {place.name}"
    if token.uses_max is None:
        what = f"{where}: live, of unlimited uses, until {print_instant(token.expires_at)}"
    else:
        left = token.uses_max - token.uses
        what = (
            f"{where}: {left} of {token.uses_max} uses left by the backup; "
            "what was used since can be used again"
        )
    return Loss("tokens", token.id, what, "revoke it if it was revoked or used up")


def last_events(store: Store) -> Iterator[Loss]:
    """Yield where the record of each account ends: what a person did behind it is to be done again."""
    for account in every(store.list_accounts):
        for event in store.list_events(account.id, limit=1).items:
            what = (
                f"{account.name}: the last that is known is {print_instant(event.at)}, {event.text}"
            )
            yield Loss("administration", account.id, what, "do again what was done after it")
