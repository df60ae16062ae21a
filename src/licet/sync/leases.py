"""Leases: what a manager entrusts to a site, and what becomes of it there (PROTOCOL.md 5).

The invariant, at every instant and without a forced cut: what counts at the manager outside of its
sites, and the largest lease that each site may be using, are together not more than was purchased.
So what is taken out of a site's virtual account is *held* until the site acknowledges a lease
without it, or the last lease with it has ended.
"""

import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count

from licet.kernel.ids import AccountId, Tag, VirtualAccountId
from licet.kernel.time import epoch_seconds, instant, print_instant
from licet.ledger.model import Event, Holding, LicenseKind
from licet.ledger.pools import holding_due
from licet.ledger.ports import Work
from licet.ledger.sites import CLOCKS_APART, Cut, OnPrem, OutLease
from licet.ledger.terms import expired_key, expiring_key
from licet.ledger.usage import review_pool
from licet.sync.problems import SyncRefused, Why
from licet.wire.sites import LeaseItem

# With a blank: no system user has that name.
WHO = "the manager"
# Ours: a synchronization a second, for a hundred years. The numbers have an end (2^53).
AHEAD_MAX = 2**32
# So many are told apart; of more, the first, and those that no later one outlasts.
LEASES_MAX = 16


def lines_of(work: Work, place: VirtualAccountId, now: datetime) -> Iterator[LeaseItem]:
    """Yield the lines of a lease: what stands in a site's virtual account, or will.

    Args:
        work: tells what there is.
        place: the site's virtual account.
        now: what has ended by then is not in it.
    """
    for tag in work.tags_in(place):
        for holding in work.pool(place, tag).holdings:
            ended = holding.ends_at is not None and holding.ends_at <= now
            if holding.held_by is None and not ended:
                yield LeaseItem(
                    line=holding.id,
                    tag=holding.tag,
                    kind=holding.kind.value,
                    quantity=holding.quantity,
                    starts_at=epoch_seconds(holding.starts_at),
                    ends_at=None if holding.ends_at is None else epoch_seconds(holding.ends_at),
                    order=holding.order,
                )


def hold(on_prem: OnPrem, holding: Holding) -> tuple[OnPrem, Holding]:
    """Return both sides of a cut: licenses that leave a site's virtual account, and who holds them.

    Where no lease was written yet, nobody holds them.
    """
    if not on_prem.leases:
        return on_prem, holding
    cut = Cut(holding.id, on_prem.lease)
    return replace(on_prem, cuts=(*on_prem.cuts, cut)), replace(holding, held_by=on_prem.id)


def remembers(on_prem: OnPrem, lease: int) -> bool:
    """Tell whether a lease that a site names is in our books; 0 is none yet.

    One that is not was written by a ledger that was lost, or the site itself was restored.
    """
    return lease == 0 or any(out.number == lease for out in on_prem.leases)


def acknowledge(work: Work, on_prem: OnPrem, lease: int, now: datetime) -> OnPrem:
    """Return a site that has said which lease is in force there; what only lower ones held is free.

    A lease that we do not remember may hold anything: nothing is freed then, and it is in our books
    from now on, until a higher one is in force.

    Raises:
        SyncRefused: the number is one that no manager can have come to.
    """
    if not remembers(on_prem, lease):
        if lease > on_prem.lease + AHEAD_MAX:
            raise SyncRefused(Why.DAMAGED, f"no manager has written a lease {lease}")
        # Where all that were in our books are over, it is, too.
        ends = max((out.ends_at for out in on_prem.leases), default=now - CLOCKS_APART)
        cuts = tuple(replace(cut, lease=max(cut.lease, lease)) for cut in on_prem.cuts)
        leases = with_lease(on_prem.leases, OutLease(lease, ends))
        return replace(on_prem, lease=max(on_prem.lease, lease), leases=leases, cuts=cuts)
    leases = tuple(out for out in on_prem.leases if out.number >= lease)
    free = [cut for cut in on_prem.cuts if cut.lease < lease]
    cuts = tuple(cut for cut in on_prem.cuts if cut.lease >= lease)
    for cut in free:
        release(work, cut, f"'{on_prem.name}' acknowledged a lease without them", now)
    return replace(on_prem, leases=leases, cuts=cuts)


