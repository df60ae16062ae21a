"""A terminal session at a switch: a prompt, and what each line prints."""

from collections.abc import Callable, Mapping

from licet.agent.events import CommandRefused
from licet.switch.changes import CHANGES, Dialogue, Place, Refused
from licet.switch.changes.network import interface_name
from licet.switch.commands import HANDLERS
from licet.switch.configuration import Configuration
from licet.switch.filters import FILTERS, Filter, help_of_filter, read_filter, split_pipes
from licet.switch.grammar import Mode
from licet.switch.help import completions, help_text
from licet.switch.parser import (
    Command,
    Offers,
    Unmodeled,
    Unread,
    begins_show,
    is_comment,
    offers,
    parse,
    plain,
)
from licet.switch.standing import Terminal
from licet.switch.switch import Switch

HELP = "?"
LINE_CHARS_MAX = 2048
# How the subject of a submode is spelled, where that is not as it was typed.
SUBJECTS: Mapping[Mode, Callable[[str], str]] = {Mode.INTERFACE: interface_name}
TOO_LONG = f"% The line is longer than {LINE_CHARS_MAX} characters\n"


class Session:
    """One terminal at a switch; every session has a mode of its own."""

    def __init__(self, switch: Switch) -> None:
        self._terminal = Terminal(switch)
        self._dialogue: Dialogue | None = None

    @property
    def prompt(self) -> str:
        """What a terminal prints before a line, e.g. `switch(config-callhome)# `."""
        if self._dialogue is not None:
            return self._dialogue.prompt
        terminal = self._terminal
        return f"{terminal.configuration.host_name}{terminal.mode.value}# "

    @property
    def closed(self) -> bool:
        """Whether `exit` was typed in EXEC mode."""
        return self._terminal.closed

    @property
    def asking(self) -> bool:
        """Whether a command waits for an answer, or for more lines."""
        return self._dialogue is not None

    @property
    def page(self) -> int | None:
        """Lines of a page; 0 never stops, None is the terminal's own."""
        return self._terminal.page

    @property
    def timeout_min(self) -> int:
        """Minutes without a line after which it is hung up; 0 never."""
        return self._terminal.timeout_min

    @property
    def monitors(self) -> bool:
        """Whether the log is shown in it."""
        return self._terminal.monitors

    def execute(self, line: str) -> str:
        """Do what a line says and return what a terminal prints after it, without the next prompt.

        A line that ends with `?` prints what may stand there, and does nothing. No line raises.
        """
        line = plain(line)
        if len(line) > LINE_CHARS_MAX:
            return TOO_LONG
        if self._dialogue is not None:
            return self._answer(self._dialogue, line)
        if is_comment(line):
            return ""
        if line.rstrip().endswith(HELP):
            return self._help(line.rstrip()[: -len(HELP)])
        return self._read(line)

    def _read(self, line: str) -> str:
        [(_, head), *pipes] = self._split(line)
        filters: list[Filter] = []
        command = parse(head, self._terminal.mode)
        if not isinstance(command, Command):
            return self._complain(command)
        for column, text in pipes:
            read = read_filter(column, text)
            if isinstance(read, Unread):
                return self._complain(read)
            filters.append(read)
        printed = self._run(command)
        for each in filters:
            printed = each.apply(printed)
        return printed

    def complete(self, line: str) -> tuple[str, ...]:
        """Return what the last word of `line` may become, for the tab key."""
        parts = self._split(plain(line))
        if len(parts) == 1:
            return completions(line, self._terminal.mode)
        word = parts[-1][1].lstrip()
        return tuple(name for name in FILTERS if name.startswith(word.lower()))

    def _split(self, line: str) -> list[tuple[int, str]]:
        """Return a line's command and what stands behind bars; only `show` has any."""
        return split_pipes(line) if begins_show(line, self._terminal.mode) else [(0, line)]

    def cancel(self) -> None:
        """Drop what a command still wants to be told, as Ctrl-C does; nothing was changed."""
        self._dialogue = None

    def _run(self, command: Command) -> str:
        terminal, row = self._terminal, command.row
        try:
            if row.handler in HANDLERS:
                return self._take(HANDLERS[row.handler](terminal, command))
            change = CHANGES[row.handler]
            printed = self._take(change(terminal.configuration, terminal.place.name, command))
        except (CommandRefused, Refused) as refused:
            return refusal(refused)
        if row.enters is not None and not command.negative:
            subject = next(iter(command.values.values()), "")
            terminal.place = Place(row.enters, SUBJECTS.get(row.enters, str)(subject))
        elif row.mode is Mode.CONFIG:
            # A global command in a submode leaves it.
            terminal.place = Place(Mode.CONFIG)
        return printed

    def _answer(self, dialogue: Dialogue, line: str) -> str:
        self._dialogue = None
        try:
            return self._take(dialogue.take(self._terminal.configuration, line))
        except (CommandRefused, Refused) as refused:
            return refusal(refused)

    def _take(self, outcome: Configuration | Dialogue | str) -> str:
        """Put a changed configuration in force; go on with a dialogue; return what is printed."""
        match outcome:
            case Configuration():
                self._terminal.switch.configure(outcome)
                return ""
            case Dialogue():
                self._dialogue = outcome
                return outcome.says
            case str():
                return outcome

    def _help(self, line: str) -> str:
        [(_, head), *pipes] = self._split(line)
        if not pipes:
            found = offers(line, self._terminal.mode)
            return help_text(found) if isinstance(found, Offers) else self._complain(found)
        command = parse(head, self._terminal.mode)
        if not isinstance(command, Command):
            return self._complain(command)
        column, text = pipes[-1]
        help_or_problem = help_of_filter(column, text)
        if isinstance(help_or_problem, Unread):
            return self._complain(help_or_problem)
        return help_or_problem

    def _complain(self, problem: Unread | Unmodeled | None) -> str:
        match problem:
            case None:
                return ""
            case Unmodeled():
                return (
                    f"% '{problem.words}' is a command of NX-OS that this switch does not model\n"
                )
            case Unread():
                caret = " " * (len(self.prompt) + problem.column) + "^"
                return f"{caret}\n{problem.fault}\n"


def refusal(refused: CommandRefused | Refused) -> str:
    """Return what is printed of a command that cannot be done."""
    text = f"{refused}"
    return f"{text}\n" if text.startswith("%") else f"% {text}\n"
