"""Keeps one attempt within its time limits, and lets its owner give it up."""

import socket
import threading
import time
from collections.abc import Callable
from enum import StrEnum
from typing import Final

from licet.switch.roads.faults import Fault, Stumbled
from licet.switch.roads.roadmap import Limits

# How long an attempt takes is read here and nowhere else; the agent's time is another matter.
elapsed: Final[Callable[[], float]] = time.monotonic  # noqa: TID251 - limits of sockets are real time


class Step(StrEnum):
    """What is being done."""

    RESOLVE = "looking the name up"
    PROXY_RESOLVE = "looking the proxy's name up"
    CONNECT = "connecting"
    PROXY_CONNECT = "connecting to the proxy"
    PROXY_TLS = "the TLS handshake with the proxy"
    PROXY = "asking the proxy"
    TLS = "the TLS handshake"
    WRITE = "sending the message"
    READ = "waiting for the answer"


_LATE: Final = {
    Step.RESOLVE: Fault.UNRESOLVED,
    Step.PROXY_RESOLVE: Fault.PROXY_UNRESOLVED,
    Step.CONNECT: Fault.CONNECTION_TIMED_OUT,
    Step.PROXY_CONNECT: Fault.PROXY_UNREACHED,
    Step.PROXY_TLS: Fault.PROXY_TLS,
    Step.PROXY: Fault.PROXY_UNREACHED,
    Step.TLS: Fault.TIMED_OUT,
    Step.WRITE: Fault.TIMED_OUT,
    Step.READ: Fault.TIMED_OUT,
}


class GivenUp(Exception):  # noqa: N818
    """The owner wants nothing of this attempt any more."""


class Pace:
    """The time of one attempt: every step has a limit, and all of them together."""

    def __init__(self, limits: Limits, clock: Callable[[], float] = elapsed) -> None:
        self._clock = clock
        self._total_end = clock() + limits.total_s
        self._lengths = {
            Step.RESOLVE: limits.resolve_s,
            Step.PROXY_RESOLVE: limits.resolve_s,
            Step.CONNECT: limits.connect_s,
            Step.PROXY_CONNECT: limits.connect_s,
            Step.PROXY_TLS: limits.tls_s,
            Step.PROXY: limits.proxy_s,
            Step.TLS: limits.tls_s,
            Step.WRITE: limits.write_s,
            Step.READ: limits.read_s,
        }
        self.step = Step.RESOLVE
        self._began = clock()
        self._step_end = self._began
        self._given_up = False
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self.enter(Step.RESOLVE)

    def enter(self, step: Step) -> None:
        """Begin a step: its limit counts from now."""
        self.step = step
        self._began = self._clock()
        self._step_end = self._began + self._lengths[step]

    def left(self) -> float:
        """Return how many seconds the present step still has, more than none.

        Raises:
            Stumbled: it has none.
            GivenUp: the owner gave the attempt up.
        """
        if self._given_up:
            raise GivenUp
        left = min(self._step_end, self._total_end) - self._clock()
        if left <= 0:
            raise self.late()
        return left

    def late(self) -> Stumbled:
        """Return what a step that was not done in time comes to."""
        took = max(self._clock() - self._began, 0)
        return Stumbled(_LATE[self.step], f"{self.step} was not done within {took:.0f} s")

    def hold(self, sock: socket.socket) -> None:
        """Remember the socket that the attempt waits at, so that `give_up` can end the waiting."""
        with self._lock:
            self._socket = sock
        self.left()

    def give_up(self) -> None:
        """End the attempt from another thread; what it was waiting for fails at once."""
        self._given_up = True
        with self._lock:
            if self._socket is not None:
                try:
                    self._socket.shutdown(socket.SHUT_RDWR)
                except OSError:
                    return  # it was not connected, or is closed already
