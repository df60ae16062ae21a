"""On-prems, as the people at the manager see them: invited, taken on, cut, removed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from licet.admin.accounts import find_virtual_account, is_usable, open_virtual_account, record
from licet.admin.refusal import AdminRefused
from licet.admin.sites import check_not_a_site
from licet.admin.texts import check_name
from licet.admin.tokens import derive_token
from licet.kernel.chance import Chance, draw_uuid
from licet.kernel.ids import AccountId, AuthorityId, TokenId
from licet.kernel.time import DAY, print_instant
from licet.ledger.listing import every
from licet.ledger.model import Instance, SmartAccount, VirtualAccount
from licet.ledger.ports import Duplicate, Store, Work
from licet.ledger.sites import Invitation, OnPrem, RemovalRequest, SiteKeys
from licet.pki.authority import AuthorityKeys
from licet.sync.deadlines import deadline_key, next_look, overdue_key, removed_key
from licet.sync.leases import force, hold
from licet.sync.registration import proof_of
from licet.wire.sites import RegistrationRequest
from licet.wire.tokens import Token, print_token, proof_fits

INVITED_DAYS_DEFAULT, INVITED_DAYS_MAX = 7, 30
REMOVAL_DAYS_DEFAULT, REMOVAL_DAYS_MAX = 90, 364
REMOVALS_MAX = 10_000


def find_on_prem(work: Work, account: AccountId, name: str) -> OnPrem:
    """Return an on-prem of a smart account by its name, without regard to case.

    Raises:
        AdminRefused: there is none; the text names those that there are.
    """
    sites = work.on_prems(account)
    for site in sites:
        if site.name.casefold() == name.casefold():
            return site
    known = ", ".join(f"'{site.name}'" for site in sites) or "none yet"
    raise AdminRefused(f"there is no on-prem called '{name}'; there are: {known}")


def invite(
    work: Work,
    account: SmartAccount,
    keys: AuthorityKeys,
    *,
    virtual_account: str,
    removal_days: int,
    days: int,
    who: str,
    now: datetime,
    chance: Chance,
) -> Invitation:
    """Make a one-time code with which an on-prem registers over the network.

    Raises:
        AdminRefused: a number of days is out of range, or the name is none.
    """
    _check_removal_days(removal_days)
    if not 1 <= days <= INVITED_DAYS_MAX:
        raise AdminRefused(f"a code lives 1 to {INVITED_DAYS_MAX} days, not {days}")
    invitation = Invitation(
        id=TokenId(draw_uuid(chance)),
        account=account.id,
        virtual_account=check_name(virtual_account),
        created_by=who,
        created_at=now,
        expires_at=now + days * DAY,
        master_key=keys.master_keys[-1][0],
        removal_days=removal_days,
    )
    work.put_invitation(invitation)
    text = (
        f"an on-prem was invited into '{virtual_account}', until {print_instant(now + days * DAY)}"
    )
    record(work, account.id, None, invitation.id, text, who=who, now=now)
    return invitation


def show_invitation(invitation: Invitation, keys: AuthorityKeys) -> str:
    """Return the text of a code.

    Raises:
        AdminRefused: the master key that it was derived from is not held.
    """
    return print_token(_code_of(invitation, keys))


def check_invitation(
    work: Work, head: RegistrationRequest, keys: AuthorityKeys, now: datetime
) -> Invitation:
    """Return the invitation that a request proves to know.

    Raises:
        AdminRefused: it proves none, or the code has ended or was used by another.
    """
    invitation = work.invitation(TokenId(head.invitation or ""))
    if invitation is None or head.proof is None:
        raise AdminRefused("the registration code is not valid; make a new one")
    secret = _code_of(invitation, keys).secret
    if not proof_fits(secret, proof_of(head, keys), head.proof):
        raise AdminRefused("the registration code is not valid; make a new one")
    if invitation.on_prem is not None and invitation.on_prem != head.site:
        raise AdminRefused("the registration code was used by another on-prem; make a new one")
    if invitation.expires_at <= now and invitation.on_prem is None:
        ended = print_instant(invitation.expires_at)
        raise AdminRefused(f"the registration code ended on {ended}; make a new one")
    return invitation


def take_on(
    store: Store,
    work: Work,
    account: SmartAccount,
    head: RegistrationRequest,
    keys: SiteKeys,
    *,
    removal_days: int,
    who: str,
    now: datetime,
    chance: Chance,
) -> OnPrem:
    """Take a local account of an on-prem on, with a virtual account of its own.

    The virtual account is opened where it is missing. The same request again gives the same on-prem.

    Args:
        store: lists what a virtual account holds.
        work: takes the changes.
        account: the smart account that it goes into.
        head: of its registration request.
        keys: of the request, which they have signed.
        removal_days: it is removed after so many days without synchronization.
        who: the person, or the invitation.
        now: the manager's instant.
        chance: where ids are drawn from.

    Raises:
        AdminRefused: another smart account or another spelling was meant, the virtual account is not
            empty, the default or taken, or a name or an id is taken.
    """
    known = work.on_prem(AuthorityId(head.site))
    if known is not None:
        if known.keys != keys or known.account != account.id or known.removed_at is not None:
            raise AdminRefused(
                f"the on-prem '{known.name}' is registered already; request the local account anew"
            )
        return known
    _check_removal_days(removal_days)
    _check_named(work, account, head)
    name = head.virtual_account
    place = check_place(store, work, account.id, name, now) or open_virtual_account(
        work, account.id, name=name, description="", who=who, now=now, chance=chance
    )
    site = OnPrem(
        id=AuthorityId(head.site),
        account=account.id,
        virtual_account=place.id,
        name=head.name,
        local_account=head.local_account,
        email=head.email,
        keys=keys,
        version=head.version,
        registered_at=now,
        registered_by=who,
        removal_days=removal_days,
    )
    site = replace(site, due_at=next_look(site, now))
    try:
        work.put_on_prem(site)
    except Duplicate as error:
        raise AdminRefused(f"{error}; give the on-prem another name") from error
    for other in work.on_prems(account.id):
        if other.virtual_account == place.id and other.id != site.id:
            # It was removed, and what was to be done about that is done.
            work.clear_alert(removed_key(other.id))
    text = f"the on-prem '{site.name}' was registered for the local account '{site.local_account}'"
    record(work, account.id, place.id, site.id, text, who=who, now=now)
    return site


def _check_named(work: Work, account: SmartAccount, head: RegistrationRequest) -> None:
    """Pass if a request names this smart account, and an id that is nobody else's."""
    if head.smart_account not in {account.name, account.domain}:
        raise AdminRefused(
            f"the request is for the smart account '{head.smart_account}', and this is "
            f"'{account.name}'; names must match exactly"
        )
    if work.account(AccountId(head.site)) is not None:
        raise AdminRefused("the id of the request is another account's; request it anew")


