"""Says to systemd how a service is, where systemd started it."""

import socket


def tell_systemd(address: str | None, state: str) -> None:
    """Send a state such as `READY=1` to the socket that systemd named; nothing where it named none.

    Args:
        address: the value of NOTIFY_SOCKET; `@` stands for an abstract one.
        state: see sd_notify(3).
    """
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as out:
        out.connect("\0" + address[1:] if address.startswith("@") else address)
        out.sendall(state.encode())
