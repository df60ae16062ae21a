"""Retry schedules as data: when the next attempt of a failing streak is made.

A schedule counts from the *start* of the first failed attempt of a streak (RULES.md, ruling 6), so
that slow failures do not stretch it.
"""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Stage:
    """A stretch of a schedule: one attempt `every` so often, `lasting` so long or for ever."""

    every: timedelta
    lasting: timedelta | None = None


class RetrySchedule:
    """Stages one after the other; only the last may last for ever, and it must.

    Example:
        Every 15 minutes for 4 hours, then hourly: attempts at +15 min ... +240 min, +5 h, +6 h ...

        >>> RetrySchedule(Stage(15 * MINUTE, lasting=4 * HOUR), Stage(HOUR))
    """

    def __init__(self, *stages: Stage) -> None:
        if not stages or stages[-1].lasting is not None:
            raise ValueError("the last stage of a retry schedule lasts for ever")
        if any(stage.lasting is None for stage in stages[:-1]):
            raise ValueError("only the last stage of a retry schedule lasts for ever")
        self.stages = stages

    def next_after(self, offset: timedelta) -> timedelta:
        """Return the first scheduled offset that lies strictly after `offset`.

        Both count from the start of the first failed attempt of the streak.
        """
        begun = timedelta(0)
        for stage in self.stages:
            attempts_past = max((offset - begun) // stage.every, 0)
            candidate = begun + stage.every * (attempts_past + 1)
            if stage.lasting is None or candidate <= begun + stage.lasting:
                return candidate
            begun += stage.lasting
        raise AssertionError("unreachable: the last stage lasts for ever")
