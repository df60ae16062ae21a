"""A manager's whole path, beside the floor of its parts, at 1,000 and at 1,000,000 instances.

Run `python bench/serving.py [INSTANCES...]`. Real devices' bytes go over kept HTTPS connections to
`licet manager serve`, which verifies, decides, commits durably and signs. The floor is what nobody
could leave out, measured in the same run: the same crypto, a bare HTTPS echo on the same server, and
the same transaction in bare SQL on the same database. All figures are processor time of the server
a request, since client and server share two cores. Then the source's own burst is held: 300,000
devices that retry every 15 minutes; and three times what the server can do is offered.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import process_time

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

import apsw
import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from licet.endpoint.endpoint import Call
from licet.kernel.chance import SeededChance
from licet.ledger.model import Instance
from licet.pki.csr import make_csr
from licet.store.sqlite.sources import to_json
from licet.store.sqlite.store import SqliteStore
from support import echo, load
from support.device import AUTHORIZE, Device
from support.load import Job, Result, write_bodies
from support.office import LAN, MPLS, Office
from support.standing import PATH, Standing, standing, system_now

SIZES = (1_000, 1_000_000)
DEVICES = 800
ROUNDS = 14
CONNECTIONS = 64
PLACES = 100
BURST_PER_S = 333
BURST_S, OVERLOAD_S = 20, 8
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def cpu_s(pid: int) -> float:
    """Return the processor seconds that a process has used, all its threads together."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_S


def fill(store: SqliteStore, office: Office, pattern: Instance, count: int) -> None:
    """Add instances that are never heard, as copies of one, spread over many virtual accounts."""
    account = office.example.account
    places = [office.department(account, f"Site {number}") for number in range(PLACES)]
    with store.database.lend() as connection:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(
            """
            WITH RECURSIVE numbers (n) AS (
                SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :count
            ), made AS (
                SELECT lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' ||
                       substr(hex(randomblob(2)), 2) || '-8' || substr(hex(randomblob(2)), 2) ||
                       '-' || hex(randomblob(6))) AS id,
                       hex(randomblob(21)) AS key,
                       printf('X%09d', n) AS sn,
                       (SELECT value FROM json_each(:places) WHERE json_each.key = n % :spread)
                           AS place,
                       strftime('%Y-%m-%dT%H:%M:%SZ', :due, '+' || (n % 2592000) || ' seconds')
                           AS due_at
                FROM numbers
            )
            INSERT INTO instance (id, key, virtual_account, pid, sn, due_at, body)
            SELECT id, key, place, 'N9K', sn, due_at,
                   json_set(:body, '$.id', id, '$.key', key, '$.virtual_account', place,
                            '$.udi.pid', 'N9K', '$.udi.sn', sn, '$.due_at', due_at)
            FROM made
            """,
            {
                "count": count,
                "places": to_json([place.virtual for place in places]),
                "spread": PLACES,
                "due": f"{pattern.due_at:%Y-%m-%d %H:%M:%S}",
                "body": to_json(pattern),
            },
        )
        connection.execute("COMMIT")


@dataclass
class Site:
    """A running manager, and real devices that it knows."""

    manager: Standing
    folder: Path
    fleet: list[Device]

    @property
    def pid(self) -> int:
        """The server's process."""
        return self.manager.process.pid

    def job(self, bodies: list[bytes], **more: object) -> Job:
        """Return a job that sends bodies."""
        file = self.folder / "bodies"
        write_bodies(file, bodies)
        host, port = self.manager.address
        ca = str(self.manager.data.tls_certificate)
        job = Job(
            host=host,
            port=port,
            path=PATH,
            ca=ca,
            bodies=str(file),
            first=0,
            count=len(bodies),
            connections=CONNECTIONS,
        )
        return msgspec.structs.replace(job, **more)

    def requests(self, rounds: int) -> list[bytes]:
        """Return so many authorizations of every device, in the order in which they come."""
        now = system_now()
        wanted = ((LAN, 1), (MPLS, 1))
        return [one.say(AUTHORIZE, *wanted, now=now) for _ in range(rounds) for one in self.fleet]


def prepare(manager: Standing, instances: int) -> list[Device]:
    """Register the devices that will speak, and add those that will not."""
    office = manager.office
    office.now = system_now()
    office.give(LAN, 10 * DEVICES)
    office.give(MPLS, 10 * DEVICES)
    token = office.token()
    fleet = [office.device(f"B{number}") for number in range(DEVICES)]
    for first in range(0, DEVICES, 64):
        part = fleet[first : first + 64]
        requests = [one.register(token, now=office.now) for one in part]
        replies = office.endpoint.handle([Call(data) for data in requests], now=office.now)
        for one, request, reply in zip(part, requests, replies, strict=True):
            one.believe(reply.data, request=request, root_mark=office.root_mark)
    pattern = office.instance(fleet[0])
    assert pattern is not None
    assert isinstance(office.store, SqliteStore)
    if instances > DEVICES:
        fill(office.store, office, pattern, instances - DEVICES)
    return fleet


