"""The transport over the call home configuration: what it lacks is why no answer comes.

On NX-OS 9.3 licensing has no other transport, and of the profiles only CiscoTAC-1 carries it
(device.md 1.1). Nothing here resolves a name or opens a socket: the network is a port.
"""

from collections.abc import Callable
from typing import Protocol

from licet.agent.events import Send
from licet.agent.runtime import Deliver
from licet.kernel.problems import NoAnswer
from licet.switch.configuration import Callhome, Method

# device.md 5.5: call home off, no HTTP, no route, no trust: the message was not sent.
NOT_SENT = "Fail to send out Call Home HTTP message"
# device.md 5.2 and 5.5: it was sent to a server that answers nothing usable, as over http://.
NO_USABLE_ANSWER = "Communication message send response error"


class Network(Protocol):
    """How a switch reaches a URL."""

    def post(self, url: str, data: bytes, deliver: Deliver) -> None:
        """Start posting `data`; call `deliver` once with the answer's bytes or why none came."""
        ...


class CallHomeTransport:
    """Carries licensing messages as call home is configured at the time of sending.

    Args:
        callhome: returns the present configuration.
    """

    def __init__(self, callhome: Callable[[], Callhome], network: Network) -> None:
        self._callhome = callhome
        self._network = network

    def send(self, message: Send, deliver: Deliver) -> None:
        """Post a message to CiscoTAC-1's URL, or say what the configuration lacks."""
        reason = lacks(self._callhome())
        url = self._callhome().url
        if reason is not None or url is None:
            deliver(NoAnswer(reason or NOT_SENT))
        else:
            self._network.post(url, message.request, deliver)


def lacks(callhome: Callhome) -> str | None:
    """Return the failure reason of a configuration that cannot carry a message; None if it can."""
    if not callhome.enabled or callhome.method is not Method.HTTP or callhome.url is None:
        return NOT_SENT
    # Source document, second failure scenario: only HTTPS is accepted.
    if not callhome.url.lower().startswith("https://"):
        return NO_USABLE_ANSWER
    return None
