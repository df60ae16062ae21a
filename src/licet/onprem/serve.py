"""`licet onprem serve`: the on-prem that devices talk to."""

import argparse

from licet.shell.options import DONE, Groups
from licet.shell.printer import Printer
from licet.shell.serve import SERVED, add_serve_command, add_serve_settings


def add_serve(groups: Groups) -> None:
    """Add `serve`."""
    parser = add_serve_command(groups, run)
    parser.add_argument(
        "--site",
        dest="site_name",
        metavar="NAME",
        help="name of the on-prem, in the names of its files, for its first start "
        "(default: what the first --name begins with)",
    )
    add_serve_settings(parser)


def run(given: argparse.Namespace, printer: Printer) -> int:
    """Serve until told to stop.

    Raises:
        ServiceError: it could not begin.
    """
    # Other commands start without these.
    from licet.onprem.staff import ON_PREM  # noqa: PLC0415
    from licet.shell.serving import stand  # noqa: PLC0415

    # Elsewhere `given.site` is what a command works on; there is nothing yet where this one begins.
    given.site = given.site_name
    stand(given, (*SERVED, "site"), ON_PREM, printer)
    return DONE
