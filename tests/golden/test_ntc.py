"""What other people's parsers read in our output (device.md 3.3)."""

import re
from collections.abc import Mapping

import pytest
from ntc_templates.parse import parse_output  # type: ignore[import-untyped]
from textfsm.parser import TextFSMError  # type: ignore[import-untyped]

from licet.switch.features import FEATURES, TAGS
from licet.switch.session import Session
from licet.switch.show.status import license_status
from licet.switch.show.text import CONVERSION
from licet.switch.show.usage import license_usage
from support.terminal import Lab, type_lines
from support.views import VIEWS

REGISTERED = {"smart_acct": "Example Company", "virt_acct": "Default", "reg_status": "REGISTERED"}
UNREGISTERED = {"smart_acct": "", "virt_acct": "", "reg_status": "UNREGISTERED"}
# The template reads one word of a registration's status: of two it reads none.
OTHER = {"smart_acct": "", "virt_acct": "", "reg_status": ""}

# It reads the status of an authorization only where a date follows.
READ: Mapping[str, Mapping[str, str]] = {
    "nothing in use": {**UNREGISTERED, "license_auth": ""},
    "evaluation": {**UNREGISTERED, "license_auth": ""},
    "evaluation expired": {**UNREGISTERED, "license_auth": ""},
    "registering": {**OTHER, "license_auth": ""},
    "registering again": {**OTHER, "license_auth": ""},
    "registration retried": {**OTHER, "license_auth": ""},
    "registration failed": {**OTHER, "license_auth": ""},
    "registered, nothing in use": {**REGISTERED, "license_auth": ""},
    "registered, not answered yet": {**REGISTERED, "license_auth": ""},
    "registered, evaluation expired": {**REGISTERED, "license_auth": ""},
    "authorized": {**REGISTERED, "license_auth": "AUTHORIZED"},
    "out of compliance": {**REGISTERED, "license_auth": "OUT OF COMPLIANCE"},
    "renewals failed": {**REGISTERED, "license_auth": "AUTHORIZED"},
    "renewals done": {**REGISTERED, "license_auth": "AUTHORIZED"},
    "authorization expired": {**REGISTERED, "license_auth": ""},
}


def read(platform: str, command: str, text: str) -> list[dict[str, str]]:
    """Return what a template of ntc-templates reads."""
    rows: list[dict[str, str]] = parse_output(platform=platform, command=command, data=text)
    return rows


def test_every_state_is_tried() -> None:
    """A state that breaks people's parsers could be added unseen."""
    assert READ.keys() | {"disabled"} == VIEWS.keys()


@pytest.mark.parametrize("name", READ)
def test_the_status_template_reads_every_state(name: str) -> None:
    """Automation that reads `show license status` by ntc-templates would fail or be misled."""
    [found] = read("cisco_ios", "show license status", license_status(VIEWS[name]))
    assert {key: found[key] for key in READ[name]} == READ[name]
    assert found["sl_enabled"] == "ENABLED"


def test_the_status_template_reads_that_it_is_off() -> None:
    """Automation would take a switch without smart licensing for one with it."""
    [found] = read("cisco_ios", "show license status", license_status(VIEWS["disabled"]))
    assert found["sl_enabled"] == "DISABLED"


@pytest.mark.parametrize(
    "name", ["evaluation", "registered, nothing in use", "authorized", "out of compliance"]
)
def test_the_strict_template_reads_the_blocks_that_it_knows(name: str) -> None:
    """A line of the two main blocks would be one that no agent of the family prints."""
    text = license_status(VIEWS[name])
    known = text.removesuffix("\n" + "".join(f"{line}\n" for line in CONVERSION))
    assert known != text
    [found] = read("cisco_asa", "show license all", known)
    view = VIEWS[name]
    assert found["smart_status"] == "ENABLED"
    if view.registration.expires_at is not None:
        assert found["registration_initial_status"] == "SUCCEEDED"
        assert found["registration_initial_date"] == "Jun 22 16:15:41 2022 UTC"
        assert found["registration_next_renewal_date"] == "Dec 19 16:15:41 2022 UTC"
        assert found["registration_expiration_date"] == "Jun 22 16:10:00 2023 UTC"
        assert found["auth_next_communication_date"] == "Jul 02 06:05:04 2022 UTC"
        assert found["auth_deadline"] == "Sep 20 16:11:00 2022 UTC"
    else:
        assert found["eval_remaining"] == "89 days, 1 hours, 33 minutes, 51 seconds"


def test_the_strict_template_reads_the_reason_of_a_failure() -> None:
    """A reason would not be found where parsers look for it: under its attempt, four spaces in."""
    text = license_status(VIEWS["renewals failed"])
    known = text.removesuffix("\n" + "".join(f"{line}\n" for line in CONVERSION))
    [found] = read("cisco_asa", "show license all", known)
    assert found["registration_last_renewal"] == "FAILED"
    assert found["registration_last_renewal_error"] == "Communication message send error"
    assert found["auth_fail_error"] == "Communication message send error"


