"""Prints what commands found: tables for people, JSON with the same fields for programs."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TextIO

Value = str | int | bool | None
Record = Mapping[str, Value | Sequence[Value]]


class Printer:
    """Where a command's output goes; what it prints for people and for programs has the same fields.

    Args:
        as_json: print JSON and nothing else on `out`.
        out: for what was asked for.
        errors: for what was refused, and for progress.
    """

    def __init__(
        self, *, as_json: bool = False, out: TextIO | None = None, errors: TextIO | None = None
    ) -> None:
        self._as_json = as_json
        self._out = out or sys.stdout
        self._errors = errors or sys.stderr

    def rows(self, columns: Sequence[str], rows: Iterable[Record]) -> None:
        """Print a list; JSON is an array with one object for each row, in the order of `columns`."""
        if self._as_json:
            self._line(json.dumps([{name: row[name] for name in columns} for row in rows]))
            return
        table = [columns, *([_text(row[name]) for name in columns] for row in rows)]
        widths = [max(len(line[at]) for line in table) for at in range(len(columns))]
        for line in table:
            padded = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
            self._line("  ".join(padded).rstrip())

    def record(self, record: Record) -> None:
        """Print one thing; JSON is one object."""
        if self._as_json:
            self._line(json.dumps(dict(record)))
            return
        width = max(len(name) for name in record)
        for name, value in record.items():
            self._line(f"{name.ljust(width)}  {_text(value)}".rstrip())

    def say(self, text: str) -> None:
        """Print a sentence for people; a program does not see it."""
        if not self._as_json:
            self._line(text)

    def refuse(self, text: str) -> None:
        """Print why something was not done."""
        print(text, file=self._errors)

    def _line(self, text: str) -> None:
        print(text, file=self._out)


def _text(value: Value | Sequence[Value]) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str | int):
        return str(value)
    return ", ".join(_text(one) for one in value)
