"""A local account of an on-prem that asks a manager to take it on."""

from datetime import datetime
from io import BytesIO

from licet.kernel.chance import Chance, draw_uuid
from licet.kernel.ids import AuthorityId
from licet.ledger.sites import LocalAccount, LocalState, SiteKeys
from licet.pki.sites import draw_site
from licet.sync.registration import write_registration
from licet.wire.keys import public_bytes
from licet.wire.tokens import Token


class Applicant:
    """A local account that was approved, with its keys drawn."""

    def __init__(
        self,
        chance: Chance,
        now: datetime,
        *,
        name: str = "Plant",
        virtual_account: str = "Plant",
        smart_account: str = "Example",
    ) -> None:
        self.name = name
        self.now = now
        self.private = draw_site(chance)
        self.account = LocalAccount(
            id=AuthorityId(draw_uuid(chance)),
            name="Local",
            smart_account=smart_account,
            virtual_account=virtual_account,
            email="ops@example.com",
            state=LocalState.APPROVED,
            requested_at=now,
            requested_by="ann",
        )

    @property
    def keys(self) -> SiteKeys:
        """Its public keys."""
        private = self.private
        return SiteKeys(
            *(public_bytes(k.public_key()) for k in (private.sub_ca, private.answer, private.sync))
        )

    def request(self, invitation: Token | None = None) -> bytes:
        """Return its registration request."""
        out = BytesIO()
        write_registration(
            out,
            self.account,
            name=self.name,
            keys=self.keys,
            signer=self.private.sync,
            invitation=invitation,
            version="1",
            now=self.now,
        )
        return out.getvalue()
