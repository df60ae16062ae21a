"""What a pool holds at an instant, to the second."""

from datetime import datetime, timedelta

import pytest

from licet.kernel.ids import VirtualAccountId
from licet.kernel.time import DAY, SECOND
from licet.ledger.model import Holding, LicenseKind, Pool
from licet.ledger.pools import (
    EXPIRY_WARNING_DAYS,
    balance,
    compliance,
    counts,
    holding_due,
    purchased,
)
from licet.wire.messages import Compliance
from support.books import LAN, NOW

PLACE = VirtualAccountId("place")


def held(quantity: int, *, starts: timedelta, ends: timedelta | None) -> Holding:
    """Return licenses that count between two instants, both from `NOW`."""
    return Holding(
        id=f"holding of {quantity}",
        virtual_account=PLACE,
        tag=LAN,
        kind=LicenseKind.PERPETUAL if ends is None else LicenseKind.TERM,
        quantity=quantity,
        starts_at=NOW + starts,
        ends_at=None if ends is None else NOW + ends,
        order="order 7",
    )


@pytest.mark.parametrize(
    ("at", "counted"),
    [
        (NOW - SECOND, False),
        (NOW, True),
        (NOW + DAY - SECOND, True),
        (NOW + DAY, False),
    ],
)
def test_a_term_counts_from_its_start_until_its_end(at: datetime, *, counted: bool) -> None:
    """A customer would be short for a second, or have licenses that he did not buy."""
    assert counts(held(1, starts=timedelta(0), ends=DAY), at) is counted


def test_a_perpetual_license_never_ends() -> None:
    """What was bought for good would go one day."""
    one = held(1, starts=timedelta(0), ends=None)
    assert counts(one, NOW + 36_500 * DAY)
    assert holding_due(one, NOW) is None


def test_only_what_counts_now_is_purchased() -> None:
    """Ended or future licenses would cover use."""
    holdings = (
        held(1, starts=-DAY, ends=None),
        held(10, starts=-DAY, ends=DAY),
        held(100, starts=DAY, ends=None),
        held(1000, starts=-2 * DAY, ends=-DAY),
    )
    pool = Pool(PLACE, LAN, holdings, in_use=12)
    assert (purchased(pool, NOW), balance(pool, NOW)) == (11, -1)
    assert (purchased(pool, NOW + DAY), balance(pool, NOW + DAY)) == (101, 89)


@pytest.mark.parametrize(
    ("in_use", "standing"),
    [(2, Compliance.IN_COMPLIANCE), (3, Compliance.OUT_OF_COMPLIANCE)],
)
def test_only_a_negative_balance_is_out_of_compliance(in_use: int, standing: Compliance) -> None:
    """Who uses exactly what he bought would be told off, or who uses more would not be."""
    pool = Pool(PLACE, LAN, (held(2, starts=-DAY, ends=None),), in_use=in_use)
    assert compliance(pool, NOW) is standing


def test_an_empty_pool_is_in_compliance_until_it_is_used() -> None:
    """Every license that nobody bought or uses would be a shortage."""
    assert compliance(Pool(PLACE, LAN), NOW) is Compliance.IN_COMPLIANCE
    assert compliance(Pool(PLACE, LAN, in_use=1), NOW) is Compliance.OUT_OF_COMPLIANCE


def test_a_holding_is_due_at_its_start_its_warnings_and_its_end() -> None:
    """A customer would not be warned 90, 60, 30, 14, 7, 3 and 1 days before licenses end."""
    one = held(1, starts=DAY, ends=400 * DAY)
    dues, at = [], NOW
    while (due := holding_due(one, at)) is not None:
        assert due > at
        dues.append(due - NOW)
        at = due
    assert EXPIRY_WARNING_DAYS == (90, 60, 30, 14, 7, 3, 1)
    warnings = [(400 - days) * DAY for days in (90, 60, 30, 14, 7, 3, 1)]
    assert dues == [DAY, *warnings, 400 * DAY]
