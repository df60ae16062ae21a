"""An on-prem's synchronization that is killed at random moments: it is completed or repeated, never half."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from licet.kernel.chance import SeededChance, draw_below
from licet.switch.features import TAGS
from support.sites_tables import Inside, check_equal, licenses
from support.standing import LICET, WITHIN_S
from support.town import Town, town

LAN = "LAN_ENTERPRISE_SERVICES_PKG"
# Long enough for many parts of a document, and short enough for many kills.
PRODUCTS, BOUGHT = 400, 1000


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Town]:
    """A manager with an on-prem that has products."""
    with town(tmp_path) as there:
        there.manager.do("virtual-account", "open", "Plant")
        there.order("Plant", LAN, BOUGHT, "0")
        there.on_prem("Plant")
        yield there


def took_s(place: Town) -> float:
    """Return how long an undisturbed synchronization takes, as its history does not say."""
    import time  # noqa: PLC0415 - only to know how long a process may live

    begun = time.perf_counter()
    place.synchronize("Plant", "--full")
    return time.perf_counter() - begun


def kill_one(place: Town, after_s: float, *more: str) -> bool:
    """Begin a synchronization, kill it so much later, and tell whether it had ended by then."""
    plant = place.on_prems["Plant"]
    command = [str(LICET), "onprem", "sync", "now", "--data", str(plant.data), *more]
    process = subprocess.Popen(  # noqa: S603
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        process.wait(after_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(WITHIN_S)
        return False
    return True


def storm(place: Town, kills: int) -> None:
    """Kill many synchronizations; after each, what both sides know fits together."""
    plant, chance = place.on_prems["Plant"], SeededChance("storm")
    inside = Inside(plant.data, "Plant")
    inside.enter(PRODUCTS, TAGS[LAN])
    whole_s = took_s(place)
    killed, known = 0, BOUGHT
    for number in range(kills):
        # Something new on both sides, so that half of it would be seen.
        place.order("Plant", LAN, 1, f"storm-{number}")
        inside.enter(1, TAGS[LAN], first=PRODUCTS + number)
        if number % 3 == 2:
            inside.remove(inside.rows()[0].id)
        before = inside.local_account()
        more = ("--full",) if number % 2 else ()
        killed += not kill_one(place, whole_s * draw_below(chance, 1000) / 1000, *more)
        after = inside.local_account()
        assert after.lease >= before.lease
        assert after.acknowledged >= before.acknowledged
        bought = licenses(plant)[LAN][0]
        assert known <= bought <= BOUGHT + 1 + number
        assert bought == known or after.lease > before.lease, "a lease is in force as a whole"
        known = bought
        if number % 4 == 3:
            place.manager.stop()
            place.manager.start()
        if number % 5 == 4:
            plant.stop()
            plant.start()
    assert killed > kills // 4, "most of them had ended: nothing was tested"
    [row] = place.synchronize("Plant")
    assert row["done"]
    check_equal(place.manager, "Plant", plant, "Plant")
    assert licenses(plant)[LAN][0] == BOUGHT + kills
    for folder in (plant.data / "sync").iterdir():
        assert not [one.name for one in folder.iterdir() if one.suffix in {".part", ".new"}]
    inside.close()


def test_a_synchronization_that_is_killed(place: Town) -> None:
    """A power cut in the wrong second would leave two sides that never agree again."""
    storm(place, 10)


@pytest.mark.nightly
@pytest.mark.timeout(1800)
def test_many_synchronizations_that_are_killed(place: Town) -> None:
    """The wrong second would be a rarer one."""
    storm(place, 100)
