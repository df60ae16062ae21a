"""Requests that come in part by part: whole ones are applied, and whoever lies changes nothing."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest

from licet.kernel.chance import SeededChance, draw_uuid
from licet.kernel.time import HOUR, MINUTE, SECOND
from licet.ledger.sites import SyncKind
from licet.service.site_uploads import (
    KEPT_MAX,
    Coming,
    NoRoom,
    SiteUploads,
    Stage,
    WrongOffset,
)
from licet.service.spool import Spool
from licet.sync.problems import SyncRefused, Why
from licet.wire.keys import draw_key
from licet.wire.sites import MIB, REQUEST_BYTES_MAX
from support.office import LAN, Customer, Office
from support.sites import SiteOffice, populate

OTHER = SeededChance("other")


@dataclass
class Bench:
    """A manager's uploads, with its worker's jobs in the hands of the test."""

    folder: Path
    office: Office = field(default_factory=Office)
    jobs: list[Callable[[], None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.site = self.enrolled("Plant")
        self.uploads = self.start()

    def enrolled(self, name: str) -> SiteOffice:
        """Return a site with twenty products, of which its manager does not know yet."""
        site = SiteOffice(self.office, seed=name)
        self.office.give(LAN, 30, at=Customer(self.office.example.account, site.enroll(name)))
        at = site.example
        populate(site.store, at.virtual, 20, account=at.account, tag=LAN, now=site.now)
        return site

    def start(self) -> SiteUploads:
        """Return the uploads as they are when a server begins."""
        return SiteUploads(
            Spool(self.folder / "spool"),
            self.office.store,
            keys=lambda: self.office.keys,
            apply=self.jobs.append,
            clock=self,
            chance=self.office.chance,
        )

    def now(self) -> datetime:
        """Return the manager's instant."""
        return self.office.now

    def elapsed_s(self) -> float:
        """Return nothing of use here."""
        return 0.0

    def work(self) -> None:
        """Let the worker do what waits."""
        while self.jobs:
            self.jobs.pop(0)()

    def send(self, request: bytes, *, site: SiteOffice | None = None, parts: int = 3) -> Coming:
        """Send a whole request, and let it be applied."""
        coming = self.uploads.begin((site or self.site).announcement(request))
        size = len(request) // parts + 1
        while coming.offset < len(request):
            self.uploads.add(coming, coming.offset, request[coming.offset :][:size])
        self.work()
        return coming

    def spooled(self) -> list[str]:
        """Return the files that are held."""
        return sorted(path.name for path in (self.folder / "spool").iterdir())

    def size_of(self, name: str) -> int:
        """Return the size of a file that is held."""
        return (self.folder / "spool" / name).stat().st_size

    def known(self) -> int:
        """Return how many products of the site the manager knows."""
        return self.office.store.count_instances(self.site.known().virtual_account)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """A bench."""
    return Bench(tmp_path)


def test_a_synchronization_in_parts(bench: Bench) -> None:
    """An on-prem of any size could not report over the network."""
    coming = bench.send(bench.site.request())
    assert (coming.stage, bench.known()) == (Stage.ANSWERED, 20)
    answer = bench.uploads.read(coming, 0)
    assert len(answer) == coming.answer_size
    bench.site.take(answer)
    assert bench.uploads.read(coming, 100) == answer[100:]
    assert bench.spooled() == [coming.answer_file], "what came is not kept once it is applied"


def test_it_goes_on_where_it_was_cut(bench: Bench) -> None:
    """Over a bad line a large report would begin again and again, and never arrive."""
    request = bench.site.request()
    begun = bench.uploads.begin(bench.site.announcement(request))
    bench.uploads.add(begun, 0, request[:1000])
    again = bench.uploads.begin(bench.site.announcement(request))
    assert (again.capability, again.offset) == (begun.capability, 1000)
    bench.uploads.add(again, 1000, request[1000:])
    bench.work()
    assert bench.known() == 20


def test_another_request_takes_the_place(bench: Bench) -> None:
    """A site that begins anew would be told that it is under way, for an hour."""
    begun = bench.uploads.begin(bench.site.announcement(bench.site.request()))
    coming = bench.send(bench.site.request())
    assert coming.stage is Stage.ANSWERED
    assert bench.uploads.find(begun.capability) is None


def test_another_request_comes_while_one_is_applied(bench: Bench) -> None:
    """What is being applied cannot be called back; the newer one must not be lost behind it."""
    first, second = bench.site.request(), bench.site.request()
    begun = bench.uploads.begin(bench.site.announcement(first))
    bench.uploads.add(begun, 0, first)
    newer = bench.uploads.begin(bench.site.announcement(second))
    assert newer.capability != begun.capability
    bench.uploads.add(newer, 0, second)
    bench.work()
    assert newer.stage is Stage.ANSWERED
    assert bench.uploads.find(begun.capability) is None
    assert bench.spooled() == [newer.answer_file]


