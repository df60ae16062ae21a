"""What the commands of the shell have in common: their options, and how a command is declared."""

import argparse
import importlib
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from licet.shell.printer import Printer

DATA = Path("/var/lib/licet")
DONE = 0
# More rows than any list has.
ROWS_MAX = 2**62
# What a shell completes; shtab reads it from the attribute `complete`.
FILES = {"bash": "_shtab_compgen_files", "zsh": "_files"}
DIRECTORIES = {"bash": "_shtab_compgen_dirs", "zsh": "_files -/"}

# What `add_subparsers` returns has no public name.
Groups: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001
Run = Callable[[argparse.Namespace, Printer], int]


def common() -> argparse.ArgumentParser:
    """Return the options of every command, to be used as `parents=[common()]`."""
    shared = _options()
    group = shared.add_argument_group("options of every command")
    data = group.add_argument(
        "--data",
        metavar="DIR",
        type=Path,
        default=DATA,
        help=f"data directory of the authority (default: {DATA})",
    )
    data.complete = DIRECTORIES  # type: ignore[attr-defined]
    group.add_argument("--json", action="store_true", help="print JSON, with the same fields")
    return shared


def of_account() -> argparse.ArgumentParser:
    """Return the option that says which smart account is meant."""
    shared = _options()
    shared.add_argument(
        "--account",
        metavar="NAME",
        help="smart account, by its name or domain (default: the only one)",
    )
    return shared


def of_place(default: str) -> argparse.ArgumentParser:
    """Return the option that says which virtual account is meant."""
    shared = _options()
    shared.add_argument(
        "--virtual-account",
        metavar="NAME",
        help=f"virtual account inside the smart account (default: {default})",
    )
    return shared


def of_list() -> argparse.ArgumentParser:
    """Return the option of every list."""
    shared = _options()
    shared.add_argument("--limit", metavar="N", type=positive, help="print at most N rows")
    return shared


def positive(text: str) -> int:
    """Return a number of rows.

    Raises:
        ValueError: it is none, or less than 1; argparse says so.
    """
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return min(number, ROWS_MAX)


def later(act: str, *, room: str = "licet.shell") -> Run:
    """Return a command that loads its module when it is run, and not before.

    Args:
        act: `module.function`, that takes the site, what was typed, and the printer.
        room: where the module is.
    """
    module, _, name = act.rpartition(".")

    def run(given: argparse.Namespace, printer: Printer) -> int:
        from licet.shell.site import open_site  # noqa: PLC0415 - only what is run is loaded

        function = getattr(importlib.import_module(f"{room}.{module}"), name)
        if given.site is not None:
            function(given.site, given, printer)
            return DONE
        with open_site(given.data, given.trade) as site:
            function(site, given, printer)
        return DONE

    run.__qualname__ = f"{room}.{act}"
    return run


class Noun:
    """A group of commands about one kind of thing.

    Args:
        groups: where it is added.
        name: the noun.
        text: what it is about.
        room: where the modules of its commands are.
    """

    def __init__(self, groups: Groups, name: str, text: str, *, room: str = "licet.shell") -> None:
        self._room = room
        parser = groups.add_parser(name, help=text, description=sentence(text))
        parser.set_defaults(noun=name)
        self._verbs = parser.add_subparsers(metavar="command", required=True)

    def verb(
        self, name: str, act: str, text: str, *parents: argparse.ArgumentParser
    ) -> argparse.ArgumentParser:
        """Add a command; its own arguments are added to what is returned.

        Args:
            name: the verb.
            act: `module.function` of the noun's room.
            text: what it does.
            parents: arguments that it shares with others.
        """
        parser = self._verbs.add_parser(
            name,
            help=text,
            description=sentence(text),
            parents=[*parents, common()],
            allow_abbrev=False,
        )
        parser.set_defaults(run=later(act, room=self._room))
        return parser


def sentence(text: str) -> str:
    """Return a help text as a sentence of its own."""
    return f"{text[0].upper()}{text[1:]}."


def _options() -> argparse.ArgumentParser:
    return argparse.ArgumentParser(add_help=False)
