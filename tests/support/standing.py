"""A real manager in a process of its own on loopback, and honest devices that talk HTTPS to it."""

import http.client
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from licet.kernel.chance import SystemChance
from licet.kernel.time import whole
from licet.service.datadir import DataDir
from licet.service.founding import found
from licet.service.keyring import Keyring
from licet.store.sqlite.store import SqliteStore
from licet.wire.messages import Answer
from support.device import Device
from support.office import Office

LICET = Path(sys.executable).with_name("licet")
PATH = "/its/service/oddce/services/DDCEService"
JOSE = "application/jose"
WITHIN_S = 20.0
PAGE_KIB = os.sysconf("SC_PAGE_SIZE") // 1024


def eventually(holds: Callable[[], bool], *, within_s: float = WITHIN_S) -> None:
    """Wait until something holds, or fail."""
    until = time.perf_counter() + within_s
    while not holds():
        assert time.perf_counter() < until, f"not within {within_s} s"
        time.sleep(0.01)  # noqa: TID251 - another process is waited for, with a deadline


@dataclass
class Standing:
    """A manager that stands.

    Attributes:
        office: works on the same database from this process, as the command line does.
        addresses: where it listens.
    """

    process: subprocess.Popen[bytes]
    data: DataDir
    office: Office
    addresses: list[tuple[str, int]]
    log: Path

    @property
    def address(self) -> tuple[str, int]:
        """The first address."""
        return self.addresses[0]

    @property
    def url(self) -> str:
        """What a destination URL begins with."""
        return f"https://127.0.0.1:{self.address[1]}"

    def said(self) -> str:
        """Return what it wrote into its log so far."""
        return self.log.read_text()

    def resident_kib(self) -> int:
        """Return how much memory the server holds."""
        statm = Path(f"/proc/{self.process.pid}/statm").read_text()
        return int(statm.split()[1]) * PAGE_KIB

    def connect(self, *, source: str | None = None) -> socket.socket:
        """Return a plain TCP connection."""
        origin = (source, 0) if source else None
        return socket.create_connection(self.address, timeout=WITHIN_S, source_address=origin)

    def secure(self, plain: socket.socket, *, name: str = "localhost") -> ssl.SSLSocket:
        """Return a connection after its handshake, with the certificate checked."""
        return self.trust().wrap_socket(plain, server_hostname=name)

    def trust(self) -> ssl.SSLContext:
        """Return a context that trusts this manager's certificate only."""
        return ssl.create_default_context(cafile=str(self.data.tls_certificate))

    def client(
        self, *, host: str = "127.0.0.1", port: int | None = None, source: str | None = None
    ) -> "Client":
        """Return a client with one kept connection."""
        return client_of(self.trust(), host, port or self.address[1], source=source)

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal and return the exit status."""
        self.process.send_signal(number)
        return self.process.wait(WITHIN_S)


class Client:
    """A product's side of HTTPS."""

    def __init__(self, connection: http.client.HTTPSConnection) -> None:
        self._connection = connection

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def post(
        self, body: bytes, *, path: str = PATH, content_type: str = JOSE
    ) -> tuple[int, dict[str, str], bytes]:
        """Return status, headers with names in lower case, and body."""
        return self.ask("POST", path, body, {"Content-Type": content_type})

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> tuple[int, dict[str, str], bytes]:
        """Return status, headers with names in lower case, and body."""
        self._connection.request(method, path, body, headers or {})
        response = self._connection.getresponse()
        found = {name.lower(): value for name, value in response.getheaders()}
        return response.status, found, response.read()

    def exchange(self, office: Office, device: Device, request: bytes) -> Answer:
        """Send a device's request, and return the answer that the device believes."""
        status, headers, body = self.post(request)
        assert (status, headers["content-type"]) == (200, JOSE), (status, body)
        return device.believe(body, request=request, root_mark=office.root_mark)


def client_of(trust: ssl.SSLContext, host: str, port: int, *, source: str | None = None) -> Client:
    """Return a client with one kept connection."""
    origin = (source, 0) if source else None
    return Client(
        http.client.HTTPSConnection(
            host, port, timeout=WITHIN_S, context=trust, source_address=origin
        )
    )


def system_now() -> datetime:
    """Return the instant, as the server's own clock has it."""
    return whole(datetime.now(UTC))  # noqa: TID251 - the server under test reads it as well


def make_data(folder: Path, *names: str) -> tuple[DataDir, Office]:
    """Make an authority in a directory, and an office over its database and keys."""
    now = system_now()
    data = found(
        folder / "data",
        authority="Example",
        names=names or ("localhost", "127.0.0.1", "::1"),
        chance=SystemChance(),
        now=now,
    )
    office = Office(now=now, store=SqliteStore.open(data.database))
    office.keys = office.endpoint.keys = Keyring.open(data).current()
    return data, office


@contextmanager
def standing(folder: Path, *arguments: str, names: tuple[str, ...] = ()) -> Iterator[Standing]:
    """Run a new manager on free ports until the block ends."""
    data, office = make_data(folder, *names)
    try:
        with running(folder, data, office, *arguments) as manager:
            yield manager
    finally:
        assert isinstance(office.store, SqliteStore)
        office.store.close()


@contextmanager
def running(folder: Path, data: DataDir, office: Office, *arguments: str) -> Iterator[Standing]:
    """Run a manager that was made before on free ports until the block ends."""
    ready, log = folder / "ready.json", folder / "log"
    ready.unlink(missing_ok=True)
    listen = () if "--listen" in arguments else ("--listen", "127.0.0.1:0")
    words = (LICET, "manager", "serve", "--data", data.path, "--ready-file", ready)
    command = [str(word) for word in words]
    with log.open("ab") as out:
        process = subprocess.Popen([*command, *listen, *arguments], stderr=out)  # noqa: S603
    try:
        eventually(lambda: ready.exists() or process.poll() is not None)
        assert ready.exists(), log.read_text()
        listed = json.loads(ready.read_text())["listen"]
        addresses = [(where.rpartition(":")[0].strip("[]"), where) for where in listed]
        ports = [(host, int(where.rpartition(":")[2])) for host, where in addresses]
        yield Standing(process, data, office, ports, log)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(WITHIN_S)
