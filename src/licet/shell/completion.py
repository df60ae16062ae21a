"""What makes a shell complete the commands, printed for the shell to read."""

import argparse

from licet.shell.options import DONE, Groups, common, sentence
from licet.shell.printer import Printer

SHELLS = ("bash", "zsh")


def add_completion(groups: Groups) -> None:
    """Add `completion`."""
    text = "print what makes a shell complete these commands"
    parser = groups.add_parser(
        "completion", help=text, description=sentence(text), parents=[common()], allow_abbrev=False
    )
    parser.add_argument("shell", choices=SHELLS, help="which shell")
    parser.set_defaults(run=complete)


def complete(given: argparse.Namespace, printer: Printer) -> int:
    """Print the completion of `licet` and of the commands of this authority."""
    import shtab  # noqa: PLC0415 - no other command needs it

    program, _, room = given.parser.prog.partition(" ")
    whole = argparse.ArgumentParser(prog=program)
    rooms = whole.add_subparsers()
    rooms.add_parser(room, help=given.parser.description)
    rooms.choices[room] = given.parser
    script = shtab.complete(whole, given.shell)
    if printer.as_json:
        printer.record({"shell": given.shell, "script": script})
    else:
        printer.text(script)
    return DONE
