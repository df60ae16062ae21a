"""What keys other than letters ask for while a line is typed."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Asked:
    """`?` was pressed after a text."""

    text: str


@dataclass(frozen=True, slots=True)
class Listed:
    """Tab was pressed after a text that may go on in several ways."""

    text: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pasted:
    """Several lines came at once.

    Attributes:
        lines: the whole ones; the first stands on the screen already.
        rest: what stands after the last line break.
    """

    lines: tuple[str, ...]
    rest: str


Typed = str | Asked | Listed | Pasted


def complete(text: str, words: tuple[str, ...]) -> str | Listed:
    """Return what tab adds to a text, or the words between which it cannot decide."""
    if not words:
        return ""
    typed = text.rpartition(" ")[2]
    common = _common([word.lower() for word in words])
    if len(words) == 1:
        return f"{words[0][len(typed) :]} "
    if len(common) > len(typed):
        return common[len(typed) :]
    return Listed(text, words)


def _common(words: list[str]) -> str:
    """Return what all words begin with."""
    first, last = min(words), max(words)
    same = next((at for at, char in enumerate(first) if last[at : at + 1] != char), len(first))
    return first[:same]
