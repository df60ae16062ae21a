"""Who is connected: how many may be, who gives way to a newcomer, and who has waited too long.

A connection *waits* while the next move is its peer's: the handshake, a head, a body, the next
request. It *works* while a whole request is in our hands. Whoever makes us wait gives way, the
longest wait first; so slow and silent peers can fill every seat and an honest one still finds a
place, since it never waits for long. Those who are equally far stand in one line, and the longest
line gives way: a flood of one kind does not carry off those who are further.
"""

import ipaddress
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from itertools import chain
from typing import Protocol

_IPV6_SITE_BITS = 64


def site_of(host: str) -> str:
    """Return whose a network address is: an IPv4 address, or the /64 that an IPv6 site has whole."""
    address = ipaddress.ip_address(host.partition("%")[0])
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.IPv6Network((address, _IPV6_SITE_BITS), strict=False))


class Guest(Protocol):
    """Who sits: a connection, from its first packet to its last."""

    def evict(self) -> None:
        """End at once, to make room."""
        ...

    def expire(self) -> None:
        """Its time has passed."""
        ...

    def finish(self) -> None:
        """End as soon as what is under way is done: the server is stopping."""
        ...


class Stage(Enum):
    """How far a connection came."""

    SILENT = auto()
    SHAKING = auto()
    KNOWN = auto()


@dataclass(eq=False, slots=True)
class Seat:
    """The place of one connection.

    Attributes:
        site: whose it is; see `site_of`.
        guest: who sits here at present.
        until: on the clock that never goes back.
        held_bytes: of a body that is not whole yet.
        stage: how far it came.
    """

    site: str
    until: float
    guest: Guest | None = None
    held_bytes: int = 0
    stage: Stage = Stage.SILENT
    waiting: bool = False


class _Lines:
    """Those who wait, in the order in which they give way."""

    def __init__(self) -> None:
        self._lines: dict[Stage, OrderedDict[Seat, None]] = {
            stage: OrderedDict() for stage in Stage
        }

    def __iter__(self) -> Iterator[Seat]:
        return chain.from_iterable(self._lines.values())

    def first(self) -> Seat | None:
        """Return who gives way next."""
        longest = max(self._lines.values(), key=len)
        return next(iter(longest), None)

    def join(self, seat: Seat) -> None:
        """Take the last place."""
        self.leave(seat)
        self._lines[seat.stage][seat] = None

    def leave(self, seat: Seat) -> None:
        """Give the place up, if there is one."""
        for line in self._lines.values():
            line.pop(seat, None)


class Roster:
    """The seats of one front.

    Args:
        seats_max: connections in all.
        seats_per_site_max: connections of one site.
        held_bytes_max: of all bodies that are not whole yet.

    Attributes:
        emptied: called whenever the last one has left.
    """

    def __init__(self, *, seats_max: int, seats_per_site_max: int, held_bytes_max: int) -> None:
        self._seats_max = seats_max
        self._seats_per_site_max = seats_per_site_max
        self._held_bytes_max = held_bytes_max
        self._seats: dict[Seat, None] = {}
        self._line = _Lines()
        self._sites: dict[str, tuple[dict[Seat, None], _Lines]] = {}
        self.held_bytes = 0
        self.emptied: Callable[[], None] = _nothing

    def __len__(self) -> int:
        return len(self._seats)

    def admit(self, seat: Seat) -> bool:
        """Give a newcomer its seat, or return False; somebody who waits may have to leave for it."""
        seats, line = self._sites.get(seat.site, ({}, _Lines()))
        if len(seats) >= self._seats_per_site_max and not self._make_room(line):
            return False
        if len(self._seats) >= self._seats_max and not self._make_room(self._line):
            return False
        seats, line = self._sites.setdefault(seat.site, ({}, _Lines()))
        self._seats[seat] = seats[seat] = None
        self.wait(seat, seat.until)
        return True

    def wait(self, seat: Seat, until: float) -> None:
        """Let a seat wait for its peer, as the last in the line of those who give way."""
        if seat not in self._seats:
            return
        seat.until, seat.waiting = until, True
        for line in (self._line, self._sites[seat.site][1]):
            line.join(seat)

    def work(self, seat: Seat, until: float) -> None:
        """Let a seat work: it gives way to nobody."""
        if seat in self._seats:
            seat.until = until
            self._leave_line(seat)
            self.hold(seat, 0)

    def hold(self, seat: Seat, held_bytes: int) -> None:
        """Take note of what a seat holds of a body; when all hold too much, others give way."""
        if seat not in self._seats:
            return
        self.held_bytes += held_bytes - seat.held_bytes
        seat.held_bytes = held_bytes
        while self.held_bytes > self._held_bytes_max:
            heavy = next((one for one in self._line if one.held_bytes), seat)
            self._evict(heavy)
            if heavy is seat:
                return

    def leave(self, seat: Seat) -> None:
        """Take a seat back; once or more often."""
        if seat not in self._seats:
            return
        self.hold(seat, 0)
        self._leave_line(seat)
        # It leads back here; without this, only the collector would free both.
        seat.guest = None
        del self._seats[seat]
        seats, _ = self._sites[seat.site]
        del seats[seat]
        if not seats:
            del self._sites[seat.site]
        if not self._seats:
            self.emptied()

    def expire(self, elapsed_s: float) -> None:
        """Tell those whose time has passed."""
        for seat in [one for one in self._seats if one.until <= elapsed_s]:
            if seat.guest is not None:
                seat.guest.expire()

    def finish(self) -> None:
        """Tell everybody that the server is stopping."""
        for seat in list(self._seats):
            if seat.guest is not None:
                seat.guest.finish()

    def clear(self) -> None:
        """End everybody at once."""
        for seat in list(self._seats):
            self._evict(seat)

    def _make_room(self, line: _Lines) -> bool:
        longest = line.first()
        if longest is None:
            return False
        self._evict(longest)
        return True

    def _evict(self, seat: Seat) -> None:
        guest = seat.guest
        self.leave(seat)
        if guest is not None:
            guest.evict()

    def _leave_line(self, seat: Seat) -> None:
        if seat.waiting:
            seat.waiting = False
            self._line.leave(seat)
            self._sites[seat.site][1].leave(seat)


def _nothing() -> None:
    """Do nothing."""
