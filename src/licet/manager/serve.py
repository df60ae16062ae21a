"""`licet manager serve`: the manager that devices talk to."""

import argparse

from licet.shell.options import DONE, Groups
from licet.shell.printer import Printer
from licet.shell.serve import SERVED, add_serve_command, add_serve_settings


def add_serve(groups: Groups) -> None:
    """Add `serve`."""
    parser = add_serve_command(groups, run)
    parser.add_argument(
        "--authority", metavar="NAME", help="name of the authority, for its first start"
    )
    add_serve_settings(parser)


def run(given: argparse.Namespace, printer: Printer) -> int:
    """Serve until told to stop.

    Raises:
        ServiceError: it could not begin.
    """
    # Other commands start without these.
    from licet.manager.staff import MANAGER  # noqa: PLC0415
    from licet.shell.serving import stand  # noqa: PLC0415

    stand(given, (*SERVED, "authority"), MANAGER, printer)
    return DONE
