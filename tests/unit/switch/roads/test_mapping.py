"""The road that a configuration says."""

from dataclasses import replace

import pytest

from licet.switch.configuration import (
    FACTORY,
    Callhome,
    Configuration,
    Interface,
    NameServer,
    Proxy,
    TrustPoint,
    Vrf,
)
from licet.switch.roads.faults import Fault
from licet.switch.roads.mapping import road_map
from licet.switch.roads.roadmap import Obstacle, ProxyRoad, RoadMap, Server, Way

MANAGEMENT = replace(FACTORY, callhome=Callhome(use_vrf="management"))


def test_a_fresh_switch_uses_the_machine() -> None:
    """A switch out of the box would have no road at all."""
    road = road_map(FACTORY)
    assert (road.way, road.proxy, road.anchors, road.plain_http) == (Way(), None, (), False)
    assert road.names.system
    assert road.obstacle is None


def test_what_is_configured_is_taken_over() -> None:
    """A command would be accepted and do nothing."""
    configuration = replace(
        FACTORY,
        callhome=Callhome(proxy=Proxy("proxy", 3128, enabled=True), plain_http=True),
        hosts=(("onprem", ("192.0.2.1",)),),
        domain_lookup=False,
        domain_name="example.test",
        name_servers=(NameServer("192.0.2.53"),),
        trust_points=(TrustPoint("a", (b"1", b"2")), TrustPoint("b", (b"3",))),
    )
    road = road_map(configuration)
    assert road.proxy == ProxyRoad("proxy", 3128)
    assert road.plain_http
    assert road.anchors == (b"1", b"2", b"3")
    assert road.names.hosts == (("onprem", ("192.0.2.1",)),)
    assert not road.names.lookup
    assert road.names.domain == "example.test"
    assert road.names.servers == (Server("192.0.2.53"),)


def test_a_proxy_counts_only_when_it_is_enabled() -> None:
    """`transport http proxy enable` would mean nothing."""
    proxy = Proxy("proxy", user="u", password="p", secure=True)
    off = replace(FACTORY, callhome=Callhome(proxy=proxy))
    on = replace(FACTORY, callhome=Callhome(proxy=replace(proxy, enabled=True)))
    assert road_map(off).proxy is None
    assert road_map(on).proxy == ProxyRoad("proxy", 8080, "u", "p", secure=True)
    assert "'p'" not in repr(road_map(on))


@pytest.mark.parametrize(
    ("given", "own", "servers"),
    [
        ((), ("192.0.2.1",), ("192.0.2.1",)),
        ((NameServer("192.0.2.2", "management"),), (), ("192.0.2.2",)),
        ((NameServer("192.0.2.2", "red"),), ("192.0.2.1",), ("192.0.2.1",)),
        ((NameServer("192.0.2.2"),), (), ()),
        ((NameServer("192.0.2.1", "management"),), ("192.0.2.1",), ("192.0.2.1",)),
    ],
)
def test_a_vrf_asks_its_own_name_servers(
    given: tuple[NameServer, ...], own: tuple[str, ...], servers: tuple[str, ...]
) -> None:
    """A name would be looked up in another VRF than the message leaves by."""
    vrf = Vrf("management", tuple(NameServer(each) for each in own))
    names = road_map(replace(MANAGEMENT, name_servers=given, vrfs=(Vrf("default"), vrf))).names
    assert names.servers == tuple(Server(each) for each in servers)
    assert not names.system


def test_a_name_server_of_another_vrf_is_no_reason_to_ask_the_machine() -> None:
    """A mistake of the configuration would work in the lab and fail at the site."""
    names = road_map(replace(MANAGEMENT, name_servers=(NameServer("192.0.2.2"),))).names
    assert (names.servers, names.system) == ((), False)
    assert names.without == "the configured name servers are in another VRF"


