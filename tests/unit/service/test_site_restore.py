"""A manager that comes out of a backup knows less than its on-prems; they tell it, and nothing counts twice."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from licet.admin.licenses import transfer_licenses
from licet.admin.on_prems import invite
from licet.admin.sweep import Sweep
from licet.kernel.ids import VirtualAccountId
from licet.kernel.time import DAY
from licet.ledger.balances import balances
from licet.ledger.model import Policy
from licet.ledger.sites import SyncKind
from licet.service.restore import Restored
from licet.sync.problems import SyncRefused, Why
from support.keeping import Standing
from support.office import LAN, Customer
from support.sites import SiteOffice, populate


class Plant:
    """A manager on a disk, and a site with three products of which it knows."""

    def __init__(self, folder: Path) -> None:
        self.standing = Standing(folder)
        self.office = self.standing.office
        self.site = SiteOffice(self.office)
        self.place: VirtualAccountId = self.site.enroll()
        self.office.give(LAN, 10, at=Customer(self.office.example.account, self.place))
        self.grow(3)
        self.site.synchronize()

    def grow(self, count: int, first: int = 0) -> None:
        """Let more products register."""
        at = self.site.example
        populate(
            self.site.store,
            at.virtual,
            count,
            account=at.account,
            tag=LAN,
            now=self.site.now,
            first=first,
        )

    def later(self, days: int) -> None:
        """Let time pass on both sides."""
        self.office.later(days * DAY)
        self.site.now = self.office.now

    def restore(self, backup: Path) -> Restored:
        """Lose the manager, and go on with a backup."""
        self.standing.burn()
        return self.standing.restore(backup)

    def tick(self) -> None:
        """Do what is due at the manager."""
        Sweep(self.office.store, Policy()).tick(self.office.now)


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Plant]:
    """A plant."""
    plant = Plant(tmp_path)
    yield plant
    plant.standing.burn()


def test_it_is_asked_for_everything(plant: Plant) -> None:
    """Products that came and went after the backup would be wrong at the manager for ever."""
    backup = plant.standing.back_up()
    plant.grow(2, first=3)
    plant.site.synchronize()
    plant.site.synchronize()
    plant.restore(backup)
    assert plant.office.store.count_instances(plant.place) == 3
    with pytest.raises(SyncRefused) as refused:
        plant.site.answered(plant.site.request())
    assert refused.value.why is Why.NEEDS_FULL
    plant.site.synchronize(SyncKind.FULL)
    plant.site.synchronize()
    known = plant.site.known()
    assert known.accepted is not None
    assert known.accepted.number == 6
    assert known.lease > plant.office.keys.epoch
    now, places = plant.office.now, [plant.site.example.virtual]
    assert list(balances(plant.office.store, [plant.place], now)) == list(
        balances(plant.site.store, places, now)
    )
    assert plant.office.store.count_instances(plant.place) == 5


def test_the_backup_keeps_all_of_an_on_prem(plant: Plant) -> None:
    """The same request would get another answer after a restore, or none."""
    request = plant.site.request()
    letter = plant.site.answered(request).letter
    with plant.office.store.begin() as work:
        before = work.on_prem(plant.site.site)
    assert before is not None
    plant.restore(plant.standing.back_up())
    after = plant.site.known()
    assert (after.keys, after.answered, after.history) == (
        before.keys,
        before.answered,
        before.history,
    )
    assert plant.site.answered(request).letter == letter
    plant.site.take(letter.text)


def test_a_lease_of_after_the_backup_holds(plant: Plant) -> None:
    """An old backup would have a site removed that synchronized yesterday, and its licenses used twice."""
    backup = plant.standing.back_up()
    for _ in range(3):
        plant.later(60)
        plant.site.synchronize()
    plant.restore(backup)
    plant.later(80)
    plant.tick()
    assert plant.site.known().removed_at is None
    plant.site.synchronize(SyncKind.FULL)
    # It says that the new lease is in force: nothing of before can be any more.
    plant.site.synchronize()
    plant.later(91)
    plant.tick()
    assert plant.site.known().removed_at is not None


def test_what_was_taken_from_it_waits(plant: Plant) -> None:
    """Licenses that a site got after the backup, and may use, would come back when an old lease ends.

    Nor is it known whether its removal limit was raised since: the longest that there is counts.
    """
    with plant.office.store.begin(alone=True) as work:
        source = work.virtual_account(plant.place)
        target = work.virtual_account(plant.office.example.virtual)
        assert source is not None
        assert target is not None
        transfer_licenses(
            work,
            source,
            target,
            LAN,
            4,
            who="ann",
            now=plant.office.now,
            chance=plant.office.chance,
        )
        work.commit()
    backup = plant.standing.back_up()
    plant.later(60)
    plant.restore(backup)
    plant.later(363)
    plant.tick()
    default = [plant.office.example.virtual]
    assert [one.purchased for one in balances(plant.office.store, default, plant.office.now)] == [0]
    # An hour more: the clock of the on-prem may be behind.
    plant.later(2)
    plant.tick()
    assert [one.purchased for one in balances(plant.office.store, default, plant.office.now)] == [4]


def test_what_may_be_lost_of_on_prems(plant: Plant) -> None:
    """An administrator would not know that a site must make a full request, or that a code is live."""
    office = plant.office
    with office.store.begin(alone=True) as work:
        account = work.account(office.example.account)
        assert account is not None
        made = invite(
            work,
            account,
            office.keys,
            virtual_account="Mine",
            removal_days=90,
            days=7,
            who="ann",
            now=office.now,
            chance=office.chance,
        )
        work.commit()
    restored = plant.restore(plant.standing.back_up())
    lost = {
        loss.about: loss for loss in restored.losses if loss.about in ("on-prems", "invitations")
    }
    assert lost["on-prems"].subject == plant.site.site
    assert lost["on-prems"].what.startswith("Example / Plant: what it reported after Nov 01")
    assert lost["invitations"].subject == made.id
