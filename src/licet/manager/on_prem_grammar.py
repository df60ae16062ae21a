"""Declares `licet manager onprem`: the on-prems that stand in for this manager on sites of their own."""

import argparse
from pathlib import Path

from licet.shell.options import FILES, Groups, Noun, of_account, of_list

_ROOM = "licet.manager"
_NAME = "on-prem, by its name"


def add_onprem(groups: Groups) -> None:
    """Add `onprem`."""
    text = "on-prems: authorities on sites of their own, that synchronize with this manager"
    noun = Noun(groups, "onprem", text, room=_ROOM)
    _add_looks(noun)
    _add_registration(noun)
    sync = noun.verb(
        "sync",
        "on_prem_files.sync",
        "apply a synchronization request that came as a file, and write the response",
    )
    sync.epilog = "Example: licet manager onprem sync license-sync-request-Plant_20261101-7.yml"
    _file(sync.add_argument("file", metavar="FILE", type=Path, help="what the on-prem has written"))
    _output(sync, "license-sync-response-<Name>_<YYYYMMDD>-<n>.yml")
    again = _verb(
        noun,
        "response",
        "on_prem_files.response",
        "write the last response to an on-prem again, also for one that was set back to an older state",
        "licet manager onprem response Plant",
    )
    _name(again)
    _output(again, "license-sync-response-<Name>_<YYYYMMDD>-<n>.yml")
    cut = _verb(
        noun,
        "cut",
        "on_prem_changes.cut",
        "let licenses that were taken out of an on-prem count at once, though it may go on using them",
        "licet manager onprem cut Plant --force",
    )
    _name(cut)
    cut.add_argument(
        "--force", action="store_true", help="do it; without this, only say what is at risk"
    )
    _yes(cut)
    days = _verb(
        noun,
        "removal-days",
        "on_prem_changes.removal_days",
        "set after how many days without synchronization an on-prem is removed",
        "licet manager onprem removal-days Plant 180",
    )
    _name(days)
    days.add_argument("days", metavar="DAYS", type=int, help="1 to 364; from its next lease on")
    removed = _verb(
        noun,
        "remove",
        "on_prem_changes.remove",
        "remove an on-prem: its products must register again",
        "licet manager onprem remove Plant",
    )
    _name(removed)
    _yes(removed)


def _add_looks(noun: Noun) -> None:
    listed = noun.verb(
        "list", "on_prems.list_", "list the on-prems, by name", of_account(), of_list()
    )
    listed.add_argument(
        "--removed", action="store_true", help="those that were removed and may still use a lease"
    )
    _name(
        _verb(
            noun,
            "show",
            "on_prems.show",
            "show an on-prem: its lease, what waits for it, and what it withholds",
            "licet manager onprem show Plant --json",
        )
    )
    history = noun.verb(
        "history",
        "on_prems.history",
        "list the synchronizations of an on-prem, the newest first",
        of_account(),
        of_list(),
    )
    _name(history)


def _add_registration(noun: Noun) -> None:
    invited = _verb(
        noun,
        "invite",
        "on_prem_changes.invite_",
        "make a one-time code with which an on-prem registers over the network, and print it",
        "licet manager onprem invite --virtual-account Plant --days 3",
    )
    invited.add_argument(
        "--virtual-account",
        metavar="NAME",
        required=True,
        help="what is to be its own: an empty virtual account, or a new one",
    )
    _removal_days(invited)
    invited.add_argument(
        "--days", metavar="N", type=int, default=7, help="the code lives so long (default: 7)"
    )
    noun.verb(
        "invitations",
        "on_prems.invitations",
        "list the codes that were made, the newest first; not their texts",
        of_account(),
        of_list(),
    )
    added = _verb(
        noun,
        "add",
        "on_prem_files.add",
        "register an on-prem whose registration request came as a file, and write the authorization",
        "licet manager onprem add license-registration-request-Plant.yml",
    )
    _file(
        added.add_argument("file", metavar="FILE", type=Path, help="what the on-prem has written")
    )
    _removal_days(added)
    _output(added, "license-registration-authorization-<Name>.yml")


def _verb(noun: Noun, name: str, act: str, text: str, example: str) -> argparse.ArgumentParser:
    parser = noun.verb(name, act, text, of_account())
    parser.epilog = f"Example: {example}"
    return parser


def _name(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help=_NAME)


def _removal_days(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--removal-days",
        metavar="N",
        type=int,
        default=90,
        help="it is removed after so many days without synchronization (default: 90; up to 364)",
    )


def _output(parser: argparse.ArgumentParser, name: str) -> None:
    _file(
        parser.add_argument(
            "--output", metavar="FILE", type=Path, help=f"file or directory (default: {name})"
        )
    )


def _yes(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--yes", action="store_true", help="do not ask")


def _file(argument: argparse.Action) -> None:
    argument.complete = FILES  # type: ignore[attr-defined]
