"""What else `show` commands print: structured output, events, servers, zones."""

import json
from collections.abc import Callable

import pytest

from licet.switch.calling import DIRECT_URL
from licet.switch.roads.faults import Fault, Missed
from licet.switch.session import Session
from support.terminal import DIRECT, Lab, type_lines

# device.md 1.8: the keys of NX-OS's structured output, those in brackets only where they are set.
CALLHOME_KEYS = [
    "output_state",
    "info",
    "per_name",
    "email_info",
    "ph_info",
    "str_addr",
    "site_id",
    "cust_id",
    "contr_id",
    "swi_pri",
    "swi_pri_value",
    "dup_mess",
    "per_inv",
    "per_time",
    "per_timeofday",
    "dist",
]
PROFILE_KEYS = [
    "max_mess_size",
    "mess_format",
    "mess_level",
    "trans_method",
    "email_info",
    "TABLE_email",
    "url_info",
    "TABLE_url",
    "alert_groups",
    "TABLE_alert",
]


@pytest.fixture
def session() -> Session:
    """A terminal at a switch that is configured as the source document says."""
    session = Session(Lab().switch())
    type_lines(session, *DIRECT, "end")
    return session


def structured(session: Session, command: str) -> dict[str, object]:
    """Return the structured output of a command."""
    found: dict[str, object] = json.loads(session.execute(f"{command} | json"))
    assert json.loads(session.execute(f"{command} | json-pretty")) == found
    return found


def test_call_home_has_the_documented_keys(session: Session) -> None:
    """Automation that reads NX-API's keys would find others."""
    found = structured(session, "show callhome")
    assert [key for key in found if not key.endswith("_conf")] == CALLHOME_KEYS
    assert found["output_state"] == "callhome enabled\n"
    assert found["email_conf"] == "sch-smart-licensing@cisco.com"
    assert "ph_conf" not in found


def test_profiles_have_the_documented_keys(session: Session) -> None:
    """Automation would not find the URL that licensing goes to."""
    full = structured(session, "show callhome destination-profile profile full-txt-destination")
    assert list(full) == ["dest_full_info", *PROFILE_KEYS]
    tac = structured(session, "show callhome destination-profile profile CiscoTAC-1")
    assert list(tac) == ["tac_xml_info", *(key for key in PROFILE_KEYS if key != "mess_format")]
    assert tac["TABLE_url"] == [{"index": "1", "url_conf": DIRECT_URL}]
    every = structured(session, "show callhome destination-profile")
    assert len(every["TABLE_call_info"]) == 3  # type: ignore[arg-type]


def test_transports_have_the_documented_keys(session: Session) -> None:
    """Automation would not find the proxy."""
    found = structured(session, "show callhome transport")
    # Those that the reference has without brackets, and no other.
    assert found == {
        "vrf": "management",
        "from_email": "",
        "http_prox": "",
        "http_port": "",
        "http_state": "Disabled",
    }
    type_lines(
        session,
        "configure",
        "callhome",
        "transport http proxy server proxy.example.com",
        "transport email from a@example.com",
        "transport email mail-server mail.example.com port 2525",
        "end",
    )
    found = structured(session, "show callhome transport")
    assert (found["http_prox"], found["http_port"]) == ("proxy.example.com", "8080")
    assert structured(session, "show callhome transport-email") == {
        "from_email": "a@example.com",
        "smtp_server": "mail.example.com",
        "smtp_server_port": "2525",
    }
    assert list(structured(session, "show callhome user-def-cmds")) == [
        "user_configured_cmds",
        "TABLE_user_def_cmds",
    ]


@pytest.mark.parametrize("command", ["clock", "feature", "inventory", "version", "vrf"])
def test_other_structured_output_is_json(session: Session, command: str) -> None:
    """`| json` would print what no program reads."""
    assert structured(session, f"show {command}")


