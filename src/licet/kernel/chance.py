"""Chance as an argument: where random bytes come from."""

import hashlib
import os
import uuid
from typing import Protocol


class Chance(Protocol):
    """A source of random bytes; keys, serial numbers, ids and jitter are all drawn from it."""

    def random_bytes(self, count: int) -> bytes:
        """Return `count` bytes."""
        ...


class SystemChance:
    """The operating system's random bytes, for everything that is not a test or a simulation."""

    def random_bytes(self, count: int) -> bytes:
        """Return `count` bytes from the operating system."""
        return os.urandom(count)  # noqa: TID251 - the one place that is allowed to


class SeededChance:
    """Bytes that a seed determines, so that a whole simulation replays to the byte.

    Never use it where a secret must stay one.
    """

    def __init__(self, seed: str) -> None:
        self._seed = seed.encode()
        self._drawn = 0

    def random_bytes(self, count: int) -> bytes:
        """Return the next `count` bytes of the sequence that the seed names."""
        self._drawn += 1
        label = b"licet seeded chance %d:" % self._drawn
        return hashlib.shake_256(label + self._seed).digest(count)


def draw_uuid(chance: Chance) -> str:
    """Return a random (version 4) UUID in its usual text form."""
    return str(uuid.UUID(bytes=chance.random_bytes(16), version=4))


def draw_below(chance: Chance, bound: int) -> int:
    """Return a whole number from 0 to `bound` - 1, each as likely as the others.

    Raises:
        ValueError: `bound` is not positive.
    """
    if bound < 1:
        raise ValueError(f"cannot draw below {bound}; the bound must be at least 1")
    # 64 bits more than are needed make the bias of the remainder smaller than 2**-64.
    width = (bound.bit_length() + 7) // 8 + 8
    return int.from_bytes(chance.random_bytes(width)) % bound
