"""A person at a real terminal of a switch: what is on the screen, key by key."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.live import LiveSwitch, live_switch
from support.standing import LICET, eventually

COLUMNS, ROWS = 70, 14
pytestmark = pytest.mark.skipif(
    shutil.which("tmux") is None, reason="the Debian package tmux is missing"
)


@dataclass
class Screen:
    """A terminal in tmux, with a server of its own."""

    socket: Path

    def tmux(self, *words: str) -> str:
        """Run tmux."""
        ran = subprocess.run(  # noqa: S603
            ["tmux", "-S", str(self.socket), *words],  # noqa: S607
            capture_output=True,
            text=True,
            check=True,
        )
        return ran.stdout

    def type(self, *keys: str) -> None:
        """Press keys; a key of several letters has tmux's name."""
        for key in keys:
            name = key if key in KEYS else None
            self.tmux("send-keys", *((name,) if name else ("-l", key)))

    def shown(self, *, raw: bool = False) -> str:
        """Return what is on the screen, without the blank rest; `raw` has colors in it."""
        words = ("-e",) if raw else ()
        return self.tmux("capture-pane", "-p", *words).rstrip("\n")

    def wait(self, text: str, *, after: str = "") -> str:
        """Wait until the screen ends with a text, after another one; return all of it."""
        seen = ""

        def there() -> bool:
            nonlocal seen
            seen = self.shown()
            return seen.endswith(text.rstrip()) and after in seen

        try:
            eventually(there)
        except AssertionError:
            raise AssertionError(f"{text!r} is not at the end of:\n{seen}") from None
        return seen


KEYS = ("Enter", "Tab", "Space", "Up", "C-c", "C-d", "C-z", "C-u")


@contextmanager
def screen(live: LiveSwitch, *, term: str = "screen-256color") -> Iterator[Screen]:
    """Let a person sit down at a switch, in a terminal that does not close at the end."""
    found = Screen(live.folder / "tmux")
    command = f"env TERM={term} {LICET} switch --data {live.data}; echo left $?; exec sleep 60"
    python = os.environ.get("PYTHONPATH", "")  # noqa: TID251 - the guard is handed on
    subprocess.run(  # noqa: S603
        [
            *("tmux", "-S", found.socket, "-f", "/dev/null", "new-session", "-d"),
            *("-x", str(COLUMNS), "-y", str(ROWS), "-e", f"PYTHONPATH={python}", command),
        ],
        check=True,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},  # noqa: TID251 - tmux is found there
    )
    try:
        yield found
    finally:
        found.tmux("kill-server")


def test_keys_do_what_the_hand_knows(tmp_path: Path) -> None:
    """Hands that know NX-OS would not know this terminal."""
    with live_switch(tmp_path) as live:
        live.make()
        live.start()
        with screen(live) as terminal:
            terminal.wait("switch#")
            # `?` without Enter, and the line is there to go on with.
            terminal.type("show lic", "?")
            terminal.wait("switch# show lic", after="license  Licenses")
            terminal.type("Tab")
            terminal.wait("switch# show license")
            terminal.type("s", "Tab")
            terminal.wait("switch# show license s", after="status")
            terminal.type("C-c")
            terminal.wait("\nswitch#")
            # Configuration modes, and the way out of them.
            terminal.type("configure terminal", "Enter")
            terminal.wait("switch(config)#")
            terminal.type("hostname leaf1", "C-z")
            terminal.wait("leaf1#")
            assert live.execute("show running-config | include hostname").out == "hostname leaf1\n"
            # History.
            terminal.type("show running-config | include hostname", "Enter")
            terminal.wait("| include hostname\nhostname leaf1\nleaf1#")
            terminal.type("Up", "Up")
            terminal.wait("leaf1# hostname leaf1")
            terminal.type("C-u", "flabbergast", "Enter")
            terminal.wait("leaf1#", after="       ^\n% Invalid command at '^' marker.")
            assert "\x1b[3" not in terminal.shown(raw=True), "NX-OS has no colors"
            terminal.type("C-d")
            terminal.wait("left 0")
        kept = (live.data / "history").read_text()
        assert "+hostname leaf1\n" in kept
        assert (live.data / "history").stat().st_mode & 0o077 == 0


