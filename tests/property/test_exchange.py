"""A manager, its sites and their products, whatever becomes of the documents between them.

Synchronizations are lost, late, repeated, crossed, and sites are restored from backups; orders and
transfers, leases and cuts, products that come and go, and time lie in between. At every step no
license counts twice; once all have synchronized, the two sides are equal.
"""

import contextlib
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from typing_extensions import override

from licet.admin.licenses import transfer_licenses
from licet.admin.on_prems import force_cut, remove_on_prem
from licet.admin.refusal import AdminRefused
from licet.kernel.ids import InstanceId, Tag
from licet.ledger.model import VirtualAccount
from licet.ledger.pools import counts
from licet.ledger.sites import LocalState, SyncKind
from licet.sync.problems import SyncRefused
from licet.wire.sites import LeaseItem
from support.exchange import (
    TAGS,
    WHO,
    Backup,
    Manager,
    Site,
    both,
    bought,
    days,
    direct,
    instances,
    lease_of,
    leave,
    quantity,
)

SITES = ("Sat", "Moon")
TAG = st.sampled_from(TAGS[:2])
SITE = st.sampled_from(SITES)
PLACES = ("Default", "Spare", *SITES)


class Exchange(RuleBasedStateMachine):
    """One manager, two sites."""

    @initialize(restores=st.sampled_from((False, False, False, True)))
    def begin(self, restores: bool) -> None:  # noqa: FBT001
        """Found all of them, with some licenses each; few managers are ever restored."""
        self.restores = restores
        self.manager_backup: Backup | None = None
        self.manager = Manager()
        self.manager.open("Spare")
        self.at_risk: set[Tag] = set()
        self.letters: dict[str, list[bytes]] = {name: [] for name in SITES}
        self.requests: dict[str, list[bytes]] = {name: [] for name in SITES}
        self.backups: dict[str, Backup] = {}
        self.products: dict[str, list[InstanceId]] = {name: [] for name in SITES}
        # (site, number of a lease) to its lines, as they were written.
        self.written: dict[tuple[str, int], list[LeaseItem]] = {}
        self.sites = {}
        for name in SITES:
            place = self.manager.open(name)
            self.manager.order(place, TAGS[0], 10)
            self.sites[name] = Site(self.manager, name, name)
        self.manager.order(self.place("Default"), TAGS[0], 10)
        for name in SITES:
            self.synchronize(name, SyncKind.FULL)

    @rule(name=SITE, kind=st.sampled_from(list(SyncKind)))
    def synchronize(self, name: str, kind: SyncKind) -> None:
        """Synchronize, and nothing goes wrong."""
        site = self.sites[name]
        if site.account.state is not LocalState.REGISTERED or not self.known(name):
            return
        self.requests[name].append(site.ask(kind))
        if self.deliver(name, self.requests[name][-1]):
            self.accept(name, self.letters[name][-1])

    @rule(name=SITE, count=st.integers(1, 10))
    def give_back(self, name: str, count: int) -> None:
        """Take licenses out of a site's virtual account."""
        self.transfer(name, "Spare", TAGS[0], count)

    def place(self, name: str) -> VirtualAccount:
        """Return a virtual account of the manager."""
        places = self.manager.look(lambda work: work.virtual_accounts(self.manager.account.id))
        return next(place for place in places if place.name == name)

    def known(self, name: str) -> bool:
        """Tell whether the manager still has a site."""
        found = self.manager.look(lambda work: work.on_prem(self.sites[name].id))
        return found is not None and found.removed_at is None

    @rule(place=st.sampled_from(PLACES), tag=TAG, count=st.integers(1, 20))
    def order(self, place: str, tag: Tag, count: int) -> None:
        """Buy licenses."""
        self.manager.order(self.place(place), tag, count)

    @rule(
        source=st.sampled_from(PLACES),
        goal=st.sampled_from(PLACES),
        tag=TAG,
        count=st.integers(1, 20),
    )
    def transfer(self, source: str, goal: str, tag: Tag, count: int) -> None:
        """Move licenses, also out of a site's virtual account."""
        with contextlib.suppress(AdminRefused):
            self.manager.change(
                lambda work: transfer_licenses(
                    work,
                    self.place(source),
                    self.place(goal),
                    tag,
                    count,
                    who=WHO,
                    now=self.manager.now,
                    chance=self.manager.chance,
                )
            )

    @rule(name=SITE, tag=TAG, count=st.integers(1, 5))
    def enter(self, name: str, tag: Tag, count: int) -> None:
        """Let a product register at a site."""
        site = self.sites[name]
        if site.is_open():
            number = len(self.products[name])
            self.products[name].append(site.enter(f"{name}-{number}", tag, count))

    @rule(name=SITE, which=st.integers(0, 9))
    def leave(self, name: str, which: int) -> None:
        """Let a product leave a site."""
        if self.products[name]:
            leave(self.sites[name], self.products[name][which % len(self.products[name])])

    @rule(name=SITE, kind=st.sampled_from(list(SyncKind)))
    def ask(self, name: str, kind: SyncKind) -> None:
        """Make a request; it takes the place of one that was not answered."""
        if self.sites[name].account.state in {LocalState.REGISTERED, LocalState.REMOVED}:
            self.requests[name].append(self.sites[name].ask(kind))

    @precondition(lambda self: any(self.requests.values()))
    @rule(name=SITE, back=st.sampled_from((0, 0, 0, 1, 2)))
    def carry_up(self, name: str, back: int) -> None:
        """Give the manager a request: the newest, or an older one, or the same again."""
        if len(self.requests[name]) > back:
            self.deliver(name, self.requests[name][-1 - back])

    def deliver(self, name: str, request: bytes) -> bool:
        """Give the manager a request, and keep the response if there is one."""
        try:
            answered = self.manager.answer(request)
        except SyncRefused:
            return False
        letter = answered.letter.text
        number, lines = lease_of(letter)
        self.written[name, number] = lines
        self.letters[name].append(letter)
        return True

    @precondition(lambda self: any(self.letters.values()))
    @rule(name=SITE, back=st.sampled_from((0, 0, 0, 1, 2)))
    def carry_down(self, name: str, back: int) -> None:
        """Give a site a response: the newest, or an older one, or the same again."""
        if len(self.letters[name]) > back:
            self.accept(name, self.letters[name][-1 - back])

    def accept(self, name: str, letter: bytes) -> bool:
        """Give a site a response."""
        try:
            self.sites[name].take(letter)
        except SyncRefused:
            return False
        return True

    @rule(name=SITE)
    def back_up(self, name: str) -> None:
        """Take a backup of a site."""
        self.backups[name] = self.sites[name].backup()

    @precondition(lambda self: bool(self.backups))
    @rule(name=SITE)
    def restore(self, name: str) -> None:
        """Restore a site; its products of after the backup are gone with it."""
        if name in self.backups:
            self.sites[name].now += days(1)
            self.pass_time(1)
            self.sites[name].restore(self.backups[name])

    @precondition(lambda self: bool(self.backups))
    @rule(name=SITE, kind=st.sampled_from(list(SyncKind)))
    def set_back(self, name: str, kind: SyncKind) -> None:
        """Set a site back to a snapshot that calls itself none; at its next contact it finds out."""
        site = self.sites[name]
        if name not in self.backups:
            return
        site.set_back(self.backups[name])
        if site.account.state is not LocalState.REGISTERED or not self.known(name):
            return
        self.requests[name].append(site.ask(kind))
        if self.deliver(name, self.requests[name][-1]):
            self.accept(name, self.letters[name][-1])
            return
        last = self.manager.look(lambda work: work.letter(site.id))
        if last is not None:
            self.accept(name, last.text)

    @precondition(lambda self: self.restores)
    @rule()
    def restore_manager(self) -> None:
        """Back the manager up, and restore it the next time: it forgets leases that are out.

        Until a site has synchronized nobody can know: licenses may count twice until then.
        """
        if self.manager_backup is None:
            self.manager_backup = self.manager.backup()
        else:
            # A restore takes some time, by which epochs are told apart; the clocks agree.
            for side in (self.manager, *self.sites.values()):
                side.now += timedelta(minutes=1)
            self.manager.restore(self.manager_backup)
            self.manager.sweep()
            self.at_risk.update(TAGS)

    @rule(name=SITE)
    def force(self, name: str) -> None:
        """Force a cut: from then on these licenses may be used twice, until the lease ends."""
        if not self.known(name):
            return
        try:
            self.manager.change(
                lambda work: force_cut(
                    work, self.manager.on_prem(self.sites[name]), who=WHO, now=self.manager.now
                )
            )
            self.at_risk.update(TAGS)
        except AdminRefused:
            pass

    @rule(count=st.sampled_from((1, 20, 40)))
    def pass_time(self, count: int) -> None:
        """Let days pass; what falls due is done."""
        now = max(side.now for side in (self.manager, *self.sites.values())) + days(count)
        for side in (self.manager, *self.sites.values()):
            side.now = now
            side.sweep()

    @rule(name=SITE)
    def remove(self, name: str) -> None:
        """Remove a site at the manager; rarely, since all ends with it."""
        if self.known(name) and len(self.requests[name]) % 7 == 6:
            self.manager.change(
                lambda work: remove_on_prem(
                    work,
                    self.manager.on_prem(self.sites[name]),
                    who=WHO,
                    why="a test",
                    now=self.manager.now,
                )
            )
            self.manager.sweep()

    @invariant()
    def nothing_counts_twice(self) -> None:
        """Licenses would be used twice: once by a site, and once by whom they were given to."""
        if not hasattr(self, "sites"):
            return
        purchased = bought(self.manager)
        for tag in TAGS:
            if tag in self.at_risk:
                continue
            total = direct(self.manager, tag)
            for name, site in self.sites.items():
                total += self.most(name, site, tag)
            assert total <= purchased[tag], (tag, total, purchased[tag])

    def most(self, name: str, site: Site, tag: Tag) -> int:
        """Return the most of a license that a site may be using: any lease that is out, or in force."""
        found = self.manager.look(lambda work: work.on_prem(site.id))
        numbers = {lease.number for lease in found.leases} if found else set()
        if site.is_open():
            numbers.add(site.account.lease)
        lines = [self.written.get((name, number), []) for number in numbers]
        return max((quantity(each, tag, self.manager.now) for each in lines), default=0)

    @invariant()
    def a_site_has_no_more_than_its_lease(self) -> None:
        """A site would count licenses that nobody gave it."""
        for name, site in getattr(self, "sites", {}).items():
            lines = self.written.get((name, site.account.lease), [])
            for tag in TAGS:
                held = site.look(
                    lambda work, tag=tag, site=site: sum(
                        one.quantity
                        for place in site.places()
                        for one in work.pool(place, tag).holdings
                        if counts(one, site.now)
                    )
                )
                assert held == quantity(lines, tag, site.now)

    @override
    def teardown(self) -> None:
        """Let all synchronize to the end: the two sides must be equal."""
        for name, site in getattr(self, "sites", {}).items():
            if not self.known(name) or site.account.state is not LocalState.REGISTERED:
                continue
            for kind in (SyncKind.STANDARD, SyncKind.FULL, SyncKind.STANDARD):
                if self.deliver(name, site.ask(kind)):
                    assert self.accept(name, self.letters[name][-1])
            ours, theirs = both(self.manager, site)
            assert ours == theirs
            bound = self.manager.on_prem(site).virtual_account
            assert instances(self.manager, [bound]) == instances(site, site.places())
            self.nothing_counts_twice()


DAY = settings(
    max_examples=100,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
)
NIGHT = settings(
    max_examples=1500,
    stateful_step_count=60,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def test_no_license_counts_twice() -> None:
    """A customer would use what he gave back, or be refused what he has bought."""
    run_state_machine_as_test(Exchange, settings=DAY)


@pytest.mark.nightly
def test_no_license_counts_twice_by_night() -> None:
    """The same, over many more histories."""
    run_state_machine_as_test(Exchange, settings=NIGHT)
