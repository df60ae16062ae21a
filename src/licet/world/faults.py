"""What can be made to go wrong with the next message, as values."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class FaultKind(StrEnum):
    """What happens to a message."""

    LOSE_REQUEST = "lose request"
    LOSE_ANSWER = "lose answer"
    DUPLICATE_REQUEST = "duplicate request"
    DELAY_REQUEST = "delay request"
    DELAY_ANSWER = "delay answer"
    REORDER_REQUEST = "reorder request"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault, which happens to one message.

    Attributes:
        device: whose next message it happens to; None takes anyone's.
        by: how much later it comes, with the two delays.
    """

    kind: FaultKind
    device: str | None = None
    by: timedelta = timedelta(0)


class Faults:
    """Faults that wait for their message, oldest first."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, fault: Fault) -> None:
        """Let a fault wait; several of one kind happen to as many messages."""
        self._waiting.append(fault)

    def take(self, device: str) -> dict[FaultKind, Fault]:
        """Take out what happens to the next message of a device, at most one fault of a kind."""
        taken: dict[FaultKind, Fault] = {}
        for fault in self._waiting:
            if fault.device in (None, device):
                taken.setdefault(fault.kind, fault)
        chosen = {id(fault) for fault in taken.values()}
        self._waiting = [fault for fault in self._waiting if id(fault) not in chosen]
        return taken
