"""Names, VRFs and source addresses: where questions and messages really leave this machine."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from licet.agent.events import Notice
from licet.agent.tables import Registration
from licet.switch.configuration import Callhome, Configuration, NameServer, Proxy, Vrf
from licet.switch.roads.faults import NOT_SENT, UNRESOLVED, Fault, Missed
from licet.switch.roads.mapping import road_map
from licet.switch.roads.namespaces import enter
from licet.switch.roads.roadmap import Limits, Names, ProxyRoad, RoadMap, Way
from licet.wire.tokens import print_token
from support.forge import Forge, Pair
from support.nameserver import name_server
from support.rough import response, rough, says
from support.standing import PATH, standing
from support.traveler import Traveler, travel
from support.trust import anchors_of

QUICK = Limits(resolve_s=2, connect_s=1, proxy_s=1, tls_s=2, write_s=1, read_s=2, total_s=6)
RECORDS = {
    "onprem.example.test": ("127.0.0.1",),
    "both.example.test": ("::1", "127.0.0.1"),
    "tools.cisco.com": ("127.0.0.1",),
    "nothing.example.test": (),
}


@pytest.fixture(scope="module")
def forge(tmp_path_factory: pytest.TempPathFactory) -> Forge:
    """A CA."""
    return Forge(tmp_path_factory.mktemp("forge"))


@pytest.fixture(scope="module")
def right(forge: Forge) -> Pair:
    """A certificate for every name of these tests."""
    return forge.pair("*.example.test", "*.cisco.com", "localhost", "127.0.0.1")


def missed_by(road: RoadMap, url: str) -> Missed:
    """Post, and return why no answer came."""
    missed = travel(road, url).missed
    assert missed is not None
    return missed


# Names.


def test_a_name_is_asked_for_where_the_vrf_says(forge: Forge, right: Pair) -> None:
    """DNS would be looked up in the wrong VRF, which is what people complain about most."""
    with (
        name_server(RECORDS) as knows,
        name_server({}) as other,
        rough(says(response()), right.context()) as server,
    ):
        configuration = Configuration(
            callhome=Callhome(use_vrf="management"),
            name_servers=(NameServer("127.0.0.1"),),
            vrfs=(Vrf("default"), Vrf("management", (NameServer("127.0.0.1"),), "example.test")),
        )
        road = replace(
            road_map(configuration, dns_port=knows.server.port, limits=QUICK), anchors=(forge.der,)
        )
        full = travel(road, f"https://onprem.example.test:{server.port}/")
        short = travel(road, f"https://ONPREM:{server.port}/")
    assert full.data == b"answer"
    assert other.asked == []
    assert knows.names[:2] == ["onprem.example.test"] * 2
    # A name without a dot was completed to be asked for; the certificate must name what was typed.
    assert short.missed is not None
    assert short.missed.fault is Fault.TLS_NAME
    assert set(knows.names) == {"onprem.example.test"}


def test_ip_host_goes_before_name_servers(forge: Forge, right: Pair) -> None:
    """A static host would not count, or not without a name server."""
    with name_server(RECORDS) as knows, rough(says(response()), right.context()) as server:
        hosts = (("onprem.example.test", ("127.0.0.1",)),)
        road = RoadMap(
            names=Names(hosts=hosts, servers=(knows.server,)), anchors=(forge.der,), limits=QUICK
        )
        url = f"https://OnPrem.Example.Test:{server.port}/"
        assert travel(road, url).data == b"answer"
        bare = replace(road, names=Names(hosts=hosts, lookup=False))
        assert travel(bare, url).data == b"answer"
    assert knows.asked == []


def test_the_next_address_is_tried(forge: Forge, right: Pair) -> None:
    """A host with IPv6 in its name and none on its path could not be reached."""
    with name_server(RECORDS) as knows, rough(says(response()), right.context()) as server:
        names = Names(servers=(knows.server,))
        road = RoadMap(names=names, anchors=(forge.der,), limits=QUICK)
        assert travel(road, f"https://both.example.test:{server.port}/").data == b"answer"


@pytest.mark.parametrize(
    ("refuses", "mute", "name", "says_so"),
    [
        (False, False, "unknown.example.test", "know no unknown.example.test"),
        (False, False, "nothing.example.test", "know no address of nothing.example.test"),
        (True, False, "onprem.example.test", "could answer for onprem.example.test"),
        (False, True, "onprem.example.test", "answered for onprem.example.test in time"),
    ],
)
def test_a_name_that_has_no_address(*, refuses: bool, mute: bool, name: str, says_so: str) -> None:
    """Scenario 4 of the source document: call home would hang, and nobody know that it is DNS."""
    with name_server(RECORDS, refuses=refuses, mute=mute) as knows:
        road = RoadMap(names=Names(servers=(knows.server,)), limits=QUICK)
        missed = missed_by(road, f"https://{name}/")
    assert (missed.fault, missed.reason) == (Fault.UNRESOLVED, UNRESOLVED)
    assert says_so in missed.cause


def test_the_machine_s_resolver_is_asked_where_nothing_is_configured(
    forge: Forge, right: Pair
) -> None:
    """A switch on a laptop would need a name server of its own."""
    with rough(says(response()), right.context()) as server:
        road = replace(road_map(Configuration(), limits=QUICK), anchors=(forge.der,))
        assert travel(road, f"https://localhost:{server.port}/").data == b"answer"
        mapped = Configuration(vrfs=(Vrf("default", source_address="127.0.0.1"),))
        missed = missed_by(road_map(mapped, limits=QUICK), f"https://localhost:{server.port}/")
    assert missed.fault is Fault.UNRESOLVED
    assert "VRF default: it has no name server" in missed.cause


CISCO = (
    "https://tools.cisco.com/its/service/oddce/services/DDCEService",
    "https://TOOLS.CISCO.COM./x",
    "https://cisco.com/",
    "https://a.b.c.cisco.com:1/",
    "http://tools.cisco.com/",
    "https://tools/",
    "https://tools.cisco%2ecom/",
    "https://tools。cisco。com/",
)


@pytest.mark.parametrize("url", CISCO)
def test_nothing_under_cisco_com_is_asked_for_or_contacted(url: str) -> None:
    """A switch in somebody's lab would send its messages, or its questions, to Cisco."""
    with name_server(RECORDS) as knows, rough(says(b"")) as proxy:
        names = Names(servers=(knows.server,), domain="cisco.com")
        for road in (
            RoadMap(names=names, plain_http=True, limits=QUICK),
            RoadMap(names=Names(system=True, domain="cisco.com"), plain_http=True, limits=QUICK),
            RoadMap(
                names=names,
                proxy=ProxyRoad("tools.cisco.com", proxy.port),
                plain_http=True,
                limits=QUICK,
            ),
        ):
            missed = missed_by(road, url)
            assert missed.fault in (Fault.FORBIDDEN_NAME, Fault.BAD_URL, Fault.PLAIN_HTTP)
        through = RoadMap(
            names=replace(names, domain=None),
            proxy=ProxyRoad("127.0.0.1", proxy.port),
            plain_http=True,
            limits=QUICK,
        )
        if url != "https://tools/":
            assert missed_by(through, url).fault is not Fault.CLOSED
            assert proxy.peers == []
    assert knows.asked == []
    assert not any(b"cisco" in heard for heard in proxy.heard)


