"""Declares `serve`, with the settings that every standing authority has."""

import argparse
from pathlib import Path

from licet.shell.options import Groups, Run, common, sentence

_TEXT = "serve devices over HTTPS, and do what falls due"
# The settings that are typed by these options.
SERVED = ("listen", "name", "log", "log_level", "ready_file")


def add_serve_command(groups: Groups, run: Run) -> argparse.ArgumentParser:
    """Add `serve`; what only one kind of authority takes is added to what is returned."""
    parser = groups.add_parser(
        "serve", help=_TEXT, description=sentence(_TEXT), parents=[common()], allow_abbrev=False
    )
    # Not given is not the same as the default: a configuration file may say something else.
    parser.set_defaults(run=run, data=None)
    parser.add_argument(
        "--listen",
        metavar="HOST:PORT",
        action="append",
        default=[],
        help="where to serve; may be given several times; port 0 is any free one",
    )
    parser.add_argument(
        "--name",
        metavar="NAME",
        action="append",
        default=[],
        help="DNS name or address that products reach it by; may be given several times",
    )
    return parser


def add_serve_settings(parser: argparse.ArgumentParser) -> None:
    """Add the options that stand last."""
    parser.add_argument("--config", metavar="FILE", type=Path, help="TOML with the same settings")
    parser.add_argument("--log", choices=("text", "json"), help="form of the log lines")
    parser.add_argument(
        "--log-level", choices=("debug", "info", "warning", "error"), help="how much is logged"
    )
    parser.add_argument(
        "--ready-file", metavar="FILE", help="write where it listens there, once it serves"
    )
