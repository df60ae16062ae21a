"""A switch as real processes: who holds it, who reaches it, and what survives them."""

import signal
import socket
import subprocess
import threading
from pathlib import Path

import pytest

from licet.switch.life.dialing import dial
from support.live import SN, LiveSwitch, directions, live_switch, sell, token
from support.standing import LICET, WITHIN_S, standing

NAME = "show running-config | include hostname"


def made(folder: Path) -> LiveSwitch:
    """Return a switch that was made, with nobody at it."""
    live = LiveSwitch(folder)
    ran = live.make()
    assert (ran.status, ran.err) == (0, ""), ran
    return live


def test_a_serial_number_makes_a_switch_and_nothing_else_does(tmp_path: Path) -> None:
    """A mistyped directory would become another switch, or one switch speak as another."""
    live = LiveSwitch(tmp_path)
    ran = live.execute("show clock")
    assert ran.status == 1
    assert "--sn" in ran.err
    assert not live.data.exists()
    assert live.make().status == 0
    assert live.data.stat().st_mode & 0o777 == 0o700
    assert live.execute("show clock").status == 0
    other = live.execute("show clock", more=("--sn", "OTHER"))
    assert other.status == 1
    assert f"SN:{SN}" in other.err
    live.start()
    try:
        assert live.execute("show clock", more=("--sn", "OTHER")).status == 1
        assert live.execute("show clock", more=("--sn", SN)).status == 0
    finally:
        live.stop(signal.SIGTERM)


def test_commands_find_the_daemon_and_what_they_do_stays(tmp_path: Path) -> None:
    """A script and a terminal would work on two switches."""
    with live_switch(tmp_path) as live:
        live.make()
        live.start()
        assert live.execute("configure", "hostname leaf1", "feature bgp").status == 0
        assert live.execute(NAME).out == "hostname leaf1\n"
        assert live.stop(signal.SIGTERM) == 0
        assert not live.answers()
        # Nobody is the switch now: the command becomes it for a moment.
        assert "feature bgp" in live.execute("show running-config").out
        live.start()
        live.stop(signal.SIGKILL)
        assert "hostname leaf1" in live.execute("show running-config").out
        live.start()
        assert "feature bgp" in live.execute("show running-config").out
        # Each start was the same boot.
        assert live.execute("show logging logfile").out.count("AGENT_READY") == 1


