"""Says to whoever started the server that it serves: to systemd, and into a file."""

import json
import os
import socket
from collections.abc import Sequence
from pathlib import Path

from licet.service.files import write_file

_READABLE = 0o644


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


def write_ready_file(path: Path, addresses: Sequence[str]) -> None:
    """Write where the server listens, once it does, for programs that start one on any port."""
    ready = {"pid": os.getpid(), "listen": list(addresses)}
    write_file(path, json.dumps(ready).encode() + b"\n", mode=_READABLE)
