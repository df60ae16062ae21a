"""How often one synchronization goes to the manager: until both sides are equal, and no further."""

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
from licet.onprem.road import Road
from licet.onprem.synchronizing import synchronize
from licet.store.sqlite.store import SqliteStore
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
