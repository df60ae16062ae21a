"""Product instances and clones at the command line."""

from dataclasses import replace

import pytest
from inline_snapshot import snapshot

from licet.kernel.ids import Udi
from licet.kernel.time import DAY
from licet.registrar.alerts import possible_clone
from support.clerk import Clerk, busy_clerk, device

SPINE = "PID:N9K-C93180YC-EX,SN:FDO21120U5B"
LEAF = "PID:N9K-C93180YC-EX,SN:FDO21120U5C"


@pytest.fixture
def clerk() -> Clerk:
    """A clerk with something of everything."""
    return busy_clerk()


def udis(clerk: Clerk, options: str = "") -> list[str]:
    """Return the serial numbers in a list."""
    return [one["udi"].rpartition(":")[2] for one in clerk.ask(f"instance list {options}")]


def test_what_is_registered(clerk: Clerk) -> None:
    """Nobody would see which devices are there, how they stand, and what they use."""
    assert clerk.do("instance list") == snapshot(
        """\
UDI                                 HOST NAME            VIRTUAL ACCOUNT  STATUS         LAST CONTACT AT    LICENSES
PID:N9K-C93180YC-EX,SN:FDO21120U5B  spine-1.example.com  Default          cloned         2026-11-01 12:00Z  LAN license x3, MPLS license
PID:N9K-C93180YC-EX,SN:FDO21120U5C  leaf-17              Lab              in-compliance  2026-11-01 12:00Z  LAN license x2
PID:WS-C3850-24T-E,SN:FOC1843X0AB   -                    Lab              not-in-use     2026-11-01 12:00Z  -
"""
    )
    [spine] = clerk.ask("instance list --match SPINE")
    assert spine["licenses"] == [
        {"license": "LAN license", "count": 3, "compliance": "out-of-compliance"},
        {"license": "MPLS license", "count": 1, "compliance": "out-of-compliance"},
    ]


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ("--status cloned", ["FDO21120U5B"]),
        ("--status not-in-use", ["FOC1843X0AB"]),
        ("--license 'lan license'", ["FDO21120U5B", "FDO21120U5C"]),
        ("--license 'mpls license' --status in-compliance", []),
        ("--match fdo", ["FDO21120U5B", "FDO21120U5C"]),
        ("--match leaf-17", ["FDO21120U5C"]),
        ("--virtual-account lab", ["FDO21120U5C", "FOC1843X0AB"]),
        ("--silent-days 1", []),
        ("--silent-days 0", ["FDO21120U5B", "FDO21120U5C", "FOC1843X0AB"]),
        ("--silent-days 99999999999999", []),
    ],
)
def test_a_list_can_be_narrowed(clerk: Clerk, options: str, found: list[str]) -> None:
    """One device of ten thousand would be looked for by eye."""
    assert udis(clerk, options) == found


def test_how_an_instance_stands_is_one_word(clerk: Clerk) -> None:
    """Two things would be true of one device, and the worse one would not be seen."""
    books = clerk.books
    device(books, "SHORT", lan=1)
    lone = device(books, "LONE", at=books.lab)
    device(books, "RELEASED", at=books.lab, lan=1)
    books.do(lambda work: work.put_instance(replace(lone, contact_alerted=True)))
    statuses = {one["udi"].rpartition(":")[2]: one["status"] for one in clerk.ask("instance list")}
    assert statuses["SHORT"] == "out-of-compliance"
    assert statuses["LONE"] == "not-connected"
    books.tick(books.now + 91 * DAY)
    [released] = clerk.ask("instance list --match RELEASED")
    assert released["status"] == "released"
    assert released["licenses"] == []


def test_one_instance_and_its_history(clerk: Clerk) -> None:
    """A person on the phone would not know what the device has and what became of it."""
    clerk.do("instance transfer FDO21120U5C --to default")
    shown = clerk.ask("instance show fdo21120u5c")
    assert (shown["udi"], shown["account"], shown["virtual_account"]) == (
        LEAF,
        "Example",
        "Default",
    )
    assert shown["licenses"] == [
        {"license": "LAN license", "count": 2, "compliance": "out-of-compliance"}
    ]
    assert [event["text"] for event in shown["history"]] == [
        f"{LEAF} was transferred from 'Lab'",
        f"{LEAF} was transferred to 'Default'",
    ]
    for name in (LEAF, LEAF.lower(), f" {LEAF.replace(',', ', ')}", shown["id"]):
        assert clerk.ask(f"instance show '{name}'") == shown
    text = clerk.do("instance show fdo21120u5c")
    assert "\nLicenses:\nLICENSE      COUNT  COMPLIANCE\n" in text
    assert "\nHistory:\nAT " in text


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("NOWHERE", "there is no product instance NOWHERE"),
        ("PID:X,SN:Y", "there is no product instance PID:X,SN:Y"),
        ("00000000-0000-4000-8000-000000000000", "there is no product instance 0000"),
        ("PID:X", "'PID:X' is not a UDI: write PID:X,SN:Y, or the serial number alone"),
        ("PID:X,SN:", "it is not a UDI: serial number '' is not valid"),
        ("PID:,SN:Y", "it is not a UDI: product id '' is not valid"),
        ("PID:X,SN:Y,SN:Z", "it is not a UDI: serial number 'Y,SN:Z' is not valid"),
        ("two words", "it is not a UDI: serial number 'two words' is not valid"),
        ("", "it is not a UDI"),
    ],
)
def test_what_is_no_instance(clerk: Clerk, name: str, why: str) -> None:
    """A slip of the hand would be a traceback, or remove another device."""
    for verb in ("instance show", "instance remove", "clone keep"):
        assert clerk.refused(f"{verb} '{name}'").startswith(why)


