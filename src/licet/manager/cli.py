"""The command line `licet manager`."""

import argparse
from collections.abc import Callable, Sequence
from typing import TypeAlias

from licet.admin.refusal import AdminRefused
from licet.service.problems import ServiceError
from licet.shell.printer import Printer

DONE, REFUSED = 0, 1
# Each adds its commands to the parser, with `set_defaults(run=...)`: a function of what was typed
# and where to print, that returns the exit status.
Groups: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
GROUPS: tuple[Callable[[Groups], None], ...] = ()


def main(argv: Sequence[str]) -> int:
    """Run `licet manager` with its arguments and return the exit status.

    Returns:
        0 done, 1 refused; argparse leaves with 2 where the usage is wrong.
    """
    given = parser().parse_args(argv)
    printer = Printer(as_json=given.json)
    try:
        status: int = given.run(given, printer)
    except (AdminRefused, ServiceError) as refused:
        printer.refuse(f"licet manager: {refused}")
        return REFUSED
    return status


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line; completion and the reference read it too."""
    whole = argparse.ArgumentParser(prog="licet manager", description="A standing manager.")
    groups = whole.add_subparsers(metavar="command", required=True)
    for add in GROUPS:
        add(groups)
    return whole
