"""The reference of the command line says what its tables read."""

from pathlib import Path

from licet.switch.reference import page

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "switch-commands.md"


def test_the_page_is_up_to_date() -> None:
    """People would type what is not there; `python -m licet.switch.reference` makes it anew."""
    assert PAGE.read_text() == page()
