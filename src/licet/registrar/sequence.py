"""Where a numbered message stands in the history of its instance: next, repeated, late or forked.

The authority keeps the last number and the digests of the last 8 messages (PROTOCOL.md 3). Every
accepted message also teaches the digests in its `previous`: the message before it, and those before
that had no answer. They may never have arrived; a late copy of one is then stale and no fork.

A *fork* is a message that a known history cannot have brought forth: a number that was used
before with other bytes, or the very next number after another message than ours. It proves a copy
or a rolled back store, or only that a message of an abandoned history was slow. So one fork alone
has no effect but an alert. What tells them apart is whether somebody *continues* from it, that is,
brings its digest in `previous` under a number that is higher than ours. A rolled back device
continues once and is accepted. When a second fork is continued from within 24 hours of the first,
two products speak, and both are refused.

This is the plan's "two forks in 24 h", made exact: a second fork that nobody continues from may be
a slow message from before the roll-back, and an honest device must not be locked out by its network.
Late copies that follow each other are no continuation either: their numbers are not higher.

What stays: a request that was never delivered, is overtaken by a roll-back, and then arrives with a
number that is still higher than ours, is accepted, since a gap is normal. It cannot be told from a
message after lost ones. The device then forks once more than it should.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum, auto

from licet.kernel.time import DAY
from licet.ledger.model import Fork, Instance

SEEN_MAX = 8
OTHERS_MAX = 7
CLONE_WINDOW = DAY
# A message known only by its digest has no number that we could trust ourselves to name.
UNNUMBERED = 0


class Standing(Enum):
    """What a numbered message is to the history of its instance."""

    NEXT = auto()
    REPEATED = auto()
    STALE = auto()
    FORKED = auto()
    FORKED_AGAIN = auto()
    CLONED = auto()


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a message stands, and the instance as it is remembered from now on.

    `STALE`, `REPEATED` and `FORKED_AGAIN` (another copy of a known fork) leave it unchanged.
    """

    standing: Standing
    instance: Instance


def place(
    instance: Instance, *, number: int, digest: str, previous: tuple[str, ...], now: datetime
) -> Placed:
    """Return where a message stands in the history of `instance`.

    Args:
        instance: as it was after the last accepted message.
        number: the message's number, at least 1.
        digest: of its envelope bytes.
        previous: what the message says came before it, newest first.
        now: the authority's instant.
    """
    standing = _standing_of_known(instance, number, digest)
    if standing is not None:
        return Placed(standing, instance)
    if number <= instance.number or _departs(instance, number, previous):
        return Placed(Standing.FORKED, _fork(instance, digest, now))
    if _two_speak(instance, previous, now):
        return Placed(Standing.CLONED, replace(instance, cloned=True))
    return Placed(Standing.NEXT, _advance(instance, number, digest, previous, now))


def _standing_of_known(instance: Instance, number: int, digest: str) -> Standing | None:
    """Return how the very same bytes stand that came before, and None for others."""
    if instance.cloned:
        return Standing.CLONED
    if digest in _open_forks(instance):
        # Whatever came since: the same bytes keep the answer that they had.
        return Standing.FORKED_AGAIN
    if (number, digest) == (instance.number, _last_digest(instance)):
        return Standing.REPEATED
    if number <= instance.number and any(known == digest for _, known in instance.seen):
        return Standing.STALE
    return None


def _departs(instance: Instance, number: int, previous: tuple[str, ...]) -> bool:
    """Tell whether the very next number follows another message than our last one."""
    if number != instance.number + 1 or instance.number == 0:
        return False
    return previous[0] != _last_digest(instance) and not _continued(instance, previous)


def _fork(instance: Instance, digest: str, now: datetime) -> Instance:
    fork = Fork(
        at=now,
        digest=digest,
        others=_open_forks(instance)[:OTHERS_MAX],
        taken_at=instance.fork.taken_at if instance.fork else None,
    )
    return replace(instance, fork=fork)


def _two_speak(instance: Instance, previous: tuple[str, ...], now: datetime) -> bool:
    """Tell whether a second fork is continued from, within the window after the first."""
    fork = instance.fork
    if fork is None or fork.taken_at is None or not _continued(instance, previous):
        return False
    return now - fork.taken_at <= CLONE_WINDOW


def _advance(
    instance: Instance, number: int, digest: str, previous: tuple[str, ...], now: datetime
) -> Instance:
    learned = [(number, digest), (number - 1, previous[0])]
    learned += [(UNNUMBERED, earlier) for earlier in previous[1:]]
    taught = {known for _, known in learned}
    kept = [entry for entry in instance.seen if entry[1] not in taught]
    fork = instance.fork
    continued = _continued(instance, previous)
    if fork is not None and continued:
        fork = Fork(
            at=fork.at,
            digest=continued[0],
            taken=True,
            others=tuple(other for other in _open_forks(instance) if other not in continued),
            taken_at=now,
        )
    seen = tuple((learned + kept)[:SEEN_MAX])
    return replace(instance, number=number, seen=seen, fork=fork)


def _open_forks(instance: Instance) -> tuple[str, ...]:
    """Return the digests of forks that nobody has continued from, newest first."""
    fork = instance.fork
    if fork is None:
        return ()
    return fork.others if fork.taken else (fork.digest, *fork.others)


def _continued(instance: Instance, previous: tuple[str, ...]) -> tuple[str, ...]:
    """Return those of the open forks that a message names as its past."""
    return tuple(digest for digest in _open_forks(instance) if digest in previous)


def _last_digest(instance: Instance) -> str | None:
    """Return the digest of the last accepted message; None before the first."""
    return instance.seen[0][1] if instance.seen and instance.number else None
