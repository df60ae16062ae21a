"""Files in bootflash, and configurations that are copied to and from them.

Replies of NX-OS were recalled, not found (mark M).
"""

from collections.abc import Callable, Mapping

from licet.switch.box import Box
from licet.switch.changes import Dialogue, Refused
from licet.switch.filters import Target, file_name
from licet.switch.parser import Command
from licet.switch.retyping import Retyped, retype
from licet.switch.show.running import running_config
from licet.switch.standing import Handler, Terminal

COPIED = "[########################################] 100%\nCopy complete.\n"
NO_STARTUP = "% There is no startup configuration"
# Ours, so that nobody fills a disk from a switch's command line.
BOOTFLASH_BYTES = 50_000_000
FILES_MAX = 500
# Of a file that is no configuration, so many lines are told.
TOLD_MAX = 100


def running_text(terminal: Terminal) -> str:
    """Return the running configuration as text."""
    return running_config(terminal.configuration, at=terminal.now)


def guarded(act: Callable[[], None], what: str) -> None:
    """Do what writes; say plainly that it could not be done.

    Raises:
        Refused: the disk did not take it.
    """
    try:
        act()
    except OSError as error:
        raise Refused(f"% {what}: {error.strerror}") from error


def write(box: Box, name: str, text: str) -> None:
    """Write a file of bootflash.

    Raises:
        Refused: there is no room for it, or the disk did not take it.
    """
    others = {kept: size for kept, size in box.files().items() if kept != name}
    used = sum(others.values()) + len(text.encode(errors="replace"))
    if used > BOOTFLASH_BYTES or len(others) >= FILES_MAX:
        raise Refused("% bootflash: is full")
    guarded(lambda: box.write_file(name, text), f"{name} was not written")


def put(box: Box, target: Target, text: str) -> None:
    """Put output into a file, or at its end.

    Raises:
        Refused: it cannot be written; the file is as it was.
    """
    before = (box.read_file(target.name) or "") if target.appends else ""
    write(box, target.name, before + text)


def _content(terminal: Terminal, command: Command) -> str:
    """Return what a command copies from."""
    if "startup-config" in command.words[:2]:
        text = terminal.box.startup()
        if text is None:
            raise Refused(NO_STARTUP)
        return text
    text = terminal.box.read_file(file_name(command.values["file"]))
    if text is None:
        raise Refused(f"% {command.values['file']}: No such file")
    return text


def _save(terminal: Terminal, _: Command) -> str:
    text = running_text(terminal)
    guarded(lambda: terminal.box.save_startup(text), "The startup configuration was not saved")
    return COPIED


def _copy_running(terminal: Terminal, command: Command) -> str:
    write(terminal.box, file_name(command.values["file"]), running_text(terminal))
    return COPIED


def _copy_startup(terminal: Terminal, command: Command) -> str:
    write(terminal.box, file_name(command.values["file"]), _content(terminal, command))
    return COPIED


def _copy_to_startup(terminal: Terminal, command: Command) -> str:
    text = _content(terminal, command)
    guarded(lambda: terminal.box.save_startup(text), "The startup configuration was not saved")
    return COPIED


def _copy_to_running(terminal: Terminal, command: Command) -> str:
    """Type a text into the running configuration; what is not taken is told and passed over."""
    typed = retype(_content(terminal, command), terminal.configuration)
    terminal.switch.configure(typed.configuration)
    return not_taken(typed) + COPIED


def not_taken(typed: Retyped) -> str:
    """Return which lines of a text were not taken, and why."""
    lines = [f"% Not taken: {each.told}\n" for each in typed.refused[:TOLD_MAX]]
    more = len(typed.refused) - TOLD_MAX
    return "".join([*lines, *([f"% Not taken: {more} more lines\n"] if more > 0 else [])])


def _delete(terminal: Terminal, command: Command) -> str | Dialogue:
    name = file_name(command.values["file"])

    def act() -> str:
        if not terminal.box.delete_file(name):
            raise Refused(f"% bootflash:///{name}: No such file")
        return ""

    if terminal.asks_nothing or command.words[-1] == "no-prompt":
        return act()
    prompt = f'Do you want to delete "/{name}" ? (yes/no/abort)   [y] '
    return Dialogue(prompt, lambda _, line: act() if _agrees(line) else "")


def _agrees(line: str) -> bool:
    return line.strip().lower() in ("", "y", "yes")


def _directory(terminal: Terminal, _: Command) -> str:
    files = terminal.box.files()
    used = sum(files.values())
    rows = "".join(f"{size:>12}    {name}\n" for name, size in files.items())
    return (
        f"{rows}\nUsage for bootflash://sup-local\n{used:>12} bytes used\n"
        f"{BOOTFLASH_BYTES - used:>12} bytes free\n{BOOTFLASH_BYTES:>12} bytes total\n"
    )


def _show_file(terminal: Terminal, command: Command) -> str:
    text = _content(terminal, command)
    return text if text.endswith("\n") or not text else f"{text}\n"


def _show_startup(terminal: Terminal, _: Command) -> str:
    return terminal.box.startup() or "No startup configuration\n"


def _rollback(terminal: Terminal, command: Command) -> str:
    """Go back to an earlier configuration, all of it or nothing."""
    if "file" in command.values:
        text: str | None = _content(terminal, command)
    else:
        text = terminal.box.checkpoints().get(command.values["checkpoint"])
    if text is None:
        raise Refused(f"% There is no checkpoint {command.values['checkpoint']}")
    typed = retype(text)
    how = command.values.get("rollback", "atomic")
    if typed.refused and how != "best-effort":
        raise Refused(f"% Rollback failed, nothing was changed: {typed.refused[0].told}")
    terminal.switch.configure(typed.configuration)
    return not_taken(typed) + "Rollback completed successfully.\n"


def commands_in(text: str) -> list[str]:
    """Return the lines of a text that is a configuration, without its comments."""
    return [line for line in text.splitlines() if line and not line.startswith("!")]


FILE_HANDLERS: Mapping[str, Handler] = {
    "copy_running": _copy_running,
    "copy_startup": _copy_startup,
    "copy_to_running": _copy_to_running,
    "copy_to_startup": _copy_to_startup,
    "delete": _delete,
    "dir": _directory,
    "rollback": _rollback,
    "save": _save,
    "show_file": _show_file,
    "show_startup": _show_startup,
}
