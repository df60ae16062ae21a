"""What `pki` does: shows the keys and certificates of local accounts, and makes a new key for ID tokens."""

import argparse

from licet.admin.refusal import AdminRefused
from licet.ledger.sites import LocalAccount
from licet.onprem.accounts import named
from licet.onprem.office import Office
from licet.pki.authority import AuthorityKeys, rotate_master_key
from licet.shell.asking import confirm
from licet.shell.certificates import certificate_row, https_row, keys_record, root_rows
from licet.shell.options import DONE
from licet.shell.printer import Printer
from licet.shell.values import Record

_RENEWED = "renewed at every synchronization"


def status(office: Office, given: argparse.Namespace, printer: Printer) -> int:
    """Show keys, certificates and when they end."""
    account = _registered(office, given.account)
    printer.record(_describe(office, account, office.keyring(account.id).current()))
    return DONE


def rotate_token_key(office: Office, given: argparse.Namespace, printer: Printer) -> int:
    """Make a new master key for the ID tokens of a local account."""
    account = _registered(office, given.account)
    confirm(
        f"This makes a new master key for the ID tokens of '{account.name}'; tokens that exist live "
        "on until they end.",
        yes=given.yes,
    )
    # Whoever synchronizes holds the keys meanwhile, and writes them back.
    with office.alone(account):
        keyring = office.keyring(account.id)
        keys = keyring.change(lambda keys: rotate_master_key(keys, chance=office.chance))
    printer.done(
        f"New ID tokens of '{account.name}' are made with master key {keys.master_keys[-1][0]}. A "
        "server that runs takes it up with its next message.",
        _describe(office, account, keys),
    )
    return DONE


def _registered(office: Office, name: str | None) -> LocalAccount:
    account = named(office, name)
    if not office.data.account_file(account.id).exists():
        raise AdminRefused(
            f"'{account.name}' is {account.state}, and has no certificates; account show says more"
        )
    return account


def _describe(office: Office, account: LocalAccount, keys: AuthorityKeys) -> Record:
    own, above = keys.issuing_chain[0], keys.issuing_chain[1:]
    rows = [*root_rows(keys)]
    rows += [certificate_row("issuing CA of the manager", der, None) for der in above]
    rows.append(certificate_row("issuing CA", own, _RENEWED))
    rows.append(
        certificate_row("answers", keys.answer_chain[0], f"{_RENEWED}; ends with the lease")
    )
    if keys.sync is not None:
        rows.append(certificate_row("synchronization", keys.sync.chain[0], _RENEWED))
    rows.append(https_row(office.data))
    # A key file has the name that the account had when it was registered.
    return {**keys_record(keys), "name": account.name, "certificates": rows}
