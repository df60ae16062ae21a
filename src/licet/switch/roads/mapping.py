"""Reads off a configuration how the authority is to be reached."""

from licet.switch.configuration import DEFAULT_VRF, Configuration, Interface, NameServer, Vrf
from licet.switch.roads.faults import Fault
from licet.switch.roads.names import literal
from licet.switch.roads.roadmap import (
    DNS_PORT,
    Limits,
    Names,
    Obstacle,
    ProxyRoad,
    RoadMap,
    Server,
    Way,
)


def road_map(
    configuration: Configuration,
    *,
    dns_port: int = DNS_PORT,
    limits: Limits | None = None,
) -> RoadMap:
    """Return the road that a configuration says.

    Args:
        configuration: the running one.
        dns_port: what name servers listen on.
        limits: of each step; the usual ones if None.
    """
    callhome = configuration.callhome
    name = callhome.use_vrf or DEFAULT_VRF
    vrf = configuration.vrf(name)
    limits = limits or Limits()
    if vrf is None:
        gone = Obstacle(Fault.NO_VRF, f"there is no VRF {name}")
        return RoadMap(limits=limits, obstacle=gone)
    way = Way(name, vrf.source_address, vrf.namespace)
    obstacle = None
    if configuration.source_interface is not None:
        way, obstacle = _from_interface(configuration, configuration.source_interface, way)
    proxy = callhome.proxy
    return RoadMap(
        names=_names(configuration, vrf, dns_port),
        way=way,
        proxy=None
        if proxy is None or not proxy.enabled
        else ProxyRoad(proxy.host, proxy.port, proxy.user, proxy.password, proxy.secure),
        anchors=tuple(
            certificate
            for point in configuration.trust_points
            for certificate in point.certificates
        ),
        plain_http=callhome.plain_http,
        limits=limits,
        obstacle=obstacle,
    )


def _from_interface(
    configuration: Configuration, source: tuple[str, str | None], way: Way
) -> tuple[Way, Obstacle | None]:
    """Return the way from an interface (`ip http source-interface`), or why there is none.

    An interface outside the VRF of call home carries nothing: scenario 1 of the source document.
    Where the VRF is mapped to this machine, the address of the interface is bound to; elsewhere it
    stands for the switch's own, which the machine need not have.
    """
    name, said = source
    interface = configuration.interface(name)
    vrf = said or (interface.vrf if interface is not None else None) or DEFAULT_VRF
    if vrf != way.vrf:
        cause = f"call home uses VRF {way.vrf}, and the source interface {name} is in VRF {vrf}"
        return way, Obstacle(Fault.SOURCE_INTERFACE, cause)
    if interface is None:
        return way, None
    if interface.shutdown:
        return way, Obstacle(Fault.SOURCE_INTERFACE, f"the source interface {name} is shut down")
    if way.source is None and way.namespace is None:
        return way, None
    address = _address(interface, way.source)
    return Way(way.vrf, address or way.source, way.namespace), None


def _address(interface: Interface, beside: str | None) -> str | None:
    """Return the interface's address, of the kind of the one that the VRF is mapped to."""
    kind = None if beside is None else literal(beside)
    for text in interface.addresses:
        address = literal(text)
        if address is not None and (kind is None or address.version == kind.version):
            return text
    return None


def _names(configuration: Configuration, vrf: Vrf, port: int) -> Names:
    """Return how names are looked up in a VRF.

    A VRF asks its own name servers and those that were given for it with `use-vrf`; the default one
    also asks those without. The machine's resolver is asked only where nothing is mapped and no name
    server is configured at all: a server in another VRF is a mistake to be shown, not worked around.
    """
    default = vrf.name == DEFAULT_VRF
    found = [*vrf.name_servers, *configuration.name_servers]
    servers = [
        Server(each.address, port)
        for each in found
        if _is_for(each, vrf, own=each in vrf.name_servers or default)
    ]
    elsewhere = bool(configuration.name_servers) or any(
        each.name_servers for each in configuration.vrfs
    )
    mapped = vrf.source_address is not None or vrf.namespace is not None
    if elsewhere:
        without = "the configured name servers are in another VRF"
    else:
        without = "it has no name server"
    return Names(
        hosts=configuration.hosts,
        lookup=configuration.domain_lookup,
        domain=vrf.domain_name or configuration.domain_name,
        servers=tuple(dict.fromkeys(servers)),
        system=not elsewhere and not mapped,
        without=without,
    )


def _is_for(server: NameServer, vrf: Vrf, *, own: bool) -> bool:
    return own if server.vrf is None else server.vrf == vrf.name
