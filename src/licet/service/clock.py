"""The clocks of the machine that an authority stands on; everything else takes time as an argument."""

import time
from datetime import UTC, datetime
from typing import Protocol

from licet.kernel.time import whole


class Clock(Protocol):
    """Where the time comes from."""

    def now(self) -> datetime:
        """Return the instant, in whole seconds."""
        ...

    def elapsed_s(self) -> float:
        """Return seconds that only ever grow, whatever becomes of the system clock."""
        ...


class SystemClock:
    """The operating system's clocks."""

    def now(self) -> datetime:
        """Return what the system clock says, in whole seconds."""
        return whole(datetime.now(UTC))  # noqa: TID251 - the edge: here time comes in

    def elapsed_s(self) -> float:
        """Return the seconds of the clock that never goes back."""
        return time.monotonic()  # noqa: TID251 - the edge: here time comes in
