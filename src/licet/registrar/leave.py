"""Takes leave notes: as messages of their own, and carried in a registration (PROTOCOL.md 3).

A carried note for another authority goes on with the next synchronization: a site hands every one up
to its manager, a manager hands them down to the on-prems that it knows.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from licet.kernel.ids import AuthorityId, InstanceId, Udi
from licet.kernel.problems import Code, Refused
from licet.ledger.instances import remove
from licet.ledger.model import Event, Instance, RetiredKey, VirtualAccount
from licet.ledger.ports import Work
from licet.ledger.sites import CarriedNote
from licet.registrar import alerts
from licet.registrar.adopt import retire_unknown
from licet.registrar.served import served
from licet.registrar.shapes import Desk, Farewell, Note, Settled
from licet.wire.messages import Leave, Left


@dataclass(frozen=True, slots=True)
class Departures:
    """What the notes of a registration come to, before any of it is done.

    Attributes:
        instances: those that go.
        carried: notes that go on to other authorities.
        unknown: keys of those that a restored ledger does not know, and must not adopt later.
        bad: why others are ignored.
    """

    instances: tuple[Instance, ...] = ()
    carried: tuple[CarriedNote, ...] = ()
    unknown: tuple[RetiredKey, ...] = ()
    bad: tuple[str, ...] = ()

    @property
    def leaving(self) -> frozenset[InstanceId]:
        """The ids of those that go."""
        return frozenset(instance.id for instance in self.instances)


def leave(farewell: Farewell, work: Work, desk: Desk) -> Settled:
    """Remove the instance that says farewell; one that is not there has left already.

    While two products speak as the instance, neither may end it for the other: an administrator
    chooses. A product that has moved has one address, its new one: there a note for the old
    authority goes on as a carried one does.

    Raises:
        Refused: for an authority that is not reached from here; signed by another key than the
            instance's; cloned.
    """
    if farewell.message.authority != desk.authority:
        if not _reaches(farewell.message, work, desk):
            raise Refused(Code.WRONG_AUTHORITY)
        work.put_carried_note(_carry(farewell.message, farewell.text, desk))
        return Settled(Left())
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

    A note for an authority that is not reached from here, or for an instance that is gone, has
    nothing left to do.
    """
    instances: dict[InstanceId, Instance] = {}
    carried: list[CarriedNote] = []
    unknown: list[RetiredKey] = []
    bad: list[str] = []
    for note in notes:
        leave = note.leave
        elsewhere = leave is not None and leave.authority != desk.authority
        if leave is not None and elsewhere and not _reaches(leave, work, desk):
            continue
        if leave is None or note.certified is None:
            bad.append(note.why)
            continue
        if elsewhere:
            carried.append(_carry(leave, note.text, desk))
            continue
        try:
            instance = _find(leave, note.key, work)
        except Refused as refused:
            bad.append(str(refused))
            continue
        if instance is not None:
            instances[instance.id] = instance
        else:
            left = InstanceId(leave.instance)
            key = retire_unknown(left, note.key, note.certified, desk)
            unknown += [key] if key else []
    return Departures(tuple(instances.values()), tuple(carried), tuple(unknown), tuple(bad))


def apply_notes(
    departures: Departures, virtual: VirtualAccount, udi: Udi, work: Work, desk: Desk
) -> None:
    """Remove the instances that left; a bad note is an event in `virtual` and nothing else."""
    for instance in departures.instances:
        _remove(instance, work, desk)
    for note in departures.carried:
        work.put_carried_note(note)
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


def _reaches(leave: Leave, work: Work, desk: Desk) -> bool:
    """Tell whether a note for another authority can go on from here."""
    return desk.is_site or work.on_prem(AuthorityId(leave.authority)) is not None


def _carry(message: Leave, text: str, desk: Desk) -> CarriedNote:
    through = desk.authority if desk.is_site else None
    instance, authority = InstanceId(message.instance), AuthorityId(message.authority)
    return CarriedNote(instance, authority, through, text, desk.now)


def _find(message: Leave, thumbprint: str, work: Work) -> Instance | None:
    instance = served(work, InstanceId(message.instance))
    if instance is None:
        return None
    if instance.key != thumbprint:
        raise Refused(Code.BAD_CERTIFICATE, "it is over another key than the instance's")
    if instance.cloned:
        raise Refused(Code.CLONED)
    return instance


def _remove(instance: Instance, work: Work, desk: Desk) -> None:
    remove(work, instance, who=alerts.who(instance.udi), why="left", now=desk.now)
