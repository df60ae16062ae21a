"""A manager and an on-prem in data directories, worked by their command lines inside this process."""

import io
import json
import shlex
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

from licet.kernel.chance import SystemChance
from licet.manager.cli import main as manager_main
from licet.onprem.cli import main as onprem_main
from licet.onprem.office import Office
from licet.onprem.staff import found as found_on_prem
from licet.service.clock import SystemClock
from licet.service.datadir import DataDir
from licet.service.founding import found as found_manager
from licet.service.settings import Settings
from licet.store.sqlite.store import SqliteStore
from support.clerk import Ran

PROGRAMS = {"manager": manager_main, "onprem": onprem_main}


class Side:
    """One authority, and a person at its shell."""

    def __init__(self, kind: str, data: DataDir) -> None:
        self.kind = kind
        self.data = data
        SqliteStore.open(data.database).close()

    def type(self, line: str) -> Ran:
        """Type a line and return what became of it."""
        out, err = io.StringIO(), io.StringIO()
        words = [*shlex.split(line), "--data", str(self.data.path)]
        with redirect_stdout(out), redirect_stderr(err):
            try:
                status = PROGRAMS[self.kind](words)
            except SystemExit as stopped:
                status = int(stopped.code or 0)
        return Ran(status, out.getvalue(), err.getvalue())

    def do(self, line: str) -> str:
        """Type a line that is done."""
        ran = self.type(line)
        assert ran.status == 0, (line, ran.err)
        return ran.out

    def ask(self, line: str) -> Any:
        """Return what a line prints for programs."""
        return json.loads(self.do(f"{line} --json"))

    def refuses(self, line: str) -> str:
        """Return why a line is refused; it must be one line."""
        ran = self.type(line)
        assert ran.status == 1, ran.out
        [text] = ran.err.splitlines()
        program, _, why = text.partition(": ")
        assert program == f"licet {self.kind}"
        return why


class TwoSides:
    """A manager with the smart account 'Example', and an on-prem 'Sat'.

    Attributes:
        folder: where files are carried through.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        now, chance = SystemClock().now(), SystemChance()
        data = found_manager(
            folder / "manager", authority="Vendor", names=["localhost"], chance=chance, now=now
        )
        self.manager = Side("manager", data)
        self.manager.do("account open Example --domain example.com")
        self.manager.do("catalog import --sample")
        settings = Settings(data=str(folder / "sat"), name=("localhost",), site="Sat")
        self.sat = Side("onprem", found_on_prem(settings, chance, now).data)

    def request(self, name: str, place: str | None = None) -> None:
        """Request a local account."""
        where = place or name
        self.sat.do(
            f"account request '{name}' --smart-account Example --virtual-account '{where}' "
            "--email ops@example.com"
        )

    def register(self, name: str, place: str | None = None) -> None:
        """Register a local account by files."""
        self.request(name, place)
        asked = self.sat.ask(f"account approve '{name}' --manual --output {self.folder}")
        added = self.manager.ask(f"onprem add '{asked['file']}' --output {self.folder}")
        self.sat.do(f"account authorize '{added['file']}' --fingerprint {added['fingerprint']}")

    def synchronize(self, name: str, *words: str) -> Any:
        """Synchronize by files, and return what the response was said to change."""
        more = " ".join(words)
        asked = self.sat.ask(f"sync request '{name}' --output {self.folder} {more}")
        answered = self.manager.ask(f"onprem sync '{asked['file']}' --output {self.folder}")
        return self.sat.ask(f"sync response '{answered['file']}'")

    def office(self) -> Office:
        """Return the on-prem as its duties see it; the caller closes the store."""
        store = SqliteStore.open(self.sat.data.database)
        return Office(self.sat.data, store, SystemClock(), SystemChance(), "ann")
