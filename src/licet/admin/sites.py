"""Which virtual accounts are an on-prem's own, and what is therefore not done at the manager."""

from licet.admin.refusal import AdminRefused
from licet.ledger.model import VirtualAccount
from licet.ledger.ports import Work
from licet.ledger.sites import OnPrem


def site_of(work: Work, place: VirtualAccount) -> OnPrem | None:
    """Return the on-prem whose own a virtual account is; None where it is nobody's."""
    for site in work.on_prems(place.account):
        if site.virtual_account == place.id and site.removed_at is None:
            return site
    return None


def check_not_a_site(work: Work, place: VirtualAccount, what: str) -> None:
    """Pass if a virtual account is no on-prem's own.

    Raises:
        AdminRefused: it is; `what` says what to do instead.
    """
    site = site_of(work, place)
    if site is not None:
        raise AdminRefused(f"'{place.name}' belongs to the on-prem '{site.name}': {what}")