def test_the_traditional_table_alone_is_json() -> None:
    """A script would read the table's columns where the switch prints the agent's layout."""
    session = Session(Lab().switch())
    table = structured(session, "show license usage")["TABLE_show_lic_usage"]
    assert {row["status"] for row in table["ROW_show_lic_usage"]} == {"Unused"}  # type: ignore[index]
    type_lines(session, "configure", "license smart enable", "end")
    session.execute("show license usage | json")
    assert session.refused


def test_a_vrf_keeps_its_number(session: Session) -> None:
    """The default VRF would have another number than automation knows it by."""
    type_lines(session, "configure", "vrf context blue", "end")
    numbers = {
        line.split()[0]: line.split()[1] for line in session.execute("show vrf").splitlines()
    }
    assert numbers == {"VRF-Name": "VRF-ID", "blue": "3", "default": "1", "management": "2"}


def test_a_command_without_structured_output_says_so(session: Session) -> None:
    """A script would read text where it asked for JSON."""
    printed = session.execute("show license status | json")
    assert printed == "% 'show license status' has no JSON output\n"
    assert session.refused


def test_profiles_of_ones_own(session: Session) -> None:
    """What NX-OS can be told of profiles would be refused, or be lost."""
    lines = (
        "destination-profile noc index 2 email-addr noc@example.com",
        "destination-profile noc http https://noc.example.com/x",
        "destination-profile noc transport-method http",
        "destination-profile noc alert-group System",
        "destination-profile noc message-level 3",
        "destination-profile noc format short-txt",
        "destination-profile full-txt-destination message-size 9000",
        "no destination-profile short-txt-destination alert-group All",
        "destination-profile empty",
    )
    printed = type_lines(session, "configure", "callhome", *lines, "end")
    assert "%" not in printed
    shown = session.execute("show callhome destination-profile profile noc")
    assert shown.startswith("noc destination profile information\nmaximum message size:2500000\n")
    assert "noc@example.com\n\nurl addresses configured:\nhttps://noc.example.com/x\n" in shown
    running = session.execute("show running-config callhome")
    for line in lines[2:]:
        assert f"  {line}\n" in running
    # Licensing goes by CiscoTAC-1 alone.
    assert session._terminal.callhome.url == DIRECT_URL
    type_lines(session, "configure", "callhome", "no destination-profile noc", "end")
    assert session.execute("show callhome destination-profile profile noc") == (
        "% There is no such profile\n"
    )


def test_what_is_set_by_default_is_shown_and_can_be_typed(session: Session) -> None:
    """`all` would show a configuration that is another one."""
    shown = session.execute("show running-config all")
    assert "  no duplicate-message" not in shown
    for line in ("  duplicate-message throttle", "  switch-priority 7", "ip domain-lookup"):
        assert f"{line}\n" in shown
    assert "license level essentials\n" in shown
    second = Session(Lab().switch())
    second.execute("configure terminal")
    assert [second.execute(line) for line in shown.splitlines()] == [""] * shown.count("\n")
    assert second._terminal.callhome == session._terminal.callhome
    assert second.execute("show running-config all | exclude ^!") == session.execute(
        "show running-config all | exclude ^!"
    )


def test_the_event_log_tells_what_the_log_tells(session: Session) -> None:
    """A failure's reason would be found in the log, and not where licensing's events are."""
    session.execute("license smart register idtoken x")
    printed = session.execute("show license eventlog")
    assert printed.startswith(
        "**** Event Log ****\n\n2022-06-22 16:00:00.000 UTC SAEVT_AGENT_READY "
    )
    assert "SAEVT_AGENT_ENABLED msg=" in printed
    session._terminal.switch.log.extend(["no line of a log", "2022 Feb 31 25:00:00 x %LICMGR"])
    assert session.execute("show license eventlog") == printed
    assert session.execute("show license eventlog 1") == printed
    session.execute("clear logging logfile")
    assert session.execute("show logging logfile") == ""
    assert session.execute("show license eventlog") == (
        "**** Event Log ****\n\n No EventLog Found.    \n"
    )


