"""Runs a standing authority from its settings: opens what it stands on, serves, and closes it."""

import asyncio
import signal
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import msgspec
import structlog
import uvloop

from licet.service.clock import Clock
from licet.service.datadir import DataDir, hold
from licet.service.descriptors import allow_connections
from licet.service.desk import Handler
from licet.service.ports import open_ports
from licet.service.problems import ServiceError
from licet.service.server import Parts, Server
from licet.service.settings import Settings, addresses_of
from licet.service.site_desk import SiteDesk
from licet.service.tending import Duty, Tender
from licet.service.tls import Tls
from licet.store.sqlite.problems import StoreError
from licet.store.sqlite.store import SqliteStore

TENDING_ENDS_WITHIN_S = 30.0

_LOG = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Staff:
    """What one kind of authority serves with.

    Attributes:
        handler: who answers devices.
        paths: where devices send their messages.
        duties: what falls due beside the serving, by names for the log; each group of them has a
            thread of its own.
        hurry: called when it ends: a duty that takes long may break off.
        sites: serves the sites of on-prems, where that is done.
    """

    handler: Handler
    paths: Sequence[str]
    duties: Sequence[Mapping[str, Duty]]
    hurry: Callable[[], None] = lambda: None
    sites: SiteDesk | None = None


def serve(
    settings: Settings,
    data: DataDir,
    *,
    staff: Callable[[SqliteStore], Staff],
    clock: Clock,
    serving: Callable[[Sequence[str]], None],
    stopping: Callable[[], None],
) -> None:
    """Serve until SIGTERM or SIGINT; SIGHUP takes the TLS certificate anew.

    Args:
        settings: how.
        data: of a founded authority.
        staff: returns who works on the store, once that is open.
        clock: the machine's.
        serving: told the addresses once connections are accepted.
        stopping: told when it begins to end.

    Raises:
        ServiceError: it could not begin.
    """
    addresses = addresses_of(settings)
    connections = allow_connections(settings.limits.connections_max)
    limits = msgspec.structs.replace(settings.limits, connections_max=connections)
    with ExitStack() as stack:
        stack.enter_context(hold(data))
        tls = Tls(data, settings.name, now=clock.now())
        store = stack.enter_context(closing(_open_store(data.database)))
        staffed = staff(store)
        ports = open_ports(addresses)
        for port in ports:
            stack.callback(port.close)
        if staffed.sites is not None:
            stack.callback(staffed.sites.close)
        parts = Parts(
            staffed.handler,
            well=store.next_due,
            tls=tls,
            clock=clock,
            paths=staffed.paths,
            sites=staffed.sites,
        )
        tenders = [Tender(dict(duties), clock) for duties in staffed.duties]
        for tender in tenders:
            tender.start()
        try:
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                loop = runner.get_loop()
                server = Server(parts, ports, limits=limits, loop=loop)
                _listen_to_signals(loop, server, stopping)
                runner.run(server.run(lambda: serving(server.addresses)))
        finally:
            staffed.hurry()
            for tender in tenders:
                if not tender.stop(TENDING_ENDS_WITHIN_S):
                    _LOG.warning(
                        "a duty is still being done; the database keeps it whole or not at all"
                    )


def _open_store(path: Path) -> SqliteStore:
    try:
        return SqliteStore.open(path)
    except StoreError as error:
        raise ServiceError(str(error)) from error


def _listen_to_signals(
    loop: asyncio.AbstractEventLoop, server: Server, stopping: Callable[[], None]
) -> None:
    def stop() -> None:
        stopping()
        server.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    loop.add_signal_handler(signal.SIGHUP, server.reload)
