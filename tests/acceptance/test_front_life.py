"""A manager from its first start to its last: what it makes, tells, takes anew, keeps secret, refuses."""

import base64
import os
import re
import signal
import socket
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509

from licet.kernel.chance import SystemChance
from licet.pki.authority import rotate_issuer
from licet.service.certificate import make_certificate
from licet.service.datadir import DataDir
from licet.service.keyring import Keyring
from licet.wire.keys import from_base64
from licet.wire.messages import Authorized, Registered
from licet.wire.tokens import print_token
from support.device import AUTHORIZE
from support.office import LAN
from support.standing import LICET, Standing, eventually, make_data, standing, system_now


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Standing]:
    """Return a manager of its own, that says all it can say."""
    with standing(tmp_path, "--log-level", "debug", "--log", "json") as manager:
        manager.office.give(LAN, 5)
        yield manager


def shown(manager: Standing) -> int:
    """Return the serial number of the certificate that a new connection is shown."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with context.wrap_socket(manager.connect()) as connection:
        der = connection.getpeercert(binary_form=True)
    assert der is not None
    return x509.load_der_x509_certificate(der).serial_number


def serial(data: DataDir) -> int:
    """Return the serial number of the certificate in the files."""
    return x509.load_pem_x509_certificate(data.tls_certificate.read_bytes()).serial_number


def renew(data: DataDir) -> int:
    """Put another certificate into the files, and return its serial number."""
    make_certificate(data, names=["localhost"], chance=SystemChance(), now=system_now())
    return serial(data)


def test_a_new_certificate_is_taken_and_nobody_is_cut_off(manager: Standing) -> None:
    """A renewal would need a restart, or cost devices their connections."""
    with manager.client() as client:
        assert client.ask("GET", "/healthz")[0] == 200
        before = serial(manager.data)
        assert shown(manager) == before
        after = renew(manager.data)
        assert after != before
        eventually(lambda: shown(manager) == after)
        assert client.ask("GET", "/healthz")[0] == 200, "the same connection"


def test_a_bad_pair_is_said_and_the_old_one_kept(manager: Standing) -> None:
    """A slip at a renewal would take the manager off the network."""
    before, key = serial(manager.data), manager.data.tls_key.read_bytes()
    renew(manager.data)
    manager.data.tls_key.write_bytes(key)
    manager.process.send_signal(signal.SIGHUP)
    eventually(lambda: "stays as it was" in manager.said())
    assert "not a certificate chain and the key that belongs to it" in manager.said()
    assert shown(manager) == before
    manager.data.tls_certificate.write_text("nothing")
    manager.process.send_signal(signal.SIGHUP)
    eventually(lambda: manager.said().count("stays as it was") >= 2)
    assert shown(manager) == before
    after = renew(manager.data)
    eventually(lambda: shown(manager) == after)


def test_keys_that_another_process_rotated_are_used_at_once(manager: Standing) -> None:
    """A rotation at a shell would take effect at the next restart, whenever that is."""
    office, now = manager.office, manager.office.now
    keyring = Keyring.open(manager.data)
    changed = keyring.change(lambda keys: rotate_issuer(keys, chance=SystemChance(), now=now))
    device = office.device()
    with manager.client() as client:
        request = device.register(office.token(), now=now)
        outcome = client.exchange(office, device, request).outcome
    assert isinstance(outcome, Registered)
    assert from_base64(outcome.certificates[1]) == changed.issuing_chain[0]


def test_it_stops_when_told_and_says_so(manager: Standing) -> None:
    """A service manager would take a stop for a crash."""
    with manager.client() as client:
        assert client.ask("GET", "/healthz")[0] == 200
        assert manager.stop() == 0
    assert '"event": "stopped"' in manager.said()
    assert "Traceback" not in manager.said()


def test_it_starts_again_and_knows_its_devices(tmp_path: Path) -> None:
    """A restart would lose who is registered."""
    with standing(tmp_path) as manager:
        office = manager.office
        office.give(LAN, 5)
        device = office.device()
        with manager.client() as client:
            client.exchange(office, device, device.register(office.token(), now=office.now))
        assert manager.stop(signal.SIGINT) == 0
        words = ("manager", "serve", "--data", manager.data.path, "--listen", "127.0.0.1:0")
        ready = tmp_path / "again.json"
        process = subprocess.Popen(  # noqa: S603
            [LICET, *words, "--ready-file", ready], stderr=subprocess.PIPE
        )
        try:
            eventually(ready.exists)
            port = int(re.findall(r":(\d+)\"", ready.read_text())[0])
            with manager.client(port=port) as client:
                request = device.say(AUTHORIZE, (LAN, 1), now=office.now)
                answer = client.exchange(office, device, request)
                assert isinstance(answer.outcome, Authorized)
        finally:
            process.kill()
            process.communicate()


def serve(*words: object) -> subprocess.CompletedProcess[str]:
    """Run a manager that is expected not to begin."""
    return subprocess.run(  # noqa: S603
        [LICET, "manager", "serve", *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )


def test_the_first_start_says_what_it_made_and_what_to_back_up(tmp_path: Path) -> None:
    """A person would learn what the keys are worth when they are gone."""
    folder, ready = tmp_path / "new", tmp_path / "ready"
    words = ("--listen", "127.0.0.1:0", "--name", "licensing.example.com", "--ready-file", ready)
    process = subprocess.Popen(  # noqa: S603
        [LICET, "manager", "serve", "--data", folder, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        eventually(ready.exists)
        process.terminate()
        said, log = process.communicate(timeout=20)
    finally:
        process.kill()
    assert process.returncode == 0, log
    data = DataDir(folder)
    for path in (data.authority_file, data.root_key, data.tls_certificate, data.tls_key):
        assert str(path) in said
        assert path.exists()
    assert "Back up" in said
    assert data.authority_file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--name", "localhost"), "say where to serve: --listen HOST:PORT"),
        (("--listen", "127.0.0.1:0"), "needs at least one --name"),
        (("--listen", "nowhere", "--name", "localhost"), "--listen nowhere: give HOST:PORT"),
        (("--listen", "127.0.0.1:0", "--name", "https://x"), "neither a DNS name nor an IP"),
        (("--config", "none.toml"), "none.toml: cannot be read"),
    ],
)
def test_a_start_that_cannot_be_is_one_line(
    words: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    """A person would stand before a traceback."""
    run = serve("--data", tmp_path / "data", *words)
    assert run.returncode == 1
    assert said in run.stderr
    last = run.stderr.splitlines()[-1]
    assert last.startswith("licet manager: ")
    assert "Traceback" not in run.stderr
    assert not (tmp_path / "data").exists(), "nothing was made"


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    """A person would not know what to stop."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        address = f"127.0.0.1:{other.getsockname()[1]}"
        run = serve("--data", tmp_path / "data", "--listen", address, "--name", "localhost")
    assert run.returncode == 1
    assert f"cannot listen on {address}: Address already in use; stop what uses it" in run.stderr


