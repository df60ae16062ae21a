"""One authority of a lab, and what its administrators do there."""

from dataclasses import replace
from datetime import datetime, timedelta

from licet.kernel.chance import draw_uuid
from licet.kernel.ids import AccountId, Tag, TokenId, Udi, VirtualAccountId
from licet.kernel.problems import Finding
from licet.lab import tables
from licet.lab.problems import LabError
from licet.ledger.explain import why
from licet.ledger.instances import remove
from licet.ledger.model import (
    Holding,
    IdToken,
    Instance,
    License,
    LicenseKind,
    SmartAccount,
    VirtualAccount,
)
from licet.ledger.pools import holding_due
from licet.ledger.ports import Duplicate
from licet.ledger.usage import review_pool
from licet.pki.authority import rotate_issuer, rotate_master_key, rotate_root
from licet.pki.trust import mark_of
from licet.switch.features import TAGS
from licet.wire.tokens import Token, authority_mark, derive_secret, print_token
from licet.world.authority import Authority

WHO = "admin"
DEFAULT = "Default"
# Ten years: what the wire carries as a length of time.
POLICY_S_MAX = 315_360_000
TOKEN_DAYS_MAX = 365


class Office:
    """An authority with the sample catalog; the account that was opened last is the one meant."""

    def __init__(self, authority: Authority) -> None:
        self.authority = authority
        self._account: AccountId | None = None
        with authority.store.begin() as work:
            for name, tag in TAGS.items():
                work.put_license(License(tag, name, f"{name} for the sample switch"))
            work.commit()

    @property
    def account(self) -> AccountId:
        """The smart account that lines are about.

        Raises:
            LabError: none was opened.
        """
        if self._account is None:
            name = self.authority.name
            raise LabError(f"open an account first: {name} account NAME domain DOMAIN")
        return self._account

    @property
    def _now(self) -> datetime:
        return self.authority.clock.wall

    def _id(self) -> str:
        return draw_uuid(self.authority.chance)

    def open_account(self, name: str, domain: str, *, export_allowed: bool) -> None:
        """Open a smart account with its default virtual account."""
        account = AccountId(self._id())
        place = VirtualAccountId(self._id())
        with self.authority.store.begin() as work:
            try:
                work.put_account(SmartAccount(account, name, domain, export_allowed, self._now))
            except Duplicate as error:
                raise LabError(str(error)) from error
            work.put_virtual_account(
                VirtualAccount(place, account, DEFAULT, "", default=True, created_at=self._now)
            )
            work.commit()
        self._account = account

    def open_virtual_account(self, name: str) -> None:
        """Open a virtual account in the smart account."""
        place = VirtualAccount(
            VirtualAccountId(self._id()),
            self.account,
            name,
            "",
            default=False,
            created_at=self._now,
        )
        with self.authority.store.begin() as work:
            try:
                work.put_virtual_account(place)
            except Duplicate as error:
                raise LabError(str(error)) from error
            work.commit()

    def places(self) -> list[VirtualAccount]:
        """Return the virtual accounts of the smart account, by name."""
        with self.authority.store.begin() as work:
            return list(work.virtual_accounts(self.account))

    def place(self, name: str) -> VirtualAccount:
        """Return a virtual account by its name; no name is the default one.

        Raises:
            LabError: there is none of that name.
        """
        places = self.places()
        for place in places:
            if place.name.casefold() == name.casefold() or (not name and place.default):
                return place
        known = ", ".join(place.name for place in places)
        raise LabError(f"there is no virtual account called {name}; there are: {known}")

    def tag(self, name: str) -> Tag:
        """Return a license's tag by the name in it.

        Raises:
            LabError: the catalog has none of that name.
        """
        tags = tables.tags_by_name(self.authority.store)
        if name not in tags:
            raise LabError(f"the catalog has no {name}; it has: {', '.join(tags)}")
        return tags[name]

    def order(
        self,
        name: str,
        quantity: int,
        *,
        kind: LicenseKind,
        starts_at: datetime | None,
        lasting: timedelta | None,
        place: str,
    ) -> None:
        """Add licenses that were bought."""
        tag, where, now = self.tag(name), self.place(place), self._now
        begins = starts_at or now
        holding = Holding(
            id=self._id(),
            virtual_account=where.id,
            tag=tag,
            kind=kind,
            quantity=quantity,
            starts_at=begins,
            ends_at=None if lasting is None else begins + lasting,
            order="lab",
        )
        with self.authority.store.begin() as work:
            work.put_holding(replace(holding, due_at=holding_due(holding, now)))
            review_pool(work, self.account, where.id, tag, now)
            work.commit()

    def token(
        self, *, description: str, days: int, uses: int | None, export_allowed: bool, place: str
    ) -> str:
        """Make an ID token and return its text."""
        keys, where = self.authority.keys, self.place(place)
        number, master = keys.master_keys[-1]
        if not 1 <= days <= TOKEN_DAYS_MAX:
            raise LabError(f"a token lives 1 to {TOKEN_DAYS_MAX} days, not {days}")
        row = IdToken(
            id=TokenId(self._id()),
            virtual_account=where.id,
            description=description,
            created_by=WHO,
            created_at=self._now,
            expires_at=self._now + timedelta(days=days),
            export_allowed=export_allowed,
            master_key=number,
            uses_max=uses,
        )
        with self.authority.store.begin() as work:
            work.put_token(row)
            work.commit()
        secret, mark = derive_secret(master, row.id), authority_mark(keys.authority)
        return print_token(Token(row.id, row.expires_at, secret, mark_of(keys.root), mark))

    def instance(self, udi: Udi) -> Instance:
        """Return the product instance of a UDI in the smart account.

        Raises:
            LabError: there is none.
        """
        with self.authority.store.begin() as work:
            for instance in work.instances_of_udi(udi):
                if instance.account == self.account:
                    return instance
        raise LabError(f"no product instance is registered for {udi.text}")

    def remove_instance(self, udi: Udi) -> None:
        """Remove a product instance, as a person does: its key may not come back."""
        instance = self.instance(udi)
        with self.authority.store.begin() as work:
            remove(work, instance, who=WHO, why="removed by the administrator", now=self._now)
            work.commit()

    def explain(self, udi: Udi) -> str:
        """Return the findings about a product instance as text."""
        instance = self.instance(udi)
        with self.authority.store.begin() as work:
            findings = why(work, instance, self._now)
        return "\n".join(line for finding in findings for line in _lines(finding))

    def rotate(self, what: str) -> None:
        """Make a new root, issuing CA or token master key."""
        authority = self.authority
        keys, chance = authority.keys, authority.chance
        match what:
            case "root":
                authority.keys = rotate_root(keys, chance=chance, now=self._now)
            case "issuer":
                authority.keys = rotate_issuer(keys, chance=chance, now=self._now)
            case _:
                authority.keys = rotate_master_key(keys, chance=chance)


def _lines(finding: Finding) -> list[str]:
    mark = "ok " if finding.ok else "NOT"
    lines = [f"{mark} {finding.check}: {finding.seen}"]
    if finding.cause:
        lines.append(f"      cause:  {finding.cause}")
    if finding.remedy:
        lines.append(f"      remedy: {finding.remedy}")
    return lines
