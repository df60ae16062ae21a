"""A coffee machine that makes espresso only while its license allows it.

Run it: `python examples/coffee_machine.py`. It is no switch and has no network: the manager that a
vendor would run stands beside it in memory. A real product would give `Runtime` a file store, a
transport that speaks HTTPS and the system's clocks, and would keep the rest as it is.
"""

from datetime import timedelta

from licet.agent.events import Enable, Register, Request
from licet.agent.machine import Agent, AgentSettings
from licet.agent.runtime import Runtime
from licet.kernel.chance import SystemChance
from licet.kernel.ids import Udi
from licet.testing import FakeClock, MemorySnapshots, MemoryTransport, PocketManager, run

clock = FakeClock()
manager = PocketManager(clock)
ESPRESSO = manager.tag("ESPRESSO")


class CoffeeMachine:
    """A product: it asks for what it uses, and looks before it uses it."""

    def __init__(self, serial: str) -> None:
        settings = AgentSettings(product=manager.product, jitter_s_max=0)
        udi, now = Udi("BARISTA-9", serial), clock.now()
        self.agent = Agent.fresh(udi, settings=settings, chance=SystemChance(), now=now)
        self.network = MemoryTransport(manager, clock)
        store = MemorySnapshots()
        self.licensing = Runtime(self.agent, store=store, transport=self.network, clock=clock)
        self.licensing.handle(Enable())
        self.licensing.handle(Request(ESPRESSO))

    def espresso(self) -> str:
        """Make one, if the license allows it."""
        return "espresso" if self.agent.allows(ESPRESSO) else "only coffee, sorry"


def main() -> None:
    """Live through the license of one machine, and print what it serves."""
    machine = CoffeeMachine("CM-0042")

    def serve(when: str, days: int) -> None:
        run(clock, timedelta(days=days), machine.licensing, manager)
        print(f"{when}: {machine.espresso()}")

    serve("new, in evaluation", days=1)
    serve("evaluation used up", days=90)
    manager.give(ESPRESSO)
    machine.licensing.handle(Register(manager.token()))
    serve("registered, one license bought", days=1)
    machine.network.up = False
    serve("a month without a network", days=30)
    serve("three months without one", days=60)
    machine.network.up = True
    serve("the network is back", days=1)


if __name__ == "__main__":
    main()
