"""What administrators do in the account of any authority of a lab, all of it through `licet.admin`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Protocol

from licet.admin.accounts import find_virtual_account, open_virtual_account
from licet.admin.instances import find_instance, keep_clone, remove_instance, transfer_instance
from licet.admin.licenses import transfer_licenses
from licet.admin.refusal import AdminRefused
from licet.admin.tokens import create_token, revoke_token, show_token
from licet.kernel.chance import Chance
from licet.kernel.ids import AccountId, Tag, Udi
from licet.kernel.problems import Finding
from licet.lab import tables
from licet.lab.problems import LabError
from licet.ledger.explain import why
from licet.ledger.listing import every
from licet.ledger.model import IdToken, Instance, VirtualAccount
from licet.ledger.ports import Store, Work
from licet.ledger.sites import OnPrem
from licet.pki.authority import AuthorityKeys, rotate_master_key
from licet.world.clock import MachineClock

WHO = "admin"


class Side(Protocol):
    """An authority whose account it is: a manager, or a local account of an on-prem."""

    keys: AuthorityKeys

    @property
    def name(self) -> str:
        """What the lab calls it."""
        ...

    @property
    def store(self) -> Store:
        """Where its ledger is."""
        ...

    @property
    def clock(self) -> MachineClock:
        """Its own clock."""
        ...

    @property
    def chance(self) -> Chance:
        """Where its ids come from."""
        ...


class Office:
    """An account of an authority.

    Every method raises `LabError` where the administrator is refused; nothing is changed then.

    Args:
        side: whose account it is.
        account: the account; a manager's is known when one was opened.
    """

    def __init__(self, side: Side, account: AccountId | None = None) -> None:
        self.side = side
        self._account = account

    @property
    def account(self) -> AccountId:
        """The account that lines are about."""
        if self._account is None:
            name = self.side.name
            raise LabError(f"open an account first: {name} account NAME domain DOMAIN")
        return self._account

    @property
    def _now(self) -> datetime:
        return self.side.clock.wall

    @contextmanager
    def work(self) -> Iterator[Work]:
        """Open a unit of work that is committed at the end."""
        try:
            with self.side.store.begin() as work:
                yield work
                work.commit()
        except (AdminRefused, OverflowError) as refused:
            raise LabError(str(refused)) from refused

    def open_virtual_account(self, name: str) -> None:
        """Open a virtual account in the smart account."""
        account, chance = self.account, self.side.chance
        with self.work() as work:
            open_virtual_account(work, account, name=name, who=WHO, now=self._now, chance=chance)

    def places(self) -> list[VirtualAccount]:
        """Return the virtual accounts of the smart account, by name."""
        with self.work() as work:
            return list(work.virtual_accounts(self.account))

    def tag(self, name: str) -> Tag:
        """Return a license's tag by the name in it."""
        tags = tables.tags_by_name(self.side.store)
        if name not in tags:
            raise LabError(f"the catalog has no {name}; it has: {', '.join(tags)}")
        return tags[name]

    def transfer(self, name: str, quantity: int, *, source: str, target: str) -> None:
        """Move licenses to another virtual account."""
        tag, account = self.tag(name), self.account
        with self.work() as work:
            transfer_licenses(
                work,
                find_virtual_account(work, account, source),
                find_virtual_account(work, account, target),
                tag,
                quantity,
                who=WHO,
                now=self._now,
                chance=self.side.chance,
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
        account, keys = self.account, self.side.keys
        with self.work() as work:
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
                chance=self.side.chance,
            )
        return show_token(token, keys)

    def revoke(self, description: str) -> None:
        """Revoke the newest token of that description that is not revoked."""
        for place in self.places():
            for token in every(partial(self.side.store.list_tokens, place.id)):
                if token.description == description and token.revoked_at is None:
                    self._revoke(token)
                    return
        raise LabError(f"there is no token '{description}' that could be revoked")

    def _revoke(self, token: IdToken) -> None:
        with self.work() as work:
            revoke_token(work, token, who=WHO, now=self._now)

    def _with_instance(self, udi: Udi, act: Callable[[Work, Instance], object]) -> None:
        account = self.account
        with self.work() as work:
            act(work, find_instance(work, account, udi))

    def move_instance(self, udi: Udi, target: str) -> None:
        """Move a product instance to another virtual account."""

        def move(work: Work, instance: Instance) -> None:
            place = find_virtual_account(work, instance.account, target)
            transfer_instance(work, instance, place, who=WHO, now=self._now)

        self._with_instance(udi, move)

    def remove_instance(self, udi: Udi) -> OnPrem | None:
        """Remove a product instance: its key may not come back; return the on-prem that is asked to."""
        account = self.account
        with self.work() as work:
            instance = find_instance(work, account, udi)
            return remove_instance(work, instance, who=WHO, now=self._now)

    def keep_clone(self, udi: Udi) -> None:
        """Let an instance with two histories speak again."""
        self._with_instance(udi, partial(keep_clone, who=WHO, now=self._now))

    def explain(self, udi: Udi) -> str:
        """Return the findings about a product instance as text."""
        account = self.account
        with self.work() as work:
            findings = why(work, find_instance(work, account, udi), self._now)
        return "\n".join(line for finding in findings for line in _lines(finding))

    def rotate_tokens(self) -> None:
        """Make a new token master key; tokens that were made live on."""
        self.side.keys = rotate_master_key(self.side.keys, chance=self.side.chance)


def _lines(finding: Finding) -> list[str]:
    mark = "ok " if finding.ok else "NOT"
    lines = [f"{mark} {finding.check}: {finding.seen}"]
    if finding.cause:
        lines.append(f"      cause:  {finding.cause}")
    if finding.remedy:
        lines.append(f"      remedy: {finding.remedy}")
    return lines
