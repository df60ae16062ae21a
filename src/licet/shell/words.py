"""Words and ids as tables have them."""

from datetime import UTC, datetime

from licet.shell.values import Mark, Shown

# Enough to tell ids apart, and few enough to type.
ID_CHARS = 8
ABBREVIATIONS = ("id", "udi")


def short(identifier: str) -> Shown:
    """Return an id that people read by its first characters; commands take these too."""
    return Shown(identifier, identifier[:ID_CHARS])


def day(at: datetime | None) -> Shown | None:
    """Return an instant of which a table shows the day; JSON, and `show`, have all of it."""
    return None if at is None else Shown(at, f"{at.astimezone(UTC):%Y-%m-%d}")


def title(name: str) -> str:
    """Return the name of a field as people read it."""
    words = name.split("_")
    first = words[0].upper() if words[0] in ABBREVIATIONS else words[0].capitalize()
    return " ".join([first, *words[1:]])


def status(text: str, *, good: bool | None) -> Shown:
    """Return a word that says how something stands; None is neither good nor bad."""
    mark = Mark.PLAIN if good is None else Mark.GOOD if good else Mark.BAD
    return Shown(text, text, mark)
