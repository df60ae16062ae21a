"""Network namespaces: where a VRF is mapped to one, the attempt's own thread goes there.

A namespace belongs to a thread (setns(2)); every attempt has a thread of its own, which ends with it.
"""

import ctypes
import errno
import os
from pathlib import Path
from typing import Final

from licet.switch.roads.faults import Fault, Stumbled

# Where `ip netns add` keeps them.
NAMESPACES: Final = Path("/run/netns")
_CLONE_NEWNET: Final = 0x40000000


def enter(name: str) -> None:
    """Take the calling thread into a network namespace, for the rest of its life.

    Raises:
        Stumbled: there is none of that name, or this process may not.
    """
    if name in ("", ".", "..") or "/" in name or "\0" in name:
        raise Stumbled(Fault.NAMESPACE, f"{name!r} is no name of a network namespace")
    try:
        handle = os.open(NAMESPACES / name, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        raise Stumbled(Fault.NAMESPACE, f"there is no network namespace {name}") from None
    except OSError as error:
        raise Stumbled(Fault.NAMESPACE, f"network namespace {name}: {error.strerror}") from error
    try:
        _setns(handle, name)
    finally:
        os.close(handle)


def _setns(handle: int, name: str) -> None:
    # os.setns comes with Python 3.12.
    library = ctypes.CDLL(None, use_errno=True)
    if library.setns(handle, _CLONE_NEWNET) == 0:
        return
    number = ctypes.get_errno()
    if number == errno.EPERM:
        cause = f"entering network namespace {name} needs root (CAP_SYS_ADMIN)"
    else:
        cause = f"network namespace {name}: {os.strerror(number)}"
    raise Stumbled(Fault.NAMESPACE, cause)
