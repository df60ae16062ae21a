"""What a switch is configured to do, as immutable values."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from enum import StrEnum

from licet.switch.calling import DIRECT_URL, PROXY_PORT, Callhome, Method, Proxy

__all__ = [
    "DEFAULT_VRF",
    "DIRECT_URL",
    "FACTORY",
    "FACTORY_HOST_NAME",
    "FACTORY_INTERFACES",
    "FACTORY_VRFS",
    "MANAGEMENT_INTERFACE",
    "MANAGEMENT_VRF",
    "PROXY_PORT",
    "SYSLOG_PORT",
    "SYSLOG_SEVERITY",
    "UTC_ZONE",
    "Callhome",
    "Configuration",
    "Interface",
    "Level",
    "LoggingServer",
    "Method",
    "NameServer",
    "Proxy",
    "TimeZone",
    "TrustPoint",
    "Vrf",
]

FACTORY_HOST_NAME = "switch"
DEFAULT_VRF, MANAGEMENT_VRF = "default", "management"
MANAGEMENT_INTERFACE = "mgmt0"
SYSLOG_PORT, SYSLOG_SEVERITY = 514, 5


class Level(StrEnum):
    """The license level of the switch (ours; the names are NX-OS's)."""

    ESSENTIALS = "essentials"
    ADVANTAGE = "advantage"


@dataclass(frozen=True, slots=True)
class NameServer:
    """A DNS server, and the VRF that it is reached in; None for the one it is configured in."""

    address: str
    vrf: str | None = None


@dataclass(frozen=True, slots=True)
class Vrf:
    """A `vrf context`.

    Attributes:
        source_address: what connections in it are bound to (ours).
        namespace: the network namespace that it stands for on this machine (ours).
    """

    name: str
    name_servers: tuple[NameServer, ...] = ()
    domain_name: str | None = None
    source_address: str | None = None
    namespace: str | None = None


@dataclass(frozen=True, slots=True)
class Interface:
    """An interface: as much of one as decides where messages leave from.

    Attributes:
        address, address6: with their prefix lengths, `192.0.2.1/24`.
        vrf: its VRF; None for the default one.
    """

    name: str
    address: str | None = None
    address6: str | None = None
    vrf: str | None = None
    description: str | None = None
    shutdown: bool = False

    @property
    def addresses(self) -> tuple[str, ...]:
        """Its addresses without prefix lengths."""
        given = (self.address, self.address6)
        return tuple(each.partition("/")[0] for each in given if each is not None)


@dataclass(frozen=True, slots=True)
class TrustPoint:
    """A `crypto ca trustpoint`: CA certificates (DER) that servers of TLS are trusted by."""

    name: str
    certificates: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class LoggingServer:
    """A remote syslog server; messages of `severity` and worse (a smaller number) go there."""

    host: str
    severity: int = SYSLOG_SEVERITY
    port: int = SYSLOG_PORT
    vrf: str | None = None


@dataclass(frozen=True, slots=True)
class TimeZone:
    """The zone that times are printed in; the clock itself is UTC."""

    name: str = "UTC"
    hours: int = 0
    minutes: int = 0

    @property
    def zone(self) -> timezone:
        """The zone, as `datetime` takes it."""
        minutes = -self.minutes if self.hours < 0 else self.minutes
        return timezone(timedelta(hours=self.hours, minutes=minutes), self.name)


UTC_ZONE = TimeZone()
FACTORY_VRFS = (Vrf(DEFAULT_VRF), Vrf(MANAGEMENT_VRF))
FACTORY_INTERFACES = (Interface(MANAGEMENT_INTERFACE, vrf=MANAGEMENT_VRF),)


@dataclass(frozen=True, slots=True)
class Configuration:
    """All of a switch's running configuration.

    Attributes:
        grace_period: `license grace-period`, of traditional licensing; it changes nothing.
        features: the names that `feature` turned on.
        hosts: `ip host`: (name in lower case, addresses), by name.
        name_servers: of the default VRF, or with a VRF of their own.
        vrfs: by name; `default` and `management` always exist.
        source_interface: `ip http source-interface NAME [vrf V]`.
        interfaces: by name; `mgmt0` always exists.
        logging_rfc5424: remote syslog in the form of RFC 5424 (`logging rfc-strict 5424`).
        traps: the names that `snmp-server enable traps callhome` turned on; none is sent.
        changed_at: when a configuration command was last done; None since the last restart.
    """

    host_name: str = FACTORY_HOST_NAME
    smart: bool = False
    level: Level = Level.ESSENTIALS
    grace_period: bool = False
    features: frozenset[str] = frozenset()
    banner: str | None = None
    callhome: Callhome = field(default_factory=Callhome)
    hosts: tuple[tuple[str, tuple[str, ...]], ...] = ()
    domain_lookup: bool = True
    domain_name: str | None = None
    name_servers: tuple[NameServer, ...] = ()
    vrfs: tuple[Vrf, ...] = FACTORY_VRFS
    source_interface: tuple[str, str | None] | None = None
    interfaces: tuple[Interface, ...] = FACTORY_INTERFACES
    trust_points: tuple[TrustPoint, ...] = ()
    logging_servers: tuple[LoggingServer, ...] = ()
    logging_rfc5424: bool = False
    traps: frozenset[str] = frozenset()
    time_zone: TimeZone = UTC_ZONE
    changed_at: datetime | None = None

    def vrf(self, name: str) -> Vrf | None:
        """Return the VRF of a name."""
        return next((each for each in self.vrfs if each.name == name), None)

    def interface(self, name: str) -> Interface | None:
        """Return the interface of a name."""
        return next((each for each in self.interfaces if each.name == name), None)

    def trust_point(self, name: str) -> TrustPoint | None:
        """Return the trust point of a name."""
        return next((each for each in self.trust_points if each.name == name), None)


FACTORY = Configuration()
