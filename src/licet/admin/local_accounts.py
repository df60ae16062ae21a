"""Local accounts of an on-prem: requested, approved or refused, entered, deactivated, deleted.

Rules and order are those of manager-and-onprem.md 2.2.
"""

from dataclasses import replace
from datetime import datetime
from functools import partial

from licet.admin.accounts import DEFAULT_NAME, record
from licet.admin.refusal import AdminRefused
from licet.admin.texts import check_name
from licet.kernel.chance import Chance, draw_uuid
from licet.kernel.ids import AccountId, AuthorityId, VirtualAccountId
from licet.ledger.listing import every
from licet.ledger.model import SmartAccount, VirtualAccount
from licet.ledger.ports import Duplicate, Store, Work
from licet.ledger.sites import Every, LocalAccount, LocalState, Privacy
from licet.sync.deadlines import next_sync, review

_ASKED_FOR = {LocalState.REQUESTED, LocalState.APPROVED}
_OVER = {LocalState.REFUSED, LocalState.DEACTIVATED, LocalState.REMOVED}
_EMAIL_CHARS_MAX = 254


def find_local_account(work: Work, name: str | None) -> LocalAccount:
    """Return a local account by its name, without regard to case; no name is the only one.

    Raises:
        AdminRefused: there is none of that name, or more than one and no name was given.
    """
    accounts = work.local_accounts()
    found = [one for one in accounts if name is None or one.name.casefold() == name.casefold()]
    known = ", ".join(f"'{one.name}'" for one in accounts) or "none yet"
    if not found:
        what = (
            "there is no local account" if name is None else f"no local account is called '{name}'"
        )
        raise AdminRefused(f"{what}; there are: {known}")
    if len(found) > 1:
        raise AdminRefused(f"say which local account is meant; there are: {known}")
    return found[0]


def request_account(
    work: Work,
    *,
    name: str,
    smart_account: str,
    virtual_account: str,
    email: str,
    who: str,
    now: datetime,
    chance: Chance,
) -> LocalAccount:
    """Request a local account for a virtual account of a smart account at the manager.

    Raises:
        AdminRefused: a name is none or is taken, or that virtual account has a local account here.
    """
    if email and ("@" not in email or not email.isprintable() or " " in email):
        raise AdminRefused(f"{email!r} is not an e-mail address")
    if len(email) > _EMAIL_CHARS_MAX:
        raise AdminRefused(f"an e-mail address has at most {_EMAIL_CHARS_MAX} characters")
    wanted = (check_name(smart_account).casefold(), check_name(virtual_account).casefold())
    for other in work.local_accounts():
        same = (other.smart_account.casefold(), other.virtual_account.casefold())
        if same == wanted and other.state not in _OVER:
            raise AdminRefused(
                f"the local account '{other.name}' is for that virtual account already; each one "
                "needs its own"
            )
    account = LocalAccount(
        id=AuthorityId(draw_uuid(chance)),
        name=check_name(name),
        smart_account=smart_account,
        virtual_account=virtual_account,
        email=email,
        state=LocalState.REQUESTED,
        requested_at=now,
        requested_by=who,
    )
    try:
        work.put_local_account(account)
    except Duplicate as error:
        taken = find_local_account(work, name)
        over = f" and is {taken.state}; delete it first (account delete)"
        more = over if taken.state in _OVER else ""
        raise AdminRefused(f"{error}{more}") from error
    _note(work, account, f"the local account '{name}' was requested", who=who, now=now)
    return account


def approve_account(work: Work, account: LocalAccount, *, who: str, now: datetime) -> LocalAccount:
    """Approve a request; what was approved before stays so, and may be registered again.

    Raises:
        AdminRefused: it was refused, or is registered already.
    """
    account = current_local_account(work, account)
    if account.state is LocalState.APPROVED:
        return account
    if account.state is not LocalState.REQUESTED:
        raise AdminRefused(_why_not(account, "approved"))
    approved = replace(account, state=LocalState.APPROVED)
    work.put_local_account(approved)
    _note(work, approved, f"the local account '{account.name}' was approved", who=who, now=now)
    return approved


