"""The demo opens no connection and sends no query, as the kernel sees it."""

import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LICET = Path(sys.executable).with_name("licet")
DEMO = ROOT / "docs" / "tutorials" / "first-year.lab"


def test_the_demo_talks_to_nobody(tmp_path: Path) -> None:
    """Typing the source document's URL on a networked machine would disturb somebody."""
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("the Debian package strace is not installed")
    log = tmp_path / "calls"
    run = subprocess.run(  # noqa: S603
        [strace, "-f", "-qq", "-e", "trace=network", "-o", log, LICET, "lab", "run", DEMO],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert "tools.cisco.com" in run.stdout
    calls = log.read_text()
    assert not re.search(r"AF_INET|AF_INET6|AF_NETLINK", calls), calls


def test_strace_would_have_seen_it(tmp_path: Path) -> None:
    """The test above would pass whatever happens."""
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("the Debian package strace is not installed")
    log = tmp_path / "calls"
    code = (
        "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(('127.0.0.1', 9))"
    )
    command: list[str | Path] = [
        strace,
        "-f",
        "-qq",
        "-e",
        "trace=network",
        "-o",
        log,
        sys.executable,
        "-c",
        code,
    ]
    subprocess.run(command, check=True)  # noqa: S603
    assert "AF_INET" in log.read_text()


def test_the_demo_is_quick_and_ends_with_the_timers() -> None:
    """Somebody who has never seen the project would give up waiting."""
    began = time.perf_counter()
    run = subprocess.run(  # noqa: S603
        [LICET, "lab", "run", DEMO], capture_output=True, text=True, check=False, env={}
    )
    assert run.returncode == 0, run.stderr
    assert time.perf_counter() - began < 20
    table = run.stdout[run.stdout.rindex("timer ") :]
    rows = re.findall(r"^  .+?  +(\d+ \w+)  +(.+?) \((?:once|\d+ times)\)$", table, re.MULTILINE)
    assert len(rows) >= 12
    assert all(said == observed for said, observed in rows), table
