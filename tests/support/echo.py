"""A bare HTTPS echo on the front's own server: what a request costs before anything is done with it.

Run as a program with a data directory; it prints its port and serves until its input ends.
"""

import asyncio
import sys
from pathlib import Path

import structlog
import uvloop

from licet.service.clock import SystemClock
from licet.service.datadir import open_data
from licet.service.desk import JOSE, MANAGER_PATHS
from licet.service.exchange import Response, Route
from licet.service.guard import Bounds
from licet.service.listening import Door
from licet.service.ports import address_of, open_ports
from licet.service.protocol import Front
from licet.service.reporting import Reporter
from licet.service.roster import Roster
from licet.service.tls import Tls
from licet.wire import limits


async def serve(data_path: Path) -> None:
    """Serve until standard input ends."""
    loop = asyncio.get_running_loop()
    tls = Tls(open_data(data_path), (), now=SystemClock().now())
    echo = Route(
        lambda request: Response(200, request.body, JOSE),
        ("POST",),
        content_type=JOSE,
        body_bytes_max=limits.MAX_REQUEST_BYTES,
    )
    roster = Roster(seats_max=1024, seats_per_site_max=1024, held_bytes_max=64 * 1024 * 1024)
    front = Front(
        dict.fromkeys(MANAGER_PATHS, echo), bounds=Bounds(), roster=roster, reporter=Reporter()
    )
    ports = open_ports([("127.0.0.1", 0)])
    Door(front, ports, context=lambda: tls.context, loop=loop).open()
    print(address_of(ports[0]).rpartition(":")[2], flush=True)  # noqa: T201
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(Path(sys.argv[1])))
