"""Names of interfaces: as they are typed, and as NX-OS prints them."""

import pytest

from licet.switch.grammar import Mode
from licet.switch.help import help_text
from licet.switch.parser import Command, Fault, Offers, Unread, offers, parse
from licet.switch.session import Session
from support.terminal import Lab, type_lines

# What is typed, and the name that it means.
NAMES = {
    "vlan 27": "Vlan27",
    "Vlan27": "Vlan27",
    "vl 27": "Vlan27",
    "Ethernet 1/1": "Ethernet1/1",
    "eth1/1": "Ethernet1/1",
    "e 01/01": "Ethernet1/1",
    "port-channel 10": "port-channel10",
    "po10": "port-channel10",
    "loopback 0": "loopback0",
    "lo0": "loopback0",
    "mgmt 0": "mgmt0",
    "mgmt0": "mgmt0",
}


@pytest.mark.parametrize("typed", NAMES)
def test_an_interface_may_be_one_word_or_two(typed: str) -> None:
    """A line of a guide or of a habit would be refused, or make an interface of another name."""
    session = Session(Lab().switch())
    name = NAMES[typed]
    printed = type_lines(
        session,
        "configure",
        f"ip http source-interface {typed} vrf management",
        f"interface {typed}",
        "where",
        "description here",
    )
    assert "%" not in printed
    assert f"conf; interface {name} " in printed
    shown = session.execute("show running-config")
    assert f"\nip http source-interface {name} vrf management\n" in shown
    assert f"\ninterface {name}\n  description here\n" in shown
    session.execute("no ip http source-interface")
    session.execute(f"no interface {typed}")
    assert (name == "mgmt0") is (f"interface {name}" in session.execute("show running-config"))


@pytest.mark.parametrize(
    ("typed", "column"),
    [
        ("vlan 4095", 15),
        ("vlan4095", 10),
        ("vlan 0", 15),
        ("loopback 1024", 19),
        ("mgmt 1", 15),
        ("mgmt1", 10),
        ("ethernet 1", 19),
        ("ethernet1", 10),
        ("port-channel 4097", 23),
        ("po1/1", 10),
        ("tunnel 1", 10),
        ("27", 10),
    ],
)
def test_what_is_no_interface_is_pointed_at(typed: str, column: int) -> None:
    """An interface that no switch has would be configured."""
    assert parse(f"interface {typed}", Mode.CONFIG) == Unread(Fault.INVALID, column)


def test_the_question_mark_names_the_kinds() -> None:
    """A person would not learn that the number may stand apart, nor which numbers there are."""
    found = offers("ip http source-interface ", Mode.CONFIG)
    assert isinstance(found, Offers)
    assert [word for word, _ in found.words] == [
        "ethernet",
        "loopback",
        "mgmt",
        "port-channel",
        "vlan",
    ]
    assert found.parameter is not None
    after = offers("interface vlan ", Mode.CONFIG)
    assert isinstance(after, Offers)
    assert help_text(after) == "  <1-4094>  Number of the VLAN\n"
    assert isinstance(parse("interface vlan", Mode.CONFIG), Unread)
    assert isinstance(parse("interface vlan 27", Mode.CALLHOME), Command)


def test_interfaces_have_their_short_names() -> None:
    """The table of interfaces would not be the one that scripts know."""
    session = Session(Lab().switch())
    type_lines(session, "configure", *(f"interface {typed}" for typed in NAMES), "end")
    rows = session.execute("show interface status").splitlines()[4:]
    assert [row.split()[0] for row in rows] == ["Eth1/1", "Vlan27", "Lo0", "mgmt0", "Po10"]
