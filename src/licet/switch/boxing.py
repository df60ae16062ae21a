"""What the commands of EXEC do that need the box, or set something for one session.

Replies of NX-OS were recalled, not found (mark M).
"""

from collections.abc import Callable, Mapping

from licet.switch.changes import Dialogue, Refused
from licet.switch.configuration import Configuration
from licet.switch.parser import Command
from licet.switch.show.running import running_config
from licet.switch.standing import Handler, Terminal

COPIED = "[########################################] 100%\nCopy complete.\n"
ERASES = "Warning: This command will erase the startup-configuration.\n"
_ERASE = "Do you wish to proceed anyway? (y/n)  [n] "
_RELOAD = "This command will reboot the system. (y/n)?  [n] "
UNSAVED = "!!!WARNING! there is unsaved configuration!!!\n"
# Ours; so many that nobody misses one, and a disk is never filled.
CHECKPOINTS_MAX = 10
_USER = "user-checkpoint-"


def running_text(terminal: Terminal) -> str:
    """Return the running configuration as text."""
    return running_config(terminal.configuration, at=terminal.switch.now().wall)


def _copy_running(terminal: Terminal, _: Command) -> str:
    try:
        terminal.box.save_startup(running_text(terminal))
    except OSError as error:
        raise Refused(f"% The startup configuration was not saved: {error.strerror}") from error
    return COPIED


def _write_erase(terminal: Terminal, _: Command) -> Dialogue:
    def erase() -> str:
        terminal.box.erase_startup()
        return ""

    return _ask(_ERASE, erase, says=ERASES)


def _reload(terminal: Terminal, _: Command) -> Dialogue:
    def restart() -> str:
        terminal.box.reload()
        return ""

    saved = terminal.box.startup()
    unsaved = saved is None or _commands(saved) != _commands(running_text(terminal))
    return _ask(_RELOAD, restart, says=UNSAVED if unsaved else "")


def _checkpoint(terminal: Terminal, command: Command) -> str:
    kept = terminal.box.checkpoints()
    name = command.values.get("checkpoint") or _next_name(kept)
    if name not in kept and len(kept) >= CHECKPOINTS_MAX:
        raise Refused(f"% There are {CHECKPOINTS_MAX} checkpoints; type clear checkpoint database")
    try:
        terminal.box.save_checkpoint(name, running_text(terminal))
    except OSError as error:
        raise Refused(f"% The checkpoint was not kept: {error.strerror}") from error
    return f"{name} created Successfully\n\nDone\n"


def _next_name(kept: Mapping[str, str]) -> str:
    numbers = range(1, len(kept) + 2)
    return next(f"{_USER}{number}" for number in numbers if f"{_USER}{number}" not in kept)


def _clear_checkpoints(terminal: Terminal, _: Command) -> str:
    for name in tuple(terminal.box.checkpoints()):
        terminal.box.delete_checkpoint(name)
    return "Done\n"


def _rollback(terminal: Terminal, command: Command) -> str:
    """Go back to a checkpoint, all of it or nothing."""
    from licet.switch.life.replay import replay  # noqa: PLC0415 - it types at a session, as people do

    name = command.values["checkpoint"]
    text = terminal.box.checkpoints().get(name)
    if text is None:
        raise Refused(f"% There is no checkpoint {name}")
    terminal.switch.configure(replay(text, terminal.switch.view().udi, terminal.switch))
    return "Rollback completed successfully.\n"


def _ask(question: str, act: Callable[[], str], *, says: str) -> Dialogue:
    """Return a question that only `y` answers with yes."""

    def take(_: Configuration, line: str) -> str:
        return act() if line.strip().lower() in ("y", "yes") else ""

    return Dialogue(prompt=question, take=take, says=says)


def _commands(text: str) -> list[str]:
    """Return the lines of a configuration without its comments, which say when it was printed."""
    return [line for line in text.splitlines() if line and not line.startswith("!")]


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


BOX_HANDLERS: Mapping[str, Handler] = {
    "checkpoint": _checkpoint,
    "clear_checkpoints": _clear_checkpoints,
    "copy_running": _copy_running,
    "reload": _reload,
    "rollback": _rollback,
    "terminal_length": _terminal_length,
    "terminal_monitor": _terminal_monitor,
    "terminal_timeout": _terminal_timeout,
    "terminal_width": _terminal_width,
    "write_erase": _write_erase,
}
