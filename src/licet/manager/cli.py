"""The command line `licet manager`."""

import argparse
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from licet.admin.refusal import AdminRefused
from licet.manager.keeping import add_pki
from licet.manager.serve import add_serve
from licet.service.problems import ServiceError
from licet.shell.completion import add_completion
from licet.shell.grammar import groups as administration
from licet.shell.keeping import add_backup, add_migrate
from licet.shell.options import Groups
from licet.shell.printer import Printer
from licet.shell.terminal import look

if TYPE_CHECKING:
    from licet.shell.site import Site

PROGRAM = "licet manager"
DONE, REFUSED = 0, 1
# Each adds its commands to the parser, with `set_defaults(run=...)`: a function of what was typed
# and where to print, that returns the exit status.
GROUPS: tuple[Callable[[Groups], None], ...] = (
    add_serve,
    *administration.GROUPS,
    add_pki,
    add_backup,
    add_migrate,
    add_completion,
)


def main(argv: Sequence[str], *, site: "Site | None" = None) -> int:
    """Run `licet manager` with its arguments and return the exit status.

    Args:
        argv: what was typed behind `licet manager`.
        site: what to work on instead of what `--data` names.

    Returns:
        0 done, 1 refused; argparse leaves with 2 where the usage is wrong.
    """
    whole = parser()
    for word in argv:
        if not word.isprintable() and any("\ud800" <= one <= "\udfff" for one in word):
            whole.error(f"{word!a} is not text in UTF-8")
    given = whole.parse_args(argv)
    given.site, given.parser = site, whole
    printer = Printer(as_json=given.json, terminal=look(sys.stdout, sys.stderr))
    try:
        status: int = given.run(given, printer)
    except (AdminRefused, ServiceError) as refused:
        printer.refuse(f"{PROGRAM}: {refused}")
        return REFUSED
    return status


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line; completion and the reference read it too."""
    whole = argparse.ArgumentParser(
        prog=PROGRAM, description="A standing manager.", allow_abbrev=False
    )
    groups = whole.add_subparsers(metavar="command", required=True)
    for add in GROUPS:
        add(groups)
    return whole
