"""A ledger on a disk that fails at every possible write: nothing answered is lost, nothing is doubled."""

import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from licet.endpoint.endpoint import Call, Endpoint
from licet.kernel.ids import InstanceId
from licet.store.sqlite.database import Database
from licet.store.sqlite.store import SqliteStore
from licet.wire import limits
from licet.wire.envelope import open_envelope
from licet.wire.messages import ANSWERS, Answer, Problem
from support.device import AUTHORIZE, RENEW, Device
from support.faulty_disk import Fault, FaultyDisk
from support.office import LAN, MPLS, Office

Compose = Callable[[Device], bytes]
# A tiny log, so that checkpoints happen within the scenario, and are failed too.
CHECKPOINT_PAGES = 20


class Site:
    """An authority on a disk of its own, whose machine may stop and start again."""

    def __init__(self, path: Path, disk: FaultyDisk) -> None:
        self.path, self.disk = path, disk
        # It stands before the fault can come: founding is no part of the scenario.
        at, disk.at = disk.at, -1
        self.office = Office(store=self._open())
        self.office.give(LAN, 100)
        self.office.give(MPLS, 1)
        self.token = self.office.token(uses=3)
        disk.at, disk.writes = at, 0

    def _open(self) -> SqliteStore:
        database = Database(self.path, vfs=self.disk.name)
        with database.lend() as connection:
            connection.wal_autocheckpoint(CHECKPOINT_PAGES)
        return SqliteStore(database)

    def restart(self) -> None:
        """Start the machine again, on what is left of its disk."""
        if isinstance(self.office.store, SqliteStore):
            self.office.store.close()
        if self.disk.stopped:
            self.disk.pull_the_plug()
            Path(f"{self.path}-shm").unlink(missing_ok=True)
        self.disk.fault, self.disk.stopped = None, False
        self.office.store = self._open()
        self.office.endpoint = Endpoint(
            self.office.store,
            self.office.keys,
            policy=self.office.endpoint.policy,
            chance=self.office.chance,
        )

    def post(self, requests: list[bytes]) -> list[bytes]:
        """Return believable answers to requests, asked again until each has one, as devices do."""
        office = self.office
        for _ in range(3):
            calls = [Call(request) for request in requests]
            answers = [reply.data for reply in office.endpoint.handle(calls, now=office.now)]
            if not any(_is_internal(answer) for answer in answers):
                return answers
            self.restart()
        raise AssertionError("it did not recover")


def _is_internal(data: bytes) -> bool:
    answer = ANSWERS.decode(open_envelope(data, max_bytes=limits.MAX_ANSWER_BYTES).payload)
    assert isinstance(answer, Answer)
    return isinstance(answer.outcome, Problem) and answer.outcome.code == "internal"


def play(site: Site) -> list[Device]:
    """Let three devices live at a site: registered, authorized, short, renewed, one gone."""
    office = site.office
    fleet = [Device.fresh(office.chance, sn=f"F{number}") for number in range(3)]

    def all_say(compose: Compose, of: list[Device]) -> None:
        requests = [compose(device) for device in of]
        for device, request, data in zip(of, requests, site.post(requests), strict=True):
            answer = device.believe(data, request=request, root_mark=office.root_mark)
            assert not isinstance(answer.outcome, Problem), answer.outcome

    all_say(lambda one: one.register(site.token, now=office.now), fleet)
    all_say(lambda one: one.say(AUTHORIZE, (LAN, 2), (MPLS, 1), now=office.now), fleet)
    all_say(lambda one: one.say(RENEW, (LAN, 2), (MPLS, 1), now=office.now), fleet)
    all_say(lambda one: one.say(AUTHORIZE, (LAN, 5), now=office.now), fleet)
    all_say(lambda one: one.leave(now=office.now), fleet[:1])
    return fleet


def check(site: Site, fleet: list[Device]) -> None:
    """Compare what the authority holds with what the devices were answered."""
    site.restart()
    office = site.office
    assert office.uses(site.token) == 3
    assert office.in_use(LAN) == 10
    assert office.in_use(MPLS) == 0
    assert office.alert_kinds() == set()
    texts = [event.text for event in office.events()]
    assert sum(text.startswith("registered with") for text in texts) == 3
    assert sum(text.endswith("was removed: left") for text in texts) == 1
    assert office.instance(fleet[0]) is None
    for device in fleet[1:]:
        instance = office.look(lambda work, one=device: work.instance(InstanceId(one.instance)))  # type: ignore[misc]
        assert instance is not None
        assert instance.number == device.number
    assert office.store.count_instances(office.example.virtual) == 2
    database = office.store.database  # type: ignore[attr-defined]
    with database.lend() as connection:
        assert list(connection.execute("PRAGMA integrity_check")) == [("ok",)]


def run(tmp_path: Path, fault: Fault | None, at: int) -> int:
    """Play the scenario with a fault at the `at`-th write, check it; return how many writes it took."""
    disk = FaultyDisk(f"disk-{at}", fault, at)
    directory = tmp_path / f"{fault}-{at}"
    directory.mkdir()
    site = Site(directory / "licet.db", disk)
    fleet = play(site)
    writes = disk.writes
    check(site, fleet)
    site.office.store.close()  # type: ignore[attr-defined]
    disk.unregister()
    return writes


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    """Keep what the endpoint logs of each fault out of the report."""
    caplog.set_level(logging.CRITICAL, logger="licet.endpoint.endpoint")


@pytest.mark.parametrize("fault", list(Fault))
def test_whatever_write_fails_nothing_is_lost_or_doubled(tmp_path: Path, fault: Fault) -> None:
    """A power cut would cost a customer a license, or use one twice."""
    writes = run(tmp_path, None, 0)
    assert writes > 50
    for at in range(1, writes + 1):
        run(tmp_path, fault, at)


def test_a_full_disk_refuses_and_goes_on_once_there_is_room(tmp_path: Path) -> None:
    """A disk that was full for an hour would need somebody who restarts the authority."""
    disk = FaultyDisk("full", Fault.FULL, -1)
    site = Site(tmp_path / "licet.db", disk)
    office = site.office
    device = office.registered(token=site.token)
    disk.at, disk.writes = 1, 0
    request = device.say(AUTHORIZE, (LAN, 2), now=office.now)
    [refused] = office.post(request)
    assert _is_internal(refused)
    disk.fault = None
    assert office.in_use(LAN) == 0, "nothing half done"
    [answer] = office.post(request)
    assert not _is_internal(answer)
    assert office.in_use(LAN) == 2
    office.store.close()  # type: ignore[attr-defined]
    disk.unregister()
