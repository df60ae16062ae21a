"""What a manager makes of a site's request: the site's instances, usage, events and notes are its own.

All of it is put into one unit of work, page by page, so that memory stays flat and the whole is
committed or not at all. A report is of states and never of differences: applying it twice changes
nothing.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice

from licet.kernel.ids import AuthorityId, InstanceId, Tag, Udi
from licet.kernel.problems import RulesBroken
from licet.kernel.time import instant
from licet.ledger.instances import remove
from licet.ledger.model import Event, Instance, Usage
from licet.ledger.ports import Needs, Work
from licet.ledger.sites import (
    HISTORY_MAX,
    CarriedNote,
    OnPrem,
    RemovalRequest,
    Road,
    SyncKind,
    SyncRecord,
)
from licet.ledger.usage import review_pool
from licet.pki.notes import open_leave
from licet.sync.deadlines import next_look, review
from licet.sync.gate import mark_of
from licet.sync.leases import acknowledge, end_leases
from licet.sync.privacy import hear_withheld
from licet.sync.problems import SyncRefused, Why
from licet.sync.upward import order_of
from licet.wire.documents import Document
from licet.wire.keys import digest
from licet.wire.sites import (
    EndItem,
    EventItem,
    GoneItem,
    InstanceItem,
    NoteItem,
    Reported,
    SyncRequest,
    TotalItem,
)

PAGE = 500


@dataclass(frozen=True, slots=True)
class Desk:
    """What a manager receives with.

    Attributes:
        manager: our id.
        roots: every root of ours.
    """

    manager: AuthorityId
    roots: tuple[bytes, ...]
    now: datetime
    road: Road


@dataclass
class Tally:
    """What a report changed; what `licet sync diff` prints.

    Attributes:
        named: the first of what changed, as (mark, UDI): `+` new, `~` changed, `-` gone.
    """

    new: int = 0
    changed: int = 0
    gone: int = 0
    same: int = 0
    events: int = 0
    notes: int = 0
    named: list[tuple[str, str]] = field(default_factory=list)

    NAMED_MAX = 1000

    def name(self, mark: str, udi: Udi) -> None:
        """Remember one change by its product."""
        if len(self.named) < self.NAMED_MAX:
            self.named.append((mark, udi.text))

    @property
    def text(self) -> str:
        """All of it in one line."""
        return f"{self.new} new, {self.changed} changed, {self.gone} gone, {self.same} unchanged"


def receive(document: Document, work: Work, on_prem: OnPrem, desk: Desk) -> tuple[OnPrem, Tally]:
    """Apply a request that the gate let in; return the site as it is from now on, put.

    Raises:
        SyncRefused: the report does not add up; nothing of the unit of work is to be committed.
        RulesBroken: the document breaks a rule.
    """
    head = document.head
    assert isinstance(head, SyncRequest)  # noqa: S101 - the gate saw to it
    forgotten = head.lease > on_prem.lease
    on_prem = end_leases(work, acknowledge(work, on_prem, head.lease, desk.now), desk.now)
    mirror = _Mirror(work, on_prem, desk)
    if on_prem.removed_at is None:
        mirror.take(document.items(), full=head.sync == SyncKind.FULL.value)
    tally = mirror.tally
    answered = head.accepted.number if head.accepted else 0
    record = SyncRecord(
        desk.now, SyncKind(head.sync), desk.road, head.number, ok=True, result=tally.text
    )
    on_prem = replace(
        on_prem,
        accepted=mark_of(document, head.number),
        last_up_at=desk.now,
        version=head.version,
        epoch=head.epoch,
        privacy=hear_withheld(head.withheld),
        needs_full=forgotten and head.sync != SyncKind.FULL.value,
        removals=_still_asked(work, on_prem, answered),
        history=(record, *on_prem.history)[:HISTORY_MAX],
    )
    on_prem = replace(on_prem, due_at=next_look(on_prem, desk.now))
    work.put_on_prem(on_prem)
    if on_prem.removed_at is None:
        place = on_prem.virtual_account
        review(work, on_prem, account=on_prem.account, source=place, now=desk.now)
    return on_prem, tally


def _still_asked(work: Work, on_prem: OnPrem, answered: int) -> tuple[RemovalRequest, ...]:
    """Return the removals that were not reported yet.

    One whose instance was never reported is kept until the site has had it.
    """

    def waits(asked: RemovalRequest) -> bool:
        instance = work.instance(asked.instance)
        if instance is not None and instance.on_prem == on_prem.id:
            return True
        return not asked.sent or answered < asked.sent

    return tuple(asked for asked in on_prem.removals if waits(asked))


class _Mirror:
    """A site's instances as the manager keeps them, and what a report does to them."""

    def __init__(self, work: Work, on_prem: OnPrem, desk: Desk) -> None:
        self._work = work
        self._on_prem = on_prem
        self._desk = desk
        self._used: Counter[Tag] = Counter()
        self._totals: Counter[Tag] = Counter()
        self._said: int | None = None  # how many instances the site has
        self._before = work.count_instances(on_prem.virtual_account)
        self.tally = Tally()

    def take(self, items: Iterator[Reported], *, full: bool) -> None:
        """Take a whole report.

        Raises:
            SyncRefused: it is not in order, or the sums differ.
        """
        merging = _Merging(self._pages()) if full else None
        while page := list(islice(items, PAGE)):
            self._work.flush(Needs() if merging is not None else _needs(page))
            for item in page:
                self._take_one(item, merging)
        if merging is not None:
            self._drop(merging.rest())
        self._close()

    def _take_one(self, item: Reported, merging: "_Merging | None") -> None:
        if self._said is not None:
            raise SyncRefused(Why.DAMAGED, "the report goes on behind its end")
        match item:
            case InstanceItem():
                if merging is None:
                    self._put(item, self._work.instance(InstanceId(item.id)))
                else:
                    self._drop(merging.before(item))
                    self._put(item, merging.take(item) or self._stray(item))
            case GoneItem():
                if merging is not None:
                    raise SyncRefused(Why.DAMAGED, "a full report names what is gone")
                gone = self._work.instance(InstanceId(item.id))
                self._drop([gone] if gone is not None and self._is_ours(gone) else [])
            case NoteItem():
                self._carry(item)
            case EventItem():
                self._record(item)
            case TotalItem():
                self._totals[Tag(item.tag)] = item.in_use
            case EndItem():
                self._said = item.instances

    def _pages(self) -> Iterator[Instance]:
        """Yield what was reported before; what this report puts lies behind the place it is at."""
        last: Instance | None = None
        while page := self._work.page_instances(self._on_prem.virtual_account, last, PAGE):
            yield from page
            last = page[-1]

    def _is_ours(self, instance: Instance) -> bool:
        return instance.on_prem == self._on_prem.id

    def _stray(self, item: InstanceItem) -> Instance | None:
        """Return an instance that has the id of one that was not there: it is not this site's."""
        return self._work.instance(InstanceId(item.id))

    def _put(self, item: InstanceItem, before: Instance | None) -> None:
        if before is not None and not self._is_ours(before):
            raise SyncRefused(
                Why.UNEQUAL, f"the instance {item.id} is registered elsewhere, not at this site"
            )
        after = self._row(item)
        if before == after:
            self.tally.same += 1
            return
        if before is None:
            self.tally.new += 1
        else:
            self.tally.changed += 1
            self._used.subtract({used.tag: used.count for used in before.usage})
        self.tally.name("+" if before is None else "~", after.udi)
        self._used.update({used.tag: used.count for used in after.usage})
        self._work.put_instance(after)

    def _row(self, item: InstanceItem) -> Instance:
        on_prem = self._on_prem
        return Instance(
            id=InstanceId(item.id),
            account=on_prem.account,
            virtual_account=on_prem.virtual_account,
            udi=Udi(item.pid, item.sn),
            key=f"{on_prem.id}:{item.key}",
            host_name=item.host_name,
            product=item.product,
            export_allowed=item.export_allowed,
            registered_at=instant(item.registered_at),
            last_contact_at=instant(item.last_contact_at),
            certified_until=instant(item.certified_until),
            deadline=None if item.deadline is None else instant(item.deadline),
            contact_alerted=item.alerted,
            usage=tuple(Usage(Tag(used.tag), used.count, used.status) for used in item.usage),
            usage_released=item.released,
            cloned=item.cloned,
            on_prem=on_prem.id,
        )

    def _drop(self, gone: Iterable[Instance]) -> None:
        for number, instance in enumerate(gone, start=1):
            if not number % PAGE:
                self._work.flush()
            self._used.subtract({used.tag: used.count for used in instance.usage})
            self._work.remove_instance(instance.id)
            self.tally.gone += 1
            self.tally.name("-", instance.udi)

    def _record(self, item: EventItem) -> None:
        on_prem = self._on_prem
        self.tally.events += 1
        self._work.record(
            Event(
                at=instant(item.at),
                who=f"{item.who} at {on_prem.name}",
                account=on_prem.account,
                virtual_account=on_prem.virtual_account,
                subject=item.subject,
                text=item.text,
            )
        )

    def _carry(self, item: NoteItem) -> None:
        """Take a leave note to where it belongs: here, or another site of ours."""
        self.tally.notes += 1
        try:
            left = open_leave(item.note.encode(), roots=self._desk.roots, now=self._desk.now)
        except RulesBroken as broken:
            self._note_ignored(item, str(broken))
            return
        if left.message.authority != item.authority or left.message.instance != item.instance:
            self._note_ignored(item, "it is for another instance than it is said to be")
            return
        if item.authority != self._desk.manager:
            if self._work.on_prem(AuthorityId(item.authority)) is not None:
                self._work.put_carried_note(
                    CarriedNote(
                        instance=InstanceId(item.instance),
                        authority=AuthorityId(item.authority),
                        local_account=None,
                        note=item.note,
                        at=self._desk.now,
                    )
                )
            return
        instance = self._work.instance(InstanceId(item.instance))
        if instance is None or instance.on_prem is not None or instance.cloned:
            return
        if instance.key != digest(left.verified.spki):
            self._note_ignored(item, "it is over another key than the instance's")
            return
        who = f"device {instance.udi.text}"
        remove(self._work, instance, who=who, why="left", now=self._desk.now)

    def _note_ignored(self, item: NoteItem, why: str) -> None:
        on_prem = self._on_prem
        self._work.record(
            Event(
                at=self._desk.now,
                who=on_prem.name,
                account=on_prem.account,
                virtual_account=on_prem.virtual_account,
                subject=item.instance,
                text=f"a leave note was ignored: {why}",
            )
        )

    def _close(self) -> None:
        """Move the counters, and see that both sides count the same."""
        if self._said is None:
            raise SyncRefused(Why.DAMAGED, "the report has no end")
        known = self._before + self.tally.new - self.tally.gone
        if known != self._said:
            raise SyncRefused(
                Why.UNEQUAL,
                f"the site has {self._said} product instances; after this report {known} would be "
                "known here",
            )
        place, work = self._on_prem.virtual_account, self._work
        for tag, change in self._used.items():
            if change:
                work.put_usage_count(place, tag, work.pool(place, tag).in_use + change)
        for tag in {*self._totals, *work.tags_in(place)}:
            in_use = work.pool(place, tag).in_use
            if in_use != self._totals[tag]:
                raise SyncRefused(
                    Why.UNEQUAL,
                    f"the site uses {self._totals[tag]} of {tag}; after this report it would be "
                    f"{in_use} here",
                )
            review_pool(work, self._on_prem.account, place, tag, self._desk.now)


