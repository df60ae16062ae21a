"""Agents and authorities of different versions: nobody is locked out, and both sides say what is wrong.

There is one version so far. Here a newer one is made of it: an agent that writes 2 into its messages
(and a field more), an authority that no longer reads 1, and one that answers in 2.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import msgspec
import pytest

from licet.agent import requests
from licet.agent.events import Enable, Register, Request
from licet.agent.machine import Agent, AgentSettings
from licet.agent.runtime import Runtime
from licet.agent.tables import Authorization, Registration
from licet.kernel.chance import SeededChance
from licet.kernel.ids import Udi
from licet.kernel.time import DAY, HOUR
from licet.switch.show.status import license_status
from licet.testing import FakeClock, MemorySnapshots, MemoryTransport, PocketManager, run
from licet.wire import codec, envelope
from licet.wire.envelope import Kind, open_envelope
from licet.wire.keys import PrivateKey, sign_bytes, to_base64url
from licet.wire.limits import MAX_ANSWER_BYTES

Change = Callable[[dict[str, object]], dict[str, object]]


def rewrite(data: bytes, change: Change, key: PrivateKey) -> bytes:
    """Return an envelope with its payload changed, signed anew."""
    opened = open_envelope(data, max_bytes=MAX_ANSWER_BYTES)
    payload = json.dumps(change(json.loads(opened.payload)), separators=(",", ":")).encode()
    signed = data.split(b".", 1)[0] + b"." + to_base64url(payload).encode()
    return signed + b"." + to_base64url(sign_bytes(key, signed)).encode()


def newer(payload: dict[str, object]) -> dict[str, object]:
    """Return a message of version 2, which has a field that version 1 does not know."""
    return {**payload, "v": 2, "mood": "good"}


def with_more(payload: dict[str, object]) -> dict[str, object]:
    """Return a message of version 1 that has a field too many."""
    return {**payload, "mood": "good"}


@contextmanager
def agents_that(change: Change) -> Iterator[None]:
    """Let agents write their messages in another way."""

    def seal(
        payload: msgspec.Struct, *, kind: Kind, key: PrivateKey, chain: tuple[bytes, ...] = ()
    ) -> bytes:
        return rewrite(envelope.seal(payload, kind=kind, key=key, chain=chain), change, key)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(requests, "seal", seal)
        yield


class Upgraded:
    """The front of a manager that was upgraded."""

    def __init__(self, manager: PocketManager) -> None:
        self._manager = manager
        self.reads_only_newer = False
        self.answers_in_newer = False

    def respond(self, request: bytes, peer: str = "pocket") -> bytes:
        """Return the signed answer to one request, as the newer one gives it."""
        with pytest.MonkeyPatch.context() as patch:
            if self.reads_only_newer:
                patch.setattr(codec, "VERSION", 2)
            answer = self._manager.respond(request, peer)
        if not self.answers_in_newer:
            return answer
        return rewrite(answer, newer, self._manager.authority.keys.answer_key)


class Product:
    """A product on a manager."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.manager = PocketManager(self.clock)
        self.front = Upgraded(self.manager)
        self.tag = self.manager.tag("BOIL")
        self.manager.give(self.tag, 5)
        self.network = MemoryTransport(self.front, self.clock)
        agent = Agent.fresh(
            Udi("KETTLE", "1"),
            settings=AgentSettings(product=self.manager.product, jitter_s_max=0),
            chance=SeededChance("kettle"),
            now=self.clock.now(),
        )
        self.runtime = Runtime(
            agent, store=MemorySnapshots(), transport=self.network, clock=self.clock
        )
        self.runtime.handle(Enable())
        self.runtime.handle(Request(self.tag))

    def register(self) -> None:
        """Register with a new token."""
        self.runtime.handle(Register(self.manager.token()))
        self.live(timedelta(0))

    def live(self, by: timedelta) -> None:
        """Let time pass."""
        run(self.clock, by, self.runtime, self.manager)

    def shows(self) -> str:
        """Return what `show license status` prints."""
        return license_status(self.runtime.agent.view(self.clock.now()))

    @property
    def states(self) -> tuple[Registration, Authorization]:
        """How it stands."""
        view = self.runtime.agent.view(self.clock.now())
        return view.registration.state, view.authorization.state


