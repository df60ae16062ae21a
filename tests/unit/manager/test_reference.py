"""The reference of `licet manager` says what its parser reads."""

from pathlib import Path

from licet.manager.reference import page

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "manager-cli.md"


def test_the_page_is_up_to_date() -> None:
    """People would type what is not there; `python -m licet.manager.reference` makes it anew."""
    assert PAGE.read_text() == page()
