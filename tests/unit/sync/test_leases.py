"""Leases: what a site may use, what is held for it, and what its local virtual accounts make of it."""

from dataclasses import replace

import pytest

from licet.admin.accounts import open_virtual_account
from licet.admin.licenses import OrderLine, take_order, transfer_licenses
from licet.admin.on_prems import force_cut, remove_on_prem
from licet.admin.refusal import AdminRefused
from licet.kernel.ids import AccountId, VirtualAccountId
from licet.kernel.time import SECOND
from licet.ledger.model import LicenseKind, VirtualAccount
from licet.ledger.pools import balance, purchased
from licet.ledger.ports import Work
from licet.ledger.sites import CLOCKS_APART, LocalState, SyncKind
from licet.ledger.usage import insufficient_key
from licet.sync.problems import SyncRefused, Why
from support.exchange import TAGS, WHO, Manager, Site, both, days, lease_of, quantity

TAG = TAGS[0]


class Pair:
    """A manager with ten licenses for a site, and a virtual account 'Spare' of its own."""

    def __init__(self) -> None:
        self.manager = Manager()
        self.place = self.manager.open("Plant")
        self.spare = self.manager.open("Spare")
        self.manager.order(self.place, TAG, 10)
        self.site = Site(self.manager, "Sat", "Plant")
        self.site.synchronize(SyncKind.FULL)

    def give_back(self, count: int) -> None:
        """Take licenses out of the site's virtual account."""
        manager = self.manager
        manager.change(
            lambda work: transfer_licenses(
                work,
                self.place,
                self.spare,
                TAG,
                count,
                who=WHO,
                now=manager.now,
                chance=manager.chance,
            )
        )

    def counted(self, place: VirtualAccount) -> int:
        """Return how many count in a virtual account of the manager."""
        manager = self.manager
        return manager.look(lambda work: purchased(work.pool(place.id, TAG), manager.now))

    def held(self, place: VirtualAccountId) -> int:
        """Return how many count in a local virtual account."""
        return self.site.look(lambda work: purchased(work.pool(place, TAG), self.site.now))

    def local(self, name: str) -> VirtualAccount:
        """Open a local virtual account."""
        site = self.site
        return site.change(
            lambda work: open_virtual_account(
                work, AccountId(site.id), name=name, who=WHO, now=site.now, chance=site.chance
            )
        )

    def move(self, target: VirtualAccount, count: int) -> None:
        """Move licenses from the default local virtual account to another one."""
        site = self.site

        def job(work):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
            source = work.virtual_account(site.default)
            transfer_licenses(
                work, source, target, TAG, count, who=WHO, now=site.now, chance=site.chance
            )

        site.change(job)


@pytest.fixture
def pair() -> Pair:
    """Return a manager and a site that has synchronized once."""
    return Pair()


def test_what_was_given_back_counts_when_the_smaller_lease_is_acknowledged(pair: Pair) -> None:
    """A license would be used by the site and by whom it was moved to."""
    pair.give_back(4)
    assert (pair.counted(pair.place), pair.counted(pair.spare)) == (6, 0)
    request = pair.site.ask()
    letter = pair.manager.answer(request).letter.text
    assert quantity(lease_of(letter)[1], TAG, pair.site.now) == 6
    assert pair.counted(pair.spare) == 0, "the site has not acknowledged the smaller lease yet"
    pair.site.take(letter)
    assert pair.held(pair.site.default) == 6
    assert pair.counted(pair.spare) == 0
    pair.site.synchronize()
    assert pair.counted(pair.spare) == 4


def test_a_repeated_old_request_acknowledges_nothing(pair: Pair) -> None:
    """The lease that a late copy names would free what a newer one holds."""
    pair.give_back(4)
    request = pair.site.ask()
    pair.manager.answer(request)
    pair.manager.answer(request)
    assert pair.counted(pair.spare) == 0


