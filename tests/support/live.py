"""A switch in processes of its own: its daemon, its commands, and a real manager that it reaches."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from licet.agent.state import read_snapshot
from licet.kernel.ids import Udi
from licet.ledger.model import License
from licet.switch.features import TAGS
from licet.switch.life.dialing import dial
from licet.wire.tokens import print_token
from support.standing import LICET, PATH, WITHIN_S, Standing, eventually

SN = "FDO21120U5B"
UDI = Udi("N9K-C93180YC-EX", SN)
LAN = TAGS["LAN_ENTERPRISE_SERVICES_PKG"]
_LEFT = re.compile(
    r"Evaluation Period Remaining: (\d+) days, (\d+) hours, (\d+) minutes, (\d+) seconds"
)


@dataclass
class Ran:
    """What a command printed, and its exit status."""

    out: str
    err: str
    status: int


class LiveSwitch:
    """One switch's data directory, and the processes at it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "switch"
        self.process: subprocess.Popen[bytes] | None = None

    def execute(self, *lines: str, more: tuple[str, ...] = ()) -> Ran:
        """Run `licet switch exec`."""
        return self._run("exec", "--data", str(self.data), *more, "--", *lines)

    def make(self, *more: str) -> Ran:
        """Make the switch by its first command."""
        return self.execute("show clock", more=("--sn", SN, *more))

    def pipe(self, text: str) -> Ran:
        """Run `licet switch` with lines on its standard input."""
        return self._run("--data", str(self.data), text=text)

    def start(self, *more: str) -> None:
        """Start the daemon, and wait until it answers."""
        with (self.folder / "console").open("ab") as console:
            self.process = subprocess.Popen(  # noqa: S603
                [LICET, "switch", "run", "--data", self.data, *more], stderr=console
            )
        eventually(lambda: self.answers() or self.ended)
        assert not self.ended, self.console()

    def answers(self) -> bool:
        """Tell whether a process is the switch."""
        phone = dial(self.data) if self.data.is_dir() else None
        if phone is not None:
            phone.close()
        return phone is not None

    @property
    def ended(self) -> bool:
        """Whether the daemon ended."""
        return self.process is not None and self.process.poll() is not None

    def stop(self, number: int) -> int:
        """Send the daemon a signal, and return its exit status."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(WITHIN_S)

    def console(self) -> str:
        """Return what the daemon printed so far."""
        return (self.folder / "console").read_text()

    def used_s(self) -> int:
        """Return what the evaluation meter has counted, as it is on the disk."""
        _, used_s, _ = read_snapshot((self.data / "license-state").read_bytes(), UDI)
        return used_s

    def _run(self, *words: str, text: str = "") -> Ran:
        ran = subprocess.run(  # noqa: S603
            [LICET, "switch", *words],
            input=text,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        return Ran(ran.stdout, ran.stderr, ran.returncode)


@contextmanager
def live_switch(folder: Path) -> Iterator[LiveSwitch]:
    """Yield a switch that is not made yet; what runs at the end is killed."""
    live = LiveSwitch(folder)
    try:
        yield live
    finally:
        if live.process is not None and live.process.poll() is None:
            live.process.kill()
            live.process.wait(WITHIN_S)


def sell(manager: Standing, *, lan: int) -> None:
    """Put the packages of a switch into the catalog, and some LAN licenses into the account."""
    with manager.office.store.begin() as work:
        for name, tag in TAGS.items():
            work.put_license(License(tag, f"{name} license", f"All of {name}"))
        work.commit()
    manager.office.give(LAN, lan)


def token(manager: Standing) -> str:
    """Return a new ID token."""
    return print_token(manager.office.token())


def directions(manager: Standing, *, host: str = "127.0.0.1") -> list[str]:
    """Return what is typed at a switch so that it reaches a manager, from EXEC back to EXEC."""
    certificate = manager.data.tls_certificate.read_text().splitlines()
    port = manager.address[1]
    return [
        "configure terminal",
        "license smart enable",
        "crypto ca trustpoint manager",
        "exit",
        "crypto ca authenticate manager",
        *certificate,
        "END OF INPUT",
        "yes",
        "callhome",
        "destination-profile CiscoTAC-1 transport-method http",
        f"destination-profile CiscoTAC-1 index 1 http https://{host}:{port}{PATH}",
        "enable",
        "end",
    ]


def left_s(status: str) -> int | None:
    """Return the seconds of evaluation that a status shows as left; None where it shows none."""
    found = _LEFT.search(status)
    if found is None:
        return None
    days, hours, minutes, seconds = map(int, found.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds
