"""What an agent notifies is told once."""

from licet.agent.events import Enable, Notice, Notify, Register, Release, Request
from licet.kernel.ids import Tag
from licet.kernel.time import HOUR
from support.harness import ADVANTAGE, ESSENTIALS, START, Authority, Device


def test_a_restarted_agent_is_ready_now() -> None:
    """A console would show the restart at the time of the last snapshot."""
    device = Device(Authority())
    device.runtime.handle(Enable())
    device.advance(HOUR)
    device.heard.clear()
    device.restart()
    [ready] = [each for each in device.heard if isinstance(each, Notify)]
    assert (ready.notice, ready.at) == (Notice.READY, START + HOUR)


def told(device: Device, notice: Notice) -> list[tuple[str, Tag | None]]:
    """Return the details and tags of a notice, and forget all that was heard."""
    heard = [
        (each.detail, each.tag)
        for each in device.heard
        if isinstance(each, Notify) and each.notice is notice
    ]
    device.heard.clear()
    return heard


def test_an_entitlement_that_comes_into_use_is_told_once() -> None:
    """A console would show every line twice, with a change of state and without."""
    device = Device(Authority())
    device.runtime.handle(Enable())
    device.runtime.handle(Request(ADVANTAGE))
    assert told(device, Notice.ENTITLEMENT_ENFORCE_MODE) == [("evaluation", ADVANTAGE)]
    device.runtime.handle(Request(ESSENTIALS))
    assert told(device, Notice.ENTITLEMENT_ENFORCE_MODE) == [("evaluation", ESSENTIALS)]


def test_an_entitlement_that_waits_is_told_once() -> None:
    """The same for a registered product that used nothing before."""
    device = Device(Authority())
    device.authority.give(ADVANTAGE, 1)
    device.runtime.handle(Enable())
    device.runtime.handle(Request(ADVANTAGE))
    device.runtime.handle(Register(device.authority.token()))
    device.runtime.handle(Release(ADVANTAGE))
    device.heard.clear()
    device.runtime.handle(Request(ADVANTAGE))
    assert [what for what, _ in told(device, Notice.ENTITLEMENT_ENFORCE_MODE)] == ["in-compliance"]
    device.runtime.handle(Request(ESSENTIALS))
    assert told(device, Notice.ENTITLEMENT_ENFORCE_MODE) == [("waiting", ESSENTIALS)]
