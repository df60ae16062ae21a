"""How values look: to programs in JSON, to people as text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import TypeAlias, Union


class Mark(Enum):
    """What a color may add to a text that says the same without it."""

    PLAIN = ""
    GOOD = "32"
    WARN = "33"
    BAD = "31"


@dataclass(frozen=True, slots=True)
class Shown:
    """A value that people read as another text than its own."""

    value: "Value"
    text: str
    mark: Mark = Mark.PLAIN


Value: TypeAlias = Union[str, int, bool, datetime, Shown, "Sequence[Value]", "Record", None]
Record: TypeAlias = Mapping[str, Value]
Plain: TypeAlias = Union[str, int, bool, "list[Plain]", "dict[str, Plain]", None]
NOTHING = "-"


def to_plain(value: Value) -> Plain:
    """Return a value as JSON has it; instants are ISO 8601 in UTC."""
    match value:
        case Shown():
            return to_plain(value.value)
        case datetime():
            return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        case None | str() | int():
            return value
        case Mapping():
            return {name: to_plain(one) for name, one in value.items()}
        case _:
            return [to_plain(one) for one in value]


def to_text(value: Value, *, seconds: bool = False) -> str:
    """Return a value as people read it; nothing in it can move a terminal's cursor."""
    form = "%Y-%m-%d %H:%M:%S UTC" if seconds else "%Y-%m-%d %H:%MZ"
    match value:
        case Shown():
            text = printable(value.text)
        case bool():
            text = "yes" if value else "no"
        case datetime():
            text = value.astimezone(UTC).strftime(form)
        case None | str() | int():
            text = "" if value is None else printable(str(value))
        case Mapping():
            text = " ".join(to_text(one) for one in value.values())
        case _:
            text = ", ".join(to_text(one) for one in value)
    return text or NOTHING


def printable(text: str) -> str:
    """Return a text in which control and direction characters are written out."""
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in text)


def is_number(value: Value) -> bool:
    """Tell whether a value stands at the right of its column."""
    if isinstance(value, Shown):
        return is_number(value.value)
    return isinstance(value, int) and not isinstance(value, bool)


def is_nothing(value: Value) -> bool:
    """Tell whether a value says nothing of the column that it stands in."""
    return value is None or (isinstance(value, Shown) and value.value is None)


def whole(value: Value) -> Value:
    """Return the instant of a day, and anything else as it is."""
    return value.value if isinstance(value, Shown) and isinstance(value.value, datetime) else value


def mark_of(value: Value) -> Mark:
    """Return the color that a value may have."""
    return value.mark if isinstance(value, Shown) else Mark.PLAIN
