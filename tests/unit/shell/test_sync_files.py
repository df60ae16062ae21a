"""`licet sync` shows what a file says, and what it would change, without changing anything."""

import io
import json
import os
import shlex
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from inline_snapshot import snapshot

from licet.admin.enrolling import enroll_by_hand
from licet.admin.licenses import transfer_licenses
from licet.kernel.ids import InstanceId, Tag
from licet.ledger.ports import Work
from licet.ledger.sites import Privacy, SyncKind
from licet.service.datadir import DataDir, create_data
from licet.service.keyring import Keyring
from licet.shell.sync import main
from licet.store.sqlite.store import SqliteStore
from support.applicant import Applicant
from support.clerk import Ran
from support.office import LAN, Customer
from support.sites import SiteOffice, populate
from support.standing import LICET, make_data


@dataclass
class Desk:
    """Data directories of a manager and of an on-prem, and the files between them."""

    folder: Path

    def __post_init__(self) -> None:
        self.manager, self.office = make_data(self.folder)
        self.on_prem: DataDir = create_data(self.folder / "site", accounts=True)
        store = SqliteStore.open(self.on_prem.database)
        self.plant = SiteOffice(self.office, store=store)
        place = Customer(self.office.example.account, self.plant.enroll())
        self.office.give(LAN, 10, at=place)
        at = self.plant.example
        populate(store, at.virtual, 3, account=at.account, tag=LAN, now=self.plant.now)
        self.keep()

    def keep(self) -> None:
        """Write the keys of the on-prem."""
        file = self.on_prem.account_file(self.plant.site)
        file.unlink(missing_ok=True)
        Keyring.bring(self.on_prem, self.plant.keys, None, file=file)

    def file(self, data: bytes, name: str = "file.yml") -> str:
        """Return the name of a file with these bytes, as it is typed."""
        path = self.folder / name
        path.write_bytes(data)
        return shlex.quote(str(path))

    def type(self, line: str) -> Ran:
        """Type a line behind `licet sync`; MANAGER and ONPREM stand for the directories."""
        line = line.replace("MANAGER", f"--data {self.manager.path}")
        line = line.replace("ONPREM", f"--data {self.on_prem.path}")
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            try:
                status = main(shlex.split(line))
            except SystemExit as stopped:
                status = int(stopped.code or 0)
        return Ran(status, out.getvalue(), err.getvalue().replace(f"{self.folder}/", ""))

    def do(self, line: str) -> str:
        """Return what a line prints for people; ids, digests and instants are left out."""
        ran = self.type(line)
        assert (ran.status, ran.err) == (0, "")
        return self.steady(ran.out)

    def ask(self, line: str) -> Any:
        """Return what a line prints for a program."""
        ran = self.type(f"{line} --json")
        assert ran.status == 0, ran.err
        return json.loads(ran.out)

    def refused(self, line: str) -> str:
        """Return why a line is refused."""
        ran = self.type(line)
        assert ran.status == 1, ran
        return self.steady(ran.err.removeprefix("licet sync: ").rstrip("\n"))

    def steady(self, text: str) -> str:
        """Return a text in which the ids have names."""
        return text.replace(self.plant.site, "SITE").replace(self.office.keys.authority, "US")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A desk."""
    return Desk(tmp_path)


def plain(text: str) -> str:
    """Return a record without what differs from run to run."""
    changing = ("Written at", "Good until", "Bytes", "Digest", "Lease ends at", "Fingerprint")
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith(changing))


def test_a_request(desk: Desk) -> None:
    """A person would carry a file of which nobody can say what is in it, or what it gives away."""
    desk.plant.set(privacy=Privacy(host_names=True, addresses=True))
    file = desk.file(desk.plant.request())
    assert plain(desk.do(f"show {file}")) == snapshot("""\
Kind               sync request
From               Plant (SITE)
To                 manager US
Number             1
Synchronization    full
Since request      -
Epoch              0
Lease              -
Response applied   -
Withheld           host-names, addresses
Version            1
Product instances  3
Reported           3
Gone               0
Leave notes        0
Events             0
More events wait   no
Signature          not checked; give --data DIR of an authority that knows it

