"""Demos, tutorials and examples open no connection and send no query, as the kernel and Python see it."""

import functools
import os
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


# Python imports it, by its name, at the start of a program: the second witness.
RECORDER = """
import socket, sys

def note(event, arguments):
    if event.startswith("socket."):
        made = event == "socket.__new__"
        what = socket.AddressFamily(arguments[1]).name if made else arguments
        with open({log!r}, "a") as file:
            print(event, what, file=file)

sys.addaudithook(note)
"""


@functools.cache
def strace() -> str | None:
    """Return the program, or None where it is not installed or may not look at others."""
    found = shutil.which("strace")
    if found is None:
        return None
    tried = subprocess.run([found, "-o", os.devnull, "true"], capture_output=True, check=False)  # noqa: S603
    return found if tried.returncode == 0 else None


def network_calls(command: Sequence[str | Path], folder: Path) -> tuple[str, str]:
    """Run a program without the guard; return what it printed and its network calls.

    Two watch it: the kernel, where strace can be had, and Python, which also sees a name that was
    looked up without a query.
    """
    seen_by_kernel, seen_by_python = folder / "kernel", folder / "python"
    for log in (seen_by_kernel, seen_by_python):
        log.touch()
    (folder / "sitecustomize.py").write_text(RECORDER.format(log=str(seen_by_python)))
    kernel = strace()
    watched = (kernel, "-f", "-qq", "-e", "trace=network", "-o", seen_by_kernel) if kernel else ()
    run = subprocess.run(  # noqa: S603
        [*watched, *command],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(folder)},
    )
    assert run.returncode == 0, run.stderr
    return run.stdout, seen_by_kernel.read_text() + seen_by_python.read_text()


def say_who_did_not_watch() -> None:
    """Skip the rest of a test, by name, where only Python was a witness."""
    if strace() is None:
        pytest.skip("no strace here: nobody but Python looked")


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: Path(program[-1]).name)
def test_it_talks_to_nobody(program: tuple[str | Path, ...], tmp_path: Path) -> None:
    """Typing the source document's URL on a networked machine would disturb somebody."""
    printed, calls = network_calls(program, tmp_path)
    assert printed
    assert not re.search(r"AF_INET|AF_NETLINK|^socket\.", calls, re.MULTILINE), calls
    say_who_did_not_watch()


def test_both_witnesses_would_have_seen_it(tmp_path: Path) -> None:
    """The test above would pass whatever happens."""
    code = (
        "import socket; socket.socket(2, 2).connect(('127.0.0.1', 9)); socket.getaddrinfo('::1', 9)"
    )
    _, calls = network_calls([sys.executable, "-c", code], tmp_path)
    for event in ("__new__ AF_INET", "connect", "getaddrinfo"):
        assert f"socket.{event}" in calls
    say_who_did_not_watch()
    assert re.search(r"connect\(\d+, \{sa_family=AF_INET,", calls)


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
