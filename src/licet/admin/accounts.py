"""Smart accounts and their virtual accounts; exactly one virtual account is the default."""

from dataclasses import replace
from datetime import datetime
from functools import partial

from licet.admin.refusal import AdminRefused
from licet.admin.sites import check_not_a_site
from licet.admin.texts import check_domain, check_name, check_note
from licet.kernel.chance import Chance, draw_uuid
from licet.kernel.ids import AccountId, VirtualAccountId
from licet.ledger.listing import every
from licet.ledger.model import Event, IdToken, SmartAccount, VirtualAccount
from licet.ledger.ports import Duplicate, Store, Work
from licet.ledger.terms import expired_key, expiring_key

DEFAULT_NAME = "Default"


def open_account(
    work: Work,
    *,
    name: str,
    domain: str,
    export_allowed: bool,
    who: str,
    now: datetime,
    chance: Chance,
) -> tuple[SmartAccount, VirtualAccount]:
    """Open a smart account with its default virtual account.

    Raises:
        AdminRefused: the name or domain is taken (without regard to case), or is not one.
    """
    check_domain(domain)
    account = SmartAccount(
        AccountId(draw_uuid(chance)), check_name(name), domain, export_allowed, now
    )
    default = VirtualAccount(
        VirtualAccountId(draw_uuid(chance)),
        account.id,
        DEFAULT_NAME,
        "",
        default=True,
        created_at=now,
    )
    try:
        work.put_account(account)
    except Duplicate as error:
        raise AdminRefused(str(error)) from error
    work.put_virtual_account(default)
    record(
        work, account.id, None, account.id, f"smart account '{name}' was opened", who=who, now=now
    )
    return account, default


def rename_account(
    work: Work, account: SmartAccount, *, name: str, who: str, now: datetime
) -> SmartAccount:
    """Give a smart account another name; devices hear it at their next contact.

    Raises:
        AdminRefused: another smart account has that name or domain, it is no name, or there is no
            such account any more.
    """
    account = current_account(work, account)
    renamed = replace(account, name=check_name(name))
    try:
        work.put_account(renamed)
    except Duplicate as error:
        raise AdminRefused(str(error)) from error
    text = f"smart account '{account.name}' is called '{name}' now"
    record(work, account.id, None, account.id, text, who=who, now=now)
    return renamed


def set_export_control(
    work: Work, account: SmartAccount, *, allowed: bool, who: str, now: datetime
) -> SmartAccount:
    """Allow or forbid export-controlled functionality to a smart account.

    Forbidden, it ends at the next contact of each product. Allowed, it is there for products that
    register from then on, with a token that allows it.

    Raises:
        AdminRefused: it is so already, or there is no such account any more.
    """
    account = current_account(work, account)
    state = "allowed" if allowed else "forbidden"
    if account.export_allowed == allowed:
        raise AdminRefused(
            f"export-controlled functionality is {state} to '{account.name}' already"
        )
    changed = replace(account, export_allowed=allowed)
    work.put_account(changed)
    text = f"export-controlled functionality was {state}"
    record(work, account.id, None, account.id, text, who=who, now=now)
    return changed


def open_virtual_account(
    work: Work,
    account: AccountId,
    *,
    name: str,
    description: str = "",
    who: str,
    now: datetime,
    chance: Chance,
) -> VirtualAccount:
    """Open a virtual account.

    Raises:
        AdminRefused: the smart account has another of that name, or it is no name.
    """
    place = VirtualAccount(
        id=VirtualAccountId(draw_uuid(chance)),
        account=account,
        name=check_name(name),
        description=check_note(description),
        default=False,
        created_at=now,
    )
    _put(work, place)
    record(
        work, account, place.id, place.id, f"virtual account '{name}' was opened", who=who, now=now
    )
    return place


def rename_virtual_account(
    work: Work, place: VirtualAccount, *, name: str, who: str, now: datetime
) -> VirtualAccount:
    """Give a virtual account another name.

    Raises:
        AdminRefused: the smart account has another of that name, or it is no name.
    """
    place = current_place(work, place)
    renamed = replace(place, name=check_name(name))
    _put(work, renamed)
    text = f"virtual account '{place.name}' is called '{name}' now"
    record(work, place.account, place.id, place.id, text, who=who, now=now)
    return renamed


def make_default(work: Work, place: VirtualAccount, *, who: str, now: datetime) -> None:
    """Make a virtual account the default one, in place of the one that was.

    Raises:
        AdminRefused: it is an on-prem's own, or not there any more.
    """
    place = current_place(work, place)
    check_not_a_site(work, place, "it cannot be the default")
    for other in work.virtual_accounts(place.account):
        if other.default and other.id != place.id:
            work.put_virtual_account(replace(other, default=False))
    work.put_virtual_account(replace(place, default=True))
    text = f"virtual account '{place.name}' is the default now"
    record(work, place.account, place.id, place.id, text, who=who, now=now)


