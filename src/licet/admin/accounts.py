"""Smart accounts and their virtual accounts; exactly one virtual account is the default."""

import re
from dataclasses import replace
from datetime import datetime

from licet.admin.refusal import AdminRefused
from licet.kernel.chance import Chance, draw_uuid
from licet.kernel.ids import AccountId, VirtualAccountId
from licet.ledger.model import Event, SmartAccount, VirtualAccount
from licet.ledger.ports import Duplicate, Store, Work

DEFAULT_NAME = "Default"
NAME_CHARS_MAX = 128
_DOMAIN = re.compile(r"(?=.{1,253}\Z)[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+\Z")
_NAME = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029]{1,128}\Z")


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
    if not _DOMAIN.match(domain):
        raise AdminRefused(f"'{domain}' is not a domain identifier such as example.com")
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
        description=description,
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
    renamed = replace(place, name=check_name(name))
    _put(work, renamed)
    text = f"virtual account '{place.name}' is called '{name}' now"
    record(work, place.account, place.id, place.id, text, who=who, now=now)
    return renamed


def make_default(work: Work, place: VirtualAccount, *, who: str, now: datetime) -> None:
    """Make a virtual account the default one, in place of the one that was."""
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

    Raises:
        AdminRefused: it is the default, or has licenses, product instances or usable tokens.
    """
    if place.default:
        raise AdminRefused(
            f"'{place.name}' is the default virtual account; make another one the default"
        )
    if store.count_instances(place.id):
        raise AdminRefused(f"'{place.name}' has product instances; transfer or remove them first")
    if store.list_pools(place.id, limit=1).items:
        raise AdminRefused(f"'{place.name}' has licenses; transfer them first")
    work.remove_virtual_account(place.id)
    text = f"virtual account '{place.name}' was removed"
    record(work, place.account, None, place.id, text, who=who, now=now)


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


def check_name(name: str) -> str:
    """Return a name that people gave to something.

    Raises:
        AdminRefused: it is empty, too long, or has blanks at its ends or control characters in it.
    """
    if name != name.strip() or not _NAME.match(name):
        raise AdminRefused(
            f"{name!r} is not a name: 1 to {NAME_CHARS_MAX} printable characters, no blanks at the ends"
        )
    return name


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