@contextmanager
def site(folder: Path, instances: int) -> Iterator[Site]:
    """Run a manager with so many instances."""
    with standing(folder) as manager:
        yield Site(manager, folder, prepare(manager, instances))


def check(result: Result) -> int:
    """Return how many were served; stop if any was refused: a fast refusal is no figure.

    Where the disk stalls, some are shed and sent again; they cost little, and are not counted.
    """
    assert set(result.statuses) <= {"200", "503"}, result.statuses
    return result.statuses["200"]


@dataclass(frozen=True)
class Figure:
    """Processor time of the server, and requests of all, at saturation."""

    us: float
    per_s: float


def measure(here: Site, bodies: list[bytes]) -> Figure:
    """Send requests as fast as they are answered."""
    before = cpu_s(here.pid)
    result = load.run(here.job(bodies), here.folder)
    used_s = cpu_s(here.pid) - before
    served = check(result)
    return Figure(used_s / served * 1e6, served / result.wall_s)


def echo_us(here: Site, bodies: list[bytes]) -> float:
    """Return the processor time of a bare echo of such requests on the same server."""
    command = [sys.executable, echo.__file__, str(here.manager.data.path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:  # noqa: S603
        assert process.stdout is not None
        port = int(process.stdout.readline())
        before = cpu_s(process.pid)
        result = load.run(here.job(bodies, port=port), here.folder)
        used_s = cpu_s(process.pid) - before
        check(result)
        process.communicate()
    return used_s / len(bodies) * 1e6


def each_us(work: Callable[[], object], times: int = 1500) -> float:
    """Return the processor time of a call."""
    work()
    begun = process_time()
    for _ in range(times):
        work()
    return (process_time() - begun) / times * 1e6


_ES256 = ec.ECDSA(hashes.SHA256())
_SIGNS = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)


def crypto_us(office: Office, device: Device) -> dict[str, float]:
    """Return the processor time of what `cryptography` does for a request of each kind.

    The issuing CA's own certificate is checked once for many requests, and is not counted.
    """
    message, key = bytes(2_000), office.keys.answer_key
    der, issuing = device.chain[0], office.keys.issuing_key
    issuer = issuing.public_key()
    signature = device.key.sign(message, _ES256)
    csr = make_csr(device.key, device.udi)
    now = system_now()

    def authorize() -> None:
        certificate = x509.load_der_x509_certificate(der)
        issuer.verify(certificate.signature, certificate.tbs_certificate_bytes, _ES256)
        public = certificate.public_key()
        assert isinstance(public, ec.EllipticCurvePublicKey)
        public.verify(signature, message, _ES256)
        key.sign(message, _SIGNS)

    def register() -> None:
        request = x509.load_der_x509_csr(csr)
        assert request.is_signature_valid
        public = request.public_key()
        assert isinstance(public, ec.EllipticCurvePublicKey)
        public.verify(signature, message, _ES256)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(request.subject)
            .issuer_name(request.subject)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now)
            .not_valid_after(now.replace(year=now.year + 1))
            .sign(issuing, hashes.SHA256(), ecdsa_deterministic=True)
        )
        certificate.public_bytes(serialization.Encoding.DER)
        key.sign(message, _SIGNS)

    return {"authorize": each_us(authorize), "register": each_us(register)}


def sql_us(path: Path, fleet: list[Device], batch: int) -> dict[str, float]:
    """Return the processor time of the same transactions, row by row, in bare SQL."""
    connection = apsw.Connection(str(path))
    connection.pragma("synchronous", "full")
    connection.pragma("cache_size", -64 * 1024)
    ask_row = "SELECT due_at, body, virtual_account FROM instance WHERE id = ?"
    rows: list[tuple[str, str, str]] = []
    place = ""
    for one in fleet:
        [[due_at, text, place]] = connection.execute(ask_row, (one.instance,))
        rows.append((one.instance, str(due_at), str(text)))

    def authorize(part: list[tuple[str, str, str]]) -> None:
        ask = connection.execute
        for identifier, _, _ in part:
            ask("SELECT body FROM instance WHERE id = ?", (identifier,)).fetchall()
            for tag in (LAN, MPLS):
                ask(
                    "SELECT body FROM in_use WHERE virtual_account = ? AND tag = ?", (place, tag)
                ).fetchall()
                ask(
                    "SELECT body FROM holding WHERE virtual_account = ? AND tag = ?", (place, tag)
                ).fetchall()
        ask("BEGIN IMMEDIATE")
        connection.executemany(
            "UPDATE instance SET due_at = ?, body = ? WHERE id = ?",
            [(due[:-1] + "X", body, identifier) for identifier, due, body in part],
        )
        ask("COMMIT")

    chance = SeededChance("bare")

    def register(part: list[tuple[str, str, str]]) -> None:
        ask = connection.execute
        news = [(chance.random_bytes(18).hex(), due, body) for _, due, body in part]
        ask("BEGIN IMMEDIATE")
        for key, *_ in news:
            ask("SELECT body FROM instance WHERE key = ?", (key,)).fetchall()
            ask("SELECT body FROM instance WHERE pid = ? AND sn = ?", ("N9K", key)).fetchall()
        connection.executemany(
            "INSERT INTO instance (id, key, virtual_account, pid, sn, due_at, body)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            [(key, key, place, "N9K", key, due, body) for key, due, body in news],
        )
        connection.executemany(
            "INSERT INTO event (account, body) VALUES (?, ?)", [("x" * 36, "y" * 300)] * len(news)
        )
        connection.executemany(
            "INSERT INTO udi_record VALUES (?, ?, ?, ?)",
            [("x" * 36, "N9K", key, "z" * 120) for key, *_ in news],
        )
        ask("UPDATE token SET body = body")
        ask("COMMIT")

    parts = [rows[at : at + batch] for at in range(0, len(rows) - batch + 1, batch)]

    def over(work: Callable[[list[tuple[str, str, str]]], None]) -> float:
        def every() -> None:
            for part in parts:
                work(part)

        return each_us(every, 3) / (len(parts) * batch)

    found = {"authorize": over(authorize), "register": over(register)}
    connection.close()
    return found


