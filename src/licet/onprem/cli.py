"""The command line `licet onprem`."""

import argparse
import sys
from collections.abc import Sequence

from licet.onprem.grammar import (
    AT_THE_MANAGER,
    add_accounts,
    add_catalog,
    add_pki,
    add_privacy,
    add_sync,
)
from licet.onprem.serve import add_serve
from licet.shell.completion import add_completion
from licet.shell.grammar.accounts import add_tokens, add_virtual_accounts
from licet.shell.grammar.instances import add_alerts, add_clones, add_events, add_instances
from licet.shell.grammar.licenses import add_licenses
from licet.shell.keeping import add_backup, add_migrate
from licet.shell.options import Groups
from licet.shell.printer import Printer
from licet.shell.program import REFUSED, Group, make_parser, run_program
from licet.shell.reference import actions_of, commands_of
from licet.shell.site import ON_PREM
from licet.shell.terminal import look

PROGRAM = "licet onprem"
# What these call a smart account is a local account here.
_SHARED = (
    add_virtual_accounts,
    add_tokens,
    add_licenses,
    add_instances,
    add_clones,
    add_alerts,
    add_events,
)


def main(argv: Sequence[str]) -> int:
    """Run `licet onprem` with its arguments and return the exit status.

    Args:
        argv: what was typed behind `licet onprem`.

    Returns:
        0 done, 1 refused; argparse leaves with 2 where the usage is wrong.
    """
    elsewhere = AT_THE_MANAGER.get(" ".join(argv[:2]))
    if elsewhere is not None and "--help" not in argv:
        # Whatever else was typed is for the manager's parser.
        Printer(terminal=look(sys.stdout, sys.stderr)).refuse(f"{PROGRAM}: {elsewhere}")
        return REFUSED
    return run_program(parser(), ON_PREM, argv)


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line; completion and the reference read it too."""
    groups: tuple[Group, ...] = (
        add_serve,
        add_accounts,
        add_sync,
        add_privacy,
        _add_shared,
        add_catalog,
        add_pki,
        add_backup,
        add_migrate,
        add_completion,
    )
    return make_parser(PROGRAM, "An on-prem: local accounts, and their synchronization.", groups)


def _add_shared(groups: Groups) -> None:
    before = set(groups.choices)
    for add in _SHARED:
        add(groups)
    for name in set(groups.choices) - before:
        _reword(groups.choices[name])
    _reword_list(groups)


def _reword(noun: argparse.ArgumentParser) -> None:
    noun.description = _local(noun.description)
    for _, command in commands_of(noun):
        command.description = _local(command.description)
        for action in actions_of(command):
            action.help = _local(action.help)
            if "--account" in action.option_strings:
                action.help = "local account, by its name (default: the only one)"
    for action in actions_of(noun):
        if isinstance(action.choices, dict):
            _reword_list(action)


def _reword_list(groups: argparse.Action) -> None:
    """Reword the list of commands in a help text."""
    listed: list[argparse.Action] = groups._choices_actions  # type: ignore[attr-defined] # noqa: SLF001 - no public way
    for one in listed:
        one.help = _local(one.help)


def _local(text: str | None) -> str | None:
    return None if text is None else text.replace("smart account", "local account")
