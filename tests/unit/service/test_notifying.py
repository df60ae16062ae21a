"""What systemd and other programs are told."""

import json
import os
import socket
from pathlib import Path

import pytest

from licet.host.systemd import tell_systemd
from licet.service.notifying import write_ready_file


@pytest.mark.enable_socket
@pytest.mark.parametrize("abstract", [False, True])
def test_systemd_hears_of_it(abstract: bool, tmp_path: Path) -> None:  # noqa: FBT001 - a parameter
    """A service that serves would be killed because it never said so."""
    address = f"@licet-test-{os.getpid()}" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind("\0" + address[1:] if abstract else address)
        systemd.settimeout(5)
        tell_systemd(address, "READY=1")
        assert systemd.recv(100) == b"READY=1"


def test_without_systemd_nobody_is_told() -> None:
    """The server would not start at a shell."""
    tell_systemd(None, "READY=1")
    tell_systemd("", "READY=1")


def test_the_ready_file_says_where_it_listens(tmp_path: Path) -> None:
    """A program that started a manager on any port would not find it."""
    path = tmp_path / "ready.json"
    write_ready_file(path, ["127.0.0.1:4711", "[::1]:4712"])
    assert json.loads(path.read_text()) == {
        "pid": os.getpid(),
        "listen": ["127.0.0.1:4711", "[::1]:4712"],
    }
