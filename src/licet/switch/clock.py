"""The clocks of the machine that a switch or a product runs on; everything else takes a `Moment`."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from licet.kernel.time import Moment, whole

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class SystemClock:
    """The operating system's clocks: the date, the time since boot with suspend in it, the boot.

    Raises:
        OSError: the kernel does not say which boot this is.
    """

    def __init__(self) -> None:
        self._boot = _BOOT_ID.read_text().strip()

    def now(self) -> Moment:
        """Return what the three clocks say."""
        elapsed_s = time.clock_gettime(time.CLOCK_BOOTTIME)  # noqa: TID251 - the edge: here time comes in
        wall = datetime.now(UTC)  # noqa: TID251 - the same
        return Moment(whole(wall), timedelta(seconds=elapsed_s), self._boot)
