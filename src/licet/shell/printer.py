"""Prints what commands found: tables for people, JSON with the same fields for programs."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, islice
from typing import TextIO

from licet.shell.layout import GAP, fit, wrap
from licet.shell.terminal import Terminal
from licet.shell.values import (
    Mark,
    Record,
    Shown,
    Value,
    is_nothing,
    is_number,
    mark_of,
    printable,
    to_plain,
    to_text,
    whole,
)
from licet.shell.words import title

# A table's columns are as wide as these first rows need; the rows behind them are not held.
MEASURED = 500
PROGRESS_EVERY = 500


class Printer:
    """Where a command's output goes; what it prints for people and for programs has the same fields.

    Args:
        as_json: print JSON and nothing else on `out`.
        out: for what was asked for.
        errors: for what was refused, and for progress.
        terminal: what `out` and `errors` can do.
    """

    def __init__(
        self,
        *,
        as_json: bool = False,
        out: TextIO | None = None,
        errors: TextIO | None = None,
        terminal: Terminal = Terminal(),  # noqa: B008 - immutable
    ) -> None:
        self.as_json = as_json
        self._out = out or sys.stdout
        self._errors = errors or sys.stderr
        self._terminal = terminal
        self._progress_shown = False

    def rows(
        self, columns: Sequence[str], rows: Iterable[Record], *, nothing: str = "There is nothing."
    ) -> None:
        """Print a list of any length; JSON is one array, an object a line, in the order of `columns`.

        Args:
            columns: the fields.
            rows: each has all of them.
            nothing: what people read where there is no row.
        """
        if self.as_json:
            self._json_rows(columns, rows)
            return
        found = iter(rows)
        first = list(islice(found, MEASURED))
        if not first:
            self._line(nothing)
            return
        titles = [name.replace("_", " ").upper() for name in columns]
        table = [titles, *([to_text(row[name]) for name in columns] for row in first)]
        rights = [_is_right([row[name] for row in first]) for name in columns]
        layout = fit(table, rights, self._terminal.width)
        for line in layout.lines(titles):
            self._line(GAP.join(line).rstrip())
        for row in chain(first, found):
            marks = [mark_of(row[name]) for name in columns]
            for line in layout.lines([to_text(row[name]) for name in columns]):
                cells = (self._paint(cell, mark) for cell, mark in zip(line, marks, strict=True))
                self._line(GAP.join(cells).rstrip())

    def record(self, record: Record) -> None:
        """Print one thing; JSON is one object. Lists of things in it are tables below it."""
        if self.as_json:
            self._json(record)
            return
        below = {name: value for name, value in record.items() if _is_table(value)}
        beside = {name: value for name, value in record.items() if name not in below}
        width = max(len(name) for name in beside)
        for name, value in beside.items():
            text = self._paint(to_text(whole(value), seconds=True), mark_of(value))
            self._line(f"{title(name).ljust(width)}  {text}")
        for name, value in below.items():
            assert isinstance(value, Sequence)  # noqa: S101 - it was looked at
            self._line("")
            self._line(f"{title(name)}:")
            rows = [row for row in value if isinstance(row, Mapping)]
            self.rows(list(rows[0]), rows)

    def done(self, text: str, record: Record) -> None:
        """Print what was done: a sentence for people, the thing itself for programs."""
        if self.as_json:
            self._json(record)
        else:
            self._line(_harmless(text))

    def say(self, text: str) -> None:
        """Print a sentence for people; a program does not see it."""
        if not self.as_json:
            self._line(text)

    def item(self, mark: Shown, text: str) -> None:
        """Print a line behind a mark, for people; it is broken where the terminal ends."""
        first, blanks = self._paint(mark.text, mark.mark), " " * len(mark.text)
        width = self._terminal.width
        room = None if width is None else width - len(blanks) - len(GAP)
        lines = [printable(text)] if room is None else wrap(printable(text), room)
        for at, line in enumerate(lines):
            self._line(f"{blanks if at else first}{GAP}{line}")

    def text(self, text: str) -> None:
        """Print a text as it is, which is all that was asked for."""
        self._out.write(text)

    def refuse(self, text: str) -> None:
        """Print why something was not done."""
        self._end_progress()
        print(_harmless(text), file=self._errors)

    def progress(self, what: str, done: int, of: int) -> None:
        """Show how far long work is, where somebody watches."""
        if not self._terminal.watched or of < PROGRESS_EVERY:
            return
        if done >= of:
            self._end_progress()
        elif done % PROGRESS_EVERY == 0:
            self._progress_shown = True
            print(f"\r{what}: {done} of {of}", end="", file=self._errors, flush=True)

    def share(self, what: str, done: int, of: int) -> None:
        """Show how much of long work is done, in percent, where somebody watches."""
        if not self._terminal.watched:
            return
        if done >= of:
            self._end_progress()
        else:
            print(f"\r{what}: {100 * done // of} %\x1b[K", end="", file=self._errors, flush=True)

    def _end_progress(self) -> None:
        if self._progress_shown:
            self._progress_shown = False
            print("\r\x1b[K", end="", file=self._errors, flush=True)

    def _json_rows(self, columns: Sequence[str], rows: Iterable[Record]) -> None:
        before = "["
        for row in rows:
            print(
                before,
                json.dumps({name: to_plain(row[name]) for name in columns}),
                sep="",
                end="",
                file=self._out,
            )
            before = ",\n "
        self._line("]" if before != "[" else "[]")

    def _json(self, record: Record) -> None:
        self._line(json.dumps(to_plain(record)))

    def _paint(self, text: str, mark: Mark) -> str:
        if not self._terminal.colors or mark is Mark.PLAIN or not text.strip():
            return text
        return f"\x1b[{mark.value}m{text}\x1b[0m"

    def _line(self, text: str) -> None:
        print(text, file=self._out)


def _harmless(text: str) -> str:
    """Return lines in which nothing can move a cursor: they may quote a file from elsewhere."""
    return "\n".join(printable(line) for line in text.split("\n"))


def _is_right(values: Sequence[Value]) -> bool:
    """Tell whether a column is of numbers."""
    return any(map(is_number, values)) and all(is_number(one) or is_nothing(one) for one in values)


def _is_table(value: Value) -> bool:
    if isinstance(value, str) or not isinstance(value, Sequence) or not value:
        return False
    return all(isinstance(one, Mapping) for one in value)
