"""Seats: who gets one, who gives way, who has waited too long."""

from dataclasses import dataclass, field

import pytest

from licet.service.roster import Roster, Seat, Stage, site_of


@dataclass
class Visitor:
    """A connection that notes what it is told."""

    roster: Roster
    seat: Seat
    told: list[str] = field(default_factory=list)

    def evict(self) -> None:
        """Go."""
        self.told.append("evict")

    def expire(self) -> None:
        """Go, and leave."""
        self.told.append("expire")
        self.roster.leave(self.seat)

    def finish(self) -> None:
        """Be told of the end."""
        self.told.append("finish")


def a_roster(seats: int = 4, per_site: int = 3, held: int = 1000) -> Roster:
    """Return a small roster."""
    return Roster(seats_max=seats, seats_per_site_max=per_site, held_bytes_max=held)


def come(roster: Roster, site: str = "a", until: float = 10.0) -> Visitor | None:
    """Let somebody come, and return who was let in."""
    seat = Seat(site, until)
    visitor = Visitor(roster, seat)
    seat.guest = visitor
    return visitor if roster.admit(seat) else None


def let_in(roster: Roster, site: str = "a", until: float = 10.0) -> Visitor:
    """Let somebody come who must be let in."""
    visitor = come(roster, site, until)
    assert visitor is not None
    return visitor


def test_who_waits_longest_gives_way() -> None:
    """Slow and silent peers would fill all seats, and an honest one would stand outside."""
    roster = a_roster()
    first, second, third = (let_in(roster) for _ in range(3))
    roster.wait(first.seat, 20)
    newcomer = let_in(roster)
    assert second.told == ["evict"]
    assert (first.told, third.told, newcomer.told) == ([], [], [])
    assert len(roster) == 3


def test_a_flood_of_one_kind_does_not_carry_off_the_other() -> None:
    """Whoever connects faster than a product shakes hands, or shakes hands and waits, keeps it out."""
    roster = a_roster(seats=12, per_site=10)
    honest = let_in(roster)
    honest.seat.stage = Stage.KNOWN
    roster.wait(honest.seat, 20)
    strangers = [let_in(roster) for _ in range(100)]
    assert honest.told == []
    assert strangers[0].told == ["evict"]
    for stranger in strangers[-9:]:
        stranger.seat.stage = Stage.KNOWN
        roster.wait(stranger.seat, 20)
    newcomers = [let_in(roster) for _ in range(5)]
    assert honest.told == ["evict"]
    assert all(newcomer.told == [] for newcomer in newcomers)


def test_who_works_gives_way_to_nobody() -> None:
    """An answer that is being computed would be thrown away for somebody who only connects."""
    roster = a_roster()
    working = [let_in(roster) for _ in range(3)]
    for visitor in working:
        roster.work(visitor.seat, 60)
    assert come(roster) is None
    assert come(roster, "b") is not None
    roster.wait(working[1].seat, 20)
    assert come(roster) is not None
    assert working[1].told == ["evict"]


def test_one_site_cannot_take_the_seats_of_others() -> None:
    """A single machine would keep all products of a customer away."""
    roster = a_roster()
    for _ in range(50):
        let_in(roster, "greedy")
    honest = let_in(roster, "honest")
    for _ in range(50):
        let_in(roster, "greedy")
    assert honest.told == []
    assert len(roster) == 4


def test_when_all_seats_are_taken_the_longest_wait_of_all_ends() -> None:
    """Many sites together would shut the door."""
    roster = a_roster()
    visitors = [let_in(roster, str(number)) for number in range(5)]
    assert [visitor.told for visitor in visitors] == [["evict"], [], [], [], []]


def test_half_bodies_are_bounded_together() -> None:
    """A thousand peers that each hold back the last byte would fill the memory."""
    roster = a_roster()
    first, second, third = (let_in(roster) for _ in range(3))
    for visitor in (first, second, third):
        roster.hold(visitor.seat, 300)
    roster.hold(third.seat, 500)
    assert first.told == ["evict"]
    assert roster.held_bytes == 800
    roster.work(second.seat, 60)
    assert roster.held_bytes == 500
    roster.hold(third.seat, 5000)
    assert third.told == ["evict"]
    assert roster.held_bytes == 0
    roster.hold(third.seat, 10)
    assert roster.held_bytes == 0, "who has left holds nothing"


def test_what_has_taken_too_long_is_told() -> None:
    """Connections would stay for ever."""
    roster = a_roster()
    early, late = let_in(roster, until=10), let_in(roster, until=11)
    roster.expire(9.9)
    assert early.told == []
    roster.expire(10.0)
    assert (early.told, late.told) == (["expire"], [])
    assert len(roster) == 1


def test_the_end_is_told_and_noticed() -> None:
    """A stop would wait for its whole limit, or not at all."""
    roster, said = a_roster(), list[str]()
    roster.emptied = lambda: said.append("empty")
    one, two = let_in(roster), let_in(roster, "b")
    roster.finish()
    assert (one.told, two.told) == (["finish"], ["finish"])
    roster.leave(one.seat)
    roster.leave(one.seat)
    assert said == []
    roster.clear()
    assert two.told == ["finish", "evict"]
    assert said == ["empty"]


def test_who_has_left_cannot_come_back_by_the_back_door() -> None:
    """A seat that was given away would be counted twice, and the count never go down."""
    roster = a_roster()
    visitor = let_in(roster)
    roster.leave(visitor.seat)
    roster.wait(visitor.seat, 5)
    roster.work(visitor.seat, 5)
    assert len(roster) == 0


@pytest.mark.parametrize(
    ("host", "site"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::/64"),
    ],
)
def test_a_site_of_ipv6_is_counted_as_one(host: str, site: str) -> None:
    """Whoever has IPv6 has 2**64 addresses, and as many seats."""
    assert site_of(host) == site