def remove_virtual_account(
    store: Store, work: Work, place: VirtualAccount, *, who: str, now: datetime
) -> None:
    """Remove a virtual account that is not the default and holds nothing.

    Licenses that have ended hold nothing up: they cannot be transferred, and go with it.

    Args:
        store: lists what the virtual account holds; what `work` itself adds to it is not seen.
        work: takes the change.
        place: the virtual account.
        who: the person.
        now: the authority's instant.

    Raises:
        AdminRefused: it is the default, an on-prem's own, or has product instances, licenses or usable tokens.
    """
    place = current_place(work, place)
    if place.default:
        raise AdminRefused(
            f"'{place.name}' is the default virtual account; make another one the default"
        )
    check_not_a_site(work, place, "remove the on-prem first")
    if store.count_instances(place.id):
        raise AdminRefused(f"'{place.name}' has product instances; transfer or remove them first")
    if any(
        is_usable(work.token(token.id), now)
        for token in every(partial(store.list_tokens, place.id))
    ):
        raise AdminRefused(f"'{place.name}' has ID tokens that can be used; revoke them first")
    pools = [work.pool(place.id, pool.tag) for pool in every(partial(store.list_pools, place.id))]
    holdings = [holding for pool in pools for holding in pool.holdings]
    if any(holding.ends_at is None or now < holding.ends_at for holding in holdings):
        raise AdminRefused(f"'{place.name}' has licenses; transfer them first")
    for holding in holdings:
        work.remove_holding(holding.id)
        # The sweep may not have come to its end yet: then its warning still stands.
        work.clear_alert(expiring_key(holding.id))
        work.clear_alert(expired_key(holding.id))
    _keep_alerts(store, work, place)
    work.remove_virtual_account(place.id)
    text = f"virtual account '{place.name}' was removed"
    record(work, place.account, None, place.id, text, who=who, now=now)


def _keep_alerts(store: Store, work: Work, place: VirtualAccount) -> None:
    """Let the smart account show what stood in a virtual account that goes."""
    for listed in every(partial(store.list_alerts, place.account)):
        alert = work.alert(listed.key)
        if alert is not None and alert.source == place.id:
            work.put_alert(replace(alert, source=None))


def is_usable(token: IdToken | None, now: datetime) -> bool:
    """Tell whether a token could still register something."""
    if token is None or token.revoked_at is not None or token.expires_at <= now:
        return False
    return token.uses_max is None or token.uses < token.uses_max


def find_account(work: Work, name: str) -> SmartAccount:
    """Return a smart account by its name or domain.

    Raises:
        AdminRefused: there is none.
    """
    account = work.account_named(name)
    if account is None:
        raise AdminRefused(f"there is no smart account called '{name}'")
    return account


def find_virtual_account(work: Work, account: AccountId, name: str = "") -> VirtualAccount:
    """Return a virtual account by its name, without regard to case; no name is the default one.

    Raises:
        AdminRefused: there is none of that name; the text names those that there are.
    """
    places = work.virtual_accounts(account)
    for place in places:
        if place.name.casefold() == name.casefold() or (not name and place.default):
            return place
    known = ", ".join(f"'{place.name}'" for place in places)
    raise AdminRefused(f"there is no virtual account called '{name}'; there are: {known}")


def current_account(work: Work, account: SmartAccount) -> SmartAccount:
    """Return a smart account as it is now: who asks may have looked at it a while ago.

    Raises:
        AdminRefused: it is not there any more.
    """
    found = work.account(account.id)
    if found is None:
        raise AdminRefused(f"the smart account '{account.name}' is not there any more")
    return found


def current_place(work: Work, place: VirtualAccount) -> VirtualAccount:
    """Return a virtual account as it is now: who asks may have looked at it a while ago.

    Raises:
        AdminRefused: it is not there any more.
    """
    found = work.virtual_account(place.id)
    if found is None:
        raise AdminRefused(f"the virtual account '{place.name}' is not there any more")
    return found


def record(
    work: Work,
    account: AccountId,
    place: VirtualAccountId | None,
    subject: str,
    text: str,
    *,
    who: str,
    now: datetime,
) -> None:
    """Add an event: who did what to which subject."""
    work.record(Event(now, who, account, place, subject, text))


def _put(work: Work, place: VirtualAccount) -> None:
    try:
        work.put_virtual_account(place)
    except Duplicate as error:
        raise AdminRefused(str(error)) from error
