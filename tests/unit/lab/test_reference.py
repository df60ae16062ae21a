"""The reference of lab lines is the table that reads them."""

from pathlib import Path

from licet.lab.reference import reference

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "lab.md"


def test_the_page_is_what_the_table_says() -> None:
    """A reader would look up a line that the lab does not read; `python -m licet.lab.reference`."""
    assert PAGE.read_text(encoding="utf-8") == reference()
