"""What a site withholds is not in the bytes that leave."""

from dataclasses import replace
from time import perf_counter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from licet.admin.local_accounts import set_privacy
from licet.admin.tokens import create_token
from licet.kernel.ids import AccountId, InstanceId
from licet.ledger.model import Event
from licet.ledger.ports import Work
from licet.ledger.sites import Privacy, SyncKind
from licet.sync.privacy import WITHHELD, Screen
from licet.wire.limits import MAX_LINE_CHARS
from support.exchange import TAGS, Manager, Site

PERSON = "jane.doe"
# What a person's act quotes: a host that is nobody's product.
QUOTED = b"proxy7.plant.internal"


@pytest.fixture
def site() -> Site:
    """Return a site with a product, whose administrator has done something."""
    manager = Manager()
    place = manager.open("Plant")
    manager.order(place, TAGS[0], 10)
    site = Site(manager, "Sat", "Plant")
    site.synchronize(SyncKind.FULL)
    site.enter("A", TAGS[0], 3)

    def act(work):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        place = work.virtual_account(site.default)
        create_token(
            work,
            place,
            site.keys,
            description="",
            who=PERSON,
            now=site.now,
            chance=site.chance,
        )
        addresses = "10.1.2.3, 2001:db8::17, 00:1b:54:aa:bb:cc, 001b.54aa.bbcc"
        text = f"dismissed: {QUOTED.decode()} does not answer at {addresses}"
        work.record(Event(site.now, PERSON, AccountId(site.id), None, "x", text))

    site.change(act)
    return site


def withhold(site: Site, privacy: Privacy) -> None:
    """Set what is withheld."""
    site.change(
        lambda work: set_privacy(work, site.account, privacy=privacy, who="ann", now=site.now)
    )


def test_nothing_is_withheld_where_nobody_asked(site: Site) -> None:
    """The tests below would pass with a report of nothing."""
    request = site.ask(SyncKind.FULL)
    for said in (b"host-A", PERSON.encode(), b"10.1.2.3", b"2001:db8::17", b"001b.54aa.bbcc"):
        assert said in request


@pytest.mark.parametrize(
    ("privacy", "hidden", "told"),
    [
        (Privacy(host_names=True), [b"host-A", QUOTED], [PERSON.encode()]),
        (Privacy(instance_names=True), [b"host-A", QUOTED], [PERSON.encode()]),
        (Privacy(user_names=True), [PERSON.encode(), QUOTED], [b"host-A"]),
        (
            Privacy(addresses=True),
            [b"10.1.2.3", b"2001:db8::17", b"00:1b:54:aa:bb:cc", b"001b.54aa.bbcc"],
            [b"host-A", PERSON.encode(), QUOTED],
        ),
    ],
)
def test_what_is_withheld_is_not_in_the_bytes(
    site: Site, privacy: Privacy, hidden: list[bytes], told: list[bytes]
) -> None:
    """Names of people and machines would leave a site that has promised to keep them."""
    withhold(site, privacy)
    request = site.ask(SyncKind.STANDARD)
    assert all(one not in request for one in hidden)
    assert all(one in request for one in told)


def test_the_next_report_is_a_full_one_and_takes_back_what_was_told(site: Site) -> None:
    """What went up before would stay at the manager for as long as nothing changes."""
    site.synchronize()
    manager = site.manager
    bound = manager.on_prem(site).virtual_account
    names = [one.host_name for one in manager.store.list_instances(bound).items]
    assert names == ["host-A"]
    withhold(site, Privacy(host_names=True))
    site.synchronize()
    names = [one.host_name for one in manager.store.list_instances(bound).items]
    assert names == [None]
    assert manager.on_prem(site).privacy == Privacy(host_names=True)


def test_the_site_itself_sees_everything(site: Site) -> None:
    """The local administrator would be blind."""
    withhold(site, Privacy(True, True, True, True))  # noqa: FBT003
    site.synchronize()
    [row] = site.store.list_instances(site.default).items
    assert row.host_name == "host-A"
    assert InstanceId(row.id) == row.id


def test_devices_and_the_sweep_are_nobody() -> None:
    """What a product did would be hidden as if a person had done it."""
    screen = Screen(Privacy(user_names=True))
    for own in ("device PID:A,SN:B", "sweep", "the manager"):
        assert screen.who(own) == own
        assert screen.text("left", own) == "left"
    for person in ("root", "manager", "sweeper.joe", "device alice", "on-prem"):
        assert screen.who(person) == WITHHELD
        assert screen.text(f"removed by {person}", person) == WITHHELD


@pytest.mark.parametrize(
    "address",
    ["10.1.2.3", "10.1.2.0/24", "::1", "fe80::1", "::ffff:10.1.2.3", "2001:db8:0:0:0:0:0:1"],
)
def test_addresses_in_any_spelling_are_withheld(address: str) -> None:
    """A part of an address would be left standing, and the rest can be guessed."""
    screen = Screen(Privacy(addresses=True))
    for text in (f"from {address}", f"({address})", f"{address}.", f"{address}, and"):
        said = screen.text(text, "")
        assert said == text.replace(address, WITHHELD)


