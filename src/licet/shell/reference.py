"""The reference of a command line, as a document, made from the parser that reads what is typed."""

import argparse
from collections.abc import Iterable, Iterator


def commands_of(
    parser: argparse.ArgumentParser, words: str = ""
) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Yield every command of a parser: its words, and the parser of its own arguments."""
    groups = subparsers_of(parser)
    if not groups and words:
        yield words, parser
    for name, below in groups.items():
        yield from commands_of(below, f"{words} {name}".strip())


def subparsers_of(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """Return the parsers below a parser, by their words; empty where it is a command itself."""
    for action in actions_of(parser):
        # Choices of a value are a sequence; those of a subparser are a mapping.
        if isinstance(action.choices, dict):
            return action.choices
    return {}


def actions_of(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    """Return the arguments of a command in the order in which they were added."""
    return parser._actions  # noqa: SLF001 - argparse has no public way to read a parser


def reference(parser: argparse.ArgumentParser, head: str) -> str:
    """Return the whole page.

    Args:
        parser: of all commands.
        head: what stands above them.
    """
    lines = [head.rstrip("\n"), ""]
    for noun, group in subparsers_of(parser).items():
        commands = list(commands_of(group, noun))
        lines += [f"## {noun}", "", group.description or "", ""]
        for words, command in commands:
            lines += _command(f"{parser.prog} {words}", command, alone=words == noun)
    return "\n".join(lines).rstrip("\n") + "\n"


def _command(words: str, command: argparse.ArgumentParser, *, alone: bool) -> list[str]:
    own = [action for action in actions_of(command) if action.dest not in ("help", "data", "json")]
    own.sort(key=lambda action: (bool(action.option_strings), not action.required))
    usage = " ".join([words, *map(_usage, own)])
    lines = [f"### `{usage}`", ""]
    if not alone:
        lines += [command.description or "", ""]
    if own:
        lines += ["| argument | what it is |", "| --- | --- |"]
        lines += [f"| `{_cell(_name(one))}` | {_cell(one.help or '')} |" for one in own]
        lines.append("")
    if command.epilog:
        lines += [f"{command.epilog.replace(': ', ': `', 1)}`", ""]
    return lines


def _usage(action: argparse.Action) -> str:
    text = _name(action)
    return text if action.required else f"[{text}]"


def _name(action: argparse.Action) -> str:
    """Return an argument as it is typed."""
    value = _value(action)
    if not action.option_strings:
        return value
    option = action.option_strings[-1]
    return f"{option} {value}" if action.nargs != 0 else option


def _value(action: argparse.Action) -> str:
    if action.metavar is not None:
        return str(action.metavar)
    if action.choices is not None:
        choices: Iterable[object] = action.choices
        return "|".join(map(str, choices))
    return action.dest.upper().replace("_", "-")


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("%%", "%")
