"""One switch of a lab: what survives its restarts, and the session that lines are typed at."""

from collections.abc import Callable
from dataclasses import replace

from licet.agent.machine import Agent, AgentSettings
from licet.agent.runtime import Runtime
from licet.kernel.ids import Udi
from licet.switch.configuration import FACTORY, Configuration
from licet.switch.features import PRODUCT
from licet.switch.session import Session
from licet.switch.switch import Switch
from licet.world.machine import Machine
from licet.world.world import World


class Bench:
    """A switch on the bench.

    Its snapshots survive everything. Its configuration does too: the lab takes it as saved.

    Args:
        console: told every line of the switch's log.
    """

    def __init__(
        self,
        world: World,
        name: str,
        udi: Udi,
        *,
        jitter_s_max: int,
        console: Callable[[str], None],
    ) -> None:
        self.name = name
        self.udi = udi
        # Nobody cheats at the bench: saving the clocks once a day keeps a simulated year short.
        self._settings = AgentSettings(
            product=PRODUCT, jitter_s_max=jitter_s_max, clock_save_s=86_400
        )
        self._chance = world.chance_of(name)
        self._console = console
        self._configuration: Configuration = replace(FACTORY, host_name=name)
        self.machine = world.add(name, self._build)

    def _build(self, machine: Machine) -> Runtime:
        snapshot = machine.disk.load()
        settings, chance = self._settings, self._chance
        if snapshot is None:
            agent = Agent.fresh(self.udi, settings=settings, chance=chance, now=machine.clock.now())
        else:
            agent = Agent.restore(snapshot, udi=self.udi, settings=settings, chance=chance)
        self.switch = Switch(
            agent=agent,
            store=machine.disk,
            network=machine.port,
            clock=machine.clock,
            configuration=self._configuration,
            syslog=self._console,
        )
        self.session = Session(self.switch)
        return self.switch.runtime

    def restart(self, *, reboot: bool) -> None:
        """Restart the process, or the whole switch; the session is gone, the configuration stays."""
        self._configuration = self.switch.configuration
        self.machine.restart(reboot=reboot)

    def execute(self, line: str) -> str:
        """Type a line, and return what the terminal prints."""
        if self.session.closed:
            self.session = Session(self.switch)
        self.machine.note_typed()
        return self.session.execute(line)
