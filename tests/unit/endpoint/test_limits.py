"""Who fails to register again and again is slowed down, in bounded memory."""

from datetime import UTC, datetime, timedelta

from licet.endpoint.limits import FAILURES_MAX, WINDOW, Attempt, FailureLimits
from licet.kernel.ids import Udi

NOW = datetime(2026, 11, 1, tzinfo=UTC)
ONE = Attempt(token="t1", udi=Udi("N9K", "A1"), peer="192.0.2.1")


def failing(limits: FailureLimits, attempt: Attempt, times: int) -> None:
    """Let an attempt fail some times."""
    for _ in range(times):
        limits.failed(attempt, NOW)


def test_the_limit_of_each_subject_holds() -> None:
    """Tokens could be tried without end."""
    for kind, attempt in (
        ("token", Attempt(token="t1")),
        ("udi", Attempt(udi=Udi("N9K", "A1"))),
        ("peer", Attempt(peer="192.0.2.1")),
    ):
        limits = FailureLimits()
        failing(limits, attempt, FAILURES_MAX[kind] - 1)
        assert limits.wait_s(attempt, NOW) == 0
        failing(limits, attempt, 1)
        assert limits.wait_s(attempt, NOW) == WINDOW.total_seconds()


def test_others_are_not_slowed_down() -> None:
    """One bad product would keep a site from registering."""
    limits = FailureLimits()
    failing(limits, ONE, FAILURES_MAX["udi"])
    assert limits.wait_s(ONE, NOW) > 0
    assert limits.wait_s(Attempt(token="t1", udi=Udi("N9K", "A2"), peer=ONE.peer), NOW) == 0


def test_a_window_ends() -> None:
    """A product would be locked out for good."""
    limits = FailureLimits()
    failing(limits, ONE, 1000)
    assert limits.wait_s(ONE, NOW + WINDOW - timedelta(seconds=1)) == 1
    assert limits.wait_s(ONE, NOW + WINDOW) == 0
    limits.failed(ONE, NOW + WINDOW)
    assert limits.wait_s(ONE, NOW + WINDOW) == 0


def test_a_clock_set_back_locks_nobody_out() -> None:
    """An authority whose clock was years ahead would refuse a site for years."""
    limits = FailureLimits()
    for _ in range(1000):
        limits.failed(ONE, NOW + timedelta(days=3650))
    assert limits.wait_s(ONE, NOW) == 0


def test_memory_is_bounded_and_forgets_the_oldest() -> None:
    """Somebody could fill the authority's memory with made-up serial numbers."""
    limits = FailureLimits(entries_max=10)
    failing(limits, Attempt(peer="192.0.2.9"), FAILURES_MAX["peer"])
    for number in range(100):
        limits.failed(Attempt(token=f"t{number}", peer="192.0.2.9"), NOW)
    assert len(limits) == 10
    assert limits.wait_s(Attempt(peer="192.0.2.9"), NOW) > 0


def test_what_is_not_known_counts_nowhere() -> None:
    """Requests without an address would slow each other down."""
    limits = FailureLimits()
    failing(limits, Attempt(), 1000)
    assert limits.wait_s(Attempt(), NOW) == 0
    assert len(limits) == 0
