"""Words and ids as tables have them."""

from licet.shell.values import Mark, Shown

# Enough to tell ids apart, and few enough to type.
ID_CHARS = 8


def short(identifier: str) -> Shown:
    """Return an id that people read by its first characters; commands take these too."""
    return Shown(identifier, identifier[:ID_CHARS])


def status(text: str, *, good: bool | None) -> Shown:
    """Return a word that says how something stands; None is neither good nor bad."""
    mark = Mark.PLAIN if good is None else Mark.GOOD if good else Mark.BAD
    return Shown(text, text, mark)
