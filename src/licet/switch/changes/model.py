"""What a change is, where it is typed, and what a command may still want to be told."""

from collections.abc import Callable
from dataclasses import dataclass

from licet.switch.configuration import Configuration
from licet.switch.grammar import Mode
from licet.switch.parser import Command


class Refused(Exception):  # noqa: N818
    """A command that can be read cannot be done; nothing changed. The text is what is printed."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a session is: its mode, and in a submode whose it is."""

    mode: Mode = Mode.EXEC
    name: str = ""


@dataclass(frozen=True, slots=True)
class Dialogue:
    """What a command wants before it is done: lines of a text, or an answer.

    Attributes:
        prompt: stands before the next line, instead of the session's.
        take: is told the next line, and the configuration at that time.
        says: is printed before the first prompt.
    """

    prompt: str
    take: Callable[[Configuration, str], "Configuration | Dialogue | str"]
    says: str = ""


# Told the configuration, the subject of the submode, and the command.
Change = Callable[[Configuration, str, Command], Configuration | Dialogue]
