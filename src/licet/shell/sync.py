"""The command line `licet sync`: the files that an on-prem and its manager exchange, looked at."""

import argparse
from collections.abc import Sequence

from licet.shell.grammar.sync import add_diff, add_show
from licet.shell.program import make_parser, run_program
from licet.shell.site import MANAGER

PROGRAM = "licet sync"


def main(argv: Sequence[str]) -> int:
    """Run `licet sync` with its arguments and return the exit status.

    Args:
        argv: what was typed behind `licet sync`.

    Returns:
        0 done, 1 refused; argparse leaves with 2 where the usage is wrong.
    """
    return run_program(parser(), MANAGER, argv)


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    text = "The files that an on-prem and its manager exchange, looked at before they are applied."
    return make_parser(PROGRAM, text, (add_show, add_diff))
