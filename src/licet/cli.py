"""The one entry point: hands over, lazily, to each room's own command line."""

import argparse
import errno
import importlib
import os
import sys
from collections.abc import Sequence

# What each word leads to: the module whose main(arguments) returns the exit status, and its help.
ROOMS = {
    "manager": ("licet.manager.cli", "a standing manager: serving devices, administration, backup"),
    "onprem": ("licet.onprem.cli", "an on-prem: serving devices, synchronized with its manager"),
    "switch": ("licet.switch.cli", "a switch: its terminal, lines of a script, its daemon"),
    "sync": ("licet.shell.sync", "the files that an on-prem and its manager exchange, looked at"),
    "lab": ("licet.lab.cli", "authorities and switches in one process, under one virtual clock"),
}
DONE, REFUSED, WRONG_USAGE = 0, 1, 2
_UNPRINTABLE = (errno.ENOSPC, errno.EDQUOT, errno.EIO)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `licet` and return its exit status: 0 done, 1 refused, 2 wrong usage."""
    parser = argparse.ArgumentParser(
        prog="licet", description="Smart licensing that anyone can run.", allow_abbrev=False
    )
    parser.add_argument("--version", action="store_true", help="print the version")
    rooms = parser.add_subparsers(dest="room", metavar="command")
    for name, (_, text) in ROOMS.items():
        rooms.add_parser(name, help=text, add_help=False)
    given, rest = parser.parse_known_args(arguments)
    if given.version:
        _print_version()
        parser.exit()
    if given.room is None:
        parser.error(f"say which command: {', '.join(ROOMS)}")
    module, _ = ROOMS[given.room]
    status: int = importlib.import_module(module).main(rest)
    return status


def _print_version() -> None:
    from importlib.metadata import version  # noqa: PLC0415 - every start would wait for it

    print(f"licet {version('licet')}")  # noqa: T201 - it was asked for


def run() -> None:
    """Run `licet` as a program: a reader that went away, or Ctrl-C, is no error of ours."""
    _open_streams()
    try:
        status = main()
        sys.stdout.flush()
    except BrokenPipeError:
        _print_no_more()
        status = DONE
    except OSError as error:
        if error.errno not in _UNPRINTABLE or error.filename is not None:
            raise
        # What was to be done may be done: only what came of it is not told.
        _print_no_more()
        print(f"licet: the output cannot be written: {error.strerror}", file=sys.stderr)  # noqa: T201
        status = REFUSED
    except KeyboardInterrupt:
        status = REFUSED
    sys.exit(status)


def _print_no_more() -> None:
    """Let go of the output; the interpreter would complain at exit that it could not flush."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _open_streams() -> None:
    """Open the streams that were closed, or the next file, such as a key, would be taken for one."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115
