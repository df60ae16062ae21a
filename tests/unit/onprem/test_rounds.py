"""How often one synchronization goes to the manager: until both sides are equal, and no further."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

import pytest

from licet.kernel.time import MINUTE
from licet.ledger.sites import LocalAccount, LocalState, SyncKind
from licet.onprem import synchronizing
from licet.onprem.client import Sending, Stopped
from licet.onprem.duties import Synchronizing
from licet.onprem.office import Office
from licet.onprem.road import Road, Unreached
from licet.onprem.synchronizing import synchronize
from licet.store.sqlite.store import SqliteStore
from support.sites_tables import Inside
from support.two_sides import TwoSides

LICENSE = "LAN_ENTERPRISE_SERVICES_PKG"


class Messenger:
    """Carries requests to the manager as a network does.

    Attributes:
        count: of those that were answered.
        ends_after: it carries so many; then the server of the on-prem ends.
    """

    def __init__(self, sides: TwoSides) -> None:
        self._sides = sides
        self.count = 0
        self.ends_after: int | None = None

    def __call__(self, _road: Road, _wait: Callable[[float], bool]) -> "Messenger":
        """Return a client."""
        return self

    def exchange(self, sending: Sending, into: BinaryIO) -> None:
        """Carry one."""
        if self.count == self.ends_after:
            raise Stopped
        self.count += 1
        file = self._sides.folder / f"{self.count}.yml"
        file.write_bytes(sending.file.read())
        told = self._sides.manager.ask(f"onprem sync {file} --output {self._sides.folder}")
        into.write(Path(told["file"]).read_bytes())


@pytest.fixture
def sides(tmp_path: Path) -> TwoSides:
    """A manager with ten licenses for an on-prem, whose local account has synchronized."""
    sides = TwoSides(tmp_path)
    sides.register("Plant")
    sides.manager.do(f"order add {LICENSE} 10 --order A --virtual-account Plant")
    sides.synchronize("Plant")
    sides.sat.do("account reach Plant --manager https://localhost")
    return sides


@pytest.fixture
def office(sides: TwoSides) -> Iterator[Office]:
    """The on-prem."""
    office = sides.office()
    yield office
    assert isinstance(office.store, SqliteStore)
    office.store.close()


@pytest.fixture
def messenger(sides: TwoSides, monkeypatch: pytest.MonkeyPatch) -> Messenger:
    """What stands in the place of the network."""
    messenger = Messenger(sides)
    monkeypatch.setattr(synchronizing, "Client", messenger)
    return messenger


def account_of(office: Office) -> LocalAccount:
    """Return the local account."""
    with office.store.begin() as work:
        [account] = work.local_accounts()
    return account


def pending(sides: TwoSides) -> int:
    """Return how many licenses wait at the manager for the site."""
    return sum(row["pending"] for row in sides.manager.ask("license list"))


def test_what_was_given_back_is_free_after_one_synchronization(
    sides: TwoSides, office: Office, messenger: Messenger
) -> None:
    """A person synchronizes, and the licenses that they moved still count for nobody for a month."""
    sides.manager.do(f"license transfer {LICENSE} 4 --from Plant --to Default")
    assert pending(sides) == 4
    done = synchronize(office, account_of(office), SyncKind.STANDARD, lambda _: False)
    assert pending(sides) == 0
    assert messenger.count == 2
    assert done.applied is not None
    assert not done.applied.shrank
    synchronize(office, account_of(office), SyncKind.STANDARD, lambda _: False)
    assert messenger.count == 3, "nothing is left to say"


def test_a_lease_that_grows_needs_no_second_round(
    sides: TwoSides, office: Office, messenger: Messenger
) -> None:
    """Every purchase would cost every site two exchanges."""
    sides.manager.do(f"order add {LICENSE} 5 --order B --virtual-account Plant")
    done = synchronize(office, account_of(office), SyncKind.STANDARD, lambda _: False)
    assert messenger.count == 1
    assert done.applied is not None
    assert [row[1:] for row in done.applied.licenses] == [(10, 15)]


def test_a_removal_is_acknowledged_though_the_server_ended_in_between(
    sides: TwoSides, office: Office, messenger: Messenger
) -> None:
    """The licenses of a removed on-prem would be held for a year, because it was restarted once."""
    sides.manager.do("onprem remove Sat --yes")
    messenger.ends_after = 1
    with pytest.raises(Stopped):
        synchronize(office, account_of(office), SyncKind.STANDARD, lambda _: False)
    assert account_of(office).state is LocalState.REMOVED
    assert pending(sides) == 10
    messenger.ends_after = None
    duty, now = Synchronizing(office), office.clock.now()
    due = duty.next_due()
    assert due is not None
    assert due <= now
    duty.tick(now)
    assert messenger.count == 3, "the request that waited, and one of now"
    assert pending(sides) == 0
    assert duty.next_due() is None
    duty.tick(now + MINUTE)
    assert messenger.count == 3, "the manager knows"


def test_what_all_rounds_have_changed_is_told(sides: TwoSides, messenger: Messenger) -> None:
    """A person would read that nothing was removed, and an instance be gone."""
    inside = Inside(sides.sat.data.path, "Plant")
    inside.enter(1, sides.sat.ask("catalog list")[0]["tag"])
    inside.close()
    sides.sat.do("sync now")
    sides.manager.do("instance remove SN0000000")
    sides.manager.do(f"license transfer {LICENSE} 4 --from Plant --to Default")
    before = messenger.count
    [row] = sides.sat.ask("sync now")
    assert messenger.count == before + 2, "the second told that it was done"
    assert row["result"] == "1 lease line, 1 changed, 1 instance removed, 0 alerts"


def test_one_that_cannot_be_synchronized_hides_no_other(
    sides: TwoSides, office: Office, messenger: Messenger
) -> None:
    """Nobody would learn which of many local accounts were synchronized, and which was not."""
    plant = account_of(office)
    sides.register("Ship")
    sides.sat.do("account reach Ship --manager https://localhost")
    with office.alone(plant):
        ran = sides.sat.type("sync now --json")
    assert ran.status == 1
    assert "'Plant' is being synchronized by another command" in ran.err
    assert [(row["name"], row["done"]) for row in json.loads(ran.out)] == [
        ("Plant", False),
        ("Ship", True),
    ]
    assert messenger.count == 1


def test_a_failure_is_shown_with_the_number_that_it_had(
    sides: TwoSides, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who looks for it in the manager's log would look for another request, which was answered."""

    class Nobody:
        def __init__(self, *_: object) -> None:
            """Stand in the place of the client."""

        def exchange(self, *_: object) -> None:
            """Come to nobody."""
            raise Unreached("the manager refuses connections")

    monkeypatch.setattr(synchronizing, "Client", Nobody)
    ran = sides.sat.type("sync now --full --json")
    [row] = json.loads(ran.out)
    assert (row["number"], row["kind"]) == (2, "full")
    assert account_of(office).number == 2
    ran = sides.sat.type("sync now --json")
    [row] = json.loads(ran.out)
    assert (row["number"], row["kind"]) == (2, "full"), "that one is sent again"


def test_all_means_also_who_has_something_to_acknowledge(
    sides: TwoSides, messenger: Messenger
) -> None:
    """A person would synchronize all, and licenses of a removed account count for nobody for months."""
    sides.manager.do("onprem remove Sat --yes")
    messenger.ends_after = 1
    with pytest.raises(Stopped):
        sides.sat.type("sync now")
    messenger.ends_after = None
    [row] = sides.sat.ask("sync now")
    assert row["done"] is True
    assert pending(sides) == 0
    assert "no local account has a manager on the network" in sides.sat.refuses("sync now")
