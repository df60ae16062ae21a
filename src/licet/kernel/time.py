"""Instants, moments and durations, and how they are printed.

An *instant* is an aware `datetime` in UTC, cut to whole seconds. A *moment* is what a machine's
three clocks say together. Nothing below the edge rooms reads a clock: every function takes one of
these as an argument.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Moment:
    """What a machine's clocks say at one point in time.

    Attributes:
        wall: the system clock, which may be wrong and may jump.
        elapsed: time since boot; never goes back, never jumps, counts through suspend.
        boot: names the boot that `elapsed` counts from.
    """

    wall: datetime
    elapsed: timedelta
    boot: str


def instant(seconds: int) -> datetime:
    """Return the instant that lies `seconds` after 1970-01-01 00:00:00 UTC."""
    return datetime.fromtimestamp(seconds, UTC)


def epoch_seconds(at: datetime) -> int:
    """Return the whole seconds from 1970-01-01 00:00:00 UTC to `at`."""
    return int(at.timestamp())


def whole(at: datetime) -> datetime:
    """Return `at` in UTC, cut to whole seconds; the only way in from a real clock.

    Raises:
        ValueError: `at` carries no time zone.
    """
    if at.tzinfo is None:
        raise ValueError(f"{at!r} has no time zone; an instant is aware")
    return at.astimezone(UTC).replace(microsecond=0)


def print_instant(at: datetime) -> str:
    """Return `at` as NX-OS prints dates, e.g. `Jun 22 16:15:41 2022 UTC` (device.md 1.3)."""
    return f"{MONTHS[at.month - 1]} {at:%d %H:%M:%S %Y} UTC"


def print_period(length: timedelta) -> str:
    """Return `length` as the agent prints periods, e.g. `89 days, 1 hours, 33 minutes, 51 seconds`."""
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    return f"{days} days, {hours} hours, {minutes} minutes, {seconds} seconds"
