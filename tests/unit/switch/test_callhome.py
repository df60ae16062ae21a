"""The transport over the call home configuration."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from licet.agent.events import Send
from licet.agent.runtime import Deliver
from licet.kernel.problems import NoAnswer
from licet.switch.callhome import CallHomeTransport
from licet.switch.configuration import DIRECT_URL, Callhome, Method
from licet.switch.roads.faults import NOT_SENT, RESPONSE_ERROR

READY = Callhome(method=Method.HTTP, enabled=True)
MESSAGE = Send(1, b"request", timedelta(minutes=1))


@dataclass
class Network:
    """Writes down what was posted, and answers."""

    posted: list[tuple[str, bytes]] = field(default_factory=list)

    def post(self, url: str, data: bytes, deliver: Deliver) -> None:
        """Answer at once."""
        self.posted.append((url, data))
        deliver(b"answer")


def carry(callhome: Callhome) -> tuple[Network, list[bytes | NoAnswer]]:
    """Send a message; return what the network saw and what came of it."""
    network, outcomes = Network(), list[bytes | NoAnswer]()
    CallHomeTransport(lambda: callhome, network).send(MESSAGE, outcomes.append)
    return network, outcomes


@pytest.mark.parametrize(
    ("callhome", "reason"),
    [
        (Callhome(), NOT_SENT),
        (replace(READY, enabled=False), NOT_SENT),
        (replace(READY, method=Method.EMAIL), NOT_SENT),
        (replace(READY, urls=()), NOT_SENT),
        (replace(READY, urls=((1, "http://tools.cisco.com/x"),)), RESPONSE_ERROR),
        (replace(READY, urls=((1, "HTTP://tools.cisco.com/x"),)), RESPONSE_ERROR),
    ],
)
def test_what_the_configuration_lacks_is_the_reason(callhome: Callhome, reason: str) -> None:
    """The switch would register although it is configured wrongly, or not say what is wrong."""
    network, [outcome] = carry(callhome)
    assert network.posted == []
    assert isinstance(outcome, NoAnswer)
    assert outcome.reason == reason


def test_a_whole_configuration_posts_to_the_lowest_index() -> None:
    """Licensing messages would go elsewhere than the configuration shows."""
    assert carry(READY) == (Network([(DIRECT_URL, b"request")]), [b"answer"])
    two = replace(READY, urls=((2, "https://two"), (5, "https://five")))
    assert carry(two)[0].posted == [("https://two", b"request")]


def test_the_configuration_counts_at_the_time_of_sending() -> None:
    """A remedy would help only after a restart."""
    callhome = Callhome()
    network, outcomes = Network(), list[bytes | NoAnswer]()
    transport = CallHomeTransport(lambda: callhome, network)
    transport.send(MESSAGE, outcomes.append)
    callhome = READY
    transport.send(MESSAGE, outcomes.append)
    assert outcomes[1:] == [b"answer"]
