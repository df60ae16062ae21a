"""`licet switch run`: the process that is a switch until it is told to stop, and keeps its timers."""

import signal
import sys
import time
from contextlib import suppress
from types import FrameType

from licet.agent.store import StoreLocked
from licet.host.systemd import tell_systemd
from licet.switch.life.being import Being
from licet.switch.life.problems import LifeError
from licet.switch.life.reaching import REACH_WITHIN_S, Wish
from licet.switch.life.remote import Logged

DONE = 0
_LOOK_EVERY_S = 0.05


def run(wish: Wish, *, systemd: str | None) -> int:
    """Be the switch until SIGTERM, SIGINT or SIGHUP; return the exit status.

    Args:
        wish: which switch.
        systemd: the value of NOTIFY_SOCKET.

    Raises:
        LifeError: it cannot be the switch, or cannot go on.
    """
    being = _become(wish)
    _catch(being)
    tell_systemd(systemd, "READY=1")
    _say(f"licet switch: {being.udi.text} lives in {wish.path}")
    try:
        being.run()
    finally:
        tell_systemd(systemd, "STOPPING=1")
    return DONE


def _become(wish: Wish) -> Being:
    """Wait for a command that holds the switch for a moment, and become it."""
    until = time.perf_counter() + REACH_WITHIN_S
    while True:
        try:
            return Being(wish.path, pid=wish.pid, sn=wish.sn, hosts=wish.hosts, heard=_hear)
        except StoreLocked as locked:
            if time.perf_counter() > until:
                raise LifeError(f"{locked}") from None
        time.sleep(_LOOK_EVERY_S)  # noqa: TID251 - another process is waited for, with a deadline


def _catch(being: Being) -> None:
    def stop(_: int, __: FrameType | None) -> None:
        being.loop.stop()

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, stop)


def _hear(logged: Logged) -> None:
    """Show a line of the log on the console, which under systemd is the journal."""
    _say(logged.line)


def _say(line: str) -> None:
    # A console that went away ends no switch.
    with suppress(OSError, ValueError):
        print(line, file=sys.stderr, flush=True)  # noqa: T201 - the console of a daemon
