"""How many connections fit into what the system allows."""

import resource

import pytest
import structlog.testing

from licet.service.descriptors import KEPT_BACK, allow_connections


class System:
    """A limit of open files."""

    def __init__(self, soft: int, hard: int) -> None:
        self.soft, self.hard = soft, hard

    def get(self, _: int) -> tuple[int, int]:
        """Return both."""
        return self.soft, self.hard

    def set(self, _: int, limits: tuple[int, int]) -> None:
        """Set them."""
        assert limits[1] == self.hard
        assert self.hard == resource.RLIM_INFINITY or limits[0] <= self.hard
        self.soft = limits[0]


@pytest.mark.parametrize(
    ("soft", "hard", "fit", "soft_after"),
    [
        (1024, 524_288, 8192, 8192 + KEPT_BACK),
        (1024, 4096, 4096 - KEPT_BACK, 4096),
        (1024, resource.RLIM_INFINITY, 8192, 8192 + KEPT_BACK),
        (resource.RLIM_INFINITY, resource.RLIM_INFINITY, 8192, resource.RLIM_INFINITY),
        (100_000, 100_000, 8192, 100_000),
        (64, 64, 1, 64),
    ],
)
def test_the_limit_is_raised_and_where_it_cannot_be_fewer_come_in(
    soft: int, hard: int, fit: int, soft_after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under load the server could not open its own database any more."""
    system = System(soft, hard)
    monkeypatch.setattr(resource, "getrlimit", system.get)
    monkeypatch.setattr(resource, "setrlimit", system.set)
    with structlog.testing.capture_logs() as lines:
        assert allow_connections(8192) == fit
    assert system.soft == soft_after
    assert bool(lines) == (fit < 8192), "it is said where it matters"
