"""What `privacy` does: shows and sets what a local account withholds from its manager."""

import argparse

from licet.admin.local_accounts import find_local_account, set_privacy
from licet.admin.refusal import AdminRefused
from licet.ledger.ports import Work
from licet.ledger.sites import LocalAccount, Privacy
from licet.ledger.works import work_in
from licet.onprem.accounts import named
from licet.onprem.office import Office
from licet.onprem.words import NONE, WITHHELD, withheld
from licet.shell.options import DONE
from licet.shell.printer import Printer
from licet.shell.values import Record


def show(office: Office, given: argparse.Namespace, printer: Printer) -> int:
    """Show what is withheld."""
    printer.record(_told(named(office, given.account)))
    return DONE


def set_(office: Office, given: argparse.Namespace, printer: Printer) -> int:
    """Say what is withheld from now on."""
    privacy = _read(given.withhold)

    def job(work: Work) -> LocalAccount:
        account = find_local_account(work, given.account)
        now = office.clock.now()
        return set_privacy(work, account, privacy=privacy, who=office.who, now=now)

    # Nothing that was written before leaves once this is done.
    with office.alone(named(office, given.account)):
        account = work_in(office.store, job)
        if account.outstanding is None:
            office.forget_request(account.id)
    words = ", ".join(withheld(account.privacy)) or "nothing"
    text = f"'{account.name}' withholds {words}; the next synchronization is a full one"
    printer.done(text, _told(account))
    return DONE


def _read(text: str) -> Privacy:
    words = [word.strip().casefold() for word in text.split(",")]
    if words == [NONE]:
        return Privacy()
    unknown = [word for word in words if word not in WITHHELD]
    if unknown:
        raise AdminRefused(
            f"--withhold {unknown[0]!r}: give {', '.join(WITHHELD)}, with commas between, or {NONE}"
        )
    return Privacy(**{WITHHELD[word]: True for word in words})


def _told(account: LocalAccount) -> Record:
    held = {field: getattr(account.privacy, field) for field in WITHHELD.values()}
    return {"name": account.name, **{f"{field}_withheld": value for field, value in held.items()}}