def test_licenses_of_a_site_that_never_had_a_lease_move_at_once() -> None:
    """Nothing could be moved out of a virtual account before the first synchronization."""
    manager = Manager()
    place, spare = manager.open("Plant"), manager.open("Spare")
    manager.order(place, TAG, 10)
    Site(manager, "Sat", "Plant")
    manager.change(
        lambda work: transfer_licenses(
            work, place, spare, TAG, 4, who=WHO, now=manager.now, chance=manager.chance
        )
    )
    assert manager.look(lambda work: purchased(work.pool(spare.id, TAG), manager.now)) == 4


def test_a_forced_cut_is_recorded_with_what_is_at_risk(pair: Pair) -> None:
    """Nobody would know why two use one license, and until when."""
    with pytest.raises(AdminRefused, match="nothing waits"):
        pair.manager.change(
            lambda work: force_cut(
                work, pair.manager.on_prem(pair.site), who=WHO, now=pair.manager.now
            )
        )
    pair.give_back(4)
    risk = pair.manager.change(
        lambda work: force_cut(work, pair.manager.on_prem(pair.site), who=WHO, now=pair.manager.now)
    )
    assert risk == 4
    assert pair.counted(pair.spare) == 4
    listing = pair.manager.store.list_events(pair.manager.account.id)
    texts = [event.text for event in listing.items]
    assert "a cut was forced: 4 licenses may be used twice until Jan 30 00:00:00 2027 UTC" in texts


def test_the_end_of_the_last_lease_frees_what_it_held(pair: Pair) -> None:
    """The licenses of a site that burned down would be lost."""
    pair.give_back(4)
    pair.manager.now += days(89)
    pair.manager.sweep()
    assert pair.counted(pair.spare) == 0
    pair.manager.now += days(1)
    pair.manager.sweep()
    assert pair.manager.on_prem(pair.site).removed_at == pair.manager.now
    # The clock of the site may be behind, and it grants until its lease ends by that.
    pair.manager.now += CLOCKS_APART - SECOND
    pair.manager.sweep()
    assert pair.counted(pair.spare) == 0
    pair.manager.now += SECOND
    pair.manager.sweep()
    assert pair.counted(pair.spare) == 4
    assert pair.counted(pair.place) == 6


def test_ends_of_terms_act_on_both_sides_without_synchronization() -> None:
    """A site would use licenses that ended, until it synchronizes."""
    manager = Manager()
    place = manager.open("Plant")
    line = OrderLine(TAG, 5, LicenseKind.TERM, ends_at=manager.now + days(20))
    manager.change(
        lambda work: take_order(
            work, place, [line], order="o", who=WHO, now=manager.now, chance=manager.chance
        )
    )
    site = Site(manager, "Sat", "Plant")
    site.synchronize()
    site.enter("A", TAG, 5)
    site.synchronize()
    for side in (manager, site):
        side.now += days(20)
        side.sweep()
    ours, theirs = both(manager, site)
    assert ours == theirs
    assert [one.left for one in theirs] == [-5]
    key = insufficient_key(site.default, TAG)
    assert site.look(lambda work: work.alert(key)) is not None


def test_a_lease_that_shrinks_is_taken_from_the_default_place_first(pair: Pair) -> None:
    """A department would lose what was set aside for it while others lie idle."""
    lab = pair.local("Lab")
    pair.move(lab, 4)
    pair.give_back(5)
    pair.site.synchronize()
    assert (pair.held(pair.site.default), pair.held(lab.id)) == (1, 4)
    pair.give_back(2)
    pair.site.synchronize()
    assert (pair.held(pair.site.default), pair.held(lab.id)) == (0, 3)


def test_a_lease_that_grows_keeps_what_was_moved(pair: Pair) -> None:
    """Every synchronization would undo what the local administrator arranged."""
    lab = pair.local("Lab")
    pair.move(lab, 10)
    pair.site.synchronize(SyncKind.FULL)
    assert (pair.held(pair.site.default), pair.held(lab.id)) == (0, 10)
    pair.manager.order(pair.place, TAG, 3)
    pair.site.synchronize()
    assert (pair.held(pair.site.default), pair.held(lab.id)) == (3, 10)


