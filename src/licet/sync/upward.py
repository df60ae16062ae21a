"""What a site reports: begun, written from one snapshot, and remembered until it is answered."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from heapq import merge
from itertools import accumulate
from typing import BinaryIO

from licet.kernel.ids import AccountId, AuthorityId, InstanceId, Tag, VirtualAccountId
from licet.kernel.time import DAY, epoch_seconds
from licet.ledger.model import Event, Instance
from licet.ledger.ports import Needs, Work
from licet.ledger.sites import (
    CarriedNote,
    LocalAccount,
    LocalState,
    Mark,
    Outstanding,
    SyncKind,
    Upstream,
)
from licet.pki.authority import AuthorityKeys, SyncSigner
from licet.sync.carrying import NOTES_BYTES_MAX
from licet.sync.privacy import Screen, say_withheld
from licet.sync.problems import SyncRefused, Why
from licet.wire import limits
from licet.wire.documents import write_document
from licet.wire.keys import sign_digest, to_base64
from licet.wire.sites import (
    MIB,
    SYNC_REQUEST,
    Accepted,
    EndItem,
    EventItem,
    GoneItem,
    InstanceItem,
    NoteItem,
    Reported,
    SyncRequest,
    TotalItem,
    UsedPart,
)

GOOD_FOR = 30 * DAY
# Further events, and leave notes, wait for the next request, so that a document has a bound.
EVENTS_MAX = 20_000
EVENTS_BYTES_MAX = 8 * MIB
PAGE = 500


@dataclass(frozen=True, slots=True)
class Reporter:
    """What a request is written with.

    Attributes:
        keys: of the site, with its sync key.
        version: of the software.
    """

    keys: AuthorityKeys
    version: str
    name: str
    now: datetime


def begin_request(work: Work, site: AuthorityId) -> LocalAccount:
    """Take the next number: what changes from now on is for the request after it.

    Raises:
        SyncRefused: the local account is not registered.
    """
    account = work.local_account(site)
    if account is None or account.state not in {LocalState.REGISTERED, LocalState.REMOVED}:
        said = f"'{account.name}' is {account.state}" if account else "it is not here any more"
        raise SyncRefused(Why.NOT_READY, f"the local account cannot be synchronized: {said}")
    begun = replace(account, number=account.number + 1)
    work.put_local_account(begun)
    return begun


def write_request(
    out: BinaryIO,
    work: Work,
    account: LocalAccount,
    kind: SyncKind,
    reporter: Reporter,
) -> Outstanding:
    """Write a request from what one unit of work sees; it is read, and nothing is put.

    Args:
        out: takes the bytes.
        work: the snapshot.
        account: as `begin_request` returned it.
        kind: a site that must report all does so whatever is asked.
        reporter: who writes it.

    Raises:
        SyncRefused: the local account is not registered.
        ValueError: something of it fits into no document; the text names it.
    """
    if account.needs_full or not account.acknowledged:
        kind = SyncKind.FULL
    if account.upstream is None or reporter.keys.sync is None:
        raise SyncRefused(Why.NOT_READY, f"the local account '{account.name}' is not registered")
    report = _Report(work, account, kind)
    head = _head(account, account.upstream, reporter.keys.sync, kind, reporter, more=report.more)
    key = reporter.keys.sync.key
    try:
        written = write_document(
            out, SYNC_REQUEST, head, report.items(), sign=lambda digest: sign_digest(key, digest)
        )
    except ValueError as error:
        raise ValueError(f"{_call(report.last)}: {error}") from error
    return Outstanding(
        mark=Mark(account.number, written.digest, written.signature),
        kind=kind,
        at=reporter.now,
        events_until=report.events_until,
        notes=tuple(note.instance for note in report.notes),
        size=written.size,
        file=request_name(reporter.name, reporter.now, account.number),
    )


def finish_request(work: Work, outstanding: Outstanding, site: AuthorityId) -> LocalAccount:
    """Remember a request that was written; it takes the place of one that was never answered.

    Raises:
        SyncRefused: another request was begun since, or the account is gone.
    """
    account = work.local_account(site)
    if account is None or account.number != outstanding.mark.number:
        raise SyncRefused(Why.SUPERSEDED, "another request was made meanwhile")
    finished = replace(account, outstanding=outstanding)
    work.put_local_account(finished)
    return finished


def request_name(name: str, at: datetime, number: int) -> str:
    """Return the name of a request's file, as the source document has it."""
    return f"license-sync-request-{name}_{at:%Y%m%d}-{number}.yml"


def response_name(name: str, at: datetime, number: int) -> str:
    """Return the name of a response's file."""
    return f"license-sync-response-{name}_{at:%Y%m%d}-{number}.yml"


def _head(
    account: LocalAccount,
    upstream: Upstream,
    signer: SyncSigner,
    kind: SyncKind,
    reporter: Reporter,
    *,
    more: bool,
) -> SyncRequest:
    keys, accepted = reporter.keys, account.accepted
    return SyncRequest(
        name=reporter.name,
        sync=kind.value,
        site=account.id,
        manager=upstream.authority,
        number=account.number,
        base=account.acknowledged,
        epoch=keys.epoch,
        at=epoch_seconds(reporter.now),
        expires_at=epoch_seconds(reporter.now + GOOD_FOR),
        accepted=None
        if accepted is None
        else Accepted(number=accepted.number, digest=accepted.digest, signature=accepted.signature),
        lease=account.lease,
        events_after=account.events_sent,
        version=reporter.version,
        trust_version=keys.trust_lists[-1].list.version,
        catalog=account.catalog or None,
        withheld=say_withheld(account.privacy),
        more=more,
        chain=tuple(to_base64(der) for der in signer.chain),
    )