In use:
LICENSE  IN USE
LAN           3
""")
    assert desk.ask(f"show {file}")["signature"] is None
    for place in ("MANAGER", "ONPREM"):
        told = desk.ask(f"show {file} {place}")
        assert told["signature"] == "good"
    assert desk.ask(f"show {file}")["in_use"] == [{"license": LAN, "in_use": 3}]
    named = desk.ask(f"show {file} MANAGER")["in_use"]
    assert named == [{"license": "LAN license", "in_use": 3}]


def test_every_item_can_be_looked_at_before_it_leaves(desk: Desk) -> None:
    """A site that withholds names could not see whether one is in the file that is carried."""
    told, kept = desk.file(desk.plant.request()), Privacy(host_names=True)
    shown = desk.do(f"show {told} --items")
    desk.plant.set(privacy=kept)
    withheld = desk.do(f"show {desk.file(desk.plant.request())} --items")
    assert shown.startswith("ITEM ")
    assert shown.count("\ninstance ") == withheld.count("\ninstance ") == 3
    names = [row.split()[2] for row in shown.splitlines() if row.startswith("instance ")]
    assert all(name.endswith(":") for name in names), shown
    assert not any(name in withheld for name in names)
    assert "3 product instances in all" in shown


def test_a_response(desk: Desk) -> None:
    """What an on-prem will be told would be seen when it is too late."""
    file = desk.file(desk.plant.answered(desk.plant.request()).letter.text)
    assert plain(desk.do(f"show {file}")) == snapshot("""\
Kind             sync response
From             manager US
To               Plant (SITE)
Number           1
Epoch            0
Smart account    Example
Virtual account  Plant
Lease            1
Lease lines      1
Licenses         3
Removals         0
Alerts           0
Removal days     90
Export control   yes
Full wanted      no
Removed          no
Reason           -
Certificates     renewed
Trust lists      -
Signature        not checked; give --data DIR of an authority that knows it

Lease totals:
LICENSE      QUANTITY  LINES
LAN license        10      1
""")
    for place in ("MANAGER", "ONPREM"):
        assert desk.ask(f"show {file} {place}")["signature"] == "good"


def test_a_registration(desk: Desk) -> None:
    """A file of the wrong kind would be carried all the way before anybody notices."""
    asks = Applicant(desk.office.chance, desk.office.now, name="Mine", virtual_account="Mine")
    file = desk.file(asks.request())
    assert plain(desk.do(f"show {file}").replace(asks.account.id, "SITE")) == snapshot("""\
Kind                registration request
From                Mine (SITE)
Local account       Local
To smart account    Example
To virtual account  Mine
Email               ops@example.com
Version             1
With a code         no
Signature           not checked; give --data DIR of an authority that knows it
""")
    authorized = enroll_by_hand(
        desk.office.store,
        desk.office.keys,
        io.BytesIO(asks.request()),
        account=None,
        removal_days=90,
        who="ann",
        now=desk.office.now,
        chance=desk.office.chance,
    )
    answer = desk.file(authorized.authorization, "answer.yml")
    assert plain(desk.do(f"show {answer}").replace(asks.account.id, "SITE")) == snapshot("""\
Kind             registration authorization
From             manager US
To               Mine (SITE)
Smart account    Example
Virtual account  Mine
Removal days     90
Export control   yes
Signature        not checked; give --data DIR of an authority that knows it
""")
    told = [desk.ask(f"show {file} MANAGER"), desk.ask(f"show {answer}")]
    told += [desk.ask(f"show {answer} {place}") for place in ("MANAGER", "ONPREM")]
    assert {one["fingerprint"] for one in told} == {authorized.fingerprint}
    assert [one["signature"] for one in told] == ["good", None, "good", "good"]


def test_an_edited_file(desk: Desk) -> None:
    """A file that was changed would look as one that was not."""
    request = desk.plant.request()
    edited = desk.file(request.replace(b'"in_use":3', b'"in_use":2'))
    assert desk.ask(f"show {edited}")["in_use"] == [{"license": LAN, "in_use": 2}]
    assert desk.refused(f"show {edited} MANAGER") == snapshot(
        "file.yml: its signature is not good: The message signature does not verify"
    )
    assert "its signature" in desk.refused(f"diff {edited} MANAGER")
    cut = desk.file(request[:-20])
    assert "line 27: the file ends too early" in desk.refused(f"show {cut}")
    letter = desk.file(b"Dear Sirs")
    assert desk.refused(f"show {letter}") == "file.yml: this is not a document of Licet"


def test_what_a_request_would_change(desk: Desk) -> None:
    """A person would learn what a file does by its having done it."""
    file = desk.file(desk.plant.request())
    for _ in range(2):
        assert desk.do(f"diff {file} MANAGER") == snapshot("""\
