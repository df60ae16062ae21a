"""How lab lines are read, and what is said of one that cannot be."""

import contextlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.lab.grammar import Expectation, Given, compile_pattern, fit
from licet.lab.problems import LabError
from licet.lab.rows import Row, find
from licet.lab.words import NotThat, split

ADVANCE = "advance <by:length>"
ADVANCE_TO = "advance to <instant>"
TOKEN = "token days <days:number> [uses <uses:number>] [in <in:text>] as <name>"
ROWS = tuple(
    Row[None](pattern, "", lambda _, __: None)
    for pattern in (ADVANCE, ADVANCE_TO, TOKEN, "network up|down", "jump <name> <by:shift>")
)


def read(line: str) -> tuple[str, Given]:
    """Return the pattern that a line fits, and what it says."""
    row, said = find(ROWS, split(line))
    return row.pattern, said


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("31 days", timedelta(days=31)),
        ("1 day", timedelta(days=1)),
        ("1 hour 30 minutes 5 seconds", timedelta(hours=1, minutes=30, seconds=5)),
        ("2 weeks", timedelta(days=14)),
        ("1 year", timedelta(days=365)),
        ("0 seconds", timedelta(0)),
    ],
)
def test_lengths_of_time(text: str, length: timedelta) -> None:
    """A script would advance by another length than its reader understands."""
    pattern, said = read(f"advance {text}")
    assert pattern == ADVANCE
    assert said.length("by") == length


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2022-06-22 16:14:37", datetime(2022, 6, 22, 16, 14, 37, tzinfo=UTC)),
        ("2022-06-22 16:14", datetime(2022, 6, 22, 16, 14, tzinfo=UTC)),
        ("2022-06-22", datetime(2022, 6, 22, tzinfo=UTC)),
    ],
)
def test_instants(text: str, instant: datetime) -> None:
    """A script would advance to another instant than its reader understands."""
    pattern, said = read(f"advance to {text}")
    assert pattern == ADVANCE_TO
    assert said.instant("instant") == instant


@pytest.mark.parametrize(
    ("text", "by"), [("+2 hours", timedelta(hours=2)), ("-1 day", timedelta(days=-1))]
)
def test_shifts(text: str, by: timedelta) -> None:
    """A clock would be set in the wrong direction."""
    assert read(f"jump cloud {text}")[1].length("by") == by


def test_optional_parts_may_be_left_out() -> None:
    """A person would have to say everything."""
    assert read("token days 30 as t")[1].number("uses", 7) == 7
    said = read('token days 30 uses 5 in "My Account" as t')[1]
    assert (said.number("uses"), said.text("in"), said.text("name")) == (5, "My Account", "t")


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("advance", "word 2: expected a length of time"),
        ("advance 31", "word 2: expected a length of time, such as '31 days'"),
        ("advance 31 dayz", "got '31'"),
        ("advance to 2022-13-01", "word 3: expected a date in UTC"),
        ("advance 31 days please", "word 4: expected the end of the line; got 'please'"),
        ("network sideways", "word 2: expected 'up' or 'down'; got 'sideways'"),
        ("token days many as t", "word 3: expected a whole number; got 'many'"),
        ("token days 30", "word 4: expected 'uses', 'in' or 'as'; the line ends there"),
        ("jump cloud 2 hours", "word 3: expected + or - and a length of time"),
        ("jump 9cloud +2 hours", "word 2: expected a name"),
        ("reboot", "expected 'advance', 'token', 'network', 'jump' or cloud; got 'reboot'"),
        ("advance 999999999 years", "expected a length of time"),
    ],
)
def test_a_wrong_line_tells_where_and_what_was_expected(line: str, complaint: str) -> None:
    """A person would have to guess what is wrong with their line."""
    with pytest.raises(LabError) as raised:
        find(ROWS, split(line), names=["cloud"])
    assert complaint in str(raised.value)


def test_quotes_keep_blanks_and_make_no_keywords() -> None:
    """A text with blanks, or one that is spelled like a keyword, could not be written."""
    assert [word.text for word in split(r'say "a \"b\" \\ c" d')] == ["say", 'a "b" \\ c', "d"]
    expectation = Expectation()
    assert fit(compile_pattern("network up|down"), split('network "up"'), expectation) is None


@pytest.mark.parametrize("line", ['say "open', 'say op"en'])
def test_a_quote_must_be_closed(line: str) -> None:
    """The rest of a line would be taken for something else."""
    with pytest.raises(NotThat, match="double quote"):
        split(line)


@pytest.mark.parametrize("pattern", ["a [b", "a b]", "a <b:nonsense>"])
def test_a_pattern_with_a_mistake_is_refused(pattern: str) -> None:
    """A mistake in the table would show as a line that can never be typed."""
    with pytest.raises(ValueError, match=r"bracket|kind"):
        compile_pattern(pattern)


@given(st.text(max_size=60))
def test_any_line_is_read_or_refused(line: str) -> None:
    """Some text would end the lab with a traceback."""
    with contextlib.suppress(LabError, NotThat):
        find(ROWS, split(line))
