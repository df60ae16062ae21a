"""Reaches the switch of a data directory: at the process that is it, or by becoming that process.

Ruling 24: whoever wants something of a switch talks to the process that holds its state lock; if
there is none, it holds the lock itself, does what is due, then what it wants, and waits up to ten
seconds for what is in flight.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

from licet.switch.life.dialing import Phone, dial
from licet.switch.life.frames import Reply
from licet.switch.life.problems import LifeError, LineLost

if TYPE_CHECKING:
    from licet.switch.life.being import Being

# A process that begins or ends holds the lock and does not listen for a moment.
REACH_WITHIN_S = 15.0
_LOOK_EVERY_S = 0.02


@dataclass(frozen=True)
class Wish:
    """Which switch, and what to make of it where it must be made.

    Attributes:
        hosts: name to address, for the process that becomes the switch.
    """

    path: Path
    pid: str | None = None
    sn: str | None = None
    hosts: Mapping[str, str] = field(default_factory=dict)


class Reach:
    """A session at a switch, wherever that lives; it is opened again when it is lost.

    Args:
        waiting: called where the end takes longer than a person notices.
    """

    def __init__(self, wish: Wish, *, waiting: Callable[[], None] = lambda: None) -> None:
        self._wish = wish
        self._waiting = waiting
        self._being: Being | None = None
        self.phone = self._open()

    def execute(self, line: str) -> Reply:
        """Let the switch do a line, once.

        Raises:
            LineLost: it is not known whether it was done.
            LifeError: there is no switch any more.
        """
        try:
            return self.phone.execute(line)
        except LineLost as lost:
            if not lost.safe:
                raise
            self.redial()
            return self.phone.execute(line)

    def redial(self) -> None:
        """Open a session again, after the last one was lost.

        Raises:
            LifeError: there is no switch any more.
        """
        self.phone.close()
        if self._being is not None and not self._being.is_alive:
            being, self._being = self._being, None
            being.finish()
        hear = self.phone.hear
        self.phone = self._open()
        self.phone.hear = hear

    def close(self) -> None:
        """Hang up; where this process is the switch, finish what is in flight.

        Raises:
            LifeError: the switch could not go on.
        """
        self.phone.close()
        if self._being is not None:
            being, self._being = self._being, None
            being.finish(waiting=self._waiting)

    def __enter__(self) -> Self:
        """Use it in a `with` statement."""
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Hang up; do not wait where something went wrong."""
        if kind is None:
            self.close()
            return
        self.phone.close()
        if self._being is not None:
            self._being.finish(within_s=0)

    def _open(self) -> Phone:
        """Dial, or become the switch and dial that."""
        until = time.perf_counter() + REACH_WITHIN_S
        while True:
            phone = dial(self._wish.path)
            if phone is not None:
                self._check_same()
                return phone
            if self._being is None and not self._become() and time.perf_counter() > until:
                raise LifeError(
                    f"{self._wish.path} is in use by another process, which does not answer"
                )

    def _become(self) -> bool:
        """Become the switch; False, after a moment, where another process is it."""
        from licet.agent.store import StoreLocked  # noqa: PLC0415 - most find a daemon, and need none of it
        from licet.switch.life.being import Being  # noqa: PLC0415 - the same

        wish = self._wish
        try:
            being = Being(wish.path, pid=wish.pid, sn=wish.sn, hosts=wish.hosts)
        except StoreLocked:
            time.sleep(_LOOK_EVERY_S)  # noqa: TID251 - another process is waited for, with a deadline
            return False
        being.start()
        self._being = being
        return True

    def _check_same(self) -> None:
        """Pass if what was typed of the switch can be true of one that lives already."""
        wish = self._wish
        if self._being is not None:
            return
        if wish.hosts:
            raise LifeError(
                "--host is for the process that becomes the switch, and one lives already; "
                "there, configure: ip host NAME A.B.C.D"
            )
        if wish.pid is not None or wish.sn is not None:
            from licet.switch.life.data import check_identity  # noqa: PLC0415 - seldom

            check_identity(wish.path, wish.pid, wish.sn)
