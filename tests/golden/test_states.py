"""The page of states and timers is drawn from the tables, and is up to date."""

from pathlib import Path

from support.states import draw_page

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "states-and-timers.md"


def test_the_page_says_what_the_tables_say() -> None:
    """A reader of the page would know another agent than the one that runs."""
    assert PAGE.read_text() == draw_page(), (
        "run: python tests/support/states.py > docs/reference/states-and-timers.md"
    )