Request 1 of 'Plant': 3 new, 0 changed, 0 gone, 0 unchanged; 0 events, 0 leave notes.
  +  PID:SWITCH,SN:SN0000000
  +  PID:SWITCH,SN:SN0000001
  +  PID:SWITCH,SN:SN0000002
This is what applying it would do; nothing was changed.
""")
    told = desk.ask(f"diff {file} MANAGER")
    assert (told["new"], told["again"], len(told["changes"])) == (3, False, 3)
    known = desk.plant.known()
    assert known.accepted is None
    assert desk.office.store.count_instances(known.virtual_account) == 0
    desk.plant.answered((desk.folder / "file.yml").read_bytes())
    assert desk.ask(f"diff {file} MANAGER")["again"]
    assert "this is a sync request; a sync response is due here" in desk.refused(
        f"diff {file} ONPREM"
    )


def test_what_leave_notes_would_change(desk: Desk) -> None:
    """A file would take a product from the manager, and nobody have seen it in there."""
    office, plant = desk.office, desk.plant
    plant.synchronize(SyncKind.FULL)
    device = office.registered("D1")
    moving = plant.device("D1")
    moving.notes = (device.leave(now=office.now),)
    plant.register(moving)
    file = desk.file(plant.request())
    said = desk.do(f"diff {file} MANAGER")
    assert said.splitlines()[:2] == [
        "Request 2 of 'Plant': 1 new, 0 changed, 0 gone, 0 unchanged; 2 events, 1 leave note.",
        f"  -  {device.udi.text}, left",
    ]
    told = desk.ask(f"diff {file} MANAGER")
    assert (told["leave_notes"], told["left"]) == (1, [device.udi.text])
    assert office.look(lambda work: work.instance(InstanceId(device.instance or ""))) is not None
    plant.take(plant.answered((desk.folder / "file.yml").read_bytes()).letter.text)
    file = desk.file(plant.request())
    assert "0 leave notes.\n" in desk.do(f"diff {file} MANAGER")


def test_what_a_smaller_lease_would_change(desk: Desk) -> None:
    """An on-prem would see that lines of its lease change, and not that its licenses go."""
    office, plant = desk.office, desk.plant
    plant.synchronize(SyncKind.FULL)
    desk.keep()

    def move(work: Work) -> None:
        source = work.virtual_account(plant.known().virtual_account)
        target = work.virtual_account(office.example.virtual)
        assert source is not None
        assert target is not None
        transfer_licenses(
            work, source, target, Tag(LAN), 8, who="ann", now=office.now, chance=office.chance
        )

    office.change(move)
    file = desk.file(plant.answered(plant.request()).letter.text)
    assert desk.do(f"diff {file} ONPREM") == snapshot("""\
The response to request 2 of 'site': 1 lease line, 1 changed, 0 instances removed, 0 alerts.
    ~ LAN license 10 -> 2
This is what applying it would do; nothing was changed.
""")
    told = desk.ask(f"diff {file} ONPREM")
    assert told["licenses"] == [{"license": "LAN license", "before": 10, "after": 2}]
    assert told["changes"] == ["~ LAN license 10 -> 2"]


def test_what_a_response_would_change(desk: Desk) -> None:
    """An on-prem would lose licenses, or products, before anybody has seen that it will."""
    file = desk.file(desk.plant.answered(desk.plant.request()).letter.text)
    for _ in range(2):
        assert desk.do(f"diff {file} ONPREM") == snapshot("""\