def test_times_are_printed_in_the_zone(session: Session) -> None:
    """An operator would compare times of two zones."""
    type_lines(session, "configure", "clock timezone CEST 2 0", "feature bgp", "end")
    assert session.execute("show clock") == "18:00:00.000 CEST Wed Jun 22 2022\n"
    assert "!Time: Wed Jun 22 18:00:00 2022\n" in session.execute("show running-config")
    assert "at: Wed Jun 22 18:00:00 2022\n" in session.execute("show running-config")
    assert session.execute("show logging logfile | last 1").startswith(
        "2022 Jun 22 18:00:00 CEST switch %LICMGR-5-"
    )
    assert " 18:00:00.000 CEST SAEVT_" in session.execute("show license eventlog | last 1")
    assert "Current time: Jun 22 18:00:00 2022 CEST\n" in session.execute(
        "show license tech support"
    )


def test_traditional_licensing_has_no_files(session: Session) -> None:
    """A script that looks for license files would take an error for one."""
    assert session.execute("show license") == session.execute("show license brief") == ""
    assert session.execute("show license file x.lic") == "% License file x.lic not found\n"
    assert f"{'bgp':<30}LAN_ENTERPRISE_SERVICES_PKG\n" in session.execute(
        "show license feature package mapping"
    )


def test_servers_banners_and_interfaces(session: Session) -> None:
    """What was configured could not be looked at."""
    type_lines(
        session,
        "configure",
        "logging server 192.0.2.9 3 port 5514 use-vrf management",
        "banner motd #Keep out#",
        "interface vlan 27",
        "interface Vlan27",
        "description out of band",
        "end",
    )
    assert "{192.0.2.9}\n        server severity:        errors\n" in session.execute(
        "show logging server"
    )
    assert session.execute("show banner motd") == "Keep out\n"
    assert f"{'Vlan27':<14}{'out_of_band':<19}disabled" in session.execute("show interface status")
    assert "Length: the terminal's own" in session.execute("show terminal")


def test_where_a_session_is(session: Session) -> None:
    """An operator would configure another VRF than he believes."""
    type_lines(session, "configure", "vrf context blue")
    assert session.execute("where") == f"  {'conf; vrf context blue':<24}switch\n"


class Knocking(Lab):
    """A lab whose network can be tried; `later` keeps what is delivered."""

    outcome: int | Missed = 200
    later: list[Callable[[], None]] | None = None

    def knock(self, url: str, deliver: Callable[[int | Missed], None]) -> None:
        """Go to a URL."""
        self.posted.append(url)
        if self.later is None:
            deliver(self.outcome)
        else:
            self.later.append(lambda: deliver(self.outcome))


def test_call_home_is_tried_as_it_is_configured() -> None:
    """Nobody could find out where a road ends but by registering."""
    lab = Knocking()
    session = Session(lab.switch())
    assert "% The test message was not sent: call home is not enabled" in session.execute(
        "callhome test"
    )
    type_lines(session, *DIRECT, "end")
    assert session.execute("callhome test").endswith(
        "/DDCEService (the server answered with HTTP status 200)\n"
    )
    lab.later, lab.outcome = [], Missed(Fault.CALL_HOME_OFF, "nobody is there")
    assert session.execute("callhome test").endswith("run show logging logfile\n")
    [then] = lab.later
    then()
    assert "%CALLHOME-3-TEST_FAILED: Test message to: https://" in session.execute(
        "show logging logfile | last 1"
    )
    assert "SAEVT_TEST_FAILED" in session.execute("show license eventlog")


def test_a_simulated_network_says_that_it_is_one(session: Session) -> None:
    """A person in the lab would take it for a fault."""
    assert session.execute("callhome test").endswith("this network is simulated\n")
