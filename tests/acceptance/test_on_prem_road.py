"""The road from an on-prem to its manager: cut, recorded, through proxies, and every way in which it fails."""

import shutil
import ssl
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from licet.kernel.chance import SeededChance, draw_below
from licet.switch.features import TAGS
from support.proxies import PASSWORD, USER, free_port, squid, tinyproxy
from support.relay import Relay, relay
from support.rough import response, rough, says
from support.sites_tables import Inside, check_equal, instances
from support.town import Standing, Town, town

LAN = "LAN_ENTERPRISE_SERVICES_PKG"
PRODUCTS = 6000


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A manager with an on-prem that has a report of several parts to make."""
    with town(tmp_path_factory.mktemp("town")) as there:
        there.manager.do("virtual-account", "open", "Plant")
        there.order("Plant", LAN, PRODUCTS, "1")
        plant = there.on_prem("Plant")
        inside = Inside(plant.data, "Plant")
        inside.enter(PRODUCTS, TAGS[LAN])
        inside.close()
        yield there


@pytest.fixture
def plant(place: Town) -> Standing:
    """The on-prem, whose manager is reached directly."""
    plant = place.on_prems["Plant"]
    plant.do("account", "reach", "Plant", *place.way(), "--proxy", "none")
    return plant


@pytest.fixture
def between(place: Town) -> Iterator[Relay]:
    """A relay before the manager."""
    with relay(place.manager.port, place.manager.data / "tls") as running:
        yield running


def lead(place: Town, plant: Standing, port: int, *more: str) -> None:
    """Let the manager be reached at another port."""
    ca = str(place.manager.data / "tls" / "certificate.pem")
    url = f"https://localhost:{port}"
    plant.do("account", "reach", "Plant", "--manager", url, "--ca", ca, *more)


def test_a_connection_that_is_cut_again_and_again(
    place: Town, plant: Standing, between: Relay
) -> None:
    """A report over a bad line would begin anew each time, and never arrive."""
    lead(place, plant, between.port)
    chance, marks = SeededChance("cuts"), [400_000]

    def cut(up: int, down: int) -> bool:
        if up + down < marks[-1] or len(marks) > 6:
            return False
        marks.append(up + down + 300_000 + draw_below(chance, 400_000))
        return True

    between.cut = cut
    [row] = plant.ask("sync", "now", "--full")
    assert row["done"]
    assert between.connections >= 5
    sent = len(between.sent)
    between.cut = lambda _up, _down: False
    between.sent.clear()
    plant.do("sync", "now", "--full")
    whole = len(between.sent)
    assert sent < whole + sum(one - two for one, two in pairwise(reversed(marks))), (
        "what had arrived was not sent again"
    )
    check_equal(place.manager, "Plant", plant, "Plant")


def test_what_is_withheld_does_not_go_over_the_network(
    place: Town, plant: Standing, between: Relay
) -> None:
    """The promise would hold for files only."""
    lead(place, plant, between.port)
    plant.do("sync", "now", "--full")
    assert b"host-17" in between.sent, "it would be seen"
    plant.do("privacy", "set", "--withhold", "host-names,user-names")
    between.sent.clear()
    [row] = plant.ask("sync", "now")
    assert row["kind"] == "full"
    assert b"SN0000017" in between.sent
    assert b"host-17" not in between.sent
    assert b'"who":"root"' not in between.sent
    shown = {row["host_name"] for row in instances(place.manager, "--virtual-account", "Plant")}
    assert shown == {"withheld by the site"}
    plant.do("privacy", "set", "--withhold", "none")
    plant.do("sync", "now")
    check_equal(place.manager, "Plant", plant, "Plant")


def test_through_proxies(place: Town, plant: Standing, tmp_path: Path) -> None:
    """A site behind a proxy would have to carry files; or its password be shown to everybody."""
    with squid(authentication=True) as proxy:
        word = PASSWORD.replace(" ", "%20")
        lead(place, plant, place.manager.port, "--proxy", f"http://127.0.0.1:{proxy.port}")
        failed = plant.run("sync", "now")
        assert failed.returncode == 1
        assert "the proxy wants a user and a password" in failed.stderr
        way = f"http://{USER}:{word}@127.0.0.1:{proxy.port}"
        lead(place, plant, place.manager.port, "--proxy", way)
        assert plant.ask("sync", "now")[0]["done"]
        assert f"CONNECT localhost:{place.manager.port}" in proxy.said()
        shown = plant.do("account", "show", "Plant") + plant.do(
            "account", "show", "Plant", "--json"
        )
        assert word not in shown
        assert PASSWORD not in shown
    with tinyproxy(tmp_path) as proxy:
        lead(place, plant, place.manager.port, "--proxy", f"http://127.0.0.1:{proxy.port}")
        assert plant.ask("sync", "now")[0]["done"]


def test_every_way_to_fail_is_one_sentence(place: Town, plant: Standing, tmp_path: Path) -> None:
    """A person would read a traceback, or that something went wrong."""

    def fails(*words: str) -> str:
        ran = plant.run("sync", "now", *words)
        assert ran.returncode == 1
        [line] = ran.stderr.splitlines()
        status = plant.ask("sync", "status")
        assert line == f"licet onprem: 'Plant': {status['last_failure']}"
        assert status["alerts"] == "Synchronization Failed"
        return line

    lead(place, plant, free_port())
    assert "refuses connections" in fails()
    other = tmp_path / "other.pem"
    shutil.copy(plant.data / "tls" / "certificate.pem", other)
    url = f"https://localhost:{place.manager.port}"
    plant.do("account", "reach", "Plant", "--manager", url, "--ca", str(other))
    assert "its TLS certificate cannot be validated" in fails()
    assert "account reach Plant --ca FILE" in fails()
    plant.do("account", "reach", "Plant", "--manager", url, "--ca", "system")
    assert "its TLS certificate cannot be validated" in fails()
    lead(place, plant, plant.port)
    assert "its TLS certificate cannot be validated" in fails()
    plant.do(
        "account",
        "reach",
        "Plant",
        *("--manager", f"https://localhost:{plant.port}"),
        *("--ca", str(plant.data / "tls" / "certificate.pem")),
    )
    assert "what is there is no manager that takes on-prems: it answers 404" in fails()
    lead(place, plant, place.manager.port)
    assert plant.ask("sync", "now")[0]["done"]
    assert plant.ask("alert", "list") == []


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://localhost:1", "no URL of a manager"),
        ("https://ann:x@localhost", "no URL of a manager"),
        ("https://localhost/path", "no URL of a manager"),
        ("https://tools.cisco.com", "is never contacted"),
        ("https://", "names no host"),
        ("https://localhost:99999", "the manager's URL is none"),
    ],
)
def test_a_url_that_is_none(plant: Standing, url: str, said: str) -> None:
    """A slip would be noticed a month later, or lead to where nothing of ours may go."""
    ran = plant.run("account", "reach", "Plant", "--manager", url)
    assert ran.returncode == 1
    assert said in ran.stderr


def test_a_server_that_answers_anything(place: Town, plant: Standing) -> None:
    """A mistyped port, or a captive portal, would be believed or waited for."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    folder = place.manager.data / "tls"
    tls.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    strange = "what is there is no manager that takes on-prems: it answers"
    for answer, said in (
        (response(b"hello", media="text/plain"), f"{strange} 200, hello"),
        (response(b"", "302 Found", "text/html", "Location: https://localhost/"), f"{strange} 302"),
        (response(b"{}", media="application/json"), "no beginning of an upload"),
        (response(b"x" * 2_000_000, media="application/json"), "answers with too much"),
        (b"SSH-2.0-OpenSSH\r\n", "ended the connection"),
        (b"", "ended the connection"),
    ):
        with rough(says(answer), tls) as server:
            lead(place, plant, server.port)
            ran = plant.run("sync", "now")
            assert ran.returncode == 1
            assert said in ran.stderr, ran.stderr
