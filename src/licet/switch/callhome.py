"""The transport over the call home configuration: what it lacks is why no answer comes.

On NX-OS 9.3 licensing has no other transport, and of the profiles only CiscoTAC-1 carries it
(device.md 1.1). Nothing here resolves a name or opens a socket: the network is a port.
"""

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from licet.agent.events import Send
from licet.agent.runtime import Deliver
from licet.kernel.problems import NoAnswer
from licet.switch.configuration import Callhome, Method
from licet.switch.roads.faults import Fault, Missed

Report = Callable[[str, NoAnswer], None]


class Network(Protocol):
    """How a switch reaches a URL."""

    def post(self, url: str, data: bytes, deliver: Deliver) -> None:
        """Start posting `data`; call `deliver` once with the answer's bytes or why none came."""
        ...


@runtime_checkable
class Knocker(Protocol):
    """A network that can go the road to a URL without a message, as `callhome test` does."""

    def knock(self, url: str, deliver: Callable[[int | Missed], None]) -> None:
        """Start going there; deliver the HTTP status that came, or why none came."""
        ...


class CallHomeTransport:
    """Carries licensing messages as call home is configured at the time of sending.

    Args:
        callhome: returns the present configuration.
        report: told the URL and why no answer came, before the agent hears of it.
    """

    def __init__(
        self,
        callhome: Callable[[], Callhome],
        network: Network,
        report: Report = lambda _url, _missed: None,
    ) -> None:
        self._callhome = callhome
        self._network = network
        self._report = report

    def send(self, message: Send, deliver: Deliver) -> None:
        """Post a message to CiscoTAC-1's URL, or say what the configuration lacks."""
        callhome = self._callhome()
        url = callhome.url or ""

        def outcome(came: bytes | NoAnswer) -> None:
            if isinstance(came, NoAnswer):
                self._report(url, came)
            deliver(came)

        missed = lacks(callhome)
        if missed is not None:
            outcome(missed)
        else:
            self._network.post(url, message.request, outcome)


def lacks(callhome: Callhome) -> Missed | None:
    """Return why a configuration cannot carry a message; None if it can."""
    if not callhome.enabled:
        return Missed(Fault.CALL_HOME_OFF, "call home is not enabled")
    if callhome.method is not Method.HTTP:
        return Missed(Fault.CALL_HOME_OFF, "profile CiscoTAC-1 does not use transport-method http")
    if callhome.url is None:
        return Missed(Fault.CALL_HOME_OFF, "profile CiscoTAC-1 has no URL")
    # Source document, second failure scenario: only HTTPS is accepted.
    if not callhome.plain_http and not callhome.url.lower().startswith("https://"):
        return Missed(Fault.PLAIN_HTTP, f"{callhome.url} is not encrypted, and not gone to")
    return None
