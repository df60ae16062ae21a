"""A text that is typed into a configuration, without a switch and at one."""

import pytest

from licet.switch.changes.trust import print_pem
from licet.switch.configuration import FACTORY
from licet.switch.retyping import retype
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
    assert typed.refused == ("reload", "show clock")
    assert typed.configuration.features == {"bgp", "ospf"}
    assert retype("").configuration == FACTORY
