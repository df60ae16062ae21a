"""One on-prem of a lab, and what its administrators do there; the account asked for last is meant."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from licet.admin.local_accounts import (
    approve_account,
    deactivate_account,
    delete_account,
    find_local_account,
    refuse_account,
    request_account,
    set_privacy,
    set_schedule,
)
from licet.admin.refusal import AdminRefused
from licet.kernel.ids import AuthorityId
from licet.lab.office import WHO, Office
from licet.lab.problems import LabError
from licet.ledger.ports import Work
from licet.ledger.sites import Every, LocalAccount, LocalState, Privacy, Road, SyncKind
from licet.sync.exchange import Taken
from licet.wire.tokens import parse_token
from licet.world.on_prem import Backup, Errand, OnPrem, Paper
from licet.world.site import Site


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the request of a local account says."""

    name: str
    smart_account: str
    virtual_account: str
    email: str


class Plant:
    """An on-prem. Every method raises `LabError` where the administrator is refused."""

    def __init__(self, on_prem: OnPrem) -> None:
        self.on_prem = on_prem
        self._meant: AuthorityId | None = None

    @contextmanager
    def _work(self) -> Iterator[Work]:
        try:
            with self.on_prem.store.begin() as work:
                yield work
                work.commit()
        except AdminRefused as refused:
            raise LabError(str(refused)) from refused

    def accounts(self) -> list[LocalAccount]:
        """Return the local accounts, by name."""
        with self._work() as work:
            return sorted(work.local_accounts(), key=lambda account: account.name)

    @property
    def account(self) -> LocalAccount:
        """The local account that lines are about."""
        with self._work() as work:
            found = None if self._meant is None else work.local_account(self._meant)
        if found is None:
            raise LabError(f"request a local account first: {self.on_prem.name} request NAME ...")
        return found

    @property
    def site(self) -> Site:
        """The same, once its manager has taken it on."""
        account = self.account
        if account.id not in self.on_prem.sites:
            raise LabError(f"'{account.name}' is {account.state}; it is not registered yet")
        return self.on_prem.sites[account.id]

    @property
    def office(self) -> Office:
        """What administrators do in that account."""
        site = self.site
        return Office(site, site.account)

    def use(self, name: str) -> None:
        """Let the lines that follow be about another local account."""
        with self._work() as work:
            self._meant = find_local_account(work, name).id

    def request(self, wanted: Wanted) -> None:
        """Request a local account."""
        with self._work() as work:
            account = request_account(
                work,
                name=wanted.name,
                smart_account=wanted.smart_account,
                virtual_account=wanted.virtual_account,
                email=wanted.email,
                who=WHO,
                now=self.on_prem.clock.wall,
                chance=self.on_prem.chance,
            )
        self._meant = account.id

    def approve(self) -> None:
        """Approve the request."""
        account, now = self.account, self.on_prem.clock.wall
        with self._work() as work:
            approve_account(work, account, who=WHO, now=now)

    def refuse(self, reason: str) -> None:
        """Refuse the request."""
        account, now = self.account, self.on_prem.clock.wall
        with self._work() as work:
            refuse_account(work, account, reason=reason, who=WHO, now=now)

    def deactivate(self, reason: str) -> None:
        """Deactivate the local account."""
        account, now = self.account, self.on_prem.clock.wall
        with self._work() as work:
            deactivate_account(work, account, reason=reason, who=WHO, now=now)

    def delete(self) -> None:
        """Delete the local account."""
        account, now = self.account, self.on_prem.clock.wall
        with self._work() as work:
            delete_account(self.on_prem.store, work, account, who=WHO, now=now)

    def schedule(self, every: Every) -> None:
        """Say how often it synchronizes by itself."""
        account, now = self.account, self.on_prem.clock.wall
        with self._work() as work:
            set_schedule(work, account, every=every, who=WHO, now=now)

    def privacy(self, privacy: Privacy) -> None:
        """Say what is withheld from what goes up."""
        account, now = self.account, self.on_prem.clock.wall
        with self._work() as work:
            set_privacy(work, account, privacy=privacy, who=WHO, now=now)

    def registration(self) -> Paper:
        """Return the registration file.

        Raises:
            SyncRefused: the local account is not approved.
        """
        return self.on_prem.ask(self.account)

    def register(self, code: str, url: str) -> Errand:
        """Register over the network with a code of the manager.

        Raises:
            SyncRefused: the local account is not approved.
        """
        try:
            invitation = parse_token(code)
        except ValueError as error:
            raise LabError(str(error)) from error
        return self.on_prem.register(self.account, invitation, url.rstrip("/"))

    def accept(self, paper: Paper) -> None:
        """Enter the local account by its authorization file.

        Raises:
            SyncRefused: it is not to be believed.
        """
        try:
            self.on_prem.accept(paper.data)
        except AdminRefused as refused:
            raise LabError(str(refused)) from refused

    def write_request(self, kind: SyncKind) -> Paper:
        """Return the next request for synchronization as a file.

        Raises:
            SyncRefused: the local account cannot make one now.
        """
        return self.on_prem.write_request(self.site, kind)

    def take(self, paper: Paper) -> Taken:
        """Take a response file.

        Raises:
            SyncRefused: it is not to be applied.
        """
        return self.on_prem.take(self.site, paper.data, road=Road.FILE)

    def synchronize(self, kind: SyncKind) -> Errand:
        """Begin to synchronize over the network.

        Raises:
            SyncRefused: the local account is not registered over the network.
        """
        return self.on_prem.synchronize(self.site, kind)

    def restore(self, backup: Backup) -> None:
        """Go on from a backup."""
        self.on_prem.restore(backup)

    @property
    def registered(self) -> list[LocalAccount]:
        """The local accounts that a manager took on, by name."""
        states = (LocalState.REGISTERED, LocalState.REMOVED)
        return [account for account in self.accounts() if account.state in states]