def test_a_lease_that_shrank_and_grows_again_leaves_what_was_moved(pair: Pair) -> None:
    """Two parts would have one name, and the moved one would be gone."""
    lab = pair.local("Lab")
    pair.move(lab, 10)
    pair.give_back(4)
    pair.site.synchronize()
    assert (pair.held(pair.site.default), pair.held(lab.id)) == (0, 6)
    shrunk = pair.site.account.lease

    def grow(work: Work) -> None:
        pool = work.pool(pair.place.id, TAG)
        [holding] = pool.holdings
        work.put_holding(replace(holding, quantity=10))

    pair.manager.change(grow)
    pair.site.synchronize()
    assert pair.site.account.lease > shrunk
    assert (pair.held(pair.site.default), pair.held(lab.id)) == (4, 6)


def test_a_smaller_lease_puts_the_site_out_of_compliance(pair: Pair) -> None:
    """The operator at the site would never learn that licenses were taken away."""
    pair.site.enter("A", TAG, 10)
    pair.give_back(3)
    pair.site.synchronize()
    pool = pair.site.look(lambda work: work.pool(pair.site.default, TAG))
    assert balance(pool, pair.site.now) == -3


def test_a_restored_site_grants_nothing_until_it_has_synchronized(pair: Pair) -> None:
    """A lease that was given back would be in force again."""
    backup = pair.site.backup()
    pair.give_back(4)
    pair.site.synchronize()
    pair.site.synchronize()
    assert pair.counted(pair.spare) == 4
    pair.site.restore(backup)
    assert pair.held(pair.site.default) == 10
    assert not pair.site.is_open()
    pair.site.synchronize()
    assert pair.site.is_open()
    assert pair.held(pair.site.default) == 6


def test_the_lease_of_a_restored_sites_backup_is_not_out_again(pair: Pair) -> None:
    """What the site gave back, and others use, would stand in a lease once more."""
    backup = pair.site.backup()
    old = pair.site.account.lease
    pair.give_back(4)
    pair.site.synchronize()
    pair.site.synchronize()
    pair.site.now = pair.manager.now = pair.manager.now + days(1)
    pair.site.restore(backup)
    before = {out.number for out in pair.manager.on_prem(pair.site).leases}
    pair.manager.answer(pair.site.ask())
    after = {out.number for out in pair.manager.on_prem(pair.site).leases}
    assert old not in after
    assert before < after, "and nothing that was out is acknowledged by it"


def test_a_restored_manager_frees_nothing_on_the_word_of_a_lease_that_it_forgot(
    pair: Pair,
) -> None:
    """It would give away what stands in a lease that it wrote after its backup."""
    backup = pair.manager.backup()
    pair.manager.order(pair.place, TAG, 5)
    pair.site.synchronize()
    pair.site.synchronize()
    pair.manager.restore(backup)
    pair.give_back(4)
    pair.manager.answer(pair.site.ask(SyncKind.FULL))
    assert pair.counted(pair.spare) == 0, "the site's lease of 15 may hold them still"
    pair.site.take(pair.manager.answer(pair.site.request).letter.text)
    pair.site.synchronize()
    assert pair.counted(pair.spare) == 4


def test_a_restored_manager_writes_no_lease_under_a_number_that_it_forgot(pair: Pair) -> None:
    """The site would acknowledge a lease that it never had, and go on using a larger one."""
    backup = pair.manager.backup()
    request = pair.site.ask()
    pair.site.take(pair.manager.answer(request).letter.text)
    pair.manager.now = pair.site.now = pair.manager.now + days(1)
    pair.manager.restore(backup)
    pair.give_back(4)
    # The same request again, as a late copy: its response is never delivered.
    pair.manager.answer(request)
    assert pair.site.account.lease not in {
        out.number for out in pair.manager.on_prem(pair.site).leases
    }
    pair.manager.answer(pair.site.ask(SyncKind.FULL))
    assert pair.counted(pair.spare) == 0
    assert pair.held(pair.site.default) == 10


