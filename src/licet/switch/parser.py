"""Reads a line against the tree of commands: abbreviations, `?`, completion and carets.

Nothing here knows a command; `grammar` does. A line that cannot be read is a value, never an error.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Interface, IPv6Interface, ip_address

from licet.switch.grammar import (
    INTERFACES,
    PARAMETERS,
    REACHES,
    UNMODELED,
    Kind,
    Mode,
    Parameter,
    Row,
)
from licet.switch.tree import NO, Leaf, Node, tree

RETURN = "<CR>"
_WORDS = re.compile(r"\S+")
FILE = re.compile(r"bootflash:/{0,3}[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}\Z", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*\Z")
_PHONE = re.compile(r"\+[0-9X -]+\Z")
_URL = re.compile(r"https?://[!-~]+\Z", re.IGNORECASE)
_INTEGER = re.compile(r"-?[0-9]{1,7}\Z")
_INTERFACE = re.compile(r"([a-z]+(?:-[a-z]*)?)([0-9/]+)\Z", re.IGNORECASE)


class Fault(StrEnum):
    """Why a line cannot be read; the value is NX-OS's text, recalled (device.md 1.9, mark M)."""

    INVALID = "% Invalid command at '^' marker."
    INCOMPLETE = "% Incomplete command at '^' marker."
    AMBIGUOUS = "% Ambiguous command at '^' marker."

    def about(self, word: str) -> str:
        """Return the text where no marker can stand: with the word that is to blame, if there is one."""
        said = self.value.removeprefix("% ").partition(" at ")[0]
        return f"{said} at '{word}'" if word else said


@dataclass(frozen=True, slots=True)
class Command:
    """A line that was read.

    Attributes:
        negative: it is the `no` form.
        words: the words of the table that it means, in full, parameters as `<name>`.
        values: what was given for parameters and choices.
    """

    row: Row
    negative: bool
    words: tuple[str, ...]
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Unread:
    """A line that cannot be read, and the column of the word that is to blame."""

    fault: Fault
    column: int


@dataclass(frozen=True, slots=True)
class Unmodeled:
    """A valid NX-OS command that this switch does not model, by its first words."""

    words: str

    @property
    def reason(self) -> str:
        """Why it is not done, for a person."""
        return f"'{self.words}' is a command of NX-OS that this switch does not model"


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    column: int


def plain(line: str) -> str:
    """Return a line with everything that is not printable replaced by a space."""
    return "".join(char if char.isprintable() else " " for char in line)


def is_comment(line: str) -> bool:
    """Tell whether there is nothing in a line, or a comment (`!`)."""
    return not line.strip() or line.lstrip().startswith("!")


def begins_show(line: str, mode: Mode) -> bool:
    """Tell whether the first word of a line means `show`, the only command with filters."""
    tokens = _tokens(line.partition("|")[0])
    return bool(tokens) and _starting(tree(mode), tokens[0].text) == ["show"]


def parse(line: str, mode: Mode) -> Command | Unread | Unmodeled | None:
    """Read a line; None where there is nothing in it but a comment (`!`)."""
    line = plain(line)
    tokens = _tokens(line)
    if is_comment(line):
        return None
    walked = _walk(line, tokens, mode)
    if isinstance(walked, _Reached):
        leaf = walked.node.leaf
        if leaf is not None:
            values = {**leaf.chosen, **walked.values}
            return Command(leaf.row, leaf.negative, leaf.words, values)
        return _unmodeled(tokens, len(tokens), mode) or Unread(
            Fault.INCOMPLETE, len(line.rstrip()) + 1
        )
    return _blame(tokens, *walked, mode)


def offers(line: str, mode: Mode) -> "Offers | Unread | Unmodeled":
    """Return what may stand where `line` ends: within its last word, or after a space."""
    line = plain(line)
    tokens = _tokens(line)
    partial = _Token("", len(line))
    if tokens and not line.endswith(" "):
        partial = tokens.pop()
    walked = _walk(line, tokens, mode)
    if not isinstance(walked, _Reached):
        return _blame(tokens, *walked, mode)
    if walked.ended:
        # The rest of the line belongs to a LINE parameter: nothing else can follow.
        return Offers((), None, walked.node.leaf)
    words = _starting(walked.node, partial.text)
    parameter = walked.node.parameter
    named = None if parameter is None else PARAMETERS[parameter[0]]
    if named is not None and partial.text and (words or not accepts(named, partial.text)):
        named = None
    leaf = None if partial.text else walked.node.leaf
    if partial.text and not words and named is None:
        return _blame([*tokens, partial], len(tokens), Fault.INVALID, mode)
    return Offers(tuple((word, walked.node.help[word]) for word in words), named, leaf)


@dataclass(frozen=True, slots=True)
class Offers:
    """What may stand at a place: keywords with their help, a parameter, the end of the line."""

    words: tuple[tuple[str, str], ...]
    parameter: Parameter | None
    leaf: Leaf | None


@dataclass(frozen=True, slots=True)
class _Reached:
    node: Node
    values: Mapping[str, str]
    ended: bool


