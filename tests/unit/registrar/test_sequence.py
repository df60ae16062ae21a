"""Where a numbered message stands: next, repeated, late, forked, or one of two that speak."""

from datetime import UTC, datetime, timedelta

from licet.kernel.ids import AccountId, InstanceId, Udi, VirtualAccountId
from licet.kernel.time import DAY, HOUR
from licet.ledger.model import Instance
from licet.registrar.sequence import SEEN_MAX, Placed, Standing, place

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def registered() -> Instance:
    """Return an instance that was registered and not heard since."""
    return Instance(
        id=InstanceId("i"),
        account=AccountId("a"),
        virtual_account=VirtualAccountId("v"),
        udi=Udi("N9K", "FDO1"),
        key="key",
        host_name=None,
        product="p",
        export_allowed=False,
        registered_at=NOW,
        last_contact_at=NOW,
        certified_until=NOW + 365 * DAY,
    )


def say(
    instance: Instance, number: int, digest: str, *previous: str, after: timedelta = timedelta(0)
) -> Placed:
    """Return where a message stands."""
    return place(instance, number=number, digest=digest, previous=previous, now=NOW + after)


def accepted(instance: Instance, number: int, digest: str, *previous: str) -> Instance:
    """Return the instance after a message that must be accepted."""
    placed = say(instance, number, digest, *previous)
    assert placed.standing is Standing.NEXT
    return placed.instance


def history(last: int) -> Instance:
    """Return an instance that was heard `last` times: m1, m2, ..."""
    instance = registered()
    for number in range(1, last + 1):
        instance = accepted(instance, number, f"m{number}", f"m{number - 1}")
    return instance


def rolled_back() -> Instance:
    """Return an instance whose device was set back to m2 after m5, forked once and went on."""
    forked = say(history(5), 3, "x3", "m2")
    assert forked.standing is Standing.FORKED
    return accepted(forked.instance, 6, "x6", "x3")


def test_messages_in_order_are_accepted() -> None:
    """Nothing would ever be answered twice in a row."""
    instance = history(5)
    assert instance.number == 5
    assert instance.seen[0] == (5, "m5")
    assert instance.fork is None


def test_the_first_message_may_follow_anything() -> None:
    """A device whose registration was answered twice could never speak."""
    assert say(registered(), 1, "m1", "another copy of the registration").standing is Standing.NEXT


def test_the_same_bytes_get_the_same_decision() -> None:
    """A request whose answer was lost would take effect twice."""
    assert say(history(5), 5, "m5", "m4") == Placed(Standing.REPEATED, history(5))


def test_a_gap_is_normal() -> None:
    """A device whose messages were lost would be taken for a copy."""
    assert accepted(history(2), 9, "m9", "m8", "m7").number == 9


def test_a_late_message_is_stale_and_no_alert() -> None:
    """A slow network would raise alerts about honest products."""
    assert say(history(5), 4, "m4", "m3") == Placed(Standing.STALE, history(5))


def test_a_message_overtaken_by_the_next_is_stale() -> None:
    """Reordering would look like a copied product: m3 is known only from what m4 said of it."""
    instance = accepted(history(2), 4, "m4", "m3")
    assert say(instance, 3, "m3", "m2").standing is Standing.STALE


def test_messages_that_were_never_answered_are_known_when_they_come_late() -> None:
    """Three lost requests, delivered after the fourth, would be three forks."""
    instance = accepted(history(2), 6, "m6", "m5", "m4", "m3")
    for number in (3, 4, 5):
        late = say(instance, number, f"m{number}", f"m{number - 1}")
        assert late == Placed(Standing.STALE, instance)


def test_another_message_of_a_used_number_is_a_fork() -> None:
    """A copied disk would go unnoticed."""
    placed = say(history(5), 5, "x5", "m4")
    assert placed.standing is Standing.FORKED
    assert placed.instance.number == 5
    assert placed.instance.seen == history(5).seen


def test_the_next_number_after_another_message_is_a_fork() -> None:
    """A copy that happened to be one message behind would be accepted in silence."""
    assert say(history(5), 6, "x6", "x5").standing is Standing.FORKED


