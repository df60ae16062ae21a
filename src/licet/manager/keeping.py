"""Declares `licet manager backup`, `verify`, `restore`, `migrate` and `pki`; what they do is loaded when it is run."""

import argparse
import importlib
from pathlib import Path

from licet.shell.options import DIRECTORIES, FILES, Groups, Run, common, sentence
from licet.shell.printer import Printer


def add_backup(groups: Groups) -> None:
    """Add `backup`, `verify` and `restore`."""
    parser = _command(
        groups, "backup", "backup.back_up", "write a checked backup, while the server runs"
    )
    _file(parser, "--to", "file to write; nothing is overwritten", required=True)
    parser.add_argument(
        "--with-keys",
        action="store_true",
        help="put the private keys into it, sealed with a passphrase",
    )
    _passphrase(parser)
    parser = _command(groups, "verify", "backup.verify", "examine a backup; changes nothing")
    _argument(parser, "file", "the backup")
    _passphrase(parser)
    parser = _command(
        groups, "restore", "backup.restore", "make the data directory --data of a backup"
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
    _passphrase(parser)


def add_migrate(groups: Groups) -> None:
    """Add `migrate`."""
    text = "bring the database to this version, while no server runs; `serve` does it too"
    _command(groups, "migrate", "migrating.migrate", text)


def add_pki(groups: Groups) -> None:
    """Add `pki` with its commands."""
    text = "the authority's keys and certificates"
    noun = groups.add_parser("pki", help=text, description=sentence(text))
    noun.set_defaults(noun="pki")
    verbs = noun.add_subparsers(metavar="command", required=True)
    _command(verbs, "status", "pki.status", "show keys, certificates and when they are renewed")
    for name, text in (
        ("rotate-root", "make a new licensing root; products follow by themselves"),
        ("rotate-issuer", "make a new issuing CA under the same root"),
    ):
        parser = _command(verbs, name, f"pki.{name.replace('-', '_')}", text)
        _file(parser, "--root-key", "the root's key, where it is kept off this machine")
        _passphrase(parser)
        _yes(parser)
    text = "make a new master key for ID tokens; older tokens live on until they end"
    _yes(_command(verbs, "rotate-token-key", "pki.rotate_token_key", text))
    text = "move the licensing root's key off this machine"
    parser = _command(verbs, "offline", "pki.offline", text)
    _file(parser, "--to", "file to write; nothing is overwritten", required=True)
    _passphrase(parser)
    _yes(parser)


def later(act: str) -> Run:
    """Return a command that loads its module when it is run, and not before.

    Args:
        act: `module.function` in this room, that takes what was typed and the printer.
    """
    module, _, name = act.partition(".")

    def run(given: argparse.Namespace, printer: Printer) -> int:
        status: int = getattr(importlib.import_module(f"licet.manager.{module}"), name)(
            given, printer
        )
        return status

    run.__qualname__ = act
    return run


def _command(groups: Groups, name: str, act: str, text: str) -> argparse.ArgumentParser:
    parser = groups.add_parser(
        name, help=text, description=sentence(text), parents=[common()], allow_abbrev=False
    )
    parser.set_defaults(run=later(act))
    return parser


def _file(parser: argparse.ArgumentParser, name: str, text: str, *, required: bool = False) -> None:
    added = parser.add_argument(name, metavar="FILE", type=Path, required=required, help=text)
    added.complete = FILES  # type: ignore[attr-defined]


def _argument(parser: argparse.ArgumentParser, name: str, text: str) -> None:
    added = parser.add_argument(name, metavar=name.upper(), type=Path, help=text)
    added.complete = FILES  # type: ignore[attr-defined]


def _passphrase(parser: argparse.ArgumentParser) -> None:
    _file(parser, "--passphrase-file", "a file whose first line is the passphrase")


def _yes(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--yes", action="store_true", help="do it without asking")
