"""True time and the clocks that differ from it."""

from datetime import UTC, datetime, timedelta

import pytest

from licet.world.clock import MachineClock, VirtualClock

START = datetime(2022, 6, 22, 16, 14, 37, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_a_jump_moves_the_system_clock_and_nothing_else() -> None:
    """Timers would fire when a person sets the clock."""
    true = VirtualClock(START)
    clock = MachineClock(true)
    true.set(START + HOUR)
    clock.jump(-2 * HOUR)
    now = clock.now()
    assert now.wall == START - HOUR
    assert now.elapsed == HOUR
    assert clock.true_time_of(START) == START + 2 * HOUR


def test_a_reboot_begins_elapsed_time_anew_under_a_new_name() -> None:
    """An agent could not tell a reboot from a restart of its process."""
    true = VirtualClock(START)
    clock = MachineClock(true, boots="switch1 boot")
    before = clock.now().boot
    true.set(START + HOUR)
    clock.reboot()
    true.set(START + 3 * HOUR)
    assert clock.now().elapsed == 2 * HOUR
    assert clock.now().boot != before
    assert clock.now().wall == START + 3 * HOUR


@pytest.mark.parametrize("to", [START - HOUR, START + timedelta(milliseconds=1)])
def test_true_time_goes_on_in_whole_seconds(to: datetime) -> None:
    """What happened could be undone, or two sides would cut an instant in different ways."""
    clock = VirtualClock(START)
    with pytest.raises(ValueError, match="whole seconds"):
        clock.set(to)
    assert clock.now == START


@pytest.mark.parametrize(
    "by", [timedelta(days=-30_000), timedelta(days=900_000), timedelta.max, timedelta.min]
)
def test_a_clock_is_not_set_to_where_no_clock_goes(by: timedelta) -> None:
    """A typing error in a script would break an agent in a way that no product can be broken."""
    clock = MachineClock(VirtualClock(START))
    with pytest.raises(ValueError, match="cannot be set"):
        clock.jump(by)
    assert clock.now().wall == START


def test_a_start_needs_its_zone() -> None:
    """An instant without a zone would be another one on another machine."""
    with pytest.raises(ValueError, match="aware"):
        VirtualClock(datetime(2022, 6, 22))  # noqa: DTZ001
