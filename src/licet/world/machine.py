"""One device of a world: an agent in its runtime, with a disk that survives what memory does not."""

from collections.abc import Callable
from datetime import datetime

from licet.agent.runtime import Runtime
from licet.world.clock import MachineClock
from licet.world.journal import Standing
from licet.world.network import Network, Port
from licet.world.snapshots import MemorySnapshots

Build = Callable[["Machine"], Runtime]


class Machine:
    """A device that can be restarted at any moment.

    Args:
        name: what the world calls it.
        build: makes the runtime from `disk.load()`, `clock` and `port`; called again after every
            restart, when `disk` holds what was saved last.
    """

    def __init__(self, name: str, *, clock: MachineClock, network: Network, build: Build) -> None:
        self.name = name
        self.clock = clock
        self.disk = MemorySnapshots()
        self._network = network
        self._build = build
        self._typed_at: datetime | None = None
        self.port = self._plug_in()
        self.runtime = build(self)

    def _plug_in(self) -> Port:
        return Port(self._network, self.name, self.standing, self.just_typed)

    def standing(self) -> Standing:
        """Return how the agent stands."""
        view = self.runtime.agent.view(self.clock.now())
        return Standing(view.registration.state, view.authorization.state)

    def note_typed(self) -> None:
        """Take note that a person types something now; what is sent at once is their doing."""
        self._typed_at = self._network.clock.now

    def just_typed(self) -> bool:
        """Tell whether what the agent does now was caused by a person at the device."""
        # A change of use is sent one second after the line that made it (RULES.md 13).
        if self._typed_at is None:
            return False
        return (self._network.clock.now - self._typed_at).total_seconds() <= 1

    def next_due(self) -> datetime | None:
        """Return when `tick` is to be called, in true time."""
        wait = self.runtime.due_in()
        return None if wait is None else self._network.clock.now + wait

    def tick(self) -> None:
        """Let the agent do what is due."""
        self.runtime.tick()

    def restart(self, *, reboot: bool = False) -> None:
        """Lose what is in memory and on the way, and begin again from what was saved.

        Args:
            reboot: the whole machine begins a new boot; else only the process does.
        """
        self.port.closed = True
        if reboot:
            self.clock.reboot()
        self.port = self._plug_in()
        self.runtime = self._build(self)
