"""Lays out a table: as wide as it needs to be, and no wider than the terminal where words allow it."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

GAP = "  "
_WORDS = re.compile(r"[^ ]* *")
_PIECES = re.compile(r"[^ ,_.]*[ ,_.]*")


def width_of(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(one) in "WF" for one in text)
    return len(text) + wide - sum(unicodedata.combining(one) > 0 for one in text)


def pad(text: str, width: int, *, right: bool) -> str:
    """Return a text filled up with blanks, at its left where it is a number."""
    blanks = " " * (width - width_of(text))
    return blanks + text if right else text + blanks


def wrap(text: str, width: int) -> list[str]:
    """Return a text in lines no wider than `width`, where it has places to break.

    It is broken at blanks; a word that is wider than the line also behind `,`, `_` and `.`.
    """
    lines: list[str] = []
    line = ""
    for word in _WORDS.findall(text):
        for piece in [word] if width_of(word.rstrip()) <= width else _PIECES.findall(word):
            if line and width_of(line) + width_of(piece.rstrip()) > width:
                lines.append(line.rstrip())
                line = ""
            line += piece
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


@dataclass(frozen=True, slots=True)
class Layout:
    """How wide each column is, which stand at the right, and whether a longer text is broken."""

    widths: tuple[int, ...]
    rights: tuple[bool, ...]
    breaks: bool

    def lines(self, cells: Sequence[str]) -> Iterator[list[str]]:
        """Yield the lines of one row, each as its padded cells."""
        columns = [
            wrap(cell, width) if self.breaks and not right else [cell]
            for cell, width, right in zip(cells, self.widths, self.rights, strict=True)
        ]
        for at in range(max(len(column) for column in columns)):
            yield [
                pad(column[at] if at < len(column) else "", width, right=right)
                for column, width, right in zip(columns, self.widths, self.rights, strict=True)
            ]


def fit(table: Sequence[Sequence[str]], rights: Sequence[bool], limit: int | None) -> Layout:
    """Return the layout of a table; where it is wider than `limit`, its widest texts are broken."""
    columns = list(zip(*table, strict=True))
    natural = [max(map(width_of, column)) for column in columns]
    widths = list(natural)
    room = 0 if limit is None else limit - len(GAP) * (len(widths) - 1)
    # Between words first; only where that is not enough, inside of them.
    for parts in (_WORDS, _PIECES) if limit is not None and sum(widths) > room else ():
        floors = [
            width if right else max(_longest(parts, cell) for cell in column)
            for column, width, right in zip(columns, widths, rights, strict=True)
        ]
        _shrink(widths, floors, room)
    if widths != natural:
        taken = [
            width if right else max(width_of(line) for cell in column for line in wrap(cell, width))
            for column, width, right in zip(columns, widths, rights, strict=True)
        ]
        widths = _grow(taken, natural, room)
    return Layout(tuple(widths), tuple(rights), breaks=limit is not None)


def _grow(widths: list[int], natural: Sequence[int], limit: int) -> list[int]:
    """Give what no line needs to the columns that miss the least, as far as it makes them whole."""
    spare = limit - sum(widths)
    for missing, at in sorted((full - widths[at], at) for at, full in enumerate(natural)):
        given = missing if missing <= spare else 0
        widths[at] += given
        spare -= given
    return widths


def _shrink(widths: list[int], floors: Sequence[int], limit: int) -> None:
    """Make the widest columns narrower until all fit, none below its floor."""
    while sum(widths) > limit:
        room = [(width, at) for at, width in enumerate(widths) if width > floors[at]]
        if not room:
            return
        widths[max(room)[1]] -= 1


def _longest(parts: re.Pattern[str], cell: str) -> int:
    return max(width_of(part.rstrip()) for part in parts.findall(cell))
