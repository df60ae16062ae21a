"""Where sessions come in: the control socket, who may use it, and one session a connection."""

import os
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from licet.host.files import PRIVATE_FILE
from licet.switch.life.chassis import Chassis
from licet.switch.life.dialing import socket_path
from licet.switch.life.frames import (
    QUESTION_BYTES_MAX,
    WAITING_BYTES_MAX,
    BadFrame,
    Reply,
    read,
    write,
)
from licet.switch.life.loop import Loop
from licet.switch.session import Session

_BACKLOG = 64
_CREDENTIALS = struct.Struct("3i")
_READ_BYTES = 65536
NO_MORE = "no-more"
RELOADED = "the switch was reloaded"
ENDED = "the process that was the switch ended"


class Desk:
    """Takes connections on the control socket of a data directory.

    Raises:
        OSError: the socket cannot be made.
    """

    def __init__(self, folder: Path, chassis: Chassis, loop: Loop) -> None:
        self._folder = folder
        self._chassis = chassis
        self._loop = loop
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
        self._lines: set[_Line] = set()
        try:
            self._listen()
        except OSError:
            self._socket.close()
            raise
        loop.watch(self._socket, self._accept)

    @property
    def empty(self) -> bool:
        """Whether nobody is connected."""
        return not self._lines

    def hear(self, line: str) -> None:
        """Show a line of the log to those who asked for it with `terminal monitor`."""
        for connected in tuple(self._lines):
            connected.hear(line)

    def follow_boot(self) -> None:
        """Hang up on sessions of an earlier boot."""
        for connected in tuple(self._lines):
            if connected.boot != self._chassis.boots:
                connected.say_goodbye(RELOADED)

    def close(self, *, failed: BaseException | None = None) -> None:
        """Take nobody any more, and hang up on all."""
        self._loop.forget(self._socket)
        with socket_path(self._folder) as path, suppress(OSError):
            path.unlink()
        self._socket.close()
        for connected in tuple(self._lines):
            if failed is None:
                connected.say_goodbye(ENDED)
            else:
                connected.say_goodbye(f"the switch stopped: {failed}", again=False)

    def _listen(self) -> None:
        """Take the place of a socket that a killed process left; nobody connects before it is ours."""
        with socket_path(self._folder) as path:
            path.unlink(missing_ok=True)
            self._socket.bind(str(path))
            path.chmod(PRIVATE_FILE)
            self._socket.listen(_BACKLOG)
        self._socket.settimeout(0)

    def _accept(self) -> None:
        try:
            connection, _ = self._socket.accept()
        except OSError:
            return
        connection.settimeout(0)
        peer = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
        _, uid, _ = _CREDENTIALS.unpack(peer)
        if uid not in (0, os.geteuid()):
            connection.close()
            return
        line = _Line(connection, self._chassis, self._loop, gone=self._lines.discard)
        self._lines.add(line)


class _Line:
    """One connection, and the session at its end."""

    def __init__(
        self,
        connection: socket.socket,
        chassis: Chassis,
        loop: Loop,
        *,
        gone: Callable[["_Line"], None],
    ) -> None:
        self.boot = chassis.boots
        self._connection = connection
        self._chassis = chassis
        self._loop = loop
        self._gone = gone
        self._session = Session(chassis.switch)
        self._read = bytearray()
        self._waiting = bytearray()
        self._ending = False
        self._open = True
        loop.watch(connection, self._readable)

    def hear(self, line: str) -> None:
        """Show a line of the log, if the session monitors it."""
        if self._session.monitors and not self._ending:
            self._write({"log": line})

    def say_goodbye(self, reason: str, *, again: bool = True) -> None:
        """Tell why it ends, and hang up.

        Args:
            reason: for a person.
            again: whatever was asked and not answered was not done, and can be asked anew.
        """
        if self._open:
            self._ending = True
            self._write({"bye": reason, "again": again})

    def _readable(self) -> None:
        try:
            data = self._connection.recv(_READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._hang_up()
            return
        self._read += data
        while self._open and not self._ending and (end := self._read.find(b"\n")) >= 0:
            question = bytes(self._read[:end])
            del self._read[: end + 1]
            self._take(question)
        if len(self._read) > QUESTION_BYTES_MAX:
            self._hang_up()

    def _take(self, question: bytes) -> None:
        try:
            content = read(question)
            answer = self._answer(content)
        except BadFrame:
            self._hang_up()
            return
        # What was configured is on the disk before anybody hears that it is done.
        self._chassis.keep()
        if isinstance(answer, Reply) and answer.closed:
            self._ending = True
        self._write(answer)

    def _answer(self, content: dict[str, Any]) -> Reply | dict[str, Any]:
        session = self._session
        line = content.get("line", "")
        if not isinstance(line, str):
            raise BadFrame("the line is no text")
        match content.get("ask"):
            case "hello":
                return reply(session, self._chassis.greeting)
            case "execute":
                return reply(session, session.execute(line), unpaged=unpaged(line))
            case "complete":
                return {"words": list(session.complete(line))}
            case "cancel":
                session.cancel()
                return reply(session, "")
            case _:
                raise BadFrame("it asks for nothing that we know")

    def _write(self, frame: dict[str, Any] | Reply) -> None:
        if not self._open:
            return
        self._waiting += write(frame)
        if len(self._waiting) > WAITING_BYTES_MAX:
            self._hang_up()
            return
        self._writable()

    def _writable(self) -> None:
        try:
            while self._waiting:
                sent = self._connection.send(self._waiting)
                del self._waiting[:sent]
        except BlockingIOError:
            self._loop.watch(self._connection, self._readable, self._writable)
            return
        except OSError:
            self._hang_up()
            return
        if self._ending:
            self._hang_up()
        else:
            self._loop.watch(self._connection, self._readable)

    def _hang_up(self) -> None:
        if self._open:
            self._open = False
            self._loop.forget(self._connection)
            self._connection.close()
            self._gone(self)


def unpaged(line: str) -> bool:
    """Tell whether the last filter of a line is `no-more`."""
    _, bar, word = line.rpartition("|")
    return bool(bar and word.strip()) and NO_MORE.startswith(word.strip().lower())


def reply(session: Session, text: str, *, unpaged: bool = False) -> Reply:
    """Return what a terminal is to print, and where the session is."""
    return Reply(
        text,
        session.prompt,
        asking=session.asking,
        refused=session.refused,
        closed=session.closed,
        page=0 if unpaged else session.page,
        width=session.width,
        timeout_min=session.timeout_min,
    )
