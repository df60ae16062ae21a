"""What falls due is done when it is due, and failures are tried again."""

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from licet.kernel.time import MINUTE, SECOND
from licet.service.tending import FAILED_REST_MAX, LOOKS_EVERY, Tender, Tending

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


@dataclass
class Chore:
    """A duty whose due times the test gives."""

    due: list[datetime | None]
    fails: bool = False
    done_at: list[datetime] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)

    def next_due(self) -> datetime | None:
        """Return when."""
        return self.due[0]

    def tick(self, now: datetime) -> int:
        """Do it."""
        self.done_at.append(now)
        self.done.set()
        if self.fails:
            raise OSError("the disk is full")
        if len(self.due) > 1:
            self.due.pop(0)
        return 1


def test_it_is_done_when_it_is_due_and_not_before() -> None:
    """Releases and removals would come early, or at the next restart."""
    chore = Chore([NOW + 30 * SECOND, NOW + 90 * SECOND])
    tending = Tending("chore", chore)
    assert tending.run(NOW) == 30 * SECOND
    assert chore.done_at == []
    assert tending.run(NOW + 30 * SECOND) == MINUTE
    assert chore.done_at == [NOW + 30 * SECOND]


def test_it_looks_again_though_nothing_is_due() -> None:
    """What a command made due, or a clock that was set, would be seen at the next restart."""
    assert Tending("chore", Chore([None])).run(NOW) == LOOKS_EVERY
    assert Tending("chore", Chore([NOW + timedelta(days=300)])).run(NOW) == LOOKS_EVERY


def test_it_never_spins() -> None:
    """A duty that is due again and again would take a whole processor."""
    assert Tending("chore", Chore([NOW])).run(NOW) == SECOND


def test_what_fails_is_tried_again_ever_more_slowly() -> None:
    """One failure would end the tending, or fill the log."""
    chore = Chore([NOW], fails=True)
    tending = Tending("chore", chore)
    rests = [tending.run(NOW) for _ in range(12)]
    assert rests[:4] == [SECOND, 2 * SECOND, 4 * SECOND, 8 * SECOND]
    assert rests[-1] == FAILED_REST_MAX
    chore.fails = False
    chore.due = [NOW, NOW + 10 * SECOND]
    assert tending.run(NOW) == 10 * SECOND
    chore.due, chore.fails = [NOW], True
    assert tending.run(NOW) == SECOND, "it recovered in between"


class Clocks:
    """A wall clock that stands, and an elapsed one that never makes anybody wait."""

    def __init__(self) -> None:
        self.elapsed = 0.0

    def now(self) -> datetime:
        """Return the instant."""
        return NOW

    def elapsed_s(self) -> float:
        """Return a later time at every look."""
        self.elapsed += 0.5
        return self.elapsed


def test_one_that_fails_does_not_hold_up_another() -> None:
    """A full disk at the sweep would let the answer certificate end."""
    bad, good = Chore([NOW], fails=True), Chore([NOW, None])
    tender = Tender({"bad": bad, "good": good}, Clocks())
    tender.start()
    assert bad.done.wait(10)
    assert good.done.wait(10)
    assert tender.stop(10)