@pytest.mark.parametrize("which", ["tls_key", "authority_file", "root_key"])
def test_a_key_that_others_may_read_is_refused(which: str, tmp_path: Path) -> None:
    """Every user of the machine could be this manager."""
    data, _ = make_data(tmp_path)
    path: Path = getattr(data, which)
    path.chmod(0o640)
    run = serve("--data", data.path, "--listen", "127.0.0.1:0")
    assert run.returncode == 1
    assert f"chmod 600 {path}" in run.stderr


def test_a_ledger_without_its_keys_is_not_given_new_ones(tmp_path: Path) -> None:
    """No product would believe the new keys, and nobody would look for the old ones."""
    data, _ = make_data(tmp_path)
    data.authority_file.rename(tmp_path / "lost.json")
    run = serve("--data", data.path, "--listen", "127.0.0.1:0", "--name", "localhost")
    assert run.returncode == 1
    assert "bring them back from a backup" in run.stderr
    assert not data.authority_file.exists()


def test_systemd_is_told(tmp_path: Path) -> None:
    """The unit would wait for a sign until it kills a manager that serves."""
    data, _ = make_data(tmp_path)
    address = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(address))
        systemd.settimeout(20)
        process = subprocess.Popen(  # noqa: S603
            [LICET, "manager", "serve", "--data", data.path, "--listen", "127.0.0.1:0"],
            stderr=subprocess.DEVNULL,
            env={**os.environ, "NOTIFY_SOCKET": str(address)},  # noqa: TID251 - for a child
        )
        try:
            assert systemd.recv(100) == b"READY=1"
            process.terminate()
            assert systemd.recv(100) == b"STOPPING=1"
            assert process.wait(20) == 0
        finally:
            process.kill()


def pieces(text: str, length: int = 24) -> set[str]:
    """Return what a part of a secret would look like in a log."""
    return {text[at : at + length] for at in range(0, len(text) - length + 1, length)}


def test_no_secret_is_in_any_line_of_a_whole_life(manager: Standing) -> None:
    """Whoever reads the logs could register, or be the manager."""
    office = manager.office
    token, bad = office.token(), office.token(stored=False)
    secrets: set[str] = set()
    for one in (token, bad):
        printed = print_token(one)
        secrets |= {printed, one.secret.hex()} | pieces(printed)
        secrets |= pieces(base64.b64decode(printed).decode().rpartition("|")[2])
    keys = manager.data.authority_file.read_text() + manager.data.root_key.read_text()
    keys += manager.data.tls_key.read_text()
    for text in re.findall(r"[A-Za-z0-9+/]{40,}", keys):
        secrets |= pieces(text)
    for number, master in office.keys.master_keys:
        assert number
        secrets |= {master.hex(), base64.b64encode(master).decode()}
    device, refused = office.device(), office.device("FDOBAD")
    sent: list[bytes] = []
    with manager.client() as client:
        request = device.register(token, now=office.now)
        client.exchange(office, device, request)
        sent += [request, device.say(AUTHORIZE, (LAN, 1), now=office.now)]
        client.exchange(office, device, sent[-1])
        sent.append(refused.register(bad, now=office.now))
        assert client.post(sent[-1])[0] == 403
        client.post(print_token(token).encode())
        client.post(sent[0] + b"x")
    with manager.client() as client:
        client.ask("GET", f"/{print_token(token)}")
        client.post(request, content_type="text/plain")
    for body in sent:
        secrets |= pieces(body.decode())
    renew(manager.data)
    manager.process.send_signal(signal.SIGHUP)
    assert manager.stop() == 0
    said = manager.said()
    assert said.count("\n") > 8, "it was told to say all it can say"
    assert [secret for secret in secrets if secret in said] == []