def test_a_part_in_the_wrong_place(bench: Bench) -> None:
    """A part that came twice, or was lost, would make a hole in the report."""
    request = bench.site.request()
    coming = bench.uploads.begin(bench.site.announcement(request))
    bench.uploads.add(coming, 0, request[:100])
    for offset in (0, 99, 101, 2**39):
        with pytest.raises(WrongOffset) as wrong:
            bench.uploads.add(coming, offset, b"x")
        assert wrong.value.offset == 100
    bench.uploads.add(coming, 100, request[100:])
    with pytest.raises(WrongOffset) as wrong:
        bench.uploads.add(coming, 100, b"x")
    assert wrong.value.offset == len(request)


def test_more_than_was_announced(bench: Bench) -> None:
    """A site could fill the disk of its manager."""
    request = bench.site.request()
    coming = bench.uploads.begin(bench.site.announcement(request))
    with pytest.raises(SyncRefused, match="more than the announced"):
        bench.uploads.add(coming, 0, request + b"x")
    assert bench.uploads.find(coming.capability) is None
    assert (bench.spooled(), bench.jobs) == ([], [])


def test_other_bytes_than_were_announced(bench: Bench) -> None:
    """What was damaged on its way would be looked at as if the site had said it."""
    request = bench.site.request()
    coming = bench.uploads.begin(bench.site.announcement(request))
    with pytest.raises(SyncRefused, match="is not what was announced"):
        bench.uploads.add(coming, 0, request[:-1] + b"x")
    assert (bench.spooled(), bench.jobs, bench.known()) == ([], [], 0)


def test_it_was_applied_before(bench: Bench) -> None:
    """A site that lost the response would send everything again, or be refused."""
    request = bench.site.request()
    letter = bench.uploads.read(bench.send(request), 0)
    bench.uploads = bench.start()
    coming = bench.uploads.begin(bench.site.announcement(request))
    assert (coming.offset, coming.stage) == (len(request), Stage.ANSWERED)
    assert bench.uploads.read(coming, 0) == letter


def test_the_manager_stops_in_between(bench: Bench) -> None:
    """Half a report would lie about for ever, or worse, be gone on with."""
    request = bench.site.request()
    coming = bench.uploads.begin(bench.site.announcement(request))
    bench.uploads.add(coming, 0, request[:1000])
    bench.uploads = bench.start()
    assert bench.spooled() == []
    assert bench.uploads.find(coming.capability) is None
    assert bench.uploads.begin(bench.site.announcement(request)).offset == 0


def test_another_sites_request(bench: Bench) -> None:
    """A site could be made to look as another one wants it, and learn its lease."""
    other = bench.enrolled("Other")
    request = other.request()
    coming = bench.send(request, site=bench.site)
    assert coming.stage is Stage.REFUSED
    assert coming.refused is not None
    assert coming.refused.why is Why.FOREIGN
    assert other.known().accepted is None
    assert bench.send(request, site=other).stage is Stage.ANSWERED


def test_what_was_refused_is_remembered(bench: Bench) -> None:
    """People at the manager would see an on-prem that is silent, and not that it is refused."""
    old = bench.site.request()
    bench.site.take(bench.site.answered(bench.site.request()).letter.text)
    coming = bench.send(old)
    assert coming.refused is not None
    assert coming.refused.why is Why.OLDER
    record = bench.site.known().history[0]
    assert (record.ok, record.number, record.kind) == (False, 2, SyncKind.FULL)
    assert "overtaken" in record.result
    again = bench.uploads.begin(bench.site.announcement(old))
    assert again.offset == 0, "a second try is one"


@pytest.mark.parametrize(("field", "why"), [("manager", Why.FOREIGN), ("site", Why.UNKNOWN_SITE)])
def test_an_announcement_for_others(bench: Bench, field: str, why: Why) -> None:
    """A site would send all that it has to a manager that cannot read it."""
    with pytest.raises(SyncRefused) as refused:
        bench.uploads.begin(bench.site.announcement(b"x", lies={field: draw_uuid(OTHER)}))
    assert refused.value.why is why


