"""Through real proxies: squid and tinyproxy from Debian, one that is https, and one that opens TLS."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from licet.agent.events import Notice
from licet.agent.tables import Registration
from licet.switch.roads.faults import NOT_SENT, Fault
from licet.switch.roads.roadmap import Names, ProxyRoad, RoadMap
from licet.wire.tokens import print_token
from support.forge import Forge
from support.proxies import PASSWORD, USER, Proxied, mitmproxy, squid, tinyproxy
from support.rough import response, rough, says
from support.standing import PATH, Standing, eventually, standing
from support.traveler import Traveler, travel
from support.trust import anchors_of

WITHOUT_BLANKS = PASSWORD.replace(" ", "-")


@pytest.fixture(scope="module")
def manager(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    """A manager that stands."""
    with standing(tmp_path_factory.mktemp("manager")) as stands:
        yield stands


def road_to(manager: Standing, proxy: ProxyRoad | None, *more: bytes) -> RoadMap:
    """Return a road over a proxy; TLS is verified against the manager's certificate, and more."""
    return RoadMap(proxy=proxy, anchors=(*anchors_of(manager.data.tls_certificate), *more))


def registers(folder: Path, manager: Standing, road: RoadMap) -> None:
    """Let a product register, and ask for what it uses, along a road."""
    traveler = Traveler(folder, road, manager.url + PATH)
    try:
        traveler.register(print_token(manager.office.token()))
        assert traveler.registration is Registration.COMPLETE, traveler.reason
        traveler.live(lambda: traveler.has(Notice.AUTH_RENEW_SUCCESS))
    finally:
        traveler.close()


def test_squid(manager: Standing, tmp_path: Path) -> None:
    """The source's promise that any off-the-shelf proxy works would not hold for the most usual one."""
    with squid() as proxy:
        registers(
            tmp_path / "product", manager, road_to(manager, ProxyRoad("127.0.0.1", proxy.port))
        )
        tunnel = f"CONNECT 127.0.0.1:{manager.address[1]}"
        eventually(lambda: tunnel in proxy.said())


def test_squid_with_a_password(manager: Standing, tmp_path: Path) -> None:
    """A proxy with Basic authentication would be a wall, or its faults could not be told apart."""
    with squid(authentication=True) as proxy:
        bare = ProxyRoad("127.0.0.1", proxy.port)
        known = replace(bare, user=USER, password=PASSWORD)
        registers(tmp_path / "product", manager, road_to(manager, known))
        eventually(lambda: USER in proxy.said())
        for road, fault in (
            (bare, Fault.PROXY_WANTS_AUTHENTICATION),
            (replace(known, password="wrong"), Fault.PROXY_WRONG_PASSWORD),
        ):
            missed = travel(road_to(manager, road), manager.url + PATH).missed
            assert missed is not None
            assert (missed.fault, missed.reason) == (fault, NOT_SENT)
            assert "wrong" not in missed.story.replace(USER, "")


def test_squid_that_refuses_the_destination(manager: Standing) -> None:
    """A person would look for the fault at the authority."""
    with squid(denied=True) as proxy:
        missed = travel(
            road_to(manager, ProxyRoad("127.0.0.1", proxy.port)), manager.url + PATH
        ).missed
    assert missed is not None
    assert (missed.fault, missed.reason) == (Fault.PROXY_REFUSES, NOT_SENT)
    assert f"403 to CONNECT 127.0.0.1:{manager.address[1]}" in missed.cause


def test_squid_that_is_itself_https(manager: Standing, tmp_path: Path) -> None:
    """A proxy that is reached by TLS would not be usable, or anybody could pose as it."""
    forge = Forge(tmp_path)
    with squid(tls=forge.pair("localhost", "127.0.0.1")) as proxy:
        secure = ProxyRoad("127.0.0.1", proxy.port, secure=True)
        registers(tmp_path / "product", manager, road_to(manager, secure, forge.der))
        untrusted = travel(road_to(manager, secure), manager.url + PATH).missed
        plainly = travel(road_to(manager, replace(secure, secure=False)), manager.url + PATH).missed
    assert untrusted is not None
    assert (untrusted.fault, untrusted.reason) == (Fault.PROXY_TLS, NOT_SENT)
    assert plainly is not None
    assert plainly.reason == NOT_SENT


