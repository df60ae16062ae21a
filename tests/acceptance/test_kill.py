"""A real manager that is killed at random moments under load: what was answered stays, once."""

import http.client
import json
import signal
import ssl
import subprocess
import threading
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typing_extensions import override

from licet.admin.licenses import OrderLine, take_order
from licet.kernel.chance import Chance, SeededChance, draw_below
from licet.kernel.ids import InstanceId, Tag
from licet.ledger.model import Event
from licet.ledger.pools import purchased
from licet.ledger.ports import Work
from licet.ledger.works import work_in
from licet.store.sqlite.store import SqliteStore
from licet.wire.messages import Authorized, Left, Outcome, Registered, Renewed
from support.device import AUTHORIZE, RENEW, Device
from support.office import LAN, MPLS
from support.standing import LICET, PATH, Client, eventually, make_data, system_now

AGENTS = 6
ANSWER_WITHIN_S = 60.0


class Site:
    """A manager's data directory, and the process that is killed and started again on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data, self.office = make_data(folder)
        self.store = self.office.store
        self.token = self.office.token()
        self.process: subprocess.Popen[bytes] | None = None
        self.port = 0
        self.over = threading.Event()
        self.orders = 0
        self.office.give(LAN, 20)
        self.office.give(MPLS, 1)

    def start(self) -> None:
        """Start the manager, and wait until it serves."""
        ready = self.folder / "ready.json"
        ready.unlink(missing_ok=True)
        words = (LICET, "manager", "serve", "--data", self.data.path, "--ready-file", ready)
        command = [str(word) for word in words]
        with (self.folder / "log").open("ab") as log:
            process = subprocess.Popen([*command, "--listen", "127.0.0.1:0"], stderr=log)  # noqa: S603
        self.process = process
        eventually(lambda: ready.exists() or process.poll() is not None)
        assert ready.exists(), (self.folder / "log").read_text()
        [address] = json.loads(ready.read_text())["listen"]
        self.port = int(address.rpartition(":")[2])

    def kill(self) -> None:
        """Kill it as the kernel would that runs out of memory."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(20)

    def client(self) -> Client:
        """Return a connection to wherever it listens now."""
        context = ssl.create_default_context(cafile=str(self.data.tls_certificate))
        return Client(
            http.client.HTTPSConnection("127.0.0.1", self.port, timeout=20, context=context)
        )


class Worker(threading.Thread, ABC):
    """Works until the test is over; what it failed with is kept."""

    def __init__(self, site: Site, name: str, chance: Chance) -> None:
        super().__init__(name=name)
        self.site, self.chance = site, chance
        self.failure: BaseException | None = None

    @override
    def run(self) -> None:
        """Work."""
        try:
            while not self.site.over.is_set():
                self.step()
        except BaseException as error:  # noqa: BLE001 - the test fails with it
            self.failure = error
        self.hang_up()

    @abstractmethod
    def step(self) -> None:
        """Do the next thing."""

    def hang_up(self) -> None:
        """Close what is open."""


class Agent(Worker):
    """One product after the other: registered, using, renewed, gone.

    Attributes:
        alive: the device that is registered, with what its last answer said it uses.
        registered, left: how many were answered.
    """

    def __init__(self, site: Site, number: int, chance: Chance) -> None:
        super().__init__(site, f"agent {number}", chance)
        self.number = number
        self.alive: Device | None = None
        self.uses: dict[Tag, int] = {}
        self.registered = self.left = self.answered = self.repeated = 0
        self._client: Client | None = None

    @override
    def hang_up(self) -> None:
        """Close the connection, if there is one."""
        if self._client is not None:
            self._client.__exit__()
        self._client = None

    @override
    def step(self) -> None:
        """Do the next thing in a product's life."""
        if self.alive is None:
            device = Device.fresh(self.chance, sn=f"K{self.number}X{self.registered}")
            request = device.register(self.site.token, now=system_now())
            assert isinstance(self._ask(device, request), Registered)
            self.alive, self.uses = device, {}
            self.registered += 1
            return
        match draw_below(self.chance, 10):
            case 0:
                self._leave(self.alive)
            case 1 | 2:
                outcome = self._ask(self.alive, self._say(self.alive, RENEW, self.uses))
                assert isinstance(outcome, Renewed)
            case _:
                uses = {LAN: 1 + draw_below(self.chance, 4)}
                if draw_below(self.chance, 2):
                    uses[MPLS] = 1
                outcome = self._ask(self.alive, self._say(self.alive, AUTHORIZE, uses))
                assert isinstance(outcome, Authorized)
                self.uses = uses

    @staticmethod
    def _say(device: Device, kind: type, uses: dict[Tag, int]) -> bytes:
        return device.say(kind, *sorted(uses.items()), now=system_now())

    def _leave(self, device: Device) -> None:
        assert isinstance(self._ask(device, device.leave(now=system_now())), Left)
        self.alive, self.uses = None, {}
        self.left += 1

    def _ask(self, device: Device, request: bytes) -> Outcome:
        """Send the same bytes until an answer comes, as an agent does within one attempt."""
        data = self._send(request)
        self.answered += 1
        answer = device.believe(data, request=request, root_mark=self.site.office.root_mark)
        return answer.outcome

    def _send(self, request: bytes) -> bytes:
        answers: list[bytes] = []

        def tried() -> bool:
            try:
                if self._client is None:
                    self._client = self.site.client()
                status, _, body = self._client.post(request, path=PATH)
            except (OSError, http.client.HTTPException):
                self.hang_up()
                self.repeated += 1
                return False
            if status == 200:
                answers.append(body)
            return status == 200

        eventually(tried, within_s=ANSWER_WITHIN_S)
        return answers[0]


