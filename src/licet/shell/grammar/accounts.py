"""Smart accounts, virtual accounts, and the ID tokens in them."""

import argparse

from licet.shell.grammar.words import ALL_PLACES, DEFAULT_PLACE
from licet.shell.options import Groups, Noun, of_account, of_list, of_place


def add_accounts(groups: Groups) -> None:
    """Add `account`."""
    noun = Noun(groups, "account", "smart accounts: the customers")
    opened = noun.verb(
        "open", "accounts.open_", "open a smart account, with its default virtual account"
    )
    opened.add_argument("name", metavar="NAME", help="what people call it")
    opened.add_argument(
        "--domain", required=True, help="domain identifier, e.g. example.com; it never changes"
    )
    opened.add_argument(
        "--export-control",
        action="store_true",
        help="allow export-controlled functionality to its products",
    )
    noun.verb("list", "accounts.list_", "list the smart accounts", of_list())
    _about(noun.verb("show", "accounts.show", "show a smart account and what it consists of"))
    renamed = noun.verb("rename", "accounts.rename", "give a smart account another name")
    _about(renamed)
    renamed.add_argument("to", metavar="NEW-NAME", help="its new name")
    _about(
        noun.verb(
            "allow-export-control",
            "accounts.allow_export_control",
            "allow export-controlled functionality to a smart account",
        )
    )
    _about(
        noun.verb(
            "forbid-export-control",
            "accounts.forbid_export_control",
            "forbid export-controlled functionality to a smart account",
        )
    )


def add_virtual_accounts(groups: Groups) -> None:
    """Add `virtual-account`."""
    noun = Noun(groups, "virtual-account", "virtual accounts: the parts of a smart account")
    opened = noun.verb("open", "virtual_accounts.open_", "open a virtual account", of_account())
    opened.add_argument("name", metavar="NAME", help="what people call it")
    opened.add_argument("--description", metavar="TEXT", default="", help="what it is for")
    noun.verb(
        "list", "virtual_accounts.list_", "list the virtual accounts", of_account(), of_list()
    )
    renamed = noun.verb(
        "rename", "virtual_accounts.rename", "give a virtual account another name", of_account()
    )
    _place(renamed)
    renamed.add_argument("to", metavar="NEW-NAME", help="its new name")
    _place(
        noun.verb(
            "make-default",
            "virtual_accounts.make_default_",
            "make a virtual account the one that is meant where none is named",
            of_account(),
        )
    )
    _place(
        noun.verb(
            "remove",
            "virtual_accounts.remove",
            "remove a virtual account that holds nothing",
            of_account(),
        )
    )


def add_tokens(groups: Groups) -> None:
    """Add `token`."""
    noun = Noun(groups, "token", "ID tokens, with which products register")
    created = noun.verb(
        "create",
        "tokens.create",
        "create an ID token and print its text",
        of_account(),
        of_place(DEFAULT_PLACE),
    )
    created.add_argument("--description", metavar="TEXT", default="", help="what it is for")
    created.add_argument(
        "--days", metavar="N", type=int, default=30, help="it lives so long (default: 30)"
    )
    created.add_argument(
        "--uses", metavar="N", type=int, help="so many products can register (default: unlimited)"
    )
    created.add_argument(
        "--export-controlled",
        action="store_true",
        help="allow export-controlled functionality to products that register with it",
    )
    noun.verb(
        "list",
        "token_list.list_",
        "list ID tokens, the newest first; not their texts",
        of_account(),
        of_place(ALL_PLACES),
        of_list(),
    )
    for name, act, text in (
        ("show", "tokens.show", "show an ID token, and print its text again"),
        ("revoke", "tokens.revoke", "revoke an ID token: it registers nothing any more"),
    ):
        verb = noun.verb(name, act, text, of_account())
        verb.add_argument("token", metavar="TOKEN", help="id of the token, or its first characters")


def _about(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("account", metavar="ACCOUNT", help="smart account: its name or domain")


def _place(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("virtual_account", metavar="NAME", help="virtual account")