def test_tinyproxy(manager: Standing, tmp_path: Path) -> None:
    """A second off-the-shelf proxy, written by others, would not work."""
    with tinyproxy(tmp_path / "proxy") as proxy:
        registers(
            tmp_path / "product", manager, road_to(manager, ProxyRoad("127.0.0.1", proxy.port))
        )
        eventually(lambda: "CONNECT" in proxy.said())


def test_tinyproxy_with_a_password(manager: Standing, tmp_path: Path) -> None:
    """Basic authentication would work with one proxy only."""
    with tinyproxy(tmp_path / "proxy", authentication=True) as proxy:
        bare = ProxyRoad("127.0.0.1", proxy.port)
        known = replace(bare, user=USER, password=WITHOUT_BLANKS)
        registers(tmp_path / "product", manager, road_to(manager, known))
        wants = travel(road_to(manager, bare), manager.url + PATH).missed
        wrong = travel(road_to(manager, replace(known, password="x")), manager.url + PATH).missed
    assert wants is not None
    assert wants.fault is Fault.PROXY_WANTS_AUTHENTICATION
    assert wrong is not None
    assert wrong.fault is Fault.PROXY_WRONG_PASSWORD


def test_tinyproxy_that_refuses_the_port(manager: Standing, tmp_path: Path) -> None:
    """The usual rule of proxies, CONNECT to 443 only, would look like a broken authority."""
    with tinyproxy(tmp_path / "proxy", denied=True) as proxy:
        missed = travel(
            road_to(manager, ProxyRoad("127.0.0.1", proxy.port)), manager.url + PATH
        ).missed
    assert missed is not None
    assert missed.fault is Fault.PROXY_REFUSES


def test_plain_http_through_a_proxy(tmp_path: Path) -> None:
    """An on-prem without TLS could not be reached where everything must go through a proxy."""
    with tinyproxy(tmp_path / "proxy") as proxy, rough(says(response())) as server:
        road = RoadMap(proxy=ProxyRoad("127.0.0.1", proxy.port), plain_http=True)
        came = travel(road, f"http://127.0.0.1:{server.port}/Transportgateway", b"request")
    assert came.data == b"answer"
    assert server.heard[0].startswith(b"POST /Transportgateway HTTP/1.1")
    assert server.heard[0].endswith(b"request")


def test_the_proxy_hears_an_address_where_one_is_mapped(manager: Standing) -> None:
    """A proxy would resolve tools.cisco.com by itself, and the message would leave for Cisco."""
    with squid() as proxy:
        road = replace(
            road_to(manager, ProxyRoad("127.0.0.1", proxy.port)),
            names=Names(hosts=(("tools.cisco.com", ("127.0.0.1",)),)),
        )
        url = f"https://tools.cisco.com:{manager.address[1]}{PATH}"
        mapped = travel(road, url).missed
        unmapped = travel(replace(road, names=Names(system=True)), url).missed
        # It is written when the tunnel has ended; whatever came after it would stand there too.
        tunnel = f"CONNECT 127.0.0.1:{manager.address[1]}"
        eventually(lambda: tunnel in proxy.said())
        log = proxy.said()
    # The name of the URL is still what the certificate must be for; this manager's is not.
    assert mapped is not None
    assert mapped.fault is Fault.TLS_NAME
    assert unmapped is not None
    assert unmapped.fault is Fault.FORBIDDEN_NAME
    assert "cisco" not in log


# The clock of the authority in the answer, a second on; everything else is as it was signed.
ALTERED = """
import base64, re

def response(flow):
    head, payload, signature = flow.response.content.split(b".")
    text = base64.urlsafe_b64decode(payload + b"==")
    text = re.sub(rb'"at":(\\d+)', lambda found: b'"at":%d' % (int(found[1]) + 1), text)
    payload = base64.urlsafe_b64encode(text).rstrip(b"=")
    flow.response.content = b".".join((head, payload, signature))
"""
FORGED = """
def request(flow):
    body = flow.request.content
    flow.request.content = body[:-8] + b"AAAAAAAA"
"""
READ_ONLY = """
def response(flow):
    flow.response.headers["x-seen"] = "yes"
"""


