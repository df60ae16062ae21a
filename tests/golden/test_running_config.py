"""What `show running-config` prints after the source document's commands were typed."""

from inline_snapshot import snapshot

from licet.switch.session import Session
from support.terminal import DIRECT, Lab, type_lines

DDCE = "tools.cisco.com/its/service/oddce/services/DDCEService"


def test_the_source_documents_direct_configuration() -> None:
    """The recipe of the source document, typed line by line, would not give what it prints."""
    lab = Lab()
    session = Session(lab.switch())
    lab.at(16, 14, 37)
    type_lines(session, *DIRECT, "end")
    lab.at(16, 16, 28)
    assert type_lines(session, "show run callhome") == snapshot("""\
switch# show run callhome

!Command: show running-config callhome
!Running configuration last done at: Wed Jun 22 16:14:37 2022
!Time: Wed Jun 22 16:16:28 2022

version 9.3(4) Bios:version 07.67
callhome
  email-contact sch-smart-licensing@cisco.com
  destination-profile CiscoTAC-1 transport-method http
  destination-profile CiscoTAC-1 index 1 http https://tools.cisco.com/its/service/oddce/services/DDCEService
  transport http use-vrf management
  enable
""")


def test_the_source_documents_remedy_for_http() -> None:
    """Scenario 2's remedy, typed as printed, would leave the switch talking to http://."""
    session = Session(Lab().switch())
    type_lines(
        session,
        "configure terminal",
        "callhome",
        "email-contact abc@example.com",
        "phone-contact +919XXXXXXXXX",
        "streetaddress ST3, RD 4, Bangalore",
        "destination-profile CiscoTAC-1 transport-method http",
        f"destination-profile CiscoTAC-1 index 1 http http://{DDCE}",
        "transport http use-vrf management",
        "end",
    )
    assert session.execute("show running-config callhome") == snapshot("""\

!Command: show running-config callhome
!Running configuration last done at: Wed Jun 22 16:00:00 2022
!Time: Wed Jun 22 16:00:00 2022

version 9.3(4) Bios:version 07.67
callhome
  email-contact abc@example.com
  phone-contact +919XXXXXXXXX
  streetaddress ST3, RD 4, Bangalore
  destination-profile CiscoTAC-1 transport-method http
  destination-profile CiscoTAC-1 index 1 http http://tools.cisco.com/its/service/oddce/services/DDCEService
  transport http use-vrf management
""")
    typed = type_lines(
        session,
        "configure terminal",
        "callhome",
        "enable",
        " destination-profile CiscoTAC-1 transport-method http",
        f" no destination-profile CiscoTAC-1 index 1 http http://{DDCE}",
        f" destination-profile CiscoTAC-1 http https://{DDCE}",
        "show running-config callhome",
    )
    assert typed == snapshot("""\
switch# configure terminal
Enter configuration commands, one per line. End with CNTL/Z.
switch(config)# callhome
switch(config-callhome)# enable
switch(config-callhome)#  destination-profile CiscoTAC-1 transport-method http
switch(config-callhome)#  no destination-profile CiscoTAC-1 index 1 http http://tools.cisco.com/its/service/oddce/services/DDCEService
switch(config-callhome)#  destination-profile CiscoTAC-1 http https://tools.cisco.com/its/service/oddce/services/DDCEService
switch(config-callhome)# show running-config callhome

!Command: show running-config callhome
!Running configuration last done at: Wed Jun 22 16:00:00 2022
!Time: Wed Jun 22 16:00:00 2022

version 9.3(4) Bios:version 07.67
callhome
  email-contact abc@example.com
  phone-contact +919XXXXXXXXX
  streetaddress ST3, RD 4, Bangalore
  destination-profile CiscoTAC-1 transport-method http
  destination-profile CiscoTAC-1 index 1 http https://tools.cisco.com/its/service/oddce/services/DDCEService
  transport http use-vrf management
  enable
""")


def test_the_whole_configuration() -> None:
    """What a switch is configured to do could not be typed into another one."""
    session = Session(Lab().switch())
    type_lines(
        session,
        *DIRECT,
        "contract-id 1234",
        "customer-id Example",
        "site-id Berlin 1",
        "site-id Berlin-1",
        "hostname leaf-1",
        "feature nv overlay",
        "feature bgp",
        "license level advantage",
    )
    assert session.execute("show running-config") == snapshot("""\

!Command: show running-config
!Running configuration last done at: Wed Jun 22 16:00:00 2022
!Time: Wed Jun 22 16:00:00 2022

version 9.3(4) Bios:version 07.67
hostname leaf-1

feature bgp
feature nv overlay

license smart enable
license level advantage

callhome
  email-contact sch-smart-licensing@cisco.com
  contract-id 1234
  customer-id Example
  site-id Berlin-1
  destination-profile CiscoTAC-1 transport-method http
  destination-profile CiscoTAC-1 index 1 http https://tools.cisco.com/its/service/oddce/services/DDCEService
  transport http use-vrf management
  enable

vrf context management

interface mgmt0
  vrf member management
""")


def test_a_fresh_switch() -> None:
    """A switch from the factory would not know the direct URL, or would call home by itself."""
    assert Session(Lab().switch()).execute("show running-config") == snapshot("""\

!Command: show running-config
!No configuration change since last restart
!Time: Wed Jun 22 16:00:00 2022

version 9.3(4) Bios:version 07.67

callhome
  destination-profile CiscoTAC-1 index 1 http https://tools.cisco.com/its/service/oddce/services/DDCEService

vrf context management

interface mgmt0
  vrf member management
""")


def test_what_is_shown_can_be_typed() -> None:
    """A configuration copied from one switch would mean another thing on the next."""
    first = Session(Lab().switch())
    type_lines(
        first,
        *DIRECT,
        f"no destination-profile CiscoTAC-1 http https://{DDCE}",
        "destination-profile CiscoTAC-1 index 3 http https://licenses.example.com",
        "streetaddress ST3, RD 4",
        "feature mpls l3vpn",
        "hostname leaf-1",
    )
    shown = first.execute("show running-config")
    second = Session(Lab().switch())
    second.execute("configure terminal")
    lines = [line for line in shown.splitlines() if not line.startswith("version")]
    assert [second.execute(line) for line in lines] == [""] * len(lines)
    assert second.execute("show running-config") == shown
