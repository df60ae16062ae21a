"""Sites of on-prems with real certificates, made by hand where no synchronization is needed."""

from dataclasses import replace
from datetime import datetime

from typing_extensions import override

from licet.kernel.chance import Chance, draw_uuid
from licet.kernel.ids import AccountId, AuthorityId, InstanceId, Udi, VirtualAccountId
from licet.kernel.problems import Code
from licet.kernel.time import DAY
from licet.ledger.model import Instance
from licet.ledger.ports import Work
from licet.ledger.sites import LocalAccount, LocalState, OnPrem, SiteKeys
from licet.pki.authority import AuthorityKeys
from licet.pki.sites import SiteCertificates, SitePrivate, certify_site, draw_site, site_keys
from licet.registrar.lapse import closed
from licet.wire.keys import PrivateKey, public_bytes
from support.office import Office


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


class SiteOffice(Office):
    """A local account of an on-prem that a manager has taken on, with a lease of 90 days."""

    def __init__(self, manager: Office, *, seed: str = "site") -> None:
        self.manager = manager
        super().__init__(seed=seed, now=manager.now)
        local = LocalAccount(
            id=self.keys.authority,
            name=seed,
            smart_account="Example",
            virtual_account=seed,
            email="",
            state=LocalState.REGISTERED,
            requested_at=self.now,
            requested_by="ann",
            lease=1,
            lease_ends_at=self.now + 90 * DAY,
            needs_full=False,
        )
        self.change(lambda work: work.put_local_account(local))

    @override
    def founded(self, name: str) -> AuthorityKeys:
        """Draw the site's keys, and let the manager certify them."""
        self.site = AuthorityId(draw_uuid(self.chance))
        self.private = draw_site(self.chance)
        return site_keys(
            self.private,
            certified(
                self.manager.keys, self.private, site=self.site, now=self.now, chance=self.chance
            ),
            self.manager.keys.trust_lists,
            site=self.site,
            name=name,
            chance=self.chance,
            now=self.now,
        )

    @override
    def account_id(self) -> AccountId:
        """Return the id of its one account, which is that of its authority."""
        return AccountId(self.site)

    @override
    def closed(self, work: Work, now: datetime) -> Code | None:
        """Return the code with which it refuses everything, if it does."""
        local = work.local_account(self.site)
        return Code.UNKNOWN_INSTANCE if local is None else closed(local, now)

    def set(self, **changes: object) -> None:
        """Change what the site knows of itself."""

        def put(work: Work) -> None:
            local = work.local_account(self.site)
            assert local is not None
            work.put_local_account(replace(local, **changes))  # type: ignore[arg-type]

        self.change(put)

    def bind(self, name: str = "Plant") -> VirtualAccountId:
        """Enter the site at its manager, in a virtual account of its own, which is returned."""
        manager = self.manager
        place = manager.department(manager.example.account, name)
        on_prem = OnPrem(
            id=self.site,
            account=place.account,
            virtual_account=place.virtual,
            name=name,
            local_account="Local",
            email="",
            keys=SiteKeys(*(public_bytes(key.public_key()) for key in _three(self.private))),
            version="1",
            registered_at=self.now,
            registered_by="ann",
        )
        manager.change(lambda work: work.put_on_prem(on_prem))
        return place.virtual

    def mirror(self, at: VirtualAccountId, udi: Udi, instance: str) -> Instance:
        """Put an instance at the manager as a synchronization reports it."""
        mirrored = Instance(
            id=InstanceId(instance),
            account=self.manager.example.account,
            virtual_account=at,
            udi=udi,
            key=f"{self.site}:key",
            host_name=None,
            product="",
            export_allowed=True,
            registered_at=self.now,
            last_contact_at=self.now,
            certified_until=self.now + 365 * DAY,
            on_prem=self.site,
        )
        self.manager.change(lambda work: work.put_instance(mirrored))
        return mirrored


def _three(private: SitePrivate) -> tuple[PrivateKey, PrivateKey, PrivateKey]:
    return private.sub_ca, private.answer, private.sync
