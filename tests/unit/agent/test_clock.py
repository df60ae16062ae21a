"""The agent's sense of time: what heals, what cannot be gained."""

from datetime import UTC, datetime, timedelta

from licet.agent import clock
from licet.kernel.time import DAY, HOUR, Moment, epoch_seconds

START = datetime(2022, 6, 22, 16, 15, 41, tzinfo=UTC)
AT = epoch_seconds(START)


def moment(wall: timedelta, elapsed: timedelta, boot: str = "boot 1") -> Moment:
    """Return a moment whose wall clock stands at `START` plus `wall`."""
    return Moment(START + wall, elapsed, boot)


def begun() -> clock.TimeState:
    """Return a sense of time that heard an authority when it began."""
    return clock.hear(clock.start(moment(timedelta(0), timedelta(0))), AT)


def test_setting_the_clock_back_gains_nothing() -> None:
    """An authorization could be stretched by turning the clock back."""
    state, passage = clock.observe(begun(), moment(-30 * DAY, HOUR))
    assert passage.jump_s == -30 * 86_400 - 3600
    assert clock.licensing(state) == AT + 3600


def test_a_clock_far_ahead_heals_at_the_next_contact() -> None:
    """A switch whose battery died with a date in the future would never be licensed again."""
    state, _ = clock.observe(begun(), moment(730 * DAY, HOUR))
    assert clock.licensing(state) == AT + 730 * 86_400
    healed = clock.hear(state, AT + 3600)
    assert clock.licensing(healed) == AT + 3600
    later, _ = clock.observe(healed, moment(731 * DAY, DAY + HOUR))
    assert clock.licensing(later) == AT + 3600 + 86_400


def test_an_authority_that_was_ahead_heals_too() -> None:
    """One day of a wrong authority clock would lock a fleet out."""
    ahead = clock.hear(begun(), AT + 365 * 86_400)
    assert clock.licensing(ahead) == AT + 365 * 86_400
    assert clock.licensing(clock.hear(ahead, AT + 60)) == AT + 60


def test_power_off_moves_timers_and_not_the_floor() -> None:
    """A device that was off for a week would wait another week, or expire without a chance."""
    state, passage = clock.observe(begun(), moment(7 * DAY, 30 * timedelta(seconds=1), "boot 2"))
    assert passage.rebooted
    assert state.run == 7 * 86_400
    assert state.up == 30
    assert clock.floor(state) == AT + 30
    assert clock.licensing(state) == AT + 7 * 86_400


def test_a_clock_that_lost_its_date_over_a_reboot_does_not_go_back() -> None:
    """A dead battery would give time back."""
    lost = moment(-8000 * DAY, timedelta(seconds=5), "boot 2")
    state, passage = clock.observe(begun(), lost)
    assert passage.unseen_s < 0
    assert clock.licensing(state) == AT + 5
    assert state.run == 5
