"""Who serves the sites keeps its bounds, and ends in time."""

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest

from licet.service.clock import SystemClock
from licet.service.exchange import Request, Response
from licet.service.site_desk import BEGIN, IN_HAND_MAX, PART, REGISTRATION, RESULT, SiteDesk
from licet.service.spool import Spool
from licet.service.worker import Worker
from support.office import Office

pytestmark = pytest.mark.enable_socket  # a loop has a pair of its own


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[SiteDesk]:
    """A desk of a manager that nobody is registered with."""
    office = Office()
    desk = SiteDesk(
        tmp_path / "spool",
        office.store,
        keys=lambda: office.keys,
        clock=SystemClock(),
        chance=office.chance,
    )
    yield desk
    desk.close()


def ask(desk: SiteDesk, path: str, body: bytes = b"x") -> Response | asyncio.Future[Response]:
    """Hand a request in."""
    return desk.routes()[path].answer(Request("POST", path, body, "192.0.2.1"))


def _wait(held: threading.Event) -> None:
    held.wait(20)


def run(job: Callable[[], Coroutine[Any, Any, list[Response]]]) -> list[Response]:
    """Return what comes of requests on a loop."""
    return asyncio.run(job())


async def answered(given: list[Response | asyncio.Future[Response]]) -> list[Response]:
    """Wait for answers."""
    return [one if isinstance(one, Response) else await one for one in given]


@pytest.mark.parametrize("path", [REGISTRATION, BEGIN])
def test_no_more_is_in_hand_than_there_is_memory_for(desk: SiteDesk, path: str) -> None:
    """Bodies of a flood would wait in memory until there is none."""

    async def flood() -> list[Response]:
        return await answered([ask(desk, path) for _ in range(3 * IN_HAND_MAX)])

    statuses = [one.status for one in run(flood)]
    assert statuses.count(503) == 2 * IN_HAND_MAX
    assert statuses.count(409) == IN_HAND_MAX
    assert run(flood)[0].status == 409, "there is room again"


@pytest.mark.parametrize("path", [PART, RESULT])
def test_what_is_nobodys_is_not_waited_for(desk: SiteDesk, path: str) -> None:
    """A flood of parts that belong to nothing would keep sites with an upload out."""

    async def flood() -> list[Response]:
        body = b"A" * 43 + b"\n0\nx"
        return await answered([ask(desk, path, body) for _ in range(3 * IN_HAND_MAX)])

    assert {one.status for one in run(flood)} == {404}


def test_a_registration_waits_for_its_turn_and_nobody_for_it(desk: SiteDesk) -> None:
    """The loop, and with it every device, would wait while a large report is applied."""
    held = threading.Event()
    desk._worker.do(lambda: _wait(held))

    async def both() -> list[Response]:
        registering = ask(desk, REGISTRATION)
        assert isinstance(registering, asyncio.Future)
        [begun] = await answered([ask(desk, BEGIN)])
        assert not registering.done()
        held.set()
        return [begun, await registering]

    assert [one.status for one in run(both)] == [409, 409]


def test_an_answer_that_nobody_waits_for(desk: SiteDesk) -> None:
    """The worker would end with the connection of one site, and apply nothing any more."""
    held = threading.Event()
    desk._worker.do(lambda: _wait(held))

    async def leave() -> list[Response]:
        registering = ask(desk, REGISTRATION)
        assert isinstance(registering, asyncio.Future)
        registering.cancel()
        return []

    run(leave)
    held.set()

    async def again() -> list[Response]:
        return await answered([ask(desk, REGISTRATION)])

    assert [one.status for one in run(again)] == [409]


def test_a_worker_ends() -> None:
    """A server would wait for ever for a job that waits behind another one, or for a long one."""
    worker, held, done = Worker("slow"), threading.Event(), []
    begun = threading.Event()

    def first() -> None:
        begun.set()
        held.wait(20)

    worker.do(first)
    worker.do(lambda: done.append(2))
    assert begun.wait(20)
    begin = time.perf_counter()
    assert not worker.stop(0.05)
    assert time.perf_counter() - begin < 5
    held.set()
    assert worker.stop(20)
    assert done == []


def test_a_spool_is_empty_and_private_at_the_start(tmp_path: Path) -> None:
    """What one on-prem has sent could be read by others, or be taken for what another one sends."""
    spool = Spool(tmp_path / "spool")
    spool.create("one", b"abc")
    spool.append("one", 3, b"def")
    assert spool.read("one", 2, 3) == b"cde"
    assert (tmp_path / "spool" / "one").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "spool").stat().st_mode & 0o777 == 0o700
    Spool(tmp_path / "spool")
    assert list((tmp_path / "spool").iterdir()) == []
