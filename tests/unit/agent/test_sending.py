"""One message in flight, and the most urgent one next."""

from licet.agent.events import (
    Deregister,
    Enable,
    Register,
    RenewAuthorization,
    RenewCertificate,
    Request,
)
from licet.kernel.time import MINUTE, SECOND
from licet.wire import limits
from licet.wire.envelope import open_envelope
from licet.wire.messages import REQUESTS, Authorize, Leave, Renew
from support.harness import ADVANTAGE, ESSENTIALS, Authority, Device, HeldUp


def registered() -> Device:
    """Return a registered device that uses one license."""
    authority = Authority()
    authority.give(ADVANTAGE, 5)
    device = Device(authority)
    device.runtime.handle(Enable())
    device.runtime.handle(Request(ADVANTAGE))
    device.runtime.handle(Register(authority.token()))
    return device


def kinds(wire: HeldUp) -> list[type]:
    """Return what the wire was given."""
    payloads = [
        open_envelope(message.request, max_bytes=limits.MAX_REQUEST_BYTES).payload
        for message, _ in wire.held
    ]
    return [type(REQUESTS.decode(payload)) for payload in payloads]


def test_what_is_asked_for_during_a_flight_waits_for_its_end() -> None:
    """Two messages at once would be a fork of the device's own making."""
    device = registered()
    wire = HeldUp()
    device.runtime.transport = wire
    device.runtime.handle(RenewAuthorization())
    device.runtime.handle(Request(ESSENTIALS))
    device.runtime.handle(RenewCertificate())
    device.advance(10 * SECOND)
    assert kinds(wire) == [Authorize]
    device.runtime.transport = device
    message, deliver = wire.held[0]
    device.send(message, deliver)
    device.advance(2 * SECOND)
    sent = [kind for _, kind in device.sent[-3:]]
    assert sent == ["authorize", "renew", "authorize"]


def test_a_flight_that_nobody_ends_is_given_up() -> None:
    """A device would wait for ever, and its schedule with it."""
    device = registered()
    wire = HeldUp()
    device.runtime.transport = wire
    device.runtime.handle(RenewAuthorization())
    device.runtime.handle(RenewCertificate())
    device.advance(MINUTE)
    last = device.view().authorization.last
    assert last is not None
    assert last.reason == "Communication message send error"
    assert kinds(wire) == [Authorize, Renew]


def test_a_leave_note_goes_at_once_and_the_flight_is_forgotten() -> None:
    """An answer to a registration that is over would bring it back."""
    device = registered()
    wire = HeldUp()
    device.runtime.transport = wire
    device.runtime.handle(RenewAuthorization())
    device.runtime.handle(Deregister())
    assert kinds(wire) == [Authorize, Leave]
    device.runtime.transport = device
    message, deliver = wire.held[0]
    device.send(message, deliver)
    assert device.view().registration.smart_account is None
