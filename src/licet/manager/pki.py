"""What `licet manager pki` does: shows keys and certificates, rotates them, takes the root's key away."""

import argparse
from collections.abc import Callable
from pathlib import Path

from licet.kernel.chance import SystemChance
from licet.manager.root_key import read_copy, write_copy
from licet.pki.authority import (
    AuthorityKeys,
    answer_due,
    issuer_due,
    rotate_master_key,
)
from licet.pki.authority import (
    rotate_issuer as new_issuer,
)
from licet.pki.authority import (
    rotate_root as new_root,
)
from licet.service.clock import SystemClock
from licet.service.datadir import DataDir, open_data
from licet.service.keyring import Keyring, Step
from licet.service.problems import ServiceError
from licet.service.sealing import check_passphrase
from licet.shell.asking import confirm, passphrase_in
from licet.shell.certificates import certificate_row, day, https_row, keys_record, root_rows
from licet.shell.options import DONE
from licet.shell.printer import Printer
from licet.shell.values import Record

_TAKEN_UP = "A server that runs takes it up with its next message."


def status(given: argparse.Namespace, printer: Printer) -> int:
    """Show keys, certificates and when they are renewed.

    Raises:
        ServiceError: they cannot be read.
    """
    data = open_data(given.data)
    keyring = Keyring.open(data)
    printer.record(_describe(data, keyring))
    if not keyring.root_key_here():
        printer.say("")
        printer.say(
            "The licensing root's key is not on this machine: bring it when the issuing CA is due "
            "(pki rotate-issuer --root-key FILE)."
        )
    return DONE


def rotate_root(given: argparse.Namespace, printer: Printer) -> int:
    """Make a new licensing root.

    Raises:
        ServiceError: not wanted, or the root's key is not there.
    """
    question = (
        "This makes a new licensing root. Products learn it from the next answer that they get; "
        "ID tokens that exist stay good."
    )
    return _rotate(given, printer, question, new_root)


def rotate_issuer(given: argparse.Namespace, printer: Printer) -> int:
    """Make a new issuing CA.

    Raises:
        ServiceError: not wanted, or the root's key is not there.
    """
    question = "This makes a new issuing CA; certificates that products hold stay good."
    return _rotate(given, printer, question, new_issuer)


def rotate_token_key(given: argparse.Namespace, printer: Printer) -> int:
    """Make a new master key for ID tokens.

    Raises:
        ServiceError: not wanted.
    """
    question = (
        "This makes a new master key for ID tokens; tokens that exist live on until they end."
    )
    data = open_data(given.data)
    keyring = Keyring.open(data)
    confirm(question, yes=given.yes)
    keys = keyring.change(lambda keys: rotate_master_key(keys, chance=SystemChance()))
    number = keys.master_keys[-1][0]
    printer.done(
        f"New ID tokens are made with master key {number}. {_TAKEN_UP}", _describe(data, keyring)
    )
    return DONE


def offline(given: argparse.Namespace, printer: Printer) -> int:
    """Move the licensing root's key into a file elsewhere, once the copy was read again.

    Raises:
        ServiceError: not wanted, the file is there already, or it cannot be written.
    """
    data = open_data(given.data)
    keyring = Keyring.open(data)
    to: Path = given.to
    if to.exists() or to.is_symlink():
        raise ServiceError(f"{to}: it is there already; nothing is overwritten")
    if to.resolve().is_relative_to(data.path.resolve()):
        raise ServiceError(
            f"{to}: it lies inside the data directory; name a place off this machine"
        )
    if not keyring.root_key_here():
        raise ServiceError("the licensing root's key is not on this machine already")
    passphrase = None
    if given.passphrase_file is not None:
        passphrase = check_passphrase(passphrase_in(given.passphrase_file))
    confirm(f"This moves the licensing root's key to {to}.", yes=given.yes)
    keyring.remove_root_key(lambda key: write_copy(key, to, passphrase))
    protected = "under the passphrase" if passphrase else "not protected by a passphrase"
    printer.done(
        f"The licensing root's key is in {to}, {protected}, and no longer on this machine.",
        {"root_key": str(to), "encrypted": passphrase is not None, "root_key_here": False},
    )
    return DONE


def _rotate(
    given: argparse.Namespace,
    printer: Printer,
    question: str,
    rotation: Callable[..., AuthorityKeys],
) -> int:
    data = open_data(given.data)
    keyring = Keyring.open(data)
    brought = None
    if given.root_key is not None:
        brought = read_copy(given.root_key, given.passphrase_file)
    elif keyring.root_key_here():
        keyring.read_root_key()
    else:
        raise ServiceError("the licensing root's key is not on this machine; give --root-key FILE")
    confirm(question, yes=given.yes)
    now = SystemClock().now()
    step: Step = lambda keys: rotation(keys, chance=SystemChance(), now=now)  # noqa: E731
    before = keyring.current().root
    keys = keyring.change(step, root_key=brought)
    text = f"Done. {_TAKEN_UP}"
    if brought is not None and keys.root != before:
        text += (
            f" The new root's key is on this machine ({data.root_key}); the old one signs nothing "
            "any more. Take the new one away: licet manager pki offline --to FILE."
        )
    elif keys.root != before:
        text += " Back up the keys: a backup of before does not have the new root."
    printer.done(text, _describe(data, keyring))
    return DONE


def _describe(data: DataDir, keyring: Keyring) -> Record:
    keys = keyring.current()
    root_key_here = keyring.root_key_here()
    needs = "" if root_key_here else "; needs the root key"
    issuing = f"replaced {day(issuer_due(keys))}{needs}"
    answers = f"renewed {day(answer_due(keys))}"
    return {
        **keys_record(keys),
        "root_key_here": root_key_here,
        "issuer_due": issuer_due(keys),
        "answer_due": answer_due(keys),
        "certificates": [
            *root_rows(keys),
            certificate_row("issuing CA", keys.issuing_chain[0], issuing),
            certificate_row("answers", keys.answer_chain[0], answers),
            https_row(data),
        ],
    }
