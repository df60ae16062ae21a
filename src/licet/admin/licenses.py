"""Orders and transfers of licenses."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from licet.admin.accounts import check_name, current_place, record
from licet.admin.refusal import AdminRefused
from licet.kernel.chance import Chance, draw_uuid
from licet.kernel.ids import Tag
from licet.ledger.model import Holding, LicenseKind, VirtualAccount
from licet.ledger.pools import counts, holding_due
from licet.ledger.ports import Work
from licet.ledger.terms import carry_warning
from licet.ledger.usage import review_pool

QUANTITY_MAX = 100_000_000


@dataclass(frozen=True, slots=True)
class OrderLine:
    """What one line of an order brings; `starts_at` None is at once."""

    tag: Tag
    quantity: int
    kind: LicenseKind = LicenseKind.PERPETUAL
    starts_at: datetime | None = None
    ends_at: datetime | None = None


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
        _check_line(work, line, number, now)
    added = []
    for line in lines:
        holding = Holding(
            id=draw_uuid(chance),
            virtual_account=place.id,
            tag=line.tag,
            kind=line.kind,
            quantity=line.quantity,
            starts_at=line.starts_at or now,
            ends_at=line.ends_at,
            order=order,
        )
        # Where it began before the order came, what has passed of its term is looked at at once.
        since = min(holding.starts_at, now)
        holding = replace(holding, due_at=holding_due(holding, since))
        work.put_holding(holding)
        review_pool(work, place.account, place.id, line.tag, now)
        text = f"{line.quantity} {line.kind} licenses arrived with the order {order}"
        record(work, place.account, place.id, line.tag, text, who=who, now=now)
        added.append(holding)
    return added


def _check_line(work: Work, line: OrderLine, number: int, now: datetime) -> None:
    where = f"line {number}: "
    if work.license(line.tag) is None:
        raise AdminRefused(f"{where}the catalog does not know {line.tag}; import it first")
    if not 1 <= line.quantity <= QUANTITY_MAX:
        raise AdminRefused(f"{where}a quantity is 1 to {QUANTITY_MAX}, not {line.quantity}")
    perpetual = line.kind is LicenseKind.PERPETUAL
    if perpetual and line.ends_at is not None:
        raise AdminRefused(f"{where}a PERPETUAL license has no end")
    if not perpetual and line.ends_at is None:
        raise AdminRefused(f"{where}a {line.kind} license needs an end")
    if line.ends_at is not None and line.ends_at <= (line.starts_at or now):
        raise AdminRefused(f"{where}it ends before it starts")


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
        raise AdminRefused(f"'{source.name}' has {there} of this license, not {quantity} to move")
    left = quantity
    for one in sorted(held, key=_longest_first):
        moved = min(left, one.quantity)
        if moved == one.quantity:
            parts = [replace(one, virtual_account=target.id)]
        else:
            part = replace(one, id=draw_uuid(chance), quantity=moved, virtual_account=target.id)
            parts = [part, replace(one, quantity=one.quantity - moved)]
        for part in parts:
            work.put_holding(part)
            carry_warning(work, one, part)
        left -= moved
        if not left:
            break
    for place, text in (
        (source, f"{quantity} licenses were transferred to '{target.name}'"),
        (target, f"{quantity} licenses were transferred from '{source.name}'"),
    ):
        review_pool(work, place.account, place.id, tag, now)
        record(work, place.account, place.id, tag, text, who=who, now=now)


def _longest_first(holding: Holding) -> tuple[int, float, str]:
    """Order as every client of the reference asks: `LONGEST_TERM_FIRST`."""
    if holding.ends_at is None:
        return (0, 0.0, holding.id)
    return (1, -holding.ends_at.timestamp(), holding.id)
