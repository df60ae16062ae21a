"""What the commands of EXEC do that need the box, or set something for one session.

Replies of NX-OS were recalled, not found (mark M); the last two lines of `show terminal` are ours.
"""

from collections.abc import Callable, Mapping

from licet.switch.changes import Dialogue, Refused
from licet.switch.configuration import Configuration
from licet.switch.filing import commands_in, guarded, running_text
from licet.switch.grammar import Mode
from licet.switch.parser import Command
from licet.switch.standing import Handler, Terminal

ERASES = "Warning: This command will erase the startup-configuration.\n"
_ERASE = "Do you wish to proceed anyway? (y/n)  [n] "
_RELOAD = "This command will reboot the system. (y/n)?  [n] "
UNSAVED = "!!!WARNING! there is unsaved configuration!!!\n"
# Ours; so many that nobody misses one, and a disk is never filled.
CHECKPOINTS_MAX = 10
_USER = "user-checkpoint-"


def _write_erase(terminal: Terminal, _: Command) -> str | Dialogue:
    def erase() -> str:
        terminal.box.erase_startup()
        return ""

    return _ask(terminal, _ERASE, erase, says=ERASES)


def _reload(terminal: Terminal, _: Command) -> str | Dialogue:
    def restart() -> str:
        terminal.box.reload()
        return ""

    saved = terminal.box.startup()
    unsaved = saved is None or commands_in(saved) != commands_in(running_text(terminal))
    return _ask(terminal, _RELOAD, restart, says=UNSAVED if unsaved else "")


def _checkpoint(terminal: Terminal, command: Command) -> str:
    kept = terminal.box.checkpoints()
    if command.negative:
        if not terminal.box.delete_checkpoint(command.values["checkpoint"]):
            raise Refused(f"% There is no checkpoint {command.values['checkpoint']}")
        return ""
    name = command.values.get("checkpoint") or _next_name(kept)
    if name not in kept and len(kept) >= CHECKPOINTS_MAX:
        raise Refused(f"% There are {CHECKPOINTS_MAX} checkpoints; type clear checkpoint database")
    text = running_text(terminal)
    guarded(lambda: terminal.box.save_checkpoint(name, text), "The checkpoint was not kept")
    return f"{name} created Successfully\n\nDone\n"


def _next_name(kept: Mapping[str, str]) -> str:
    numbers = range(1, len(kept) + 2)
    return next(f"{_USER}{number}" for number in numbers if f"{_USER}{number}" not in kept)


def _clear_checkpoints(terminal: Terminal, _: Command) -> str:
    for name in tuple(terminal.box.checkpoints()):
        terminal.box.delete_checkpoint(name)
    return "Done\n"


def _ask(terminal: Terminal, question: str, act: Callable[[], str], *, says: str) -> str | Dialogue:
    """Return a question that only `y` answers with yes; with `terminal dont-ask`, do it."""
    if terminal.asks_nothing:
        return says + act()

    def take(_: Configuration, line: str) -> str:
        return act() if line.strip().lower() in ("y", "yes") else ""

    return Dialogue(prompt=question, take=take, says=says)


def _terminal_length(terminal: Terminal, command: Command) -> str:
    terminal.page = int(command.values["lines"])
    return ""


def _terminal_width(terminal: Terminal, command: Command) -> str:
    terminal.width = int(command.values["columns"])
    return ""


def _terminal_timeout(terminal: Terminal, command: Command) -> str:
    terminal.timeout_min = int(command.values["timeout_min"])
    return ""


def _terminal_monitor(terminal: Terminal, command: Command) -> str:
    terminal.monitors = "no" not in command.words
    return ""


def _terminal_dont_ask(terminal: Terminal, command: Command) -> str:
    terminal.asks_nothing = not command.negative
    return ""


def _show_terminal(terminal: Terminal, _: Command) -> str:
    page = "the terminal's own" if terminal.page is None else f"{terminal.page} lines"
    width = "the terminal's own" if terminal.width is None else f"{terminal.width} columns"
    return (
        f"Length: {page}, Width: {width}\n"
        f"Session Timeout: {f'{terminal.timeout_min} minutes' if terminal.timeout_min else 'None'}\n"
        f"Monitor: {'enabled' if terminal.monitors else 'disabled'}\n"
        f"Questions: {'not asked' if terminal.asks_nothing else 'asked'}\n"
    )


def _where(terminal: Terminal, _: Command) -> str:
    """Print the mode that a session is in, and whose it is."""
    words = {
        Mode.EXEC: "",
        Mode.CONFIG: "conf",
        Mode.CALLHOME: "conf; callhome",
        Mode.VRF: f"conf; vrf context {terminal.place.name}",
        Mode.INTERFACE: f"conf; interface {terminal.place.name}",
        Mode.TRUSTPOINT: f"conf; crypto ca trustpoint {terminal.place.name}",
    }
    return f"  {words[terminal.mode]:<22}  {terminal.configuration.host_name}\n"


def _show_checkpoints(terminal: Terminal, command: Command) -> str:
    kept = terminal.box.checkpoints()
    name = command.values.get("checkpoint")
    if name is not None and name not in kept:
        raise Refused(f"% There is no checkpoint {name}")
    shown = kept if name is None else {name: kept[name]}
    return "".join(f"{'-' * 80}\nName: {each}\n{text}\n" for each, text in shown.items())


BOX_HANDLERS: Mapping[str, Handler] = {
    "checkpoint": _checkpoint,
    "clear_checkpoints": _clear_checkpoints,
    "reload": _reload,
    "show_checkpoint": _show_checkpoints,
    "show_terminal": _show_terminal,
    "terminal_dont_ask": _terminal_dont_ask,
    "terminal_length": _terminal_length,
    "terminal_monitor": _terminal_monitor,
    "terminal_timeout": _terminal_timeout,
    "terminal_width": _terminal_width,
    "where": _where,
    "write_erase": _write_erase,
}
