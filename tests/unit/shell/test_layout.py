"""Tables fit the terminal, and lose nothing by it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.shell.layout import GAP, fit, pad, width_of, wrap

WORDS = st.text("ab,._ é漢", max_size=40)
TABLES = st.integers(1, 4).flatmap(
    lambda columns: st.lists(st.lists(WORDS, min_size=columns, max_size=columns), min_size=1)
)


def split(cell: str) -> list[str]:
    """Return what can never be broken of a cell."""
    return [piece.rstrip() for piece in re.findall("[^ ,_.]*[ ,_.]*", cell)]


@pytest.mark.parametrize(
    ("text", "width"), [("abc", 3), ("", 0), ("漢字", 4), ("e\u0301", 1), ("Zürich", 6)]
)
def test_a_width_is_what_a_terminal_shows(text: str, width: int) -> None:
    """A customer with a name in another script would push every column out of line."""
    assert width_of(text) == width
    assert width_of(pad(text, 8, right=True)) == 8
    assert pad(text, 8, right=False).startswith(text)


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("two words", 20, ["two words"]),
        ("two words", 5, ["two", "words"]),
        ("PID:N9K-C93180YC-EX,SN:FDO21120U5B", 20, ["PID:N9K-C93180YC-EX,", "SN:FDO21120U5B"]),
        ("a NXOS_ADVANTAGE b", 14, ["a", "NXOS_ADVANTAGE", "b"]),
        ("a NXOS_ADVANTAGE b", 10, ["a NXOS_", "ADVANTAGE", "b"]),
        ("unbreakable", 4, ["unbreakable"]),
        ("", 4, [""]),
        ("   ", 4, [""]),
    ],
)
def test_a_text_is_broken_where_a_person_would(text: str, width: int, lines: list[str]) -> None:
    """Names and numbers would be torn apart although there is room for them."""
    assert wrap(text, width) == lines


@given(WORDS, st.integers(1, 60))
def test_nothing_is_lost_by_breaking(text: str, width: int) -> None:
    """A part of a serial number would be missing."""
    assert "".join("".join(wrap(text, width)).split()) == "".join(text.split())


@given(TABLES, st.integers(20, 120))
def test_a_table_is_no_wider_than_it_must_be(table: list[list[str]], limit: int) -> None:
    """The terminal would break the lines itself, and nobody could read the columns."""
    columns = len(table[0])
    layout = fit(table, [False] * columns, limit)
    free = fit(table, [False] * columns, None)
    total = sum(layout.widths) + len(GAP) * (columns - 1)
    pieces = [
        [width_of(piece) for cell in column for piece in split(cell)]
        for column in zip(*table, strict=True)
    ]
    assert total <= max(limit, sum(map(max, pieces)) + len(GAP) * (columns - 1))
    assert all(width <= full for width, full in zip(layout.widths, free.widths, strict=True))
    for row in table:
        for line in layout.lines(row):
            assert all(
                width_of(cell) >= width for cell, width in zip(line, layout.widths, strict=True)
            )


def test_numbers_are_never_broken() -> None:
    """A quantity would be read as two."""
    table = [["LICENSE", "IN USE"], ["a long name of a license", "1000000"]]
    layout = fit(table, [False, True], 20)
    assert layout.widths[1] == 7
    assert next(iter(layout.lines(table[1])))[1] == "1000000"


def test_what_is_short_enough_is_left_alone() -> None:
    """A table that fits would be broken all the same."""
    table = [["ID", "MESSAGE"], ["1", "it has room"]]
    assert fit(table, [False, False], 80).widths == fit(table, [False, False], None).widths


def test_a_row_that_was_not_measured_is_not_broken_in_a_pipe() -> None:
    """`grep` and `cut` would find half of a row."""
    layout = fit([["NAME"], ["short"]], [False], None)
    assert list(layout.lines(["a name that is longer"])) == [["a name that is longer"]]
