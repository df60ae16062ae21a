"""Output filters behind a `|`: include, exclude, begin, count, no-more (device.md 1.9)."""

from collections.abc import Mapping
from dataclasses import dataclass

from licet.switch.parser import Fault, Unread
from licet.switch.patterns import Pattern

PIPE = "|"

# Each filter with its help; those of `_WITH_PATTERN` are followed by one.
FILTERS: Mapping[str, str] = {
    "begin": "Begin with the first line that matches",
    "count": "Count the lines",
    "exclude": "Leave out the lines that match",
    "include": "Only the lines that match",
    "no-more": "Do not stop at the end of a page",
}
_WITH_PATTERN = ("begin", "exclude", "include")


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter; `pattern` is empty where it takes none."""

    word: str
    pattern: str

    def apply(self, text: str) -> str:
        """Return what the filter lets through."""
        lines = text.splitlines(keepends=True)
        pattern = Pattern(self.pattern)
        found = [pattern.found_in(line.rstrip("\n")) for line in lines]
        match self.word:
            case "include":
                lines = [line for line, is_in in zip(lines, found, strict=True) if is_in]
            case "exclude":
                lines = [line for line, is_in in zip(lines, found, strict=True) if not is_in]
            case "begin":
                lines = lines[found.index(True) :] if True in found else []
            case "count":
                lines = [f"{len(lines)}\n"]
            case _:
                pass
        return "".join(lines)


def split_pipes(line: str) -> list[tuple[int, str]]:
    """Return the parts of a line between bars, each with its column; a quoted bar is no bar."""
    parts: list[tuple[int, str]] = []
    begin, quoted = 0, False
    for at, char in enumerate(line):
        if char == '"':
            quoted = not quoted
        elif char == PIPE and not quoted:
            parts.append((begin, line[begin:at]))
            begin = at + 1
    return [*parts, (begin, line[begin:])]


def read_filter(column: int, text: str) -> Filter | Unread:
    """Read what stands after one bar, from `column` of the line on."""
    word, _, rest = text.strip().partition(" ")
    at = column + len(text) - len(text.lstrip())
    if not word:
        return Unread(Fault.INCOMPLETE, column + 1)
    found = [name for name in FILTERS if name.startswith(word.lower())]
    if len(found) != 1:
        return Unread(Fault.AMBIGUOUS if found else Fault.INVALID, at)
    pattern = rest.strip()
    if found[0] not in _WITH_PATTERN:
        where = at + len(word) + 1
        return Unread(Fault.INVALID, where) if pattern else Filter(found[0], "")
    if not pattern:
        return Unread(Fault.INCOMPLETE, at + len(word) + 1)
    quoted = len(pattern) > 1 and pattern.startswith('"') and pattern.endswith('"')
    return Filter(found[0], pattern[1:-1] if quoted else pattern)


def help_of_filter(column: int, text: str) -> str | Unread:
    """Return what `?` prints behind a bar."""
    word, space, _ = text.lstrip().partition(" ")
    found = [name for name in FILTERS if name.startswith(word.lower())]
    if found and not space:
        return "".join(f"  {name:<9}{FILTERS[name]}\n" for name in found)
    if len(found) == 1:
        return "  WORD  The pattern to look for\n" if found[0] in _WITH_PATTERN else "  <CR>\n"
    read = read_filter(column, text)
    return read if isinstance(read, Unread) else "  <CR>\n"