def refuse_account(
    work: Work, account: LocalAccount, *, reason: str, who: str, now: datetime
) -> LocalAccount:
    """Refuse a request, or withdraw an approval that has not led to a registration.

    Raises:
        AdminRefused: it was refused before, or is registered.
    """
    account = current_local_account(work, account)
    if account.state not in _ASKED_FOR:
        raise AdminRefused(_why_not(account, "refused"))
    refused = replace(account, state=LocalState.REFUSED, reason=reason)
    work.put_local_account(refused)
    text = f"the local account '{account.name}' was refused: {reason or 'no reason given'}"
    _note(work, refused, text, who=who, now=now)
    return refused


def enter_account(
    work: Work, account: LocalAccount, *, who: str, now: datetime, chance: Chance
) -> None:
    """Put a local account that was registered, with the ledger account of its products.

    Raises:
        AdminRefused: its name is taken, or other local accounts have another manager.
    """
    _check_one_manager(work, account)
    work.put_local_account(account)
    account_id = AccountId(account.id)
    if work.account(account_id) is None:
        try:
            work.put_account(
                SmartAccount(account_id, account.name, f"{account.id}.site", False, now)  # noqa: FBT003
            )
        except Duplicate as error:
            raise AdminRefused(str(error)) from error
        work.put_virtual_account(
            VirtualAccount(
                VirtualAccountId(draw_uuid(chance)),
                account_id,
                DEFAULT_NAME,
                "",
                default=True,
                created_at=now,
            )
        )
    text = (
        f"the local account '{account.name}' is registered: smart account "
        f"'{account.smart_account}', virtual account '{account.virtual_account}'"
    )
    _note(work, account, text, who=who, now=now)


def _check_one_manager(work: Work, account: LocalAccount) -> None:
    """Pass if all local accounts have one manager: they share one catalog."""
    upstream = account.upstream
    for other in work.local_accounts():
        if other.state in _OVER or other.upstream is None or upstream is None:
            continue
        if other.upstream.authority != upstream.authority:
            raise AdminRefused(
                f"'{other.name}' has another manager, and one on-prem has one catalog: use an "
                "on-prem for each manager"
            )


def set_schedule(
    work: Work, account: LocalAccount, *, every: Every, who: str, now: datetime
) -> LocalAccount:
    """Say how often a local account synchronizes by itself.

    Raises:
        AdminRefused: it is not there any more.
    """
    account = replace(current_local_account(work, account), every=every)
    account = replace(account, due_at=next_sync(account, now))
    work.put_local_account(account)
    text = "never" if every is Every.NEVER else every.value
    _note(work, account, f"'{account.name}' synchronizes by itself: {text}", who=who, now=now)
    return account


def set_privacy(
    work: Work, account: LocalAccount, *, privacy: Privacy, who: str, now: datetime
) -> LocalAccount:
    """Say what a local account withholds from what goes up; the next synchronization is a full one.

    A request that was written before is not sent any more, and its response is not taken.

    Raises:
        AdminRefused: it is not there any more.
    """
    account = current_local_account(work, account)
    if account.privacy == privacy:
        return account
    # What went up before would stay there if only what changes went up.
    changed = replace(account, privacy=privacy, needs_full=True, outstanding=None)
    work.put_local_account(changed)
    _note(work, changed, f"the data privacy of '{account.name}' was set", who=who, now=now)
    return changed


