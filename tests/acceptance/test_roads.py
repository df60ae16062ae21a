"""A real agent reaches a real manager: directly, by name, by address."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from licet.agent.tables import Authorization, Registration
from licet.switch.roads.roadmap import RoadMap
from licet.wire.tokens import print_token
from support.standing import PATH, Standing, standing
from support.traveler import Traveler
from support.trust import anchors_of


@pytest.fixture(scope="module")
def manager(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    """A manager that stands."""
    with standing(tmp_path_factory.mktemp("manager")) as stands:
        yield stands


def test_an_agent_registers_directly(manager: Standing, tmp_path: Path) -> None:
    """The first road of the source document would lead nowhere."""
    road = RoadMap(anchors=anchors_of(manager.data.tls_certificate))
    traveler = Traveler(tmp_path, road, manager.url + PATH)
    traveler.register(print_token(manager.office.token()))
    assert traveler.registration is Registration.COMPLETE, traveler.reason
    traveler.live(lambda: traveler.authorization is Authorization.NONE)
    traveler.close()
