"""A synchronization on a disk that fails at every possible write, on either side of it.

Whichever step a crash cuts off, the synchronization is completed or repeated: never half, nothing is
lost, nothing is doubled.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from licet.admin.licenses import transfer_licenses
from licet.ledger.pools import purchased
from licet.ledger.sites import SyncKind
from licet.store.sqlite.database import Database
from licet.store.sqlite.problems import StoreError
from licet.store.sqlite.store import SqliteStore
from licet.sync.problems import SyncRefused, Why
from support.exchange import TAGS, WHO, Manager, Plain, Site, both, instances
from support.faulty_disk import Fault, FaultyDisk

# A tiny log, so that checkpoints happen within the scenario, and are failed too.
CHECKPOINT_PAGES = 20


class Machine:
    """The disk of one side; the fault can come only while they synchronize."""

    def __init__(self, path: Path, fault: Fault | None, at: int) -> None:
        self._path, self._fault, self._due = path, fault, at
        self.writes = 0
        self.disk = FaultyDisk(path.name)
        self.store = self._open()

    def _open(self) -> SqliteStore:
        database = Database(self._path, vfs=self.disk.name)
        with database.lend() as connection:
            connection.wal_autocheckpoint(CHECKPOINT_PAGES)
        return SqliteStore(database)

    def arm(self) -> None:
        """From now on writes count, and one of them may fail."""
        self.disk.writes = self.writes
        self.disk.fault, self.disk.at = self._fault, self._due

    def disarm(self) -> None:
        """No write fails any more until it is armed again."""
        self.writes = self.disk.writes
        self.disk.fault = None

    def restart(self, side: Plain) -> None:
        """Start the machine again, on what is left of its disk; the fault does not come again."""
        self.store.close()
        if self.disk.stopped:
            self.disk.pull_the_plug()
            Path(f"{self._path}-shm").unlink(missing_ok=True)
        self.disk.fault, self.disk.stopped, self._fault = None, False, None
        self.disk.undo.clear()
        self.store = side.store = self._open()


def synchronize(site: Site, restart: Callable[[], None]) -> None:
    """Synchronize to the end, as an on-prem does it: what waits is sent again, what failed is repeated."""
    kind = SyncKind.STANDARD
    for _ in range(8):
        try:
            waiting = site.account.outstanding
            kept = waiting is not None and waiting.mark.signature.encode() in site.request
            request = site.request if kept else site.ask(kind)
            site.take(site.manager.answer(request).letter.text)
        except StoreError:
            restart()
        except SyncRefused as refused:
            if refused.why not in {Why.NEEDS_FULL, Why.UNEQUAL}:
                raise
            kind = SyncKind.FULL
            site.ask(kind)
        else:
            return
    raise AssertionError("it did not come to its end")


def play(folder: Path, faulty: str, fault: Fault | None, at: int) -> int:
    """Play the scenario with a fault at the `at`-th write of one side; return how many it took."""
    folder.mkdir()
    machine = Machine(folder / f"{faulty}-{at}.db", fault, at)
    manager = Manager(store=machine.store if faulty == "manager" else None)
    place, spare = manager.open("Plant"), manager.open("Spare")
    manager.order(place, TAGS[0], 10)
    site = Site(manager, "Sat", "Plant", store=machine.store if faulty == "site" else None)
    side: Plain = manager if faulty == "manager" else site

    def exchange() -> None:
        machine.arm()
        synchronize(site, lambda: machine.restart(side))
        machine.disarm()

    exchange()
    first = site.enter("A", TAGS[0], 3)
    site.enter("B", TAGS[0], 2)
    manager.change(
        lambda work: transfer_licenses(
            work, place, spare, TAGS[0], 4, who=WHO, now=manager.now, chance=manager.chance
        )
    )
    exchange()
    site.leave(first)
    exchange()
    ours, theirs = both(manager, site)
    assert ours == theirs
    assert [(one.purchased, one.in_use) for one in ours] == [(6, 2)]
    assert instances(manager, [place.id]) == instances(site, site.places())
    assert manager.look(lambda work: purchased(work.pool(spare.id, TAGS[0]), manager.now)) == 4
    texts = [event.text for event in manager.store.list_events(manager.account.id).items]
    assert sum(text.endswith("was removed: left") for text in texts) == 1
    assert manager.on_prem(site).cuts == ()
    machine.store.close()
    machine.disk.unregister()
    return machine.writes


@pytest.mark.parametrize("faulty", ["site", "manager"])
@pytest.mark.parametrize("fault", list(Fault))
def test_whatever_step_is_cut_off_it_is_completed_or_repeated(
    tmp_path: Path, fault: Fault, faulty: str
) -> None:
    """A power cut in the middle would leave the two sides with different numbers, for ever."""
    writes = play(tmp_path / "none", faulty, None, 0)
    assert writes > 20
    for at in range(1, writes + 1):
        play(tmp_path / str(at), faulty, fault, at)