The response to request 1 of 'site': 1 lease line, 1 changed, 0 instances removed, 0 alerts.
    ~ LAN license 0 -> 10
This is what applying it would do; nothing was changed.
""")
    assert desk.plant.local.lease == 0
    assert desk.ask(f"diff {file} ONPREM")["lease_lines_changed"] == 1
    desk.plant.take((desk.folder / "file.yml").read_bytes())
    desk.keep()
    assert desk.ask(f"diff {file} ONPREM")["again"]
    assert "this is a sync response; a sync request is due here" in desk.refused(
        f"diff {file} MANAGER"
    )


def test_a_file_of_others(desk: Desk) -> None:
    """A file that was taken to the wrong place would be called damaged."""
    other = SiteOffice(desk.office, seed="other")
    other.enroll("Other")
    request = other.request()
    response = desk.file(other.answered(request).letter.text, "response.yml")
    assert "no such local account is registered here" in desk.refused(f"diff {response} ONPREM")
    assert "is registered here" in desk.refused(f"show {response} ONPREM")
    stranger = SiteOffice(desk.office, seed="stranger")
    stranger.enroll("Stranger")
    foreign = desk.file(stranger.request(), "foreign.yml")
    with desk.office.store.begin(alone=True) as work:
        work.remove_on_prem(stranger.site)
        work.commit()
    assert "no on-prem 'Plant'" in desk.refused(f"show {foreign} MANAGER")
    assert "no on-prem 'Plant'" in desk.refused(f"diff {foreign} MANAGER")


def test_a_pipe_is_no_file(desk: Desk) -> None:
    """A person would read what the library thinks of it, or wait for ever."""
    pipe = desk.folder / "pipe"
    os.mkfifo(pipe)
    for line in (f"show {pipe}", f"diff {pipe} MANAGER"):
        ran = desk.type(line)
        assert (ran.status, ran.out) == (1, "")
        said = "licet sync: pipe: it is a pipe, and is read more than once; put it into a file\n"
        assert ran.err == said


def test_a_directory_is_needed(desk: Desk) -> None:
    """A person would wonder what the difference is to."""
    file = desk.file(desk.plant.request())
    assert desk.type(f"diff {file}").status == 2
    assert "it is no data directory" in desk.refused(f"diff {file} --data {desk.folder}")
    assert "there is no such data directory" in desk.refused(f"diff {file} --data /nowhere")


def test_a_large_file_is_shown_in_little_memory(desk: Desk) -> None:
    """A machine of 1 GB could not say what is in the report of a large site."""
    at = desk.plant.example
    now = desk.plant.now
    populate(desk.plant.store, at.virtual, 30_000, account=at.account, tag=LAN, now=now, first=3)
    desk.plant.synchronize(SyncKind.FULL)
    small, large = (
        desk.file(desk.plant.request()),
        desk.file(desk.plant.request(SyncKind.FULL), "l"),
    )

    def peak_kib(file: str) -> int:
        code = (
            "import resource, sys; from licet.shell.sync import main; main(sys.argv[1:]); "
            "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)"
        )
        command = [sys.executable, "-c", code, "show", file, "--data", str(desk.manager.path)]
        ran = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)  # noqa: S603
        assert "good: by 'Plant'" in ran.stdout
        return int(ran.stderr)

    assert (desk.folder / "l").stat().st_size > 10_000_000
    assert peak_kib(large) - peak_kib(small) < 4096


def test_it_is_a_command(desk: Desk) -> None:
    """Nobody would find it."""
    file = desk.file(desk.plant.request())
    ran = subprocess.run(  # noqa: S603
        [LICET, "sync", "show", file], capture_output=True, text=True, check=True, timeout=30
    )
    assert "not checked; give --data DIR of an authority that knows it" in ran.stdout
    for command in ("show", "diff"):
        assert "Example: licet sync" in desk.type(f"{command} --help").out
