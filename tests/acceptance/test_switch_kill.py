"""A switch whose daemon is killed at random moments while a script works at it, with a real manager."""

import contextlib
import re
import threading
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from typing_extensions import override

from licet.agent.state import read_snapshot
from licet.kernel.chance import SeededChance, draw_below
from licet.switch.configuration import Configuration
from licet.switch.life.dialing import Phone, dial
from licet.switch.life.frames import Reply
from licet.switch.life.problems import LineLost
from support.live import UDI, LiveSwitch, directions, left_s, live_switch, sell, token
from support.standing import Standing, eventually, standing

RESTARTED_WITHIN_S = 30.0
FEATURES = ("bgp", "ospf", "vpc", "lacp")


class Script(threading.Thread):
    """Works at a switch, line after line, and knows what it must hold.

    Attributes:
        names: host names that the switch may have: the confirmed one, and those without an answer.
        features: the same of each feature, on or off.
        saved: host names that the startup configuration may have.
        left: the least seconds of evaluation that were ever shown.
        done, lost: how many lines were answered, and how many were not.
    """

    def __init__(self, live: LiveSwitch, manager: Standing) -> None:
        super().__init__(name="script")
        self.live, self.manager = live, manager
        self.chance = SeededChance("script")
        self.over = threading.Event()
        self.failure: BaseException | None = None
        self.names: set[str] = {"switch"}
        self.features: dict[str, set[bool]] = {name: {False} for name in FEATURES}
        self.saved: set[str | None] = {None}
        self.left = left_s("Evaluation Period Remaining: 90 days, 0 hours, 0 minutes, 0 seconds")
        self.done = self.lost = self.registered = self.numbered = 0
        self._phone: Phone | None = None
        self._count = 0

    @override
    def run(self) -> None:
        """Work until it is over."""
        try:
            while not self.over.is_set():
                self.step()
        except BaseException as error:  # noqa: BLE001 - the test fails with it
            self.failure = error
        self.hang_up()

    def hang_up(self) -> None:
        """Close the session, if there is one."""
        if self._phone is not None:
            self._phone.close()
        self._phone = None

    def step(self) -> None:
        """Do the next thing."""
        match draw_below(self.chance, 12):
            case 0 | 1 | 2:
                self._rename()
            case 3 | 4 | 5:
                self._feature()
            case 6:
                self._save()
            case 7:
                self._type("end", f"license smart register idtoken {token(self.manager)} force")
            case 8 if draw_below(self.chance, 2):
                self._type("end", "license smart deregister")
            case 9:
                self._type("end", "license smart renew auth")
            case _:
                self._look()

    def _rename(self) -> None:
        self._count += 1
        name = f"s{self._count}"
        before = self.names
        self.names = {*before, name}
        if self._type("configure terminal", f"hostname {name}"):
            self.names = {name}

    def _feature(self) -> None:
        name = FEATURES[draw_below(self.chance, len(FEATURES))]
        on = bool(draw_below(self.chance, 2))
        self.features[name] = {*self.features[name], on}
        line = f"feature {name}" if on else f"no feature {name}"
        if self._type("configure terminal", line):
            self.features[name] = {on}

    def _save(self) -> None:
        self.saved |= self.names
        if self._type("end", "copy running-config startup-config"):
            self.saved = set(self.names)

    def _look(self) -> None:
        reply = self._one("show license status")
        if reply is None:
            return
        left = left_s(reply.text)
        if left is not None:
            assert self.left is not None
            assert left <= self.left, "evaluation was gained"
            self.left = left
        self.registered += "  Status: REGISTERED" in reply.text
        self.numbered += "  Status: AUTHORIZED" in reply.text

    def _type(self, *lines: str) -> bool:
        """Type lines; False if the last one may or may not have been done."""
        return all(self._one(line) is not None for line in lines)

    def _one(self, line: str) -> Reply | None:
        try:
            if self._phone is None:
                self._dial()
            assert self._phone is not None
            reply = self._phone.execute(line)
        except LineLost:
            self.lost += 1
            self.hang_up()
            return None
        self.done += 1
        return reply

    def _dial(self) -> None:
        def dialed() -> bool:
            self._phone = dial(self.live.data)
            return self._phone is not None or self.over.is_set()

        eventually(dialed, within_s=RESTARTED_WITHIN_S)
        if self._phone is None:
            raise LineLost("the test is over", safe=True)