def test_the_usage_template_reads_the_traditional_table() -> None:
    """Automation would not find a package, or take one for installed."""
    text = license_usage(VIEWS["disabled"], tuple(TAGS))
    rows = read("cisco_nxos", "show license usage", text)
    assert [row["feature"] for row in rows] == list(TAGS)
    assert {(row["installed"], row["status"], row["comments"]) for row in rows} == {
        ("No", "Unused", "-")
    }


LEFT = "  Evaluation Period Remaining: 89 days, 1 hours, 33 minutes, 51 seconds"
ENDED = "  EVALUATION PERIOD EXPIRED on Dec 03 08:05:02 2022 UTC"
NOTHING = "No licenses in use"
# The first line of the agent's layout that `cisco_nxos` refuses, by state. It was made for a sample of
# a switch that is authorized: it has no line for an evaluation, nor for nothing in use, and wants a
# description, which a license has from the first authorization answer on (device.md 1.5.2).
REFUSED: Mapping[str, str] = {
    "nothing in use": NOTHING,
    "evaluation": LEFT,
    "evaluation expired": ENDED,
    "registering": LEFT,
    "registering again": LEFT,
    "registration retried": LEFT,
    "registration failed": NOTHING,
    "registered, nothing in use": NOTHING,
    "registered, not answered yet": LEFT,
    "registered, evaluation expired": ENDED,
}
USED = (
    "authorized",
    "out of compliance",
    "renewals failed",
    "renewals done",
    "authorization expired",
)


@pytest.mark.parametrize("name", USED)
def test_the_usage_template_reads_the_agents_layout(name: str) -> None:
    """Automation would not find what an authorized switch uses, or how many of it.

    The stock template reads name, count and description of every license. Of a status it knows `IN USE`
    and `Not Applicable`, words of another generation of the agent, and leaves ours out.
    """
    rows = read("cisco_nxos", "show license usage", license_usage(VIEWS[name], ()))
    assert [(row["feature"], row["license_count"], row["comments"]) for row in rows] == [
        ("LAN_ENTERPRISE_SERVICES_PKG", "1", "LAN routing"),
        ("NXOS_ADVANTAGE", "12", "Advantage"),
    ]
    assert {row["status"] for row in rows} == {""}


@pytest.mark.parametrize("name", REFUSED)
def test_the_usage_template_refuses_a_known_line(name: str) -> None:
    """Where automation fails, it would be another line than the documented one."""
    with pytest.raises(TextFSMError, match=re.escape(f"Input Line: {REFUSED[name]}") + r"\Z"):
        read("cisco_nxos", "show license usage", license_usage(VIEWS[name], ()))


def test_without_a_description_the_usage_template_refuses_a_license() -> None:
    """The first refused line would hide that the next one is refused as well."""
    text = license_usage(VIEWS["evaluation"], ()).replace(f"{LEFT}\n", "")
    with pytest.raises(TextFSMError, match=r"Input Line:   Description: \Z"):
        read("cisco_nxos", "show license usage", text)


def test_every_state_of_usage_is_tried() -> None:
    """A state could be added whose usage nobody held against the template."""
    assert {*USED, *REFUSED, "disabled"} == VIEWS.keys()


def test_the_feature_and_clock_templates_read_ours() -> None:
    """Automation would not see a feature that is on, or the switch's time."""
    session = Session(Lab().switch())
    type_lines(session, "configure terminal", "feature bgp", "feature nv overlay")
    rows = read("cisco_nxos", "show feature", session.execute("show feature"))
    assert len(rows) == len(FEATURES)
    assert {row["name"] for row in rows if row["state"] == "enabled"} == {"bgp", "nve"}
    [clock] = read("cisco_nxos", "show clock", session.execute("show clock"))
    assert (clock["time"], clock["dayweek"], clock["year"]) == ("16:00:00.000", "Wed", "2022")


def test_the_templates_of_the_box_read_ours() -> None:
    """Automation would not find the serial number, the name, the VRFs or the interfaces."""
    session = Session(Lab().switch())
    type_lines(session, "configure terminal", "hostname leaf-1", "interface Vlan27", "end")
    [version] = read("cisco_nxos", "show version", session.execute("show version"))
    assert (version["os"], version["platform"]) == ("9.3(4)", "N9K-C93180YC-EX")
    assert (version["hostname"], version["serial"]) == ("leaf-1", "FDO21120U5B")
    [part] = read("cisco_nxos", "show inventory", session.execute("show inventory"))
    assert (part["pid"], part["sn"]) == ("N9K-C93180YC-EX", "FDO21120U5B")
    assert read("cisco_nxos", "show hostname", session.execute("show hostname")) == [
        {"hostname": "leaf-1"}
    ]
    rows = read("cisco_nxos", "show interface status", session.execute("show interface status"))
    assert [(row["port"], row["status"]) for row in rows] == [
        ("Vlan27", "disabled"),
        ("mgmt0", "connected"),
    ]
    rows = read("cisco_nxos", "show vrf", session.execute("show vrf"))
    assert [row["name"] for row in rows] == ["default", "management"]
