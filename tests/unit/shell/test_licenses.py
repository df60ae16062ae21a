"""Licenses and the catalog at the command line."""

import json
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from licet.kernel.time import DAY
from support.books import LAN
from support.clerk import Clerk, busy_clerk


@pytest.fixture
def clerk() -> Clerk:
    """A clerk with something of everything."""
    return busy_clerk()


def test_how_licenses_stand(clerk: Clerk) -> None:
    """Nobody would see what is missing, how long the rest lasts, or where it lies."""
    assert clerk.do("license list") == snapshot(
        """\
LICENSE       VIRTUAL ACCOUNT  PURCHASED  IN USE  BALANCE  PENDING  COMPLIANCE         KINDS      NEXT EXPIRY
LAN license   Default                  2       3       -1        0  out-of-compliance  PERPETUAL  -
MPLS license  Default                  0       1       -1        0  out-of-compliance  -          -
LAN license   Lab                      5       2        3        0  in-compliance      TERM       2027-02-04
"""
    )
    [lab] = clerk.ask("license list --virtual-account LAB")
    assert lab["kinds"] == ["TERM"]
    assert lab["next_expiry"] == "2027-02-04T12:00:00Z"
    clerk.books.now += 95 * DAY
    [lab] = clerk.ask("license list --virtual-account LAB")
    assert (lab["purchased"], lab["kinds"], lab["next_expiry"]) == (0, [], None)


def test_one_license_everywhere(clerk: Clerk) -> None:
    """Somebody would count one license over every virtual account by hand."""
    shown = clerk.ask("license show 'lan license'")
    assert shown["tag"] == LAN
    assert [(one["virtual_account"], one["balance"]) for one in shown["virtual_accounts"]] == [
        ("Default", -1),
        ("Lab", 3),
    ]
    assert [(one["order"], one["quantity"]) for one in shown["orders"]] == [
        ("order 7", 2),
        ("order 7", 5),
    ]
    assert clerk.ask("license show NXOS_ADVANTAGE")["orders"] == []
    assert "did you mean 'NXOS_ADVANTAGE'" in clerk.refused("license show nxos_advantge")


def test_licenses_move(clerk: Clerk) -> None:
    """One department would be out of compliance while another one has idle licenses."""
    said = clerk.do("license transfer 'lan license' 3 --from lab --to default")
    assert said == "3 licenses of 'LAN license' moved; balance: 0 in 'Lab', 2 in 'Default'\n"
    made = clerk.ask("license transfer 'lan license' 1 --to lab")
    assert (made["from"]["balance"], made["to"]["balance"]) == (1, 1)
    texts = [(one["virtual_account"], one["text"]) for one in clerk.ask("event list --limit 2")]
    assert texts == [
        ("Lab", "1 of LAN license came from 'Default'"),
        ("Default", "1 of LAN license went to 'Lab'"),
    ]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("'lan license' 6 --from lab --to default", "'Lab' has 5 of this license, not 6 to move"),
        ("'lan license' 0 --to lab", "not 0 to move"),
        ("'lan license' 99999999999999999999 --to lab", "'Default' has 2 of this license"),
        ("'lan license' 1 --from lab --to lab", "they are in 'Lab' already"),
        ("'lan license' 1 --to attic", "there is no virtual account 'attic'"),
        ("'lan lisense' 1 --to lab", "did you mean 'LAN license'"),
    ],
)
def test_what_cannot_move(clerk: Clerk, line: str, why: str) -> None:
    """Licenses would come out of thin air, or vanish."""
    before = clerk.ask("order list")
    assert why in clerk.refused(f"license transfer {line}")
    assert clerk.ask("order list") == before


def test_the_sample_catalog_is_there_for_a_try(clerk: Clerk) -> None:
    """Whoever tries Licet would have to invent entitlement tags."""
    fresh = Clerk()
    said = fresh.do("catalog import --sample")
    assert said == "1 product and 8 licenses are in the catalog\n"
    assert "NXOS_ADVANTAGE" in {one["name"] for one in fresh.ask("catalog list")}
    assert fresh.ask("catalog list") == clerk.ask("catalog list")


TAG = "regid.2026-11.com.example.NEW,1.0_6f1d9c1e-0000-4000-8000-000000000009"


def test_a_catalog_of_one_s_own(clerk: Clerk, tmp_path: Path) -> None:
    """A vendor could sell nothing but the samples."""
    file = tmp_path / "catalog.json"
    entry = {"tag": TAG, "name": "New", "description": "News", "export_controlled": True}
    file.write_text(json.dumps({"licenses": [entry]}))
    assert clerk.ask(f"catalog import {file}") == {"products": 0, "licenses": 1}
    [row] = [one for one in clerk.ask("catalog list") if one["name"] == "New"]
    assert row == entry


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "line 1: it is not JSON: it ends too early"),
        (b'{"licenses": [\n{"tag"', "line 2: it is not JSON"),
        (b"\xff", "line 1 is not text in UTF-8"),
        (b"[]", "the catalog cannot be read"),
        (b'{"lisenses": []}', "unknown field `lisenses`"),
        (b"[" * 100_000, "it is not JSON that can be read"),
        (b'{"licenses": [{"tag": "x", "name": "X"}]}', "1 of 1 entry is wrong; nothing was"),
        (
            f'{{"products": [{{}}], "licenses": [{{"tag": "{TAG}", "name": "N"}}, {{"tag": "{TAG}", "name": "M"}}]}}'.encode(),
            "2 of 3 entries are wrong; nothing was imported\n  products, entry 1: Object missing",
        ),
    ],
)
def test_a_catalog_that_is_none(clerk: Clerk, tmp_path: Path, data: bytes, why: str) -> None:
    """Half of a catalog would be there."""
    file = tmp_path / "catalog.json"
    file.write_bytes(data)
    before = clerk.ask("catalog list")
    told = clerk.refused(f"catalog import {file}")
    assert told.startswith(f"{file}: ")
    assert why in told
    assert clerk.ask("catalog list") == before
