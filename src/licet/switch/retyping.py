"""Types a text into a configuration without a switch: what a paste, a rollback or a boot makes of it."""

from dataclasses import dataclass

from licet.switch.changes import CHANGES, Dialogue, Place, Refused
from licet.switch.changes.network import interface_name
from licet.switch.configuration import FACTORY, Configuration
from licet.switch.grammar import Mode
from licet.switch.obscure import veil
from licet.switch.parser import Command, Unmodeled, Unread, is_comment, parse, plain

# Of a line that is longer, so much is told.
TOLD_CHARS_MAX = 200
_ENDS = ("configure", "end", "leave")


@dataclass(frozen=True, slots=True)
class Untaken:
    """A line that was not taken.

    Attributes:
        number: of the line in its text, from 1.
        reason: why not, for a person.
    """

    number: int
    line: str
    reason: str

    @property
    def told(self) -> str:
        """Which line it is, and the reason, without what the line keeps secret."""
        return f"line {self.number}: {_short(veil(self.line.strip()))} ({_short(self.reason)})"

    def is_above(self, line: str) -> bool:
        """Tell whether a line that follows is indented below it."""
        return _depth(line) > _depth(self.line)


@dataclass(frozen=True, slots=True)
class Retyped:
    """What came of a text.

    Attributes:
        refused: the lines that were not taken.
    """

    configuration: Configuration
    refused: tuple[Untaken, ...]


def retype(text: str, configuration: Configuration = FACTORY) -> Retyped:
    """Type the lines of a text at a configuration; a line that is not taken changes nothing.

    What is indented below such a line is not taken either: it is not for another interface or VRF.
    """
    place = Place(Mode.CONFIG)
    dialogue: Dialogue | None = None
    refused: list[Untaken] = []
    above: Untaken | None = None
    for number, line in enumerate(map(plain, text.splitlines()), 1):
        asked, dialogue = dialogue, None
        outcome: Configuration | Dialogue | str
        try:
            if asked is not None:
                outcome = asked.take(configuration, line)
            elif is_comment(line):
                continue
            else:
                above = above if above is not None and above.is_above(line) else None
                place, outcome = _step(configuration, place, _read(line, place.mode, above))
        except Refused as why:
            refused.append(Untaken(number, line, f"{why}".removeprefix("% ")))
            above = above or (refused[-1] if asked is None else None)
            continue
        if isinstance(outcome, Dialogue):
            dialogue = outcome
        elif isinstance(outcome, Configuration):
            configuration = outcome
    return Retyped(configuration, tuple(refused))


def _short(text: str) -> str:
    return text if len(text) <= TOLD_CHARS_MAX else f"{text[:TOLD_CHARS_MAX]}..."


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())


def _read(line: str, mode: Mode, above: Untaken | None) -> Command:
    if above is not None:
        raise Refused(f"it belongs to line {above.number}")
    match parse(line, mode):
        case Command() as command:
            return command
        case Unmodeled() as unmodeled:
            raise Refused(unmodeled.reason)
        case Unread(fault, column):
            word = "".join(line[column:].split()[:1])
            raise Refused(fault.about("" if veil(line) != line else word))
        case None:
            raise ValueError("a comment is no command")


def _step(
    configuration: Configuration, place: Place, command: Command
) -> tuple[Place, Configuration | Dialogue]:
    if command.row.mode is not Mode.EXEC:
        outcome = CHANGES[command.row.handler](configuration, place.name, command)
        return moved(place, command), outcome
    if command.row.handler not in _ENDS:
        raise Refused("it configures nothing")
    # A text is read to its end, whatever it leaves on the way.
    return Place(Mode.CONFIG), configuration


def moved(place: Place, command: Command) -> Place:
    """Return where a session is after a configuration command."""
    row = command.row
    if row.enters is not None and not command.negative:
        if row.enters is Mode.INTERFACE:
            return Place(row.enters, interface_name(command))
        return Place(row.enters, next(iter(command.values.values()), ""))
    # A global command in a submode leaves it.
    return Place(Mode.CONFIG) if row.mode is Mode.CONFIG else place
