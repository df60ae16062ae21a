"""Declares `licet sync`: what a file of synchronization says, and what applying it would change."""

import argparse
import importlib
from pathlib import Path

from licet.shell.options import DIRECTORIES, FILES, Groups, Run, sentence
from licet.shell.printer import Printer


def add_show(groups: Groups) -> None:
    """Add `show`."""
    text = "print what a file of registration or synchronization says; needs no authority"
    parser = _command(groups, "show", "sync_show.show", text)
    _data(parser, required=False, text="check its signature with the keys of this authority")
    parser.add_argument(
        "--items", action="store_true", help="list what it holds instead, one item a line"
    )
    parser.epilog = "Example: licet sync show license-sync-request-Plant_20261101-7.yml"


def add_diff(groups: Groups) -> None:
    """Add `diff`."""
    text = "print what applying a file of synchronization would change; changes nothing"
    parser = _command(groups, "diff", "sync_diff.diff", text)
    _data(parser, required=True, text="data directory of the authority that the file is for")
    parser.epilog = (
        "Example: licet sync diff license-sync-request-Plant_20261101-7.yml --data /var/lib/licet"
    )


def _command(groups: Groups, name: str, act: str, text: str) -> argparse.ArgumentParser:
    parser = groups.add_parser(name, help=text, description=sentence(text), allow_abbrev=False)
    parser.set_defaults(run=_later(act))
    file = parser.add_argument("file", metavar="FILE", type=Path, help="the file")
    file.complete = FILES  # type: ignore[attr-defined]
    parser.add_argument("--json", action="store_true", help="print JSON, with the same fields")
    return parser


def _data(parser: argparse.ArgumentParser, *, required: bool, text: str) -> None:
    data = parser.add_argument("--data", metavar="DIR", type=Path, required=required, help=text)
    data.complete = DIRECTORIES  # type: ignore[attr-defined]


def _later(act: str) -> Run:
    """Return a command that loads its module when it is run, and not before."""
    module, _, name = act.partition(".")

    def run(given: argparse.Namespace, printer: Printer) -> int:
        function = getattr(importlib.import_module(f"licet.shell.{module}"), name)
        status: int = function(given, printer)
        return status

    run.__qualname__ = f"licet.shell.{act}"
    return run
