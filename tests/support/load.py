"""Load on an HTTPS front from a process of its own: prepared requests over kept connections.

Run as a program with the path of a job (JSON, see `Job`); it prints a `Result` (JSON).
"""

import asyncio
import ssl
import subprocess
import sys
from collections import Counter, deque
from pathlib import Path
from time import perf_counter
from typing import cast

import msgspec
import uvloop
from typing_extensions import override

AGAIN_S = 0.05


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """What to send where.

    Attributes:
        bodies: a file of request bodies, each with its length (4 bytes, big endian) before it.
        first, count: which of them.
        rate: requests a second, whether or not answers come; 0 sends as fast as answers come, and
            again after a moment what was turned away.
        unmeasured_s: what is sent at first is sent, and not counted among the times.
    """

    host: str
    port: int
    path: str
    ca: str
    bodies: str
    first: int
    count: int
    connections: int
    rate: float = 0.0
    unmeasured_s: float = 0.0


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it.

    Attributes:
        statuses: how many answers had which HTTP status.
        wall_s: from the first request to the last answer.
        served_ms: of answers other than 503, from when the request was due: (share, milliseconds).
        longest_ms: the longest of those.
    """

    statuses: dict[str, int]
    wall_s: float
    served_ms: dict[str, float]
    longest_ms: float

    @property
    def served(self) -> int:
        """How many were answered with anything but 503."""
        return sum(count for status, count in self.statuses.items() if status != "503")


def write_bodies(path: Path, bodies: list[bytes]) -> None:
    """Write request bodies for a job."""
    path.write_bytes(b"".join(len(body).to_bytes(4) + body for body in bodies))


def read_bodies(job: Job) -> list[bytes]:
    """Read a job's request bodies."""
    data, at, found = Path(job.bodies).read_bytes(), 0, []
    for _ in range(job.first + job.count):
        length = int.from_bytes(data[at : at + 4])
        found.append(data[at + 4 : at + 4 + length])
        at += 4 + length
    return found[job.first :]


def run(job: Job, folder: Path) -> Result:
    """Do a job in a process of its own, and return what came of it."""
    file = folder / "job.json"
    file.write_bytes(msgspec.json.encode(job))
    done = subprocess.run(  # noqa: S603 - this file
        [sys.executable, __file__, str(file)], stdout=subprocess.PIPE, check=True, timeout=600
    )
    return msgspec.json.decode(done.stdout, type=Result)


class _Line(asyncio.Protocol):
    """One kept connection: one request at a time."""

    def __init__(self, crowd: "_Crowd") -> None:
        self._crowd = crowd
        self._received = bytearray()
        self._due = 0.0
        self.request = b""
        self.transport: asyncio.Transport | None = None

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's own kind of transport is no subclass.
        self.transport = cast("asyncio.Transport", transport)

    def send(self, request: bytes, due: float) -> None:
        assert self.transport is not None
        self.request, self._due = request, due
        self.transport.write(request)

    @override
    def data_received(self, data: bytes) -> None:
        self._received += data
        end = self._received.find(b"\r\n\r\n")
        if end < 0:
            return
        head = bytes(self._received[:end]).lower()
        begin = head.index(b"content-length: ") + 16
        length = int(head[begin:].split(b"\r\n", 1)[0])
        if len(self._received) < end + 4 + length:
            return
        del self._received[:]
        self._crowd.answered(self, head[9:12].decode(), self._due)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._crowd.lost(exc)


class _Crowd:
    def __init__(self, job: Job) -> None:
        self._job = job
        head = (
            f"POST {job.path} HTTP/1.1\r\nHost: {job.host}:{job.port}\r\n"
            "Content-Type: application/jose\r\nContent-Length: "
        )
        self._requests = [f"{head}{len(body)}\r\n\r\n".encode() + body for body in read_bodies(job)]
        self._next = self._done = 0
        self._idle: deque[_Line] = deque()
        self._statuses: Counter[str] = Counter()
        self._times: list[float] = []
        self._begun = 0.0
        self._all = asyncio.Event()
        self._over = False

    async def work(self) -> Result:
        loop, job = asyncio.get_running_loop(), self._job
        context = ssl.create_default_context(cafile=job.ca)
        context.check_hostname = False
        for _ in range(job.connections):
            _, line = await loop.create_connection(
                lambda: _Line(self), job.host, job.port, ssl=context
            )
            self._idle.append(line)
        self._begun = perf_counter()
        while job.rate and self._next < job.count:
            self._send_what_is_due()
            await asyncio.sleep(0.001)
        if not job.rate:
            self._send_what_is_due()
        await self._all.wait()
        wall_s = perf_counter() - self._begun
        self._over = True
        for line in self._idle:
            assert line.transport is not None
            line.transport.abort()
        times = sorted(self._times)
        shares = {f"{share}": times[int(len(times) * share)] for share in (0.5, 0.9, 0.99)}
        return Result(
            statuses=dict(self._statuses),
            wall_s=wall_s,
            served_ms={share: time_s * 1000 for share, time_s in shares.items()},
            longest_ms=times[-1] * 1000,
        )

    def _send_what_is_due(self) -> None:
        job, now = self._job, perf_counter()
        while self._idle and self._next < job.count:
            due = self._begun + self._next / job.rate if job.rate else now
            if due > now:
                return
            self._idle.popleft().send(self._requests[self._next], due)
            self._next += 1

    def answered(self, line: _Line, status: str, due: float) -> None:
        now = perf_counter()
        self._statuses[status] += 1
        if status == "503" and not self._job.rate:
            asyncio.get_running_loop().call_later(AGAIN_S, line.send, line.request, now)
            return
        self._done += 1
        if status != "503" and due - self._begun >= self._job.unmeasured_s:
            self._times.append(now - due)
        self._idle.append(line)
        if self._done == self._job.count:
            self._all.set()
        else:
            self._send_what_is_due()

    def lost(self, error: Exception | None) -> None:
        if not self._over:
            print(f"a connection was lost: {error}", file=sys.stderr)  # noqa: T201
            sys.exit(1)


if __name__ == "__main__":
    given = msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=Job)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        sys.stdout.buffer.write(msgspec.json.encode(runner.run(_Crowd(given).work())))
