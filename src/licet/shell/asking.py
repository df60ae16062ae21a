"""What a command asks the person who typed it: a yes, a passphrase; a script says it beforehand."""

import getpass
import sys
from pathlib import Path

from licet.service.problems import ServiceError

_PASSPHRASE_FILE_BYTES_MAX = 4096


def confirm(question: str, *, yes: bool) -> None:
    """Pass if the person wants what they typed.

    Args:
        question: what would be done.
        yes: they said so beforehand.

    Raises:
        ServiceError: they do not, or nobody can be asked.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise ServiceError(f"{question} Nobody can be asked here; give --yes to do it")
    sys.stderr.write(f"{question} Type yes: ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().casefold() != "yes":
        raise ServiceError("nothing was done: the answer was not yes")


def passphrase_in(path: Path) -> str:
    """Return the first line of a file that must be its owner's alone.

    Raises:
        ServiceError: it cannot be read, others may read it, or it is empty.
    """
    from licet.service.files import read_secret  # noqa: PLC0415 - few commands need it

    try:
        text = read_secret(path, bytes_max=_PASSPHRASE_FILE_BYTES_MAX).decode()
    except UnicodeDecodeError as error:
        raise ServiceError(f"{path}: it is not text in UTF-8") from error
    first = text.split("\n", 1)[0].removesuffix("\r")
    if not first:
        raise ServiceError(f"{path}: its first line is empty, and should be the passphrase")
    return first


def ask_passphrase(what: str, *, path: Path | None, twice: bool) -> str:
    """Return a passphrase from a file, or from the person at the terminal.

    Args:
        what: what it is for.
        path: of the file; None asks.
        twice: a new one is asked for again, so that a slip of the hand is noticed.

    Raises:
        ServiceError: nobody can be asked, or both times differ.
    """
    if path is not None:
        return passphrase_in(path)
    if not sys.stdin.isatty():
        raise ServiceError(f"give --passphrase-file FILE for {what}; nobody can be asked here")
    first = getpass.getpass(f"Passphrase for {what}: ", sys.stderr)
    if twice and getpass.getpass("The same again: ", sys.stderr) != first:
        raise ServiceError("the two differ; nothing was done")
    return first
