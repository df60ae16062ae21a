"""A text that is typed into a configuration, without a switch and at one."""

import pytest

from licet.switch.changes.trust import print_pem
from licet.switch.configuration import FACTORY
from licet.switch.retyping import Untaken, retype
from licet.switch.session import Session
from support.certificates import Estate
from support.terminal import Lab, type_lines

ROOT = Estate().root
WHOLE = f"""
!Command: show running-config
!Time: Wed Jun 22 16:16:28 2022

version 9.3(4) Bios:version 07.67
hostname leaf-1
banner motd %Keep out
  of rack # 7%

feature bgp

license smart enable

ip host tools.cisco.com 192.0.2.1 2001:db8::1
crypto ca trustpoint site
crypto ca authenticate site
{print_pem(ROOT)}END OF INPUT
yes

callhome
  email-contact sch-smart-licensing@cisco.com
  destination-profile CiscoTAC-1 transport-method http
  destination-profile CiscoTAC-1 index 1 http https://licenses.example.com/x
  transport http use-vrf management
  enable

vrf context management
  ip name-server 192.0.2.53
interface mgmt0
  vrf member management
  ip address 192.0.2.7/24
logging server 192.0.2.9 3
"""


def test_a_whole_configuration_can_be_pasted() -> None:
    """A switch could not be replaced by another one."""
    session = Session(Lab().switch())
    session.execute("configure terminal")
    for line in WHOLE.splitlines():
        session.execute(line)
        assert not session.refused, line
    typed = retype(WHOLE)
    assert typed.refused == ()
    running = session._terminal.configuration
    assert typed.configuration.trust_points == running.trust_points
    assert running.trust_points[0].certificates == (ROOT,)
    assert running.banner == "Keep out\n  of rack # 7"
    shown = session.execute("show running-config")
    again = retype(shown)
    assert again.refused == ()
    assert again.configuration == typed.configuration
    assert "licenses.example.com" in shown
    assert "subject=" in session.execute("show crypto ca certificates site")
    assert session.execute("show crypto ca certificates none").startswith("% There is no such")


@pytest.mark.parametrize(
    "lines",
    [
        ("crypto ca authenticate none",),
        ("crypto ca trustpoint a", "crypto ca authenticate a", "no pem", "END OF INPUT"),
        (
            "crypto ca trustpoint a",
            "crypto ca authenticate a",
            print_pem(ROOT)[:99],
            "END OF INPUT",
        ),
        (
            "crypto ca trustpoint a",
            "crypto ca authenticate a",
            print_pem(ROOT),
            "END OF INPUT",
            "no",
        ),
    ],
)
def test_a_certificate_that_is_not_taken_leaves_nothing(lines: tuple[str, ...]) -> None:
    """A switch would trust whom nobody agreed to, or half a certificate."""
    typed = retype("\n".join(lines))
    assert len(typed.refused) == 1
    assert all(each.certificates == () for each in typed.configuration.trust_points)


def test_a_dialogue_that_is_broken_off_leaves_nothing() -> None:
    """Ctrl-C would take half of what was pasted."""
    session = Session(Lab().switch())
    type_lines(session, "configure", "crypto ca trustpoint a", "crypto ca authenticate a", "-----")
    assert session.asking
    assert session.complete("sh") == ()
    session.cancel()
    assert session.prompt == "switch(config)# "
    assert session._terminal.configuration.trust_points[0].certificates == ()


def test_what_does_not_configure_is_refused() -> None:
    """A file that is copied to the configuration would reload the switch."""
    typed = retype("hostname a\nreload\nshow clock\nexit\nfeature bgp\nend\nfeature ospf\n")
    assert [each.line for each in typed.refused] == ["reload", "show clock"]
    assert typed.configuration.features == {"bgp", "ospf"}
    assert retype("").configuration == FACTORY


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("hostnme leaf1", "Invalid command at 'hostnme'"),
        ("ip domain-", "Ambiguous command at 'domain-'"),
        ("ip host name", "Incomplete command"),
        ("ntp server 192.0.2.1", "'ntp' is a command of NX-OS that this switch does not model"),
        ("no ip host none", "There is no such host"),
        ("show clock", "it configures nothing"),
    ],
)
def test_why_a_line_was_not_taken_is_told(line: str, reason: str) -> None:
    """An operator would have to find out what is wrong with his configuration by trying."""
    assert retype(f"!\n{line}\n").refused == (Untaken(2, line, reason),)


def test_a_secret_is_not_told() -> None:
    """A password with a typing error before it would stand in the log, and on a syslog server."""
    text = (
        "callhome\n  licet proxy user a password 9 opensesame\nlicense smart register idt SECRET\n"
    )
    told = [each.told for each in retype(text).refused]
    assert told == [
        "line 2: licet proxy user a password ... (Invalid command)",
        "line 3: license smart register idt ... (it configures nothing)",
    ]


def test_a_line_without_an_end_is_told_in_short() -> None:
    """One line of a file that is no configuration would fill the log."""
    [untaken] = retype("x" * 1_000_000).refused
    assert len(untaken.told) < 500
    assert untaken.told.startswith("line 1: xxx")


def test_what_stands_below_a_line_that_is_not_taken_changes_nothing_else() -> None:
    """The settings of an interface that this switch lacks would be given to the one before it."""
    text = (
        "interface Vlan27\n  no shutdown\ninterface tunnel1\n  shutdown\n\n  description b\n"
        "vrf context -\n  ip name-server 192.0.2.1\nhostname leaf1\n"
    )
    typed = retype(text)
    assert [(each.number, each.reason) for each in typed.refused] == [
        (3, "Invalid command at 'tunnel1'"),
        (4, "it belongs to line 3"),
        (6, "it belongs to line 3"),
        (7, "Invalid command at '-'"),
        (8, "it belongs to line 7"),
    ]
    vlan = typed.configuration.interface("Vlan27")
    assert vlan is not None
    assert (vlan.shutdown, vlan.description) == (False, None)
    assert typed.configuration.name_servers == ()
    assert typed.configuration.host_name == "leaf1"
