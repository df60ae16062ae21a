"""An audit hook that lets nothing leave this machine, whoever tries."""

import ipaddress
import socket
import sys

LOCAL_NAMES = {"localhost", "", None}


class LeftTheMachine(AssertionError):  # noqa: N818 - what happened
    """A test resolved a name or opened a connection beyond this machine."""


def _check_address(event: str, address: object) -> None:
    if not isinstance(address, tuple):
        return  # a Unix socket
    host = str(address[0])
    try:
        local = ipaddress.ip_address(host).is_loopback
    except ValueError:
        local = host in LOCAL_NAMES
    if not local:
        raise LeftTheMachine(f"{event}: {host}")


def _guard(event: str, arguments: tuple[object, ...]) -> None:
    """Refuse, as Python's audit hook, what would leave the machine."""
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        sock, address = arguments[0], arguments[1]
        if isinstance(sock, socket.socket) and sock.family in (socket.AF_INET, socket.AF_INET6):
            _check_address(event, address)
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
        _check_address(event, (arguments[0],))


def install() -> None:
    """Guard this process from now on; a hook cannot be taken off again."""
    sys.addaudithook(_guard)
