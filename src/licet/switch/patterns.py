r"""Patterns for output filters: a small regular expression that cannot be made to hang.

`.`, `[...]`, `^`, `$`, `*`, `+`, `?`, `\` and alternatives by `|`; parentheses stand for themselves,
as license tags are printed in them. It is run as a set of states, in time proportional to the
pattern times the text, whatever a person typed.
"""

from collections.abc import Callable
from dataclasses import dataclass

_Matches = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class _Step:
    """One character class and how often it may come."""

    matches: _Matches
    may_skip: bool
    may_repeat: bool


@dataclass(frozen=True, slots=True)
class _Alternative:
    steps: tuple[_Step, ...]
    from_start: bool
    to_end: bool

    def found_in(self, text: str) -> bool:
        states = self._closed({0})
        for char in text:
            if len(self.steps) in states and not self.to_end:
                return True
            after = set()
            for state in states:
                if state < len(self.steps) and self.steps[state].matches(char):
                    after.add(state + 1)
                    if self.steps[state].may_repeat:
                        after.add(state)
            states = self._closed(after if self.from_start else after | {0})
        return len(self.steps) in states

    def _closed(self, states: set[int]) -> set[int]:
        for state, step in enumerate(self.steps):
            if state in states and step.may_skip:
                states.add(state + 1)
        return states


class Pattern:
    """A pattern; every text is one, and makes no error."""

    def __init__(self, text: str) -> None:
        self._alternatives = tuple(_read(part) for part in _split(text))

    def found_in(self, line: str) -> bool:
        """Tell whether the pattern is somewhere in `line`."""
        return any(alternative.found_in(line) for alternative in self._alternatives)


def _split(text: str) -> list[str]:
    """Return the alternatives of a pattern; a `|` behind a backslash or in `[...]` is no bar."""
    parts, part, at = [], "", 0
    while at < len(text):
        length = _length(text, at)
        if text[at] == "|":
            parts.append(part)
            part = ""
        else:
            part += text[at : at + length]
        at += length
    return [*parts, part]


def _length(text: str, at: int) -> int:
    """Return how many characters stand for one: a pair after a backslash, or a whole `[...]`."""
    if text[at] == "\\" and at + 1 < len(text):
        return 2
    if text[at] == "[":
        # The first character inside may be a `]` itself, also after a `^`.
        begin = at + (2 if text[at + 1 : at + 2] == "^" else 1)
        end = text.find("]", begin + 1)
        return end - at + 1 if end >= 0 else 1
    return 1


def _read(text: str) -> _Alternative:
    from_start = text.startswith("^")
    at = 1 if from_start else 0
    steps: list[_Step] = []
    to_end = False
    while at < len(text):
        length = _length(text, at)
        if text[at] == "$" and at == len(text) - 1:
            to_end = True
            break
        matches = _class(text[at : at + length])
        at += length
        times = text[at : at + 1]
        if times and times in "*+?":
            at += 1
        steps.append(_Step(matches, may_skip=times in ("*", "?"), may_repeat=times in ("*", "+")))
    return _Alternative(tuple(steps), from_start, to_end)


def _class(text: str) -> _Matches:
    if text == ".":
        return lambda _: True
    if len(text) > 2 and text.startswith("["):  # noqa: PLR2004 - brackets and something inside
        return _set(text[1:-1])
    literal = text[-1]
    return lambda char: char == literal


def _set(inside: str) -> _Matches:
    negated = inside.startswith("^") and len(inside) > 1
    inside = inside[1:] if negated else inside
    ranges: list[tuple[str, str]] = []
    at = 0
    while at < len(inside):
        if inside[at + 1 : at + 2] == "-" and at + 2 < len(inside):
            ranges.append((inside[at], inside[at + 2]))
            at += 3
        else:
            ranges.append((inside[at], inside[at]))
            at += 1
    return lambda char: any(low <= char <= high for low, high in ranges) != negated