def use_invitation(work: Work, invitation: Invitation, site: OnPrem) -> None:
    """Note who used a code; nobody else can."""
    work.put_invitation(replace(invitation, on_prem=site.id))


def set_removal_days(work: Work, site: OnPrem, *, days: int, who: str, now: datetime) -> OnPrem:
    """Change after how many days without synchronization an on-prem is removed; from its next lease on.

    Raises:
        AdminRefused: out of range, or it is gone.
    """
    _check_removal_days(days)
    changed = replace(current_on_prem(work, site), removal_days=days)
    work.put_on_prem(changed)
    text = f"'{site.name}' is removed after {days} days without synchronization"
    record(work, site.account, site.virtual_account, site.id, text, who=who, now=now)
    return changed


def ask_removal(work: Work, site: OnPrem, instance: Instance, *, who: str, now: datetime) -> OnPrem:
    """Ask an on-prem to remove one of its instances; it goes with a later synchronization.

    Raises:
        AdminRefused: it was asked already, or too many wait.
    """
    site = current_on_prem(work, site)
    if any(asked.instance == instance.id and not asked.note for asked in site.removals):
        raise AdminRefused(
            f"the removal of {instance.udi.text} waits for the next synchronization of '{site.name}'"
        )
    if len(site.removals) >= REMOVALS_MAX:
        raise AdminRefused(f"{REMOVALS_MAX} removals wait for '{site.name}'; let it synchronize")
    others = tuple(asked for asked in site.removals if asked.instance != instance.id)
    asked = replace(site, removals=(*others, RemovalRequest(instance.id, who, now)))
    work.put_on_prem(asked)
    text = f"'{site.name}' is asked to remove {instance.udi.text}"
    record(work, site.account, site.virtual_account, instance.id, text, who=who, now=now)
    return asked


