"""Dates as people type them; everything is in UTC."""

import re
from datetime import UTC, datetime

_FORM = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?)?\Z")
YEARS = range(2000, 2200)


def read_instant(text: str) -> datetime:
    """Return the instant that a text names; a date alone is its first instant, in UTC.

    Raises:
        ValueError: it is none, or lies out of reason; the text says what would be one.
    """
    why = f"'{text}' is not a date: write 2027-01-31, or 2027-01-31T12:00:00Z"
    if not _FORM.match(text):
        raise ValueError(why)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(why) from None
    if found.year not in YEARS:
        raise ValueError(f"'{text}' lies out of reason: years are {YEARS[0]} to {YEARS[-1]}")
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
