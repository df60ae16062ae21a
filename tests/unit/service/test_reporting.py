"""What the log says of refusals, and how often."""

import structlog.testing

from licet.service.reporting import Reporter


def test_a_flood_is_two_lines() -> None:
    """Whoever sends a million bad requests would fill the disk with lines about them."""
    with structlog.testing.capture_logs() as lines:
        reporter = Reporter(every_s=60)
        reporter.tick(0)
        for _ in range(1000):
            reporter.report("slow", "192.0.2.7")
        reporter.report("malformed", "192.0.2.8")
        reporter.tick(59)
        reporter.tick(60)
        reporter.report("slow", "192.0.2.9")
    assert [(line["event"], line["why"], line.get("count")) for line in lines] == [
        ("refused", "slow", None),
        ("refused", "malformed", None),
        ("refused more", "slow", 999),
        ("refused", "slow", None),
    ]
    assert {line["log_level"] for line in lines} == {"warning"}
