"""Values that everyone shares."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.agent.schedule import AUTHORIZATION, REGISTRATION, warning_below
from licet.agent.tables import Authorization
from licet.kernel.chance import SeededChance, SystemChance, draw_below, draw_uuid
from licet.kernel.ids import check_tag, check_udi, tag_name, tag_version
from licet.kernel.problems import MEANINGS, Code, Refused, RulesBroken, explain
from licet.kernel.retry import RetrySchedule, Stage
from licet.kernel.time import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    epoch_seconds,
    instant,
    print_instant,
    print_period,
    whole,
)

TAG = "regid.2017-05.com.cisco.advantagek9-C9400,1.0_61a546cd-1037-47cb-bbe6-7cad3217a7b3"


def attempts(schedule: RetrySchedule, count: int) -> list[timedelta]:
    """Return the first offsets of a schedule."""
    found = [timedelta(0)]
    while len(found) <= count:
        found.append(schedule.next_after(found[-1]))
    return found[1:]


def test_registration_makes_sixteen_attempts_in_four_hours() -> None:
    """A device would try too often, or too seldom (RULES.md 6)."""
    quarter_hours = [n * 15 * MINUTE for n in range(1, 17)]
    assert attempts(REGISTRATION, 18) == [*quarter_hours, 5 * HOUR, 6 * HOUR]


def test_out_of_compliance_makes_eight_attempts_in_two_hours() -> None:
    """The same for a device that is out of compliance (RULES.md 6)."""
    schedule = AUTHORIZATION[Authorization.OUT_OF_COMPLIANCE]
    quarter_hours = [n * 15 * MINUTE for n in range(1, 9)]
    assert attempts(schedule, 10) == [*quarter_hours, 6 * HOUR, 10 * HOUR]


@given(st.integers(0, 40 * 86_400))
def test_the_next_attempt_is_always_later(offset: int) -> None:
    """A schedule would stand still, and the agent with it."""
    for schedule in (REGISTRATION, *AUTHORIZATION.values()):
        after = offset * SECOND
        following = schedule.next_after(after)
        assert after < following
        assert schedule.next_after(following - SECOND) == following


def test_a_schedule_must_last_for_ever() -> None:
    """A device would give up without anybody having said so."""
    with pytest.raises(ValueError, match="for ever"):
        RetrySchedule(Stage(HOUR, lasting=DAY))
    with pytest.raises(ValueError, match="for ever"):
        RetrySchedule(Stage(HOUR), Stage(DAY))
    with pytest.raises(ValueError, match="for ever"):
        RetrySchedule()


def test_evaluation_warnings_come_as_documented() -> None:
    """An operator would be warned too late, or too often (device.md 4.3)."""
    day = 86_400
    marks = []
    left = 90 * day
    while left:
        left = warning_below(left)
        marks.append(left)
    days = [mark // day for mark in marks if mark >= day]
    assert days == [60, 30, 21, 14, 7, 6, 5, 4, 3, 2, 1]
    assert [mark // 3600 for mark in marks if mark < day] == list(range(23, -1, -1))


def test_dates_and_periods_are_printed_as_the_samples_print_them() -> None:
    """Scripts that read them would fail (device.md 1.3, 1.5.2)."""
    assert print_instant(datetime(2022, 6, 2, 6, 5, 4, tzinfo=UTC)) == "Jun 02 06:05:04 2022 UTC"
    left = timedelta(days=89, hours=1, minutes=33, seconds=51)
    assert print_period(left) == "89 days, 1 hours, 33 minutes, 51 seconds"


def test_instants_are_aware_and_whole() -> None:
    """Two places would mean different times by one value."""
    east = timezone(2 * HOUR)
    assert whole(datetime(2022, 6, 22, 18, 0, 0, 999_999, tzinfo=east)) == datetime(
        2022, 6, 22, 16, tzinfo=UTC
    )
    with pytest.raises(ValueError, match="no time zone"):
        whole(datetime(2022, 6, 22))  # noqa: DTZ001
    assert instant(epoch_seconds(instant(1_655_914_541))) == instant(1_655_914_541)


def test_chance_replays_from_its_seed_and_only_from_it() -> None:
    """A failure could not be played again."""
    one, two, other = SeededChance("a"), SeededChance("a"), SeededChance("b")
    drawn = [draw_uuid(one) for _ in range(20)]
    assert drawn == [draw_uuid(two) for _ in range(20)]
    assert len({*drawn, draw_uuid(other)}) == 21
    assert all(text[14] == "4" for text in drawn)
    assert SystemChance().random_bytes(32) != SystemChance().random_bytes(32)


def test_drawing_below_a_bound_reaches_all_and_nothing_more() -> None:
    """Jitter would be late by more than is allowed, or keys would lie in a part of their range."""
    chance = SeededChance("below")
    assert {draw_below(chance, 7) for _ in range(500)} == set(range(7))
    with pytest.raises(ValueError, match="at least 1"):
        draw_below(chance, 0)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "regid",
        TAG + "\n",
        TAG.replace("regid", "rigid"),
        TAG[:-1],
        TAG + "x" * 255,
        TAG.replace("2017-05", "17-5"),
    ],
)
def test_what_is_no_entitlement_tag_is_refused(text: str) -> None:
    """A slip of the hand would become a license."""
    with pytest.raises(ValueError, match="entitlement tag"):
        check_tag(text)


def test_a_real_tag_is_read() -> None:
    """Vendors could not keep the tags that they have (device.md 2.6)."""
    assert check_tag(TAG) == TAG
    assert (tag_name(TAG), tag_version(TAG)) == ("advantagek9-C9400", "1.0")


@pytest.mark.parametrize(
    ("pid", "sn"), [("", "1"), ("A B", "1"), ("A", "1,SN:2"), ("A", "x" * 65), ("A\n", "1")]
)
def test_what_is_no_udi_is_refused(pid: str, sn: str) -> None:
    """Two products could print the same name."""
    with pytest.raises(ValueError, match="is not valid"):
        check_udi(pid, sn)


def test_a_udi_is_printed_as_products_print_it() -> None:
    """An operator could not find the label (device.md 2.5)."""
    assert check_udi("C9350-24U", "FOC2705Y8X0").text == "PID:C9350-24U,SN:FOC2705Y8X0"


@pytest.mark.parametrize("code", list(Code))
def test_every_code_has_a_meaning(code: Code) -> None:
    """A device would print a code instead of a sentence."""
    meaning = MEANINGS[code]
    assert 400 <= meaning.http_status < 600
    assert meaning.remedy.endswith(".")
    for text in (explain(code), explain(code, "this"), str(Refused(code)), str(RulesBroken(code))):
        assert "{" not in text
        assert text


def test_detail_is_told() -> None:
    """Nobody would know which instance, or what was malformed."""
    assert "abc" in explain(Code.UNKNOWN_INSTANCE, "abc")
    assert explain(Code.UNKNOWN_INSTANCE, "abc").endswith("Please re-register the instance.")