def test_an_announcement_by_somebody_else(bench: Bench) -> None:
    """Anybody could fill the places of the sites, or stop an upload by beginning another."""
    request = bench.site.request()
    begun = bench.uploads.begin(bench.site.announcement(request))
    forged = bench.site.announcement(b"x", key=draw_key(SeededChance("forger")))
    with pytest.raises(SyncRefused) as refused:
        bench.uploads.begin(forged)
    assert refused.value.why is Why.UNTRUSTED
    for data in (b"", b"x" * 100, bench.site.announcement(b"x")[:-1]):
        with pytest.raises(SyncRefused) as refused:
            bench.uploads.begin(data)
        assert refused.value.why is Why.DAMAGED
    assert bench.uploads.find(begun.capability) is begun


def test_what_is_silent_goes(bench: Bench) -> None:
    """Uploads that nobody goes on with would hold the disk and the places."""
    request = bench.site.request()
    coming = bench.uploads.begin(bench.site.announcement(request))
    bench.office.now += HOUR - SECOND
    assert bench.uploads.tick(bench.now()) == 0
    bench.uploads.add(coming, 0, request[:100])
    assert bench.uploads.next_due() == bench.now() + HOUR
    bench.office.now += HOUR
    assert bench.uploads.tick(bench.now()) == 1
    assert (bench.spooled(), bench.uploads.next_due()) == ([], None)


def test_what_is_applied_is_not_silent(bench: Bench) -> None:
    """A report that takes long to apply would lose its file under the worker's hands."""
    request = bench.site.request()
    coming = bench.uploads.begin(bench.site.announcement(request))
    bench.uploads.add(coming, 0, request)
    bench.office.now += 2 * HOUR
    assert bench.uploads.next_due() is None
    assert bench.uploads.tick(bench.now()) == 0
    bench.work()
    assert coming.stage is Stage.ANSWERED


def test_what_is_announced_takes_no_room(bench: Bench) -> None:
    """A few sites that announce the most there is, and send next to nothing, would keep all others out."""
    large = {"size": REQUEST_BYTES_MAX}
    sites = [bench.enrolled(f"Plant-{number}") for number in range(10)]
    comings = [bench.uploads.begin(site.announcement(b"x", lies=large)) for site in sites]
    for _ in range(60):
        bench.office.now += MINUTE - SECOND
        for coming in comings:
            bench.uploads.add(coming, coming.offset, b"x" * 1024)
    assert bench.send(bench.site.request()).stage is Stage.ANSWERED
    kept = [bench.uploads.find(one.capability) is one for one in comings]
    assert kept == [True] * len(kept), "nobody needs their room"


