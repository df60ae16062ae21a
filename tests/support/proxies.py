"""Real proxies from Debian on loopback: squid, tinyproxy, mitmproxy; skipped by name where missing."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.forge import Pair
from support.standing import WITHIN_S, eventually

USER, PASSWORD = "switch", "open sesame"
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - where squid keeps a little
NCSA = Path("/usr/lib/squid/basic_ncsa_auth")
_PATH = os.pathsep.join((os.defpath, "/usr/sbin", "/sbin"))


@dataclass
class Proxied:
    """A proxy that runs.

    Attributes:
        log: what it says about requests.
        ca: with mitmproxy, its own CA.
    """

    port: int
    log: Path
    ca: Path | None = None

    def said(self) -> str:
        """Return its log so far."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""


def needs(program: str, package: str) -> str:
    """Return the path of a program, or skip the test and name the Debian package."""
    found = shutil.which(program, path=_PATH)
    if found is None:
        pytest.skip(f"the Debian package {package} is not installed")
    return found


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _said(out: Path) -> str:
    """Return what a program wrote, wherever it did."""
    logs = (out, out.with_name("cache.log"))
    return "\n".join(log.read_text(errors="replace") for log in logs if log.exists())


@contextmanager
def _running(
    command: list[str], port: int, out: Path, ending: int = signal.SIGTERM
) -> Iterator[None]:
    with out.open("ab") as stream:
        process = subprocess.Popen(command, stdout=stream, stderr=stream)  # noqa: S603
    try:
        eventually(lambda: _listens(port) or process.poll() is not None)
        assert process.poll() is None, _said(out)
        yield
    finally:
        if process.poll() is None:
            process.send_signal(ending)
            try:
                process.wait(2)
            except subprocess.TimeoutExpired:
                process.kill()
        process.wait(WITHIN_S)


@contextmanager
def squid(
    *, authentication: bool = False, denied: bool = False, tls: Pair | None = None
) -> Iterator[Proxied]:
    """Run squid; it asks for a password, denies every destination, or is itself https."""
    program = needs("squid", "squid")
    port = free_port()
    # Squid does not stay root: what it reads and writes must be where another user comes to.
    with tempfile.TemporaryDirectory(prefix="licet-squid-") as made:
        folder = Path(made)
        access, configuration = folder / "access.log", folder / "squid.conf"
        lines = [
            "visible_hostname proxy.test",
            "cache deny all",
            "pid_filename none",
            "pinger_enable off",
            "shutdown_lifetime 0 seconds",
            f"access_log stdio:{access}",
            f"cache_log {folder / 'cache.log'}",
            f"coredump_dir {folder}",
        ]
        if tls is None:
            lines.append(f"http_port 127.0.0.1:{port}")
        else:
            certificate, key = folder / "proxy.crt", folder / "proxy.key"
            shutil.copy(tls.certificate, certificate)
            shutil.copy(tls.key, key)
            lines.append(f"https_port 127.0.0.1:{port} tls-cert={certificate} tls-key={key}")
        if authentication:
            users = folder / "users"
            users.write_text(f"{USER}:{_digest(PASSWORD)}\n")
            lines += [
                f"auth_param basic program {NCSA} {users}",
                "auth_param basic realm licet",
                "acl known proxy_auth REQUIRED",
                "http_access allow known",
            ]
        shut = denied or authentication
        lines.append("http_access deny all" if shut else "http_access allow all")
        configuration.write_text("\n".join((*lines, "")))
        if os.geteuid() == 0:
            for path in (folder, *folder.iterdir()):
                shutil.chown(path, "proxy", "proxy")
        name = f"licet{port}"
        command = [program, "-N", "-n", name, "-f", str(configuration)]
        try:
            # It takes seconds over SIGTERM; its helpers end with it.
            with _running(command, port, folder / "out", signal.SIGKILL):
                yield Proxied(port, access)
        finally:
            for segment in SHARED_MEMORY.glob(f"{name}-*.shm"):
                segment.unlink(missing_ok=True)


def _digest(password: str) -> str:
    openssl = needs("openssl", "openssl")
    made = subprocess.run(  # noqa: S603
        [openssl, "passwd", "-apr1", password], check=True, capture_output=True, text=True
    )
    return made.stdout.strip()


@contextmanager
def tinyproxy(
    folder: Path, *, authentication: bool = False, denied: bool = False
) -> Iterator[Proxied]:
    """Run tinyproxy; it asks for a password, or allows no port."""
    program = needs("tinyproxy", "tinyproxy")
    folder.mkdir(exist_ok=True)
    port, log = free_port(), folder / "tinyproxy.log"
    lines = [
        f"Port {port}",
        "Listen 127.0.0.1",
        "Timeout 60",
        "MaxClients 20",
        f'LogFile "{log}"',
        "LogLevel Connect",
    ]
    if authentication:
        lines.append(f"BasicAuth {USER} {PASSWORD.replace(' ', '-')}")
    if denied:
        lines.append("ConnectPort 1")
    configuration = folder / "tinyproxy.conf"
    configuration.write_text("\n".join((*lines, "")))
    with _running([program, "-d", "-c", str(configuration)], port, folder / "out"):
        yield Proxied(port, log)


@contextmanager
def mitmproxy(folder: Path, upstream_ca: Path, script: str, *more: str) -> Iterator[Proxied]:
    """Run mitmproxy with a script of its own; it opens all TLS that goes through it."""
    program = needs("mitmdump", "mitmproxy")
    folder.mkdir(exist_ok=True)
    port, out = free_port(), folder / "out"
    alter = folder / "alter.py"
    alter.write_text(script)
    settings = (
        f"confdir={folder}",
        f"ssl_verify_upstream_trusted_ca={upstream_ca}",
        "listen_host=127.0.0.1",
        f"listen_port={port}",
        "flow_detail=0",
    )
    words = [word for setting in settings for word in ("--set", setting)]
    with _running([program, *words, *more, "-s", str(alter)], port, out):
        yield Proxied(port, out, folder / "mitmproxy-ca-cert.pem")
