"""A manager, two on-prems and four switches in real processes: one switch moves all the way round.

It moves by one URL and a registration each time. After each step and its synchronization every table
of every authority is right, both sides of each on-prem show the same, and no license counts twice.
"""

from pathlib import Path
from typing import Any

from support.live import LiveSwitch
from support.standing import eventually
from support.town import Standing, Town, town

LAN = "LAN_ENTERPRISE_SERVICES_PKG"
SITES = ("A", "B")
# Bought for each: one more than those who stay use.
BOUGHT = {"Default": 2, "A": 2, "B": 2}


def status(live: LiveSwitch) -> str:
    """Return what the switch says of itself."""
    return live.execute("show license status").out


def use(live: LiveSwitch) -> None:
    """Let a switch use a license, and wait until its authority has said yes."""
    live.execute("configure terminal", "feature bgp", "end")
    eventually(lambda: "  Status: AUTHORIZED on " in status(live), within_s=30)


def serials(standing: Standing, *more: str) -> list[str]:
    """Return the serial numbers in an instance table."""
    return sorted(
        row["udi"].rpartition("SN:")[2] for row in standing.ask("instance", "list", *more)
    )


def table(standing: Standing, kind: str, *more: str) -> list[dict[str, Any]]:
    """Return a table without what differs by its nature: where it stands, and what is computed there."""
    rows: list[dict[str, Any]] = standing.ask(kind, "list", *more)
    own = {"virtual_account", "id"}
    return [{key: value for key, value in row.items() if key not in own} for row in rows]


def check(place: Town, where: dict[str, list[str]]) -> None:
    """Pass if every authority has those switches, and each uses one license exactly once.

    Args:
        place: the town, after everybody has synchronized.
        where: the virtual account of the manager to the serial numbers in it.
    """
    manager = place.manager
    used = 0
    for account, expected in where.items():
        here = ("--virtual-account", account)
        assert serials(manager, *here) == expected, account
        [row] = manager.ask("license", "list", *here)
        assert (row["license"], row["purchased"]) == (LAN, BOUGHT[account])
        assert row["in_use"] == len(expected), account
        assert row["compliance"] == "in-compliance"
        used += row["in_use"]
        if account in place.on_prems:
            on_prem = place.on_prems[account]
            assert serials(on_prem) == expected
            for kind in ("license", "instance"):
                assert table(on_prem, kind) == table(manager, kind, *here), (account, kind)
    assert used == len(place.switches)


def synchronize(place: Town) -> None:
    """Let everybody synchronize: a leave note that one passes up reaches the other the next time."""
    for name in (*SITES, SITES[0]):
        place.synchronize(name)


def test_a_switch_moves_all_the_way_round(tmp_path: Path) -> None:
    """A customer could not move a product without losing, or double counting, its license."""
    with town(tmp_path) as place:
        for account, count in BOUGHT.items():
            if account != "Default":
                place.manager.do("virtual-account", "open", account)
            place.order(account, LAN, count, f"PO-{account}")
        for name in SITES:
            place.on_prem(name)
        stay = {"Default": place.manager, **place.on_prems}
        for name, authority in stay.items():
            live = place.switch(f"STAY{name}")
            place.register(live, authority)
            use(live)
        mover = place.switch("MOVER")
        at_home = {name: [f"STAY{name}"] for name in stay}
        for goal in ("Default", "A", "B", "Default"):
            shown = place.register(mover, stay[goal])
            assert "Status: REGISTERED" in shown
            assert f"Smart Account: {'Example' if goal == 'Default' else goal}\n" in shown
            use(mover)
            synchronize(place)
            check(place, {**at_home, goal: sorted([*at_home[goal], "MOVER"])})
