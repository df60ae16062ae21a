"""A terminal session at a switch: a prompt, and what each line prints."""

import json
from collections.abc import Callable

from licet.agent.events import CommandRefused
from licet.switch.changes import CHANGES, Dialogue, Refused
from licet.switch.commands import HANDLERS
from licet.switch.configuration import Configuration
from licet.switch.filing import put
from licet.switch.filters import (
    FILTERS,
    JSON_PRETTY,
    Filter,
    Pipeline,
    command_of,
    find_target,
    help_of_filter,
    read_pipeline,
    split_pipes,
)
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
from licet.switch.retyping import moved
from licet.switch.showing import STRUCTURED
from licet.switch.standing import Terminal
from licet.switch.switch import Switch

HELP = "?"
LINE_CHARS_MAX = 2048
TOO_LONG = f"% The line is longer than {LINE_CHARS_MAX} characters\n"
_TARGET_HELP = "  bootflash:NAME  File that the output goes to\n"
_Outcome = Configuration | Dialogue | str


class Session:
    """One terminal at a switch; every session has a mode of its own.

    Attributes:
        refused: whether the last line was not taken.
    """

    def __init__(self, switch: Switch) -> None:
        self._terminal = Terminal(switch)
        self._dialogue: Dialogue | None = None
        self.refused = False

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
    def width(self) -> int | None:
        """Columns of the terminal; None is its own."""
        return self._terminal.width

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
        self.refused = len(line) > LINE_CHARS_MAX
        if self.refused:
            return TOO_LONG
        if self._dialogue is not None:
            return self._answer(self._dialogue, line)
        if is_comment(line):
            return ""
        if line.rstrip().endswith(HELP):
            return self._help(line.rstrip()[: -len(HELP)])
        return self._read(line)

    def complete(self, line: str) -> tuple[str, ...]:
        """Return what the last word of `line` may become, for the tab key."""
        if self._dialogue is not None:
            return ()
        parts = self._split(plain(line))
        if len(parts) == 1:
            return completions(line, self._terminal.mode)
        word = parts[-1][1].lstrip()
        return tuple(name for name in FILTERS if name.startswith(word.lower()))

    def cancel(self) -> None:
        """Drop what a command still wants to be told, as Ctrl-C does; nothing was changed."""
        self._dialogue = None

    def _split(self, line: str) -> list[tuple[int, str]]:
        """Return a line's command and what stands behind bars; only `show` has any."""
        return split_pipes(line) if begins_show(line, self._terminal.mode) else [(0, line)]

    def _read(self, line: str) -> str:
        mode = self._terminal.mode
        shows = begins_show(line, mode)
        command = parse(command_of(line) if shows else line, mode)
        # A command that is wrong itself is told before what stands behind it.
        if not isinstance(command, Command):
            return self._complain(command)
        pipeline = read_pipeline(line) if shows else Pipeline()
        if not isinstance(pipeline, Pipeline):
            return self._complain(pipeline)
        return self._try(lambda: self._piped(command, pipeline))

    def _piped(self, command: Command, pipeline: Pipeline) -> str:
        filters = pipeline.filters
        if filters and filters[0].is_json:
            printed = self._structured(command, filters[0])
        else:
            printed = self._run(command)
        for each in filters:
            printed = each.apply(printed)
        if pipeline.target is None:
            return printed
        put(self._terminal.box, pipeline.target, printed)
        return ""

    def _structured(self, command: Command, asked: Filter) -> str:
        value = STRUCTURED.get(command.row.handler)
        if value is None:
            raise Refused(f"% '{' '.join(command.words)}' has no JSON output")
        pretty = 4 if asked.word == JSON_PRETTY else None
        return json.dumps(value(self._terminal, command), indent=pretty) + "\n"

    def _run(self, command: Command) -> str:
        terminal, row = self._terminal, command.row
        if row.handler in HANDLERS:
            return self._take(HANDLERS[row.handler](terminal, command))
        change = CHANGES[row.handler]
        printed = self._take(change(terminal.configuration, terminal.place.name, command))
        terminal.place = moved(terminal.place, command)
        return printed

    def _answer(self, dialogue: Dialogue, line: str) -> str:
        self._dialogue = None
        return self._try(lambda: self._take(dialogue.take(self._terminal.configuration, line)))

    def _try(self, act: Callable[[], str]) -> str:
        try:
            return act()
        except (CommandRefused, Refused) as refused:
            self.refused = True
            text = f"{refused}"
            return f"{text}\n" if text.startswith("%") else f"% {text}\n"

    def _take(self, outcome: _Outcome) -> str:
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
        into = find_target(line) if begins_show(line, self._terminal.mode) else None
        if not pipes and into is None:
            found = offers(line, self._terminal.mode)
            return help_text(found) if isinstance(found, Offers) else self._complain(found)
        command = parse(head[:into], self._terminal.mode)
        if not isinstance(command, Command):
            return self._complain(command)
        if into is not None:
            return _TARGET_HELP
        help_or_problem = help_of_filter(*pipes[-1])
        if isinstance(help_or_problem, str):
            return help_or_problem
        return self._complain(help_or_problem)

    def _complain(self, problem: Unread | Unmodeled | None) -> str:
        self.refused = problem is not None
        match problem:
            case None:
                return ""
            case Unmodeled():
                return f"% {problem.reason}\n"
            case Unread():
                caret = " " * (len(self.prompt) + problem.column) + "^"
                return f"{caret}\n{problem.fault}\n"
