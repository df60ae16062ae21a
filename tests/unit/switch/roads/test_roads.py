"""How outcomes come back to the one thread of the agent."""

import select
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

import pytest

from licet.kernel.problems import NoAnswer
from licet.switch.roads.faults import NOT_SENT, Fault, Missed
from licet.switch.roads.pace import GivenUp, Pace, Step
from licet.switch.roads.roadmap import Limits, Obstacle, RoadMap
from licet.switch.roads.roads import Roads
from support.rough import Rough, response, rough, says, silent
from support.standing import eventually

OBSTRUCTED = RoadMap(obstacle=Obstacle(Fault.NO_VRF, "there is no VRF blue"))
PLAIN = RoadMap(plain_http=True, limits=Limits(total_s=10))


@pytest.fixture
def server() -> Iterator[Rough]:
    """A server that answers."""
    with rough(says(response())) as plays:
        yield plays


def test_an_outcome_waits_for_its_owner() -> None:
    """The agent would be called by a second thread, and its state be torn."""
    told: list[tuple[bytes | NoAnswer, str]] = []
    with Roads(lambda: OBSTRUCTED) as roads:
        roads.post(
            "https://x/", b"", lambda out: told.append((out, threading.current_thread().name))
        )
        select.select([roads.fileno()], [], [], 10)
        assert told == []
        assert roads.busy
        assert roads.drain() == 1
        [(outcome, thread)] = told
        assert isinstance(outcome, Missed)
        assert (outcome.reason, outcome.cause) == (NOT_SENT, "there is no VRF blue")
        assert thread == threading.current_thread().name
        assert roads.drain() == 0
        assert select.select([roads.fileno()], [], [], 0)[0] == []
        eventually(lambda: not roads.busy)


def test_the_configuration_counts_when_it_is_posted() -> None:
    """A remedy would help only after a restart."""
    road = OBSTRUCTED
    told: list[bytes | NoAnswer] = []
    with Roads(lambda: road) as roads:
        roads.post("https://x/", b"", told.append)
        roads.wait(10)
        road = replace(OBSTRUCTED, obstacle=Obstacle(Fault.NO_VRF, "there is no VRF green"))
        roads.post("https://x/", b"", told.append)
        roads.wait(10)
    causes = [outcome.cause for outcome in told if isinstance(outcome, Missed)]
    assert causes == ["there is no VRF blue", "there is no VRF green"]


@pytest.mark.enable_socket
def test_a_newer_message_takes_the_place_of_an_older_one(server: Rough) -> None:
    """A leave note would wait for a minute behind a message that nobody waits for any more."""
    told: list[str] = []
    with rough(silent) as mute, Roads(lambda: PLAIN) as roads:
        roads.post(f"http://127.0.0.1:{mute.port}/", b"1", lambda _: told.append("first"))
        eventually(lambda: bool(mute.peers))
        roads.post(f"http://127.0.0.1:{server.port}/", b"2", lambda out: told.append(repr(out)))
        eventually(lambda: bool(roads.wait(0.1)))
        eventually(lambda: not roads.busy)
    assert told == ["b'answer'"]


@pytest.mark.enable_socket
def test_a_test_goes_beside_a_message(server: Rough) -> None:
    """`callhome test` would end the message that is under way."""
    told: list[object] = []
    with rough(silent) as mute, Roads(lambda: PLAIN) as roads:
        roads.post(f"http://127.0.0.1:{mute.port}/", b"1", told.append)
        eventually(lambda: bool(mute.peers))
        roads.knock(f"http://127.0.0.1:{server.port}/", told.append)
        eventually(lambda: bool(roads.wait(0.1)))
        assert told == [200]
        assert server.heard[0].startswith(b"HEAD / HTTP/1.1\r\n")
        assert roads.busy


@pytest.mark.enable_socket
def test_nothing_is_delivered_after_the_end() -> None:
    """A switch that reloads would hear of its former life."""
    told: list[object] = []
    with rough(silent) as mute:
        roads = Roads(lambda: PLAIN)
        roads.post(f"http://127.0.0.1:{mute.port}/", b"1", told.append)
        eventually(lambda: bool(mute.peers))
        roads.close()
        roads.close()
        eventually(lambda: not roads.busy)
    assert told == []


def test_an_owner_that_fails_loses_nothing_else() -> None:
    """A full disk at one outcome would swallow the next one."""
    told: list[object] = []

    def fail(_: object) -> None:
        raise OSError("the disk is full")

    with Roads(lambda: OBSTRUCTED) as roads:
        roads.post("https://x/", b"", fail)
        roads.knock("https://x/", told.append)
        eventually(lambda: len(roads._outcomes) == 2)
        for _ in range(2):
            select.select([roads.fileno()], [], [], 10)
            with suppress(OSError):
                roads.drain()
    assert len(told) == 1
    assert roads.drain() == 0


def test_a_fault_of_the_road_itself_is_told() -> None:
    """An attempt whose thread died would never end, and the agent wait for its own limit."""
    told: list[bytes | NoAnswer] = []
    broken = replace(PLAIN, anchors=None, names=None)  # type: ignore[arg-type]
    with Roads(lambda: broken) as roads:
        roads.post("https://host.test/", b"1", told.append)
        roads.wait(10)
    [outcome] = told
    assert isinstance(outcome, Missed)
    assert outcome.fault is Fault.BROKEN


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        """Return what it says."""
        return self.now


def test_every_step_has_its_limit_and_all_have_one() -> None:
    """A server that drips would hold a step, or a row of slow steps the whole attempt."""
    clock = Clock()
    pace = Pace(Limits(connect_s=10, tls_s=10, read_s=30, total_s=35), clock)
    pace.enter(Step.CONNECT)
    clock.now += 9
    assert pace.left() == 1
    pace.enter(Step.TLS)
    assert pace.left() == 10
    clock.now += 9
    pace.enter(Step.READ)
    assert pace.left() == 17
    clock.now += 17
    with pytest.raises(Exception, match="waiting for the answer was not done within 17 s"):
        pace.left()


def test_what_was_given_up_goes_no_further() -> None:
    """An attempt that nobody wants would still send."""
    pace = Pace(Limits(), Clock())
    pace.give_up()
    with pytest.raises(GivenUp):
        pace.left()


def test_the_total_is_within_what_the_agent_waits() -> None:
    """The agent would give up first, and say that there was no answer instead of why."""
    from licet.agent import schedule  # noqa: PLC0415 - beside the one number that it is about

    assert Limits().total_s < schedule.EXCHANGE.total_seconds()
