"""The source document's table of timers over virtual time, exact to the second, jitter set to none.

Each row names its heading in the source document.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest

from licet.agent.events import Disable, Enable, Register, Request
from licet.agent.tables import Authorization, Registration
from licet.kernel.time import DAY, HOUR, MINUTE, SECOND
from licet.ledger.model import Policy
from support.harness import ADVANTAGE, Authority, Device


def _enabled(authority: Authority) -> Device:
    device = Device(authority)
    device.runtime.handle(Enable())
    return device


def _registered(authority: Authority, *, licenses: int = 1) -> Device:
    if licenses:
        authority.give(ADVANTAGE, licenses)
    device = _enabled(authority)
    device.runtime.handle(Request(ADVANTAGE))
    device.runtime.handle(Register(authority.token()))
    assert device.view().registration.state is Registration.COMPLETE
    return device


def registration_retries() -> tuple[list[timedelta], list[timedelta]]:
    """Every 15 minutes for 4 hours, then hourly, from the start of the first failed attempt."""
    device = _enabled(Authority())
    device.up = False
    device.runtime.handle(Register(device.authority.token()))
    device.advance(8 * HOUR)
    expected = [15 * MINUTE * n for n in range(1, 17)] + [n * HOUR for n in (5, 6, 7, 8)]
    return expected, device.times("register")


def registration_until_success() -> tuple[list[timedelta], list[timedelta]]:
    """The retries end with success."""
    device = _enabled(Authority())
    device.up = False
    device.runtime.handle(Register(device.authority.token()))
    device.advance(20 * MINUTE)
    device.up = True
    device.advance(10 * HOUR)
    return [15 * MINUTE, 30 * MINUTE], device.times("register")


def registration_until_disabled() -> tuple[list[timedelta], list[timedelta]]:
    """The retries end when smart licensing is disabled."""
    device = _enabled(Authority())
    device.up = False
    device.runtime.handle(Register(device.authority.token()))
    device.advance(20 * MINUTE)
    device.runtime.handle(Disable())
    device.up = True
    device.advance(10 * HOUR)
    return [15 * MINUTE], device.times("register")


def authorization_renewals() -> tuple[list[timedelta], list[timedelta]]:
    """Every 30 days while all is well."""
    device = _registered(Authority())
    device.advance(100 * DAY)
    return [30 * DAY, 60 * DAY, 90 * DAY], device.times("authorize")


def authorization_retries_when_authorized() -> tuple[list[timedelta], list[timedelta]]:
    """Every 23 hours in the authorized state."""
    device = _registered(Authority())
    device.advance(29 * DAY)
    device.up = False
    device.advance(4 * DAY + 22 * HOUR)
    expected = [30 * DAY + 23 * HOUR * n for n in range(5)]
    return expected, device.times("authorize")


def authorization_rechecks_out_of_compliance() -> tuple[list[timedelta], list[timedelta]]:
    """Twelve hours later when out of compliance and communication works."""
    device = _registered(Authority(), licenses=0)
    assert device.view().authorization.state is Authorization.OUT_OF_COMPLIANCE
    device.advance(40 * HOUR)
    return [12 * HOUR, 24 * HOUR, 36 * HOUR], device.times("authorize")


def authorization_retries_out_of_compliance() -> tuple[list[timedelta], list[timedelta]]:
    """Every 15 minutes for two hours, then every 4 hours, when out of compliance."""
    device = _registered(Authority(), licenses=0)
    device.up = False
    device.advance(12 * HOUR + 15 * HOUR)
    offsets = [15 * MINUTE * n for n in range(9)] + [6 * HOUR, 10 * HOUR, 14 * HOUR]
    return [12 * HOUR + offset for offset in offsets], device.times("authorize")


def authorization_retries_when_expired() -> tuple[list[timedelta], list[timedelta]]:
    """At the deadline of 90 days, then hourly, in the authorization expired state."""
    device = _registered(Authority())
    device.up = False
    device.advance(90 * DAY + 3 * HOUR)
    assert device.view().authorization.state is Authorization.AUTHORIZATION_EXPIRED
    sent = [at for at in device.times("authorize") if at >= 90 * DAY]
    return [90 * DAY + n * HOUR for n in range(4)], sent


def authorization_valid_for() -> tuple[list[timedelta], list[timedelta]]:
    """An authorization is valid for 90 days."""
    device = _registered(Authority())
    device.up = False
    device.advance(90 * DAY - SECOND)
    before = device.view().authorization.state
    device.advance(SECOND)
    assert before is Authorization.AUTHORIZED
    since = device.view().authorization.since
    assert since is not None
    return [90 * DAY], [since - (device.view().at - device.clock.passed)]


def certificate_renewals() -> tuple[list[timedelta], list[timedelta]]:
    """Every 6 months (180 days)."""
    device = _registered(Authority())
    device.advance(400 * DAY)
    return [180 * DAY, 360 * DAY], device.times("renew")


def certificate_retries() -> tuple[list[timedelta], list[timedelta]]:
    """Hourly until success."""
    device = _registered(Authority())
    device.advance(179 * DAY)
    device.up = False
    device.advance(DAY + 5 * HOUR + MINUTE)
    device.up = True
    device.advance(DAY)
    return [180 * DAY + n * HOUR for n in range(7)], device.times("renew")


def certificate_until_expiry() -> tuple[list[timedelta], list[timedelta]]:
    """The certificate is valid for one year; renewals end with it, and the device is unregistered."""
    device = _registered(Authority())
    device.up = False
    device.advance(365 * DAY - SECOND)
    assert device.view().registration.state is Registration.COMPLETE
    device.advance(3 * DAY)
    assert device.view().registration.state is Registration.NOT_REGISTERED
    renewals = device.times("renew")
    return [365 * DAY - HOUR], [renewals[-1]]


def evaluation_runs_out() -> tuple[list[timedelta], list[timedelta]]:
    """Ninety days of metered use; what is left after a registration runs on."""
    device = _enabled(Authority())
    device.runtime.handle(Request(ADVANTAGE))
    device.advance(90 * DAY - SECOND)
    assert device.view().authorization.state is Authorization.EVAL
    device.advance(2 * SECOND)
    expired_at = device.view().authorization.evaluation_expired_at
    assert expired_at is not None
    return [90 * DAY], [expired_at - (device.view().at - device.clock.passed)]


def server_interval_is_obeyed() -> tuple[list[timedelta], list[timedelta]]:
    """The renewal interval is what the server says, not what the agent believes."""
    authority = Authority(policy=Policy(authorization_every_s=7 * 86_400))
    device = _registered(authority)
    device.advance(15 * DAY)
    return [7 * DAY, 14 * DAY], device.times("authorize")


Row = Callable[[], tuple[list[timedelta], list[timedelta]]]
ROWS: list[tuple[str, Row]] = [
    ("Smart License Product States - Registered", registration_retries),
    ("Smart License Product States - Registered", registration_until_success),
    ("Smart License Product States - Registered", registration_until_disabled),
    ("Smart License Product States - Licenses", authorization_renewals),
    ("Smart License Product States - Licenses", authorization_valid_for),
    ("Smart License Product States - Licenses", server_interval_is_obeyed),
    ("Entitlement Authorization Request or Renewal", authorization_retries_when_authorized),
    ("Entitlement Authorization Request or Renewal", authorization_rechecks_out_of_compliance),
    ("Entitlement Authorization Request or Renewal", authorization_retries_out_of_compliance),
    ("Entitlement Authorization Request or Renewal", authorization_retries_when_expired),
    ("Registration ID Certificate Renewal", certificate_renewals),
    ("Registration ID Certificate Renewal", certificate_retries),
    ("Registration ID Certificate Renewal", certificate_until_expiry),
    ("Smart License Product States (TAC 217965: 90 days of usage)", evaluation_runs_out),
]


@pytest.mark.parametrize(("heading", "row"), ROWS, ids=[row.__name__ for _, row in ROWS])
def test_timer(heading: str, row: Row) -> None:
    """A device would talk at another time than the document says, or stop talking."""
    expected, observed = row()
    assert observed == expected, heading
