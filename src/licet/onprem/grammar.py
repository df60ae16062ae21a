"""The administrator's commands that only an on-prem has: what each takes, and the function that does it."""

import argparse
import importlib
from pathlib import Path

from licet.admin.refusal import AdminRefused
from licet.onprem.words import ACCOUNT, EVERY, WITHHELD
from licet.shell.options import FILES, Groups, Noun, Run, of_list
from licet.shell.printer import Printer

AT_THE_MANAGER = {
    "account open": "smart accounts are opened at the manager (licet manager account open); here a "
    "local account is requested for one of their virtual accounts: account request",
    "catalog import": "the catalog is kept at the manager (licet manager catalog import), and comes "
    "with the next synchronization",
    "order add": "licenses are bought for the manager (licet manager order add), transferred into the "
    "virtual account of this on-prem, and come with the next synchronization",
}


def later(act: str) -> Run:
    """Return a command that loads its module when it is run, and not before.

    Args:
        act: `module.function` in this room, that takes the office, what was typed, and the printer,
            and returns the exit status.
    """
    module, _, name = act.rpartition(".")

    def run(given: argparse.Namespace, printer: Printer) -> int:
        from licet.onprem.opening import opened  # noqa: PLC0415 - only what is run is loaded

        function = getattr(importlib.import_module(f"licet.onprem.{module}"), name)
        with opened(given.data) as office:
            status: int = function(office, given, printer)
        return status

    run.__qualname__ = f"licet.onprem.{act}"
    return run


def add_accounts(groups: Groups) -> None:
    """Add `account`."""
    noun = Noun(groups, "account", "local accounts: each an authority of its own for its products")
    asked = _verb(noun, "request", "accounts.request", "request a local account")
    asked.add_argument("name", metavar="NAME", help="what people call it here")
    asked.add_argument(
        "--smart-account",
        metavar="NAME",
        required=True,
        help="at the manager, in exactly its spelling",
    )
    asked.add_argument(
        "--virtual-account",
        metavar="NAME",
        required=True,
        help="in that smart account; it is opened where it is missing, and must be empty otherwise",
    )
    asked.add_argument(
        "--email", metavar="ADDRESS", default="", help="who is told; for the manager"
    )
    asked.add_argument(
        "--satellite-name",
        metavar="NAME",
        help="what the manager calls it, in its lists and in names of files (default: the name of "
        "this on-prem)",
    )
    _verb(noun, "list", "accounts.list_", "list the local accounts", of_list())
    text = "list the requests that wait for an approval or an authorization"
    _verb(noun, "requests", "accounts.requests", text, of_list())
    _about(_verb(noun, "show", "accounts.show", "show a local account"))
    refused = _verb(noun, "refuse", "accounts.refuse", "refuse a request")
    _about(refused)
    _reason(refused)
    _add_registration(noun)
    text = "end a local account whose products are all removed, and synchronized"
    ended = _verb(noun, "deactivate", "accounts.deactivate", text)
    _about(ended)
    _reason(ended)
    ended.add_argument(
        "--abandon",
        action="store_true",
        help="though it has products, or its manager cannot be told; asks before",
    )
    _yes(ended)
    text = "delete a local account that was refused or deactivated, with its keys"
    deleted = _verb(noun, "delete", "accounts.delete", text)
    _about(deleted)
    _yes(deleted)
    _elsewhere(noun, "account", "open")


def _add_registration(noun: Noun) -> None:
    text = "approve a request, and register it with the manager: over the network, or by files"
    approved = _verb(noun, "approve", "registration.approve", text)
    _about(approved)
    _manager(approved, required=False)
    approved.add_argument(
        "--code", metavar="CODE", help="one-time code of the manager (licet manager onprem invite)"
    )
    approved.add_argument(
        "--manual", action="store_true", help="write the registration file instead, to be carried"
    )
    _output(approved, "with --manual: file or directory to write to")
    text = "take the authorization file that the manager wrote"
    taken = _verb(noun, "authorize", "registration.authorize", text)
    _file(taken)
    taken.add_argument(
        "--fingerprint", metavar="TEXT", help="the fingerprint that the manager shows"
    )
    text = "say how the manager of a local account is reached from now on; what is not given stays"
    reached = _verb(noun, "reach", "registration.reach", text)
    _about(reached)
    _manager(reached, required=False)
    reached.add_argument("--by-file", action="store_true", help="not over the network any more")


