"""The one thread of a switch: it waits for sockets, for outcomes and for time, and does one at a time."""

import os
import selectors
from collections.abc import Callable
from typing import Protocol

from licet.kernel.time import SECOND
from licet.switch.life.chassis import Carrier, Chassis


class Ready(Protocol):
    """Something that waits for a descriptor."""

    def fileno(self) -> int:
        """Return the descriptor."""
        ...


Woken = Callable[[], None]


class Loop:
    """Drives a chassis, and whatever else has a descriptor, until it is told to stop."""

    def __init__(self, chassis: Chassis) -> None:
        self._chassis = chassis
        self._selector = selectors.DefaultSelector()
        self._reader, self._writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._selector.register(self._reader, selectors.EVENT_READ, self._woken)
        self._carrier: Carrier | None = None
        self._watched = -1
        self._stopping = False
        self._closed = False

    def watch(self, ready: Ready, readable: Woken, writable: Woken | None = None) -> None:
        """Call `readable` when it can be read, and `writable`, where given, when it can be written.

        It takes the place of what was watched for there before.
        """
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if writable else 0)
        calls = (readable, writable)
        if ready.fileno() in self._selector.get_map():
            self._selector.modify(ready, events, calls)
        else:
            self._selector.register(ready, events, calls)

    def forget(self, ready: Ready) -> None:
        """Wait for it no longer."""
        self._selector.unregister(ready)

    def wake(self) -> None:
        """Let it look around at once; any thread, and a signal handler, may call this."""
        if self._closed:
            return
        try:
            os.write(self._writer, b"\0")
        except BlockingIOError:
            return  # it is full, so it will wake

    def stop(self) -> None:
        """End `run` soon; any thread, and a signal handler, may call this."""
        self._stopping = True
        self.wake()

    def run(self, until: Callable[[], bool] = lambda: False) -> None:
        """Go on until told to stop, or until something holds.

        Raises:
            OSError: something cannot be made durable: the switch must not go on.
            LifeError: the switch cannot boot again.
        """
        self._chassis.tick()
        while not (self._stopping or until()):
            self.turn()

    def turn(self) -> None:
        """Wait once, and do what is to be done then."""
        self._follow_carrier()
        wait_s = self._chassis.due_in() / SECOND
        for key, events in self._selector.select(wait_s):
            self._call(key, events)
        self._chassis.tick()

    def close(self) -> None:
        """Let go of everything; once more does nothing."""
        if self._closed:
            return
        self._closed = True
        self._selector.close()
        os.close(self._reader)
        os.close(self._writer)

    def _call(self, key: selectors.SelectorKey, events: int) -> None:
        if callable(key.data):
            key.data()
            return
        readable, writable = key.data
        # What an earlier one of this round hung up on is not called.
        if events & selectors.EVENT_READ and self._is_watched(key):
            readable()
        if writable and events & selectors.EVENT_WRITE and self._is_watched(key):
            writable()

    def _is_watched(self, key: selectors.SelectorKey) -> bool:
        now = self._selector.get_map().get(key.fd)
        return now is not None and now.fileobj is key.fileobj

    def _follow_carrier(self) -> None:
        """Wait for the roads of the present boot; those of an earlier one are closed."""
        carrier = self._chassis.carrier
        if carrier is self._carrier:
            return
        if self._carrier is not None:
            self._selector.unregister(self._watched)
        self._carrier, self._watched = carrier, carrier.fileno()
        self._selector.register(self._watched, selectors.EVENT_READ, carrier.drain)

    def _woken(self) -> None:
        try:
            while os.read(self._reader, 4096):
                pass
        except BlockingIOError:
            return
