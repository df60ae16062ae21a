"""A person at a terminal of a switch: line editing, history, `?`, tab, pages, and the log."""

import contextlib
import os
import shutil
import sys
import termios
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from licet.switch.life.frames import Reply
from licet.switch.life.keys import Asked, Listed, Pasted, Typed
from licet.switch.life.paging import show
from licet.switch.life.problems import LineLost
from licet.switch.life.reaching import Reach, Wish

DONE = 0
END, EXIT = "end", "exit"
HISTORY = "history"
WAITING = "Waiting up to 10 seconds for what is in flight; Ctrl-C ends at once.\n"
TIMED_OUT = "Session timed out\n"
_NO_CONTROL = "dumb"


class Line(Protocol):
    """Reads lines from a person."""

    def read(self, prompt: str, before: str, timeout_min: int) -> Typed:
        """Return a line, or what a key asked for.

        Args:
            prompt: stands before it.
            before: is there already, to be edited.
            timeout_min: minutes without a key after which it gives up; 0 never does.

        Raises:
            EOFError: there are no more.
            KeyboardInterrupt: it was dropped.
            TimeoutError: nobody typed.
            LineLost: the connection to the switch ended.
        """
        ...


def sit(wish: Wish) -> int:
    """Let a person type at a switch until he leaves; return the exit status.

    Raises:
        LifeError: there is no switch, or none any more.
    """
    with Reach(wish, waiting=lambda: _print(WAITING)) as reach:
        reach.phone.hear = lambda line: _print(f"{line}\n")
        _print(_greeting(reach))
        if os.environ.get("TERM", _NO_CONTROL) == _NO_CONTROL:  # noqa: TID251 - the terminal's name
            _Sitting(reach, PlainLine()).last()
        else:
            with _still():
                _Sitting(reach, _editing(reach, wish.path)).last()
    return DONE


def _editing(reach: Reach, folder: Path) -> Line:
    from licet.switch.life.editing import EditedLine  # noqa: PLC0415 - it takes a while

    return EditedLine(reach, folder / HISTORY)


class _Sitting:
    """One person's time at a terminal."""

    def __init__(self, reach: Reach, line: Line) -> None:
        self._reach = reach
        self._line = line
        self._reply = Reply("", reach.phone.prompt)

    def last(self) -> None:
        """Read and do lines until the session is left."""
        before = ""
        while not self._reply.closed:
            try:
                read = self._line.read(self._reply.prompt, before, self._reply.timeout_min)
                before = self._do(read)
            except KeyboardInterrupt:
                before = ""
                self._cancel()
            except EOFError:
                _print("\n")
                return
            except TimeoutError:
                _print(TIMED_OUT)
                return
            except LineLost as lost:
                before = ""
                self._lost(lost)

    def _do(self, read: Typed) -> str:
        """Do what was typed, and return what stands in the next line already."""
        match read:
            case Asked():
                self._show(self._reach.phone.execute(f"{read.text}?"))
                return read.text
            case Listed():
                _print(_columns(read.words))
                return read.text
            case Pasted(lines, rest):
                for number, line in enumerate(lines):
                    if self._reply.closed:
                        break
                    if number:
                        _print(f"{self._reply.prompt}{line}\n")
                    self._show(self._reach.phone.execute(line))
                return rest
            case str():
                # Ctrl-Z makes two of one.
                for line in read.split("\n"):
                    self._show(self._reach.phone.execute(line))
                return ""

    def _cancel(self) -> None:
        try:
            self._reply = self._reach.phone.cancel()
        except LineLost as lost:
            self._lost(lost)

    def _lost(self, lost: LineLost) -> None:
        """Say why the session ended, and begin one anew, as a console does after a reload."""
        _print(f"\n% {lost}\n")
        self._reach.redial()
        _print(_greeting(self._reach))
        self._reply = Reply("", self._reach.phone.prompt)

    def _show(self, reply: Reply) -> None:
        self._reply = reply
        size = shutil.get_terminal_size()
        rows = size.lines if reply.page is None else reply.page
        columns = size.columns if reply.width is None else reply.width
        show(reply.text, sys.stdout, rows=rows, columns=columns, key=press, ask=_ask_pattern)


class PlainLine:
    """A terminal that can only print: what reads lines is the terminal itself."""

    def read(self, prompt: str, _: str, __: int) -> Typed:
        """Return a line; see `Line`."""
        return input(prompt)


def press() -> str:
    """Wait for a key and return it; Ctrl-C is one."""
    try:
        with _still():
            return os.read(sys.stdin.fileno(), 1).decode(errors="replace")
    except KeyboardInterrupt:
        return "\x03"


def _ask_pattern(prompt: str) -> str:
    try:
        with _still(still=False):
            return input(prompt)
    except (EOFError, KeyboardInterrupt):
        return ""


@contextlib.contextmanager
def _still(*, still: bool = True) -> Iterator[None]:
    """Let the terminal show nothing of what is typed ahead, and hand it on key by key; or let it."""
    handle = sys.stdin.fileno()
    before = termios.tcgetattr(handle)
    changed = termios.tcgetattr(handle)
    flags = termios.ECHO | termios.ICANON
    changed[3] = changed[3] & ~flags if still else changed[3] | flags
    try:
        termios.tcsetattr(handle, termios.TCSANOW, changed)
        yield
    finally:
        termios.tcsetattr(handle, termios.TCSANOW, before)


def _greeting(reach: Reach) -> str:
    greeting = reach.phone.greeting
    return f"{greeting}\n" if greeting else ""


def _columns(words: tuple[str, ...]) -> str:
    """Return words side by side, as NX-OS lists what tab may mean."""
    width = max(map(len, words)) + 2
    per_row = max(shutil.get_terminal_size().columns // width, 1)
    rows = [words[at : at + per_row] for at in range(0, len(words), per_row)]
    return "".join("".join(f"{word:<{width}}" for word in row).rstrip() + "\n" for row in rows)


def _print(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
