"""What the lines of a lab act on: its world, its switches and authorities, and names it was given."""

import re
from datetime import UTC, datetime

from licet.lab.bench import Bench
from licet.lab.office import Office
from licet.lab.problems import LabError
from licet.lab.transcript import Transcript
from licet.world.world import World

DEFAULT_START = datetime(2026, 1, 1, tzinfo=UTC)
_VARIABLE = re.compile(r"\$([A-Za-z][A-Za-z0-9_-]*)")


class Lab:
    """What one script or one prompt works on.

    Args:
        transcript: where everything is shown.
        seed: determines every key, id and jitter.

    Attributes:
        names: texts that `... as NAME` keeps, for `$NAME` in lines that are typed at switches.
        last_output: what the last command printed, for `expect`.
        connected: the switch whose console the prompt is at; every line is typed there.
        ended: whether `quit` was typed.
    """

    def __init__(self, transcript: Transcript, *, seed: str = "licet") -> None:
        self.transcript = transcript
        self.seed = seed
        self.names: dict[str, str] = {}
        self.benches: dict[str, Bench] = {}
        self.offices: dict[str, Office] = {}
        self.last_output = ""
        self.connected: Bench | None = None
        self.ended = False
        self._world: World | None = None

    @property
    def begun(self) -> bool:
        """Whether there is a world yet."""
        return self._world is not None

    @property
    def world(self) -> World:
        """The world; it begins at `DEFAULT_START` where no line set the clock before."""
        if self._world is None:
            self._world = World(DEFAULT_START, seed=self.seed)
        return self._world

    def begin(self, start: datetime) -> None:
        """Begin the world at an instant.

        Raises:
            LabError: it has begun already.
        """
        if self._world is not None:
            raise LabError(
                "the clock is set before anything else; later on 'advance' lets time pass, "
                "and 'jump' sets the clock of one side"
            )
        self._world = World(start, seed=self.seed)

    def settle(self) -> None:
        """Do all that is due now, and tell of what was not shown."""
        if self._world is not None:
            self._world.settle()
        self.transcript.flush()

    @property
    def prompt(self) -> str:
        """What stands before the next line: a switch's prompt, or true time and `lab> `."""
        if self.connected is not None:
            return self.connected.session.prompt
        if self._world is None:
            return "lab> "
        return f"{self._world.clock.now:%Y-%m-%d %H:%M:%S} lab> "

    def bench(self, name: str) -> Bench:
        """Return the switch of that name.

        Raises:
            LabError: there is none.
        """
        if name not in self.benches:
            known = ", ".join(self.benches) or "none; 'switch' makes one"
            raise LabError(f"there is no switch called {name}; known switches: {known}")
        return self.benches[name]

    def substitute(self, line: str) -> str:
        """Return a line with every `$name` replaced by what is kept under it.

        Raises:
            LabError: nothing is kept under a name.
        """

        def value(found: re.Match[str]) -> str:
            try:
                return self.names[found[1]]
            except KeyError:
                known = ", ".join(f"${name}" for name in self.names) or "none"
                raise LabError(f"nothing is called ${found[1]}; known names: {known}") from None

        return _VARIABLE.sub(value, line)
