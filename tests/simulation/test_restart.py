"""A restart changes nothing, at whatever moment it comes (HOUSE, habit 5)."""

from datetime import timedelta
from pathlib import Path

import pytest

from licet.agent.events import (
    CommandRefused,
    Deregister,
    Disable,
    Enable,
    Event,
    Register,
    Release,
    RenewAuthorization,
    RenewCertificate,
    Request,
)
from licet.agent.machine import Agent, AgentSettings
from licet.agent.state import StoreDamaged
from licet.agent.store import STATE, FileStore
from licet.agent.tables import Authorization, Registration
from licet.kernel.chance import SeededChance
from licet.kernel.time import DAY, HOUR, MINUTE, SECOND
from support.harness import ADVANTAGE, ESSENTIALS, PRODUCT, Authority, Device, HeldUp


def check_twin(device: Device) -> None:
    """Restore a twin from the snapshot; it must see the same, and be called at the same time."""
    assert device.disk.snapshot is not None
    twin = Agent.restore(
        device.disk.snapshot,
        udi=device.udi,
        settings=device.settings,
        chance=SeededChance("twin"),
    )
    now = device.clock.now()
    twin.tick(now)
    assert twin.view(now) == device.agent.view(now)
    assert twin.next_due() == device.agent.next_due()
    assert twin.allows(ADVANTAGE) == device.agent.allows(ADVANTAGE)


def test_a_restart_after_every_step_of_a_life_changes_nothing() -> None:
    """A crash at an unlucky moment would change what a product may do, or when it speaks."""
    authority = Authority()
    authority.give(ADVANTAGE, 1)
    device = Device(authority)
    steps: list[Event | timedelta | bool] = [
        Enable(),
        Request(ADVANTAGE),
        3 * DAY,
        False,
        Register(authority.token()),
        20 * MINUTE,
        5 * HOUR,
        True,
        HOUR,
        Request(ESSENTIALS),
        SECOND,
        2 * SECOND,
        DAY,
        False,
        13 * HOUR,
        Release(ESSENTIALS),
        3 * HOUR,
        True,
        5 * HOUR,
        31 * DAY,
        RenewAuthorization(),
        RenewCertificate(),
        False,
        91 * DAY,
        2 * HOUR,
        Release(ADVANTAGE),
        Request(ADVANTAGE),
        True,
        2 * HOUR,
        181 * DAY,
        Deregister(),
        10 * DAY,
        False,
        Register(authority.token()),
        MINUTE,
        Disable(),
        Enable(),
        91 * DAY,
        HOUR,
    ]
    for step in steps:
        if isinstance(step, bool):
            device.up = step
        elif isinstance(step, timedelta):
            device.advance(step)
        else:
            device.runtime.handle(step)
        check_twin(device)
    assert device.view().authorization.state is Authorization.EVAL_EXPIRED


def test_a_restart_between_saving_and_sending_sends_the_same_bytes() -> None:
    """One attempt would be two messages, and a token used twice."""
    authority = Authority()
    device = Device(authority)
    device.runtime.handle(Enable())
    wire = HeldUp()
    device.transport = device.runtime.transport = wire
    device.runtime.handle(Register(authority.token(uses=1)))
    device.clock.passed += 5 * SECOND
    device.restart()
    device.clock.passed += 5 * SECOND
    device.restart()
    requests = {message.request for message, _ in wire.held}
    exchanges = {message.exchange for message, _ in wire.held}
    assert (len(wire.held), len(requests), len(exchanges)) == (3, 1, 1)
    device.transport = device.runtime.transport = device
    message, deliver = wire.held[-1]
    device.send(message, deliver)
    assert device.view().registration.state is Registration.COMPLETE


def test_a_lost_process_does_not_stop_a_registration() -> None:
    """A device would wait for ever for an answer that nobody brings."""
    authority = Authority()
    device = Device(authority)
    device.runtime.handle(Enable())
    device.transport = device.runtime.transport = HeldUp()
    device.runtime.handle(Register(authority.token()))
    device.clock.passed += 10 * DAY
    device.restart(reboot=True)
    device.advance(MINUTE)
    assert device.view().registration.state is Registration.RETRY
    device.transport = device.runtime.transport = device
    device.advance(2 * HOUR)
    assert device.view().registration.state is Registration.COMPLETE


def test_a_damaged_state_is_refused_by_name_and_left_as_it_is(tmp_path: Path) -> None:
    """A product would forget its registration and evaluation, and the evidence with it."""
    with FileStore(tmp_path) as store:
        store.save(b"this was a license state once")
    before = (tmp_path / STATE).read_bytes()
    device = Device(Authority())
    with FileStore(tmp_path) as store, pytest.raises(StoreDamaged, match="Restore it from a copy"):
        Agent.restore(
            store.load() or b"",
            udi=device.udi,
            settings=device.settings,
            chance=SeededChance("damaged"),
        )
    assert (tmp_path / STATE).read_bytes() == before


def test_a_root_that_was_given_before_is_the_only_one() -> None:
    """A vendor who ships the root with the product could not keep strangers out."""
    authority, stranger = Authority(), Authority(seed="stranger")
    settings = AgentSettings(PRODUCT, jitter_s_max=0, pinned_root=authority.keys.root)
    device = Device(authority, settings=settings)
    device.runtime.handle(Enable())
    with pytest.raises(CommandRefused) as refused:
        device.runtime.handle(Register(stranger.token()))
    assert refused.value.name == "tokenroot"
    assert not device.sent
    device.runtime.handle(Register(authority.token()))
    assert device.view().registration.state is Registration.COMPLETE
