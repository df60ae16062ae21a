"""A switch that is on: it boots from its data directory, keeps what changes, and reloads in place."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Protocol

from licet.agent.events import Notice
from licet.agent.machine import Agent, AgentSettings
from licet.agent.runtime import Clock, Deliver
from licet.agent.state import StoreDamaged
from licet.kernel.chance import Chance
from licet.kernel.time import SECOND
from licet.switch.configuration import Configuration
from licet.switch.features import PRODUCT
from licet.switch.life.box import FileBox
from licet.switch.life.data import LOG, Boot, Data
from licet.switch.life.logfile import LogFile
from licet.switch.life.problems import LifeError
from licet.switch.life.remote import Logged
from licet.switch.retyping import retype
from licet.switch.switch import LOG_LINES_MAX, Switch
from licet.switch.syslog import KINDS, print_untaken

# A set clock is noticed within so long; nothing else needs it (the agent says when it is due).
LOOK_AGAIN = 30 * SECOND
# Of a startup configuration that is none, so many lines are told.
TOLD_MAX = 20
_NOTHING = timedelta(0)
_READY = f"LOG_SMART_LIC_{KINDS[Notice.READY].mnemonic}:"


class Carrier(Protocol):
    """The roads out of one boot of a switch; see `licet.switch.roads`."""

    def post(self, url: str, data: bytes, deliver: Deliver) -> None:
        """Start posting; `drain` delivers what became of it."""
        ...

    def fileno(self) -> int:
        """Return a descriptor that can be read while outcomes wait."""
        ...

    def drain(self) -> int:
        """Deliver the outcomes that wait, on the calling thread."""
        ...

    @property
    def busy(self) -> bool:
        """Whether something is under way, or an outcome waits."""
        ...

    def close(self) -> None:
        """Give up what is under way; nothing is delivered any more."""
        ...


class Chassis:
    """One switch over its data directory.

    Args:
        carrier: makes the roads of one boot; it is given what returns the running configuration.
        heard: told each line of the log after it was kept.

    Attributes:
        boots: counts the times it booted in this process; sessions belong to one of them.
    """

    def __init__(
        self,
        data: Data,
        *,
        clock: Clock,
        chance: Chance,
        carrier: Callable[[Callable[[], Configuration]], Carrier],
        heard: Callable[[Logged], None] = lambda _: None,
    ) -> None:
        self._data = data
        self._clock = clock
        self._chance = chance
        self._make_carrier = carrier
        self._heard = heard
        self._reload_due = False
        self.log = LogFile(data.path / LOG)
        self._looked = clock.now().elapsed
        self.box = FileBox(data, reload=self._want_reload, clear_log=self.log.clear)
        self.boots = 0
        self._kept: Configuration | None = None
        self._ready_said = True
        self._startup: str | None = None
        self._untaken: tuple[str, ...] = ()
        running = data.running()
        if running is None:
            running = self._from_startup()
            self._power_on(running, "power on")
        self._boot(running)

    def tick(self) -> None:
        """Let the agent do what is due, keep what changed, and reload if that was asked for.

        Raises:
            OSError: something cannot be made durable: the switch must not go on.
            LifeError: the switch cannot boot again.
        """
        if self.switch.runtime.due_in() == _NOTHING or self._looks_again():
            self.switch.runtime.tick()
        self.keep()
        if self._reload_due:
            self._reload_due = False
            self.close()
            configuration = self._from_startup()
            self._power_on(configuration, "reload")
            self._boot(configuration)

    def keep(self) -> None:
        """Make the running configuration durable if it changed.

        Raises:
            OSError: it cannot be written.
        """
        if self.switch.configuration is not self._kept:
            self._data.save_running(self.switch.configuration)
            self._kept = self.switch.configuration

    def due_in(self) -> timedelta:
        """Return how long nothing needs `tick`, as long as nothing comes from outside."""
        if self._reload_due:
            return _NOTHING
        due = self.switch.runtime.due_in()
        return LOOK_AGAIN if due is None else min(due, LOOK_AGAIN)

    @property
    def quiet(self) -> bool:
        """Whether nothing is in flight, and nothing follows at once from what was done."""
        # What changed in use is sent a second later (RULES.md 13).
        due = self.switch.runtime.due_in()
        soon = due is not None and due <= 2 * SECOND
        return not (self.carrier.busy or soon or self._reload_due)

    @property
    def greeting(self) -> str:
        """What a terminal shows before its first prompt.

        The banner, and the lines of the startup configuration that this boot did not take, as long
        as they stand in it.
        """
        lines = [self.switch.configuration.banner or ""]
        if self._untaken and self._data.startup() == self._startup:
            lines += [
                "% Not taken of the startup configuration:",
                *(f"%   {told}" for told in self._untaken),
                "% It keeps these lines until copy running-config startup-config",
            ]
        return "\n".join(filter(None, lines))

    def close(self) -> None:
        """Switch it off: nothing is sent or heard any more."""
        self.carrier.close()

    def _want_reload(self) -> None:
        self._reload_due = True

    def _looks_again(self) -> bool:
        """Tell whether it is time to see if the system clock was set."""
        now = self._clock.now().elapsed
        again = now - self._looked >= LOOK_AGAIN
        if again:
            self._looked = now
        return again

    def _power_on(self, configuration: Configuration, reason: str) -> None:
        """Begin a boot: what is not in the startup configuration is gone."""
        self._data.save_running(configuration)
        self._data.save_boot(Boot(self._clock.now().wall, reason))
        self._ready_said = False

    def _tell_untaken(self) -> None:
        """Log what this boot did not take of the startup configuration."""
        now = self.switch.now().wall.astimezone(self.switch.configuration.time_zone.zone)
        for told in self._untaken:
            self.switch.put_log(print_untaken(told, now, self.switch.configuration.host_name))

    def _boot(self, configuration: Configuration) -> None:
        self._kept = configuration
        self.boots += 1
        self._booting: Configuration | None = configuration
        self.carrier: Carrier = self._make_carrier(self._running)
        said: list[str] = []
        self._say = said.append
        self.switch: Switch = Switch(
            agent=self._agent(),
            store=self._data.store,
            network=self.carrier,
            clock=self._clock,
            configuration=configuration,
            syslog=self._hear,
            box=self.box,
        )
        self._booting = None
        self._say = self._log
        self.switch.log.extendleft(reversed(self.log.lines(LOG_LINES_MAX - len(said))))
        for line in said:
            self._log(line)
        self._tell_untaken()
        self.keep()

    def _running(self) -> Configuration:
        """Return the running configuration, also while a switch that is not there yet sends."""
        return self.switch.configuration if self._booting is None else self._booting

    def _agent(self) -> Agent:
        settings = AgentSettings(PRODUCT)
        snapshot = self._data.store.load()
        udi, chance = self._data.udi, self._chance
        if snapshot is None:
            return Agent.fresh(udi, settings=settings, chance=chance, now=self._clock.now())
        try:
            return Agent.restore(snapshot, udi=udi, settings=settings, chance=chance)
        except StoreDamaged as damaged:
            raise LifeError(f"{self._data.path}: {damaged}") from damaged

    def _hear(self, line: str) -> None:
        self._say(line)

    def _log(self, line: str) -> None:
        """Keep a line; that the agent is ready is said once a boot, not once a process."""
        if _READY in line:
            if self._ready_said:
                self.switch.log.remove(line)
                return
            self._ready_said = True
        self.log.append(line)
        self._heard(Logged(line, self._clock.now().wall, self.switch.configuration))

    def _from_startup(self) -> Configuration:
        self._startup = self._data.startup()
        typed = retype(self._startup or "")
        told = [each.told for each in typed.refused]
        more = [f"{len(told) - TOLD_MAX} more lines"] if len(told) > TOLD_MAX else []
        self._untaken = (*told[:TOLD_MAX], *more)
        return replace(typed.configuration, changed_at=None)
