"""What a restore of an on-prem may have lost since the backup; its manager knows some of it better."""

import shlex
from collections.abc import Iterator
from datetime import datetime

from licet.kernel.ids import AuthorityId
from licet.kernel.time import print_instant
from licet.ledger.listing import every
from licet.ledger.ports import Store
from licet.ledger.sites import Every, LocalAccount, LocalState
from licet.service.losses import Loss, last_events, live_tokens


def site_losses(
    store: Store,
    *,
    backup_at: datetime,
    now: datetime,
    keys_in_backup: bool,
    proxies_lost: frozenset[AuthorityId] = frozenset(),
) -> Iterator[Loss]:
    """Yield what may be lost, the most dangerous first.

    Args:
        store: the ledger of the backup.
        backup_at: its instant.
        now: the instant of the restore.
        keys_in_backup: the keys are as old as the ledger.
        proxies_lost: local accounts whose proxy did not come back.
    """
    since = print_instant(backup_at)
    with store.begin() as work:
        accounts = work.local_accounts()
    for account in accounts:
        yield from _account(account, since, proxy_lost=account.id in proxies_lost)
    yield Loss(
        "privacy",
        None,
        f"what local accounts withhold since {since} is not known, and the next synchronization "
        "sends all but what is listed above",
        "set it again before the server is started: privacy set",
    )
    yield Loss(
        "revocations",
        None,
        f"ID tokens that were revoked after {since} are valid again once a local account has "
        "synchronized; live ones are listed below",
        "revoke them again",
    )
    for row in every(store.list_accounts):
        yield from live_tokens(store, row, now)
    yield Loss(
        "removals",
        None,
        f"product instances that were removed after {since} are there again",
        "remove them again",
    )
    yield Loss(
        "registrations",
        None,
        f"product instances that registered after {since} are taken back as they are heard, into the "
        "default local virtual account",
        "transfer them to where they belong",
    )
    yield Loss(
        "transfers",
        None,
        f"instances and licenses that were transferred after {since} are where they were before",
        "transfer them again",
    )
    if keys_in_backup:
        yield Loss(
            "accounts",
            None,
            f"local accounts that were registered after {since} are not there, and nothing can bring "
            "back their keys",
            "request them anew, let their products register again, and remove the old ones at the "
            "manager",
        )
    yield from last_events(store)


def _account(account: LocalAccount, since: str, *, proxy_lost: bool) -> Iterator[Loss]:
    if account.state is not LocalState.REGISTERED:
        return
    withheld = [
        word
        for word, held in (
            ("host names", account.privacy.host_names),
            ("addresses", account.privacy.addresses),
            ("instance names", account.privacy.instance_names),
            ("user names", account.privacy.user_names),
        )
        if held
    ]
    yield Loss(
        "synchronization",
        AuthorityId(account.id),
        f"{account.name}: its lease of after {since} is not known, and it grants nothing until it "
        f"has synchronized; it withholds {', '.join(withheld) or 'nothing'}",
        _remedy(account, proxy_lost=proxy_lost),
    )


def _remedy(account: LocalAccount, *, proxy_lost: bool) -> str:
    if account.upstream is None or account.upstream.url is None:
        return "carry files: sync request, sync response"
    if proxy_lost:
        return (
            "name the proxy again, which is only in a backup with keys, then synchronize it: "
            f"account reach {shlex.quote(account.name)} --manager {account.upstream.url} --proxy URL"
        )
    if account.every is Every.NEVER:
        return "synchronize it: sync now"
    return "nothing: the server synchronizes it by itself"