def _needs(page: Sequence[Reported]) -> Needs:
    named = (item for item in page if isinstance(item, InstanceItem | GoneItem))
    return Needs(instances=tuple(InstanceId(item.id) for item in named))


class _Merging:
    """Holds a full report, in its order, against what was there: what lies between is gone."""

    def __init__(self, there: Iterator[Instance]) -> None:
        self._there = there
        self._next = next(there, None)
        self._last: tuple[str, str, str] | None = None

    def before(self, item: InstanceItem) -> Iterator[Instance]:
        """Yield what was there and is passed over; an item that was there is left where it is.

        Raises:
            SyncRefused: the report is not in order.
        """
        place = (item.pid, item.sn, item.id)
        if self._last is not None and place <= self._last:
            raise SyncRefused(Why.DAMAGED, "the instances of the report are not in their order")
        self._last = place
        while self._next is not None and order_of(self._next) < place:
            yield self._next
            self._next = next(self._there, None)

    def take(self, item: InstanceItem) -> Instance | None:
        """Return what was there of an item, once what lies before it was passed over."""
        found = self._next
        if found is None or order_of(found) != (item.pid, item.sn, item.id):
            return None
        self._next = next(self._there, None)
        return found

    def rest(self) -> Iterator[Instance]:
        """Yield what was there behind the last item."""
        while self._next is not None:
            yield self._next
            self._next = next(self._there, None)
