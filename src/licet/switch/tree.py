"""Grows the tree of commands of each mode from the grammar table."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

from licet.switch.grammar import CHOICES, HELP, INTERFACES, REACHES, TABLE, Mode, Row

NO = "no"
INTERFACE = "interface"
_INTERFACE = f"<{INTERFACE}>"


@dataclass(frozen=True, slots=True)
class Leaf:
    """A command that may end at a node.

    Attributes:
        negative: it is the `no` form.
        words: the path to here in full, parameters as `<name>`.
        chosen: the phrases that were taken of choices, by name.
    """

    row: Row
    negative: bool
    words: tuple[str, ...]
    chosen: Mapping[str, str]


@dataclass(slots=True)
class Node:
    """A place in the tree.

    Attributes:
        leaf: the command that may end here.
        words: what may follow, by keyword.
        help: of each keyword.
        parameter: the name of the parameter that may follow, and where it leads.
    """

    leaf: Leaf | None = None
    words: dict[str, "Node"] = field(default_factory=dict)
    help: dict[str, str] = field(default_factory=dict)
    parameter: "tuple[str, Node] | None" = None


@dataclass(frozen=True, slots=True)
class _Path:
    """One way through a pattern: its steps, each a keyword with its help, or `<parameter>`."""

    steps: tuple[tuple[str, str], ...] = ()
    chosen: tuple[tuple[str, str], ...] = ()


@cache
def tree(mode: Mode) -> Node:
    """Return the root of all commands that are taken in a mode."""
    root = Node()
    for reached in REACHES[mode]:
        for row in TABLE:
            if row.mode is reached:
                _grow(root, row.pattern, row, negative=False)
                if row.no is not None:
                    _grow(root, f"{NO} {row.no}", row, negative=True)
    return root


def _grow(root: Node, pattern: str, row: Row, *, negative: bool) -> None:
    for plain in _without_options(pattern):
        for path in _paths(plain):
            node = root
            for word, said in path.steps:
                node = _step(node, word, said)
            words = tuple(word for word, _ in path.steps)
            if node.leaf is not None and node.leaf.row.mode is not row.mode:
                # A submode has this command itself: `ip name-server` in a VRF is the VRF's.
                continue
            if node.leaf is not None:
                raise ValueError(f"two rows of the grammar mean {' '.join(words)!r}")
            node.leaf = Leaf(row, negative, words, dict(path.chosen))


def _without_options(pattern: str) -> list[str]:
    """Return a pattern with each of its options left out and taken, inner ones too."""
    begin = pattern.find("[")
    if begin < 0:
        return [pattern]
    depth = 0
    for end in range(begin, len(pattern)):
        depth += {"[": 1, "]": -1}.get(pattern[end], 0)
        if depth == 0:
            head, option, rest = pattern[:begin], pattern[begin + 1 : end], pattern[end + 1 :]
            return [
                *_without_options(head + rest.lstrip()),
                *_without_options(head + option + rest),
            ]
    raise ValueError(f"an option of {pattern!r} does not end")


def _paths(pattern: str) -> Iterator[_Path]:
    """Yield every way through a pattern without options, one for each phrase of a choice."""
    paths = [_Path()]
    for word in pattern.split():
        if word == _INTERFACE:
            paths = [longer for path in paths for longer in _with_interface(path)]
        elif word.startswith("{"):
            name = word[1:-1]
            paths = [
                _Path(
                    (*path.steps, *((part, said) for part in phrase.split())),
                    (*path.chosen, (name, phrase)),
                )
                for path in paths
                for phrase, said in CHOICES[name].items()
            ]
        else:
            paths = [_Path((*path.steps, (word, _help(path, word))), path.chosen) for path in paths]
    yield from paths


def _with_interface(path: _Path) -> Iterator[_Path]:
    """Yield a path with an interface behind it: in one word, or as a kind and its number."""
    yield _Path((*path.steps, (_INTERFACE, "")), path.chosen)
    for word, kind in INTERFACES.items():
        steps = ((word, kind.help), (f"<{kind.number}>", ""))
        yield _Path((*path.steps, *steps), (*path.chosen, (INTERFACE, word)))


def _help(path: _Path, word: str) -> str:
    """Return the help of the longest path in `HELP` that ends `word`'s own path."""
    if word.startswith("<"):
        return ""
    words = [*(each for each, _ in path.steps), word]
    if words[0] == NO:
        words = words[1:] or words
    for start in range(len(words)):
        said = HELP.get(" ".join(words[start:]))
        if said is not None:
            return said
    raise ValueError(f"no help for {' '.join(words)!r}")


def _step(node: Node, word: str, said: str) -> Node:
    if not word.startswith("<"):
        node.help.setdefault(word, said)
        return node.words.setdefault(word, Node())
    name = word[1:-1]
    if node.parameter is None:
        node.parameter = (name, Node())
    if node.parameter[0] != name:
        raise ValueError(f"<{node.parameter[0]}> and <{name}> follow the same words")
    return node.parameter[1]
