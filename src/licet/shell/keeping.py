"""Declares `backup`, `verify`, `restore` and `migrate`; what they do is loaded when it is run."""

import argparse
import importlib
from pathlib import Path

from licet.shell.options import DIRECTORIES, FILES, Groups, Run, common, sentence
from licet.shell.printer import Printer


def add_backup(groups: Groups) -> None:
    """Add `backup`, `verify` and `restore`."""
    parser = command(
        groups, "backup", "shell.backup.back_up", "write a checked backup, while the server runs"
    )
    file_option(parser, "--to", "file to write; nothing is overwritten", required=True)
    parser.add_argument(
        "--with-keys",
        action="store_true",
        help="put the private keys into it, sealed with a passphrase",
    )
    passphrase_option(parser)
    parser = command(groups, "verify", "shell.backup.verify", "examine a backup; changes nothing")
    _argument(parser, "file", "the backup")
    passphrase_option(parser)
    parser = command(
        groups, "restore", "shell.backup.restore", "make the data directory --data of a backup"
    )
    _argument(parser, "file", "the backup")
    keys = parser.add_argument(
        "--keys",
        metavar="DIR",
        type=Path,
        help="a copy of the keys/ directory, where the backup has none",
    )
    keys.complete = DIRECTORIES  # type: ignore[attr-defined]
    parser.add_argument(
        "--name",
        metavar="NAME",
        action="append",
        default=[],
        help="DNS name or address that products reach the new machine by; may be given several times",
    )
    passphrase_option(parser)


def add_migrate(groups: Groups) -> None:
    """Add `migrate`."""
    text = "bring the database to this version, while no server runs; `serve` does it too"
    command(groups, "migrate", "shell.migrating.migrate", text)


def later(act: str) -> Run:
    """Return a command that loads its module when it is run, and not before.

    Args:
        act: `room.module.function`, that takes what was typed and the printer.
    """
    module, _, name = act.rpartition(".")

    def run(given: argparse.Namespace, printer: Printer) -> int:
        status: int = getattr(importlib.import_module(f"licet.{module}"), name)(given, printer)
        return status

    run.__qualname__ = f"licet.{act}"
    return run


def command(groups: Groups, name: str, act: str, text: str) -> argparse.ArgumentParser:
    """Add a command; its own arguments are added to what is returned."""
    parser = groups.add_parser(
        name, help=text, description=sentence(text), parents=[common()], allow_abbrev=False
    )
    parser.set_defaults(run=later(act))
    return parser


def file_option(
    parser: argparse.ArgumentParser, name: str, text: str, *, required: bool = False
) -> None:
    """Add an option that names a file."""
    added = parser.add_argument(name, metavar="FILE", type=Path, required=required, help=text)
    added.complete = FILES  # type: ignore[attr-defined]


def _argument(parser: argparse.ArgumentParser, name: str, text: str) -> None:
    added = parser.add_argument(name, metavar=name.upper(), type=Path, help=text)
    added.complete = FILES  # type: ignore[attr-defined]


def passphrase_option(parser: argparse.ArgumentParser) -> None:
    """Add where a passphrase is read."""
    file_option(parser, "--passphrase-file", "a file whose first line is the passphrase")


def yes_option(parser: argparse.ArgumentParser) -> None:
    """Add the yes that a person says beforehand."""
    parser.add_argument("--yes", action="store_true", help="do it without asking")