def test_what_is_mapped_is_contacted(forge: Forge, right: Pair) -> None:
    """The source document's own configuration, with `ip host`, would lead nowhere."""
    with rough(says(response()), right.context()) as server:
        configuration = Configuration(hosts=(("tools.cisco.com", ("127.0.0.1",)),))
        road = replace(road_map(configuration, limits=QUICK), anchors=(forge.der,))
        url = f"https://tools.cisco.com:{server.port}/its/service/oddce/services/DDCEService"
        assert travel(road, url).data == b"answer"
    assert server.heard[0].startswith(b"POST /its/service/oddce/services/DDCEService HTTP/1.1\r\n")
    assert f"Host: tools.cisco.com:{server.port}\r\n".encode() in server.heard[0]


# Source addresses.


def test_everything_leaves_from_the_source_address(forge: Forge, right: Pair) -> None:
    """A firewall that lets only the VRF's address out would stop the lookup, or the message."""
    with name_server(RECORDS) as knows, rough(says(response()), right.context()) as server:
        way = Way("management", source="127.0.0.5")
        names = Names(servers=(knows.server,))
        road = RoadMap(names=names, way=way, anchors=(forge.der,), limits=QUICK)
        assert travel(road, f"https://onprem.example.test:{server.port}/").data == b"answer"
    assert server.peers == ["127.0.0.5"]
    assert knows.asked == [("127.0.0.5", "onprem.example.test", "A")]


