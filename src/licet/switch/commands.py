"""What each command of EXEC does; a handler returns what it prints.

What configuration commands change stands in `changes`.
"""

from collections.abc import Mapping

from licet.agent.events import Deregister, Register, RenewAuthorization, RenewCertificate
from licet.switch.boxing import BOX_HANDLERS
from licet.switch.changes import Place
from licet.switch.filing import FILE_HANDLERS
from licet.switch.grammar import Mode
from licet.switch.parser import Command
from licet.switch.showing import SHOW_HANDLERS
from licet.switch.standing import Handler, Terminal

# Source document, both spellings of its recipe.
REGISTERING = (
    "Initiated device registration with backend. run show license status, for registration status\n"
)
# Ours, on the model of that one: NX-OS's replies were not found (device.md 1.2).
RENEWING_AUTHORIZATION = (
    "Initiated authorization renewal with backend. "
    "run show license status, for authorization status\n"
)
RENEWING_CERTIFICATE = (
    "Initiated ID certificate renewal with backend. "
    "run show license status, for registration status\n"
)


def _configure(terminal: Terminal, _: Command) -> str:
    terminal.place = Place(Mode.CONFIG)
    return "Enter configuration commands, one per line. End with CNTL/Z.\n"


def _end(terminal: Terminal, _: Command) -> str:
    terminal.place = Place()
    return ""


def _leave(terminal: Terminal, _: Command) -> str:
    match terminal.mode:
        case Mode.EXEC:
            terminal.closed = True
        case Mode.CONFIG:
            terminal.place = Place()
        case _:
            terminal.place = Place(Mode.CONFIG)
    return ""


def _register(terminal: Terminal, command: Command) -> str:
    terminal.switch.command(
        Register(
            command.values["token"],
            force=command.words[-1] == "force",
            destination=terminal.callhome.url or "",
        )
    )
    return REGISTERING


def _deregister(terminal: Terminal, _: Command) -> str:
    terminal.switch.command(Deregister())
    return ""


def _renew_authorization(terminal: Terminal, _: Command) -> str:
    terminal.switch.command(RenewAuthorization())
    return RENEWING_AUTHORIZATION


def _renew_certificate(terminal: Terminal, _: Command) -> str:
    terminal.switch.command(RenewCertificate())
    return RENEWING_CERTIFICATE


def _callhome_test(terminal: Terminal, _: Command) -> str:
    """Go the road to the server; where that takes its time, how far it led stands in the log."""
    return terminal.switch.try_road()


def _clear_logging(terminal: Terminal, _: Command) -> str:
    terminal.switch.clear_log()
    return ""


# By the names that the grammar gives them.
HANDLERS: Mapping[str, Handler] = {
    **BOX_HANDLERS,
    **FILE_HANDLERS,
    **SHOW_HANDLERS,
    "callhome_test": _callhome_test,
    "clear_logging": _clear_logging,
    "configure": _configure,
    "deregister": _deregister,
    "end": _end,
    "leave": _leave,
    "register": _register,
    "renew_authorization": _renew_authorization,
    "renew_certificate": _renew_certificate,
}
