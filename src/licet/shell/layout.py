"""Lays out a table: as wide as it needs to be, and no wider than the terminal where words allow it."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

GAP = "  "
# A cell may be broken after one of these.
_CHUNK = re.compile(r"[^ ,_.]*[ ,_.]*")


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
    """Return a text in lines that are no wider than `width`, where it has places to break."""
    lines: list[str] = []
    line = ""
    for chunk in _CHUNK.findall(text):
        if line and width_of(line) + width_of(chunk.rstrip()) > width:
            lines.append(line.rstrip())
            line = ""
        line += chunk
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


@dataclass(frozen=True, slots=True)
class Layout:
    """How wide each column is, and which stand at the right."""

    widths: tuple[int, ...]
    rights: tuple[bool, ...]

    def lines(self, cells: Sequence[str]) -> Iterator[list[str]]:
        """Yield the lines of one row, each as its padded cells."""
        columns = [
            [cell] if right or width_of(cell) <= width else wrap(cell, width)
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
    widths = [max(map(width_of, column)) for column in columns]
    if limit is not None:
        floors = [
            width if right else max(_longest_chunk(cell) for cell in column)
            for column, width, right in zip(columns, widths, rights, strict=True)
        ]
        excess = sum(widths) + len(GAP) * (len(widths) - 1) - limit
        while excess > 0:
            room = [
                (width, at)
                for at, (width, floor) in enumerate(zip(widths, floors, strict=True))
                if width > floor
            ]
            if not room:
                break
            _, widest = max(room)
            widths[widest] -= 1
            excess -= 1
    return Layout(tuple(widths), tuple(rights))


def _longest_chunk(cell: str) -> int:
    return max(width_of(chunk.rstrip()) for chunk in _CHUNK.findall(cell))
