"""When the log speaks of the HTTPS certificate."""

from datetime import UTC, datetime
from pathlib import Path

import structlog.testing

from licet.kernel.chance import SeededChance
from licet.kernel.time import DAY, HOUR
from licet.service.certificate import LIVES, make_certificate
from licet.service.datadir import create_data
from licet.service.tls import ENDS_SOON, Tls

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


def test_it_says_every_day_that_the_certificate_ends_soon(tmp_path: Path) -> None:
    """A manager that runs for years would be off the network one morning."""
    data = create_data(tmp_path / "data")
    make_certificate(data, names=["localhost"], chance=SeededChance("tls"), now=NOW)
    with structlog.testing.capture_logs() as lines:
        tls = Tls(data, ["localhost"], now=NOW)
        soon = NOW + LIVES - ENDS_SOON
        for hour in range(49):
            tls.look(soon + hour * HOUR)
    warnings = [line for line in lines if line["log_level"] == "warning"]
    assert [line["event"] for line in warnings] == ["the TLS certificate ends soon"] * 3


def test_it_says_which_name_is_missing_and_says_nothing_where_all_is_well(tmp_path: Path) -> None:
    """Products would refuse the manager, and its log would be full of other things."""
    data = create_data(tmp_path / "data")
    make_certificate(data, names=["localhost"], chance=SeededChance("tls"), now=NOW)
    with structlog.testing.capture_logs() as lines:
        tls = Tls(data, ["localhost", "lic.example.com"], now=NOW)
        first = tls.context
        tls.look(NOW + DAY)
    assert tls.context is first, "what has not changed is not loaded again"
    [warning] = [line for line in lines if line["log_level"] == "warning"]
    assert warning["names"] == ["lic.example.com"]