@pytest.fixture
def product() -> Product:
    """A product that is not registered."""
    return Product()


GOOD = (Registration.COMPLETE, Authorization.AUTHORIZED)
NEWER_SAYS = "The message version is not supported: version 2; this side speaks 1"
OLDER_SAYS = "The message version is not supported: version 1; this side speaks 2"


def test_an_agent_that_is_newer_than_its_authority_keeps_what_it_has(product: Product) -> None:
    """Upgrading a switch before its manager would take its license away the same day."""
    product.register()
    assert product.states == GOOD
    product.live(DAY)
    with agents_that(newer):
        product.live(31 * DAY)
        assert product.states == GOOD
        assert NEWER_SAYS in product.shows()
        assert "Communication Deadline" in product.shows()
    product.live(2 * DAY)
    assert product.states == GOOD
    assert NEWER_SAYS not in product.shows(), "downgraded, or its manager upgraded: it goes on"
    assert product.manager.in_use(product.tag) == 1


def test_a_newer_agent_that_registers_is_told_and_does_not_try_for_ever(product: Product) -> None:
    """It would knock every quarter of an hour, and its owner would look for a network fault."""
    with agents_that(newer):
        product.register()
        assert product.states[0] is Registration.FAILED
        assert f"Failure reason: {NEWER_SAYS}" in product.shows()
        product.live(DAY)
        assert len(product.network.sent) == 1
    product.register()
    assert product.states == GOOD
    assert product.manager.instances() == ["PID:KETTLE,SN:1"]


def test_an_agent_that_is_older_than_what_its_authority_reads_understands_the_refusal(
    product: Product,
) -> None:
    """The devices that are hardest to upgrade would be the ones that cannot say what they need."""
    product.register()
    product.live(DAY)
    product.front.reads_only_newer = True
    product.live(31 * DAY)
    assert product.states == GOOD
    assert OLDER_SAYS in product.shows()
    product.front.reads_only_newer = False
    product.live(2 * DAY)
    assert product.states == GOOD
    assert OLDER_SAYS not in product.shows()


def test_an_older_agent_that_registers_is_told(product: Product) -> None:
    """It would be refused by nobody that it can believe, and knock for ever."""
    product.front.reads_only_newer = True
    product.register()
    assert product.states[0] is Registration.FAILED
    assert f"Failure reason: {OLDER_SAYS}" in product.shows()
    product.front.reads_only_newer = False
    product.register()
    assert product.states == GOOD


def test_an_answer_in_a_newer_version_is_no_answer(product: Product) -> None:
    """Half understood, it could take a license away that it grants."""
    product.register()
    product.live(DAY)
    product.front.answers_in_newer = True
    product.live(31 * DAY)
    assert product.states == GOOD
    assert NEWER_SAYS in product.shows()
    product.front.answers_in_newer = False
    product.live(2 * DAY)
    assert product.states == GOOD


def test_a_field_more_is_no_newer_version(product: Product) -> None:
    """A field that one side does not know could change what the others mean."""
    product.register()
    product.live(DAY)
    with agents_that(with_more):
        product.live(31 * DAY)
        assert product.states == GOOD
        assert "The message is malformed" in product.shows()
        assert "mood" in product.shows()
    product.live(2 * DAY)
    assert product.states == GOOD


def test_at_the_end_of_its_deadline_it_says_why(product: Product) -> None:
    """After ninety days nobody remembers an upgrade: the reason must still stand there."""
    product.register()
    with agents_that(newer):
        product.live(100 * DAY + HOUR)
        assert product.states == (Registration.COMPLETE, Authorization.AUTHORIZATION_EXPIRED)
        assert NEWER_SAYS in product.shows()
    product.live(DAY)
    assert product.states == GOOD