def test_what_is_ambiguous_is_told_apart(clerk: Clerk) -> None:
    """The wrong one of two devices would be removed."""
    device(clerk.books, "FDO21120U5C", pid="OTHER", at=clerk.books.default)
    why = clerk.refused("instance remove FDO21120U5C")
    assert why.startswith("which product instance FDO21120U5C? There are: PID:OTHER,SN:FDO21120U5C")
    assert f"{LEAF} ('Example', 'Lab', id " in why
    other, place = clerk.books.open("Other", "other.example")
    clerk.books.instance("SN1", at=place)
    clerk.books.instance("SN1")
    assert "('Other', 'Default', id " in clerk.refused("instance show SN1")
    assert clerk.ask("instance show SN1 --account other")["account"] == other.name
    assert "in 'Other'" in clerk.refused("instance show FOC1843X0AB --account other")


def test_an_instance_moves_and_goes(clerk: Clerk) -> None:
    """A device that was sold would use licenses for ever."""
    assert clerk.do("instance transfer FDO21120U5C --to default") == (
        f"{LEAF} is in 'Default' now; the product hears it at its next contact\n"
    )
    assert "is in 'Default' already" in clerk.refused("instance transfer FDO21120U5C --to default")
    assert "no virtual account 'attic'" in clerk.refused("instance transfer FDO21120U5C --to attic")
    gone = clerk.ask("instance remove FDO21120U5C")
    assert (gone["udi"], gone["virtual_account"]) == (LEAF, "Default")
    assert "there is no product instance" in clerk.refused("instance remove FDO21120U5C")
    assert clerk.ask("event list --limit 1")[0]["text"] == f"{LEAF} was removed: by ann"
    assert clerk.ask("license list --virtual-account lab")[0]["in_use"] == 0


def test_why_it_is_out_of_compliance(clerk: Clerk) -> None:
    """A person would not know what to buy, move or change."""
    text = clerk.do(f"instance explain {SPINE}")
    assert "NOT  enough of 'LAN license': 2 purchased, 3 in use, balance -1\n" in text
    assert "     cause: 1 more is in use than purchased in this virtual account.\n" in text
    assert "     remedy: Transfer the licenses here, or the product instance there.\n" in text
    findings = clerk.ask(f"instance explain {SPINE}")
    assert {tuple(one) for one in findings} == {("check", "seen", "ok", "cause", "remedy")}
    assert [one["ok"] for one in findings] == [False, True, False, False, False, False]
    assert all(one["ok"] for one in clerk.ask(f"instance explain {LEAF}"))


def test_a_clone_is_kept_or_removed(clerk: Clerk) -> None:
    """Both products would be refused for ever."""
    [row] = clerk.ask("clone list")
    assert (row["udi"], row["state"], row["virtual_account"]) == (SPINE, "refused", "Default")
    said = clerk.do("clone keep FDO21120U5B")
    assert said.startswith(f"{SPINE} is kept: whichever product speaks first goes on")
    assert clerk.ask("clone list") == []
    assert "is not refused as cloned" in clerk.refused("clone keep FDO21120U5B")
    why = clerk.refused("clone remove FDO21120U5B")
    assert why == (
        f"no copy of {SPINE} is known or suspected; to remove it all the same: instance remove"
    )


def test_a_clone_can_go(clerk: Clerk) -> None:
    """Two products that cannot be told apart could not both be registered anew."""
    books = clerk.books
    [leaf] = books.look(
        lambda work: list(work.instances_of_udi(Udi("N9K-C93180YC-EX", "FDO21120U5C")))
    )
    books.do(lambda work: possible_clone(work, leaf, books.now))
    assert [one["state"] for one in clerk.ask("clone list")] == ["refused", "suspected"]
    clerk.do("clone remove FDO21120U5B")
    assert [one["state"] for one in clerk.ask("clone list")] == ["suspected"]
    assert udis(clerk) == ["FDO21120U5C", "FOC1843X0AB"]
