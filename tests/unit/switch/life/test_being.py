"""A switch alive in this process, on a clock and a network of the test."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from licet.agent.runtime import Deliver
from licet.kernel.chance import SeededChance
from licet.kernel.problems import NoAnswer
from licet.kernel.time import Moment
from licet.switch.configuration import Configuration
from licet.switch.life import data as data_room
from licet.switch.life.being import Being
from licet.switch.life.dialing import Phone, dial
from licet.switch.life.problems import LifeError, LineLost
from licet.switch.life.remote import Logged
from licet.wire.tokens import print_token
from support.office import Office
from support.standing import eventually

pytestmark = pytest.mark.enable_socket
REACHABLE = (
    "configure terminal",
    "license smart enable",
    "callhome",
    "destination-profile CiscoTAC-1 transport-method http",
    "enable",
    "end",
)


class Clock:
    """Three clocks that the test sets."""

    def __init__(self) -> None:
        self.wall = datetime(2026, 11, 1, 12, tzinfo=UTC)
        self.elapsed = timedelta(0)

    def now(self) -> Moment:
        """Return what they say."""
        return Moment(self.wall, self.elapsed, "boot 1")


class Wire:
    """The roads of one boot: what was posted waits until the test answers."""

    def __init__(self, posted: list["Wire"]) -> None:
        self._posted = posted
        self._reader, self._writer = os.pipe()
        self.deliver: Deliver | None = None
        self.outcome: bytes | NoAnswer | None = None
        self.closed = False
        self.request = b""

    def post(self, url: str, data: bytes, deliver: Deliver) -> None:
        """Keep a message."""
        del url
        self.request = data
        self.deliver = deliver
        self._posted.append(self)

    def answer(self, outcome: bytes | NoAnswer) -> None:
        """Let an outcome come."""
        self.outcome = outcome
        if not self.closed:
            os.write(self._writer, b"x")

    def fileno(self) -> int:
        """Return where outcomes are told."""
        return self._reader

    def drain(self) -> int:
        """Deliver the outcome."""
        os.read(self._reader, 100)
        deliver, self.deliver = self.deliver, None
        if deliver is None or self.outcome is None:
            return 0
        deliver(self.outcome)
        return 1

    @property
    def busy(self) -> bool:
        """Whether a message waits."""
        return self.deliver is not None

    def close(self) -> None:
        """Close it."""
        self.closed = True
        os.close(self._reader)
        os.close(self._writer)


class Home:
    """Where a switch of a test lives."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "switch"
        self.clock = Clock()
        self.posted: list[Wire] = []
        self.logged: list[Logged] = []

    def being(self, *, sn: str | None = "SN1") -> Being:
        """Return the switch."""
        return Being(
            self.folder,
            sn=sn,
            carrier=self._wire,
            clock=self.clock,
            chance=SeededChance("being"),
            heard=self.logged.append,
        )

    def _wire(self, _: Callable[[], Configuration]) -> Wire:
        return Wire(self.posted)

    @contextmanager
    def living(self) -> Iterator[tuple[Being, Phone]]:
        """Let it live in a thread, with a session at it."""
        being = self.being()
        being.start()
        phone = dial(self.folder)
        assert phone is not None
        try:
            yield being, phone
        finally:
            phone.close()
            being.finish(within_s=0)


def type_lines(phone: Phone, *lines: str) -> None:
    """Type lines that are all taken."""
    for line in lines:
        reply = phone.execute(line)
        assert not reply.refused, (line, reply)


def is_quiet(being: Being) -> bool:
    """Tell whether nothing is in flight now."""
    return being.chassis.quiet


def test_a_switch_ends_when_nothing_is_in_flight(tmp_path: Path) -> None:
    """A command would not wait for its answer, or wait for ever."""
    home = Home(tmp_path)
    being = home.being()
    being.start()
    phone = dial(home.folder)
    assert phone is not None
    assert not home.posted
    phone.close()
    waited: list[str] = []
    being.finish(waiting=lambda: waited.append("waited"))
    assert waited == []
    assert not (home.folder / "control.sock").exists()


