"""A manager, on-prems and switches, each in processes of its own, worked by their command lines."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from support.live import LiveSwitch, live_switch
from support.standing import LICET, PATH, WITHIN_S, eventually

ON_PREM_PATH = "/Transportgateway/services/DeviceRequestHandler"
NAMES = ("--name", "localhost", "--name", "127.0.0.1")


class Standing:
    """One authority's server.

    Args:
        kind: `manager` or `onprem`.
        folder: where its data directory, its log and its ready file are.

    Attributes:
        port: where it listens.
    """

    def __init__(self, kind: str, folder: Path) -> None:
        self.kind = kind
        self.folder = folder
        self.data = folder / "data"
        self.process: subprocess.Popen[bytes] | None = None
        self.port = 0
        folder.mkdir()

    def start(self, *more: str) -> None:
        """Start the server, and wait until it serves; where it listened before, it listens again."""
        ready = self.folder / "ready"
        ready.unlink(missing_ok=True)
        words = (self.kind, "serve", "--data", str(self.data), "--ready-file", str(ready))
        listen = ("--listen", f"127.0.0.1:{self.port}")
        with (self.folder / "log").open("ab") as log:
            process = subprocess.Popen(  # noqa: S603
                [LICET, *words, *listen, *NAMES, *more], stdout=log, stderr=log
            )
        self.process = process
        eventually(lambda: ready.exists() or process.poll() is not None)
        assert ready.exists(), (self.folder / "log").read_text()
        self.port = int(json.loads(ready.read_text())["listen"][0].rpartition(":")[2])

    def stop(self, number: int = 9) -> None:
        """End the server."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)
            self.process.wait(WITHIN_S)

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run one command of its administrator."""
        command: list[str] = [str(LICET), self.kind, *words, "--data", str(self.data)]
        return subprocess.run(  # noqa: S603
            command, capture_output=True, text=True, check=False, timeout=120
        )

    def do(self, *words: str) -> str:
        """Run one command that must succeed, and return what it prints."""
        ran = self.run(*words)
        assert ran.returncode == 0, (words, ran.stdout, ran.stderr)
        return ran.stdout

    def ask(self, *words: str) -> Any:
        """Run one command, and return what it tells programs."""
        return json.loads(self.do(*words, "--json"))

    @property
    def certificate(self) -> str:
        """What its server shows."""
        return (self.data / "tls" / "certificate.pem").read_text()


class Town:
    """A manager with a smart account 'Example', its on-prems, and its switches."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder = folder
        self._stack = stack
        self.on_prems: dict[str, Standing] = {}
        self.switches: dict[str, LiveSwitch] = {}
        self.manager = self._standing("manager", "manager")
        self.manager.start()
        self.manager.do("account", "open", "Example", "--domain", "example.com")
        self.manager.do("catalog", "import", "--sample")

    def _standing(self, kind: str, name: str) -> Standing:
        standing = Standing(kind, self._folder / name)
        self._stack.callback(standing.stop)
        return standing

    def order(self, place: str, license_name: str, count: int, number: str) -> None:
        """Buy licenses into a virtual account."""
        self.manager.do(
            "order",
            "add",
            *("--virtual-account", place),
            *("--order", number),
            license_name,
            str(count),
        )

    def on_prem(self, name: str) -> Standing:
        """Run a new on-prem, with a local account for a virtual account, all of that name."""
        on_prem = self.on_prems[name] = self._standing("onprem", name)
        on_prem.start("--site", name)
        code = self.manager.ask("onprem", "invite", "--virtual-account", name)["code"]
        on_prem.do(
            "account",
            "request",
            name,
            *("--smart-account", "Example"),
            *("--virtual-account", name),
        )
        on_prem.do("account", "approve", name, *self.way(), "--code", code)
        return on_prem

    def way(self) -> tuple[str, ...]:
        """Return the options that lead an on-prem to the manager."""
        url = f"https://localhost:{self.manager.port}"
        return ("--manager", url, "--ca", str(self.manager.data / "tls" / "certificate.pem"))

    def switch(self, sn: str) -> LiveSwitch:
        """Make a switch that trusts every server of the town, and let it live."""
        folder = self._folder / sn
        folder.mkdir()
        live = self.switches[sn] = self._stack.enter_context(live_switch(folder))
        live.execute("show clock", more=("--sn", sn))
        live.start()
        lines = ["configure terminal", "license smart enable"]
        for name, standing in {"manager": self.manager, **self.on_prems}.items():
            lines += [f"crypto ca trustpoint {name}", "exit", f"crypto ca authenticate {name}"]
            lines += [*standing.certificate.splitlines(), "END OF INPUT", "yes"]
        lines += ["end", ""]
        pasted = live.pipe("\n".join(lines))
        assert pasted.status == 0, pasted
        return live

    def register(self, live: LiveSwitch, standing: Standing) -> str:
        """Change the one URL of a switch, register it there, and return its status."""
        path = PATH if standing is self.manager else ON_PREM_PATH
        url = f"https://localhost:{standing.port}{path}"
        token = standing.ask("token", "create", "--days", "30")["token"]
        typed = live.execute(
            "configure terminal",
            "callhome",
            "destination-profile CiscoTAC-1 transport-method http",
            f"destination-profile CiscoTAC-1 index 1 http {url}",
            "enable",
            "end",
        )
        assert typed.status == 0, typed
        before = self.instances(standing)
        ran = live.execute(f"license smart register idtoken {token} force")
        assert ran.status == 0, ran
        eventually(lambda: len(self.instances(standing)) > len(before), within_s=30)
        return live.execute("show license status").out

    @staticmethod
    def instances(standing: Standing, *more: str) -> list[Any]:
        """Return the instance table of an authority."""
        found: list[Any] = standing.ask("instance", "list", *more)
        return found

    def synchronize(self, name: str, *more: str) -> Any:
        """Let an on-prem synchronize over the network."""
        return self.on_prems[name].ask("sync", "now", *more)


@contextmanager
def town(folder: Path) -> Iterator[Town]:
    """Yield a town; every process of it is ended at the end."""
    with ExitStack() as stack:
        yield Town(folder, stack)
