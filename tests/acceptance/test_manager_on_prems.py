"""Sites of on-prems that register and synchronize with a real manager over HTTPS, step by step."""

import json
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from licet.admin.on_prems import invite, show_invitation
from licet.kernel.chance import SeededChance, SystemChance, draw_below
from licet.kernel.ids import VirtualAccountId
from licet.kernel.time import DAY
from licet.ledger.sites import Invitation, SyncKind
from licet.service.site_uploads import PART_BYTES_MAX
from licet.sync.problems import Why
from licet.wire.documents import open_document
from licet.wire.keys import draw_key
from licet.wire.messages import Authorized
from licet.wire.sites import REGISTRATION_AUTHORIZATION, REQUEST_BYTES_MAX
from licet.wire.tokens import Token, parse_token
from support.applicant import Applicant
from support.device import AUTHORIZE
from support.office import LAN, Customer
from support.site_client import BYTES, PART, SiteClient
from support.sites import SiteOffice, populate
from support.standing import LICET, Standing, eventually, make_data, running, standing


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Standing]:
    """Return a manager of its own."""
    with standing(tmp_path) as manager:
        yield manager


@pytest.fixture
def client(manager: Standing) -> Iterator[SiteClient]:
    """Return a site's connection to it."""
    with manager.client() as client:
        yield SiteClient(client)


def run(manager: Standing, *words: str) -> Any:
    """Return what `licet manager` prints as JSON."""
    command = [str(LICET), "manager", *words, "--data", str(manager.data.path), "--json"]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)  # noqa: S603
    return json.loads(ran.stdout)


def code_for(manager: Standing, place: str = "Mine") -> Token:
    """Return a code that an administrator makes."""
    made = run(manager, "onprem", "invite", "--virtual-account", place)
    return parse_token(made["code"])


def applicant(manager: Standing, name: str = "Mine", place: str = "Mine") -> Applicant:
    """Return somebody who wants to be taken on."""
    return Applicant(SystemChance(), manager.office.now, name=name, virtual_account=place)


def enrolled(
    manager: Standing, products: int = 20, *, name: str = "Plant"
) -> tuple[SiteOffice, VirtualAccountId]:
    """Return a site with products of which the manager does not know, and its virtual account."""
    site = SiteOffice(manager.office, seed=name)
    place = site.enroll(name)
    manager.office.give(LAN, products, at=Customer(manager.office.example.account, place))
    at = site.example
    populate(site.store, at.virtual, products, account=at.account, tag=LAN, now=site.now)
    return site, place


def test_a_registration_by_code(manager: Standing, client: SiteClient) -> None:
    """An on-prem with a network would have to be registered by carrying files."""
    code, asks = code_for(manager), applicant(manager)
    request = asks.request(code)
    status, first = client.register(request)
    assert status == 200, first
    path = manager.data.path.parent / "authorization.yml"
    path.write_bytes(first)
    with path.open("rb") as file:
        head = open_document(file, (REGISTRATION_AUTHORIZATION,)).head
    assert (head.site, head.manager) == (asks.account.id, manager.office.keys.authority)
    assert client.register(request)[0] == 200, "a site whose answer was lost asks again"
    [row] = run(manager, "onprem", "list")
    assert row["name"] == "Mine"
    [made] = run(manager, "onprem", "invitations")
    assert (made["status"], made["on_prem"]) == ("used", "Mine")


