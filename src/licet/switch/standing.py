"""Where a session is, and what was set for it alone."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from licet.switch.box import Box
from licet.switch.changes import Dialogue, Place
from licet.switch.configuration import Callhome, Configuration
from licet.switch.grammar import Mode
from licet.switch.parser import Command
from licet.switch.switch import Switch

START = Place()


@dataclass(slots=True)
class Terminal:
    """Where a session is: its switch, its place, and whether it was left.

    Attributes:
        page, width: of the terminal, where `terminal length` and `width` set them; 0 lines never stop.
        timeout_min: it is hung up after so many minutes without a line; 0 never.
        monitors: whether the log is shown in it.
        asks_nothing: what is typed is done without a question (`terminal dont-ask`).
    """

    switch: Switch
    place: Place = START
    closed: bool = False
    page: int | None = None
    width: int | None = None
    timeout_min: int = 0
    monitors: bool = False
    asks_nothing: bool = False

    @property
    def mode(self) -> Mode:
        """The mode that lines are read in."""
        return self.place.mode

    @property
    def now(self) -> datetime:
        """The time by the switch's clock, in its time zone."""
        return self.switch.now().wall.astimezone(self.configuration.time_zone.zone)

    @property
    def box(self) -> Box:
        """The box around the switch."""
        return self.switch.box

    @property
    def configuration(self) -> Configuration:
        """The running configuration."""
        return self.switch.configuration

    @property
    def callhome(self) -> Callhome:
        """The call home block of the running configuration."""
        return self.switch.configuration.callhome


Handler = Callable[[Terminal, Command], str | Dialogue]
