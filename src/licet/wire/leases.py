"""Leases: what a manager entrusts to an on-prem (PROTOCOL.md 5)."""

from typing import Annotated

from msgspec import Meta

from licet.wire import limits
from licet.wire.codec import VERSION, Decoder, Part


class LeaseLine(Part, frozen=True, kw_only=True):
    """A quantity of one license kind in a lease; `ends_at` is None where it has no end of its own."""

    tag: limits.TagText
    quantity: limits.Quantity
    starts_at: limits.EpochSeconds
    ends_at: limits.EpochSeconds | None


class Lease(Part, frozen=True, kw_only=True):
    """What stands in it belongs to that on-prem until it ends or a smaller one is acknowledged.

    Attributes:
        number: higher in each lease to the same on-prem.
        authority: the on-prem's authority id.
        ends_at: the removal deadline; no line counts after it.
    """

    v: int = VERSION
    number: Annotated[int, Meta(ge=1, le=2**53 - 1)]
    authority: limits.Identifier
    starts_at: limits.EpochSeconds
    ends_at: limits.EpochSeconds
    lines: Annotated[tuple[LeaseLine, ...], Meta(max_length=limits.MAX_LEASE_LINES)]


LEASES = Decoder(Lease, max_bytes=64 * 1024 * 1024)
