"""One authority of a lab, and what its administrators do there, all of it through `licet.admin`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial

from licet.admin.accounts import find_virtual_account, open_account, open_virtual_account
from licet.admin.catalog import import_catalog, sample_catalog
from licet.admin.instances import find_instance, keep_clone, remove_instance, transfer_instance
from licet.admin.licenses import OrderLine, take_order, transfer_licenses
from licet.admin.refusal import AdminRefused
from licet.admin.tokens import create_token, revoke_token, show_token
from licet.kernel.ids import AccountId, Tag, Udi
from licet.kernel.problems import Finding
from licet.lab import tables
from licet.lab.problems import LabError
from licet.ledger.explain import why
from licet.ledger.model import IdToken, Instance, LicenseKind, VirtualAccount
from licet.ledger.ports import Work
from licet.pki.authority import rotate_issuer, rotate_master_key, rotate_root
from licet.world.authority import Authority

WHO = "admin"


class Office:
    """An authority with the sample catalog; the account that was opened last is the one meant.

    Every method raises `LabError` where the administrator is refused; nothing is changed then.
    """

    def __init__(self, authority: Authority) -> None:
        self.authority = authority
        self._account: AccountId | None = None
        with self._work() as work:
            import_catalog(work, sample_catalog())

    @property
    def account(self) -> AccountId:
        """The smart account that lines are about."""
        if self._account is None:
            name = self.authority.name
            raise LabError(f"open an account first: {name} account NAME domain DOMAIN")
        return self._account

    @property
    def _now(self) -> datetime:
        return self.authority.clock.wall

    @contextmanager
    def _work(self) -> Iterator[Work]:
        """Open a unit of work that is committed at the end."""
        try:
            with self.authority.store.begin() as work:
                yield work
                work.commit()
        except (AdminRefused, OverflowError) as refused:
            raise LabError(str(refused)) from refused

    def open_account(self, name: str, domain: str, *, export_allowed: bool) -> None:
        """Open a smart account with its default virtual account."""
        with self._work() as work:
            account, _ = open_account(
                work,
                name=name,
                domain=domain,
                export_allowed=export_allowed,
                who=WHO,
                now=self._now,
                chance=self.authority.chance,
            )
        self._account = account.id

    def open_virtual_account(self, name: str) -> None:
        """Open a virtual account in the smart account."""
        account, chance = self.account, self.authority.chance
        with self._work() as work:
            open_virtual_account(work, account, name=name, who=WHO, now=self._now, chance=chance)

    def places(self) -> list[VirtualAccount]:
        """Return the virtual accounts of the smart account, by name."""
        with self._work() as work:
            return list(work.virtual_accounts(self.account))

    def _tag(self, name: str) -> Tag:
        """Return a license's tag by the name in it."""
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
        """Add licenses that were bought; `place` names a virtual account, empty is the default."""
        tag, account = self._tag(name), self.account
        with self._work() as work:
            ends_at = None if lasting is None else (starts_at or self._now) + lasting
            line = OrderLine(tag, quantity, kind, starts_at, ends_at)
            where = find_virtual_account(work, account, place)
            chance = self.authority.chance
            take_order(work, where, [line], order="lab", who=WHO, now=self._now, chance=chance)

    def transfer(self, name: str, quantity: int, *, source: str, target: str) -> None:
        """Move licenses to another virtual account."""
        tag, account = self._tag(name), self.account
        with self._work() as work:
            transfer_licenses(
                work,
                find_virtual_account(work, account, source),
                find_virtual_account(work, account, target),
                tag,
                quantity,
                who=WHO,
                now=self._now,
                chance=self.authority.chance,
            )

    def token(
        self,
        *,
        description: str,
        days: int,
        uses: int | None,
        export_allowed: bool | None,
        place: str,
    ) -> str:
        """Make an ID token and return its text; `export_allowed` None is as the account's."""
        account, keys = self.account, self.authority.keys
        with self._work() as work:
            owner = work.account(account)
            allowed = owner is not None and owner.export_allowed
            token = create_token(
                work,
                find_virtual_account(work, account, place),
                keys,
                description=description,
                days=days,
                uses=uses,
                export_allowed=allowed if export_allowed is None else export_allowed,
                who=WHO,
                now=self._now,
                chance=self.authority.chance,
            )
        return show_token(token, keys)

    def revoke(self, description: str) -> None:
        """Revoke the newest token of that description that is not revoked."""
        for place in self.places():
            for token in tables.every(partial(self.authority.store.list_tokens, place.id)):
                if token.description == description and token.revoked_at is None:
                    self._revoke(token)
                    return
        raise LabError(f"there is no token '{description}' that could be revoked")

    def _revoke(self, token: IdToken) -> None:
        with self._work() as work:
            revoke_token(work, token, who=WHO, now=self._now)

    def _with_instance(self, udi: Udi, act: Callable[[Work, Instance], object]) -> None:
        account = self.account
        with self._work() as work:
            act(work, find_instance(work, account, udi))

    def move_instance(self, udi: Udi, target: str) -> None:
        """Move a product instance to another virtual account."""

        def move(work: Work, instance: Instance) -> None:
            place = find_virtual_account(work, instance.account, target)
            transfer_instance(work, instance, place, who=WHO, now=self._now)

        self._with_instance(udi, move)

    def remove_instance(self, udi: Udi) -> None:
        """Remove a product instance: its key may not come back."""
        self._with_instance(udi, partial(remove_instance, who=WHO, now=self._now))

    def keep_clone(self, udi: Udi) -> None:
        """Let an instance with two histories speak again."""
        self._with_instance(udi, partial(keep_clone, who=WHO, now=self._now))

    def explain(self, udi: Udi) -> str:
        """Return the findings about a product instance as text."""
        account = self.account
        with self._work() as work:
            findings = why(work, find_instance(work, account, udi), self._now)
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
