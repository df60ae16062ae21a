"""The listening sockets of a front, for IPv4 and IPv6, on names and numbers as people give them."""

import errno
import socket
from collections.abc import Sequence

from licet.service.problems import ServiceError

BACKLOG = 1024
_REMEDIES = {
    errno.EADDRINUSE: "stop what uses it (ss -ltnp shows it), or choose another --listen",
    errno.EADDRNOTAVAIL: "this machine has no such address; choose another --listen",
    errno.EACCES: (
        "a plain user needs CAP_NET_BIND_SERVICE for ports below 1024, as the systemd unit gives "
        "it; or choose a higher port"
    ),
}


def open_ports(addresses: Sequence[tuple[str, int]]) -> list[socket.socket]:
    """Return listening sockets; port 0 lets the kernel choose one.

    An IPv6 address takes IPv6 only, so that `0.0.0.0` and `::` may be given together.

    Raises:
        ServiceError: one cannot be had; none is left open.
    """
    ports: list[socket.socket] = []
    for host, port in addresses:
        try:
            _open(host, port, ports)
        except OSError as error:
            for opened in ports:
                opened.close()
            raise ServiceError(
                f"cannot listen on {print_address(host, port)}: {error.strerror}; "
                f"{_REMEDIES.get(error.errno or 0, 'choose another --listen')}"
            ) from error
    return ports


def _open(host: str, port: int, ports: list[socket.socket]) -> None:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    for family, kind, protocol, _, address in dict.fromkeys(found):
        opened = socket.socket(family, kind | socket.SOCK_NONBLOCK, protocol)
        ports.append(opened)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        opened.bind(address)
        opened.listen(BACKLOG)


def print_address(host: str, port: int) -> str:
    """Return an address as a URL has it."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def address_of(port: socket.socket) -> str:
    """Return where a socket listens."""
    host, number = port.getsockname()[:2]
    return print_address(host, number)
