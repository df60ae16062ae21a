"""One honest product over a bad network, set back once: it is never locked out, never unheard."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from licet.kernel.ids import AccountId, InstanceId, Udi, VirtualAccountId
from licet.kernel.time import DAY, HOUR
from licet.ledger.model import Instance
from licet.registrar.sequence import SEEN_MAX, Standing, place
from licet.wire.limits import MAX_PREVIOUS

NOW = datetime(2026, 11, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Message:
    """What the sequence sees of a message."""

    number: int
    digest: str
    previous: tuple[str, ...]


@dataclass(frozen=True)
class Memory:
    """What a product remembers of its own history, as `licet.agent` does."""

    number: int = 0
    previous: tuple[str, ...] = ("registration",)


class HonestProduct(RuleBasedStateMachine):
    """A product, its one backup, its authority, and a network that loses, doubles and delays."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.memory = Memory()
        self.backup: Memory | None = None
        self.restored = False
        self.made = 0
        self.sent: list[Message] = []
        self.arrived: set[str] = set()
        self.effects: list[str] = []
        self.instance = Instance(
            id=InstanceId("i"),
            account=AccountId("a"),
            virtual_account=VirtualAccountId("v"),
            udi=Udi("N9K", "FDO1"),
            key="key",
            host_name=None,
            product="p",
            export_allowed=False,
            registered_at=NOW,
            last_contact_at=NOW,
            certified_until=NOW + 365 * DAY,
        )

    def _compose(self) -> Message:
        """Number and save a message before it is sent."""
        self.made += 1
        memory = self.memory
        message = Message(memory.number + 1, f"d{self.made}", memory.previous)
        earlier = (message.digest, *memory.previous)[:MAX_PREVIOUS]
        self.memory = Memory(message.number, earlier)
        self.sent.append(message)
        return message

    def _arrive(self, message: Message) -> Standing:
        self.arrived.add(message.digest)
        placed = place(
            self.instance,
            number=message.number,
            digest=message.digest,
            previous=message.previous,
            now=self.now,
        )
        self.instance = placed.instance
        if placed.standing is Standing.NEXT:
            self.effects.append(message.digest)
        return placed.standing

    def _hear(self, message: Message, standing: Standing) -> None:
        number = self.memory.number
        if standing in (Standing.FORKED, Standing.FORKED_AGAIN, Standing.STALE):
            number = max(number, self.instance.number)
        self.memory = Memory(number, (message.digest,))

    @rule()
    def speak(self) -> None:
        """All goes well."""
        message = self._compose()
        self._hear(message, self._arrive(message))

    @rule()
    def speak_without_an_answer(self) -> None:
        """The answer is lost."""
        self._arrive(self._compose())

    @rule()
    def speak_in_vain(self) -> None:
        """The request is lost, for now."""
        self._compose()

    @precondition(lambda self: bool(self.sent))
    @rule(choice=st.integers(min_value=0))
    def deliver_late(self, choice: int) -> None:
        """A request of any age arrives, perhaps again; nobody waits for its answer."""
        self._arrive(self.sent[choice % len(self.sent)])

    @rule(hours=st.integers(min_value=1, max_value=60))
    def wait(self, hours: int) -> None:
        """Time passes."""
        self.now += hours * HOUR

    @precondition(lambda self: self.backup is None)
    @rule()
    def back_up(self) -> None:
        """The product's storage is copied."""
        self.backup = self.memory

    @precondition(lambda self: self.backup is not None and not self.restored)
    @rule()
    def restore(self) -> None:
        """The product's storage is set back, once.

        What was never delivered until then is lost, but for the very next message: see the end of
        `registrar.sequence`'s docstring.
        """
        assert self.backup is not None
        soon = self.instance.number + 1
        self.sent = [one for one in self.sent if one.digest in self.arrived or one.number == soon]
        self.memory, self.restored = self.backup, True

    @invariant()
    def never_locked_out(self) -> None:
        """No disorder of the network makes two products of one."""
        assert not self.instance.cloned

    @invariant()
    def one_effect_each(self) -> None:
        """No message is accepted twice."""
        assert len(self.effects) == len(set(self.effects))

    @invariant()
    def bounded(self) -> None:
        """What is remembered does not grow."""
        assert len(self.instance.seen) <= SEEN_MAX

    @invariant()
    def heard_at_the_second_attempt(self) -> None:
        """Whatever happened, one `forked` at the most stands before the next success."""
        kept = (self.memory, self.instance, self.made)
        copies = (list(self.sent), list(self.effects), set(self.arrived))
        standings = []
        for _ in range(2):
            message = self._compose()
            standings.append(self._arrive(message))
            self._hear(message, standings[-1])
        self.memory, self.instance, self.made = kept
        self.sent, self.effects, self.arrived = copies
        assert standings[-1] is Standing.NEXT


HonestProduct.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
test_an_honest_product_is_always_heard = HonestProduct.TestCase


@pytest.mark.parametrize("first", range(16))
def test_two_copies_never_take_turns(first: int) -> None:
    """Two products could share a registration by speaking in a clever order."""
    for turns in range(2**8):
        machine = HonestProduct()
        for _ in range(3):
            machine.speak()
        memories = [machine.memory, machine.memory]
        served: list[int] = []
        for turn in range(12):
            who = ((turns << 4 | first) >> turn) & 1
            machine.memory = memories[who]
            machine.now += timedelta(minutes=1)
            effects = len(machine.effects)
            machine.speak()
            memories[who] = machine.memory
            served += [who] * (len(machine.effects) - effects)
        switches = sum(one is not other for one, other in pairwise(served))
        assert switches <= 1, f"turns {turns:08b}{first:04b}: served {served}"
