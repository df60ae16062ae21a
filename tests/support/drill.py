"""Real agents that talk HTTPS to a real manager, whose administrator types `licet manager`."""

import http.client
import json
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from typing_extensions import override

from licet.agent.events import (
    Enable,
    Register,
    RenewAuthorization,
    RenewCertificate,
    Request,
    Send,
)
from licet.agent.machine import Agent, AgentSettings
from licet.agent.runtime import Deliver, Runtime
from licet.agent.tables import Authorization, Registration
from licet.kernel.chance import SystemChance
from licet.kernel.ids import Tag, Udi
from licet.kernel.problems import NoAnswer
from licet.kernel.time import Moment
from licet.service.clock import SystemClock
from licet.testing import MemorySnapshots
from support.standing import eventually

LICET = Path(sys.executable).with_name("licet")
PATH = "/its/service/oddce/services/DDCEService"
LAN = "LAN_ENTERPRISE_SERVICES_PKG"
PRODUCT = "regid.2026-11.com.example.N9K,1.0_992838ab-429d-5b93-bd27-ec942a56cf1e"
WITHIN_S = 30.0


class Clocks:
    """This machine's clocks, as an agent sees them."""

    def __init__(self) -> None:
        self._clock = SystemClock()
        self._elapsed_s = self._clock.elapsed_s()

    def now(self) -> Moment:
        """Return what the three clocks say."""
        wall = self._clock.now()
        return Moment(wall, wall - wall.replace(year=2020), "boot")


class Named(http.client.HTTPSConnection):
    """A connection to this machine that asks for a server by another name, as DNS would lead there."""

    def __init__(self, port: int, name: str, trust: ssl.SSLContext) -> None:
        super().__init__(name, port, timeout=WITHIN_S, context=trust)
        self._trust, self._name = trust, name

    @override
    def connect(self) -> None:
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=WITHIN_S)
        self.sock = self._trust.wrap_socket(plain, server_hostname=self._name)


@dataclass
class Net:
    """Where the products' messages go: what an administrator of the network has set up."""

    port: int = 0
    name: str = ""
    trust: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    def send(self, message: Send, deliver: Deliver) -> None:
        """Post a message, and deliver what came."""
        connection = Named(self.port, self.name, self.trust)
        try:
            connection.request("POST", PATH, message.request, {"Content-Type": "application/jose"})
            deliver(connection.getresponse().read())
        except OSError as error:
            deliver(NoAnswer(f"Fail to send out Call Home HTTP message: {error}"))
        finally:
            connection.close()


class Product:
    """A real agent in a product."""

    def __init__(self, sn: str, net: Net, tag: Tag) -> None:
        clock = Clocks()
        settings = AgentSettings(product=PRODUCT, jitter_s_max=0)
        agent = Agent.fresh(
            Udi("N9K", sn), settings=settings, chance=SystemChance(), now=clock.now()
        )
        self.runtime = Runtime(agent, store=MemorySnapshots(), transport=net, clock=clock)
        self.runtime.handle(Enable())
        self.runtime.handle(Request(tag))

    def register(self, token: str, *, force: bool = False) -> None:
        """Register, and authorize."""
        self.runtime.handle(Register(token, force=force))
        self.runtime.tick()
        assert self.stands == (Registration.COMPLETE, Authorization.AUTHORIZED), self.why

    def contact(self) -> None:
        """Do what falls due within thirty days: ask for the authorization again."""
        self.runtime.handle(RenewAuthorization())

    def renew(self) -> None:
        """Do what falls due within half a year: renew the ID certificate."""
        self.runtime.handle(RenewCertificate())

    @property
    def stands(self) -> tuple[Registration, Authorization]:
        """How it stands."""
        view = self.runtime.agent.view(self.runtime.clock.now())
        return view.registration.state, view.authorization.state

    @property
    def why(self) -> str:
        """What `show license status` says of its last attempts."""
        view = self.runtime.agent.view(self.runtime.clock.now())
        return f"{view.registration.initial} {view.authorization.last}"

    @property
    def good(self) -> bool:
        """Whether its last contact was answered well."""
        last = self.runtime.agent.view(self.runtime.clock.now()).authorization.last
        return last is not None and last.ok and self.stands[1] is Authorization.AUTHORIZED


def licet(data: Path, *words: str, status: int = 0) -> Any:
    """Run `licet manager … --json` as a person would, and return what it printed."""
    command = [str(LICET), "manager", *words, "--data", str(data), "--json"]
    done = subprocess.run(command, capture_output=True, check=False, timeout=120)  # noqa: S603
    assert done.returncode == status, done.stderr.decode()
    return json.loads(done.stdout) if done.stdout.strip() else None


@contextmanager
def serving(data: Path, name: str, net: Net) -> Iterator[subprocess.Popen[bytes]]:
    """Let a manager serve, and lead the products there."""
    ready = data.with_name(f"{data.name}.ready")
    log = data.with_name(f"{data.name}.log").open("wb")
    command = [str(LICET), "manager", "serve", "--data", str(data), "--listen", "127.0.0.1:0"]
    command += ["--name", name, "--ready-file", str(ready)]
    process = subprocess.Popen(command, stdout=log, stderr=log)  # noqa: S603
    try:
        eventually(lambda: ready.exists() or process.poll() is not None, within_s=WITHIN_S)
        assert ready.exists(), Path(log.name).read_text()
        net.port = int(json.loads(ready.read_text())["listen"][0].rpartition(":")[2])
        net.name = name
        net.trust = ssl.create_default_context(cafile=str(data / "tls" / "certificate.pem"))
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(WITHIN_S)
        log.close()