class _Report:
    """The items of one request, in their order.

    Attributes:
        last: the item that was yielded last; None before the first.
    """

    def __init__(self, work: Work, account: LocalAccount, kind: SyncKind) -> None:
        self._work = work
        self._account = account
        self._kind = kind
        self._screen = Screen(account.privacy)
        account_id = AccountId(account.id)
        self.last: Reported | None = None
        self._places = [place.id for place in work.virtual_accounts(account_id)]
        waiting = work.notes_carried_by(account.id)
        self.notes = _first(waiting)
        found = work.events_after(account_id, account.events_sent, EVENTS_MAX + 1)
        self._events = _first_told([self._event(event) for _, event in found[:EVENTS_MAX]])
        told = len(self._events)
        self.more = told < len(found) or len(self.notes) < len(waiting)
        self.events_until = found[told - 1][0] if told else account.events_sent

    def items(self) -> Iterator[Reported]:
        """Yield all of it."""
        for item in self._items():
            self.last = item
            yield item

    def _items(self) -> Iterator[Reported]:
        if self._kind is SyncKind.FULL:
            yield from map(self._instance, self._all())
        else:
            yield from self._changed()
        for note in self.notes:
            yield NoteItem(authority=note.authority, instance=note.instance, note=note.note)
        yield from self._events
        yield from self._totals()
        yield EndItem(instances=sum(map(self._work.count_instances, self._places)))

    def _all(self) -> Iterator[Instance]:
        """Yield every instance of the site in the order of UDI and id, a page in memory at a time."""
        return merge(*(self._of_place(place) for place in self._places), key=order_of)

    def _of_place(self, place: VirtualAccountId) -> Iterator[Instance]:
        last: Instance | None = None
        while True:
            page = self._work.page_instances(place, last, PAGE)
            yield from page
            if len(page) < PAGE:
                return
            last = page[-1]

    def _changed(self) -> Iterator[InstanceItem | GoneItem]:
        last: InstanceId | None = None
        while True:
            page = self._work.changes(self._account.id, last, PAGE)
            self._work.flush(Needs(instances=tuple(change.instance for change in page)))
            for change in page:
                instance = self._work.instance(change.instance)
                there = instance is not None and instance.account == AccountId(self._account.id)
                if instance is not None and there:
                    yield self._instance(instance)
                else:
                    yield GoneItem(id=change.instance)
            if len(page) < PAGE:
                return
            last = page[-1].instance

    def _event(self, event: Event) -> EventItem:
        return EventItem(
            at=epoch_seconds(event.at),
            who=_line(self._screen.who(event.who)),
            subject=_line(self._screen.subject(event.subject)),
            text=_line(self._screen.text(event.text, event.who)),
        )

    def _instance(self, instance: Instance) -> InstanceItem:
        deadline = instance.deadline
        host_name = self._screen.host_name(instance.host_name)
        return InstanceItem(
            id=instance.id,
            pid=instance.udi.pid,
            sn=instance.udi.sn,
            key=instance.key,
            # What is put in the place of addresses can be longer than they are.
            host_name=None if host_name is None else host_name[: limits.MAX_LINE_CHARS],
            product=instance.product,
            export_allowed=instance.export_allowed,
            registered_at=epoch_seconds(instance.registered_at),
            last_contact_at=epoch_seconds(instance.last_contact_at),
            certified_until=epoch_seconds(instance.certified_until),
            deadline=None if deadline is None else epoch_seconds(deadline),
            released=instance.usage_released,
            alerted=instance.contact_alerted,
            cloned=instance.cloned,
            usage=tuple(
                UsedPart(tag=used.tag, count=used.count, status=used.status)
                for used in instance.usage
            ),
        )

    def _totals(self) -> Iterator[TotalItem]:
        found: Counter[Tag] = Counter()
        for place in self._places:
            for tag in self._work.tags_in(place):
                found[tag] += self._work.pool(place, tag).in_use
        for tag, in_use in sorted(found.items()):
            if in_use:
                yield TotalItem(tag=tag, in_use=in_use)


def _first(notes: Sequence[CarriedNote]) -> Sequence[CarriedNote]:
    """Return as many notes as a document has room for."""
    sizes = accumulate(len(note.note) for note in notes)
    return notes[: sum(1 for size in sizes if size <= NOTES_BYTES_MAX)]


def _first_told(events: Sequence[EventItem]) -> Sequence[EventItem]:
    """Return as many events as a document has room for; one always fits."""
    sizes = accumulate(map(bytes_of, events))
    return events[: sum(1 for size in sizes if size <= EVENTS_BYTES_MAX)]


def bytes_of(event: EventItem) -> int:
    """Return how much of `EVENTS_BYTES_MAX` an event takes: its texts in UTF-8."""
    return sum(len(text.encode()) for text in (event.who, event.subject, event.text))


def order_of(instance: Instance) -> tuple[str, str, str]:
    """Return the place of an instance in a full report."""
    return instance.udi.pid, instance.udi.sn, instance.id


def _line(text: str) -> str:
    """Return a text as one line of what a document may hold."""
    printable = "".join(char if char.isprintable() else "?" for char in text)
    return printable[: limits.MAX_NOTE_CHARS]


def _call(item: Reported | None) -> str:
    """Return how a person finds what a report was about when it could not go on."""
    match item:
        case InstanceItem():
            return f"the product instance {item.id} (PID:{item.pid},SN:{item.sn})"
        case GoneItem():
            return f"the product instance {item.id}, which is gone"
        case NoteItem():
            return f"the leave note of the product instance {item.instance}"
        case EventItem():
            return f"an event about {item.subject!r}"
        case TotalItem():
            return f"the license {item.tag}"
        case _:
            return "the report as a whole"
