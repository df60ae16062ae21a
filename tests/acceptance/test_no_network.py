"""Demos, tutorials and examples open no connection and send no query, as the kernel sees it."""

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LICET = Path(sys.executable).with_name("licet")
TUTORIALS = sorted((ROOT / "docs" / "tutorials").glob("*.lab"))
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
DEMO = ROOT / "docs" / "tutorials" / "first-year.lab"
PROGRAMS: list[tuple[str | Path, ...]] = [
    *((LICET, "lab", "run", tutorial) for tutorial in TUTORIALS),
    *((sys.executable, example) for example in EXAMPLES),
]


def network_calls(command: Sequence[str | Path], log: Path) -> tuple[str, str]:
    """Run a program without the guard of Python; return what it printed and its network calls."""
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("the Debian package strace is not installed")
    run = subprocess.run(  # noqa: S603
        [strace, "-f", "-qq", "-e", "trace=network", "-o", log, *command],
        capture_output=True,
        text=True,
        check=False,
        env={},
    )
    assert run.returncode == 0, run.stderr
    return run.stdout, log.read_text()


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: Path(program[-1]).name)
def test_it_talks_to_nobody(program: tuple[str | Path, ...], tmp_path: Path) -> None:
    """Typing the source document's URL on a networked machine would disturb somebody."""
    printed, calls = network_calls(program, tmp_path / "calls")
    assert printed
    assert not re.search(r"AF_INET|AF_INET6|AF_NETLINK", calls), calls


def test_strace_would_have_seen_it(tmp_path: Path) -> None:
    """The test above would pass whatever happens."""
    code = "import socket; socket.socket(2, 2).connect(('127.0.0.1', 9))"
    _, calls = network_calls([sys.executable, "-c", code], tmp_path / "calls")
    assert "AF_INET" in calls


def test_the_demo_types_the_document_s_url(capfd: pytest.CaptureFixture[str]) -> None:
    """The test above would not have tried what is dangerous."""
    subprocess.run([LICET, "lab", "run", DEMO], check=True, env={})  # noqa: S603
    assert "https://tools.cisco.com/" in capfd.readouterr().out


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
