"""True time, and the clocks of machines that may differ from it."""

from datetime import UTC, datetime, timedelta

from licet.kernel.time import Moment, instant


class VirtualClock:
    """True time: whole seconds, in UTC; it moves when it is told to, and never back.

    Args:
        start: the first instant.

    Raises:
        ValueError: `start` has no time zone, or a part of a second.
    """

    def __init__(self, start: datetime) -> None:
        if start.tzinfo is None or start.microsecond:
            raise ValueError(f"{start!r} is not an aware instant of whole seconds")
        self.now = start.astimezone(UTC)

    def set(self, to: datetime) -> None:
        """Move on to an instant.

        Raises:
            ValueError: it lies in the past, or has a part of a second.
        """
        if to < self.now or to.microsecond:
            raise ValueError(f"true time goes from {self.now} on in whole seconds, not to {to}")
        self.now = to


# Where a machine's clock can be set to: agents and authorities count seconds since 1970, and sign
# dates that lie some decades ahead.
_EARLIEST = instant(86_400)
_LATEST = datetime(2500, 1, 1, tzinfo=UTC)


class MachineClock:
    """The three clocks of one machine, which live on true time.

    The system clock (`wall`) may be wrong and may be set; elapsed time counts from the boot and
    never jumps; the boot id names the boot.

    Args:
        true: true time.
        boots: how the boots of this machine are named.
    """

    def __init__(self, true: VirtualClock, boots: str = "boot") -> None:
        self._true = true
        self._boots = boots
        self._booted_at = true.now
        self._boot = 1
        self.offset = timedelta(0)

    def now(self) -> Moment:
        """Return what the three clocks say."""
        return Moment(self.wall, self._true.now - self._booted_at, f"{self._boots} {self._boot}")

    @property
    def wall(self) -> datetime:
        """The system clock."""
        return self._true.now + self.offset

    def jump(self, by: timedelta) -> None:
        """Set the system clock on or back; elapsed time does not notice.

        Raises:
            ValueError: no machine's clock goes there; it stays as it is.
        """
        try:
            reached = self.wall + by
        except OverflowError:
            raise ValueError(f"a clock cannot be set on by {by}") from None
        if not _EARLIEST <= reached <= _LATEST or by.microseconds:
            raise ValueError(f"a clock cannot be set to {reached}")
        self.offset += by

    def reboot(self) -> None:
        """Begin a new boot: elapsed time counts from now."""
        self._boot += 1
        self._booted_at = self._true.now

    def true_time_of(self, wall: datetime) -> datetime:
        """Return when, in true time, the system clock says `wall`, if nobody sets it until then."""
        return wall - self.offset
