"""The real `licet manager` on a real data directory, beside a server that runs: an administrator's day."""

import json
import os
import pwd
import subprocess
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from licet.kernel.problems import Code
from licet.wire.messages import Authorize, Authorized, Compliance, Outcome, Problem, Registered
from licet.wire.tokens import parse_token
from support.device import Device
from support.standing import LICET, Standing, make_data, standing

WHO = pwd.getpwuid(os.geteuid()).pw_name
ORDERS = """\
order,license,quantity,kind,starts_at,ends_at,virtual_account
PO-1,NXOS_ADVANTAGE,2,PERPETUAL,,,
PO-1,NXOS_ESSENTIALS,5,TERM,2026-01-01,2099-01-01,Lab
"""


class Shell:
    """A shell of the machine that an authority stands on."""

    def __init__(self, data: Path) -> None:
        self._data = data

    def run(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """Run `licet manager` and return what became of it."""
        return subprocess.run(  # noqa: S603
            self.command(*words), capture_output=True, text=True, check=False
        )

    def command(self, *words: str) -> list[str]:
        """Return what is run."""
        return [str(LICET), "manager", *words, "--data", str(self._data)]

    def do(self, *words: str) -> str:
        """Return what a command that is done prints for people."""
        ran = self.run(*words)
        assert (ran.returncode, ran.stderr) == (0, "")
        return ran.stdout

    def ask(self, *words: str) -> Any:
        """Return what a command that is done prints for programs."""
        return json.loads(self.do(*words, "--json"))

    def refused(self, *words: str) -> str:
        """Return why a command is refused."""
        ran = self.run(*words)
        assert (ran.returncode, ran.stdout) == (1, "")
        assert ran.stderr.startswith("licet manager: ")
        return ran.stderr

    def at_once(
        self, commands: Sequence[Sequence[str]]
    ) -> list["subprocess.CompletedProcess[str]"]:
        """Run commands at the same time and return what became of each."""
        with ThreadPoolExecutor(len(commands)) as pool:
            return list(pool.map(lambda words: self.run(*words), commands))


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    """A shell over an authority with the account 'Example', whose server does not run."""
    data, office = make_data(tmp_path)
    yield Shell(data.path)
    office.store.close()  # type: ignore[attr-defined]


def register(manager: Standing, shell: Shell, made: Any, sn: str) -> Device:
    """Register a device over HTTPS with the text of a token that was printed."""
    device = manager.office.device(sn)
    request = device.register(parse_token(made["token"]), now=manager.office.now)
    with manager.client() as client:
        answer = client.exchange(manager.office, device, request)
    assert isinstance(answer.outcome, Registered), answer.outcome
    assert sn in shell.do("instance", "list", "--account", "corp.example")
    return device


def say(manager: Standing, device: Device, *wanted: tuple[str, int]) -> Outcome:
    """Let a device ask over HTTPS for what it uses, and return what it believes of the answer."""
    office = manager.office
    request = device.say(Authorize, *wanted, now=office.now)
    with manager.client() as client:
        _, _, body = client.post(request)
    return device.believe(body, request=request, root_mark=office.root_mark).outcome


def test_an_administrator_s_day(tmp_path: Path) -> None:
    """A vendor could not run a licensing authority from a shell while it serves."""
    orders = tmp_path / "orders.csv"
    orders.write_text(ORDERS)
    here = ("--account", "corp.example")
    with standing(tmp_path) as manager:
        shell = Shell(manager.data.path)
        shell.do("account", "open", "Big Corp", "--domain", "corp.example")
        shell.do("catalog", "import", "--sample")
        shell.do("virtual-account", "open", "Lab", *here)
        assert shell.do("order", "import", str(orders), *here) == (
            "1 order taken: 2 lines, 7 licenses\n"
        )
        assert "was taken before" in shell.refused("order", "import", str(orders), *here)
        tags = {one["name"]: one["tag"] for one in shell.ask("catalog", "list")}

        made = shell.ask("token", "create", "--uses", "2", "--description", "racks", *here)
        assert shell.ask("token", "show", made["id"])["token"] == made["token"]
        spine = register(manager, shell, made, "SPINE1")
        outcome = say(manager, spine, (tags["NXOS_ADVANTAGE"], 3))
        assert isinstance(outcome, Authorized)
        assert outcome.entitlements[0].status is Compliance.OUT_OF_COMPLIANCE
        [alert] = shell.ask("alert", "list", *here)
        assert alert["alert"] == "Insufficient Licenses"
        findings = shell.ask("instance", "explain", "SPINE1", *here)
        assert "NXOS_ADVANTAGE" in next(one["check"] for one in findings if not one["ok"])

        shell.do("order", "add", "NXOS_ADVANTAGE", "1", "--order", "PO-2", *here)
        assert shell.ask("alert", "list", *here) == []
        assert shell.ask("license", "list", *here)[0]["balance"] == 0
        shell.do("license", "transfer", "NXOS_ADVANTAGE", "3", "--to", "Lab", *here)
        shell.do("instance", "transfer", "SPINE1", "--to", "Lab", *here)
        outcome = say(manager, spine, (tags["NXOS_ADVANTAGE"], 3))
        assert isinstance(outcome, Authorized)
        assert outcome.place.virtual_account == "Lab"
        assert outcome.entitlements[0].status is Compliance.IN_COMPLIANCE

        leaf = register(manager, shell, made, "LEAF1")
        [token] = shell.ask("token", "list", *here)
        assert (token["status"], token["uses"]) == ("used-up", 2)
        shell.do("token", "revoke", made["id"])
        shell.do("instance", "remove", "LEAF1", *here)
        gone = say(manager, leaf)
        assert isinstance(gone, Problem)
        assert gone.code is Code.UNKNOWN_INSTANCE
        assert "there is no product instance" in shell.refused("instance", "remove", "LEAF1")

        events = shell.ask("event", "list", *here)
        assert {one["who"].partition(" ")[0] for one in events} == {WHO, "device"}
        assert [one["who"].partition(" ")[0] for one in events if "PO-2" in one["text"]] == [WHO]
        assert manager.process.poll() is None
        assert made["token"] not in manager.said()


def test_exit_statuses(shell: Shell, tmp_path: Path) -> None:
    """A script could not tell done from refused from mistyped."""
    assert shell.run("token", "list").returncode == 0
    assert shell.run("token", "list", "--account", "nobody").returncode == 1
    assert shell.run("order", "import", str(tmp_path / "none.csv")).returncode == 1
    assert shell.run("token", "walk").returncode == 2
    assert shell.run("token", "create", "--days", "many").returncode == 2


def test_two_administrators_at_once(shell: Shell, tmp_path: Path) -> None:
    """What one does would undo, or double, what the other does."""
    orders = tmp_path / "orders.csv"
    lines = "".join(f"PO-{number},LAN license,1\n" for number in range(500))
    orders.write_text(f"order,license,quantity\n{lines}")
    same = shell.at_once(
        [
            *[["virtual-account", "open", "Lab"]] * 3,
            *[["order", "import", str(orders)]] * 3,
            *[["token", "create"]] * 2,
        ]
    )
    statuses = [ran.returncode for ran in same]
    assert sorted(statuses[:3]) == [0, 1, 1], "a name is taken once"
    assert sorted(statuses[3:6]) == [0, 1, 1], "an order is taken once"
    assert statuses[6:] == [0, 0]
    for ran in same:
        assert ran.returncode == 0 or "already" in ran.stderr or "taken before" in ran.stderr
    assert shell.ask("license", "list")[0]["purchased"] == 500
    [made] = [one["id"] for one in shell.ask("token", "list", "--limit", "1")]
    revoked = shell.at_once([["token", "revoke", made]] * 3)
    assert sorted(ran.returncode for ran in revoked) == [0, 1, 1]
    moved = shell.at_once([["license", "transfer", "LAN", "300", "--to", "Lab"]] * 3)
    assert sorted(ran.returncode for ran in moved) == [0, 1, 1]
    balances = {row["virtual_account"]: row["balance"] for row in shell.ask("license", "list")}
    assert balances == {"Default": 200, "Lab": 300}


def test_a_list_is_quick(shell: Shell) -> None:
    """Whoever types one command after the other would wait for each."""
    shell.do("token", "create")
    took = []
    for _ in range(5):
        began = time.perf_counter()
        subprocess.run(shell.command("token", "list"), check=True, env={}, capture_output=True)  # noqa: S603
        took.append(time.perf_counter() - began)
    assert min(took) < 0.3, took


def test_a_reader_that_went_away_is_no_error(shell: Shell, tmp_path: Path) -> None:
    """`licet manager … | head` would end with a traceback."""
    orders = tmp_path / "orders.csv"
    lines = "".join(f"PO-{number},LAN license,1\n" for number in range(5_000))
    orders.write_text(f"order,license,quantity\n{lines}")
    shell.do("order", "import", str(orders))
    with subprocess.Popen(  # noqa: S603
        shell.command("order", "list"), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0
