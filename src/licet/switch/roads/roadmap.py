"""How the authority is to be reached, as one immutable value: the only input of a road."""

from dataclasses import dataclass, field

from licet.switch.roads.faults import Fault

DNS_PORT = 53
# What a proxy listens on where nothing else is said (device.md 1.8).
PROXY_PORT = 8080


@dataclass(frozen=True, slots=True)
class Limits:
    """How long each step of one attempt may take, in seconds.

    The agent gives an exchange up after a minute (`agent.schedule.EXCHANGE`); the total is less, so
    that the real reason is known before.
    """

    resolve_s: float = 8
    connect_s: float = 10
    proxy_s: float = 15
    tls_s: float = 10
    write_s: float = 10
    read_s: float = 30
    total_s: float = 55


@dataclass(frozen=True, slots=True)
class Server:
    """A name server."""

    address: str
    port: int = DNS_PORT


@dataclass(frozen=True, slots=True)
class Names:
    """How names become addresses.

    Attributes:
        hosts: (name in lower case, addresses), of `ip host` and `--host`; they go before all else.
        lookup: whether names that are not among them are looked up at all.
        domain: appended to a name without a dot.
        servers: those of the VRF.
        system: ask the machine's own resolver where there are none.
        without: why there is no name server, for a person.
    """

    hosts: tuple[tuple[str, tuple[str, ...]], ...] = ()
    lookup: bool = True
    domain: str | None = None
    servers: tuple[Server, ...] = ()
    system: bool = False
    without: str = "no name server is configured"


@dataclass(frozen=True, slots=True)
class Way:
    """Where connections and lookups leave the machine.

    Attributes:
        vrf: the name of the VRF, for a person.
        source: the address that they come from; None leaves it to the machine.
        namespace: the network namespace that they are made in.
    """

    vrf: str = "default"
    source: str | None = None
    namespace: str | None = None


@dataclass(frozen=True, slots=True)
class ProxyRoad:
    """The HTTP proxy on the way.

    Attributes:
        secure: TLS is spoken to the proxy itself.
    """

    host: str
    port: int = PROXY_PORT
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    secure: bool = False


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why the configuration itself leads nowhere."""

    fault: Fault
    cause: str


@dataclass(frozen=True, slots=True)
class RoadMap:
    """All that one attempt needs to know.

    Attributes:
        anchors: certificates in DER that TLS is verified against; the machine's CA store if empty.
            The licensing root is not among them: it is for messages.
        plain_http: whether http:// is allowed, to an on-prem.
    """

    names: Names = field(default_factory=Names)
    way: Way = field(default_factory=Way)
    proxy: ProxyRoad | None = None
    anchors: tuple[bytes, ...] = ()
    plain_http: bool = False
    limits: Limits = field(default_factory=Limits)
    obstacle: Obstacle | None = None
