"""What `onprem` does with files: New On-Prem and File Sync of the source document."""

import argparse
from collections.abc import Callable
from datetime import datetime

from licet.admin.enrolling import enroll_by_hand
from licet.admin.on_prems import find_on_prem
from licet.admin.refusal import AdminRefused
from licet.kernel.ids import AuthorityId
from licet.ledger.ports import Work
from licet.ledger.sites import Letter, OnPrem, Road
from licet.shell.document_files import open_file, write_out
from licet.shell.finding import account_of
from licet.shell.printer import Printer
from licet.shell.site import Site
from licet.shell.sync_said import name_changes, say_request, tell_request
from licet.sync.exchange import answer_request
from licet.sync.upward import response_name
from licet.wire.sites import REGISTRATION_AUTHORIZATION, SYNC_RESPONSE


def add(site: Site, given: argparse.Namespace, printer: Printer) -> None:
    """Register an on-prem by its file, and write the authorization."""
    account = (
        site.look(lambda work: account_of(site, work, given.account)) if given.account else None
    )
    keys = site.keys()
    with open_file(given.file) as file:
        enrolled = enroll_by_hand(
            site.store,
            keys,
            file,
            account=account.name if account else None,
            removal_days=given.removal_days,
            who=site.who,
            now=site.now,
            chance=site.chance,
        )
    on_prem = enrolled.on_prem
    name = f"license-registration-authorization-{on_prem.name}.yml"
    path = write_out(
        given.output, name, REGISTRATION_AUTHORIZATION, enrolled.authorization, _is_over(site)
    )
    place = site.look(lambda work: work.virtual_account(on_prem.virtual_account))
    where = place.name if place else on_prem.virtual_account
    was = "was registered before" if enrolled.again else "is registered"
    printer.done(
        f"'{on_prem.name}' {was}, with the virtual account '{where}'.\n"
        f"Fingerprint: {enrolled.fingerprint}\n"
        "The on-prem shows a fingerprint when it takes the authorization; it must be this one.\n"
        f"The authorization is in {path}: carry it to the on-prem.",
        {
            "name": on_prem.name,
            "virtual_account": where,
            "local_account": on_prem.local_account,
            "fingerprint": enrolled.fingerprint,
            "file": str(path),
            "again": enrolled.again,
            "removal_days": on_prem.removal_days,
            "id": on_prem.id,
        },
    )


def response(site: Site, given: argparse.Namespace, printer: Printer) -> None:
    """Write the last response to an on-prem again."""

    def read(work: Work) -> tuple[OnPrem, Letter | None]:
        account = account_of(site, work, given.account)
        on_prem = find_on_prem(work, account.id, given.name)
        return on_prem, work.letter(on_prem.id)

    on_prem, letter = site.look(read)
    if letter is None:
        raise AdminRefused(f"'{on_prem.name}' has had no response yet; it has not synchronized")
    name = response_name(on_prem.name, on_prem.last_down_at or site.now, letter.number)
    path = write_out(given.output, name, SYNC_RESPONSE, letter.text, _is_over(site))
    printer.done(
        f"The response to request {letter.number} of '{on_prem.name}' is in {path}: carry it to the "
        "on-prem.",
        {"name": on_prem.name, "request": letter.number, "file": str(path)},
    )


def sync(site: Site, given: argparse.Namespace, printer: Printer) -> None:
    """Apply a request that came as a file, and write the response."""
    with open_file(given.file) as file:
        answered = answer_request(
            site.store, site.keys(), file, road=Road.FILE, now=site.now, chance=site.chance
        )
    on_prem, letter = answered.on_prem, answered.letter
    written_at: datetime = on_prem.last_down_at or site.now
    name = response_name(answered.name, written_at, letter.number)
    path = write_out(given.output, name, SYNC_RESPONSE, letter.text, _is_over(site))
    if printer.as_json:
        printer.record({**tell_request(answered), "file": str(path)})
        return
    printer.say(say_request(answered))
    name_changes(answered, printer)
    printer.say(f"The response is in {path}: carry it to the on-prem.")


def _is_over(site: Site) -> Callable[[AuthorityId], bool]:
    """Return what tells whether an on-prem was removed: its files give way to those of another one."""

    def look(asked: AuthorityId) -> bool:
        on_prem = site.look(lambda work: work.on_prem(asked))
        return on_prem is not None and on_prem.removed_at is not None

    return look
