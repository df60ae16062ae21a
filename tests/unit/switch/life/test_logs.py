"""The log on the disk, and its lines for syslog servers."""

import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest

from licet.switch.configuration import FACTORY, Configuration, LoggingServer, TimeZone
from licet.switch.life.logfile import MESSAGES, OLDER, LogFile
from licet.switch.life.remote import BYTES_MAX, Logged, RemoteLog, message

LINE = "2026 Nov  1 12:00:00 leaf1 %LICMGR-3-LOG_SMART_LIC_COMM_FAILED: Communications failure"
AT = datetime(2026, 11, 1, 12, tzinfo=UTC)


def test_a_log_is_bounded(tmp_path: Path) -> None:
    """A switch that logs every quarter of an hour for years would fill the disk."""
    log = LogFile(tmp_path, bytes_max=1000)
    for number in range(300):
        log.append(f"line {number}")
    sizes = [(tmp_path / name).stat().st_size for name in (MESSAGES, OLDER)]
    assert max(sizes) <= 1000 + len("line 300\n")
    lines = log.lines(50)
    assert lines == [f"line {number}" for number in range(250, 300)]
    log.clear()
    assert log.lines(50) == []


def test_half_a_line_stays_one_line(tmp_path: Path) -> None:
    """A disk that was full for a moment would glue two lines into one that says neither."""
    (tmp_path / MESSAGES).write_text("whole\nha")
    log = LogFile(tmp_path)
    log.append("next")
    assert log.lines(9) == ["whole", "ha", "next"]


def test_a_log_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    """A full disk would end the switch."""
    log = LogFile(tmp_path / "gone")
    log.append("line")
    assert log.lines(9) == []


@pytest.mark.parametrize(
    ("configuration", "wanted"),
    [
        (
            Configuration(host_name="leaf1"),
            "<187>Nov  1 12:00:00 leaf1 %LICMGR-3-LOG_SMART_LIC_COMM_FAILED: Communications failure",
        ),
        (
            Configuration(host_name="leaf1", time_zone=TimeZone("CET", 1, 30)),
            "<187>Nov  1 13:30:00 leaf1 %LICMGR-3-LOG_SMART_LIC_COMM_FAILED: Communications failure",
        ),
        (
            Configuration(host_name="leaf1", logging_rfc5424=True),
            (
                "<187>1 2026-11-01T12:00:00Z leaf1 LICMGR - COMM_FAILED - "
                "%LICMGR-3-LOG_SMART_LIC_COMM_FAILED: Communications failure"
            ),
        ),
        (
            Configuration(
                host_name="leaf1", logging_rfc5424=True, time_zone=TimeZone("PST", -8, 0)
            ),
            (
                "<187>1 2026-11-01T04:00:00-08:00 leaf1 LICMGR - COMM_FAILED - "
                "%LICMGR-3-LOG_SMART_LIC_COMM_FAILED: Communications failure"
            ),
        ),
    ],
)
def test_lines_have_the_form_that_servers_read(configuration: Configuration, wanted: str) -> None:
    """A collector would file them under the wrong host, hour or severity."""
    data = message(Logged(LINE, AT, configuration), LoggingServer("192.0.2.9"))
    assert data == wanted.encode()


def test_a_server_gets_what_is_severe_enough_for_it() -> None:
    """A collector would be flooded, or miss an alarm."""
    logged = Logged(LINE, AT, FACTORY)
    assert message(logged, LoggingServer("192.0.2.9", severity=2)) is None
    assert message(logged, LoggingServer("192.0.2.9", severity=3)) is not None
    odd = Logged("no line of ours " + "é" * BYTES_MAX, AT, FACTORY)
    assert message(odd, LoggingServer("192.0.2.9")) is None
    data = message(odd, LoggingServer("192.0.2.9", severity=7))
    assert data is not None
    assert len(data) == BYTES_MAX


@pytest.mark.enable_socket
def test_lines_arrive_at_a_server() -> None:
    """`logging server` would be kept and shown, and do nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(10)
        port = server.getsockname()[1]
        configuration = Configuration(
            host_name="leaf1",
            hosts=(("collector", ("127.0.0.1",)),),
            logging_servers=(
                LoggingServer("nowhere.example.com", vrf="none", port=port),
                LoggingServer("collector", port=port),
            ),
        )
        remote = RemoteLog()
        remote.send(Logged(LINE, AT, configuration))
        assert server.recv(4096).startswith(b"<187>Nov  1 12:00:00 leaf1 %LICMGR-3")
        remote.send(Logged(LINE, AT, FACTORY))
        remote.close()
