"""One running front: what it is made of, its every second, and how it ends."""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from licet.service.admission import Admission, Capacity
from licet.service.batching import Batching
from licet.service.clock import Clock
from licet.service.desk import Desk, Handler
from licet.service.exchange import http_date
from licet.service.guard import Bounds
from licet.service.listening import Door
from licet.service.ports import address_of
from licet.service.protocol import Front
from licet.service.reporting import Reporter
from licet.service.roster import Roster
from licet.service.settings import Limits
from licet.service.site_desk import SiteDesk
from licet.service.tls import Tls

HELD_BYTES_MAX = 64 * 1024 * 1024

_LOG = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Parts:
    """What a server serves with.

    Attributes:
        handler: who answers devices.
        well: raises where no batch could be done.
        paths: where devices send their messages.
        sites: serves the sites of on-prems, where that is done.
    """

    handler: Handler
    well: Callable[[], object]
    tls: Tls
    clock: Clock
    paths: Sequence[str]
    sites: SiteDesk | None = None


class Server:
    """Serves on open ports, until it is told to stop.

    Args:
        loop: the one that it will run on.

    Attributes:
        addresses: where it listens.
        roster: who is connected.
    """

    def __init__(
        self,
        parts: Parts,
        ports: Sequence[socket.socket],
        *,
        limits: Limits,
        bounds: Bounds = Bounds(),  # noqa: B008 - immutable
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self.addresses = [address_of(port) for port in ports]
        self._limits = limits
        self._tls = parts.tls
        self._clock = parts.clock
        self._loop = loop
        self._desk = Desk(
            parts.handler,
            well=parts.well,
            clock=parts.clock,
            batching=Batching(limits.batch_size_max, limits.batch_age_ms_max / 1000),
            admission=Admission(Capacity(wait_s_max=limits.wait_ms_max / 1000)),
            loop=loop,
        )
        self.roster = Roster(
            seats_max=limits.connections_max,
            seats_per_site_max=limits.connections_per_address_max,
            held_bytes_max=HELD_BYTES_MAX,
        )
        served = parts.sites.routes() if parts.sites is not None else {}
        self._front = Front(
            {**self._desk.routes(parts.paths), **served},
            bounds=bounds,
            roster=self.roster,
            reporter=Reporter(),
        )
        self._door = Door(self._front, ports, context=lambda: self._tls.context, loop=loop)
        self._stopped = asyncio.Event()
        self._over = asyncio.Event()

    async def run(self, serving: Callable[[], None] = lambda: None) -> None:
        """Serve, and return when all is ended.

        Args:
            serving: called once connections are accepted.
        """
        self._tick()
        self._door.open()
        ticking = self._loop.create_task(self._tick_on())
        _LOG.info("serving", listen=self.addresses)
        serving()
        await self._stopped.wait()
        await self._wind_down()
        ticking.cancel()
        _LOG.info("stopped")

    def stop(self) -> None:
        """Begin to stop; told a second time, do not wait for anybody."""
        if self._stopped.is_set():
            self._over.set()
        self._stopped.set()

    def reload(self) -> None:
        """Take the TLS certificate anew."""
        self._tls.look(self._clock.now(), anyway=True)

    async def _wind_down(self) -> None:
        """Accept nobody, answer what is under way, and let go of all others at once."""
        _LOG.info("stopping", connections=len(self.roster))
        self._desk.stopping = self._front.stopping = True
        self._door.close()
        self.roster.finish()
        if len(self.roster):
            self.roster.emptied = self._over.set
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._over.wait(), self._limits.stop_s_max)
        if len(self.roster):
            _LOG.warning("not waited for", connections=len(self.roster))
            self.roster.clear()
        self._desk.batcher.close()

    async def _tick_on(self) -> None:
        while True:
            await asyncio.sleep(1)
            try:
                self._tick()
            except Exception:  # noqa: BLE001 - whatever it is, the next one may be better
                _LOG.exception("a tick failed")

    def _tick(self) -> None:
        """Do what is done every second."""
        now, elapsed_s = self._clock.now(), self._loop.time()
        self._front.date = http_date(now)
        self._front.reporter.tick(elapsed_s)
        self.roster.expire(elapsed_s)
        self._tls.look(now)