def check_files(script: Script) -> None:
    """Look at what a killed switch left: every file is whole, old or new."""
    folder = script.live.data
    running = msgspec.json.decode((folder / "running-config.json").read_bytes(), type=Configuration)
    assert running.host_name in script.names
    for name, states in script.features.items():
        assert (name in running.features) in states, name
    with contextlib.suppress(FileNotFoundError):
        startup = (folder / "startup-config").read_text()
        found = re.search(r"^hostname (\S+)$", startup, re.MULTILINE)
        assert (found.group(1) if found else "switch") in {*script.saved, "switch"}
        assert startup.endswith("\n")
        assert "interface mgmt0" in startup, "half of it"
    read_snapshot((folder / "license-state").read_bytes(), UDI)
    for line in (folder / "log" / "messages").read_text().splitlines():
        assert re.match(r"20\d\d \w{3} [ \d]\d [\d:]{8} \S+ %[A-Z_]+-\d-[A-Z_]+: ", line), line


def settle(script: Script) -> None:
    """Let a switch that was killed so often speak once more, and compare both sides."""
    live, manager = script.live, script.manager
    status = live.execute("show license status").out
    if "  Status: REGISTERED" not in status:
        live.execute(f"license smart register idtoken {token(manager)} force")
    live.execute("license smart renew auth")

    def settled() -> bool:
        shown = live.execute("show license status").out
        return "Last Communication Attempt: SUCCEEDED" in shown

    eventually(settled, within_s=RESTARTED_WITHIN_S)
    body = read_snapshot((live.data / "license-state").read_bytes(), UDI)[2]
    assert body.identity is not None
    with manager.office.store.begin() as work:
        instance = next(
            one for one in work.instances_of_udi(UDI) if one.id == body.identity.instance
        )
    assert instance.number == body.identity.number
    kinds = {
        one.kind for one in manager.office.store.list_alerts(manager.office.example.account).items
    }
    assert not kinds & {"Possible Clone", "Rolled Back Store", "Duplicate UDI"}, kinds


def prove(folder: Path, kills: int) -> None:
    """Kill a daemon so many times, and look after each what is left."""
    chance = SeededChance("moments")
    with standing(folder) as manager, live_switch(folder) as live:
        sell(manager, lan=5)
        live.make()
        live.execute(*directions(manager))
        script = Script(live, manager)
        live.start()
        script.start()
        try:
            used_s = 0
            for _ in range(kills):
                script.over.wait((5 + draw_below(chance, 300)) / 1000)
                live.stop(9)
                check_stopped(script, lambda: check_files(script))
                used, used_s = used_s, live.used_s()
                assert used_s >= used, "the meter fell"
                live.start()
                done = script.done
                eventually(lambda done=done: script.done > done or script.failure is not None)  # type: ignore[misc]
                assert script.failure is None, script.failure
        finally:
            script.over.set()
            script.join(RESTARTED_WITHIN_S + 10)
        assert script.failure is None, script.failure
        assert script.lost >= kills / 2, "nobody noticed"
        assert script.registered, "it never got as far as to be registered"
        settle(script)


def check_stopped(script: Script, look: Callable[[], None]) -> None:
    """Look when the script, too, knows that the switch is gone: what it holds possible is settled."""
    eventually(lambda: script._phone is None or script.failure is not None)
    look()


def test_a_switch_that_is_killed_gains_and_loses_nothing(tmp_path: Path) -> None:
    """A crash would give evaluation away, look like a clone, or leave half a configuration."""
    prove(tmp_path, 20)


@pytest.mark.nightly
def test_a_switch_that_is_killed_200_times_gains_and_loses_nothing(tmp_path: Path) -> None:
    """A moment of one in hundreds would go unseen."""
    prove(tmp_path, 200)
