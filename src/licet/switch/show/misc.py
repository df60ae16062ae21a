"""Small `show` commands, in the layouts of ntc-templates' NX-OS samples where those exist.

`show banner motd` and `show logging server` were recalled (mark M).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from licet.switch.configuration import DEFAULT_VRF, MANAGEMENT_INTERFACE, Configuration, Interface
from licet.switch.features import FEATURES

_SHORT_NAMES = {"Ethernet": "Eth", "loopback": "Lo", "port-channel": "Po"}
_WITHOUT_OPTICS = ("Vlan", "loopback", "port-channel")
_SEVERITIES = (
    "emergencies", "alerts", "critical", "errors", "warnings", "notifications", "informational",
    "debugging",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Uptime:
    """How long a switch runs, in parts."""

    days: int
    hours: int
    minutes: int
    seconds: int


def uptime(booted: datetime | None, now: datetime) -> Uptime:
    """Return how long ago a switch booted; nothing where that is not known."""
    length = timedelta(0) if booted is None else max(now - booted, timedelta(0))
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    return Uptime(days, hours, minutes, seconds)


def clock(at: datetime) -> str:
    """Return what `show clock` prints, e.g. `18:57:38.000 UTC Mon Oct 19 2015`."""
    day, month = at.ctime()[:3], at.ctime()[4:7]
    return f"{at:%H:%M:%S}.000 {at.tzname()} {day} {month} {at:%d %Y}\n"


def features(enabled: Collection[str]) -> str:
    """Return what `show feature` prints."""
    rows = (f"{name:<23}{1:<11}{state}\n" for name, state in feature_states(enabled))
    heading = "Feature Name          Instance  State\n--------------------  --------  --------\n"
    return heading + "".join(rows)


def feature_states(enabled: Collection[str]) -> list[tuple[str, str]]:
    """Return each feature as it is shown, with its state, by name."""
    return sorted(
        (feature.shown, "enabled" if name in enabled else "disabled")
        for name, feature in FEATURES.items()
    )


def banner(configuration: Configuration) -> str:
    """Return what `show banner motd` prints."""
    return "" if configuration.banner is None else f"{configuration.banner}\n"


def interfaces(configuration: Configuration) -> str:
    """Return what `show interface status` prints of the interfaces that were configured."""
    rule = "-" * 80
    heading = f"{'Port':<14}{'Name':<19}{'Status':<10}{'Vlan':<10}{'Duplex':<8}{'Speed':<8}Type"
    rows = "".join(map(_interface, configuration.interfaces))
    return f"\n{rule}\n{heading}\n{rule}\n{rows}"


def _interface(interface: Interface) -> str:
    name = interface.name
    for long, short in _SHORT_NAMES.items():
        name = name.replace(long, short)
    said = (interface.description or "--").replace(" ", "_")[:18]
    status = "disabled" if interface.shutdown else "connected"
    is_management = interface.name == MANAGEMENT_INTERFACE
    kind = "--" if interface.name.startswith(_WITHOUT_OPTICS) or is_management else "10Gbase-SR"
    speed = "1000" if is_management else "auto"
    return f"{name:<14}{said:<19}{status:<10}{'routed':<10}{'full':<8}{speed:<8}{kind}\n"


def logging_servers(configuration: Configuration) -> str:
    """Return what `show logging server` prints."""
    servers = configuration.logging_servers
    lines = [f"Logging server:            {'enabled' if servers else 'disabled'}"]
    for server in servers:
        lines += [
            f"{{{server.host}}}",
            f"        server severity:        {_SEVERITIES[server.severity]}",
            "        server facility:        local7",
            f"        server VRF:             {server.vrf or DEFAULT_VRF}",
            f"        server port:            {server.port}",
        ]
    form = "RFC 5424" if configuration.logging_rfc5424 else "RFC 3164"
    return "".join(f"{line}\n" for line in [*lines, f"Form of messages:          {form}"])
