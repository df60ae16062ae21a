"""A synchronization of many product instances, full and standard, each step a process of its own.

Run `python bench/synchronizing.py [INSTANCES...]`. Two SQLite ledgers on the disk, a site's and its
manager's. Each step is timed, and its peak memory is what the system counted for its process, so
that growth with the number of instances would show. The comparison for the times is a bare pass over
the same bytes: read, hashed, and taken apart as JSON line by line.
"""

import hashlib
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

import msgspec

from licet.kernel.chance import SeededChance
from licet.kernel.ids import AccountId, AuthorityId, Tag, Udi, VirtualAccountId
from licet.ledger.instances import draw_instance_id
from licet.ledger.model import Instance, Usage
from licet.ledger.ports import Store
from licet.ledger.sites import Road, SyncKind
from licet.pki.authority import AuthorityKeys
from licet.service.keyfile import print_keys, read_keys
from licet.store.sqlite.store import SqliteStore
from licet.sync.exchange import answer_request, keep_request, make_request, take_response
from licet.wire.messages import Compliance
from support.exchange import START, TAGS, Manager, Site, days
from support.standing import LICET
from support.town import Standing, town

SIZES = (10_000, 300_000)
CHANGED = 100  # one in so many
STEPS = ("make a request", "answer it", "take the response")


def fill(folder: Path, count: int) -> None:
    """Make a manager and a site, and let `count` products be registered at the site."""
    manager = Manager(store=SqliteStore.open(folder / "manager.db"))
    place = manager.open("Plant")
    manager.order(place, TAGS[0], count)
    site = Site(manager, "Sat", "Plant", store=SqliteStore.open(folder / "site.db"))
    save_keys(folder, "manager", manager)
    save_keys(folder, "site", site)
    put(site.store, AccountId(site.id), site.default, range(count))


def default_of(store: Store, site: AuthorityId) -> VirtualAccountId:
    """Return the default local virtual account of a site."""
    with store.begin() as work:
        return next(place.id for place in work.virtual_accounts(AccountId(site)) if place.default)


def put_in(database: Path, site: str, count: str) -> None:
    """Put product instances into the database of a real on-prem."""
    with closing(SqliteStore.open(database)) as store:
        place = default_of(store, AuthorityId(site))
        put(store, AccountId(site), place, range(int(count)))


def put(store: Store, account: AccountId, place: VirtualAccountId, numbers: range) -> None:
    """Put product instances as registrations and authorizations leave them."""
    chance = SeededChance("fill")
    usage = (Usage(TAGS[0], 1, Compliance.IN_COMPLIANCE),)
    with store.begin(alone=True) as work:
        for number in numbers:
            work.put_instance(
                Instance(
                    id=draw_instance_id(chance, site=AuthorityId(account)),
                    account=account,
                    virtual_account=place,
                    udi=Udi("N9K-C93180YC-EX", f"FDO{number:08d}"),
                    key=hashlib.sha256(b"%d" % number).hexdigest()[:43],
                    host_name=f"leaf-{number}.example.com",
                    product=Tag("regid.2026-11.com.example.SWITCH,1.0_0000"),
                    export_allowed=True,
                    registered_at=START,
                    last_contact_at=START,
                    certified_until=START + days(365),
                    deadline=START + days(90),
                    usage=usage,
                )
            )
            if not number % 1000:
                work.flush()
        work.put_usage_count(place, TAGS[0], len(numbers))
        work.commit()


def change(folder: Path) -> None:
    """Let one in a hundred instances of a site be heard again."""
    touch(folder / "site.db", read_keys((folder / "site.keys").read_bytes()).authority)


def touch(database: Path, site: AuthorityId) -> None:
    """Let one in a hundred instances be heard again."""
    with closing(SqliteStore.open(database)) as store, store.begin(alone=True) as work:
        [place] = work.virtual_accounts(AccountId(site))
        number, last = 0, None
        while page := work.page_instances(place.id, last, 1000):
            for instance in page:
                number += 1
                if not number % CHANGED:
                    heard = replace(instance, last_contact_at=START + days(1))
                    work.put_instance(heard)
            last = page[-1]
            work.flush()
        work.commit()


def save_keys(folder: Path, name: str, side: Manager | Site) -> None:
    """Keep the keys of a side."""
    save_to(folder / f"{name}.keys", side.keys)


def save_to(path: Path, keys: AuthorityKeys) -> None:
    """Keep keys, without the root's."""
    path.write_bytes(print_keys(replace(keys, root_key=None)))


@dataclass(frozen=True)
class Figure:
    """What one step took."""

    seconds: float
    peak_mb: float
    bytes: int


