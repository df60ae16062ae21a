"""A process that is the switch: it holds the data directory, and its loop runs until it is over."""

import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from licet.agent.runtime import Clock
from licet.kernel.chance import Chance, SystemChance
from licet.switch.clock import SystemClock
from licet.switch.configuration import Configuration
from licet.switch.life.chassis import Carrier, Chassis
from licet.switch.life.data import Data
from licet.switch.life.desk import Desk
from licet.switch.life.loop import Loop
from licet.switch.life.problems import LifeError, meaning
from licet.switch.life.remote import Logged, RemoteLog
from licet.switch.life.ways import carrier_of, with_hosts

# Ruling 24: a command that nobody else keeps the switch for waits so long for what is in flight.
FINISH_WITHIN_S = 10.0
_UNNOTICED_S = 0.5


class Being:
    """The switch of a data directory, alive in this process.

    Raises:
        StoreLocked: another process is that switch.
        LifeError: it cannot live there.
    """

    def __init__(
        self,
        path: Path,
        *,
        pid: str | None = None,
        sn: str | None = None,
        hosts: Mapping[str, str] | None = None,
        carrier: Callable[[Callable[[], Configuration]], Carrier] | None = None,
        clock: Clock | None = None,
        chance: Chance | None = None,
        heard: Callable[[Logged], None] = lambda _: None,
    ) -> None:
        self._data = Data.open(path, pid=pid, sn=sn)
        self.udi = self._data.udi
        self._heard_too = heard
        self._remote = RemoteLog(lambda configuration: with_hosts(configuration, hosts or {}))
        self._desk: Desk | None = None
        self._failure: BaseException | None = None
        self._finishing = False
        self._thread = threading.Thread(target=self._live, name="licet-switch")
        try:
            self.chassis = Chassis(
                self._data,
                clock=clock or SystemClock(),
                chance=chance or SystemChance(),
                carrier=carrier or carrier_of(hosts or {}),
                heard=self._heard,
            )
            self.loop = Loop(self.chassis)
            self._desk = Desk(path, self.chassis, self.loop)
        except OSError as error:
            self._data.close()
            raise LifeError(meaning(error)) from error
        except LifeError:
            self._data.close()
            raise

    def run(self) -> None:
        """Live in this thread until told to stop by `loop.stop`.

        Raises:
            LifeError: it cannot go on.
        """
        self._live()
        self._end()

    def start(self) -> None:
        """Live in a thread of its own until `finish`."""
        self._thread.start()

    @property
    def is_alive(self) -> bool:
        """Whether its thread still lives."""
        return self._thread.is_alive()

    def finish(
        self, *, within_s: float = FINISH_WITHIN_S, waiting: Callable[[], None] = lambda: None
    ) -> None:
        """Stop when nothing is in flight, or when so much time has passed.

        Args:
            within_s: seconds.
            waiting: called where that takes longer than a person notices.

        Raises:
            LifeError: it could not go on.
        """
        self._finishing = True
        self.loop.wake()
        try:
            self._thread.join(min(within_s, _UNNOTICED_S))
            if self._thread.is_alive() and within_s > _UNNOTICED_S:
                waiting()
                self._thread.join(within_s - _UNNOTICED_S)
        finally:
            self.loop.stop()
            self._thread.join()
        self._end()

    def _end(self) -> None:
        """Let go of everything once the loop is over."""
        self.loop.close()
        failure, self._failure = self._failure, None
        if isinstance(failure, OSError):
            raise LifeError(meaning(failure)) from failure
        if failure is not None:
            raise failure

    def _over(self) -> bool:
        if self._desk is not None:
            self._desk.follow_boot()
        return (
            self._finishing and self.chassis.quiet and self._desk is not None and self._desk.empty
        )

    def _live(self) -> None:
        try:
            self.loop.run(self._over)
        except BaseException as failure:  # noqa: BLE001 - whoever started it is told
            self._failure = failure
        finally:
            self.chassis.close()
            if self._desk is not None:
                self._desk.close(failed=self._failure)
            self._remote.close()
            # Last: whoever finds it free may be the switch at once.
            self._data.close()

    def _heard(self, logged: Logged) -> None:
        if self._desk is not None:
            self._desk.hear(logged.line)
        self._remote.send(logged)
        self._heard_too(logged)