def with_lease(leases: tuple[OutLease, ...], lease: OutLease) -> tuple[OutLease, ...]:
    """Return our books with one lease more; of very many that nobody acknowledged the middle goes.

    One that a later one does not outlast stays: the site may be using it until it ends. A site that
    names one that went is not remembered, and nothing is freed by it.
    """
    if len(leases) < LEASES_MAX:
        return (*leases, lease)
    kept = [lease]
    for out in reversed(leases[1:]):
        if out.ends_at > kept[-1].ends_at:
            kept.append(out)
    return (leases[0], *reversed(kept))


def next_lease(on_prem: OnPrem, epoch: int, ends_at: datetime) -> OutLease:
    """Return a new lease; its number is higher than any before, also than those that a restore forgot.

    Args:
        on_prem: the site.
        epoch: of the manager; each restore begins one, and it counts seconds.
        ends_at: the removal deadline.
    """
    return OutLease(max(on_prem.lease, epoch) + 1, ends_at)


def end_leases(work: Work, on_prem: OnPrem, now: datetime) -> OnPrem:
    """Return a site without the leases that have ended; with the last of them every cut is free."""
    leases = tuple(out for out in on_prem.leases if now < out.over_at)
    if leases or not on_prem.leases:
        return replace(on_prem, leases=leases)
    for cut in on_prem.cuts:
        release(work, cut, f"the last lease of '{on_prem.name}' has ended", now)
    return replace(on_prem, leases=(), cuts=())


def force(work: Work, on_prem: OnPrem, *, who: str, now: datetime) -> OnPrem:
    """Return a site whose cuts are free at once; the events say what is at risk, and until when."""
    until = max((out.ends_at for out in on_prem.leases), default=now)
    for cut in on_prem.cuts:
        text = (
            f"forced by {who}: '{on_prem.name}' may go on using them until {print_instant(until)}"
        )
        release(work, cut, text, now)
    return replace(on_prem, cuts=())


def release(work: Work, cut: Cut, why: str, now: datetime) -> None:
    """Let held licenses count where they are."""
    holding = work.holding(cut.holding)
    if holding is None or holding.held_by is None:
        return
    work.put_holding(replace(holding, held_by=None))
    place = work.virtual_account(holding.virtual_account)
    if place is not None:
        review_pool(work, place.account, place.id, holding.tag, now)
        _record(work, place.account, place.id, holding, f"count from now on: {why}", now)


@dataclass(frozen=True, slots=True)
class Fitted:
    """What a lease changed at a site.

    Attributes:
        lines: how many of its lines changed anything.
        totals: of each license of which there are more or fewer now, how many there were, and are.
        shrank: whether any line became smaller; what has ended by its own term did not.
    """

    lines: int
    totals: dict[Tag, tuple[int, int]]
    shrank: bool


def fit(work: Work, account: AccountId, lines: Sequence[LeaseItem], now: datetime) -> Fitted:
    """Make the licenses of a site those of a lease; return what that changed.

    What grows, grows in the default virtual account. What shrinks is taken there first, then from
    the others in the order of their names.

    Args:
        work: takes the changes.
        account: of the site.
        lines: of the lease.
        now: the site's instant.
    """
    places = sorted(work.virtual_accounts(account), key=lambda place: not place.default)
    parts: dict[str, list[Holding]] = {}
    for place in places:
        for tag in work.tags_in(place.id):
            for holding in work.pool(place.id, tag).holdings:
                parts.setdefault(holding.origin or holding.id, []).append(holding)
    moves: list[tuple[list[Holding], list[Holding]]] = []
    for line in lines:
        before = parts.pop(line.line, [])
        moves.append((before, _fit_line(line, before, places[0].id, now)))
    moves += [(gone, []) for gone in parts.values()]
    touched: dict[tuple[VirtualAccountId, Tag], None] = {}
    changed = sum(_replace(work, account, *move, touched, now) for move in moves)
    for place_id, tag in touched:
        review_pool(work, account, place_id, tag, now)
    return _sum_up(changed, moves, now)


