"""Sites of on-prems with real certificates, made by hand where no synchronization is needed."""

from datetime import datetime

from licet.kernel.chance import Chance
from licet.kernel.ids import AuthorityId
from licet.kernel.time import DAY
from licet.pki.authority import AuthorityKeys
from licet.pki.sites import SiteCertificates, SitePrivate, certify_site, site_keys
from licet.wire.keys import public_bytes


def certified(
    manager: AuthorityKeys,
    private: SitePrivate,
    *,
    site: AuthorityId,
    now: datetime,
    chance: Chance,
    removal_days: int = 90,
) -> SiteCertificates:
    """Let a manager certify the keys of a site, with a lease to its removal."""
    return certify_site(
        manager,
        site=site,
        name="Plant",
        sub_ca=public_bytes(private.sub_ca.public_key()),
        answer=public_bytes(private.answer.public_key()),
        sync=public_bytes(private.sync.public_key()),
        lease_ends_at=now + removal_days * DAY,
        removal_days=removal_days,
        chance=chance,
        now=now,
    )


def founded_site(
    manager: AuthorityKeys,
    private: SitePrivate,
    *,
    site: AuthorityId,
    now: datetime,
    chance: Chance,
    made_at: datetime | None = None,
) -> AuthorityKeys:
    """Return the keys of a site that a manager takes on; `made_at` is the manager's instant."""
    certificates = certified(manager, private, site=site, now=made_at or now, chance=chance)
    return site_keys(
        private,
        certificates,
        manager.trust_lists,
        site=site,
        name="Plant",
        chance=chance,
        now=now,
    )
