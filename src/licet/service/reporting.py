"""Tells the log of what the front refused, without letting a flood become a flood of lines."""

from collections import Counter

import structlog

EVERY_S = 60.0

_LOG = structlog.get_logger(__name__)


class Reporter:
    """Says the first refusal of each kind at once, and counts those that follow.

    Args:
        every_s: how long refusals of a kind are counted before the count is said.
    """

    def __init__(self, *, every_s: float = EVERY_S) -> None:
        self._every_s = every_s
        self._more: Counter[str] = Counter()
        self._until: dict[str, float] = {}
        self._now = 0.0

    def report(self, why: str, site: str) -> None:
        """Take note of a refusal of a connection from `site`."""
        if why in self._until:
            self._more[why] += 1
            return
        self._until[why] = self._now + self._every_s
        _LOG.warning("refused", why=why, site=site)

    def tick(self, elapsed_s: float) -> None:
        """Say the counts whose time has come."""
        self._now = elapsed_s
        for why, until in list(self._until.items()):
            if until <= elapsed_s:
                del self._until[why]
                more = self._more.pop(why, 0)
                if more:
                    _LOG.warning("refused more", why=why, count=more, within_s=int(self._every_s))
