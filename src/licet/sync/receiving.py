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
from licet.kernel.time import instant
from licet.ledger.instances import is_id_of
from licet.ledger.model import Event, Instance, Usage
from licet.ledger.ports import Duplicate, Needs, Work
from licet.ledger.sites import (
    HISTORY_MAX,
    HeardEvents,
    OnPrem,
    RemovalRequest,
    Road,
    SyncKind,
    SyncRecord,
)
from licet.ledger.usage import review_pool
from licet.sync.carrying import Carrier
from licet.sync.deadlines import next_look, review
from licet.sync.gate import mark_of
from licet.sync.leases import acknowledge, end_leases
from licet.sync.privacy import hear_withheld
from licet.sync.problems import SyncRefused, Why
from licet.sync.upward import EVENTS_BYTES_MAX, EVENTS_MAX, bytes_of, order_of
from licet.wire.documents import Document
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
# Ours: usage is of licenses in the catalog, and a product registers with a site once, or is cloned.
TAGS_MAX = 10_000
SAME_MAX = 16
REPLACED_MAX = 10_000
_OF_THE_REMOVED = "it is removed: only leave notes, and that it knows, were taken"


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
        left: the first of the manager's own instances that leave notes removed, by their UDI.
    """

    new: int = 0
    changed: int = 0
    gone: int = 0
    same: int = 0
    events: int = 0
    notes: int = 0
    named: list[tuple[str, str]] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

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
    if head.epoch == on_prem.epoch:
        on_prem = acknowledge(work, on_prem, head.lease, desk.now)
    # Else the site was restored: it names the lease of its backup, and uses none until it is answered.
    on_prem = end_leases(work, on_prem, desk.now)
    mirror = _Mirror(work, on_prem, desk, _recorded(on_prem, head))
    if on_prem.removed_at is None:
        mirror.take(document.items(), full=head.sync == SyncKind.FULL.value)
    else:
        mirror.take_notes(document.items())
    tally = mirror.tally
    answered = head.accepted.number if head.accepted else 0
    result = tally.text if on_prem.removed_at is None else _OF_THE_REMOVED
    record = SyncRecord(
        desk.now, SyncKind(head.sync), desk.road, head.number, ok=True, result=result
    )
    on_prem = replace(
        on_prem,
        accepted=mark_of(document, head.number),
        last_up_at=desk.now,
        version=head.version,
        epoch=head.epoch,
        events=HeardEvents(head.events_after, mirror.events),
        privacy=hear_withheld(head.withheld),
        needs_full=False,
        removals=_still_asked(work, on_prem, answered),
        history=(record, *on_prem.history)[:HISTORY_MAX],
    )
    if on_prem.removed_at is None:
        on_prem = replace(on_prem, due_at=next_look(on_prem, desk.now))
    work.put_on_prem(on_prem)
    if on_prem.removed_at is None:
        place = on_prem.virtual_account
        review(work, on_prem, account=on_prem.account, source=place, now=desk.now)
    return on_prem, tally


def _recorded(on_prem: OnPrem, head: SyncRequest) -> int:
    """Return how many of a report's events were recorded before: its site did not hear of it.

    A site that was restored counts its events anew.
    """
    same = head.epoch == on_prem.epoch and head.events_after == on_prem.events.after
    return on_prem.events.count if same else 0


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

    def __init__(self, work: Work, on_prem: OnPrem, desk: Desk, recorded: int) -> None:
        self._work = work
        self._on_prem = on_prem
        self._desk = desk
        self._used: Counter[Tag] = Counter()
        self._totals: Counter[Tag] = Counter()
        self._said: int | None = None  # how many instances the site has
        self._before = work.count_instances(on_prem.virtual_account)
        self._carrier = Carrier(work, on_prem, roots=desk.roots, manager=desk.manager, now=desk.now)
        self._replaced: set[InstanceId] = set()  # whose rows the pages may still bring
        self._recorded = recorded
        self._events = self._event_bytes = 0
        self.tally = Tally()

    @property
    def events(self) -> int:
        """How many events behind the report's beginning are recorded by now."""
        return max(self._events, self._recorded)

    def take(self, items: Iterator[Reported], *, full: bool) -> None:
        """Take a whole report.

        Raises:
            SyncRefused: it is not in order, or the sums differ.
        """
        merging = _Merging(self._pages()) if full else None
        crowd = _Crowd(self._work, self._on_prem.id)
        while page := list(islice(items, PAGE)):
            self._work.flush(Needs() if merging is not None else _needs(page))
            for item in page:
                self._take_one(item, merging, crowd)
        if merging is not None:
            self._drop(merging.rest())
        self.tally.notes = self._carrier.close()
        self.tally.left = self._carrier.left
        self._close()

    def take_notes(self, items: Iterator[Reported]) -> None:
        """Take of a site that was removed what its products have signed themselves."""
        while page := list(islice(items, PAGE)):
            self._work.flush()
            for item in page:
                if isinstance(item, NoteItem):
                    self._carrier.take(item)
        self.tally.notes = self._carrier.close()
        self.tally.left = self._carrier.left

    def _take_one(self, item: Reported, merging: "_Merging | None", crowd: "_Crowd") -> None:
        if self._said is not None:
            raise SyncRefused(Why.DAMAGED, "the report goes on behind its end")
        match item:
            case InstanceItem():
                crowd.add(item, ordered=merging is not None)
                if merging is None:
                    self._put(item, self._work.instance(InstanceId(item.id)))
                else:
                    self._drop(merging.before(item))
                    there = merging.take(item)
                    if there is not None and there.id in self._replaced:
                        there = None
                    self._put(item, there or self._stray(item))
            case GoneItem():
                if merging is not None:
                    raise SyncRefused(Why.DAMAGED, "a full report names what is gone")
                gone = self._work.instance(InstanceId(item.id))
                self._drop([gone] if gone is not None and self._is_ours(gone) else [])
            case NoteItem():
                self._carrier.take(item)
            case EventItem():
                self._record(item)
            case TotalItem():
                self._totals[Tag(item.tag)] = item.in_use
                self._check_tags(self._totals)
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
        after = self._row(item)
        if not is_id_of(after.id, self._on_prem.id) or not (
            before is None or self._is_ours(before)
        ):
            raise SyncRefused(Why.DAMAGED, f"the instance {item.id} cannot be one of this site")
        if before is not None and before.udi != after.udi:
            raise SyncRefused(
                Why.DAMAGED,
                f"the instance {item.id} is {after.udi.text}, and was {before.udi.text} before",
            )
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
        self._check_tags(self._used)
        try:
            self._work.put_instance(after)
        except Duplicate:
            self._replace(after.key)
            self._work.put_instance(after)

    def _replace(self, key: str) -> None:
        """Drop the instance that has a key: its product has registered at the site anew with that."""
        holder = self._work.instance_of_key(key)
        assert holder is not None  # noqa: S101 - a key of this site's has just been found taken
        self._replaced.add(holder.id)
        if len(self._replaced) > REPLACED_MAX:
            raise SyncRefused(Why.DAMAGED, "the report gives too many keys to other instances")
        self._drop([holder])

    @staticmethod
    def _check_tags(counts: Counter[Tag]) -> None:
        if len(counts) > TAGS_MAX:
            raise SyncRefused(
                Why.DAMAGED, f"the report is about more than {TAGS_MAX} different licenses"
            )

    def _row(self, item: InstanceItem) -> Instance:
        on_prem = self._on_prem
        if len({used.tag for used in item.usage}) < len(item.usage):
            raise SyncRefused(Why.DAMAGED, f"the instance {item.id} uses a license twice")
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
            if self._work.instance(instance.id) is None:
                continue
            self._used.subtract({used.tag: used.count for used in instance.usage})
            self._work.remove_instance(instance.id)
            self.tally.gone += 1
            self.tally.name("-", instance.udi)

    def _record(self, item: EventItem) -> None:
        on_prem = self._on_prem
        self._events += 1
        self._event_bytes += bytes_of(item)
        if self._events > EVENTS_MAX or self._event_bytes > EVENTS_BYTES_MAX:
            raise SyncRefused(
                Why.DAMAGED,
                f"the report has more than {EVENTS_MAX} events, or {EVENTS_BYTES_MAX} bytes in them",
            )
        if self._events <= self._recorded:
            return
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
        for tag in {*self._used, *self._totals, *work.tags_in(place)}:
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


class _Crowd:
    """Sees that a site reports no product a thousand times.

    Whoever registers that product, with whatever authority, would have to read them all.
    """

    def __init__(self, work: Work, site: AuthorityId) -> None:
        self._work = work
        self._site = site
        self._last: Udi | None = None
        self._count = 0

    def add(self, item: InstanceItem, *, ordered: bool) -> None:
        """Count an item.

        Raises:
            SyncRefused: there are too many of its product.
        """
        udi = Udi(item.pid, item.sn)
        if ordered:
            self._count = self._count + 1 if udi == self._last else 1
            self._last = udi
        else:
            there = self._work.instances_of_udi(udi)
            others = (one for one in there if one.on_prem == self._site and one.id != item.id)
            self._count = sum(1 for _ in others) + 1
        if self._count > SAME_MAX:
            raise SyncRefused(
                Why.DAMAGED, f"the site has more than {SAME_MAX} instances of {udi.text}"
            )


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