def test_a_code_that_is_not_good(manager: Standing, client: SiteClient) -> None:
    """Anybody could have a virtual account; or a person would not learn what is wrong with the code."""
    code, office = code_for(manager), manager.office
    asks = applicant(manager)
    forged = Token(code.token, code.expires_at, b"x" * 32, code.root_mark, code.authority_mark)
    for bad in (None, forged):
        status, said = client.register(asks.request(bad))
        assert (status, said["why"]) == (409, "refused")
        assert "the registration code is not valid" in said["text"]
    elsewhere = applicant(manager, "Other", "Elsewhere").request(code)
    assert "is for the virtual account 'Mine'" in client.register(elsewhere)[1]["text"]
    assert client.register(asks.request(code))[0] == 200
    used = client.register(applicant(manager, "Other").request(code))[1]
    assert "was used by another on-prem" in used["text"]

    made: list[Invitation] = []
    with office.store.begin(alone=True) as work:
        account = work.account(office.example.account)
        assert account is not None
        made.append(
            invite(
                work,
                account,
                office.keys,
                virtual_account="Old",
                removal_days=90,
                days=1,
                who="ann",
                now=office.now - 2 * DAY,
                chance=SystemChance(),
            )
        )
        work.commit()
    ended = parse_token(show_invitation(made[0], office.keys))
    said = client.register(applicant(manager, "Old", "Old").request(ended))[1]
    assert "the registration code ended on" in said["text"]
    assert [row["name"] for row in run(manager, "onprem", "list")] == ["Mine"]


def test_a_registration_that_is_none(manager: Standing, client: SiteClient) -> None:
    """What is damaged on its way would be registered, or end the manager."""
    request = applicant(manager).request(code_for(manager))
    for body in (b"", b"x", request[:-2], request.replace(b"Mine", b"Yours")):
        status, said = client.register(body)
        assert (status, said["why"]) in {(409, "damaged"), (409, "wrong-kind")}
    site, _ = enrolled(manager)
    status, said = client.register(site.request())
    assert (status, said["why"]) == (409, "wrong-kind")
    assert "this is a sync request" in said["text"]
    assert client.register(b"x" * (1024 * 1024 + 1))[0] == 413


def test_who_guesses_is_slowed_down(manager: Standing, client: SiteClient) -> None:
    """A peer could have every guess looked up, as fast as it can send them."""
    said: Any = {}
    for _ in range(300):
        status, said = client.begin(b"x")
        if status == 429:
            break
    assert said["why"] == "slow-down"
    assert client.register(applicant(manager).request(code_for(manager)))[0] == 200


def test_a_synchronization(manager: Standing, client: SiteClient) -> None:
    """An on-prem could not synchronize; or both sides would count otherwise."""
    site, place = enrolled(manager, 3000)
    client.synchronize(site)
    client.synchronize(site)
    assert manager.office.store.count_instances(place) == 3000
    [row] = run(manager, "license", "list", "--virtual-account", "Plant")
    assert (row["purchased"], row["in_use"], row["balance"]) == (3000, 3000, 0)
    [ours] = site.store.list_pools(site.example.virtual).items
    assert sum(one.quantity for one in ours.holdings) == 3000
    roads = [one["road"] for one in run(manager, "onprem", "history", "Plant")]
    assert roads == ["network", "network"]
    assert list((manager.data.path / "spool").glob("*.request")) == []


def test_the_line_is_cut(manager: Standing, client: SiteClient) -> None:
    """A large report over a bad line would never arrive."""
    site, place = enrolled(manager, 2000)
    request = site.request()
    _, begun = client.begin(site.announcement(request))
    assert client.part(begun["upload"], 0, request[:300_000]) == (200, {"offset": 300_000})
    with manager.connect() as plain, manager.secure(plain) as secure:
        body = f"{begun['upload']}\n300000\n".encode() + request[300_000:]
        head = f"POST {PART} HTTP/1.1\r\nHost: x\r\nContent-Type: {BYTES}\r\n"
        secure.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body[:100_000])
    status, again = client.begin(site.announcement(request))
    assert (status, again["upload"], again["offset"]) == (200, begun["upload"], 300_000)
    site.take(client.answer(client.send(site, request)))
    assert manager.office.store.count_instances(place) == 2000


