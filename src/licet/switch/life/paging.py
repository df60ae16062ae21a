"""Shows a long text page by page, as NX-OS does behind `--More--`."""

from collections.abc import Callable
from typing import TextIO

from licet.switch.patterns import Pattern

MORE = "--More--"
SPACE, LINE, QUIT, SEARCH, ALL = " ", "\r\n", "qQ\x03\x04\x1b", "/", "G"


def show(
    text: str,
    out: TextIO,
    *,
    rows: int,
    columns: int,
    key: Callable[[], str],
    ask: Callable[[str], str],
) -> None:
    """Print a text; stop after every page until a key is pressed.

    Space prints another page, Enter another line, `G` the rest, `q` and Ctrl-C nothing more, and `/`
    goes on at the next line with a pattern.

    Args:
        text: lines.
        out: the terminal.
        rows: of the terminal; with 0 nothing stops.
        columns: of the terminal: a longer line takes several rows.
        key: waits for a key and returns it; empty where there is no more.
        ask: prints a prompt, and returns a line.
    """
    lines = text.splitlines(keepends=True)
    room = rows - 1
    at = 0
    while at < len(lines):
        needed = height(lines[at], columns)
        # A line that is higher than the screen is printed all the same.
        if rows and needed > room and at and room < rows - 1:
            more = _stop(out, key)
            if more in SEARCH:
                at = _find(lines, at, ask("/"))
                room = rows - 1
            elif more in QUIT or not more:
                break
            elif more in ALL:
                rows = 0
            else:
                room = needed if more in LINE else rows - 1
            continue
        out.write(lines[at])
        room -= needed
        at += 1
    out.flush()


def height(line: str, columns: int) -> int:
    """Return how many rows of a terminal a line takes."""
    return max(1, -(-len(line.rstrip("\n").expandtabs()) // max(columns, 1)))


def _stop(out: TextIO, key: Callable[[], str]) -> str:
    """Wait at the end of a page, and remove what said so."""
    out.write(MORE)
    out.flush()
    pressed = key()
    while pressed and pressed not in SPACE + LINE + QUIT + SEARCH + ALL:
        pressed = key()
    out.write(f"\r{' ' * len(MORE)}\r")
    return pressed


def _find(lines: list[str], at: int, pattern: str) -> int:
    """Return where the next line with a pattern is; where there is none, where it was."""
    wanted = Pattern(pattern)
    return next((n for n in range(at, len(lines)) if wanted.found_in(lines[n].rstrip("\n"))), at)
