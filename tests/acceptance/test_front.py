"""A real manager on loopback: honest products, people with tools, and those who use http://."""

import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from licet.agent.events import Enable, Register, Request, Send
from licet.agent.machine import Agent, AgentSettings
from licet.agent.runtime import Deliver, Runtime
from licet.agent.tables import Authorization
from licet.kernel.chance import SystemChance
from licet.kernel.ids import Tag, Udi
from licet.kernel.problems import Code, NoAnswer
from licet.kernel.time import Moment
from licet.ledger.model import License
from licet.wire.messages import Authorized, Problem, Registered
from licet.wire.tokens import print_token
from support.device import AUTHORIZE, PRODUCT
from support.office import LAN
from support.standing import JOSE, LICET, PATH, Client, Standing, eventually, standing, system_now

EXAMPLE = Path(__file__).parents[2] / "examples" / "over_https.py"
ESSENTIALS = "regid.2026-11.com.example.NXOS_ESSENTIALS,1.0_f7f6fc2c-416d-5890-bf0b-d1f7bff580db"
NAMES = ("localhost", "127.0.0.1", "::1", "licensing.example.com")


@pytest.fixture(scope="module")
def manager(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    """Return a manager on IPv4 and IPv6."""
    listen = ("--listen", "127.0.0.1:0", "--listen", "[::1]:0")
    with standing(tmp_path_factory.mktemp("front"), *listen, names=NAMES) as manager:
        manager.office.give(LAN, 5)
        yield manager


class Https:
    """A transport of an agent over HTTPS."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def send(self, message: Send, deliver: Deliver) -> None:
        """Carry a message."""
        status, headers, body = self._client.post(message.request)
        signed = headers["content-type"] == JOSE
        deliver(body if signed else NoAnswer(f"status {status}"))


class InMemory:
    """A snapshot store."""

    snapshot: bytes | None = None

    def load(self) -> bytes | None:
        """Return what was saved."""
        return self.snapshot

    def save(self, snapshot: bytes) -> None:
        """Save."""
        self.snapshot = snapshot


class SystemMoment:
    """A device's clocks: the system's, and a boot that has just been."""

    def __init__(self) -> None:
        self._began = system_now()

    def now(self) -> Moment:
        """Return the moment; the boot was an hour ago, so that no first delay holds us up."""
        now = system_now()
        return Moment(now, now - self._began + timedelta(hours=1), "boot 1")


def is_authorized(runtime: Runtime) -> bool:
    """Let the agent do what is due, and tell whether it is authorized."""
    if runtime.due_in() == timedelta(0):
        runtime.tick()
    return runtime.agent.view(runtime.clock.now()).authorization.state is Authorization.AUTHORIZED


def test_a_real_agent_registers_and_is_authorized(manager: Standing) -> None:
    """Nothing of it would work outside of one process."""
    settings = AgentSettings(product=PRODUCT)
    udi, chance, clock = Udi("N9K-C93180YC-EX", "FDO-AGENT"), SystemChance(), SystemMoment()
    with manager.client() as client:
        agent = Agent.fresh(udi, settings=settings, chance=chance, now=clock.now())
        runtime = Runtime(agent, store=InMemory(), transport=Https(client), clock=clock)
        runtime.handle(Enable())
        runtime.handle(Request(LAN, 1))
        runtime.handle(Register(print_token(manager.office.token())))
        eventually(lambda: is_authorized(runtime))
    [instance] = manager.office.of_udi(udi)
    assert instance.udi == udi


def test_the_example_of_the_how_to(manager: Standing, tmp_path: Path) -> None:
    """Who follows the page to its last step would fail there."""
    office, tag = manager.office, Tag(ESSENTIALS)
    office.change(lambda work: work.put_license(License(tag, "NXOS_ESSENTIALS", "")))
    office.give(tag, 1)
    url = f"https://localhost:{manager.address[1]}{PATH}"
    words = (url, manager.data.tls_certificate, print_token(office.token()))
    for _ in range(2):
        run = subprocess.run(  # noqa: S603
            [sys.executable, EXAMPLE, *map(str, words)],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
        )
        assert run.returncode == 0, run.stderr
        assert run.stdout.splitlines()[:3] == [
            "registration   complete in Example / Default",
            "authorization  authorized",
            "entitlement    NXOS_ESSENTIALS: in-compliance",
        ]


@pytest.mark.parametrize("path", [PATH, "/SmartTransport"])
def test_a_device_at_either_path(manager: Standing, path: str) -> None:
    """Products that are set to the other one of the documented URLs would find nobody."""
    office = manager.office
    device = office.device(f"FDO{path.rpartition('/')[2]}")
    request = device.register(office.token(), now=office.now)
    with manager.client() as client:
        status, headers, body = client.post(request, path=path)
        assert (status, headers["content-type"]) == (200, JOSE)
        answer = device.believe(body, request=request, root_mark=office.root_mark)
        assert isinstance(answer.outcome, Registered)
        request = device.say(AUTHORIZE, (LAN, 1), now=office.now)
        answer = client.exchange(office, device, request)
        assert isinstance(answer.outcome, Authorized)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_ipv4_and_ipv6(manager: Standing, host: str) -> None:
    """Half of the customers could not reach it."""
    ports = dict(manager.addresses)
    office, device = manager.office, manager.office.device(f"FDO{len(host)}")
    with manager.client(host=host, port=ports[host]) as client:
        request = device.register(office.token(), now=office.now)
        assert isinstance(client.exchange(office, device, request).outcome, Registered)


def test_a_signed_refusal_has_its_status_and_is_believed(manager: Standing) -> None:
    """A proxy would take a refusal for a success; or the product could not believe it."""
    office, device = manager.office, manager.office.device("FDOREFUSED")
    request = device.register(office.token(stored=False), now=office.now)
    with manager.client() as client:
        status, headers, body = client.post(request)
        assert (status, headers["content-type"]) == (403, JOSE)
        answer = device.believe(body, request=request, root_mark=office.root_mark)
        assert isinstance(answer.outcome, Problem)
        assert answer.outcome.code is Code.TOKEN_INVALID
        status, headers, body = client.post(b"not an envelope")
        assert (status, headers["content-type"]) == (400, JOSE)


def test_who_fails_too_often_is_told_when_to_come_again(manager: Standing) -> None:
    """A script that guesses would not be slowed down, and what it hears could not be read by HTTP."""
    office, device = manager.office, manager.office.device("FDOGUESS")
    token = office.token(uses=0)
    with manager.client(source="127.0.0.9") as client:
        told = [client.post(device.register(token, now=office.now)) for _ in range(40)]
    assert {status for status, _, _ in told} == {403, 429}
    assert 0 < int(told[-1][1]["retry-after"]) <= 900


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/healthz", {}, 200),
        ("HEAD", "/healthz", {}, 200),
        ("GET", "/readyz", {}, 200),
        ("GET", PATH, {}, 405),
        ("POST", "/healthz", {}, 405),
        ("GET", "/", {}, 404),
        ("GET", "/its/service/oddce/services/../../x", {}, 404),
        ("POST", PATH, {"Content-Type": "text/xml"}, 415),
        ("POST", PATH, {}, 415),
    ],
)
def test_what_else_is_asked(
    manager: Standing, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    """A watcher would not see that it lives; a person with a wrong URL would not learn so."""
    with manager.client() as client:
        found, given, body = client.ask(method, path, b"" if method == "POST" else None, headers)
    assert found == status
    assert given["content-type"].startswith("text/plain")
    assert body.endswith(b"\n") or method == "HEAD"


def test_plain_http_is_told_that_https_is_needed(manager: Standing) -> None:
    """The source document's second scenario: a product would fail, and nobody could see why."""
    with manager.connect() as plain:
        plain.sendall(b"POST %s HTTP/1.1\r\nHost: localhost\r\n\r\n" % PATH.encode())
        said = plain.makefile("rb").read().decode()
    assert said.startswith("HTTP/1.1 400 ")
    assert "Only HTTPS is accepted here" in said
    assert "https:// instead of http://" in said
    assert "Connection: close" in said


def tool(name: str) -> str:
    """Return a program, or skip the test by the program's name."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def ask_openssl(manager: Standing, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `openssl s_client` against the manager, trusting its certificate."""
    address = f"127.0.0.1:{manager.address[1]}"
    trusting = ("-CAfile", str(manager.data.tls_certificate), "-verify_return_error")
    command = [tool("openssl"), "s_client", "-connect", address, *trusting, *arguments]
    return subprocess.run(  # noqa: S603
        command, input="", capture_output=True, text=True, check=False, timeout=30
    )


@pytest.mark.parametrize(
    ("version", "accepted"),
    [
        (("-tls1", "-cipher", "ALL:@SECLEVEL=0"), False),
        (("-tls1_1", "-cipher", "ALL:@SECLEVEL=0"), False),
        (("-tls1_2",), True),
        (("-tls1_3",), True),
        (("-tls1_2", "-cipher", "AES128-SHA:AES128-SHA256:AES128-GCM-SHA256"), False),
        (("-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0"), False),
        (("-tls1_2", "-cipher", "ALL:eNULL:aNULL:!ECDHE:@SECLEVEL=0"), False),
        (("-tls1_2", "-cipher", "ECDHE-ECDSA-CHACHA20-POLY1305"), True),
    ],
)
def test_versions_and_ciphers(manager: Standing, version: Sequence[str], *, accepted: bool) -> None:
    """Old TLS, or ciphers without forward secrecy, would be spoken; or a product left out."""
    run = ask_openssl(manager, *version)
    assert (run.returncode == 0) == accepted, run.stdout + run.stderr
    assert ("Cipher is (NONE)" in run.stdout) == (not accepted)


@pytest.mark.parametrize("name", NAMES)
def test_the_certificate_speaks_for_every_name(manager: Standing, name: str) -> None:
    """A product that uses one of the names would refuse the manager."""
    kind = "-verify_ip" if name in ("127.0.0.1", "::1") else "-verify_hostname"
    run = ask_openssl(manager, kind, name)
    assert run.returncode == 0, run.stderr
    assert "Verify return code: 0 (ok)" in run.stdout


def test_and_for_no_other(manager: Standing) -> None:
    """The test above would pass whatever the certificate says."""
    assert ask_openssl(manager, "-verify_hostname", "other.example.com").returncode != 0
    assert ask_openssl(manager, "-verify_ip", "192.0.2.1").returncode != 0


def test_no_renegotiation_and_no_http_2(manager: Standing) -> None:
    """A peer could have handshakes computed without end; or speak what we do not understand."""
    run = ask_openssl(manager, "-alpn", "h2,http/1.1", "-tls1_2")
    assert "ALPN protocol: http/1.1" in run.stdout
    assert "Compression: NONE" in run.stdout
    command = [
        tool("openssl"),
        "s_client",
        "-connect",
        f"127.0.0.1:{manager.address[1]}",
        "-tls1_2",
    ]
    asked = subprocess.run(  # noqa: S603
        command, input="R\n", capture_output=True, text=True, check=False, timeout=30
    )
    assert "no renegotiation" in asked.stderr.lower()


def test_curl_as_people_use_it(manager: Standing) -> None:
    """The how-to would tell people something that does not work."""
    curl = [tool("curl"), "--silent", "--show-error"]
    trusting = ["--cacert", str(manager.data.tls_certificate)]
    ready = subprocess.run(  # noqa: S603
        [*curl, *trusting, f"{manager.url}/readyz"], capture_output=True, text=True, check=True
    )
    assert ready.stdout == "ready\n"
    untrusting = subprocess.run(  # noqa: S603
        [*curl, f"{manager.url}/readyz"], capture_output=True, text=True, check=False
    )
    assert untrusting.returncode == 60, "the peer's certificate is not known"
    plain = subprocess.run(  # noqa: S603
        [*curl, manager.url.replace("https", "http")], capture_output=True, text=True, check=True
    )
    assert plain.stdout.startswith("Only HTTPS is accepted here")


def test_the_ready_file_and_the_log_name_the_ports(manager: Standing) -> None:
    """Whoever started it on any port would not find it."""
    ready = json.loads((manager.data.path.parent / "ready.json").read_text())
    assert ready["pid"] == manager.process.pid
    assert all(address in manager.said() for address in ready["listen"])
    with socket.socket() as other, pytest.raises(OSError, match="in use"):
        other.bind(manager.address)


def test_a_second_manager_on_the_same_data_is_refused(manager: Standing, tmp_path: Path) -> None:
    """Two would serve one ledger, and each take the other's changes for conflicts."""
    words = ("manager", "serve", "--data", manager.data.path, "--listen", "127.0.0.1:0")
    run = subprocess.run(  # noqa: S603
        [LICET, *words], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert run.returncode == 1
    assert f"a server runs on it already (process {manager.process.pid})" in run.stderr