def _sum_up(
    changed: int, moves: Iterable[tuple[list[Holding], list[Holding]]], now: datetime
) -> Fitted:
    had, has, shrank = Counter[Tag](), Counter[Tag](), False
    for before, after in moves:
        was, becomes = _lasting(before, now), _lasting(after, now)
        had.update(was)
        has.update(becomes)
        shrank = shrank or becomes.total() < was.total()
    totals = {tag: (had[tag], has[tag]) for tag in had | has if had[tag] != has[tag]}
    return Fitted(changed, totals, shrank)


def _lasting(parts: Iterable[Holding], now: datetime) -> Counter[Tag]:
    """Return how many of each license there are that have not ended."""
    counted: Counter[Tag] = Counter()
    for part in parts:
        if part.ends_at is None or now < part.ends_at:
            counted[part.tag] += part.quantity
    return counted


def _fit_line(
    line: LeaseItem, before: Sequence[Holding], default: VirtualAccountId, now: datetime
) -> list[Holding]:
    """Return the parts of a line as they are from now on; `before` has the default place's first."""
    model = Holding(
        id="",  # each part has its own
        virtual_account=default,
        tag=Tag(line.tag),
        kind=LicenseKind(line.kind),
        quantity=line.quantity,
        starts_at=instant(line.starts_at),
        ends_at=None if line.ends_at is None else instant(line.ends_at),
        order=line.order,
        origin=line.line,
    )
    model = replace(model, due_at=holding_due(model, now))
    more = line.quantity - sum(part.quantity for part in before)
    after = []
    for part in before:
        quantity = part.quantity
        if (more and part.virtual_account == default) or more < 0:
            quantity = max(quantity + more, 0)
            more -= quantity - part.quantity
        after.append(
            replace(
                model,
                id=part.id,
                virtual_account=part.virtual_account,
                quantity=quantity,
                due_at=part.due_at if _same_term(part, model) else model.due_at,
            )
        )
    if more > 0:
        after.append(replace(model, id=_free_id(line, default, before), quantity=more))
    return [part for part in after if part.quantity]


def _free_id(line: LeaseItem, default: VirtualAccountId, before: Sequence[Holding]) -> str:
    """Return an id for another part of a line, the same whenever the same lease is applied.

    A part that was moved whole out of the default virtual account has taken the first one with it.
    """
    taken = {part.id for part in before}
    ids = (str(uuid.uuid5(uuid.UUID(line.line), f"{default} {number}")) for number in count())
    return next(one for one in ids if one not in taken)


def _same_term(part: Holding, model: Holding) -> bool:
    return (part.starts_at, part.ends_at) == (model.starts_at, model.ends_at)


def _replace(
    work: Work,
    account: AccountId,
    before: Sequence[Holding],
    after: Sequence[Holding],
    touched: dict[tuple[VirtualAccountId, Tag], None],
    now: datetime,
) -> bool:
    was, becomes = {part.id: part for part in before}, {part.id: part for part in after}
    if was == becomes:
        return False
    for part in before:
        if part.id not in becomes:
            work.remove_holding(part.id)
            work.clear_alert(expiring_key(part.id))
            work.clear_alert(expired_key(part.id))
    for part in after:
        if was.get(part.id) != part:
            work.put_holding(part)
    for part in (*before, *after):
        touched[part.virtual_account, part.tag] = None
        old, new = was.get(part.id), becomes.get(part.id)
        change = (new.quantity if new else 0) - (old.quantity if old else 0)
        if change and (new is None or part is new):
            text = f"{change:+d} by the lease of the manager"
            _record(work, account, part.virtual_account, part, text, now)
    return True


def _record(
    work: Work,
    account: AccountId,
    place: VirtualAccountId,
    holding: Holding,
    text: str,
    now: datetime,
) -> None:
    entry = work.license(holding.tag)
    name = entry.name if entry else holding.tag
    what = f"{holding.quantity} of {name}"
    work.record(Event(now, WHO, account, place, holding.tag, f"{what}: {text}"))
