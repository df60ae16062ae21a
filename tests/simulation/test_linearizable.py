"""Histories of pool use by many clients at once: each could have happened one after the other."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from time import perf_counter_ns

import pytest

from licet.admin.licenses import OrderLine, take_order
from licet.endpoint.endpoint import Call as Incoming
from licet.endpoint.endpoint import Endpoint
from licet.kernel.chance import SeededChance, draw_below
from licet.ledger.pools import purchased
from licet.ledger.ports import Work
from licet.ledger.works import work_in
from licet.store.sqlite.store import SqliteStore
from licet.wire.messages import Authorized
from support.device import AUTHORIZE, Device
from support.linearizable import Done, linearization
from support.office import LAN, Office

CLIENTS = 3
CALLS_EACH = 5
BOUGHT = 4


@dataclass(frozen=True)
class Use:
    """A device asks for that many."""

    device: str
    count: int


@dataclass(frozen=True)
class Buy:
    """An administrator adds that many."""

    quantity: int


@dataclass(frozen=True)
class Look:
    """An administrator reads what is purchased and what is in use."""


# Who wants none of a license is told nothing of its pool.
TOLD_NOTHING = "none"
AnyCall = Use | Buy | Look
AnyResult = str | tuple[int, int] | None
# What was bought, and who uses how many.
Pool = tuple[int, tuple[tuple[str, int], ...]]


def pool(state: Pool, call: AnyCall) -> tuple[Pool, AnyResult]:
    """Do one thing to a pool, as the source document's words say and no code of ours."""
    bought, uses = state
    if isinstance(call, Buy):
        return (bought + call.quantity, uses), None
    if isinstance(call, Look):
        return state, (bought, sum(count for _, count in uses))
    after = {**dict(uses), call.device: call.count}
    following = bought, tuple(sorted(use for use in after.items() if use[1]))
    if not call.count:
        return following, TOLD_NOTHING
    return following, "in-compliance" if sum(after.values()) <= bought else "out-of-compliance"


class Ring:
    """Clients of one ledger, each with a front of its own, as in processes of their own."""

    def __init__(self, path: Path) -> None:
        self.store = SqliteStore.open(path)
        self.office = Office(store=self.store)
        self.office.give(LAN, BOUGHT)
        token = self.office.token()
        self.devices = [self.office.registered(f"L{number}", token) for number in range(CLIENTS)]
        self.bought = BOUGHT

    def state(self) -> Pool:
        """Return what the pool is before a history begins."""
        with self.store.begin() as work:
            instances = [(one.udi.sn, self.office.instance(one)) for one in self.devices]
            bought = purchased(work.pool(self.office.example.virtual, LAN), self.office.now)
        uses = [(sn, sum(use.count for use in row.usage)) for sn, row in instances if row]
        asked = [(sn, count) for sn, count in uses if count]
        return bought, tuple(sorted(asked))

    def history(self, seed: str) -> list[Done[AnyCall, AnyResult]]:
        """Let all clients work at once; return what each was answered, and when."""
        done: list[list[Done[AnyCall, AnyResult]]] = [[] for _ in range(CLIENTS + 1)]
        begin = threading.Barrier(CLIENTS + 1)
        failures: list[BaseException] = []

        def work(number: int) -> None:
            try:
                begin.wait(30)
                done[number] = list(self._client(number, f"{seed}/{number}"))
            except BaseException as error:  # noqa: BLE001 - the test fails with it
                failures.append(error)

        threads = [threading.Thread(target=work, args=(at,)) for at in range(CLIENTS + 1)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert not failures, failures
        return [one for client in done for one in client]

    def _client(self, number: int, seed: str) -> Iterator[Done[AnyCall, AnyResult]]:
        chance = SeededChance(seed)
        endpoint = Endpoint(self.store, self.office.keys, chance=chance)
        for _ in range(CALLS_EACH):
            call: AnyCall
            if number == CLIENTS:
                call = Look() if draw_below(chance, 10) < 7 else Buy(1)
            else:
                call = Use(self.devices[number].udi.sn, draw_below(chance, 4))
            asked_at = perf_counter_ns()
            result = self._do(call, number, endpoint, chance)
            yield Done(call, result, asked_at, perf_counter_ns())

    def _do(
        self, call: AnyCall, number: int, endpoint: Endpoint, chance: SeededChance
    ) -> AnyResult:
        if isinstance(call, Use):
            return self._use(self.devices[number], call.count, endpoint)
        if isinstance(call, Buy):
            self._buy(call.quantity, chance)
            return None
        with self.store.begin() as work:
            seen = work.pool(self.office.example.virtual, LAN)
            return purchased(seen, self.office.now), seen.in_use

    def _use(self, device: Device, count: int, endpoint: Endpoint) -> str:
        wanted = [(LAN, count)] if count else []
        request = device.say(AUTHORIZE, *wanted, now=self.office.now)
        [reply] = endpoint.handle([Incoming(request)], now=self.office.now)
        outcome = device.believe(reply.data, request=request).outcome
        assert isinstance(outcome, Authorized), outcome
        return outcome.entitlements[0].status if count else TOLD_NOTHING

    def _buy(self, quantity: int, chance: SeededChance) -> None:
        office = self.office

        def order(work: Work) -> None:
            place = work.virtual_account(office.example.virtual)
            assert place is not None
            take_order(
                work,
                place,
                [OrderLine(LAN, quantity)],
                order="more",
                who="admin",
                now=office.now,
                chance=chance,
            )

        work_in(self.store, order)


def prove(tmp_path: Path, histories: int) -> None:
    """Fail with the first history that no order explains."""
    ring = Ring(tmp_path / "licet.db")
    overlapping = 0
    for number in range(histories):
        before = ring.state()
        history = ring.history(f"history {number}")
        order = linearization(history, before, pool)
        assert order is not None, "\n".join(map(str, sorted(history, key=lambda d: d.asked_at)))
        by_answer = sorted(history, key=lambda done: done.answered_at)
        overlapping += sum(
            later.asked_at < earlier.answered_at for earlier, later in pairwise(by_answer)
        )
    ring.store.close()
    assert overlapping > histories, "the clients took turns: nothing was shown"


def test_some_histories_are_linearizable(tmp_path: Path) -> None:
    """Two products at once would both be told that the last license is theirs."""
    prove(tmp_path, 40)


@pytest.mark.nightly
def test_a_thousand_histories_are_linearizable(tmp_path: Path) -> None:
    """A race of one in hundreds would go unseen."""
    prove(tmp_path, 1000)


def test_the_checker_finds_what_no_order_explains() -> None:
    """A checker that accepts everything would prove nothing."""
    last: Pool = (1, ())
    both: list[Done[AnyCall, AnyResult]] = [
        Done(Use("a", 1), "in-compliance", 0, 10),
        Done(Use("b", 1), "in-compliance", 0, 10),
    ]
    assert linearization(both, last, pool) is None
    one: list[Done[AnyCall, AnyResult]] = [both[0], Done(Use("b", 1), "out-of-compliance", 0, 10)]
    order = linearization(one, last, pool)
    assert order is not None
    assert [done.call for done in order] == [Use("a", 1), Use("b", 1)]
    # An answer that was there before the other one was asked comes first.
    late: list[Done[AnyCall, AnyResult]] = [
        Done(Look(), (1, 0), 20, 30),
        Done(Use("a", 1), "in-compliance", 0, 10),
    ]
    assert linearization(late, last, pool) is None
