"""Output filters behind a `|` (device.md 1.9), and the file that `>` writes."""

from collections.abc import Mapping
from dataclasses import dataclass

from licet.switch.parser import FILE, Fault, Unmodeled, Unread
from licet.switch.patterns import Pattern

PIPE, INTO = "|", ">"
JSON, JSON_PRETTY = "json", "json-pretty"
LINES_DEFAULT, LINES_MAX = 10, 1_000_000

# Each filter with its help; `head`, `json-pretty`, `last` and `section` are recalled (mark M).
FILTERS: Mapping[str, str] = {
    "begin": "Begin with the first line that matches",
    "count": "Count the lines",
    "exclude": "Leave out the lines that match",
    "head": "Only the first lines",
    "include": "Only the lines that match",
    JSON: "As JSON, where the command has it",
    JSON_PRETTY: "As JSON for people",
    "last": "Only the last lines",
    "no-more": "Do not stop at the end of a page",
    "section": "Lines that match, each with what is indented below it",
}
_WITH_PATTERN = ("begin", "exclude", "include", "section")
_WITH_NUMBER = ("head", "last")
# Filters of NX-OS that are not modeled.
UNMODELED_FILTERS = (
    "awk", "cut", "diff", "egrep", "email", "end", "grep", "human", "less", "sed", "sort", "tr",
    "uniq", "vsh", "wc", "xml",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter; `pattern` is empty, and `lines` 0, where it takes none."""

    word: str
    pattern: str = ""
    lines: int = 0

    @property
    def is_json(self) -> bool:
        """Whether it asks for structured output."""
        return self.word in (JSON, JSON_PRETTY)

    def apply(self, text: str) -> str:
        """Return what the filter lets through."""
        lines = text.splitlines(keepends=True)
        pattern = Pattern(self.pattern)
        match self.word:
            case "include":
                lines = [line for line in lines if pattern.found_in(line.rstrip("\n"))]
            case "exclude":
                lines = [line for line in lines if not pattern.found_in(line.rstrip("\n"))]
            case "begin":
                found = [pattern.found_in(line.rstrip("\n")) for line in lines]
                lines = lines[found.index(True) :] if True in found else []
            case "section":
                lines = _sections(lines, pattern)
            case "count":
                lines = [f"{len(lines)}\n"]
            case "head":
                lines = lines[: self.lines]
            case "last":
                lines = lines[-self.lines :]
            case _:
                pass
        return "".join(lines)


@dataclass(frozen=True, slots=True)
class Target:
    """The file of bootflash that output goes to; `appends` with `>>`."""

    name: str
    appends: bool


@dataclass(frozen=True, slots=True)
class Pipeline:
    """What stands behind a `show` command."""

    filters: tuple[Filter, ...] = ()
    target: Target | None = None


def _sections(lines: list[str], pattern: Pattern) -> list[str]:
    """Return lines that match, each with the lines that are indented more and follow it."""
    kept: list[str] = []
    inside: int | None = None
    for line in lines:
        depth = len(line) - len(line.lstrip(" "))
        if inside is not None and (depth <= inside or not line.strip()):
            inside = None
        if inside is None and pattern.found_in(line.rstrip("\n")):
            inside = depth
        if inside is not None:
            kept.append(line)
    return kept


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


def find_target(line: str) -> int | None:
    """Return where the `>` or `>>` of a line begins: behind a space, and not within quotes."""
    quoted, found = False, None
    for at, char in enumerate(line):
        if char == '"':
            quoted = not quoted
        elif char == INTO and not quoted and line[at - 1 : at] == " ":
            found = at
    return found


def command_of(line: str) -> str:
    """Return the command of a line that begins with `show`, without what stands behind it."""
    return split_pipes(line[: find_target(line)])[0][1]


def read_pipeline(line: str) -> Pipeline | Unread | Unmodeled:
    """Return what stands behind the command of a line that begins with `show`."""
    at = find_target(line)
    target = None if at is None else _read_target(line, at)
    if isinstance(target, Unread):
        return target
    _, *pipes = split_pipes(line[:at])
    filters: list[Filter] = []
    for column, text in pipes:
        read = read_filter(column, text)
        if not isinstance(read, Filter):
            return read
        if read.is_json and filters:
            return Unread(Fault.INVALID, column + len(text) - len(text.lstrip()))
        filters.append(read)
    return Pipeline(tuple(filters), target)


def _read_target(line: str, at: int) -> Target | Unread:
    appends = line[at + 1 : at + 2] == INTO
    begin = at + (2 if appends else 1)
    rest = line[begin:]
    name = rest.strip()
    column = begin + len(rest) - len(rest.lstrip())
    if not name:
        return Unread(Fault.INCOMPLETE, len(line.rstrip()) + 1)
    if FILE.match(name) is None:
        return Unread(Fault.INVALID, column)
    return Target(file_name(name), appends)


def file_name(text: str) -> str:
    """Return the name of a file without what stands before it: `x` for `bootflash:///x`."""
    return text.partition(":")[2].lstrip("/")


def read_filter(column: int, text: str) -> Filter | Unread | Unmodeled:
    """Read what stands after one bar, from `column` of the line on."""
    word, _, rest = text.strip().partition(" ")
    at = column + len(text) - len(text.lstrip())
    if not word:
        return Unread(Fault.INCOMPLETE, column + 1)
    found = _named(word)
    if not found and any(name.startswith(word.lower()) for name in UNMODELED_FILTERS):
        known = next(name for name in UNMODELED_FILTERS if name.startswith(word.lower()))
        return Unmodeled(f"{PIPE} {known}")
    if len(found) != 1:
        return Unread(Fault.AMBIGUOUS if found else Fault.INVALID, at)
    return _read_rest(found[0], rest.strip(), at + len(word) + 1)


def _read_rest(name: str, rest: str, at: int) -> Filter | Unread:
    if name in _WITH_NUMBER:
        if not rest:
            return Filter(name, lines=LINES_DEFAULT)
        digits = rest.isascii() and rest.isdigit() and len(rest) < len(str(LINES_MAX))
        return Filter(name, lines=int(rest)) if digits and int(rest) else Unread(Fault.INVALID, at)
    if name not in _WITH_PATTERN:
        return Unread(Fault.INVALID, at) if rest else Filter(name)
    if not rest:
        return Unread(Fault.INCOMPLETE, at)
    quoted = len(rest) > 1 and rest.startswith('"') and rest.endswith('"')
    return Filter(name, rest[1:-1] if quoted else rest)


def _named(word: str) -> list[str]:
    """Return the filters that a word may stand for: itself, or those that begin with it."""
    word = word.lower()
    return [word] if word in FILTERS else [name for name in FILTERS if name.startswith(word)]


def help_of_filter(column: int, text: str) -> str | Unread | Unmodeled:
    """Return what `?` prints behind a bar."""
    word, space, rest = text.lstrip().partition(" ")
    found = [name for name in FILTERS if name.startswith(word.lower())]
    if found and not space:
        width = max(len(name) for name in found) + 2
        return "".join(f"  {name:<{width}}{FILTERS[name]}\n" for name in found)
    named = _named(word)
    if len(named) == 1 and not rest.strip():
        if named[0] in _WITH_NUMBER:
            return f"  <CR>\n  <1-{LINES_MAX - 1}>  Number of lines\n"
        return "  WORD  The pattern to look for\n" if named[0] in _WITH_PATTERN else "  <CR>\n"
    read = read_filter(column, text)
    return "  <CR>\n" if isinstance(read, Filter) else read