def test_a_disk_that_fails_stops_the_switch_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A person would be told that a line is done, and it would be gone after the next start."""
    home = Home(tmp_path)
    being = home.being()
    being.start()
    phone = dial(home.folder)
    assert phone is not None
    type_lines(phone, "configure terminal", "hostname old")

    def full(path: Path, _: bytes) -> None:
        raise OSError(28, "No space left on device", str(path))

    with monkeypatch.context() as patch:
        patch.setattr(data_room, "replace_file", full)
        with pytest.raises(LineLost, match="No space left") as lost:
            phone.execute("hostname new")
        assert not lost.value.safe
        phone.close()
        with pytest.raises(LifeError, match=r"running-config.json: No space left"):
            being.finish()
    with home.living() as (_, phone):
        assert phone.prompt == "old# "


def test_a_clock_that_is_set_is_noticed(tmp_path: Path) -> None:
    """A switch with nothing to do would not hear of its clock until the next month."""
    home = Home(tmp_path)
    with home.living() as (being, phone):
        type_lines(phone, "configure terminal", "license smart enable", "end")
        home.clock.wall += timedelta(days=2)
        home.clock.elapsed += timedelta(minutes=1)
        being.loop.wake()
        eventually(lambda: any("SYSTEM_CLOCK_CHANGED" in one.line for one in home.logged))


def test_a_session_that_was_told_nothing_may_go_elsewhere(tmp_path: Path) -> None:
    """A script would do a line twice, or not at all, when the process behind it changes."""
    home = Home(tmp_path)
    with home.living() as (being, phone):
        being.finish(within_s=0)
        with pytest.raises(LineLost, match="ended") as lost:
            phone.execute("configure terminal")
        assert lost.value.safe
        assert dial(home.folder) is None


def test_what_is_in_flight_is_waited_for_and_goes_on_later(tmp_path: Path) -> None:
    """A message would be lost with the command that sent it, or be sent as another one."""
    home = Home(tmp_path)
    token = print_token(Office(now=home.clock.wall).token())
    being = home.being()
    being.start()
    phone = dial(home.folder)
    assert phone is not None
    type_lines(phone, *REACHABLE, f"license smart register idtoken {token}")
    [first] = home.posted
    phone.close()
    waited: list[str] = []
    being.finish(within_s=0.7, waiting=lambda: waited.append("waited"))
    assert waited == ["waited"]
    assert first.closed
    with home.living() as (being, phone):
        eventually(lambda: len(home.posted) == 2)
        # A reload gives up what is in flight; the same attempt is made anew by the next boot.
        being.chassis.box.save_startup(phone.execute("show running-config").text)
        being.chassis.box.reload()
        being.loop.wake()
        eventually(lambda: len(home.posted) == 3)
        assert home.posted[1].closed
        with pytest.raises(LineLost, match="reloaded"):
            phone.execute("show license status")
        again = dial(home.folder)
        assert again is not None
        home.posted[2].answer(NoAnswer("No road from here"))
        eventually(lambda: "No road from here" in again.execute("show license status").text)
        again.close()
    assert {one.request for one in home.posted} == {first.request}


def test_what_a_boot_does_not_take_of_the_startup_configuration_is_told(tmp_path: Path) -> None:
    """A line would be lost with a reload, and nobody would know before something fails."""
    first = (
        "line 3: ntp server 192.0.2.1 ('ntp' is a command of NX-OS that this switch does not model)"
    )
    next_one = "line 4: bogus (Invalid command at 'bogus')"
    home = Home(tmp_path)
    with home.living() as (being, phone):
        assert phone.greeting == ""
        being.chassis.box.save_startup(
            "hostname leaf1\nbanner motd #Keep out#\nntp server 192.0.2.1\nbogus\n" + "x\n" * 30
        )
        being.chassis.box.reload()
        being.loop.wake()

        def refused() -> list[str]:
            lines = [each.line.partition("leaf1 ")[2] for each in home.logged]
            return [line for line in lines if "STARTUP_LINE_REFUSED" in line]

        eventually(lambda: len(refused()) == 21)
        start = "%VSHD-3-STARTUP_LINE_REFUSED: Not taken of startup-config"
        assert refused()[:2] == [f"{start}: {first}", f"{start}: {next_one}"]
        assert refused()[-1].endswith(": 12 more lines")
        second = dial(home.folder)
        assert second is not None
        greeted = second.greeting.splitlines()
        assert greeted[0] == "Keep out"
        assert greeted[2:4] == [f"%   {first}", f"%   {next_one}"]
        assert refused()[1] in second.execute("show logging logfile").text
        # They are lost by nobody but the one who saves without them.
        assert "ntp server 192.0.2.1\n" in second.execute("show startup-config").text
        type_lines(second, "copy running-config startup-config")
        third = dial(home.folder)
        assert third is not None
        assert third.greeting == "Keep out"
        second.close()
        third.close()


def test_what_falls_due_during_an_answer_is_waited_for(tmp_path: Path) -> None:
    """A command would leave between its registration and the authorization that follows."""
    home = Home(tmp_path)
    with home.living() as (being, phone):
        type_lines(phone, *REACHABLE)
        assert is_quiet(being)
        token = print_token(Office(now=home.clock.wall).token())
        type_lines(phone, f"license smart register idtoken {token}")
        assert not is_quiet(being)
        home.posted[0].answer(NoAnswer("No road from here"))
        eventually(lambda: is_quiet(being))
