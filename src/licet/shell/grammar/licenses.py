"""What there is, what was bought, and how it stands."""

import argparse

from licet.shell.grammar.words import ALL_PLACES, DEFAULT_PLACE, LICENSE
from licet.shell.options import FILES, Groups, Noun, of_account, of_list, of_place

KINDS = ("PERPETUAL", "TERM", "SUBSCRIPTION", "DEMO")


def add_catalog(groups: Groups) -> None:
    """Add `catalog`."""
    noun = Noun(groups, "catalog", "the products and licenses that there are")
    imported = noun.verb(
        "import", "catalog.import_", "put the products and licenses of a file into the catalog"
    )
    source = imported.add_mutually_exclusive_group(required=True)
    _file(source.add_argument("file", metavar="FILE", nargs="?", help="a JSON document"))
    source.add_argument(
        "--sample", action="store_true", help="the sample catalog that ships with Licet"
    )
    noun.verb("list", "catalog.list_", "list the licenses in the catalog", of_list())


def add_orders(groups: Groups) -> None:
    """Add `order`."""
    noun = Noun(groups, "order", "orders: the licenses that were bought")
    imported = noun.verb(
        "import",
        "orders.import_",
        "add the licenses of a file of orders, all of them or none",
        of_account(),
        of_place("what a line names, or else the default one"),
    )
    _file(imported.add_argument("file", metavar="FILE", help="CSV or JSON, see the reference"))
    _order(imported, required=False, text="number of the order, where the file names none")
    added = noun.verb(
        "add",
        "orders.add",
        "add the licenses of one order line",
        of_account(),
        of_place(DEFAULT_PLACE),
    )
    added.add_argument("license", metavar="LICENSE", help=LICENSE)
    added.add_argument("quantity", metavar="QUANTITY", type=int, help="how many")
    _order(added, required=True, text="number of the order")
    added.add_argument(
        "--kind",
        type=str.upper,
        choices=KINDS,
        default=KINDS[0],
        help="how long they last (default: PERPETUAL)",
    )
    for name, text in (
        ("starts", "they count from then on (default: now)"),
        ("ends", "they count until then"),
    ):
        added.add_argument(
            f"--{name}", metavar="DATE", help=f"{text}: 2027-01-31, or 2027-01-31T12:00:00Z; UTC"
        )
    noun.verb(
        "list",
        "orders.list_",
        "list what was bought, line by line",
        of_account(),
        of_place(ALL_PLACES),
        of_list(),
    )


def add_licenses(groups: Groups) -> None:
    """Add `license`."""
    noun = Noun(groups, "license", "licenses: purchased, in use, and what is left")
    noun.verb(
        "list",
        "licenses.list_",
        "list the licenses of a smart account and how they stand",
        of_account(),
        of_place(ALL_PLACES),
        of_list(),
    )
    shown = noun.verb("show", "licenses.show", "show how a license stands everywhere", of_account())
    shown.add_argument("license", metavar="LICENSE", help=LICENSE)
    moved = noun.verb(
        "transfer",
        "licenses.transfer",
        "move licenses to another virtual account, the longest term first",
        of_account(),
    )
    moved.add_argument("license", metavar="LICENSE", help=LICENSE)
    moved.add_argument("quantity", metavar="QUANTITY", type=int, help="how many")
    moved.add_argument(
        "--from", dest="source", metavar="NAME", help="virtual account (default: the default one)"
    )
    moved.add_argument("--to", metavar="NAME", required=True, help="virtual account")


def _order(parser: argparse.ArgumentParser, *, required: bool, text: str) -> None:
    parser.add_argument("--order", metavar="NUMBER", required=required, help=text)
    parser.add_argument(
        "--again", action="store_true", help="even if the order was taken before; raises an alert"
    )


def _file(argument: argparse.Action) -> None:
    argument.complete = FILES  # type: ignore[attr-defined]
