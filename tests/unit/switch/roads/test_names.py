"""Names: what is asked for, and what never is."""

import ast
import ipaddress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import licet.switch.roads
from licet.switch.roads.faults import Fault, Stumbled
from licet.switch.roads.names import (
    Address,
    Permitted,
    find,
    is_forbidden,
    literal,
    normal,
    told_to_proxy,
)
from licet.switch.roads.roadmap import Names, Server, Way

ROOM = Path(licet.switch.roads.__file__).parent
HOSTS = (("tools.cisco.com", ("192.0.2.7",)), ("two.test", ("192.0.2.1", "2001:db8::1")))
ANSWER = (ipaddress.ip_address("198.51.100.1"),)


class Asked:
    """Answers everything, and remembers what it was asked."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def __call__(self, name: Permitted, _names: Names, _way: Way) -> tuple[Address, ...]:
        """Answer."""
        self.names.append(name.text)
        return ANSWER


def test_a_static_host_is_not_asked_for() -> None:
    """`ip host` would not go before the name servers."""
    asked = Asked()
    names = Names(hosts=HOSTS, servers=(Server("192.0.2.53"),))
    assert find("Tools.Cisco.Com.", names, Way(), asked) == (ipaddress.ip_address("192.0.2.7"),)
    assert find("192.0.2.9", names, Way(), asked) == (ipaddress.ip_address("192.0.2.9"),)
    assert find("2001:db8::9", names, Way(), asked) == (ipaddress.ip_address("2001:db8::9"),)
    assert len(find("two.test", names, Way(), asked)) == 2
    assert asked.names == []


@pytest.mark.parametrize(
    ("typed", "domain", "name"),
    [
        ("onprem", None, "onprem"),
        ("onprem", "example.test", "onprem.example.test"),
        ("onprem.", "example.test", "onprem"),
        ("a.b", "example.test", "a.b"),
        ("A_b", "Example.Test.", "a_b.example.test"),
    ],
)
def test_the_domain_name_completes_a_name_without_a_dot(
    typed: str, domain: str | None, name: str
) -> None:
    """A name would be asked for that is not the one which `ip domain-name` makes of it."""
    asked = Asked()
    assert find(typed, Names(domain=domain, system=True), Way(), asked) == ANSWER
    assert asked.names == [name]


@pytest.mark.parametrize(
    ("names", "cause"),
    [
        (Names(lookup=False, system=True), "'ip domain-lookup' is off"),
        (Names(), "cannot be looked up in VRF red: no name server is configured"),
    ],
)
def test_a_name_that_cannot_be_asked_for(names: Names, cause: str) -> None:
    """`no ip domain-lookup`, or a VRF without a name server, would not be what stops a lookup."""
    asked = Asked()
    with pytest.raises(Stumbled) as raised:
        find("onprem.test", names, Way("red"), asked)
    assert raised.value.fault is Fault.UNRESOLVED
    assert cause in raised.value.cause
    assert asked.names == []


@given(
    st.lists(st.text("abcXYZ0-_", min_size=1, max_size=5), max_size=3),
    st.text("cCiIsSoO.cCoOmM", min_size=9, max_size=9),
    st.sampled_from(["", "."]),
)
def test_a_name_under_cisco_com_cannot_even_be_held(labels: list[str], zone: str, dot: str) -> None:
    """One forgotten check would send a question about tools.cisco.com to the world."""
    name = ".".join([*labels, zone if zone.lower() == "cisco.com" else "Cisco.COM"]) + dot
    for text in (name, name.lower(), name.lower().removesuffix(".")):
        with pytest.raises(Stumbled):
            Permitted(text)


@pytest.mark.parametrize(
    "name", ["xcisco.com", "cisco.com.test", "cisco.community", "com", "cisco.co", "ciscocom"]
)
def test_other_names_may_be_asked_for(name: str) -> None:
    """An operator whose domain only looks alike could not use it."""
    assert not is_forbidden(name)
    assert Permitted(name).text == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "a..b",
        "-a",
        "a-",
        "a b",
        "a\0b",
        "a%2eb",
        "tools\u3002cisco\u3002com",
        "tools\uff0ecisco\uff0ecom",
        "a" * 64,
        ".".join(["a" * 60] * 5),
        "127.1",
        "0x7f.0x1",
        "2130706433",
        "1.2.3.4.5",
    ],
)
def test_what_is_no_host_name(name: str) -> None:
    """A resolver would take it for something else than what was looked at here."""
    assert literal(name) is None
    with pytest.raises(Stumbled) as raised:
        normal(name)
    assert raised.value.fault is Fault.BAD_URL


def test_a_proxy_is_told_what_may_be_asked_for() -> None:
    """A proxy would be sent to Cisco by name."""
    names = Names(hosts=HOSTS)
    assert told_to_proxy("tools.cisco.com", names) == "192.0.2.7"
    assert told_to_proxy("2001:DB8::1", names) == "2001:db8::1"
    assert told_to_proxy("OnPrem.test.", names) == "onprem.test"
    with pytest.raises(Stumbled):
        told_to_proxy("software.cisco.com", names)


# What would lead past the gate, and the one module that may say it.
WAYS_OUT = {
    "getaddrinfo": "asking.py",
    "resolve": "asking.py",
    "connect": "sockets.py",
    "connect_ex": "",
    "create_connection": "",
    "gethostbyname": "",
    "urlopen": "",
    "sendto": "",
    "ConnectionPool": "",
    "HTTPConnection": "",
    "HTTPProxy": "",
    "SyncBackend": "",
    "request": "",
}


def test_there_is_one_way_to_ask_and_one_to_connect() -> None:
    """A second way out of the room would not know what must not be asked for."""
    seen = set()
    for path in sorted(ROOM.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                name = node.func.attr
                if name in WAYS_OUT:
                    assert WAYS_OUT[name] == path.name, f"{path.name} calls {name}"
                    seen.add(name)
    assert seen == {"getaddrinfo", "resolve", "connect"}
