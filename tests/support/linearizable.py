"""Tells whether a concurrent history could have happened one after the other (Wing and Gong, 1993).

It knows nothing of licenses: the caller brings the object as a function of state and call.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

State = TypeVar("State", bound=Hashable)
Call = TypeVar("Call")
Result = TypeVar("Result", bound=Hashable)


@dataclass(frozen=True)
class Done(Generic[Call, Result]):
    """One operation of one client: when it was asked, when it was answered, what it was answered."""

    call: Call
    result: Result
    asked_at: int
    answered_at: int


def linearization(
    history: Sequence[Done[Call, Result]],
    initial: State,
    apply: Callable[[State, Call], tuple[State, Result]],
) -> list[Done[Call, Result]] | None:
    """Return an order that explains every result and keeps the order of real time; None if none does.

    Args:
        history: every operation that anybody saw the end of.
        initial: the state before the first one; hashable, since what was tried is remembered.
        apply: the object, one operation after the other.
    """
    order: list[int] = []
    tried: set[tuple[frozenset[int], State]] = set()

    def place(left: frozenset[int], state: State) -> bool:
        if not left:
            return True
        if (left, state) in tried:
            return False
        tried.add((left, state))
        # Whoever was asked after another one had its answer cannot come before it.
        earliest_answer = min(history[index].answered_at for index in left)
        for index in left:
            done = history[index]
            if done.asked_at > earliest_answer:
                continue
            following, result = apply(state, done.call)
            if result == done.result:
                order.append(index)
                if place(left - {index}, following):
                    return True
                order.pop()
        return False

    if not place(frozenset(range(len(history))), initial):
        return None
    return [history[index] for index in order]
