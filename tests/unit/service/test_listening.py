"""Callers at the door: a handshake that is broken off before it begins, and ports."""

import asyncio
import socket
from typing import cast

import pytest

from licet.service.listening import Door, _Handshake
from licet.service.ports import address_of, open_ports
from licet.service.problems import ServiceError
from licet.service.roster import Seat

pytestmark = pytest.mark.enable_socket


class Doorkeeper:
    """A door that notes what it hears."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.heard: list[BaseException | None] = []
        self.held = asyncio.Event()

    async def shake_hands(self, _: socket.socket, __: Seat) -> None:
        """Never come to an end."""
        await self.held.wait()

    def shaken(self, _: object, __: Seat, error: BaseException | None) -> None:
        """Hear the end."""
        self.heard.append(error)


@pytest.mark.parametrize("begun", [False, True])
def test_a_handshake_that_is_broken_off_is_heard_of_and_leaves_no_socket(begun: bool) -> None:  # noqa: FBT001 - a parameter
    """In a flood, each would leave a descriptor open and a seat taken for ever."""

    async def main() -> None:
        doorkeeper = Doorkeeper(asyncio.get_running_loop())
        near, far = socket.socketpair()
        shaking = _Handshake(cast("Door", doorkeeper), near, Seat("a", 1.0))
        if begun:
            await asyncio.sleep(0)
        shaking.evict()
        for _ in range(3):
            await asyncio.sleep(0)
        [error] = doorkeeper.heard
        assert isinstance(error, asyncio.CancelledError)
        assert (near.fileno() == -1) == (not begun), "once it has begun, the loop closes it"
        near.close()
        far.close()

    asyncio.run(main())


def test_ipv6_leaves_ipv4_to_another_port() -> None:
    """`0.0.0.0:443` and `[::]:443` together, as in the example, could not be had."""
    ports = open_ports([("127.0.0.1", 0), ("::1", 0)])
    assert ports[1].getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY)
    numbers = [port.getsockname()[1] for port in ports]
    expected = [f"127.0.0.1:{numbers[0]}", f"[::1]:{numbers[1]}"]
    assert [address_of(port) for port in ports] == expected
    for port in ports:
        port.close()


def test_a_port_that_cannot_be_had_leaves_none_open() -> None:
    """A refused start would hold a port until the process ends."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        [free] = open_ports([("127.0.0.1", 0)])
        number = free.getsockname()[1]
        free.close()
        with pytest.raises(ServiceError, match="Address already in use; stop what uses it"):
            open_ports([("127.0.0.1", number), ("127.0.0.1", taken)])
        [again] = open_ports([("127.0.0.1", number)])
        again.close()
