"""What `licet sync diff` prints: what applying a file would change, at a manager or at an on-prem."""

import argparse
from pathlib import Path

from licet.admin.refusal import AdminRefused
from licet.ledger.sites import Road
from licet.shell.document_files import open_file
from licet.shell.options import DONE
from licet.shell.printer import Printer
from licet.shell.site import Site
from licet.shell.sync_either import keys_for, open_either
from licet.shell.sync_said import (
    name_changes,
    say_request,
    say_response,
    tell_request,
    tell_response,
)
from licet.shell.values import Shown
from licet.sync.exchange import answer_request, take_response
from licet.sync.gate import read
from licet.wire.sites import SYNC_RESPONSE, SyncResponse

_NOTHING = "This is what applying it would do; nothing was changed."


def diff(given: argparse.Namespace, printer: Printer) -> int:
    """Print what applying a file would change; nothing is.

    Raises:
        AdminRefused: it would be refused; the text says why.
        ServiceError: the data directory cannot be used.
    """
    with open_either(given.data) as site:
        (_at_on_prem if site.trade.local else _at_manager)(site, given.file, printer)
    printer.say(_NOTHING)
    return DONE


def _at_manager(site: Site, path: Path, printer: Printer) -> None:
    with open_file(path) as file:
        answered = answer_request(
            site.store,
            site.keys(),
            file,
            road=Road.FILE,
            now=site.now,
            chance=site.chance,
            dry=True,
        )
    printer.done(say_request(answered), tell_request(answered))
    if not printer.as_json:
        name_changes(answered, printer)


def _at_on_prem(site: Site, path: Path, printer: Printer) -> None:
    with open_file(path) as file:
        head = read(file, SYNC_RESPONSE).head
        assert isinstance(head, SyncResponse)  # noqa: S101 - `read` saw to it
        keys = keys_for(site, head.site)
        if keys is None:
            raise AdminRefused(
                f"the response is for '{head.name}' ({head.site}), and no such local account is "
                "registered here"
            )
        taken = take_response(
            site.store,
            keys,
            file,
            road=Road.FILE,
            now=site.now,
            keep=lambda _: None,
            dry=True,
        )
    printer.done(say_response(taken), tell_response(taken))
    for change in taken.applied.said if taken.applied and not printer.as_json else ():
        printer.item(Shown(None, "  "), change)
