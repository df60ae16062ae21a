"""Orders and transfers of licenses."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from licet.admin.accounts import current_place, record
from licet.admin.refusal import AdminRefused
from licet.admin.sites import site_of
from licet.admin.texts import check_name
from licet.kernel.chance import Chance, draw_uuid
from licet.kernel.ids import Tag
from licet.kernel.time import print_instant
from licet.ledger.model import Holding, LicenseKind, VirtualAccount
from licet.ledger.pools import counts, holding_due
from licet.ledger.ports import Work
from licet.ledger.terms import carry_warning
from licet.ledger.usage import review_pool
from licet.sync.leases import hold

QUANTITY_MAX = 100_000_000


@dataclass(frozen=True, slots=True)
class OrderLine:
    """What one line of an order brings; `starts_at` None is at once."""

    tag: Tag
    quantity: int
    kind: LicenseKind = LicenseKind.PERPETUAL
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ordered:
    """One line of one order, and the virtual account that it goes to."""

    place: VirtualAccount
    order: str
    line: OrderLine


def take_order(
    work: Work,
    place: VirtualAccount,
    lines: Sequence[OrderLine],
    *,
    order: str,
    who: str,
    now: datetime,
    chance: Chance,
) -> list[Holding]:
    """Add the licenses of an order to a virtual account; a future start does not count yet.

    Raises:
        AdminRefused: a line is wrong; it is named, and nothing of the order is added. Or the order
            has no name, or the virtual account is not there any more.
    """
    place = current_place(work, place)
    check_name(order)
    for number, line in enumerate(lines, start=1):
        why = wrong_with(work, line, now)
        if why:
            raise AdminRefused(f"line {number}: {why}")
    ordered = [Ordered(place, order, line) for line in lines]
    return add_lines(work, ordered, who=who, now=now, chance=chance)


def add_lines(
    work: Work,
    lines: Sequence[Ordered],
    *,
    who: str,
    now: datetime,
    chance: Chance,
    watch: Callable[[int], None] = lambda _: None,
) -> list[Holding]:
    """Add the licenses of lines that were checked; `watch` is told how many were added."""
    added = []
    for number, ordered in enumerate(lines, start=1):
        holding = _holding(ordered, now, chance)
        work.put_holding(holding)
        _record_arrival(work, ordered, who, now)
        added.append(holding)
        watch(number)
    # Each pool once: it grows with every line.
    for account, place, tag in {
        (one.place.account, one.place.id, one.line.tag): None for one in lines
    }:
        review_pool(work, account, place, tag, now)
    return added


def wrong_with(work: Work, line: OrderLine, now: datetime) -> str:
    """Return what is wrong with a line of an order; empty where nothing is."""
    if work.license(line.tag) is None:
        return f"the catalog does not know {line.tag}; import it first"
    if not 1 <= line.quantity <= QUANTITY_MAX:
        return f"a quantity is 1 to {QUANTITY_MAX}, not {line.quantity}"
    perpetual = line.kind is LicenseKind.PERPETUAL
    if perpetual and line.ends_at is not None:
        return "a PERPETUAL license has no end"
    if not perpetual and line.ends_at is None:
        return f"a {line.kind} license needs an end"
    if line.ends_at is not None and line.ends_at <= (line.starts_at or now):
        return "it ends before it starts"
    return ""


def _holding(ordered: Ordered, now: datetime, chance: Chance) -> Holding:
    line = ordered.line
    holding = Holding(
        id=draw_uuid(chance),
        virtual_account=ordered.place.id,
        tag=line.tag,
        kind=line.kind,
        quantity=line.quantity,
        starts_at=line.starts_at or now,
        ends_at=line.ends_at,
        order=ordered.order,
    )
    # Where it began before the order came, what has passed of its term is looked at at once.
    return replace(holding, due_at=holding_due(holding, min(holding.starts_at, now)))


def _record_arrival(work: Work, ordered: Ordered, who: str, now: datetime) -> None:
    place, line = ordered.place, ordered.line
    what = f"{line.quantity} of {_name(work, line.tag)} ({line.kind})"
    text = f"{what} arrived with the order {ordered.order}"
    record(work, place.account, place.id, line.tag, text, who=who, now=now)


def transfer_licenses(
    work: Work,
    source: VirtualAccount,
    target: VirtualAccount,
    tag: Tag,
    quantity: int,
    *,
    who: str,
    now: datetime,
    chance: Chance,
) -> None:
    """Move licenses that count now between virtual accounts, longest term first.

    What leaves an on-prem's own virtual account counts in its new one when the on-prem has
    acknowledged a lease without it (PROTOCOL.md 5, *pending synchronization*).

    Raises:
        AdminRefused: other smart account, same virtual account, or not that many are there; or a
            virtual account is not there any more.
    """
    source, target = current_place(work, source), current_place(work, target)
    if source.account != target.account:
        raise AdminRefused("licenses cannot be moved to another smart account")
    if source.id == target.id:
        raise AdminRefused(f"they are in '{source.name}' already")
    held = [one for one in work.pool(source.id, tag).holdings if counts(one, now)]
    there = sum(one.quantity for one in held)
    if not 1 <= quantity <= there:
        said = f"'{source.name}' has {there} of this license, not {quantity} to move"
        raise AdminRefused(said + _pending(work, source, tag))
    left, site = quantity, site_of(work, source)
    for one in sorted(held, key=_longest_first):
        moved = min(left, one.quantity)
        if moved == one.quantity:
            parts = [replace(one, virtual_account=target.id)]
        else:
            part = replace(one, id=draw_uuid(chance), quantity=moved, virtual_account=target.id)
            parts = [part, replace(one, quantity=one.quantity - moved)]
        if site is not None:
            site, parts[0] = hold(site, parts[0])
        for part in parts:
            work.put_holding(part)
            carry_warning(work, one, part)
        left -= moved
        if not left:
            break
    if site is not None:
        work.put_on_prem(site)
    what = f"{quantity} of {_name(work, tag)}"
    for place, text in (
        (source, f"{what} went to '{target.name}'"),
        (target, f"{what} came from '{source.name}'"),
    ):
        review_pool(work, place.account, place.id, tag, now)
        record(work, place.account, place.id, tag, text, who=who, now=now)


def _pending(work: Work, source: VirtualAccount, tag: Tag) -> str:
    """Return what is said of licenses that a lease holds, and until when; empty where there are none."""
    held = [one for one in work.pool(source.id, tag).holdings if one.held_by is not None]
    if not held:
        return ""
    more = f"; {sum(one.quantity for one in held)} more are pending"
    holders = {one.held_by for one in held if one.held_by is not None}
    sites = [site for site in map(work.on_prem, sorted(holders)) if site is not None]
    ends = [lease.ends_at for site in sites for lease in site.leases]
    if not ends:
        return more
    named = ", ".join(f"'{site.name}'" for site in sites)
    return f"{more}: they count when {named} has synchronized, or after {print_instant(max(ends))}"


def _longest_first(holding: Holding) -> tuple[int, float, str]:
    """Order as every client of the reference asks: `LONGEST_TERM_FIRST`."""
    if holding.ends_at is None:
        return (0, 0.0, holding.id)
    return (1, -holding.ends_at.timestamp(), holding.id)


def _name(work: Work, tag: Tag) -> str:
    entry = work.license(tag)
    return entry.name if entry else tag
