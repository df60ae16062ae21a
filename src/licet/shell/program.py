"""Runs one command line of an authority: what was typed, what it is about, and the exit status."""

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence

from licet.admin.refusal import AdminRefused
from licet.service.problems import ServiceError
from licet.shell.options import Groups
from licet.shell.printer import Printer
from licet.shell.site import Site, Trade
from licet.shell.terminal import look

DONE, REFUSED = 0, 1
Group = Callable[[Groups], None]


def make_parser(program: str, text: str, groups: Iterable[Group]) -> argparse.ArgumentParser:
    """Return the parser of a whole command line.

    Args:
        program: what is typed before the commands.
        text: what it is.
        groups: each adds its commands, with `set_defaults(run=...)`: a function of what was typed
            and where to print, that returns the exit status.
    """
    whole = argparse.ArgumentParser(prog=program, description=text, allow_abbrev=False)
    added = whole.add_subparsers(metavar="command", required=True)
    for add in groups:
        add(added)
    return whole


def run_program(
    whole: argparse.ArgumentParser, trade: Trade, argv: Sequence[str], *, site: Site | None = None
) -> int:
    """Run a command line and return the exit status.

    Args:
        whole: its parser.
        trade: what kind of authority it is about.
        argv: what was typed behind the program.
        site: what to work on instead of what `--data` names.

    Returns:
        0 done, 1 refused; argparse leaves with 2 where the usage is wrong.
    """
    for word in argv:
        if not word.isprintable() and any("\ud800" <= one <= "\udfff" for one in word):
            whole.error(f"{word!a} is not text in UTF-8")
    given = whole.parse_args(argv)
    given.site, given.trade, given.parser = site, trade, whole
    printer = Printer(as_json=given.json, terminal=look(sys.stdout, sys.stderr))
    try:
        status: int = given.run(given, printer)
    except (AdminRefused, ServiceError) as refused:
        printer.refuse(f"{whole.prog}: {refused}")
        return REFUSED
    return status
