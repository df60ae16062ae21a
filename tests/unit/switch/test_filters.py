"""Filters behind a bar."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.switch.filters import Filter, read_filter, split_pipes
from licet.switch.parser import Fault, Unmodeled, Unread
from licet.switch.patterns import Pattern

TEXT = "Registration:\n  Status: REGISTERED\n\nLicense Authorization: \n  Status: EVAL MODE\n"


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        (" include Status:", "  Status: REGISTERED\n  Status: EVAL MODE\n"),
        (" in  REGISTERED ", "  Status: REGISTERED\n"),
        (' i "REG|EVAL"', "  Status: REGISTERED\n  Status: EVAL MODE\n"),
        (" exclude Status", "Registration:\n\nLicense Authorization: \n"),
        (" begin License Authorization", "License Authorization: \n  Status: EVAL MODE\n"),
        (" begin nothing", ""),
        (" count", "5\n"),
        (" no-more", TEXT),
    ],
)
def test_a_filter_shows_what_it_says(typed: str, shown: str) -> None:
    """A script that reads one line by `include` would read another, or none."""
    found = read_filter(0, typed)
    assert isinstance(found, Filter)
    assert found.apply(TEXT) == shown


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        (" grap x", Unread(Fault.INVALID, 11)),
        (" grep x", Unmodeled("| grep")),
        (" last 0", Unread(Fault.INVALID, 16)),
        (" json x", Unread(Fault.INVALID, 16)),
        (" ", Unread(Fault.INCOMPLETE, 11)),
        (" include", Unread(Fault.INCOMPLETE, 19)),
        (" count x", Unread(Fault.INVALID, 17)),
    ],
)
def test_a_wrong_filter_is_pointed_at(typed: str, problem: Unread) -> None:
    """A person would look for the mistake in the command before the bar."""
    assert read_filter(10, typed) == problem


def test_a_quoted_bar_is_no_bar() -> None:
    """`include "a|b"` would be two filters."""
    assert split_pipes('show clock | in "a|b" | count') == [
        (0, "show clock "),
        (12, ' in "a|b" '),
        (23, " count"),
    ]


PIECES = st.sampled_from(
    ["a", "b", ".", "a*", "b+", ".*", "a?", "[ab]", "[^a]", "[a-c]", r"\.", "c"]
)
PATTERNS = st.tuples(
    st.sampled_from(["", "^"]), st.lists(PIECES, max_size=5), st.sampled_from(["", "$"])
).map(lambda parts: parts[0] + "".join(parts[1]) + parts[2])


@settings(max_examples=300, deadline=None)
@given(st.lists(PATTERNS, min_size=1, max_size=3), st.text("abc.", max_size=8))
def test_patterns_mean_what_regular_expressions_mean(patterns: list[str], line: str) -> None:
    """A filter would show lines that any other tool's regular expression does not."""
    pattern = "|".join(patterns)
    assert Pattern(pattern).found_in(line) == (re.search(pattern, line) is not None)


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_pattern_is_an_error(pattern: str, line: str) -> None:
    """A pattern with an open bracket would end the session."""
    assert Pattern(pattern).found_in(line) in (True, False)


def test_parentheses_stand_for_themselves() -> None:
    """A license tag, as it is printed, could not be looked for."""
    assert Pattern("(NXOS_ADVANTAGE)").found_in("  (NXOS_ADVANTAGE)  1")
    assert not Pattern("(NXOS_ADVANTAGE)").found_in("NXOS_ADVANTAGE")


def test_no_pattern_can_make_the_switch_hang() -> None:
    """One line typed by one person would stop the switch for all."""
    assert not Pattern("a*" * 200 + "b").found_in("a" * 2000)