class Administrator(Worker):
    """Buys licenses in a program of its own, beside the server."""

    bought = 0

    @override
    def step(self) -> None:
        """Buy one, and rest for a moment."""
        work_in(self.site.store, self._buy)
        self.bought += 1
        self.site.over.wait(0.05)

    def _buy(self, work: Work) -> None:
        place = work.virtual_account(self.site.office.example.virtual)
        assert place is not None
        line = OrderLine(LAN, 1)
        now = system_now()
        take_order(work, place, [line], order="more", who="admin", now=now, chance=self.chance)


@contextmanager
def under_load(site: Site, seed: str) -> Iterator[tuple[list[Agent], Administrator]]:
    """Let agents and an administrator work until the block ends."""
    agents = [Agent(site, at, SeededChance(f"{seed} {at}")) for at in range(AGENTS)]
    administrator = Administrator(site, "administrator", SeededChance(f"{seed} administrator"))
    for thread in (*agents, administrator):
        thread.start()
    try:
        yield agents, administrator
    finally:
        site.over.set()
        for thread in (*agents, administrator):
            thread.join(ANSWER_WITHIN_S + 10)
            assert not thread.is_alive()


def check(site: Site, agents: list[Agent], administrator: Administrator) -> None:
    """Compare what is in the database with what everybody was answered."""
    office = site.office
    workers: tuple[Worker, ...] = (*agents, administrator)
    for worker in workers:
        if worker.failure is not None:
            raise worker.failure
    registered = sum(agent.registered for agent in agents)
    assert office.uses(site.token) == registered
    texts = Counter(_kind(event.text) for event in every_event(site))
    assert texts["registered"] == registered
    assert texts["left"] == sum(agent.left for agent in agents)
    alive = [agent for agent in agents if agent.alive is not None]
    assert site.store.count_instances(office.example.virtual) == len(alive)
    for agent in alive:
        assert agent.alive is not None
        with site.store.begin() as work:
            instance = work.instance(InstanceId(agent.alive.instance))
        assert instance is not None, "an answered registration is gone"
        assert instance.number == agent.alive.number, "an answered message is gone, or came twice"
        assert {use.tag: use.count for use in instance.usage} == agent.uses
    for tag in (LAN, MPLS):
        assert office.in_use(tag) == sum(agent.uses.get(tag, 0) for agent in alive)
    with site.store.begin() as work:
        pool = work.pool(office.example.virtual, LAN)
    assert purchased(pool, system_now()) == 20 + administrator.bought
    assert isinstance(site.store, SqliteStore)
    with site.store.database.lend() as connection:
        assert list(connection.execute("PRAGMA integrity_check")) == [("ok",)]


def every_event(site: Site) -> Iterator[Event]:
    """Yield every event of the account."""
    after: str | None = None
    while True:
        page = site.store.list_events(site.office.example.account, after=after)
        yield from page.items
        after = page.next
        if after is None:
            return


def _kind(text: str) -> str:
    if text.startswith("registered with"):
        return "registered"
    return "left" if text.endswith("was removed: left") else "other"


def prove(folder: Path, kills: int) -> None:
    """Kill a manager so many times, and check what is left of it."""
    site = Site(folder)
    chance = SeededChance("moments")
    site.start()
    try:
        with under_load(site, "agents") as (agents, administrator):
            for _ in range(kills):
                # From at once to in the middle of what they do.
                wait_ms = 20 + draw_below(chance, 400)
                before = sum(agent.answered for agent in agents)
                site.over.wait(wait_ms / 1000)
                site.kill()
                site.start()
                eventually(
                    lambda before=before: (
                        sum(one.answered for one in agents) > before  # type: ignore[misc]
                        or any(one.failure for one in agents)
                    )
                )
        check(site, agents, administrator)
        assert sum(agent.repeated for agent in agents) >= kills, "nobody noticed"
        assert sum(agent.answered for agent in agents) > 10 * kills
    finally:
        site.kill()
        assert isinstance(site.store, SqliteStore)
        site.store.close()


def test_a_manager_that_is_killed_loses_nothing(tmp_path: Path) -> None:
    """A customer would lose licenses, or have one used twice, whenever a machine crashes."""
    prove(tmp_path, 20)


@pytest.mark.nightly
def test_a_manager_that_is_killed_200_times_loses_nothing(tmp_path: Path) -> None:
    """A moment of one in hundreds would go unseen."""
    prove(tmp_path, 200)