def _tokens(line: str) -> list[_Token]:
    return [_Token(found.group(), found.start()) for found in _WORDS.finditer(line)]


def _walk(line: str, tokens: list[_Token], mode: Mode) -> "_Reached | tuple[int, Fault]":
    """Follow tokens from the root; where that fails, say at which token, and why."""
    node = tree(mode)
    values: dict[str, str] = {}
    for at, token in enumerate(tokens):
        words = _starting(node, token.text)
        if len(words) == 1:
            node = node.words[words[0]]
            continue
        if words:
            return at, Fault.AMBIGUOUS
        if node.parameter is None:
            return at, Fault.INVALID
        name, then = node.parameter
        parameter = PARAMETERS[name]
        whole_line = parameter.kind is Kind.LINE
        text = line[token.column :].strip() if whole_line else token.text
        if not accepts(parameter, text):
            return at, Fault.INVALID
        values[name] = text
        node = then
        if whole_line:
            return _Reached(node, values, ended=True)
    return _Reached(node, values, ended=False)


def _starting(node: Node, text: str) -> list[str]:
    """Return the keywords that `text` may stand for: itself, or those that begin with it."""
    text = text.lower()
    exact = [word for word in node.words if word.lower() == text]
    return exact or sorted(word for word in node.words if word.lower().startswith(text))


def accepts(parameter: Parameter, text: str) -> bool:
    """Tell whether a parameter takes a text."""
    if parameter.kind is Kind.NUMBER:
        # Longer than any bound is out of bounds; int() is not asked about a million digits.
        is_number = _INTEGER.match(text) is not None
        return is_number and parameter.least <= int(text) <= parameter.most
    return len(text) <= parameter.most and _FORMS[parameter.kind](text)


def _is(form: Callable[[str], object], text: str) -> bool:
    try:
        form(text)
    except ValueError:
        return False
    return "%" not in text


def split_interface(text: str) -> tuple[str, str] | None:
    """Return the kind and the number of an interface in one word, `eth1/1`; None if it is none."""
    found = _INTERFACE.match(text)
    kinds = [word for word in INTERFACES if found and word.startswith(found[1].lower())]
    if found is None or len(kinds) != 1:
        return None
    [kind] = kinds
    return (kind, found[2]) if accepts(PARAMETERS[INTERFACES[kind].number], found[2]) else None


def _matches(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda text: pattern.match(text) is not None


_FORMS: Mapping[Kind, Callable[[str], bool]] = {
    Kind.WORD: lambda _: True,
    Kind.LINE: lambda _: True,
    Kind.NAME: _matches(_NAME),
    Kind.PHONE: _matches(_PHONE),
    Kind.URL: _matches(_URL),
    Kind.INTERFACE: lambda text: split_interface(text) is not None,
    Kind.PORT: _matches(re.compile(r"[0-9]{1,3}/[0-9]{1,3}\Z")),
    Kind.HOST: lambda text: _NAME.match(text) is not None or _is(ip_address, text),
    Kind.ADDRESS: lambda text: _is(ip_address, text),
    Kind.IPV4: lambda text: _is(IPv4Address, text),
    Kind.PREFIX: lambda text: "/" in text and _is(IPv4Interface, text),
    Kind.TIME: _matches(re.compile(r"([01][0-9]|2[0-3]):?[0-5][0-9]\Z")),
    Kind.ZONE: _matches(re.compile(r"[A-Za-z]+\Z")),
    Kind.FILE: _matches(FILE),
    Kind.PREFIX6: lambda text: "/" in text and _is(IPv6Interface, text),
}


def _blame(tokens: list[_Token], at: int, fault: Fault, mode: Mode) -> Unread | Unmodeled:
    """Return what is wrong with the token at `at`; what NX-OS knows is not invalid."""
    known = _unmodeled(tokens, at, mode) if fault is Fault.INVALID else None
    return known or Unread(fault, tokens[at].column)


def _unmodeled(tokens: list[_Token], fault: int, mode: Mode) -> Unmodeled | Unread | None:
    """Return the command of NX-OS that explains the word at fault, if there is one.

    `fault` is the number of the token that the grammar lacks; one past the last where it lacks
    nothing but an end.
    """
    said = tokens
    if tokens[0].text.lower() == NO and mode is not Mode.EXEC:
        said, fault = tokens[1:], fault - 1
    if fault < 0 or not said:
        return None
    found = []
    for phrase in {phrase for reached in REACHES[mode] for phrase in UNMODELED[reached]}:
        words = phrase.lower().split()
        fits = fault < len(words) <= len(said) or fault == len(said) == len(words)
        if fits and all(
            word.startswith(token.text.lower()) for word, token in zip(words, said, strict=False)
        ):
            found.append(phrase)
    at = min(fault, len(said) - 1)
    exact = [each for each in found if each.lower().split()[at] == said[at].text.lower()]
    found = exact or found
    if len(found) > 1:
        return Unread(Fault.AMBIGUOUS, said[at].column)
    return Unmodeled(found[0]) if found else None