def step(folder: Path, name: str, kind: str) -> Figure:
    """Do one step, in this process."""
    keys_file = folder / ("manager.keys" if name == "answer it" else "site.keys")
    keys, now = read_keys(keys_file.read_bytes()), START + days(2)
    request, response = folder / "request.yml", folder / "response.yml"
    store = SqliteStore.open(folder / keys_file.with_suffix(".db").name)
    began = perf_counter()
    match name:
        case "make a request":
            with request.open("wb") as out:
                made = make_request(
                    store, keys, out, kind=SyncKind(kind), name="Sat", version="1", now=now
                )
            keep_request(store, made, keys.authority)
        case "answer it":
            chance = SeededChance(f"answer {kind} {request.stat().st_mtime_ns}")
            with request.open("rb") as file:
                answered = answer_request(store, keys, file, road=Road.FILE, now=now, chance=chance)
            response.write_bytes(answered.letter.text)
        case _:
            with response.open("rb") as file:
                take_response(
                    store,
                    keys,
                    file,
                    road=Road.FILE,
                    now=now,
                    keep=lambda renewed: save_to(keys_file, renewed),
                )
    took = perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    carried = response if name == "take the response" else request
    return Figure(took, peak, carried.stat().st_size)


def by_network(folder: Path, count: int) -> None:
    """Print the figures of a real on-prem that synchronizes with a real manager over HTTPS."""
    folder.mkdir()
    with town(folder) as place:
        place.order("Default", "LAN_ENTERPRISE_SERVICES_PKG", 1, "1")
        on_prem = place.on_prem("Sat")
        site = AuthorityId(on_prem.ask("account", "show", "Sat")["id"])
        database = on_prem.data / "licet.db"
        # In processes of their own: a child's peak begins at its parent's.
        child(str(database), "put", f"{site} {count}")
        for kind in ("--full", "--full", ""):
            if not kind:
                child(str(database), "touch", site)
            seconds, peak_mb = timed(on_prem, "sync", "now", *([kind] if kind else []))
            assert place.manager.process is not None
            held = Path(f"/proc/{place.manager.process.pid}/status").read_text()
            most = int(held.partition("VmHWM:")[2].split()[0]) / 1024
            print(
                f"{count:>8,} {kind[2:] or 'standard':<9} {'over the network':<18} {seconds:7.2f} s "
                f"{peak_mb:6.0f} MB peak on-prem, {most:.0f} MB manager"
            )


def timed(on_prem: Standing, *words: str) -> tuple[float, float]:
    """Run a command of an on-prem, and return its seconds and its peak memory in MB."""
    began = perf_counter()
    command: list[str] = [str(LICET), "onprem", *words, "--data", str(on_prem.data)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, words
    return perf_counter() - began, used.ru_maxrss / 1024


def bare(path: Path) -> float:
    """Return the seconds of a bare pass over a document."""
    began, hashed = perf_counter(), hashlib.sha256()
    with path.open("rb") as file:
        for line in file:
            hashed.update(line)
            if line.startswith(b"- "):
                msgspec.json.decode(line[2:])
    return perf_counter() - began


def child(*words: str) -> Figure | None:
    """Do a step in a process of its own."""
    done = subprocess.run(  # noqa: S603 - ourselves
        [sys.executable, __file__, "--step", *words], check=True, capture_output=True, text=True
    )
    return Figure(**json.loads(done.stdout)) if done.stdout else None


def report(count: int) -> None:
    """Print the figures of one size."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        child(name, "fill", str(count))
        for kind in ("full", "full", "full", "standard"):
            if kind == "standard":
                child(name, "change", "")
            for which in STEPS:
                figure = child(name, which, kind)
                assert figure is not None
                print(
                    f"{count:>8,} {kind:<9} {which:<18} {figure.seconds:7.2f} s "
                    f"{figure.peak_mb:6.0f} MB peak {figure.bytes / 1e6:8.2f} MB file"
                )
            print(f"{'':>8} {'':<9} {'a bare pass':<18} {bare(folder / 'request.yml'):7.2f} s")


def main(words: list[str]) -> None:
    """Print the figures, or do one step."""
    if words[:1] == ["--step"]:
        folder, which, given = Path(words[1]), words[2], words[3]
        steps: dict[str, Callable[[], None]] = {
            "fill": lambda: fill(folder, int(given)),
            "change": lambda: change(folder),
            "put": lambda: put_in(folder, *given.split()),
            "touch": lambda: touch(folder, AuthorityId(given)),
        }
        if which in steps:
            steps[which]()
        else:
            print(json.dumps(msgspec.to_builtins(step(folder, which, given))))
        return
    for count in map(int, words) if words else SIZES:
        report(count)
        with tempfile.TemporaryDirectory() as name:
            by_network(Path(name) / "town", count)


if __name__ == "__main__":
    main(sys.argv[1:])