MACS = st.binary(min_size=6, max_size=6)
ADDRESSES = st.one_of(
    MACS.map(lambda mac: mac.hex(":")),
    MACS.map(lambda mac: mac.hex("-")),
    MACS.map(lambda mac: mac.hex(".", 2)),
    MACS.map(lambda mac: mac.hex(":").upper()),
    st.ip_addresses(v=4).map(str),
    st.ip_addresses(v=6).map(str),
    st.ip_addresses(v=6).map(lambda address: address.exploded),
    st.ip_addresses(v=4).map(lambda address: f"::ffff:{address}"),
)
# What addresses are made of, and the ends of words; or anything at all.
AROUND = st.text("0189adefADEF:.-/%_ gxz", max_size=24) | st.text(max_size=8)


@given(before=AROUND, address=ADDRESSES, behind=AROUND)
@example(before="10.0.0.1/", address="00:11:22:33:44:55", behind="")
@example(before="x::", address="0011.2233.4455", behind="")
@example(before="dead", address="00:11:22:33:44:55", behind="beef")
@example(before="dead.beef.f", address="0011.2233.4455", behind="")
@example(before="1:2:3:4:5:6:7:", address="0011.2233.4455", behind="8")
def test_an_address_is_found_wherever_it_stands(before: str, address: str, behind: str) -> None:
    """Names such as AP0011.2233.4455 would leave, or a part of them, though addresses were withheld."""
    said = Screen(Privacy(addresses=True)).text(f"{before}{address}{behind}", "")
    first, *between, last = said.split(WITHHELD)
    assert before.startswith(first)
    assert behind.endswith(last)
    assert all(one in before or one in behind for one in between)


@pytest.mark.parametrize(
    "name",
    [
        "AP0011.2233.4455",
        "ap-00-11-22-33-44-55",
        "sw_00:11:22:33:44:55",
        "mac:00:11:22:33:44:55",
        "host.0011.2233.4455",
        "gw2001:db8::5",
        "addr:2001:db8::5",
        "x10.0.0.5.example.com",
        "10.0.0.5.1",
        "00:11:22:33:44:55:66:77",
    ],
)
def test_an_address_in_a_name(name: str) -> None:
    """Access points are called by their addresses when they are taken out of the box."""
    said = Screen(Privacy(addresses=True)).host_name(name)
    assert said is not None
    for part in ("11", "33", "55", "db8", "::", "0.5"):
        assert part not in said


def test_a_name_that_is_full_of_addresses(site: Site) -> None:
    """One product with a long name would stop every synchronization of its site."""
    name = ".".join(["10.1.2.3-x"] * 25)[:256]
    enter = site.enter("B")

    def rename(work: Work) -> None:
        row = work.instance(enter)
        assert row is not None
        work.put_instance(replace(row, host_name=name))

    site.change(rename)
    withhold(site, Privacy(addresses=True))
    site.synchronize()
    bound = site.manager.on_prem(site).virtual_account
    names = {one.udi.sn: one.host_name for one in site.manager.store.list_instances(bound).items}
    assert names["B"] is not None
    assert len(names["B"]) == MAX_LINE_CHARS
    assert "10.1" not in names["B"]


@pytest.mark.parametrize(
    "piece",
    [
        "1:",
        "a:",
        ":",
        "1.",
        "1",
        "a",
        "00-",
        "0000.",
        "1:1:1:1:1:1:1:x",
        "1::",
        "1/",
        "1.1.1.",
        "::1.1.1.",
    ],
)
def test_hostile_texts_take_little_longer_than_others(piece: str) -> None:
    """A product that calls itself something hostile would hold up its site for hours."""
    screen = Screen(Privacy(addresses=True))
    size = 64 * 1024

    def seconds(text: str) -> float:
        began = perf_counter()
        screen.text(text[:size], "")
        return perf_counter() - began

    plain = min(seconds("x" * size) for _ in range(3))
    assert min(seconds(piece * size) for _ in range(3)) < 200 * plain


@pytest.mark.parametrize(
    "text",
    [
        "Ethernet1/1 of FDO21120U8N",
        "FDO21120U8N",
        "core-1.plant.example.com",
        "2026-11-01 12:30:45",
        "device PID:N9K-C93180YC-EX,SN:FDO21120U5B",
        "6f1d9c1e-0000-4000-8000-000000000001",
        "regid.2026-11.com.example.LAN,1.0_6f1d9c1e-0000-4000-8000-000000000001",
        "9.3(5)",
        "7.0(3)I7(6)",
        "version 9.3.5",
        "10:41 on May 3",
        "1.2",
        "aa:bb",
        "12:30:05",
    ],
)
def test_what_is_no_address_stays(text: str) -> None:
    """Reports would be full of holes."""
    assert Screen(Privacy(addresses=True)).text(text, "") == text
