"""Leads requests to the one of several authorities that each names: an on-prem's local accounts."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from licet.endpoint.endpoint import Call, Endpoint, Reply
from licet.kernel.ids import AuthorityId
from licet.kernel.problems import RulesBroken
from licet.wire import limits
from licet.wire.envelope import Kind, open_envelope
from licet.wire.tokens import authority_mark


class _Addressed(msgspec.Struct):
    """What is looked at of a message before anything of it is believed."""

    authority: str


_ADDRESSED = msgspec.json.Decoder(_Addressed)


class Reception:
    """Answers requests to any of several authorities, each by its own endpoint.

    Args:
        endpoints: by their authority; the mapping may change between two calls.
    """

    def __init__(self, endpoints: Mapping[AuthorityId, Endpoint]) -> None:
        self._endpoints = endpoints

    def handle(self, calls: Sequence[Call], *, now: datetime) -> list[Reply | None]:
        """Return one signed answer to each request, in their order.

        None stands where the authority is not served here: nobody could sign that. What names no
        authority is answered by whichever is there, and a leave note for one that is elsewhere is
        taken by whichever is open, to be carried on.

        Args:
            calls: the requests.
            now: the authorities' instant.
        """
        marks = {authority_mark(authority): authority for authority in self._endpoints}
        led: dict[AuthorityId, list[int]] = {}
        for place, call in enumerate(calls):
            authority = self._addressee(call.data, marks, now)
            if authority is not None:
                led.setdefault(authority, []).append(place)
        replies: list[Reply | None] = [None] * len(calls)
        for authority, places in led.items():
            answers = self._endpoints[authority].handle([calls[place] for place in places], now=now)
            for place, answer in zip(places, answers, strict=True):
                replies[place] = answer
        return replies

    def _addressee(
        self, data: bytes, marks: Mapping[str, AuthorityId], now: datetime
    ) -> AuthorityId | None:
        """Return the authority that is to answer; registrations name theirs by its mark."""
        try:
            opened = open_envelope(data, max_bytes=limits.MAX_REQUEST_BYTES)
            named = _ADDRESSED.decode(opened.payload).authority
        except (RulesBroken, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return next(iter(self._endpoints), None)
        if opened.kind is Kind.REGISTER:
            return marks.get(named)
        authority = AuthorityId(named)
        if authority in self._endpoints:
            return authority
        if opened.kind is not Kind.LEAVE:
            return None
        is_open = (one for one, endpoint in self._endpoints.items() if endpoint.is_open(now))
        return next(is_open, None)
