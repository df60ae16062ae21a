"""Types a text into a configuration without a switch: what a paste, a rollback or a boot makes of it."""

from dataclasses import dataclass

from licet.switch.changes import CHANGES, Dialogue, Place, Refused
from licet.switch.changes.network import interface_name
from licet.switch.configuration import FACTORY, Configuration
from licet.switch.grammar import Mode
from licet.switch.parser import Command, is_comment, parse, plain

_ENDS = ("configure", "end", "leave")


@dataclass(frozen=True, slots=True)
class Retyped:
    """What came of a text.

    Attributes:
        refused: the lines that were not taken.
    """

    configuration: Configuration
    refused: tuple[str, ...]


def retype(text: str, configuration: Configuration = FACTORY) -> Retyped:
    """Type the lines of a text at a configuration; a line that is not taken changes nothing."""
    place = Place(Mode.CONFIG)
    dialogue: Dialogue | None = None
    refused: list[str] = []
    for line in map(plain, text.splitlines()):
        asked, dialogue = dialogue, None
        outcome: Configuration | Dialogue | str
        try:
            if asked is not None:
                outcome = asked.take(configuration, line)
            elif is_comment(line):
                continue
            else:
                place, outcome = _step(configuration, place, _read(line, place.mode))
        except Refused:
            refused.append(line)
            continue
        if isinstance(outcome, Dialogue):
            dialogue = outcome
        elif isinstance(outcome, Configuration):
            configuration = outcome
    return Retyped(configuration, tuple(refused))


def _read(line: str, mode: Mode) -> Command:
    command = parse(line, mode)
    if not isinstance(command, Command):
        raise Refused("It cannot be read")
    return command


def _step(
    configuration: Configuration, place: Place, command: Command
) -> tuple[Place, Configuration | Dialogue]:
    if command.row.mode is not Mode.EXEC:
        outcome = CHANGES[command.row.handler](configuration, place.name, command)
        return moved(place, command), outcome
    if command.row.handler not in _ENDS:
        raise Refused("It configures nothing")
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
