"""The command line `licet manager`."""

import argparse
from collections.abc import Sequence

from licet.manager.keeping import add_pki
from licet.manager.on_prem_grammar import add_onprem
from licet.manager.serve import add_serve
from licet.shell.completion import add_completion
from licet.shell.grammar import groups as administration
from licet.shell.keeping import add_backup, add_migrate
from licet.shell.program import Group, make_parser, run_program
from licet.shell.site import MANAGER, Site

PROGRAM = "licet manager"
GROUPS: tuple[Group, ...] = (
    add_serve,
    *administration.GROUPS,
    add_onprem,
    add_pki,
    add_backup,
    add_migrate,
    add_completion,
)


def main(argv: Sequence[str], *, site: Site | None = None) -> int:
    """Run `licet manager` with its arguments and return the exit status.

    Args:
        argv: what was typed behind `licet manager`.
        site: what to work on instead of what `--data` names.

    Returns:
        0 done, 1 refused; argparse leaves with 2 where the usage is wrong.
    """
    return run_program(parser(), MANAGER, argv, site=site)


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line; completion and the reference read it too."""
    return make_parser(PROGRAM, "A standing manager.", GROUPS)
