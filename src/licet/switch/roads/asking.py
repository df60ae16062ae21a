"""Asks name servers, or the machine's own resolver, within the time that is left."""

import ipaddress
import queue
import socket
import threading
from pathlib import Path
from typing import Final

import dns.exception
import dns.nameserver
import dns.resolver

from licet.switch.roads.faults import Fault, Stumbled
from licet.switch.roads.names import Address, Permitted, literal
from licet.switch.roads.pace import Pace
from licet.switch.roads.roadmap import Names, Way

HOSTS: Final = Path("/etc/hosts")
_ONE_QUESTION_S: Final = 2.0
_CLASSES: Final = {4: "A", 6: "AAAA"}


class Asker:
    """Asks on behalf of one attempt; see `names.Ask`."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace

    def __call__(self, name: Permitted, names: Names, way: Way) -> tuple[Address, ...]:
        """Return the addresses of a name, those of IPv6 first; at least one."""
        if names.servers:
            return self._ask_servers(name, names, way)
        return self._ask_system(name)

    def _ask_servers(self, name: Permitted, names: Names, way: Way) -> tuple[Address, ...]:
        source = None if way.source is None else ipaddress.ip_address(way.source)
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers = [
            dns.nameserver.Do53Nameserver(server.address, server.port)
            for server in names.servers
            if source is None or ipaddress.ip_address(server.address).version == source.version
        ]
        if not resolver.nameservers:
            raise _unresolved(f"no name server can be asked from {source}")
        resolver.timeout = _ONE_QUESTION_S
        # What cannot be connected to from the source address is not worth a question.
        found: tuple[Address, ...]
        if source is None:
            four = self._records(resolver, name, 4, None, needed=True)
            found = (*self._records(resolver, name, 6, None, needed=not four), *four)
        else:
            found = self._records(resolver, name, source.version, way.source, needed=True)
        if not found:
            raise _unresolved(f"the name servers know no address of {name.text}")
        return found

    def _records(
        self,
        resolver: dns.resolver.Resolver,
        name: Permitted,
        version: int,
        source: str | None,
        *,
        needed: bool,
    ) -> tuple[Address, ...]:
        """Return the addresses of one kind; a fault is none where it can do without them."""
        left = self._pace.left()
        try:
            answer = resolver.resolve(
                f"{name.text}.",
                _CLASSES[version],
                source=source,
                search=False,
                lifetime=left if needed else min(left, _ONE_QUESTION_S),
            )
        except dns.resolver.NXDOMAIN:
            raise _unresolved(f"the name servers know no {name.text}") from None
        except dns.resolver.NoAnswer:
            return ()
        except (dns.exception.DNSException, OSError) as error:
            if needed:
                raise _unresolved(_told(name, resolver, error)) from error
            return ()
        return tuple(ipaddress.ip_address(record.address) for record in answer)

    def _ask_system(self, name: Permitted) -> tuple[Address, ...]:
        """Ask the machine's resolver in a thread, since it cannot be told to hurry.

        The name is absolute: a resolver must not append a domain of its own, which could be any.
        """
        written = _written_down(name)
        if written:
            return written
        told: queue.SimpleQueue[tuple[Address, ...] | OSError] = queue.SimpleQueue()

        def ask() -> None:
            try:
                found = socket.getaddrinfo(f"{name.text}.", None, type=socket.SOCK_STREAM)
                told.put(tuple(ipaddress.ip_address(entry[4][0]) for entry in found))
            except OSError as error:
                told.put(error)

        threading.Thread(target=ask, name="licet-resolver", daemon=True).start()
        try:
            answer = told.get(timeout=self._pace.left())
        except queue.Empty:
            raise self._pace.late() from None
        if isinstance(answer, OSError):
            raise _unresolved(f"{name.text}: {answer.strerror or answer}")
        return answer


def _written_down(name: Permitted) -> tuple[Address, ...]:
    """Return what the machine's table of hosts says; it does not know absolute names."""
    found = []
    try:
        lines = HOSTS.read_text("utf-8", "replace").splitlines()
    except OSError:
        return ()
    for line in lines:
        address, *hosts = line.partition("#")[0].split() or [""]
        known = literal(address)
        if known is not None and name.text in (host.lower() for host in hosts):
            found.append(known)
    return tuple(found)


def _unresolved(cause: str) -> Stumbled:
    return Stumbled(Fault.UNRESOLVED, cause)


def _told(name: Permitted, resolver: dns.resolver.Resolver, error: Exception) -> str:
    servers = ", ".join(str(server) for server in resolver.nameservers)
    match error:
        case dns.exception.Timeout():
            return f"no name server answered for {name.text} in time ({servers})"
        case dns.resolver.NoNameservers():
            return f"no name server could answer for {name.text} ({servers})"
        case _:
            return f"{name.text}: {error}"
