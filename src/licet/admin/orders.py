"""Imports files of orders: every line, or none; an order that was taken before only on purpose."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from licet.admin.accounts import find_virtual_account
from licet.admin.licenses import Ordered, OrderLine, add_lines, wrong_with
from licet.admin.lines import Wrong, refuse_wrong
from licet.admin.names import LicenseNames
from licet.admin.naming import offer
from licet.admin.refusal import AdminRefused
from licet.admin.texts import check_name
from licet.kernel.chance import Chance
from licet.kernel.ids import AccountId
from licet.kernel.time import epoch_seconds
from licet.kernel.words import agree, counted
from licet.ledger.listing import every
from licet.ledger.model import Alert, Holding, LicenseKind, Severity, SmartAccount, VirtualAccount
from licet.ledger.ports import Store, Work

DUPLICATE = "Duplicate Licenses"


@dataclass(frozen=True, slots=True)
class WrittenLine:
    """One line of an order as a person wrote it.

    Attributes:
        where: where it stands, e.g. `line 17`.
        place: name of a virtual account; empty is the default one.
        license: its name, or its tag.
    """

    where: str
    order: str
    place: str
    license: str
    quantity: int
    kind: LicenseKind = LicenseKind.PERPETUAL
    starts_at: datetime | None = None
    ends_at: datetime | None = None


def import_orders(
    store: Store,
    work: Work,
    account: SmartAccount,
    lines: Sequence[WrittenLine | Wrong],
    *,
    again: bool = False,
    who: str,
    now: datetime,
    chance: Chance,
    watch: Callable[[int], None] = lambda _: None,
) -> list[Holding]:
    """Add the licenses of a file of orders, all in one unit of work.

    Args:
        store: lists the catalog, and the orders that were taken before.
        work: takes the change; nobody else may change the account meanwhile.
        account: whose orders they are.
        lines: what was read; a `Wrong` where that could not be.
        again: take an order even if it was taken before; an alert tells of it.
        who: the person.
        now: the authority's instant.
        chance: where ids are drawn from.
        watch: is told how many lines were added.

    Raises:
        AdminRefused: a line is wrong or an order was taken before; nothing is added.
    """
    if not lines:
        raise AdminRefused("there is no order line in it")
    reader = _Reader(work, account, LicenseNames(every(store.list_licenses)), now)
    read = [line if isinstance(line, Wrong) else reader.read(line) for line in lines]
    ordered = [line for line in read if isinstance(line, Ordered)]
    refuse_wrong([line for line in read if isinstance(line, Wrong)], counted(len(lines), "line"))
    _check_orders(store, work, account, ordered, again=again, now=now)
    return add_lines(work, ordered, who=who, now=now, chance=chance, watch=watch)


class _Reader:
    """Finds what written lines mean."""

    def __init__(
        self, work: Work, account: SmartAccount, names: LicenseNames, now: datetime
    ) -> None:
        self._work = work
        self._account = account
        self._names = names
        self._now = now
        self._places: dict[str, VirtualAccount] = {}

    def read(self, line: WrittenLine) -> Ordered | Wrong:
        """Return what a line means, or what is wrong with it."""
        try:
            order = check_name(line.order)
            place = self._place(line.place)
            tag = self._names.find(line.license).tag
        except AdminRefused as refused:
            return Wrong(line.where, str(refused))
        meant = OrderLine(tag, line.quantity, line.kind, line.starts_at, line.ends_at)
        why = wrong_with(self._work, meant, self._now)
        return Wrong(line.where, why) if why else Ordered(place, order, meant)

    def _place(self, name: str) -> VirtualAccount:
        if name not in self._places:
            self._places[name] = find_virtual_account(self._work, self._account.id, name)
        return self._places[name]


def _check_orders(
    store: Store,
    work: Work,
    account: SmartAccount,
    ordered: Sequence[Ordered],
    *,
    again: bool,
    now: datetime,
) -> None:
    """Refuse orders that were taken before, or tell of them where that was meant."""
    before = _quantities(store, work, account.id)
    known = {one.order.casefold(): one for one in ordered if one.order.casefold() in before}
    if not known:
        return
    first = next(iter(known.values()))
    names = offer(one.order for one in known.values())
    there = agree(sum(before[key] for key in known), "license is there", "licenses are there")
    if not again:
        what = f"the order {names} was" if len(known) == 1 else f"{len(known)} orders were"
        which = "" if len(known) == 1 else f" ({names})"
        raise AdminRefused(
            f"{what} taken before{which}, {there}; nothing was imported. "
            "To take it all once more, give --again"
        )
    work.put_alert(
        Alert(
            key=f"duplicate:{account.id}:{epoch_seconds(now)}:{first.order}",
            kind=DUPLICATE,
            severity=Severity.MINOR,
            account=account.id,
            source=first.place.id,
            message=f"taken again, though {there} from before: {names}",
            raised_at=now,
        )
    )


def _quantities(store: Store, work: Work, account: AccountId) -> Counter[str]:
    """Return how many licenses of each order a smart account has, wherever they went since."""
    places: Iterable[VirtualAccount] = work.virtual_accounts(account)
    found: Counter[str] = Counter()
    for place in places:
        for pool in every(partial(store.list_pools, place.id)):
            for holding in pool.holdings:
                found[holding.order.casefold()] += holding.quantity
    return found
