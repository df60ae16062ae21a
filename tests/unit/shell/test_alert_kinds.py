"""Every alert that this scope can raise comes in virtual time, is listed, and goes again.

`docs/divergences.md`, *Alerts*, is the table of them; real messages of devices go through the endpoint.
"""

from collections.abc import Callable
from copy import copy
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from licet.admin.sweep import Sweep
from licet.kernel.time import DAY, SECOND
from licet.ledger.model import Policy
from licet.ledger.pools import EXPIRY_WARNING_DAYS
from licet.shell.site import Site
from licet.wire.messages import Authorize
from support.clerk import Ran, type_line
from support.office import CRYPTO, LAN, NOW, Office

Rows = dict[str, dict[str, Any]]


class Desk:
    """An authority, its sweep, and a person who looks at its alerts."""

    def __init__(self) -> None:
        self.office = Office()
        self.sweep = Sweep(self.office.store, Policy())

    def type(self, line: str) -> Ran:
        """Type a line that is done."""
        office = self.office
        site = Site(office.store, lambda _=None: office.keys, "ann", office.now, office.chance)
        ran = type_line(site, line)
        assert ran.status == 0, ran.err
        return ran

    def wait(self, until: datetime) -> None:
        """Let time pass, and the sweep do what falls due."""
        self.office.later(until - self.office.now)
        self.sweep.tick(self.office.now)

    def alerts(self) -> Rows:
        """Return the alerts that are listed, by kind."""
        rows = self.type("alert list --json").json
        assert len({row["alert"] for row in rows}) == len(rows)
        return {row["alert"]: row for row in rows}

    def order(self, options: str) -> None:
        """Add licenses."""
        self.type(f"order add 'LAN license' {options}")


@pytest.fixture
def desk() -> Desk:
    """A desk of the account 'Example'."""
    return Desk()