def room(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """Let so many bytes be the most that is kept."""
    monkeypatch.setattr("licet.service.site_uploads.BYTES_MAX", size)


def bring(bench: Bench, name: str, count: int) -> Coming:
    """Let another site bring so many bytes of a megabyte."""
    announcement = bench.enrolled(name).announcement(b"x", lies={"size": MIB})
    coming = bench.uploads.begin(announcement)
    bench.uploads.add(coming, 0, b"x" * count)
    return coming


def test_who_is_quick_takes_more_than_a_share(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sites that fill the disk as quickly as they can would keep all others out for ever."""
    request = bench.site.request()
    room(monkeypatch, 4 * len(request))
    comings = [bring(bench, name, 2 * len(request)) for name in ("A", "B")]
    coming = bench.send(request)
    assert coming.stage is Stage.ANSWERED
    kept = [bench.uploads.find(one.capability) is one for one in comings]
    assert sorted(kept) == [False, True], "one of them is enough"


def test_who_is_slow_gives_way_first(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A large site on a good line would begin anew for the sake of a small one that has fallen asleep."""
    request = bench.site.request()
    part = len(request) // 2
    room(monkeypatch, 6 * part + 20)
    slow = bring(bench, "A", 2 * part)
    bench.office.now += 10 * MINUTE
    quick = [bring(bench, name, 2 * part + 10) for name in ("B", "C")]
    bench.office.now += SECOND
    assert bench.send(request).stage is Stage.ANSWERED
    assert bench.uploads.find(slow.capability) is None
    assert all(bench.uploads.find(one.capability) is one for one in quick)


def test_who_is_slow_stays_where_nobody_needs_the_room(bench: Bench) -> None:
    """A site on a bad line would never get its report through."""
    request = bench.site.request()
    coming = bench.uploads.begin(bench.site.announcement(request))
    step = len(request) // 50
    while coming.offset + step < len(request):
        bench.office.now += HOUR - SECOND
        bench.uploads.tick(bench.now())
        bench.uploads.add(coming, coming.offset, request[coming.offset :][:step])
    bench.uploads.add(coming, coming.offset, request[coming.offset :])
    bench.work()
    assert coming.stage is Stage.ANSWERED


def test_who_asks_for_more_than_a_share_waits(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The largest site would throw the others out, and they it, and none would come to its end."""
    request = bench.site.request()
    room(monkeypatch, 2 * len(request))
    comings = [bring(bench, name, len(request) // 2) for name in ("A", "B", "C", "D")]
    coming = bench.uploads.begin(bench.site.announcement(request))
    with pytest.raises(NoRoom):
        bench.uploads.add(coming, 0, request)
    assert all(bench.uploads.find(one.capability) is one for one in comings)
    bench.office.now += HOUR
    bench.uploads.add(coming, 0, request)
    bench.work()
    assert coming.stage is Stage.ANSWERED


def test_what_waits_for_the_worker_gives_way(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sites that send whole reports would fill the disk while one of them is applied."""
    large, small = bench.enrolled("Large"), bench.site
    at = large.example
    populate(large.store, at.virtual, 20, account=at.account, tag=LAN, now=large.now, first=20)
    first, second = large.request(), small.request()
    room(monkeypatch, len(first) + len(second) // 2)
    waiting = bench.uploads.begin(large.announcement(first))
    bench.uploads.add(waiting, 0, first)
    coming = bench.send(second)
    assert coming.stage is Stage.ANSWERED
    assert waiting.stage is Stage.APPLYING
    assert large.known().accepted is None
    assert bench.send(first, site=large).stage is Stage.ANSWERED


def test_a_site_has_one_place(bench: Bench) -> None:
    """One site could fill the disk with reports that wait to be applied."""
    requests = [bench.site.request() for _ in range(3)]
    comings = []
    for request in requests:
        comings.append(bench.uploads.begin(bench.site.announcement(request)))
        bench.uploads.add(comings[-1], 0, request)
    assert bench.spooled() == [comings[-1].request_file]
    bench.work()
    assert comings[-1].stage is Stage.ANSWERED
    assert bench.site.known().history[0].number == 3, "the others were not looked at"
    assert len(bench.site.known().history) == 1


def test_an_old_announcement_is_repeated(bench: Bench) -> None:
    """Who has read an announcement somewhere could cancel every later upload of that site."""
    request = bench.site.request()
    old = bench.site.announcement(request)
    bench.office.now += SECOND
    bench.site.now = bench.office.now
    newer = bench.site.request()
    coming = bench.uploads.begin(bench.site.announcement(newer))
    bench.uploads.add(coming, 0, newer[:100])
    with pytest.raises(SyncRefused) as raised:
        bench.uploads.begin(old)
    assert raised.value.why is Why.SUPERSEDED
    bench.uploads.add(coming, 100, newer[100:])
    bench.work()
    assert coming.stage is Stage.ANSWERED
    # Where nothing is on its way, the clock of a site may have been set back.
    assert bench.uploads.begin(old).offset == 0


def test_answers_that_nobody_takes_hold_no_place(bench: Bench) -> None:
    """Sites that were answered would keep others out for an hour."""
    comings = []
    for number in range(2 * KEPT_MAX + 1):
        site = bench.enrolled(f"Plant-{number}")
        comings.append(bench.send(site.request(), site=site))
        bench.office.now += SECOND
    kept = [bench.uploads.find(one.capability) is not None for one in comings]
    assert kept[-1]
    assert sum(kept) == KEPT_MAX


def test_the_disk_has_a_bound(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """What many sites send would add up to more than the disk has."""
    room(monkeypatch, 10_000)
    for number in range(5):
        site = bench.enrolled(f"Plant-{number}")
        coming = bench.uploads.begin(site.announcement(b"x", lies={"size": MIB}))
        for _ in range(10):
            bench.uploads.add(coming, coming.offset, b"x" * 1000)
            assert sum(map(bench.size_of, bench.spooled())) <= 10_000
        with pytest.raises(NoRoom):
            bench.uploads.add(coming, coming.offset, b"x")


def test_the_disk_is_full(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A part that was not kept would be taken for one that was."""
    request = bench.site.request()
    coming = bench.uploads.begin(bench.site.announcement(request))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Spool, "append", full)
        with pytest.raises(NoRoom):
            bench.uploads.add(coming, 0, request)
        patched.setattr(Spool, "create", full)
        with pytest.raises(NoRoom):
            bench.uploads.begin(bench.site.announcement(bench.site.request()))
    coming = bench.send(bench.site.request())
    assert coming.stage is Stage.ANSWERED


def test_the_ledger_fails(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A site would wait for a result that never comes, and could not try again."""

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the database cannot be written")

    request = bench.site.request()
    coming = bench.uploads.begin(bench.site.announcement(request))
    bench.uploads.add(coming, 0, request)
    with monkeypatch.context() as patched:
        patched.setattr(type(bench.office.store), "begin", broken)
        bench.work()
    assert coming.stage is Stage.FAILED
    assert bench.send(request).stage is Stage.ANSWERED
