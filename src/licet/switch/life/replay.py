"""Makes a configuration of its text, as a switch reads its startup configuration."""

from licet.agent.machine import Agent, AgentSettings
from licet.agent.runtime import Clock, Deliver
from licet.kernel.chance import SeededChance
from licet.kernel.ids import Udi
from licet.switch.configuration import Configuration
from licet.switch.features import PRODUCT
from licet.switch.session import Session
from licet.switch.switch import Switch


class _Nowhere:
    """Neither a disk nor a network: what is tried out leaves no trace."""

    def load(self) -> bytes | None:
        return None

    def save(self, snapshot: bytes) -> None:
        pass

    def post(self, url: str, data: bytes, deliver: Deliver) -> None:
        pass


def replay(text: str, udi: Udi, clock: Clock) -> Configuration:
    """Return what a new switch is configured to do after a text was typed into it.

    Lines that it does not take are passed over, as NX-OS does at boot.
    """
    nowhere = _Nowhere()
    agent = Agent.fresh(
        udi, settings=AgentSettings(PRODUCT), chance=SeededChance("replay"), now=clock.now()
    )
    switch = Switch(agent=agent, store=nowhere, network=nowhere, clock=clock)
    session = Session(switch)
    session.execute("configure terminal")
    for line in text.splitlines():
        session.execute(line)
    return switch.configuration
