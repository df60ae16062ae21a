"""The grammar of lab lines: patterns, and what was expected where a line fits none of them.

A pattern is written as it is shown in the help:

    word            that word
    a|b             one of those words; given as the parameter that the words before it name
    <name>          a parameter whose kind has the same name (see `words.READERS`)
    <what:kind>     a parameter
    [ ... ]         may be left out
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from licet.lab.words import READERS, NotThat, Value, Word

_PART = re.compile(r"\[|\]|<[^>]+>|[^\s\[\]]+")


@dataclass(frozen=True, slots=True)
class Literal:
    """One word, or one of some; `name` is what it is given as, where there is a choice."""

    words: tuple[str, ...]
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Parameter:
    """A thing that a line says."""

    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Optional:
    """Parts that may be left out, all of them together."""

    parts: tuple["Part", ...]


Part = Literal | Parameter | Optional


def compile_pattern(pattern: str) -> tuple[Part, ...]:
    """Return the parts of a pattern.

    Raises:
        ValueError: a bracket is not closed, or a kind is not known.
    """
    tokens = _PART.findall(pattern)
    parts, rest = _parts(tokens, 0)
    if rest != len(tokens):
        raise ValueError(f"{pattern!r}: a bracket too many")
    return parts


def _parts(tokens: Sequence[str], place: int) -> tuple[tuple[Part, ...], int]:
    parts: list[Part] = []
    while place < len(tokens) and tokens[place] != "]":
        token = tokens[place]
        if token == "[":  # noqa: S105 - a bracket is no secret
            inner, end = _parts(tokens, place + 1)
            if end >= len(tokens):
                raise ValueError("a bracket is not closed")
            parts.append(Optional(inner))
            place = end
        elif token.startswith("<"):
            name, _, kind = token[1:-1].partition(":")
            if (kind or name) not in READERS:
                raise ValueError(f"{token}: there is no such kind")
            parts.append(Parameter(name, kind or name))
        else:
            words = tuple(token.split("|"))
            parts.append(Literal(words, "choice" if len(words) > 1 else None))
        place += 1
    return tuple(parts), place


@dataclass
class Expectation:
    """The furthest place that any pattern reached, and what could have stood there."""

    place: int = -1
    expected: list[str] = field(default_factory=list)

    def note(self, place: int, expected: str) -> None:
        """Take note of what could have stood at a place."""
        if place > self.place:
            self.place, self.expected = place, []
        if place == self.place and expected not in self.expected:
            self.expected.append(expected)


Values = Mapping[str, Value]


def fit(parts: Sequence[Part], words: Sequence[Word], expectation: Expectation) -> Values | None:
    """Return what a line says by a pattern, or None where it does not fit."""
    for end, values in _fits(tuple(parts), words, 0, {}, expectation):
        if end == len(words):
            return values
        expectation.note(end, "the end of the line")
    return None


def _fits(
    parts: tuple[Part, ...],
    words: Sequence[Word],
    place: int,
    values: Values,
    expectation: Expectation,
) -> Iterator[tuple[int, Values]]:
    """Yield every way in which words from a place on fit the parts, longest first."""
    if not parts:
        yield place, values
        return
    first, rest = parts[0], parts[1:]
    match first:
        case Optional():
            yield from _fits((*first.parts, *rest), words, place, values, expectation)
            yield from _fits(rest, words, place, values, expectation)
        case Literal():
            word = words[place] if place < len(words) else None
            if word is None or word.quoted or word.text not in first.words:
                for expected in first.words:
                    expectation.note(place, f"'{expected}'")
                return
            said = values if first.name is None else {**values, first.name: word.text}
            yield from _fits(rest, words, place + 1, said, expectation)
        case Parameter():
            try:
                value, end = READERS[first.kind](words, place)
            except NotThat as error:
                expectation.note(place, str(error))
                return
            yield from _fits(rest, words, end, {**values, first.name: value}, expectation)


class Given:
    """What a line says, by the names of its pattern."""

    def __init__(self, values: Values) -> None:
        self._values = values

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def text(self, name: str, default: str = "") -> str:
        """Return a text, or a word."""
        return str(self._values.get(name, default))

    def number(self, name: str, default: int = 0) -> int:
        """Return a whole number."""
        value = self._values.get(name, default)
        if not isinstance(value, int):
            raise TypeError(f"{name} is no number")
        return value

    def length(self, name: str) -> timedelta:
        """Return a length of time."""
        value = self._values[name]
        if not isinstance(value, timedelta):
            raise TypeError(f"{name} is no length of time")
        return value

    def instant(self, name: str) -> datetime | None:
        """Return an instant, or None where the line gives none."""
        value = self._values.get(name)
        if value is not None and not isinstance(value, datetime):
            raise TypeError(f"{name} is no instant")
        return value