def test_the_proxy_sees_the_source_address(forge: Forge) -> None:
    """A source address would be lost as soon as a proxy is used."""
    with rough(says(b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n")) as proxy:
        configuration = Configuration(
            callhome=Callhome(use_vrf="red", proxy=Proxy("127.0.0.1", proxy.port, enabled=True)),
            vrfs=(Vrf("red", source_address="127.0.0.6"),),
        )
        road = replace(road_map(configuration, limits=QUICK), anchors=(forge.der,))
        missed = missed_by(road, "https://onprem.example.test/")
    assert missed.fault is Fault.PROXY_REFUSES
    assert proxy.peers == ["127.0.0.6"]
    assert proxy.heard[0].startswith(b"CONNECT onprem.example.test:443 HTTP/1.1\r\n")


# Network namespaces.

NAMESPACE = f"licet-{os.getpid()}"


@pytest.fixture
def namespace() -> Iterator[str]:
    """A network namespace in which there is nothing but its own loopback."""
    program = shutil.which("ip", path=f"{os.defpath}:/usr/sbin:/sbin")
    if program is None:
        pytest.skip("the Debian package iproute2 is not installed")
    if os.geteuid() != 0:
        pytest.skip("network namespaces need root")
    made = subprocess.run(  # noqa: S603
        [program, "netns", "add", NAMESPACE], check=False, capture_output=True, text=True
    )
    if made.returncode:
        pytest.skip(f"no network namespace can be made here: {made.stderr.strip()}")
    try:
        up = [program, "-n", NAMESPACE, "link", "set", "lo", "up"]
        subprocess.run(up, check=True)  # noqa: S603
        yield NAMESPACE
    finally:
        subprocess.run([program, "netns", "delete", NAMESPACE], check=True)  # noqa: S603


def test_an_agent_registers_inside_a_namespace(namespace: str, tmp_path: Path) -> None:
    """A VRF that is mapped to a namespace would not lead there, or the whole switch would go there."""
    with (
        ExitStack() as stack,
        ThreadPoolExecutor(1, initializer=enter, initargs=(namespace,)) as inside,
    ):
        manager = inside.submit(
            stack.enter_context, standing(tmp_path, names=("onprem.example.test",))
        ).result()
        records = {"onprem.example.test": ("127.0.0.1",)}
        knows = inside.submit(stack.enter_context, name_server(records)).result()
        road = RoadMap(
            names=Names(servers=(knows.server,)),
            way=Way("management", namespace=namespace),
            anchors=anchors_of(manager.data.tls_certificate),
        )
        url = f"https://onprem.example.test:{manager.address[1]}{PATH}"
        traveler = Traveler(tmp_path / "product", road, url)
        stack.callback(traveler.close)
        # In the namespace that this test runs in, nobody listens there.
        outside = replace(
            road,
            way=Way(),
            names=Names(hosts=(("onprem.example.test", ("127.0.0.1",)),)),
        )
        assert missed_by(outside, url).fault is Fault.CONNECTION_REFUSED
        traveler.register(print_token(manager.office.token()))
        assert traveler.registration is Registration.COMPLETE, traveler.reason
        traveler.live(lambda: traveler.has(Notice.AUTH_RENEW_SUCCESS))
        assert knows.names


def test_a_namespace_that_is_not_there() -> None:
    """A VRF without its namespace would silently use another one."""
    for name, cause in (("nowhere", "there is no network namespace nowhere"), ("../x", "no name")):
        missed = missed_by(RoadMap(way=Way(namespace=name)), "https://127.0.0.1:1/")
        assert (missed.fault, missed.reason) == (Fault.NAMESPACE, NOT_SENT)
        assert cause in missed.cause