def test_a_removed_site_is_told_and_then_its_licenses_are_free(pair: Pair) -> None:
    """Licenses of a removed site would be used twice, or never again."""
    pair.site.enter("A", TAG, 3)
    pair.site.synchronize()
    pair.manager.change(
        lambda work: remove_on_prem(
            work, pair.manager.on_prem(pair.site), who=WHO, why="sold", now=pair.manager.now
        )
    )
    pair.manager.sweep()
    assert pair.counted(pair.place) == 0
    assert pair.manager.store.count_instances(pair.place.id) == 0
    ends_at = pair.site.account.lease_ends_at
    pair.site.now = pair.manager.now = pair.manager.now + days(1)
    pair.site.synchronize()
    assert pair.site.account.state is LocalState.REMOVED
    assert pair.site.account.lease_ends_at == ends_at, "it gets no more time than it had"
    assert pair.held(pair.site.default) == 0
    assert pair.counted(pair.place) == 0
    pair.site.synchronize()
    assert pair.counted(pair.place) == 10


def test_another_site_may_have_the_virtual_account_of_one_that_was_removed(pair: Pair) -> None:
    """A customer who replaces an on-prem would have to wait for months."""
    pair.manager.change(
        lambda work: remove_on_prem(
            work, pair.manager.on_prem(pair.site), who=WHO, why="replaced", now=pair.manager.now
        )
    )
    pair.manager.sweep()
    again = Site(pair.manager, "Sat", "Plant", seed="again")
    again.synchronize()
    assert lease_of(again.manager.answer(again.ask()).letter.text)[1] == []


def test_a_lease_number_only_rises(pair: Pair) -> None:
    """An old lease could be in force again."""
    numbers = []
    for _ in range(3):
        pair.site.synchronize()
        numbers.append(pair.site.account.lease)
    assert numbers == sorted(set(numbers))
    lying = replace(pair.site.account, lease=1)
    pair.site.change(lambda work: work.put_local_account(lying))
    pair.site.synchronize()
    assert pair.site.account.lease > numbers[-1]


def test_a_clock_that_is_behind_within_what_is_allowed(pair: Pair) -> None:
    """What counts elsewhere already would be granted by a site whose lease has not ended by its clock."""
    pair.site.now -= CLOCKS_APART - SECOND
    pair.give_back(4)
    ends_at = pair.site.account.lease_ends_at
    assert ends_at is not None
    pair.manager.now = ends_at
    pair.site.now = ends_at - (CLOCKS_APART - SECOND)
    while pair.site.is_open():
        pair.manager.sweep()
        assert pair.counted(pair.spare) == 0
        for side in (pair.manager, pair.site):
            side.now += CLOCKS_APART / 7


def test_a_clock_that_is_too_far_behind(pair: Pair) -> None:
    """Whoever reads that a signer cannot be believed compares fingerprints, and sets no clock."""
    pair.site.now -= CLOCKS_APART + SECOND
    with pytest.raises(SyncRefused) as caught:
        pair.site.synchronize()
    assert caught.value.why is Why.CLOCKS
    assert "Nov 01 00:00:00 2026 UTC, and it is Oct 31 22:59:59 2026 UTC here" in caught.value.text


def test_a_lease_that_is_over_does_not_come_back_by_a_late_request(pair: Pair) -> None:
    """Licenses that count elsewhere by now would be a site's again."""
    manager, site = pair.manager, pair.site
    manager.change(
        lambda work: remove_on_prem(
            work, manager.on_prem(site), who=WHO, why="a test", now=manager.now
        )
    )
    manager.now = site.now = site.now + days(91)
    manager.sweep()
    assert manager.on_prem(site).leases == ()
    manager.answer(site.ask())
    over = [
        lease.over_at
        for lease in manager.on_prem(site).leases
        if lease.number == site.account.lease
    ]
    assert over == []
