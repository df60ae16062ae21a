"""Turns the host of a URL into addresses: `ip host` first, then the name servers of the VRF.

Nothing under cisco.com is ever asked for. That does not hang on a check that somebody may forget:
whoever asks a server takes a `Permitted`, and a `Permitted` of such a name cannot be made. Sockets
are opened to addresses only, never to names; and what a proxy is told to resolve is a `Permitted` too.
"""

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from licet.switch.roads.faults import Fault, Stumbled
from licet.switch.roads.roadmap import Names, Way

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

FORBIDDEN_ZONES: Final = ("cisco.com",)

# Letters, digits, hyphens; underscores stand in names of the world as well. Nothing that a resolver
# would take for something else: no blanks, no other alphabets' dots, no percent signs.
_LABEL: Final = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\Z")
_NAME_CHARS_MAX: Final = 253
# What the C library would read as a number, as in 127.1 or 0x7f.1, is no name.
_NUMBER: Final = re.compile(r"(0x[0-9a-f]*|[0-9]+)\Z")


@dataclass(frozen=True, slots=True)
class Permitted:
    """A name that may be asked for, in lower case and without a last dot.

    Raises:
        Stumbled: it is no host name, or under cisco.com.
    """

    text: str

    def __post_init__(self) -> None:
        if self.text != normal(self.text) or is_forbidden(self.text):
            raise Stumbled(
                Fault.FORBIDDEN_NAME,
                f"{self.text} is not asked for: nothing under {FORBIDDEN_ZONES[0]} is contacted, "
                "unless 'ip host' maps it",
            )


Ask = Callable[[Permitted, Names, Way], tuple[Address, ...]]


def literal(host: str) -> Address | None:
    """Return the address that a host is written as; None if it is a name."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def normal(name: str) -> str:
    """Return a host name in lower case, without a last dot.

    Raises:
        Stumbled: it is no host name.
    """
    text = name.lower().removesuffix(".")
    labels = text.split(".")
    right = len(text) <= _NAME_CHARS_MAX and all(_LABEL.match(label) for label in labels)
    if not right or _NUMBER.match(labels[-1]):
        raise Stumbled(Fault.BAD_URL, f"{name!r} is neither a host name nor an address")
    return text


def is_forbidden(name: str) -> bool:
    """Tell whether a name in normal form is one that is never contacted by itself."""
    return any(name == zone or name.endswith(f".{zone}") for zone in FORBIDDEN_ZONES)


def mapped(host: str, names: Names) -> tuple[Address, ...]:
    """Return the addresses that `ip host` gives a name, or that the host is; none where neither."""
    address = literal(host)
    if address is not None:
        return (address,)
    addresses = dict(names.hosts).get(normal(host), ())
    return tuple(ipaddress.ip_address(text) for text in addresses)


def find(host: str, names: Names, way: Way, ask: Ask) -> tuple[Address, ...]:
    """Return the addresses of a host, at least one.

    Args:
        host: a name, or an address.
        names: what is configured.
        way: where questions leave the machine.
        ask: asks the name servers, or the machine's resolver.

    Raises:
        Stumbled: it has none, or is not to be asked for.
    """
    found = mapped(host, names)
    if found:
        return found
    name = Permitted(_full(host, names.domain))
    if not names.lookup:
        raise Stumbled(
            Fault.UNRESOLVED,
            f"{name.text} has no 'ip host' entry, and 'ip domain-lookup' is off",
        )
    if not names.servers and not names.system:
        raise Stumbled(
            Fault.UNRESOLVED, f"{name.text} cannot be looked up in VRF {way.vrf}: {names.without}"
        )
    return ask(name, names, way)


def told_to_proxy(host: str, names: Names) -> str:
    """Return what a proxy is told to connect to: an address where one is known, or a permitted name.

    A proxy resolves names by itself, so it must not hear one that this switch would not ask for.
    """
    found = mapped(host, names)
    return str(found[0]) if found else Permitted(normal(host)).text


def _full(host: str, domain: str | None) -> str:
    """Return the name that is asked for: `ip domain-name` completes one without a dot."""
    name = normal(host)
    if domain is None or "." in name or host.endswith("."):
        return name
    return normal(f"{name}.{domain}")
