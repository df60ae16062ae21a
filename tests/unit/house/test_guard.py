"""The guard of `conftest.py`: nothing leaves this machine."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_socket import SocketBlockedError

# By what it says and not by its class: pytest-xdist's workers are guarded as children, too.
REFUSED = r"^socket\.\w+: "
AWAY = "192.0.2.1"  # RFC 5737: an address of documents, of nobody


@pytest.mark.enable_socket
def test_a_connection_off_this_machine_is_refused() -> None:
    """A test could disturb somebody."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        with pytest.raises(AssertionError, match=REFUSED):
            sock.connect((AWAY, 9))
        with pytest.raises(AssertionError, match=REFUSED):
            sock.sendto(b"", (AWAY, 9))
        with pytest.raises(AssertionError, match=REFUSED):
            sock.sendmsg([b""], [], 0, (AWAY, 9))
    with (
        socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sock,
        pytest.raises(AssertionError, match=REFUSED),
    ):
        sock.connect(("2001:db8::1", 9, 0, 0))


@pytest.mark.enable_socket
def test_a_query_for_a_name_is_refused() -> None:
    """Typing the source document's URL could ask the world for it."""
    with pytest.raises(AssertionError, match=REFUSED):
        socket.getaddrinfo("tools.cisco.com", 443)
    with pytest.raises(AssertionError, match=REFUSED):
        socket.getaddrinfo(b"tools.cisco.com", 443)
    with pytest.raises(AssertionError, match=REFUSED):
        socket.gethostbyname("example.com")
    with pytest.raises(AssertionError, match=REFUSED):
        socket.gethostbyaddr(AWAY)
    with pytest.raises(AssertionError, match=REFUSED):
        socket.getnameinfo((AWAY, 9), 0)


@pytest.mark.enable_socket
def test_other_roads_off_this_machine_are_refused() -> None:
    """A virtual machine's test could talk to its host, past every rule about the internet."""
    with (
        socket.socket(socket.AF_NETLINK, socket.SOCK_RAW) as sock,
        pytest.raises(AssertionError, match=REFUSED),
    ):
        sock.connect((0, 0))


@pytest.mark.enable_socket
def test_this_machine_may_be_talked_to(tmp_path: Path) -> None:
    """Tests of servers would be impossible."""
    with (
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as server,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as client,
    ):
        server.bind(str(tmp_path / "s"))
        client.connect(str(tmp_path / "s"))
        client.sendmsg([b"here"])
        assert server.recv(9) == b"here"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.connect(("127.0.0.1", 9))
    assert socket.getaddrinfo(None, 9)
    assert socket.getaddrinfo("::1", 9)


def test_a_small_test_gets_no_socket() -> None:
    """A unit would do input or output, and nobody would notice."""
    with pytest.warns(UserWarning, match="tried to use"), pytest.raises(SocketBlockedError):
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM)


def test_what_a_test_starts_is_guarded_too() -> None:
    """An example or a demo could talk to the world in a process of its own."""
    code = f"import socket; socket.socket(2, 2).connect(({AWAY!r}, 9))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)  # noqa: S603
    assert ran.returncode == 1
    assert f"LeftTheMachine: socket.connect: {AWAY}" in ran.stderr
