"""A token with 7 uses, of which a thousand products want one each, at once."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from licet.endpoint.endpoint import Call, Endpoint
from licet.kernel.chance import SeededChance
from licet.store.sqlite.store import SqliteStore
from licet.wire.messages import Problem, Registered
from licet.wire.tokens import Token
from support.device import Device
from support.office import Office
from support.standing import standing, system_now

PRODUCTS = 1000
USES = 7
AT_ONCE = 40
REFUSALS = {"token-used-up", "slow-down"}


def said(office: Office, device: Device, request: bytes, data: bytes) -> str:
    """Return how a product was answered."""
    outcome = device.believe(data, request=request, root_mark=office.root_mark).outcome
    if isinstance(outcome, Problem):
        return outcome.code
    return "registered" if isinstance(outcome, Registered) else "?"


def check(office: Office, token: Token, answers: Counter[str]) -> None:
    """Fail unless exactly as many were registered as the token has uses."""
    assert answers["registered"] == USES
    assert sum(answers.values()) == PRODUCTS
    assert set(answers) <= {"registered", *REFUSALS}
    assert office.uses(token) == USES
    assert office.store.count_instances(office.example.virtual) == USES
    texts = [event.text for event in office.events()]
    assert sum(text.startswith("registered with") for text in texts) == USES


def test_over_the_network(tmp_path: Path) -> None:
    """A leaked token would register more products than its limit says."""
    with standing(tmp_path) as manager:
        office = manager.office
        token = office.token(uses=USES)
        fleet = [office.device(f"P{number}") for number in range(PRODUCTS)]
        requests = [device.register(token, now=system_now()) for device in fleet]

        def register(part: int) -> Counter[str]:
            found: Counter[str] = Counter()
            with manager.client() as client:
                for at in range(part, PRODUCTS, AT_ONCE):
                    status, _, data = client.post(requests[at])
                    while status == 503:
                        status, _, data = client.post(requests[at])
                    found[said(office, fleet[at], requests[at], data)] += 1
            return found

        with ThreadPoolExecutor(AT_ONCE) as pool:
            answers = sum(pool.map(register, range(AT_ONCE)), Counter[str]())
        check(office, token, answers)


def test_by_many_fronts_of_one_database(tmp_path: Path) -> None:
    """Two servers on one ledger would each give the last use away."""
    store = SqliteStore.open(tmp_path / "licet.db")
    office = Office(store=store)
    token = office.token(uses=USES)
    fleet = [office.device(f"P{number}") for number in range(PRODUCTS)]
    requests = [device.register(token, now=office.now) for device in fleet]
    fronts = 4

    def register(front: int) -> list[tuple[int, bytes]]:
        endpoint = Endpoint(store, office.keys, chance=SeededChance(f"front {front}"))
        answers = []
        for first in range(front * 5, PRODUCTS, fronts * 5):
            mine = range(first, min(first + 5, PRODUCTS))
            replies = endpoint.handle([Call(requests[at]) for at in mine], now=office.now)
            answers += [(at, reply.data) for at, reply in zip(mine, replies, strict=True)]
        return answers

    with ThreadPoolExecutor(fronts) as pool:
        answered = [one for part in pool.map(register, range(fronts)) for one in part]
    check(office, token, Counter(said(office, fleet[at], requests[at], d) for at, d in answered))
    store.close()
