"""Alerts and events at the command line."""

import pytest
from inline_snapshot import snapshot

from licet.admin.accounts import remove_virtual_account
from licet.admin.alerts import dismiss_alert
from licet.admin.refusal import AdminRefused
from licet.kernel.time import DAY
from licet.ledger.model import Alert, Severity
from licet.shell.printer import Printer
from licet.shell.terminal import Terminal
from support.books import NOW, Books
from support.clerk import Clerk, busy_clerk


@pytest.fixture
def clerk() -> Clerk:
    """A clerk with something of everything."""
    return busy_clerk()


def test_what_a_person_should_act_on(clerk: Clerk) -> None:
    """The worst would stand last, or nobody would see what to do until when."""
    clerk.books.tick(NOW + 40 * DAY)
    assert clerk.do("alert list --virtual-account lab") == snapshot(
        """\
ID        SEVERITY  ALERT                               SOURCE  ACTION DUE AT  RAISED AT   MESSAGE
820ac12b  Minor     Product Instance Failed to Connect  Lab     2027-01-30     2026-12-11  PID:N9K-C93180YC-EX,SN:FDO21120U5C has not connected during its renewal period; last contact Nov 01 12:00:00 2026 UTC
04c8518c  Minor     Licenses Expiring                   Lab     2027-02-04     2026-12-11  5 of LAN license (TERM), end: Feb 04 12:00:00 2027 UTC
a7f16c9b  Minor     Product Instance Failed to Connect  Lab     2027-11-01     2026-12-11  PID:WS-C3850-24T-E,SN:FOC1843X0AB has not connected during its renewal period; last contact Nov 01 12:00:00 2026 UTC
"""
    )
    severities = [one["severity"] for one in clerk.ask("alert list")]
    assert severities == sorted(severities), "Major first"


def test_an_alert_is_dismissed(clerk: Clerk) -> None:
    """What somebody has dealt with would be in the way for ever."""
    clerk.books.tick(NOW + 40 * DAY)
    [expiring] = [one for one in clerk.ask("alert list") if one["alert"] == "Licenses Expiring"]
    said = clerk.do(f"alert dismiss {expiring['id'].upper()}")
    assert said == f"dismissed: Licenses Expiring: {expiring['message']}\n"
    assert expiring not in clerk.ask("alert list")
    [event] = clerk.ask("event list --limit 1")
    assert event["text"] == f"the alert 'Licenses Expiring' was dismissed: {expiring['message']}"
    assert "there is no alert" in clerk.refused(f"alert dismiss {expiring['id']}")


def test_an_alert_that_is_raised_anew_is_another_one(clerk: Clerk) -> None:
    """Whoever dismisses what he has read would dismiss what came since."""
    clerk.books.tick(NOW + 40 * DAY)
    [read] = [one for one in clerk.ask("alert list") if one["alert"] == "Licenses Expiring"]
    clerk.books.tick(NOW + 70 * DAY)
    assert "there is no alert" in clerk.refused(f"alert dismiss {read['id']}")
    assert "Licenses Expiring" in {one["alert"] for one in clerk.ask("alert list")}


def test_what_waits_for_a_person_cannot_be_dismissed(clerk: Clerk) -> None:
    """The only sign of what is refused or missing could be taken away."""
    for alert in clerk.ask("alert list"):
        assert alert["severity"] == "Major"
        assert "and not before" in clerk.refused(f"alert dismiss {alert['id']}")


def test_another_account_s_alert_is_safe(clerk: Clerk) -> None:
    """One customer's alert would be dismissed in the name of another one."""
    books = clerk.books
    other, _ = books.open("Other", "other.example")
    alert = Alert("key", "Kind", Severity.MINOR, other.id, None, "message", books.now)
    books.do(lambda work: work.put_alert(alert))
    [theirs] = clerk.ask("alert list --account other")
    assert theirs["source"] is None
    why = clerk.refused(f"alert dismiss {theirs['id']} --account example")
    assert why == f"there is no alert {theirs['id']} in 'Example'"
    assert "name the smart account" in clerk.refused(f"alert dismiss {theirs['id']}")
    with pytest.raises(AdminRefused, match="no such alert"):
        books.do(
            lambda work: dismiss_alert(work, books.account.id, "key", who="ann", now=books.now)
        )
    clerk.do(f"alert dismiss {theirs['id']} --account other")
    assert clerk.ask("alert list --account other") == []


def test_alerts_of_what_is_gone_are_the_account_s() -> None:
    """An alert would name a virtual account that nobody can find."""
    books = Books()
    stood = Alert("key", "Kind", Severity.MAJOR, books.account.id, books.lab.id, "text", books.now)
    books.do(lambda work: work.put_alert(stood))
    books.do(
        lambda work: remove_virtual_account(books.store, work, books.lab, who="a", now=books.now)
    )
    [alert] = Clerk(books).ask("alert list")
    assert (alert["alert"], alert["source"]) == ("Kind", None)


def test_who_did_what(clerk: Clerk) -> None:
    """Nobody could tell who gave licenses away."""
    clerk.do("virtual-account open Attic")
    clerk.do("token create --virtual-account attic --days 1")
    clerk.books.now += 2 * DAY
    clerk.do("virtual-account remove attic")
    newest, made, *_ = clerk.ask("event list")
    assert newest == {
        "at": "2026-11-03T12:00:00Z",
        "who": "ann",
        "virtual_account": None,
        "text": "virtual account 'Attic' was removed",
    }
    assert made["virtual_account"] == "(removed)"
    assert [one["text"] for one in clerk.ask("event list --since 2026-11-02")] == [newest["text"]]
    assert clerk.ask("event list --since 2026-11-03T12:00:01Z") == []
    assert {one["who"] for one in clerk.ask("event list --who device")} == {
        "device PID:N9K-C93180YC-EX,SN:FDO21120U5B"
    }
    assert {one["virtual_account"] for one in clerk.ask("event list --virtual-account lab")} == {
        "Lab"
    }
    assert "'then' is not a date" in clerk.refused("event list --since then")


def test_a_severity_is_a_word_and_a_color(capsys: pytest.CaptureFixture[str], clerk: Clerk) -> None:
    """Nothing would catch the eye of whoever looks at forty lines."""
    from licet.manager.cli import parser  # noqa: PLC0415
    from licet.shell import alerts  # noqa: PLC0415 - only this test prints for a terminal

    given = parser().parse_args(["alert", "list"])
    alerts.list_(clerk.site, given, Printer(terminal=Terminal(width=100, colors=True)))
    shown = capsys.readouterr().out
    assert "\x1b[31mMajor" in shown
    assert all(
        len(line.replace("\x1b[31m", "").replace("\x1b[0m", "")) <= 100
        for line in shown.splitlines()
    )
