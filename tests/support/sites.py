"""Sites of on-prems with real certificates: made by hand, or enrolled with a manager and synchronized."""

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from io import BytesIO

import msgspec
from typing_extensions import override

from licet.kernel.chance import Chance, draw_uuid
from licet.kernel.ids import AccountId, AuthorityId, InstanceId, Tag, Udi, VirtualAccountId
from licet.kernel.problems import Code
from licet.kernel.time import DAY, epoch_seconds
from licet.ledger.model import Instance, Usage
from licet.ledger.ports import Store, Work
from licet.ledger.sites import (
    LocalAccount,
    LocalState,
    OnPrem,
    Road,
    SiteKeys,
    SyncKind,
    Upstream,
)
from licet.pki.authority import AuthorityKeys
from licet.pki.sites import SiteCertificates, SitePrivate, certify_site, draw_site, site_keys
from licet.registrar.lapse import closed
from licet.sync.exchange import (
    Answered,
    Taken,
    answer_request,
    keep_request,
    make_request,
    take_response,
)
from licet.wire.envelope import Kind, seal
from licet.wire.keys import PrivateKey, public_bytes, to_base64url
from licet.wire.messages import Compliance
from licet.wire.sites import Upload
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

    def __init__(self, manager: Office, *, seed: str = "site", store: Store | None = None) -> None:
        self.manager = manager
        super().__init__(seed=seed, now=manager.now, store=store)
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

    def enroll(self, name: str = "Plant") -> VirtualAccountId:
        """Bind it as a registration does: nothing was synchronized, and nothing is granted yet."""
        place = self.bind(name)
        self.set(
            upstream=Upstream(self.manager.keys.authority),
            registered_at=self.now,
            lease=0,
            lease_ends_at=None,
            needs_full=True,
        )
        return place

    @property
    def local(self) -> LocalAccount:
        """What it knows of itself."""
        found = self.look(lambda work: work.local_account(self.site))
        assert found is not None
        return found

    def known(self) -> OnPrem:
        """Return what its manager knows of it."""
        found = self.manager.look(lambda work: work.on_prem(self.site))
        assert found is not None
        return found

    def request(self, kind: SyncKind = SyncKind.STANDARD) -> bytes:
        """Make the next request, which is waited for from now on."""
        out = BytesIO()
        made = make_request(
            self.store, self.keys, out, kind=kind, name="Plant", version="1", now=self.now
        )
        keep_request(self.store, made, self.site)
        return out.getvalue()

    def answered(self, request: bytes, road: Road = Road.FILE) -> Answered:
        """Let its manager apply a request."""
        manager = self.manager
        return answer_request(
            manager.store,
            manager.keys,
            BytesIO(request),
            road=road,
            now=manager.now,
            chance=manager.chance,
        )

    def take(self, response: bytes, road: Road = Road.FILE) -> Taken:
        """Apply a response of its manager."""

        def keep(keys: AuthorityKeys) -> None:
            self.keys = self.endpoint.keys = keys

        return take_response(
            self.store, self.keys, BytesIO(response), road=road, now=self.now, keep=keep
        )

    def synchronize(self, kind: SyncKind = SyncKind.STANDARD, road: Road = Road.FILE) -> Taken:
        """Synchronize once with its manager, from the request to the response."""
        return self.take(self.answered(self.request(kind), road).letter.text, road)

    def announcement(
        self,
        request: bytes,
        *,
        key: PrivateKey | None = None,
        lies: Mapping[str, str | int] | None = None,
    ) -> bytes:
        """Return what begins an upload of a request; some of it may be lies."""
        true: dict[str, str | int] = {
            "manager": self.manager.keys.authority,
            "site": self.site,
            "number": max(self.local.number, 1),
            "digest": to_base64url(hashlib.sha256(request).digest()),
            "size": len(request),
            "at": epoch_seconds(self.now),
        }
        announced = msgspec.convert({"kind": "upload", "v": 1, **true, **(lies or {})}, Upload)
        return seal(announced, kind=Kind.UPLOAD, key=key or self.private.sync)

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


def populate(
    store: Store,
    place: VirtualAccountId,
    count: int,
    *,
    account: AccountId,
    tag: Tag,
    now: datetime,
    first: int = 0,
) -> None:
    """Put product instances that use one license each, without their registrations."""
    with store.begin(alone=True) as work:
        for number in range(first, first + count):
            instance = Instance(
                id=InstanceId(account[:13] + str(uuid.uuid5(uuid.UUID(place), f"{number}"))[13:]),
                account=account,
                virtual_account=place,
                udi=Udi("SWITCH", f"SN{number:07}"),
                key=f"{number:043}",
                host_name=f"host-{number}",
                product="",
                export_allowed=False,
                registered_at=now,
                last_contact_at=now,
                certified_until=now + 365 * DAY,
                usage=(Usage(tag, 1, Compliance.IN_COMPLIANCE),),
            )
            work.put_instance(instance)
            if not number % 1000:
                work.flush()
        work.put_usage_count(place, tag, work.pool(place, tag).in_use + count)
        work.commit()


def _three(private: SitePrivate) -> tuple[PrivateKey, PrivateKey, PrivateKey]:
    return private.sub_ca, private.answer, private.sync