def test_two_commands_at_once_are_one_switch(tmp_path: Path) -> None:
    """Two processes would speak as one product, or one of them fail for nothing."""
    live = made(tmp_path)
    ran = []

    def execute(name: str) -> None:
        ran.append(live.execute("configure", f"ip host {name}.example.com 192.0.2.1"))

    threads = [threading.Thread(target=execute, args=(f"h{n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [(one.status, one.err) for one in ran] == [(0, "")] * 6
    shown = live.execute("show running-config").out
    assert shown.count("ip host h") == 6


def test_lines_come_from_standard_input(tmp_path: Path) -> None:
    """`licet switch < file` would print prompts, or hide that a line was refused."""
    live = made(tmp_path)
    ran = live.pipe(f"configure terminal\nhostname spine\nend\n{NAME}\n")
    assert (ran.status, ran.err) == (0, "")
    assert ran.out == (
        "Enter configuration commands, one per line. End with CNTL/Z.\nhostname spine\n"
    )
    refused = live.pipe(f"flabbergast\n{NAME}\nexit\nshow clock\n")
    assert refused.status == 1
    assert refused.out.endswith("% Invalid command at '^' marker.\nhostname spine\n"), (
        "it goes on, to exit"
    )


def test_a_daemon_keeps_out_another(tmp_path: Path) -> None:
    """Two daemons would speak as one product."""
    with live_switch(tmp_path) as live:
        live.make()
        live.start()
        for path in (live.data / "license-state", live.data / "control.sock"):
            assert path.stat().st_mode & 0o077 == 0, path
        before = live.execute("show clock").status
        process = subprocess.run(  # noqa: S603
            [
                LICET,
                "switch",
                "exec",
                "--data",
                live.data,
                "--host",
                "a.example=127.0.0.1",
                "show clock",
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        assert (before, process.returncode) == (0, 1)
        assert "--host" in process.stderr


def test_a_command_without_a_daemon_does_what_is_due(tmp_path: Path) -> None:
    """A switch that only scripts touch would never renew or retry anything."""
    with standing(tmp_path) as manager, live_switch(tmp_path) as live:
        sell(manager, lan=1)
        live.make()
        live.execute(*directions(manager), "configure", "feature bgp")
        ran = live.execute(f"license smart register idtoken {token(manager)}")
        assert ran.status == 0
        # It waited for the answer, and for the authorization that follows.
        assert "Status: AUTHORIZED" in live.execute("show license status").out
        manager.stop()
        assert live.execute("license smart renew auth").status == 0
        assert "Failure reason: " in live.execute("show license status").out


def test_sessions_have_modes_of_their_own(tmp_path: Path) -> None:
    """One person's `configure` would put another's line into the configuration."""
    with live_switch(tmp_path) as live:
        live.make()
        live.start()
        first, second = dial(live.data), dial(live.data)
        assert first is not None
        assert second is not None
        first.execute("configure terminal")
        assert (first.prompt, second.prompt) == ("switch(config)# ", "switch# ")
        assert second.execute("hostname x").refused
        assert second.complete("show clo") == ("clock",)
        first.execute("hostname leaf")
        assert second.execute("").prompt == "leaf# "
        # One that never reads, and one that talks nonsense, disturb nobody.
        with socket.socket(socket.AF_UNIX) as rude:
            rude.connect(str(live.data / "control.sock"))
            rude.sendall(b"\xff" * 70_000)
            rude.sendall(b"[1]\n")
            assert second.execute("show clock").text
        live.stop(signal.SIGTERM)
        for phone in (first, second):
            phone.close()


def test_reload_goes_back_to_the_startup_configuration(tmp_path: Path) -> None:
    """What was never saved would survive a reload, or what was saved be gone."""
    with live_switch(tmp_path) as live:
        live.make()
        live.start()
        live.execute("configure", "hostname saved", "license smart enable")
        copied = live.execute("copy running-config startup-config")
        assert copied.status == 0
        live.execute("configure", "hostname unsaved", "feature bgp")
        assert live.execute("reload", "n", NAME).out.endswith("hostname unsaved\n")
        ran = live.execute("reload", "y", NAME)
        assert ran.out.endswith("hostname saved\n"), ran
        assert not live.ended, "it reloads in place"
        shown = live.execute("show running-config").out
        assert "feature bgp" not in shown
        assert "license smart enable" in shown
        assert live.execute("write erase", "y").status == 0
        assert live.execute("show startup-config").out == "No startup configuration\n"
        assert live.execute("show logging logfile").out.count("AGENT_READY") == 2


def test_the_daemon_tells_who_waits_that_it_is_ready(tmp_path: Path) -> None:
    """Under systemd, what needs the switch would start too early, or never."""
    live = made(tmp_path)
    address = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(address)
        systemd.settimeout(WITHIN_S)
        with subprocess.Popen(  # noqa: S603
            [LICET, "switch", "run", "--data", live.data],
            env={"NOTIFY_SOCKET": address},
            stderr=subprocess.PIPE,
        ) as process:
            assert systemd.recv(100) == b"READY=1"
            process.terminate()
            assert systemd.recv(100) == b"STOPPING=1"
            assert process.wait(WITHIN_S) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_daemon_stops_at_once_with_a_message_in_flight(tmp_path: Path, number: int) -> None:
    """A stop would hang on an authority that does not answer, or forget what it was told."""
    with socket.socket() as silent, live_switch(tmp_path) as live:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        live.make()
        live.execute(
            "configure",
            "license smart enable",
            "callhome",
            "destination-profile CiscoTAC-1 transport-method http",
            f"destination-profile CiscoTAC-1 http https://127.0.0.1:{silent.getsockname()[1]}/",
            "enable",
            "feature bgp",
        )
        live.start()
        with standing(tmp_path) as manager:
            live.execute(f"license smart register idtoken {token(manager)}")
        silent.settimeout(WITHIN_S)
        with silent.accept()[0]:
            assert live.stop(number) == 0
        silent.close()
        # The same attempt goes on where it was.
        live.execute("show clock")
        assert "Failure reason: " in live.execute("show license status").out


def test_the_log_goes_to_a_syslog_server(tmp_path: Path) -> None:
    """`logging server` would be shown and send nothing, or send it with another host's name."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server, live_switch(tmp_path) as live:
        server.bind(("127.0.0.1", 0))
        server.settimeout(WITHIN_S)
        live.make()
        ran = live.execute(
            "configure",
            "hostname leaf1",
            "clock timezone CET 1 0",
            f"logging server 127.0.0.1 6 port {server.getsockname()[1]}",
            "logging rfc-strict 5424",
            "license smart enable",
        )
        assert ran.status == 0, ran
        said = server.recv(4096).decode()
        assert said.startswith("<190>1 20")
        assert (
            "+01:00 leaf1 LICMGR - AGENT_ENABLED - %LICMGR-6-LOG_SMART_LIC_AGENT_ENABLED: " in said
        )
        assert "AGENT_ENABLED" in live.execute("show logging logfile").out