def test_a_copy_of_a_forked_message_is_no_second_fork() -> None:
    """A duplicate made by the network would count against an honest product."""
    forked = say(history(5), 3, "x3", "m2").instance
    assert say(forked, 3, "x3", "m2") == Placed(Standing.FORKED_AGAIN, forked)


def test_a_rolled_back_device_continues_once() -> None:
    """A product restored from its backup would have to be visited."""
    instance = rolled_back()
    assert instance.number == 6
    assert instance.fork is not None
    assert instance.fork.taken
    assert say(instance, 3, "x3", "m2").standing is Standing.STALE
    assert accepted(instance, 7, "x7", "x6").number == 7


def test_a_rolled_back_device_whose_answers_are_lost_comes_through() -> None:
    """Losing the answer `forked` would make a second fork, and a lock-out, out of one."""
    first = say(history(5), 3, "x3", "m2").instance
    second = say(first, 4, "x4", "x3", "m2")
    assert second.standing is Standing.FORKED
    third = say(second.instance, 5, "x5", "x4", "x3")
    assert third.standing is Standing.FORKED
    assert accepted(third.instance, 6, "x6", "x5", "x4", "x3").number == 6


def test_a_fork_of_which_only_an_earlier_message_arrived_continues() -> None:
    """A rolled back device that lost one request as well would fork again and again."""
    forked = say(history(5), 4, "x4", "m3").instance
    assert accepted(forked, 6, "x6", "x5 that never arrived", "x4").number == 6


def test_a_second_fork_that_is_continued_from_is_a_clone() -> None:
    """Two products would share one registration for ever, each forking the other."""
    other = say(rolled_back(), 6, "m6", "m5", after=HOUR)
    assert other.standing is Standing.FORKED
    both = say(other.instance, 7, "m7", "m6", after=HOUR)
    assert both.standing is Standing.CLONED
    assert both.instance.cloned
    assert say(both.instance, 7, "x7", "x6", after=2 * HOUR).standing is Standing.CLONED


def test_late_messages_that_follow_each_other_are_no_continuation() -> None:
    """Slow copies of two old messages in a row would lock the honest product out."""
    first = say(rolled_back(), 1, "old 1", "old 0", after=HOUR)
    second = say(first.instance, 2, "old 2", "old 1", after=HOUR)
    assert (first.standing, second.standing) == (Standing.FORKED, Standing.FORKED)
    assert say(second.instance, 7, "x7", "x6", after=HOUR).standing is Standing.NEXT


def test_a_second_fork_a_day_later_is_a_new_first_one() -> None:
    """A product that is restored every week would be locked out."""
    later = DAY + HOUR
    other = say(rolled_back(), 4, "y4", "m3", after=later).instance
    assert say(other, 7, "y7", "y4", after=later).standing is Standing.NEXT


def test_late_messages_that_nobody_continues_from_never_lock_out() -> None:
    """A slow request from before a roll-back would lock the honest product out."""
    instance = rolled_back()
    for number in range(1, 6):
        late = say(instance, number, f"late {number}", "m0", after=HOUR)
        assert late.standing is Standing.FORKED
        instance = late.instance
    assert not instance.cloned
    assert say(instance, 7, "x7", "x6", after=HOUR).standing is Standing.NEXT


def test_a_late_message_does_not_hide_the_fork_that_continues() -> None:
    """A rolled back product would be forked again because of an unrelated slow request."""
    forked = say(history(5), 3, "x3", "m2").instance
    disturbed = say(forked, 2, "late", "m0").instance
    assert accepted(disturbed, 6, "x6", "x3").number == 6


def test_what_is_remembered_is_bounded() -> None:
    """A product could grow its row without end."""
    instance = history(5)
    for number in range(6, 30):
        earlier = [f"m{number - back}" for back in range(1, 9)]
        instance = accepted(instance, number, f"m{number}", *earlier)
        instance = say(instance, 1, f"x{number}", "m0").instance
    assert len(instance.seen) == SEEN_MAX
    assert instance.fork is not None
    assert len(instance.fork.others) <= 7