@pytest.mark.parametrize(
    "vrf",
    [Vrf("management", source_address="127.0.0.5"), Vrf("management", namespace="red")],
)
def test_a_vrf_that_is_mapped_does_not_ask_the_machine(vrf: Vrf) -> None:
    """A question would leave by a road that the VRF does not know."""
    road = road_map(replace(MANAGEMENT, vrfs=(Vrf("default"), vrf)))
    assert road.way == Way("management", vrf.source_address, vrf.namespace)
    assert not road.names.system


def test_the_vrf_s_domain_name_goes_before_the_global_one() -> None:
    """A short name would be completed for another network."""
    vrf = Vrf("management", domain_name="mgmt.test")
    configuration = replace(MANAGEMENT, domain_name="global.test", vrfs=(Vrf("default"), vrf))
    assert road_map(configuration).names.domain == "mgmt.test"


def test_a_vrf_that_does_not_exist() -> None:
    """Messages would leave by the default VRF although another one is configured."""
    road = road_map(replace(FACTORY, callhome=Callhome(use_vrf="blue")))
    assert road.obstacle == Obstacle(Fault.NO_VRF, "there is no VRF blue")


def scenario(source: tuple[str, str | None], *interfaces: Interface) -> RoadMap:
    """Return the road from a source interface, where call home uses VRF management."""
    configuration = replace(
        MANAGEMENT,
        source_interface=source,
        interfaces=(Interface("mgmt0", "192.0.2.10/24", vrf="management"), *interfaces),
    )
    return road_map(configuration)


def test_a_source_interface_outside_the_vrf() -> None:
    """Scenario 1 of the source document would register: reachable, and yet not by call home."""
    road = scenario(("Vlan27", None), Interface("Vlan27", "198.51.100.27/24"))
    assert road.obstacle is not None
    assert road.obstacle.fault is Fault.SOURCE_INTERFACE
    assert "Vlan27 is in VRF default" in road.obstacle.cause
    assert scenario(("mgmt0", "default")).obstacle is not None
    assert scenario(("loopback0", None)).obstacle is not None


def test_its_remedy() -> None:
    """The remedy of scenario 1, typed as printed, would not help."""
    road = scenario(("mgmt0", "management"))
    assert road.obstacle is None
    # The machine need not have the switch's address where the VRF is not mapped to it.
    assert road.way == Way("management")


def test_a_source_interface_that_is_shut_down() -> None:
    """A message would leave by an interface that carries nothing."""
    down = Interface("Vlan5", "192.0.2.5/24", vrf="management", shutdown=True)
    road = scenario(("Vlan5", None), down)
    assert road.obstacle is not None
    assert "shut down" in road.obstacle.cause


@pytest.mark.parametrize(
    ("vrf", "source"),
    [
        (Vrf("management", source_address="127.0.0.5"), "192.0.2.10"),
        (Vrf("management", namespace="red"), "192.0.2.10"),
        (Vrf("management", source_address="::1"), "2001:db8::10"),
    ],
)
def test_the_interface_s_address_where_the_vrf_is_mapped(vrf: Vrf, source: str) -> None:
    """`ip http source-interface` would mean nothing."""
    configuration = Configuration(
        callhome=Callhome(use_vrf="management"),
        vrfs=(Vrf("default"), vrf),
        source_interface=("mgmt0", "management"),
        interfaces=(Interface("mgmt0", "192.0.2.10/24", "2001:db8::10/64", vrf="management"),),
    )
    way = road_map(configuration).way
    assert way == Way("management", source, vrf.namespace)


def test_an_interface_without_an_address_leaves_the_vrf_s() -> None:
    """A source address would be lost where an interface is only named."""
    configuration = Configuration(
        callhome=Callhome(use_vrf="management"),
        vrfs=(Vrf("default"), Vrf("management", source_address="127.0.0.5")),
        source_interface=("mgmt0", "management"),
    )
    assert road_map(configuration).way.source == "127.0.0.5"
