"""A front inside this process, on a thread of its own, with an endpoint that the test makes."""

import asyncio
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvloop
from typing_extensions import override

from licet.endpoint.endpoint import Call, Endpoint, Reply
from licet.service.clock import SystemClock
from licet.service.datadir import DataDir
from licet.service.desk import MANAGER_PATHS
from licet.service.guard import Bounds
from licet.service.ports import open_ports
from licet.service.server import Parts, Server
from licet.service.settings import Limits
from licet.service.tls import Tls
from licet.store.sqlite.store import SqliteStore
from support.office import Office
from support.standing import Client, client_of, make_data

LIMITS, BOUNDS = Limits(), Bounds()
Work = Callable[[Sequence[Call]], Sequence[Reply]]


class Scripted(Endpoint):
    """An endpoint whose work the test writes; signing and deciding are left out.

    Attributes:
        work: answers a batch.
    """

    work: Work

    @override
    def handle(self, calls: Sequence[Call], *, now: object) -> list[Reply]:
        return list(self.work(calls))


@dataclass
class Inside:
    """A front that runs in a thread."""

    server: Server
    loop: asyncio.AbstractEventLoop
    thread: threading.Thread
    data: DataDir
    endpoint: Scripted

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server.addresses[0].rpartition(":")[2])

    def client(self) -> Client:
        """Return a client with one kept connection."""
        return client_of(self.trust(), "127.0.0.1", self.port)

    def trust(self) -> ssl.SSLContext:
        """Return a context that trusts its certificate only."""
        return ssl.create_default_context(cafile=str(self.data.tls_certificate))

    def stop(self) -> None:
        """Tell it to stop, and do not wait."""
        self.loop.call_soon_threadsafe(self.server.stop)


@contextmanager
def inside(
    folder: Path,
    work: Work,
    *,
    limits: Limits = LIMITS,
    bounds: Bounds = BOUNDS,
    well: Callable[[], object] = lambda: 0,
) -> Iterator[Inside]:
    """Run a front until the block ends."""
    data, office = make_data(folder)
    assert isinstance(office.store, SqliteStore)
    endpoint = scripted(office, work)
    clock = SystemClock()
    ports = open_ports([("127.0.0.1", 0)])
    parts = Parts(
        endpoint,
        well=well,
        tls=Tls(data, ["localhost"], now=clock.now()),
        clock=clock,
        paths=MANAGER_PATHS,
    )
    made: list[tuple[Server, asyncio.AbstractEventLoop]] = []
    serves = threading.Event()

    def run() -> None:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            loop = runner.get_loop()
            server = Server(parts, ports, limits=limits, bounds=bounds, loop=loop)
            made.append((server, loop))
            runner.run(server.run(serves.set))

    thread = threading.Thread(target=run, name="front")
    thread.start()
    assert serves.wait(20)
    front = Inside(*made[0], thread, data, endpoint)
    try:
        yield front
    finally:
        if thread.is_alive():
            front.stop()
            front.stop()
        thread.join(20)
        office.store.close()
        assert not thread.is_alive()


def scripted(office: Office, work: Work) -> Scripted:
    """Return an endpoint over an office's store that does the test's work."""
    endpoint = Scripted(office.store, office.keys, chance=office.chance)
    endpoint.work = work
    return endpoint