def test_a_peer_that_lies(manager: Standing, client: SiteClient) -> None:
    """A site, or somebody who looks like one, could fill the disk or have half a report applied."""
    site, place = enrolled(manager)
    request = site.request()
    _, begun = client.begin(site.announcement(request))
    upload = begun["upload"]
    assert client.part(upload, 7, b"x") == (409, {"why": "offset", "offset": 0})
    assert client.result(upload) == (409, {"why": "offset", "offset": 0})
    for body in (b"", b"x", f"{upload}\n".encode(), f"{upload}\n-1\nx".encode()):
        status, _, _ = client.client.post(body, path=PART, content_type=BYTES)
        assert status == 400
    assert client.part(upload, 0, b"")[0] == 400
    assert client.part("A" * 43, 0, b"x")[0] == 404
    assert client.result("A" * 43)[0] == 404
    too_much = b"x" * (PART_BYTES_MAX + 1)
    assert client.part(upload, 0, too_much)[0] in {400, 413}
    assert client.part(upload, 0, request + b"x")[1]["why"] == Why.DAMAGED
    assert client.part(upload, 0, request)[0] == 404, "it is gone"

    _, begun = client.begin(site.announcement(request))
    status, said = client.part(begun["upload"], 0, request[:-1] + b"x")
    assert (status, said["why"]) == (409, Why.DAMAGED)
    large = site.announcement(request, lies={"size": REQUEST_BYTES_MAX})
    _, begun = client.begin(large)
    assert client.part(begun["upload"], 0, request)[0] == 200
    assert client.result(begun["upload"]) == (409, {"why": "offset", "offset": len(request)})

    forged = site.announcement(request, key=draw_key(SeededChance("forger")))
    assert client.begin(forged)[1]["why"] == Why.UNTRUSTED
    other, _ = enrolled(manager, 5, name="Other")
    sent = client.send(site, other.request())
    status, said = client.outcome(sent)
    assert (status, said["why"]) == (409, Why.FOREIGN)
    assert manager.office.store.count_instances(place) == 0


def test_a_request_that_is_refused(manager: Standing, client: SiteClient) -> None:
    """A site would not learn why, or that a full one is due, and be removed in the end."""
    site, _ = enrolled(manager)
    old = site.request()
    client.synchronize(site)
    status, said = client.outcome(client.send(site, old))
    assert (status, said["why"]) == (409, Why.OLDER)
    site.set(acknowledged=99)
    status, said = client.outcome(client.send(site, site.request()))
    assert (status, said["why"]) == (409, Why.NEEDS_FULL)
    client.synchronize(site, SyncKind.FULL)
    done = [one["done"] for one in run(manager, "onprem", "history", "Plant")]
    assert done == [True, False, False, True]


def test_two_at_once(manager: Standing) -> None:
    """One site would wait for the other, or have its parts mixed up with those of the other."""
    sites = [enrolled(manager, 1000, name=f"Plant-{number}") for number in range(2)]
    failures: list[BaseException] = []

    def synchronize(site: SiteOffice) -> None:
        try:
            with manager.client() as client:
                SiteClient(client).synchronize(site)
        except BaseException as error:  # noqa: BLE001 - the test fails with it
            failures.append(error)

    threads = [threading.Thread(target=synchronize, args=(site,)) for site, _ in sites]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert [manager.office.store.count_instances(place) for _, place in sites] == [1000, 1000]