def force_cut(work: Work, site: OnPrem, *, who: str, now: datetime) -> int:
    """Let licenses that were taken out of an on-prem count at once, though it may go on using them.

    It may have been removed: then they are all that its leases hold.

    Returns:
        how many licenses are at risk of being used twice, until the lease ends.

    Raises:
        AdminRefused: nothing waits for its synchronization.
    """
    site = _known(work, site)
    held = [work.holding(cut.holding) for cut in site.cuts]
    risk = sum(holding.quantity for holding in held if holding is not None)
    if not risk:
        raise AdminRefused(f"nothing waits for the synchronization of '{site.name}'")
    work.put_on_prem(force(work, site, who=who, now=now))
    until = max(lease.ends_at for lease in site.leases)
    text = f"a cut was forced: {risk} licenses may be used twice until {print_instant(until)}"
    record(work, site.account, site.virtual_account, site.id, text, who=who, now=now)
    return risk


def remove_on_prem(work: Work, site: OnPrem, *, who: str, why: str, now: datetime) -> OnPrem:
    """Remove an on-prem: its virtual account is nobody's, and its licenses are held until it knows.

    What it reported goes with the sweep; its row goes a year later, so that it is told until then.

    Raises:
        AdminRefused: it was removed before.
    """
    site = current_on_prem(work, site)
    for tag in work.tags_in(site.virtual_account):
        for holding in work.pool(site.virtual_account, tag).holdings:
            if holding.held_by is None:
                site, held = hold(site, holding)
                work.put_holding(held)
    removed = replace(
        site,
        name=f"{site.name[:40]}.removed-{site.id[:8]}",
        removed_at=now,
        removed_why=why,
        due_at=now,
    )
    work.put_on_prem(removed)
    for key in (overdue_key(site.id), deadline_key(site.id)):
        work.clear_alert(key)
    text = f"the on-prem '{site.name}' was removed: {why}"
    record(work, site.account, site.virtual_account, site.id, text, who=who, now=now)
    return removed


def current_on_prem(work: Work, site: OnPrem) -> OnPrem:
    """Return an on-prem as it is now: it may have synchronized since somebody looked.

    Raises:
        AdminRefused: it was removed.
    """
    found = _known(work, site)
    if found.removed_at is not None:
        raise AdminRefused(f"the on-prem '{site.name}' is not there any more")
    return found


def _known(work: Work, site: OnPrem) -> OnPrem:
    """Return an on-prem as it is now, also one that was removed."""
    found = work.on_prem(site.id)
    if found is None:
        raise AdminRefused(f"the on-prem '{site.name}' is not there any more")
    return found


def check_place(
    store: Store, work: Work, account: AccountId, name: str, now: datetime
) -> VirtualAccount | None:
    """Return the virtual account of that name, if it can be an on-prem's own; None where it is missing.

    Raises:
        AdminRefused: it is the default, another on-prem's, not empty, or spelled otherwise.
    """
    places: Sequence[VirtualAccount] = work.virtual_accounts(account)
    if all(place.name.casefold() != name.casefold() for place in places):
        return None
    place = find_virtual_account(work, account, name)
    if place.name != name:
        raise AdminRefused(
            f"the virtual account '{name}' is asked for, and there is '{place.name}'; names must "
            "match exactly"
        )
    if place.default:
        raise AdminRefused(f"'{name}' is the default virtual account; an on-prem needs another one")
    check_not_a_site(work, place, "each on-prem needs a virtual account of its own")
    if store.count_instances(place.id):
        raise AdminRefused(f"'{name}' has product instances; an on-prem needs an empty one")
    tokens = every(partial(store.list_tokens, place.id))
    if any(is_usable(work.token(token.id), now) for token in tokens):
        raise AdminRefused(f"'{name}' has ID tokens that can be used; revoke them first")
    return place


def _code_of(invitation: Invitation, keys: AuthorityKeys) -> Token:
    return derive_token(keys, invitation.id, invitation.master_key, invitation.expires_at)


def _check_removal_days(days: int) -> None:
    if not 1 <= days <= REMOVAL_DAYS_MAX:
        raise AdminRefused(f"an on-prem is removed after 1 to {REMOVAL_DAYS_MAX} days, not {days}")
