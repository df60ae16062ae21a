"""Reaches the process that is the switch, over the socket in its data directory.

It imports neither the agent nor the command line: `licet switch exec` beside a daemon starts in the
time that Python takes.
"""

import os
import socket
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from licet.switch.life.frames import BadFrame, Reply, read, read_reply, write
from licet.switch.life.problems import LifeError, LineLost

SOCKET = "control.sock"
_READ_BYTES = 65536
# A switch that is stopped, as by a debugger, takes connections and says nothing.
HELLO_WITHIN_S = 5.0


@contextmanager
def socket_path(folder: Path) -> Iterator[Path]:
    """Yield a short name of the socket: the kernel takes 107 bytes, and directories can be deep.

    Raises:
        OSError: the directory cannot be opened.
    """
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield Path(f"/proc/self/fd/{handle}") / SOCKET
    finally:
        os.close(handle)


class Phone:
    """A session at a switch, over a connection; one question at a time.

    Attributes:
        prompt, greeting: as the switch said hello.
        hear: told each line of the log that comes by itself.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._patience_s: float | None = HELLO_WITHIN_S
        self._read = bytearray()
        self.hear: Callable[[str], None] = lambda _: None
        hello = self.ask({"ask": "hello"})
        self.greeting, self.prompt = hello.text, hello.prompt
        self._patience_s = None
        connection.settimeout(None)

    def execute(self, line: str) -> Reply:
        """Let the switch do a line.

        Raises:
            LineLost: the connection ended.
        """
        return self.ask({"ask": "execute", "line": line})

    def cancel(self) -> Reply:
        """Drop what a command still wants to be told.

        Raises:
            LineLost: the connection ended.
        """
        return self.ask({"ask": "cancel"})

    def complete(self, line: str) -> tuple[str, ...]:
        """Return what the last word of a line may become.

        Raises:
            LineLost: the connection ended.
        """
        words = self._ask({"ask": "complete", "line": line}).get("words", ())
        return tuple(str(word) for word in words)

    def ask(self, question: dict[str, Any]) -> Reply:
        """Ask, and return the reply."""
        try:
            reply = read_reply(self._ask(question))
        except BadFrame as error:
            raise LineLost(f"the switch answered nonsense: {error}", safe=False) from error
        self.prompt = reply.prompt
        return reply

    def listen(self) -> None:
        """Take what came by itself, without waiting.

        Raises:
            LineLost: the connection ended.
        """
        self._connection.settimeout(0)
        lost: LineLost | None = None
        try:
            while True:
                self._receive(safe=True)
        except BlockingIOError:
            pass
        except LineLost as ended:
            lost = ended
        finally:
            self._connection.settimeout(self._patience_s)
        while (frame := self._next()) is not None:
            self._unasked(frame)
        if lost is not None:
            raise lost

    def fileno(self) -> int:
        """Return a descriptor that can be read when something comes by itself."""
        return self._connection.fileno()

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        # What it said before goes first: a switch that has hung up was asked nothing.
        self.listen()
        # If it has hung up since, it said why, and that can still be read.
        with suppress(OSError):
            self._connection.sendall(write(question))
        while True:
            frame = self._next()
            if frame is None:
                self._receive(safe=False)
            elif "bye" in frame or "log" in frame:
                self._unasked(frame)
            else:
                return frame

    def _receive(self, *, safe: bool) -> None:
        try:
            data = self._connection.recv(_READ_BYTES)
        except BlockingIOError:
            raise
        except OSError:
            data = b""
        if not data:
            raise LineLost("the process that was the switch ended", safe=safe)
        self._read += data

    def _next(self) -> dict[str, Any] | None:
        end = self._read.find(b"\n")
        if end < 0:
            return None
        data = bytes(self._read[:end])
        del self._read[: end + 1]
        try:
            return read(data)
        except BadFrame as error:
            raise LineLost(f"the switch answered nonsense: {error}", safe=False) from error

    def _unasked(self, frame: dict[str, Any]) -> None:
        if "log" in frame:
            self.hear(str(frame["log"]))
        elif "bye" in frame:
            # A question that was done is answered before anybody hangs up.
            raise LineLost(str(frame["bye"]), safe=bool(frame.get("again")))


def dial(folder: Path) -> Phone | None:
    """Return a session at the switch of a data directory; None where no process is that switch.

    Raises:
        LifeError: the directory or the socket belongs to somebody else.
    """
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
    try:
        with socket_path(folder) as path:
            check_socket(folder, path)
            connection.connect(str(path))
        return Phone(connection)
    except PermissionError:
        connection.close()
        raise LifeError(f"{folder}: it belongs to another user; run this as its owner") from None
    except (OSError, LineLost):
        # Nobody listens, or who did is just ending and has been asked nothing.
        connection.close()
        return None
    except LifeError:
        connection.close()
        raise


def check_socket(folder: Path, path: Path) -> None:
    """Pass if the socket is of this user, who owns the switch.

    Raises:
        OSError: it is not there.
        LifeError: it belongs to another user.
    """
    found = path.stat(follow_symlinks=False)
    if not stat.S_ISSOCK(found.st_mode):
        raise LifeError(f"{folder / SOCKET}: it is no socket; move it away")
    if os.geteuid() not in (0, found.st_uid):
        raise LifeError(f"{folder}: it belongs to another user; run this as its owner")
