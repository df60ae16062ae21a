"""What the lines of a lab act on: its world, its sides, the files in a person's hands, and names."""

import re
from datetime import UTC, datetime

from licet.lab.bench import Bench
from licet.lab.manager_office import ManagerOffice
from licet.lab.plant import Plant
from licet.lab.problems import LabError
from licet.lab.transcript import Transcript
from licet.world.on_prem import Backup, Paper
from licet.world.world import World

DEFAULT_START = datetime(2026, 1, 1, tzinfo=UTC)
_VARIABLE = re.compile(r"\$([A-Za-z][A-Za-z0-9_-]*)")


class Lab:
    """What one script or one prompt works on.

    Args:
        transcript: where everything is shown.
        seed: determines every key, id and jitter.

    Attributes:
        names: texts that `... as NAME` keeps, for `$NAME` in other lines.
        benches, offices, plants: the switches, the managers and the on-prems, by name.
        files: those in a person's hands, by the names that lines gave them.
        backups: of on-prems, likewise.
        last_output: what the last command printed, for `expect`.
        connected: the switch whose console the prompt is at; every line is typed there.
        ended: whether `quit` was typed.
    """

    def __init__(self, transcript: Transcript, *, seed: str = "licet") -> None:
        self.transcript = transcript
        self.seed = seed
        self.names: dict[str, str] = {}
        self.benches: dict[str, Bench] = {}
        self.offices: dict[str, ManagerOffice] = {}
        self.plants: dict[str, Plant] = {}
        self.files: dict[str, Paper] = {}
        self.backups: dict[str, Backup] = {}
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

    def sender(self, name: str) -> str:
        """Return the name of whoever sends messages by it: a switch, or an on-prem to its manager.

        Raises:
            LabError: there is nobody of that name.
        """
        return name if name in self.plants else self.bench(name).name

    def file(self, name: str) -> Paper:
        """Return the file that is kept under a name.

        Raises:
            LabError: there is none.
        """
        if name not in self.files:
            known = ", ".join(self.files) or "none; '... as FILE' keeps one"
            raise LabError(f"there is no file called {name}; known files: {known}")
        return self.files[name]

    def backup(self, name: str) -> Backup:
        """Return the backup that is kept under a name.

        Raises:
            LabError: there is none.
        """
        if name not in self.backups:
            known = ", ".join(self.backups) or "none; '... backup as NAME' keeps one"
            raise LabError(f"there is no backup called {name}; known backups: {known}")
        return self.backups[name]

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