Step = Callable[[SiteClient, SiteOffice, bytes], object]
STEPS: dict[str, Step] = {
    "begun": lambda client, site, request: client.begin(site.announcement(request)),
    "half": lambda client, site, request: client.part(
        client.begin(site.announcement(request))[1]["upload"], 0, request[: len(request) // 2]
    ),
    "being applied": lambda client, site, request: client.send(site, request),
    "applied": lambda client, site, request: client.outcome(client.send(site, request)),
}


@pytest.mark.parametrize("step", STEPS)
def test_the_manager_is_killed(tmp_path: Path, step: str) -> None:
    """Half a report would stand, or a site be told that it must begin anew with a full one."""
    with standing(tmp_path) as manager:
        site, place = enrolled(manager, 2000)
        request = site.request()
        with manager.client() as client:
            STEPS[step](SiteClient(client), site, request)
            manager.process.send_signal(signal.SIGKILL)
            manager.process.wait(20)
        count = manager.office.store.count_instances(place)
        assert count in {0, 2000}
        assert count == 2000 or step != "applied"
        accepted = site.known().answered
        with running(tmp_path, manager.data, manager.office) as again, again.client() as client:
            wire = SiteClient(client)
            letter = wire.answer(wire.send(site, request))
            site.take(letter)
            known = site.known().answered
            assert known is not None
            assert accepted in {None, known}, "the same letter as before"
            wire.synchronize(site)
        assert manager.office.store.count_instances(place) == 2000


@pytest.mark.parametrize("kills", [5, pytest.param(60, marks=pytest.mark.nightly)])
def test_the_manager_is_killed_while_it_applies(tmp_path: Path, kills: int) -> None:
    """Between two commits of one report a power cut would leave a part of it."""
    chance = SeededChance("kill")
    data, office = make_data(tmp_path)
    counts = Counter[str]()
    with running(tmp_path, data, office) as manager:
        site, place = enrolled(manager, 0)
    at = site.example
    for number in range(kills):
        first = 1000 * number
        populate(
            site.store, at.virtual, 1000, account=at.account, tag=LAN, now=site.now, first=first
        )
        request = site.request()
        with running(tmp_path, data, office) as manager, manager.client() as client:
            SiteClient(client).send(site, request)
            time.sleep(draw_below(chance, 400) / 1000)  # noqa: TID251 - a random moment
            manager.process.send_signal(signal.SIGKILL)
            manager.process.wait(20)
        count = office.store.count_instances(place)
        assert count in {first, first + 1000}
        counts["before" if count == first else "after"] += 1
        letter = site.known().answered
        with running(tmp_path, data, office) as manager, manager.client() as client:
            wire = SiteClient(client)
            site.take(wire.answer(wire.send(site, request)))
        assert office.store.count_instances(place) == first + 1000
        assert count == first or letter == site.known().answered, "the same letter again"
    assert kills < 20 or set(counts) == {"before", "after"}, counts


def test_the_manager_stops(manager: Standing, client: SiteClient) -> None:
    """A restart would wait for sites, or leave what they sent for ever."""
    site, _ = enrolled(manager)
    client.begin(site.announcement(site.request()))
    assert manager.stop() == 0
    with running(manager.data.path.parent, manager.data, manager.office):
        assert list((manager.data.path / "spool").iterdir()) == []


def test_devices_are_served_meanwhile(manager: Standing, client: SiteClient) -> None:
    """Devices would be out of authorization, or find nobody there, whenever a large site reports."""
    office = manager.office
    office.give(LAN, 5)
    device = office.registered()
    site, place = enrolled(manager, 50_000)
    request = site.request()
    took: list[float] = []
    healthy: list[float] = []
    over = threading.Event()

    def timed(into: list[float], do: Callable[[], object]) -> None:
        begin = time.perf_counter()
        do()
        into.append(time.perf_counter() - begin)

    def ask_on() -> None:
        with manager.client() as asks:
            while not over.is_set():
                said = device.say(AUTHORIZE, (LAN, 1), now=office.now)
                answers: list[object] = []
                timed(took, lambda: answers.append(asks.exchange(office, device, said).outcome))  # noqa: B023
                assert isinstance(answers[0], Authorized)

    def look_on() -> None:
        with manager.client() as looks:
            while not over.is_set():
                timed(healthy, lambda: looks.ask("GET", "/healthz"))

    before_kib = manager.resident_kib()
    threads = [threading.Thread(target=one) for one in (ask_on, look_on)]
    for thread in threads:
        thread.start()
    sent = client.send(site, request, part=PART_BYTES_MAX)
    arrived = len(took)
    begin = time.perf_counter()
    assert client.outcome(sent)[0] == 200
    applied_s = time.perf_counter() - begin
    eventually(lambda: len(took) > arrived + 20)
    over.set()
    for thread in threads:
        thread.join()
    assert office.store.count_instances(place) == 50_000
    assert manager.resident_kib() - before_kib < 128 * 1024, "whatever came"
    assert max(took) < applied_s + 1, "no longer than the right to write is held"
    assert max(healthy) < 1, "the loop goes on"