def add_sync(groups: Groups) -> None:
    """Add `sync`."""
    noun = Noun(groups, "sync", "synchronization with the manager, over the network or by files")
    _verb(noun, "list", "sync_views.list_", "list how each local account stands", of_list())
    now = _verb(noun, "now", "sync_commands.now", "synchronize over the network now")
    _maybe(now, "all that have a manager on the network")
    _full(now)
    asked = _verb(
        noun, "request", "sync_commands.request", "write the file that goes to the manager"
    )
    _maybe(asked)
    _full(asked)
    asked.add_argument(
        "--new", action="store_true", help="a new one, though one waits for its response"
    )
    _output(asked, "file or directory to write to")
    answered = _verb(noun, "response", "sync_commands.response", "apply the file of the manager")
    _file(answered)
    _maybe(_verb(noun, "status", "sync_views.status", "show all about the synchronization"))
    text = "list what was synchronized, the newest first"
    _maybe(_verb(noun, "history", "sync_views.history", text, of_list()))
    timed = _verb(noun, "schedule", "sync_commands.schedule", "say how often it is done by itself")
    _maybe(timed)
    timed.add_argument("every", choices=EVERY, help="how often")


def add_privacy(groups: Groups) -> None:
    """Add `privacy`."""
    noun = Noun(groups, "privacy", "data privacy: what does not go up to the manager")
    _maybe(_verb(noun, "show", "privacy.show", "show what is withheld"))
    text = "say what is withheld from now on, over the network and in files alike"
    told = _verb(noun, "set", "privacy.set_", text)
    _maybe(told)
    told.add_argument(
        "--withhold",
        metavar="WHAT",
        required=True,
        help=f"{', '.join(WITHHELD)}, with commas between; or none",
    )


def add_pki(groups: Groups) -> None:
    """Add `pki`."""
    noun = Noun(groups, "pki", "keys and certificates of local accounts")
    text = "show keys, certificates and when they end"
    _maybe(_verb(noun, "status", "pki.status", text))
    text = "make a new master key for ID tokens; older tokens live on until they end"
    rotated = _verb(noun, "rotate-token-key", "pki.rotate_token_key", text)
    _maybe(rotated)
    _yes(rotated)


def add_catalog(groups: Groups) -> None:
    """Add `catalog`, and `order`: what is done at the manager says so."""
    noun = Noun(
        groups, "catalog", "the products and licenses that there are, as the manager has them"
    )
    noun.verb("list", "catalog.list_", "list the licenses in the catalog", of_list())
    _elsewhere(noun, "catalog", "import")
    _elsewhere(Noun(groups, "order", "orders: entered at the manager"), "order", "add")


def _verb(
    noun: Noun, name: str, act: str, text: str, *parents: argparse.ArgumentParser
) -> argparse.ArgumentParser:
    parser = noun.verb(name, act, text, *parents)
    parser.set_defaults(run=later(act))
    return parser


def _elsewhere(noun: Noun, word: str, verb: str) -> None:
    """Add a command of the manager that people look for here."""

    def run(_: argparse.Namespace, __: Printer) -> int:
        raise AdminRefused(AT_THE_MANAGER[f"{word} {verb}"])

    parser = noun.verb(verb, verb, "say where this is done: at the manager")
    parser.set_defaults(run=run)
    parser.add_argument("words", nargs="*", metavar="WORD", help="whatever the manager takes")


def _about(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("account", metavar="NAME", help=ACCOUNT)


def _maybe(parser: argparse.ArgumentParser, default: str = "the only one") -> None:
    parser.add_argument(
        "account", metavar="NAME", nargs="?", help=f"{ACCOUNT} (default: {default})"
    )


def _reason(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--reason", metavar="TEXT", default="", help="why, for who requested it")


def _yes(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--yes", action="store_true", help="do it without asking")


def _full(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--full", action="store_true", help="everything, not only what changed")


def _manager(parser: argparse.ArgumentParser, *, required: bool) -> None:
    parser.add_argument(
        "--manager", metavar="URL", required=required, help="such as https://manager.example.com"
    )
    certificates = parser.add_argument(
        "--ca",
        metavar="FILE",
        type=Path,
        help="PEM of who signed the manager's TLS certificate; or system: those that it trusts",
    )
    certificates.complete = FILES  # type: ignore[attr-defined]
    parser.add_argument(
        "--proxy",
        metavar="URL",
        help="HTTP proxy on the way: http://[USER:PASSWORD@]HOST:PORT; or none",
    )


def _output(parser: argparse.ArgumentParser, text: str) -> None:
    added = parser.add_argument(
        "--output", metavar="FILE", type=Path, help=f"{text} (default: its usual name, here)"
    )
    added.complete = FILES  # type: ignore[attr-defined]


def _file(parser: argparse.ArgumentParser) -> None:
    added = parser.add_argument("file", metavar="FILE", type=Path, help="as it came")
    added.complete = FILES  # type: ignore[attr-defined]
