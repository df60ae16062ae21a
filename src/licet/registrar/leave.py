"""Takes leave notes: as messages of their own, and carried in a registration (PROTOCOL.md 3)."""

from collections.abc import Sequence
from dataclasses import dataclass

from licet.kernel.ids import InstanceId, Udi
from licet.kernel.problems import Code, Refused
from licet.ledger.instances import remove
from licet.ledger.model import Event, Instance, RetiredKey, VirtualAccount
from licet.ledger.ports import Work
from licet.registrar import alerts
from licet.registrar.adopt import retire_unknown
from licet.registrar.shapes import Desk, Farewell, Note, Settled
from licet.wire.messages import Leave, Left


@dataclass(frozen=True, slots=True)
class Departures:
    """What the notes of a registration come to, before any of it is done.

    Attributes:
        instances: those that go.
        unknown: keys of those that a restored ledger does not know, and must not adopt later.
        bad: why others are ignored.
    """

    instances: tuple[Instance, ...] = ()
    unknown: tuple[RetiredKey, ...] = ()
    bad: tuple[str, ...] = ()

    @property
    def leaving(self) -> frozenset[InstanceId]:
        """The ids of those that go."""
        return frozenset(instance.id for instance in self.instances)


def leave(farewell: Farewell, work: Work, desk: Desk) -> Settled:
    """Remove the instance that says farewell; one that is not there has left already.

    While two products speak as the instance, neither may end it for the other: an administrator
    chooses.

    Raises:
        Refused: signed by another key than the instance's; cloned.
    """
    instance = _find(farewell.message, farewell.thumbprint, work)
    if instance is not None:
        _remove(instance, work, desk)
        return Settled(Left())
    left = InstanceId(farewell.message.instance)
    unknown = retire_unknown(left, farewell.thumbprint, farewell.certified, desk)
    if unknown is not None:
        work.put_retired_key(unknown)
    return Settled(Left())


def weigh_notes(notes: Sequence[Note], work: Work, desk: Desk) -> Departures:
    """Return what notes carried in a registration come to; nothing is changed.

    A note for another authority, or for an instance that is gone, has nothing left to do.
    """
    instances: dict[InstanceId, Instance] = {}
    unknown: list[RetiredKey] = []
    bad: list[str] = []
    for note in notes:
        if note.leave is None:
            bad.append(note.why)
            continue
        if note.leave.authority != desk.authority:
            continue
        try:
            instance = _find(note.leave, note.key, work)
        except Refused as refused:
            bad.append(str(refused))
            continue
        if instance is not None:
            instances[instance.id] = instance
        elif note.certified is not None:
            left = InstanceId(note.leave.instance)
            key = retire_unknown(left, note.key, note.certified, desk)
            unknown += [key] if key else []
    return Departures(tuple(instances.values()), tuple(unknown), tuple(bad))


def apply_notes(
    departures: Departures, virtual: VirtualAccount, udi: Udi, work: Work, desk: Desk
) -> None:
    """Remove the instances that left; a bad note is an event in `virtual` and nothing else."""
    for instance in departures.instances:
        _remove(instance, work, desk)
    for key in departures.unknown:
        work.put_retired_key(key)
    for why in departures.bad:
        work.record(
            Event(
                at=desk.now,
                who=alerts.who(udi),
                account=virtual.account,
                virtual_account=virtual.id,
                subject=virtual.id,
                text=f"a leave note was ignored: {why}",
            )
        )


def _find(message: Leave, thumbprint: str, work: Work) -> Instance | None:
    instance = work.instance(InstanceId(message.instance))
    if instance is None:
        return None
    if instance.key != thumbprint:
        raise Refused(Code.BAD_CERTIFICATE, "it is over another key than the instance's")
    if instance.cloned:
        raise Refused(Code.CLONED)
    return instance


def _remove(instance: Instance, work: Work, desk: Desk) -> None:
    remove(work, instance, who=alerts.who(instance.udi), why="left", now=desk.now)