def test_a_long_text_stops_at_every_page(tmp_path: Path) -> None:
    """What a person asked for would run past, and a page would be longer than the screen."""
    with live_switch(tmp_path) as live:
        live.make()
        with screen(live) as terminal:
            terminal.wait("switch#")
            terminal.type("show running-config", "Enter")
            shown = terminal.wait("--More--")
            # The command itself has left the screen, no line more.
            assert shown.splitlines()[1].startswith("!Command: show running-config")
            assert len(shown.splitlines()) == ROWS
            terminal.type("q")
            terminal.wait("switch#")
            terminal.type("show running-config | no-more", "Enter")
            assert "--More--" not in terminal.wait("\nswitch#", after="interface mgmt0")
            terminal.type("exit", "Enter")
            terminal.wait("left 0")


def test_a_reload_tells_what_it_did_not_take(tmp_path: Path) -> None:
    """A person at the console would not see that the switch came up without a part of his work."""
    with live_switch(tmp_path) as live:
        live.make()
        (live.data / "startup-config").write_text("hostname leaf1\nspeed-of-light 1\n")
        with screen(live) as terminal:
            terminal.wait("switch#")
            terminal.type("reload", "Enter")
            terminal.wait("(y/n)?  [n]")
            terminal.type("y", "Enter")
            shown = terminal.wait("leaf1#", after="% the switch was reloaded")
            assert "%   line 2: speed-of-light 1 (Invalid command at" in shown
            terminal.type("exit", "Enter")
            terminal.wait("left 0")


def test_pasted_lines_are_done_one_by_one(tmp_path: Path) -> None:
    """A configuration that is pasted would arrive as one line, or wait for Enter."""
    with live_switch(tmp_path) as live:
        live.make()
        with screen(live) as terminal:
            terminal.wait("switch#")
            pasted = tmp_path / "pasted"
            pasted.write_text("configure terminal\nhostname leaf1\nfeature bgp\nend\nshow clo")
            terminal.tmux("load-buffer", str(pasted))
            terminal.tmux("paste-buffer", "-p")
            terminal.wait(
                "leaf1# show clo",
                after="switch(config)# hostname leaf1\nleaf1(config)# feature bgp",
            )
            terminal.type("C-u", "exit", "Enter")
            terminal.wait("left 0")


def test_a_terminal_that_can_only_print_will_do(tmp_path: Path) -> None:
    """A serial line, or an editor's shell, would show escape sequences."""
    with live_switch(tmp_path) as live:
        live.make()
        with screen(live, term="dumb") as terminal:
            terminal.wait("switch#")
            terminal.type("show clo?", "Enter")
            terminal.wait("switch#", after="clock  ")
            terminal.type("exit", "Enter")
            terminal.wait("left 0")


def test_a_terminal_outlives_its_daemon(tmp_path: Path) -> None:
    """A person would sit before a dead screen whenever the daemon is restarted."""
    with live_switch(tmp_path) as live:
        live.make()
        live.start()
        with screen(live) as terminal:
            terminal.wait("switch#")
            terminal.type("configure terminal", "Enter")
            terminal.wait("switch(config)#")
            live.stop(9)
            terminal.wait("\nswitch#", after="% the process that was the switch ended")
            # Now the terminal's own process is the switch, for others as well.
            assert live.execute("configure", "hostname leaf2").status == 0
            terminal.type("show clock", "Enter")
            terminal.wait("leaf2#")
            terminal.type("exit", "Enter")
            terminal.wait("left 0")
        assert not live.answers()