def trusting(manager: Standing, proxy: Proxied) -> RoadMap:
    """Return the road of a switch whose trust points hold the CA of the proxy that opens TLS."""
    assert proxy.ca is not None
    return road_to(manager, ProxyRoad("127.0.0.1", proxy.port), *anchors_of(proxy.ca))


def test_a_proxy_that_opens_tls_is_refused(manager: Standing, tmp_path: Path) -> None:
    """Whoever stands in the way could read the messages, and nobody would notice."""
    with mitmproxy(tmp_path / "proxy", manager.data.tls_certificate, READ_ONLY) as proxy:
        road = road_to(manager, ProxyRoad("127.0.0.1", proxy.port))
        missed = travel(road, manager.url + PATH).missed
    assert missed is not None
    assert (missed.fault, missed.reason) == (Fault.TLS_UNTRUSTED, NOT_SENT)
    assert "opens TLS on the way" in missed.story


def test_one_that_nobody_configured_is_refused(manager: Standing, tmp_path: Path) -> None:
    """A middlebox in the place of the authority could read the messages, and nobody would notice."""
    there = f"reverse:{manager.url}"
    with mitmproxy(
        tmp_path / "proxy", manager.data.tls_certificate, READ_ONLY, "--mode", there
    ) as proxy:
        names = Names(hosts=(("localhost", ("127.0.0.1",)),))
        road = replace(road_to(manager, None), names=names)
        missed = travel(road, f"https://localhost:{proxy.port}{PATH}").missed
    assert missed is not None
    assert (missed.fault, missed.reason) == (Fault.TLS_UNTRUSTED, NOT_SENT)


def test_a_proxy_that_is_trusted_can_read(manager: Standing, tmp_path: Path) -> None:
    """A site that opens all TLS, and says so by its trust point, could not be licensed."""
    with mitmproxy(tmp_path / "proxy", manager.data.tls_certificate, READ_ONLY) as proxy:
        registers(tmp_path / "product", manager, trusting(manager, proxy))


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (ALTERED, "The message signature does not verify"),
        # The authority refused what was not signed so, and its answer is not for what was sent.
        (FORGED, "The message is malformed: the answer is for another request"),
    ],
    ids=["answer", "request"],
)
def test_a_proxy_that_is_trusted_cannot_alter(
    manager: Standing, tmp_path: Path, script: str, reason: str
) -> None:
    """Who holds the TLS would hold the licenses: he could register, refuse and grant as he likes."""
    token = manager.office.token()
    with mitmproxy(tmp_path / "proxy", manager.data.tls_certificate, script) as proxy:
        traveler = Traveler(tmp_path / "product", trusting(manager, proxy), manager.url + PATH)
        traveler.register(print_token(token))
        assert traveler.registration is not Registration.COMPLETE
        assert traveler.reason == reason
        assert not traveler.has(Notice.REGISTER_SUCCESS)
        traveler.close()


def test_nothing_changes_where_an_answer_was_altered(manager: Standing, tmp_path: Path) -> None:
    """A registered product would lose its state to whoever opens its TLS."""
    url = manager.url + PATH
    traveler = Traveler(tmp_path / "product", road_to(manager, None), url)
    traveler.register(print_token(manager.office.token()))
    traveler.live(lambda: traveler.has(Notice.AUTH_RENEW_SUCCESS))
    before = traveler.view()
    with mitmproxy(tmp_path / "proxy", manager.data.tls_certificate, ALTERED) as proxy:
        traveler.road = trusting(manager, proxy)
        traveler.renew()
    after = traveler.view()
    assert after.authorization.last is not None
    assert not after.authorization.last.ok
    registration = replace(after.registration, next_renewal_at=before.registration.next_renewal_at)
    assert registration == before.registration
    changed = replace(
        after.authorization, last=before.authorization.last, next_at=before.authorization.next_at
    )
    assert changed == before.authorization
    traveler.close()
