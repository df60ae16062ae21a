"""One manager of a lab, and what its administrators do there beside an account's daily work."""

from datetime import datetime, timedelta
from io import BytesIO

from licet.admin.accounts import find_account, find_virtual_account, open_account
from licet.admin.catalog import import_catalog, sample_catalog
from licet.admin.enrolling import Enrolled, enroll_by_hand
from licet.admin.licenses import OrderLine, take_order
from licet.admin.on_prems import (
    INVITED_DAYS_DEFAULT,
    REMOVAL_DAYS_DEFAULT,
    find_on_prem,
    force_cut,
    invite,
    remove_on_prem,
    show_invitation,
)
from licet.admin.refusal import AdminRefused
from licet.lab.office import WHO, Office
from licet.lab.problems import LabError
from licet.ledger.model import LicenseKind, SmartAccount
from licet.ledger.ports import Work
from licet.ledger.sites import OnPrem, Road
from licet.pki.authority import rotate_issuer, rotate_root
from licet.sync.exchange import Answered, answer_request
from licet.sync.upward import response_name
from licet.world.authority import Authority
from licet.world.on_prem import Paper


class ManagerOffice(Office):
    """A manager with the sample catalog; the account that was opened last is the one meant."""

    def __init__(self, authority: Authority) -> None:
        super().__init__(authority)
        self.authority = authority
        with self.work() as work:
            import_catalog(work, sample_catalog())

    def open_account(self, name: str, domain: str, *, export_allowed: bool) -> None:
        """Open a smart account with its default virtual account."""
        with self.work() as work:
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

    def use(self, name: str) -> None:
        """Let the lines that follow be about another smart account."""
        with self.work() as work:
            self._account = find_account(work, name).id

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
        tag, account = self.tag(name), self.account
        with self.work() as work:
            ends_at = None if lasting is None else (starts_at or self._now) + lasting
            line = OrderLine(tag, quantity, kind, starts_at, ends_at)
            where = find_virtual_account(work, account, place)
            chance = self.authority.chance
            take_order(work, where, [line], order="lab", who=WHO, now=self._now, chance=chance)

    def rotate(self, what: str) -> None:
        """Make a new root or issuing CA."""
        authority = self.authority
        make = rotate_root if what == "root" else rotate_issuer
        authority.keys = make(authority.keys, chance=authority.chance, now=self._now)

    def invite(self, place: str, *, removal_days: int | None, days: int | None) -> str:
        """Make a one-time code for registering an on-prem into a virtual account."""
        account_id, authority = self.account, self.authority
        with self.work() as work:
            invitation = invite(
                work,
                _account(work.account(account_id)),
                authority.keys,
                virtual_account=place,
                removal_days=removal_days or REMOVAL_DAYS_DEFAULT,
                days=days or INVITED_DAYS_DEFAULT,
                who=WHO,
                now=self._now,
                chance=authority.chance,
            )
        return show_invitation(invitation, authority.keys)

    def enroll(self, paper: Paper, *, removal_days: int | None) -> tuple[Enrolled, Paper]:
        """Take on an on-prem by its registration file; return the authorization file too.

        Raises:
            SyncRefused: it is no registration request, or was changed on its way.
            LabError: the on-prem cannot be taken on.
        """
        authority = self.authority
        with self.work() as work:
            account = _account(work.account(self.account))
        try:
            enrolled = enroll_by_hand(
                authority.store,
                authority.keys,
                BytesIO(paper.data),
                account=account.name,
                removal_days=removal_days or REMOVAL_DAYS_DEFAULT,
                who=WHO,
                now=self._now,
                chance=authority.chance,
            )
        except AdminRefused as refused:
            raise LabError(str(refused)) from refused
        name = f"license-registration-authorization-{enrolled.on_prem.name}.yml"
        return enrolled, Paper(name, enrolled.authorization)

    def answer(self, paper: Paper) -> tuple[Answered, Paper]:
        """Take a request for synchronization as a file, and return the response file too.

        Raises:
            SyncRefused: it is not to be applied.
        """
        authority = self.authority
        answered = answer_request(
            authority.store,
            authority.keys,
            BytesIO(paper.data),
            road=Road.FILE,
            now=self._now,
            chance=authority.chance,
        )
        site, letter = answered.on_prem, answered.letter
        name = response_name(answered.name, site.last_down_at or self._now, letter.number)
        return answered, Paper(name, letter.text)

    def on_prems(self) -> list[OnPrem]:
        """Return the on-prems of the smart account that were not removed, by name."""
        with self.work() as work:
            found = work.on_prems(self.account)
        return sorted((one for one in found if one.removed_at is None), key=lambda one: one.name)

    def _find(self, work: Work, name: str) -> OnPrem:
        return find_on_prem(work, self.account, name)

    def cut(self, name: str) -> str:
        """Let licenses that wait for an on-prem's synchronization count at once; return the risk."""
        with self.work() as work:
            site = self._find(work, name)
            until = max((lease.ends_at for lease in site.leases), default=self._now)
            risk = force_cut(work, site, who=WHO, now=self._now)
        return f"{risk} licenses may be used twice until {until:%Y-%b-%d %H:%M:%S}"

    def remove(self, name: str) -> None:
        """Remove an on-prem."""
        with self.work() as work:
            remove_on_prem(
                work, self._find(work, name), who=WHO, why=f"{WHO} removed it", now=self._now
            )


def _account(found: SmartAccount | None) -> SmartAccount:
    if found is None:
        raise LabError("the smart account is not there any more")
    return found