def iso(at: datetime) -> str:
    """Return an instant as JSON has it."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_insufficient_licenses(desk: Desk) -> None:
    """An account would use more than it bought, and nobody would see it."""
    device = desk.office.registered()
    desk.office.say(device, Authorize, (LAN, 1))
    alert = desk.alerts()["Insufficient Licenses"]
    assert (alert["severity"], alert["source"]) == ("Major", "Default")
    assert alert["message"] == "LAN license: 1 in use, 0 purchased; 1 is missing"
    desk.order("1 --order PO-1")
    assert desk.alerts() == {}


@pytest.mark.parametrize("days", EXPIRY_WARNING_DAYS)
def test_licenses_expiring(desk: Desk, days: int) -> None:
    """Whoever has to renew would be told too late, or only once."""
    ends = NOW + 120 * DAY
    desk.order(f"4 --order PO-1 --kind term --ends {iso(ends)}")
    earlier = [ends - each * DAY for each in EXPIRY_WARNING_DAYS if each > days]
    for each in earlier:
        desk.wait(each)
    mark = ends - days * DAY
    desk.wait(mark - SECOND)
    assert [one["raised_at"] for one in desk.alerts().values()] == list(map(iso, earlier[-1:]))
    desk.wait(mark)
    alert = desk.alerts()["Licenses Expiring"]
    assert (alert["severity"], alert["action_due_at"]) == ("Minor", iso(ends))
    assert alert["raised_at"] == iso(mark)
    desk.type(f"alert dismiss {alert['id']}")
    assert desk.alerts() == {}


@pytest.mark.parametrize("dismissed", [False, True])
def test_licenses_expired(desk: Desk, *, dismissed: bool) -> None:
    """An end would come unseen; or it would be told to whoever had said that he knows."""
    ends = NOW + 120 * DAY
    desk.order(f"4 --order PO-1 --kind term --ends {iso(ends)}")
    desk.wait(ends - DAY)
    if dismissed:
        desk.type(f"alert dismiss {desk.alerts()['Licenses Expiring']['id']}")
    desk.wait(ends - SECOND)
    assert "Licenses Expired" not in desk.alerts()
    desk.wait(ends)
    assert set(desk.alerts()) == (set() if dismissed else {"Licenses Expired"})


def test_failed_to_connect_then_removed(desk: Desk) -> None:
    """A device that is gone would be paid for, and nobody would look for it."""
    device = desk.office.registered()
    desk.office.say(device, Authorize)
    desk.wait(NOW + 31 * DAY - SECOND)
    assert desk.alerts() == {}
    desk.wait(NOW + 31 * DAY)
    alert = desk.alerts()["Product Instance Failed to Connect"]
    assert (alert["severity"], alert["action_due_at"]) == ("Minor", iso(NOW + 90 * DAY))
    desk.office.say(device, Authorize)
    assert desk.alerts() == {}, "it has connected"
    heard = desk.office.now
    desk.wait(heard + 31 * DAY)
    assert set(desk.alerts()) == {"Product Instance Failed to Connect"}
    instance = desk.office.instance(device)
    assert instance is not None
    desk.wait(instance.certified_until - SECOND)
    assert set(desk.alerts()) == {"Product Instance Failed to Connect"}
    desk.wait(instance.certified_until)
    [removed] = desk.alerts().values()
    assert removed["alert"] == "Product Instance Failed to Renew and was Removed"
    assert removed["severity"] == "Major"
    desk.type(f"alert dismiss {removed['id']}")


def test_licenses_released(desk: Desk) -> None:
    """Licenses would come free, and nobody would know why (ours)."""
    device = desk.office.registered()
    desk.office.give(LAN, 1)
    desk.office.say(device, Authorize, (LAN, 1))
    release = NOW + 90 * DAY + timedelta(hours=1)
    desk.wait(release - SECOND)
    assert "Licenses Released" not in desk.alerts()
    desk.wait(release)
    assert desk.alerts()["Licenses Released"]["severity"] == "Minor"
    desk.office.say(device, Authorize, (LAN, 1))
    assert desk.alerts() == {}


def test_restricted_license_not_available(desk: Desk) -> None:
    """A product would be without its encryption, and only its user would know."""
    office = desk.office
    office.give(CRYPTO, 5)
    device = office.registered(token=office.token(export=False))
    office.say(device, Authorize, (CRYPTO, 1))
    alert = desk.alerts()["Restricted License Not Available"]
    assert (alert["severity"], alert["source"]) == ("Major", "Default")
    assert alert["message"].startswith(f"{device.udi.text} asks for STRONG_CRYPTO license: export")
    events = len(office.events())
    office.later(DAY)
    office.say(device, Authorize, (CRYPTO, 1))
    assert desk.alerts()["Restricted License Not Available"] == alert, "the same one"
    assert len(office.events()) == events, "and the log is not filled by who asks again"
    office.say(device, Authorize)
    assert desk.alerts() == {}, "it does not ask any more"
    office.say(device, Authorize, (CRYPTO, 1))
    desk.type(f"alert dismiss {desk.alerts()['Restricted License Not Available']['id']}")
    office.say(device, Authorize, (CRYPTO, 1))
    assert set(desk.alerts()) == {"Restricted License Not Available"}, "it asks again"
    desk.type(f"instance remove {device.udi.text}")
    assert desk.alerts() == {}, "nobody asks"


def test_restricted_follows_the_account(desk: Desk) -> None:
    """What the vendor allowed, or took back, would be told wrongly."""
    office = desk.office
    office.give(CRYPTO, 5)
    device = office.registered()
    office.say(device, Authorize, (CRYPTO, 1))
    assert desk.alerts() == {}
    desk.type("account forbid-export-control example")
    office.say(device, Authorize, (CRYPTO, 1))
    assert set(desk.alerts()) == {"Restricted License Not Available"}
    desk.type("account allow-export-control example")
    office.say(device, Authorize, (CRYPTO, 1))
    assert desk.alerts() == {}


def test_duplicate_licenses(desk: Desk) -> None:
    """An order that was taken twice would never be noticed."""
    desk.order("1 --order PO-1")
    desk.order("1 --order PO-1 --again")
    [alert] = desk.alerts().values()
    assert (alert["alert"], alert["severity"]) == ("Duplicate Licenses", "Minor")


def clone(desk: Desk) -> None:
    """Let an old copy of a device speak."""
    device = desk.office.registered()
    old = copy(device)
    desk.office.say(device, Authorize)
    desk.office.later(DAY)
    desk.office.say(old, Authorize)


def replaced(desk: Desk) -> None:
    """Register a device again by force."""
    desk.office.registered()
    desk.office.register(desk.office.device(), force=True)


def doubled(desk: Desk) -> None:
    """Register a device in two smart accounts."""
    desk.office.registered()
    other = desk.office.customer("Other")
    desk.office.register(desk.office.device(), desk.office.token(at=other))


def rolled_back(desk: Desk) -> None:
    """Let a device report less than before."""
    device = desk.office.device()
    device.evaluation_used_s = 900
    desk.office.register(device)
    desk.office.register(desk.office.device(), force=True)


@pytest.mark.parametrize(
    ("kind", "cause"),
    [
        ("Possible Clone", clone),
        ("Product Instance Replaced", replaced),
        ("Duplicate UDI", doubled),
        ("Rolled Back Store", rolled_back),
    ],
)
def test_what_devices_cause_is_listed(desk: Desk, kind: str, cause: Callable[[Desk], None]) -> None:
    """A copy, a theft or a mistake would be seen by nobody (ours)."""
    cause(desk)
    look = partial(desk.type, "alert list --account example --json")
    rows = {row["alert"]: row for row in look().json}
    assert rows[kind]["severity"] == "Minor"
    assert rows[kind]["source"] == "Default"
    desk.type(f"alert dismiss {rows[kind]['id']} --account example")
    assert kind not in {row["alert"] for row in look().json}


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("order add 'LAN license' 2 --order PO-1", "2 of LAN license (PERPETUAL) arrived with"),
        ("token create", "was created, good until"),
        ("virtual-account open Lab", "virtual account 'Lab' was opened"),
    ],
)
def test_what_informs_is_an_event(desk: Desk, line: str, text: str) -> None:
    """New licenses would be seen by whoever looks at the list by chance only."""
    desk.type(line)
    [event] = desk.type("event list --limit 1 --json").json
    assert text in event["text"]
    assert event["who"] == "ann"
    assert desk.alerts() == {}
