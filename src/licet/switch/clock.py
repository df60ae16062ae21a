"""The clocks of the machine that a switch or a product runs on; everything else takes a `Moment`."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from licet.kernel.time import Moment, whole

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class SystemClock:
    """The operating system's clocks: the date, the time since boot with suspend in it, the boot.

    What is cut from the date is taken from the time since boot as well: a date that is computed from
    both is the same whenever it is printed. It still never goes back. Used by one thread.

    Raises:
        OSError: the kernel does not say which boot this is.
    """

    def __init__(self) -> None:
        self._boot = _BOOT_ID.read_text().strip()
        self._elapsed = timedelta(0)

    def now(self) -> Moment:
        """Return what the three clocks say."""
        elapsed_s = time.clock_gettime(time.CLOCK_BOOTTIME)  # noqa: TID251 - the edge: here time comes in
        wall = datetime.now(UTC)  # noqa: TID251 - the same
        elapsed = timedelta(seconds=elapsed_s, microseconds=-wall.microsecond)
        self._elapsed = max(self._elapsed, elapsed)
        return Moment(whole(wall), self._elapsed, self._boot)
