"""A clock that stands until a test moves it."""

from datetime import UTC, datetime, timedelta

from licet.kernel.time import Moment
from licet.world.clock import MachineClock, VirtualClock

DEFAULT_START = datetime(2026, 1, 1, tzinfo=UTC)


class FakeClock:
    """A product's clocks, in a test's hands; implements `agent.runtime.Clock`.

    True time is what everybody in the test shares. The product's system clock begins with it, and
    can be set wrong; the time since boot cannot.

        clock = FakeClock()
        clock.advance(timedelta(days=30))   # time passes
        clock.jump(timedelta(hours=-2))     # a person sets the system clock back

    Args:
        start: the first instant of true time.
    """

    def __init__(self, start: datetime = DEFAULT_START) -> None:
        self.true = VirtualClock(start)
        self._machine = MachineClock(self.true)

    def now(self) -> Moment:
        """Return what the product's three clocks say."""
        return self._machine.now()

    def advance(self, by: timedelta) -> None:
        """Let time pass: true time, the system clock and the time since boot.

        Whoever falls due meanwhile is not called; `licet.testing.run` does that.

        Raises:
            ValueError: `by` is negative, or has a part of a second.
        """
        self.true.set(self.true.now + by)

    def jump(self, by: timedelta) -> None:
        """Set the system clock on or back; nothing else moves.

        Raises:
            ValueError: no machine's clock goes there.
        """
        self._machine.jump(by)

    def set_wall(self, wall: datetime) -> None:
        """Set the system clock to an instant; nothing else moves.

        Raises:
            ValueError: no machine's clock goes there.
        """
        self.jump(wall - self._machine.wall)

    def reboot(self) -> None:
        """Begin a new boot: the time since boot begins at nothing, under a new boot id."""
        self._machine.reboot()