def deactivate_account(
    work: Work,
    account: LocalAccount,
    *,
    reason: str,
    who: str,
    now: datetime,
    abandon: bool = False,
) -> LocalAccount:
    """Deactivate a local account whose products are all removed, and that has said so to its manager.

    One that its manager has removed, or that is abandoned, is deactivated as it is.

    Raises:
        AdminRefused: it has product instances, or changes that were not synchronized.
    """
    account = current_local_account(work, account)
    if account.state not in {LocalState.REGISTERED, LocalState.REMOVED}:
        instead = "; refuse it (account refuse)" if account.state in _ASKED_FOR else ""
        raise AdminRefused(_why_not(account, "deactivated") + instead)
    if account.state is LocalState.REGISTERED and not abandon:
        _check_wound_up(work, account)
    changed = replace(
        account, state=LocalState.DEACTIVATED, reason=reason, due_at=None, outstanding=None
    )
    work.put_local_account(changed)
    # Nobody waits for its synchronization any more.
    review(work, changed, account=AccountId(account.id), source=None, now=now)
    text = f"the local account '{account.name}' was deactivated: {reason or 'no reason given'}"
    _note(work, changed, text, who=who, now=now)
    return changed


def _check_wound_up(work: Work, account: LocalAccount) -> None:
    places = work.virtual_accounts(AccountId(account.id))
    if any(work.count_instances(place.id) for place in places):
        raise AdminRefused(
            f"'{account.name}' has product instances; remove them first "
            f"(instance list, instance remove --account '{account.name}')"
        )
    if work.changes(account.id, None, 1):
        raise AdminRefused(
            f"'{account.name}' has changes that its manager does not know; synchronize it first"
        )
    if work.notes_carried_by(account.id):
        raise AdminRefused(
            f"'{account.name}' carries leave notes of products for other authorities; synchronize it "
            "first"
        )


def delete_account(
    store: Store, work: Work, account: LocalAccount, *, who: str, now: datetime
) -> None:
    """Delete a local account that was refused or deactivated; its events stay.

    Its licenses and alerts go with it, and its tokens are revoked: nothing of it falls due any more.

    Args:
        store: lists tokens and alerts.
        work: takes the changes.
        account: whose product instances are gone.
        who: the person.
        now: the instant.

    Raises:
        AdminRefused: it is neither.
    """
    account = current_local_account(work, account)
    check_over(account)
    _clear(store, work, AccountId(account.id), now)
    work.remove_local_account(account.id)
    row = work.account(AccountId(account.id))
    if row is not None:
        # Its name is free for another one.
        work.put_account(replace(row, name=f"{row.name[:100]} (deleted {account.id[:8]})"))
    _note(work, account, f"the local account '{account.name}' was deleted", who=who, now=now)


def check_over(account: LocalAccount) -> None:
    """Pass if a local account can be deleted.

    Raises:
        AdminRefused: it was neither refused nor deactivated.
    """
    if account.state in _ASKED_FOR:
        raise AdminRefused(f"'{account.name}' is {account.state}; refuse it first (account refuse)")
    if account.state not in {LocalState.REFUSED, LocalState.DEACTIVATED}:
        raise AdminRefused(
            f"'{account.name}' is {account.state}; deactivate it first (account deactivate)"
        )


def _clear(store: Store, work: Work, account: AccountId, now: datetime) -> None:
    for alert in every(partial(store.list_alerts, account)):
        work.clear_alert(alert.key)
    for place in work.virtual_accounts(account):
        for tag in work.tags_in(place.id):
            for holding in work.pool(place.id, tag).holdings:
                work.remove_holding(holding.id)
        for listed in every(partial(store.list_tokens, place.id)):
            token = work.token(listed.id)
            if token is not None and token.revoked_at is None:
                work.put_token(replace(token, revoked_at=now))


def current_local_account(work: Work, account: LocalAccount) -> LocalAccount:
    """Return a local account as it is now: it may have synchronized since somebody looked.

    Raises:
        AdminRefused: it is not there any more.
    """
    found = work.local_account(account.id)
    if found is None:
        raise AdminRefused(f"the local account '{account.name}' is not there any more")
    return found


def _why_not(account: LocalAccount, wanted: str) -> str:
    because = f" ({account.reason})" if account.reason else ""
    again = "; request it again under another name, or delete it first"
    over = again if account.state in _OVER else ""
    return f"'{account.name}' is {account.state}{because} and cannot be {wanted}{over}"


def _note(work: Work, account: LocalAccount, text: str, *, who: str, now: datetime) -> None:
    record(work, AccountId(account.id), None, account.id, text, who=who, now=now)