def newcomers(office: Office, count: int) -> list[bytes]:
    """Return registrations of devices that never spoke."""
    token, now = office.token(), system_now()
    return [
        office.device(f"N{office.chance.random_bytes(6).hex()}").register(token, now=now)
        for _ in range(count)
    ]


def table(here: Site, instances: int) -> dict[str, Figure]:
    """Measure and print one size."""
    office = here.manager.office
    requests = here.requests(ROUNDS)
    warm, timed = requests[: 2 * DEVICES], requests[2 * DEVICES :]
    check(load.run(here.job(warm), here.folder))
    found = {
        "authorize": measure(here, timed),
        "register": measure(here, newcomers(office, 2 * DEVICES)),
    }
    echoed = echo_us(here, timed[: 4 * DEVICES])
    crypto = crypto_us(office, here.fleet[0])
    sql = sql_us(here.manager.data.database, here.fleet, CONNECTIONS // 2)
    for kind, figure in found.items():
        floor = crypto[kind] + echoed + sql[kind]
        print(
            f"{instances:>9,} {kind:<10} {figure.per_s:>7.0f}/s {figure.us:>6.0f} us"
            f"   floor {floor:>4.0f} = crypto {crypto[kind]:.0f} + echo {echoed:.0f}"
            f" + SQL {sql[kind]:.0f}   {figure.us / floor:.2f} times it",
            flush=True,
        )
    return found


def crowds(here: Site, capacity_per_s: float) -> None:
    """Hold the burst, then offer three times what can be served."""
    burst = here.requests(BURST_PER_S * BURST_S // DEVICES + 1)[: BURST_PER_S * BURST_S]
    before = cpu_s(here.pid)
    result = load.run(here.job(burst, rate=float(BURST_PER_S)), here.folder)
    used = (cpu_s(here.pid) - before) / result.wall_s
    print(f"burst of {BURST_PER_S}/s: {say(result)}; {used:.0%} of a core", flush=True)
    rate = 3 * capacity_per_s
    many = here.requests(int(rate * OVERLOAD_S) // DEVICES + 1)
    job = here.job(many, rate=rate, connections=512, unmeasured_s=1.0)
    result = load.run(job, here.folder)
    offered = len(many) / result.wall_s
    print(f"three times capacity, {offered:.0f}/s offered: {say(result)}", flush=True)


def say(result: Result) -> str:
    """Return a result in words."""
    shed = result.statuses.get("503", 0)
    times = ", ".join(f"p{float(at) * 100:.0f} {ms:.0f}" for at, ms in result.served_ms.items())
    rate = result.served / result.wall_s
    return f"{rate:.0f}/s served, {shed} shed, {times}, longest {result.longest_ms:.0f} ms"


def main(*sizes: int) -> None:
    """Measure every size and print the table."""
    print(f"{DEVICES} devices speak over {CONNECTIONS} kept connections; server CPU a request")
    costs: dict[int, dict[str, Figure]] = {}
    for instances in sizes:
        with tempfile.TemporaryDirectory() as folder, site(Path(folder), instances) as here:
            costs[instances] = table(here, instances)
            if instances == sizes[-1]:
                crowds(here, costs[instances]["authorize"].per_s)
    first, last = costs[sizes[0]], costs[sizes[-1]]
    for kind, figure in last.items():
        ratio = figure.us / first[kind].us
        print(f"{kind}: {sizes[-1]:,} instances cost {ratio:.2f} times what {sizes[0]:,} do")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:] or map(str, SIZES)))
