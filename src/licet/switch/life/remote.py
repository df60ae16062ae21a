"""Sends lines of the log to the syslog servers that `logging server` names, in a thread of its own.

UDP, from the VRF that is configured. The switch waits for nothing of it: a name that is looked up
forever, or a server that is not there, holds nothing up, and lines that cannot be sent are lost.
"""

import queue
import re
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from licet.kernel.time import MONTHS
from licet.switch.configuration import Configuration, LoggingServer
from licet.switch.roads.faults import Stumbled
from licet.switch.roads.mapping import road_map
from licet.switch.roads.names import find
from licet.switch.roads.namespaces import enter
from licet.switch.roads.pace import Pace
from licet.switch.roads.roadmap import RoadMap

# NX-OS logs with local7 unless told otherwise [M].
FACILITY = 23
LINES_MAX = 1000
# RFC 5426, 3.2: what every receiver takes; longer ones are cut.
BYTES_MAX = 2048
CLOSE_WITHIN_S = 2.0
_LINE = re.compile(
    r"\d{4} \w{3} [ \d]\d [\d:]{8}\S* (?:\w+ )?\S+ (%([A-Z0-9_]+)-(\d)-([A-Z0-9_]+): .*)\Z"
)
_COMMON = "LOG_SMART_LIC_"


@dataclass(frozen=True, slots=True)
class Logged:
    """A line of the log, when it was written, and the configuration then."""

    line: str
    at: datetime
    configuration: Configuration


class RemoteLog:
    """The syslog servers of one switch.

    Args:
        mapped: gives a configuration the hosts that the command line maps.
    """

    def __init__(
        self, mapped: Callable[[Configuration], Configuration] = lambda same: same
    ) -> None:
        self._mapped = mapped
        self._lines: queue.Queue[Logged | None] = queue.Queue(LINES_MAX)
        self._thread: threading.Thread | None = None

    def send(self, logged: Logged) -> None:
        """Send a line to every server that wants it, soon."""
        if not logged.configuration.logging_servers:
            return
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="licet-syslog", daemon=True)
            self._thread.start()
        with suppress(queue.Full):
            self._lines.put_nowait(logged)

    def close(self) -> None:
        """Send what waits, within a moment."""
        if self._thread is not None:
            with suppress(queue.Full):
                self._lines.put_nowait(None)
            self._thread.join(CLOSE_WITHIN_S)

    def _work(self) -> None:
        while (logged := self._lines.get()) is not None:
            for server in logged.configuration.logging_servers:
                data = message(logged, server)
                if data is not None:
                    road = road_to(self._mapped(logged.configuration), server)
                    _carry(data, server, road)


def message(logged: Logged, server: LoggingServer) -> bytes | None:
    """Return the datagram of a line for a server; None if that wants only what is worse."""
    found = _LINE.match(logged.line)
    text, app, severity, name = found.groups() if found else (logged.line, "-", "6", "-")
    if int(severity) > server.severity:
        return None
    configuration = logged.configuration
    local = logged.at.astimezone(configuration.time_zone.zone)
    priority = f"<{FACILITY * 8 + int(severity)}>"
    host = configuration.host_name
    if configuration.logging_rfc5424:
        stamp = local.isoformat(timespec="seconds")
        if local.utcoffset() == timedelta(0):
            stamp = f"{local:%Y-%m-%dT%H:%M:%S}Z"
        head = f"{priority}1 {stamp} {host} {app} - {name.removeprefix(_COMMON)[:32]} - "
    else:
        head = f"{priority}{MONTHS[local.month - 1]} {local.day:>2} {local:%H:%M:%S} {host} "
    return f"{head}{text}".encode()[:BYTES_MAX]


def road_to(configuration: Configuration, server: LoggingServer) -> RoadMap:
    """Return the road to a syslog server: that of its VRF, whatever call home uses."""
    callhome = replace(configuration.callhome, use_vrf=server.vrf, proxy=None)
    return road_map(replace(configuration, callhome=callhome, source_interface=None))


def _carry(data: bytes, server: LoggingServer, road: RoadMap) -> None:
    """Send a datagram; where the VRF is a network namespace, from a thread that goes there."""
    if road.way.namespace is None:
        _send(data, server, road)
        return
    thread = threading.Thread(target=_send, args=(data, server, road), daemon=True)
    thread.start()
    thread.join(road.limits.total_s)


def _send(data: bytes, server: LoggingServer, road: RoadMap) -> None:
    # dnspython is not imported before a name is looked up.
    from licet.switch.roads.asking import Asker  # noqa: PLC0415

    if road.obstacle is not None:
        return
    with suppress(Stumbled, OSError):
        if road.way.namespace is not None:
            enter(road.way.namespace)
        addresses = find(server.host, road.names, road.way, Asker(Pace(road.limits)))
        family = socket.AF_INET6 if addresses[0].version == 6 else socket.AF_INET  # noqa: PLR2004
        with socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as out:
            if road.way.source is not None:
                out.bind((road.way.source, 0))
            out.sendto(data, (str(addresses[0]), server.port))
