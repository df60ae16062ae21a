"""`licet manager serve`: the manager that devices talk to."""

import argparse
from pathlib import Path

from licet.shell.options import DONE, Groups, common, sentence
from licet.shell.printer import Printer

_TEXT = "serve devices over HTTPS, and do what falls due"


def add_serve(groups: Groups) -> None:
    """Add `serve`."""
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
    parser.add_argument(
        "--authority", metavar="NAME", help="name of the authority, for its first start"
    )
    parser.add_argument("--config", metavar="FILE", type=Path, help="TOML with the same settings")
    parser.add_argument("--log", choices=("text", "json"), help="form of the log lines")
    parser.add_argument(
        "--log-level", choices=("debug", "info", "warning", "error"), help="how much is logged"
    )
    parser.add_argument(
        "--ready-file", metavar="FILE", help="write where it listens there, once it serves"
    )


def run(given: argparse.Namespace, printer: Printer) -> int:
    """Serve until told to stop.

    Raises:
        ServiceError: it could not begin.
    """
    from licet.manager.standing import stand  # noqa: PLC0415 - other commands start without it

    names = ("data", "listen", "name", "authority", "log", "log_level", "ready_file")
    typed = {name: getattr(given, name) for name in names}
    typed["data"] = None if given.data is None else str(given.data)
    stand(given.config, typed, printer)
    return DONE
