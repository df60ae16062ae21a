"""A name server on loopback, over UDP, that knows what a test tells it and remembers who asked."""

import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

from licet.switch.roads.roadmap import Server

Records = Mapping[str, Sequence[str]]
WITHIN_S = 20.0


@dataclass
class NameServer:
    """What it knows and what it was asked.

    Attributes:
        records: addresses by name, without a last dot.
        refuses: it answers SERVFAIL.
        mute: it answers nothing.
        asked: (who asked, name, type).
    """

    server: Server
    records: Records
    refuses: bool = False
    mute: bool = False
    asked: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        """The names that were asked for."""
        return [name for _, name, _ in self.asked]

    def answer(self, data: bytes, peer: str) -> bytes | None:
        """Return the answer to a question."""
        query = dns.message.from_wire(data)
        [question] = query.question
        name = question.name.to_text(omit_final_dot=True).lower()
        kind = dns.rdatatype.to_text(question.rdtype)
        self.asked.append((peer, name, kind))
        if self.mute:
            return None
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.RA
        if self.refuses:
            reply.set_rcode(dns.rcode.SERVFAIL)
        elif name not in self.records:
            reply.set_rcode(dns.rcode.NXDOMAIN)
        else:
            fits = [each for each in self.records[name] if (":" in each) == (kind == "AAAA")]
            if fits:
                reply.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *fits))
        return reply.to_wire()


@contextmanager
def name_server(
    records: Records, *, refuses: bool = False, mute: bool = False
) -> Iterator[NameServer]:
    """Run a name server until the block ends."""
    over = threading.Event()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.settimeout(0.05)
        server = Server("127.0.0.1", listener.getsockname()[1])
        knows = NameServer(server, records, refuses=refuses, mute=mute)

        def serve() -> None:
            while not over.is_set():
                with suppress(TimeoutError):
                    data, peer = listener.recvfrom(4096)
                    answer = knows.answer(data, peer[0])
                    if answer is not None:
                        listener.sendto(answer, peer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield knows
        finally:
            over.set()
            thread.join(WITHIN_S)
