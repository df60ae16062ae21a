"""Counted things read as a person would say them."""

import pytest

from licet.kernel.words import agree, counted


@pytest.mark.parametrize(
    ("count", "said", "missing"),
    [
        (0, "0 licenses", "0 are missing"),
        (1, "1 license", "1 is missing"),
        (2, "2 licenses", "2 are missing"),
    ],
)
def test_one_is_and_two_are(count: int, said: str, missing: str) -> None:
    """A text that says "1 are missing" looks as if nobody had cared."""
    assert counted(count, "license") == said
    assert agree(count, "is missing", "are missing") == missing
