"""An audit hook that lets nothing leave this machine, whoever tries."""

import ipaddress
import os
import socket
import sys
from pathlib import Path

# Python imports `sitecustomize` from here in every process that a test starts.
OFFLINE = Path(__file__).parent / "offline"
LOCAL_NAMES = {"localhost", ""}


class LeftTheMachine(AssertionError):  # noqa: N818 - what happened
    """A test resolved a name or opened a connection beyond this machine."""


def _check_host(event: str, host: object) -> None:
    if host is None:
        return  # any address of this machine
    text = host.decode(errors="replace") if isinstance(host, bytes | bytearray) else str(host)
    try:
        # An IPv6 address may carry the interface that it is reached by.
        local = ipaddress.ip_address(text.partition("%")[0]).is_loopback
    except ValueError:
        local = text in LOCAL_NAMES
    if not local:
        raise LeftTheMachine(f"{event}: {text}")


def _check_address(event: str, family: object, address: object) -> None:
    if family == socket.AF_UNIX or address is None:
        return  # within this machine, or along a connection that was looked at when it was made
    if family not in (socket.AF_INET, socket.AF_INET6) or not isinstance(address, tuple):
        raise LeftTheMachine(f"{event}: {address!r}")
    _check_host(event, address[0])


def _guard(event: str, arguments: tuple[object, ...]) -> None:
    """Refuse, as Python's audit hook, what would leave the machine."""
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        _check_address(event, getattr(arguments[0], "family", None), arguments[1])
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
        _check_host(event, arguments[0])
    elif event == "socket.getnameinfo" and isinstance(arguments[0], tuple):
        _check_host(event, arguments[0][0])


def install() -> None:
    """Guard this process from now on; a hook cannot be taken off again."""
    sys.addaudithook(_guard)


def guard_children() -> None:
    """Guard also the Python processes that this one starts with its own environment."""
    before = os.environ.get("PYTHONPATH", "")  # noqa: TID251 - what children inherit is set here
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(OFFLINE), before)))  # noqa: TID251
