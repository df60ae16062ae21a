"""An on-prem whose machine is set back to a snapshot, in real processes, over the network and by file."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from licet.switch.features import TAGS
from support.sites_tables import Inside, check_equal
from support.town import Standing, Town, town

LAN = "LAN_ENTERPRISE_SERVICES_PKG"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Town]:
    """A manager with an on-prem that has licenses."""
    with town(tmp_path) as there:
        there.manager.do("virtual-account", "open", "Plant")
        there.order("Plant", LAN, 10, "1")
        there.on_prem("Plant")
        yield there


def enter(plant: Standing, count: int) -> None:
    """Let products register and use a license each."""
    inside = Inside(plant.data, "Plant")
    inside.enter(count, TAGS[LAN])
    inside.close()


def set_back(place: Town) -> Standing:
    """Go on for some synchronizations, and bring back how the on-prem was before."""
    plant = place.on_prems["Plant"]
    plant.do("sync", "now")
    plant.stop(15)
    snapshot = plant.folder / "snapshot"
    shutil.copytree(plant.data, snapshot)
    enter(plant, 2)
    plant.do("sync", "now")
    place.manager.do("license", "transfer", LAN, "6", "--from", "Plant", "--to", "Default")
    plant.do("sync", "now")
    shutil.rmtree(plant.data)
    snapshot.rename(plant.data)
    enter(plant, 3)
    return plant


def test_over_the_network(place: Town) -> None:
    """It would be refused until it is removed, and grant what it has given back."""
    plant = set_back(place)
    [row] = plant.ask("sync", "now")
    assert row["done"]
    assert plant.ask("sync", "history", "Plant")[0]["kind"] in {"full", "standard"}
    check_equal(place.manager, "Plant", plant, "Plant")
    assert plant.ask("sync", "status")["grants"] == "yes"
    [lan] = plant.ask("license", "list")
    assert (lan["purchased"], lan["in_use"]) == (4, 3)


def test_by_file(place: Town, tmp_path: Path) -> None:
    """Somebody who carries files would be told to give a newer one, and have none."""
    plant = set_back(place)
    out = ("--output", str(tmp_path))
    asked = plant.ask("sync", "request", "Plant", *out)
    refused = place.manager.run("onprem", "sync", asked["file"], *out)
    assert refused.returncode == 1
    assert "onprem response Plant" in refused.stderr
    last = place.manager.ask("onprem", "response", "Plant", *out)
    told = plant.ask("sync", "response", last["file"])
    assert told["set_back"] is True
    assert plant.ask("sync", "status")["grants"].startswith(
        "no: restored from a backup, or set back"
    )
    for _ in range(2):
        asked = plant.ask("sync", "request", "Plant", *out)
        answered = place.manager.ask("onprem", "sync", asked["file"], *out)
        plant.do("sync", "response", answered["file"])
    check_equal(place.manager, "Plant", plant, "Plant")
    assert plant.ask("sync", "status")["grants"] == "yes"
