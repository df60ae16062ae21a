"""The guard of `conftest.py`: nothing leaves this machine."""

import socket

import pytest

from support.guard import LeftTheMachine


def test_a_connection_off_this_machine_is_refused() -> None:
    """A test could disturb somebody."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        with pytest.raises(LeftTheMachine):
            sock.connect(("192.0.2.1", 9))
        with pytest.raises(LeftTheMachine):
            sock.sendto(b"", ("192.0.2.1", 9))
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sock, pytest.raises(LeftTheMachine):
        sock.connect(("2001:db8::1", 9, 0, 0))


def test_a_query_for_a_name_is_refused() -> None:
    """Typing the source document's URL could ask the world for it."""
    with pytest.raises(LeftTheMachine):
        socket.getaddrinfo("tools.cisco.com", 443)
    with pytest.raises(LeftTheMachine):
        socket.gethostbyname("example.com")


def test_this_machine_may_be_talked_to() -> None:
    """Tests of servers would be impossible."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.connect(("127.0.0.1", 9))
