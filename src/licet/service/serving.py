"""Runs a standing authority from its settings: opens what it stands on, serves, and closes it."""

import asyncio
import signal
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from pathlib import Path

import msgspec
import structlog
import uvloop

from licet.admin.sweep import Sweep
from licet.endpoint.endpoint import Endpoint
from licet.kernel.chance import Chance
from licet.ledger.model import Policy
from licet.service.clock import Clock
from licet.service.datadir import DataDir, hold
from licet.service.descriptors import allow_connections
from licet.service.keyring import Keyring
from licet.service.ports import open_ports
from licet.service.problems import ServiceError
from licet.service.renewal import KeyRenewal
from licet.service.server import Parts, Server
from licet.service.settings import Settings, addresses_of
from licet.service.tending import Duty, Tender
from licet.service.tls import Tls
from licet.store.sqlite.problems import StoreError
from licet.store.sqlite.store import SqliteStore

TENDING_ENDS_WITHIN_S = 30.0

_LOG = structlog.get_logger(__name__)


def serve(
    settings: Settings,
    data: DataDir,
    *,
    paths: Sequence[str],
    clock: Clock,
    chance: Chance,
    serving: Callable[[Sequence[str]], None],
    stopping: Callable[[], None],
) -> None:
    """Serve until SIGTERM or SIGINT; SIGHUP takes the TLS certificate anew.

    Args:
        settings: how.
        data: of a founded authority.
        paths: where devices send their messages.
        clock: the machine's.
        chance: where keys and serial numbers come from.
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
        keyring = Keyring.open(data)
        tls = Tls(data, settings.name, now=clock.now())
        store = stack.enter_context(closing(_open_store(data.database)))
        ports = open_ports(addresses)
        for port in ports:
            stack.callback(port.close)
        parts = Parts(
            Endpoint(store, keyring.current(), chance=chance),
            keys=keyring.current,
            well=store.next_due,
            tls=tls,
            clock=clock,
            paths=paths,
        )
        tender = _tender(store, Keyring.open(data), clock, chance)
        tender.start()
        try:
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                loop = runner.get_loop()
                server = Server(parts, ports, limits=limits, loop=loop)
                _listen_to_signals(loop, server, stopping)
                runner.run(server.run(lambda: serving(server.addresses)))
        finally:
            if not tender.stop(TENDING_ENDS_WITHIN_S):
                _LOG.warning(
                    "a duty is still being done; the database keeps it whole or not at all"
                )


def _open_store(path: Path) -> SqliteStore:
    try:
        return SqliteStore.open(path)
    except StoreError as error:
        raise ServiceError(str(error)) from error


def _tender(store: SqliteStore, keyring: Keyring, clock: Clock, chance: Chance) -> Tender:
    """Return who tends; it has a keyring of its own, since another thread uses the other one."""
    duties: dict[str, Duty] = {"sweep": Sweep(store, Policy()), "keys": KeyRenewal(keyring, chance)}
    return Tender(duties, clock)


def _listen_to_signals(
    loop: asyncio.AbstractEventLoop, server: Server, stopping: Callable[[], None]
) -> None:
    def stop() -> None:
        stopping()
        server.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    loop.add_signal_handler(signal.SIGHUP, server.reload)
