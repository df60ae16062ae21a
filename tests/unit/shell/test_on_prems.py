"""On-prems at the manager's command line."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from licet.admin.sweep import Sweep
from licet.kernel.ids import Tag
from licet.kernel.time import DAY
from licet.ledger.model import Policy
from licet.ledger.sites import Privacy, SyncKind
from licet.ledger.usage import INSUFFICIENT, review_pool
from licet.sync.registration import fingerprint
from licet.wire.keys import digest
from licet.wire.tokens import parse_token
from support.office import LAN
from support.site_clerk import SiteClerk
from support.sites import populate

DEVICE = "PID:SWITCH,SN:SN0000001"


@pytest.fixture
def clerk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SiteClerk:
    """A clerk in a directory of their own."""
    monkeypatch.chdir(tmp_path)
    return SiteClerk(tmp_path)


def test_what_there_is(clerk: SiteClerk) -> None:
    """Nobody would see which on-prem is silent, as the source document's page shows it."""
    clerk.plant.synchronize()
    assert clerk.do("onprem list") == snapshot("""\
NAME   PRODUCT INSTANCES  LAST SYNC UP       LAST SYNC DOWN     SYNCHRONIZATION DUE  VERSION  ALERTS
Plant                  3  2026-11-01 12:00Z  2026-11-01 12:00Z  2026-12-01 12:00Z    1        none
""")
    assert clerk.ask("onprem list") == snapshot(
        [
            {
                "name": "Plant",
                "product_instances": 3,
                "last_sync_up": "2026-11-01T12:00:00Z",
                "last_sync_down": "2026-11-01T12:00:00Z",
                "synchronization_due": "2026-12-01T12:00:00Z",
                "version": "1",
                "alerts": {"major": 0, "minor": 0, "worst": None},
            }
        ]
    )


def test_an_on_prem_that_is_overdue(clerk: SiteClerk) -> None:
    """A site would go on without anybody's knowing, until it is removed."""
    clerk.plant.synchronize()
    clerk.office.later(61 * DAY)
    Sweep(clerk.office.store, Policy()).tick(clerk.office.now)
    [row] = clerk.ask("onprem list")
    worst = "Upcoming Synchronization Deadline"
    assert row["alerts"] == {"major": 1, "minor": 1, "worst": worst}
    assert clerk.do("onprem list").endswith(f"  {worst} and 1 more\n")
    assert clerk.ask("onprem show plant")["status"] == "overdue"


def test_all_about_one(clerk: SiteClerk) -> None:
    """What waits for a site, and what it withholds, could be seen nowhere."""
    clerk.plant.set(privacy=Privacy(host_names=True, user_names=True))
    clerk.plant.synchronize()
    clerk.do("license transfer 'lan license' 4 --from Plant --to Default")
    clerk.do(f"instance remove {DEVICE}")
    assert clerk.do("onprem show PLANT") == snapshot("""\
Name                         Plant
Product instances            3
Last sync up                 2026-11-01 12:00:00 UTC
Last sync down               2026-11-01 12:00:00 UTC
Synchronization due          2026-12-01 12:00:00 UTC
Version                      1
Alerts                       none
Account                      Example
Virtual account              Plant
Local account                Local
Email                        -
Status                       synchronized
Registered at                2026-11-01 12:00:00 UTC
Registered by                ann
Removed at                   -
Removed why                  -
Removal days                 90
Removal due                  2027-01-30 12:00:00 UTC
Last request                 1
Full synchronization needed  no
Lease                        1
Lease ends at                2027-01-30 12:00:00 UTC
Leases in use                1
Withheld                     host-names, user-names
ID                           223cc895-f402-4d9b-853f-5f04ba22f3fb

Pending:
LICENSE      QUANTITY  VIRTUAL ACCOUNT  LAST LEASE
LAN license         4  Default                   1

Removals:
UDI                      ASKED BY  ASKED AT           LEFT  SENT WITH  INSTANCE
PID:SWITCH,SN:SN0000001  ann       2026-11-01 12:00Z  no    -          223cc895-f402-57af-9276-9f496bc92257
""")
    assert clerk.refused("onprem show Nowhere") == snapshot(
        "there is no on-prem called 'Nowhere'; there are: 'Plant'"
    )


def test_what_waits_counts_for_nobody(clerk: SiteClerk) -> None:
    """Licenses would be used twice, here and at the site; or nobody would know where they are."""
    clerk.plant.synchronize()
    assert clerk.do("license transfer 'lan license' 4 --from Plant --to Default") == snapshot(
        "4 licenses of 'LAN license' moved; balance: 3 in 'Plant', 0 in 'Default'; 4 there count when the on-prem has synchronized\n"
    )
    rows = clerk.ask("license list")
    assert [(one["virtual_account"], one["purchased"], one["pending"]) for one in rows] == [
        ("Default", 0, 4),
        ("Plant", 6, 0),
    ]
    shown = clerk.ask("license show 'lan license'")
    assert [(one["quantity"], one["status"], one["waits_for"]) for one in shown["orders"]] == [
        (4, "pending", "Plant"),
        (6, "active", None),
    ]
    clerk.plant.synchronize()
    clerk.plant.synchronize()
    assert [one["pending"] for one in clerk.ask("license list")] == [0, 0]


def test_a_cut_is_forced(clerk: SiteClerk) -> None:
    """A site that is gone would hold licenses for three months; or they came back unnoticed."""
    clerk.plant.synchronize()
    assert clerk.refused("onprem cut Plant --force --yes") == snapshot(
        "nothing waits for the synchronization of 'Plant'"
    )
    clerk.do("license transfer 'lan license' 4 --from Plant --to Default")
    assert clerk.refused("onprem cut Plant") == snapshot(
        "4 of LAN license wait for the synchronization of 'Plant', and count at once with --force; then they may be used twice until Jan 30 12:00:00 2027 UTC"
    )
    assert clerk.refused("onprem cut Plant --force") == snapshot(
        "4 of LAN license count at once, and they may be used twice until Jan 30 12:00:00 2027 UTC, at 'Plant' as well. Nobody can be asked here; give --yes to do it"
    )
    assert clerk.do("onprem cut Plant --force --yes") == snapshot(
        "4 licenses count now: 4 of LAN license; they may be used twice until Jan 30 12:00:00 2027 UTC\n"
    )
    assert "may be used twice" in clerk.events()[0].text
    clerk.do("license transfer 'lan license' 1 --from Plant --to Default")
    clerk.do("license transfer 'lan license' 2 --from Plant --to Default")
    assert clerk.refused("onprem cut Plant").startswith("3 of LAN license wait for"), "as a sum"
    assert len(clerk.ask("onprem show Plant")["pending"]) == 2
    clerk.do("onprem cut Plant --force --yes")
    assert [one["pending"] for one in clerk.ask("license list")] == [0, 0]


def test_its_removal_is_put_off(clerk: SiteClerk) -> None:
    """A site that is known to be away for half a year would be removed after three months."""
    assert clerk.do("onprem removal-days Plant 180") == snapshot(
        "'Plant' is removed after 180 days without synchronization, from its next one on\n"
    )
    assert clerk.refused("onprem removal-days Plant 365") == snapshot(
        "an on-prem is removed after 1 to 364 days, not 365"
    )
    clerk.plant.synchronize()
    assert clerk.ask("onprem show Plant")["removal_due"] == "2027-04-30T12:00:00Z"


def test_it_is_removed(clerk: SiteClerk) -> None:
    """A site that was given up would go on serving, and hold its licenses for ever."""
    clerk.plant.synchronize()
    assert clerk.refused("onprem remove Plant") == snapshot(
        "This removes 'Plant' with 3 product instances, which must register again; its licenses count for nobody until it has synchronized twice, to hear of it and to say so, its lease ends on Jan 30 12:00:00 2027 UTC, or a cut is forced (onprem cut --force). Nobody can be asked here; give --yes to do it"
    )
    said = clerk.do("onprem remove Plant --yes")
    [row] = clerk.ask("onprem list --removed")
    assert said == (
        f"'Plant' is removed, and listed as '{row['name']}' (onprem list --removed); its licenses count for nobody until it has synchronized twice, to hear of it and to say so, its lease ends on Jan 30 12:00:00 2027 UTC, or a cut is forced (onprem cut --force)\n"
    )
    assert clerk.ask("onprem list") == []
    assert clerk.ask(f"onprem show {row['name']}")["pending"] == [
        {"license": "LAN license", "quantity": 10, "virtual_account": "Plant", "last_lease": 1}
    ]
    assert clerk.refused("license transfer 'lan license' 4 --from Plant --to Default") == (
        "'Plant' has 0 of this license, not 4 to move; 10 more are pending: they count when "
        f"'{row['name']}' has synchronized, or after Jan 30 12:00:00 2027 UTC"
    )
    # Nobody is there to acknowledge it.
    assert clerk.refused(f"onprem cut {row['name']}").startswith("10 of LAN license wait for")
    assert clerk.do(f"onprem cut {row['name']} --force --yes").startswith("10 licenses count now")
    assert [one["pending"] for one in clerk.ask("license list")] == [0]


def test_a_successor_in_the_same_virtual_account(clerk: SiteClerk) -> None:
    """Who replaced a silent on-prem would be told for ever to register it again, on both sides."""
    plant = clerk.plant
    plant.synchronize()
    clerk.office.later(90 * DAY)
    Sweep(clerk.office.store, Policy()).tick(clerk.office.now)
    [gone] = clerk.ask("onprem list --removed")
    removal = "On-Prem Unregistered and Removed"
    assert (gone["product_instances"], gone["alerts"]["worst"]) == (0, removal)
    shown = clerk.ask(f"onprem show {gone['name']}")
    assert shown["removed_why"] == "it has not synchronized since Nov 01 12:00:00 2026 UTC"
    assert shown["leases_in_use"] == []
    clerk.do(f"onprem add {clerk.file(clerk.applicant('Heir', 'Plant').request())}")
    assert removal not in {row["alert"] for row in clerk.ask("alert list")}
    at = clerk.place
    populate(
        clerk.office.store,
        at.virtual,
        12,
        account=at.account,
        tag=LAN,
        now=clerk.office.now,
        first=9,
    )
    clerk.office.change(
        lambda work: review_pool(work, at.account, at.virtual, Tag(LAN), clerk.office.now)
    )
    [heir] = clerk.ask("onprem list")
    assert (heir["product_instances"], heir["alerts"]["worst"]) == (12, INSUFFICIENT)
    [gone] = clerk.ask("onprem list --removed")
    assert (gone["product_instances"], gone["alerts"]["worst"]) == (0, None)


def test_a_product_of_an_on_prem(clerk: SiteClerk) -> None:
    """A removal would be undone by the next report; nobody would know why a product stays."""
    clerk.plant.synchronize()
    assert clerk.do(f"instance remove {DEVICE}") == snapshot(
        "the on-prem 'Plant' is asked to remove PID:SWITCH,SN:SN0000001; it goes when that one has synchronized twice: once to hear it, once to say so\n"
    )
    assert "waits for the next synchronization" in clerk.refused(f"instance remove {DEVICE}")
    shown = clerk.ask(f"instance show {DEVICE}")
    assert shown["on_prem"] == "Plant"
    assert shown["removal_asked"] == {"who": "ann", "at": "2026-11-01T12:00:00Z"}
    assert "is an on-prem's" in clerk.refused(f"instance transfer {DEVICE} --to Default")
    clerk.plant.synchronize()
    clerk.plant.synchronize()
    assert "there is no product instance" in clerk.refused(f"instance show {DEVICE}")


@pytest.mark.parametrize("field", ["host_names", "instance_names"])
def test_a_host_name_that_is_withheld(clerk: SiteClerk, field: str) -> None:
    """People would think that the product has none, and look for the mistake there."""
    clerk.plant.synchronize()
    assert clerk.ask(f"instance show {DEVICE}")["host_name"] == "host-1"
    clerk.plant.set(privacy=replace(Privacy(), **{field: True}), needs_full=True)
    clerk.plant.synchronize()
    shown = clerk.ask("instance list --virtual-account Plant")
    assert {one["host_name"] for one in shown} == {"withheld by the site"}
    assert clerk.ask(f"instance show {DEVICE}")["host_name"] == "withheld by the site"


def test_the_history(clerk: SiteClerk) -> None:
    """When a site was heard, and what it said, could be seen nowhere."""
    assert clerk.do("onprem history Plant") == "it has not synchronized yet\n"
    clerk.plant.synchronize()
    clerk.office.now = clerk.plant.now = clerk.office.now + DAY
    clerk.plant.synchronize()
    assert clerk.do("onprem history Plant") == snapshot("""\
AT                 NUMBER  KIND      ROAD  DONE  RESULT
2026-11-02 12:00Z       2  standard  file  yes   0 new, 0 changed, 0 gone, 0 unchanged
2026-11-01 12:00Z       1  full      file  yes   3 new, 0 changed, 0 gone, 0 unchanged
""")


def test_a_file_is_synchronized(clerk: SiteClerk) -> None:
    """A site without a network could not report, or nobody would know what it said."""
    file = clerk.file(clerk.plant.request())
    assert clerk.do(f"onprem sync {file}") == snapshot("""\
Request 1 of 'Plant': 3 new, 0 changed, 0 gone, 0 unchanged; 0 events, 0 leave notes.
  +  PID:SWITCH,SN:SN0000000
  +  PID:SWITCH,SN:SN0000001
  +  PID:SWITCH,SN:SN0000002
The response is in license-sync-response-Plant_20261101-1.yml: carry it to the on-prem.
""")
    path = clerk.folder / "license-sync-response-Plant_20261101-1.yml"
    response = path.read_bytes()
    clerk.office.now += DAY
    assert clerk.do(f"onprem sync {file}") == snapshot("""\
Request 1 of 'Plant' was applied before; nothing changed.
The response is in license-sync-response-Plant_20261101-1.yml: carry it to the on-prem.
""")
    assert path.read_bytes() == response
    told = clerk.ask(f"onprem sync {file} --output other.yml")
    assert (told["again"], told["number"], told["file"]) == (True, 1, "other.yml")
    clerk.plant.now = clerk.office.now
    clerk.plant.take(response)
    clerk.plant.synchronize(SyncKind.FULL)
    told = clerk.ask(f"onprem sync {clerk.file(clerk.plant.request(SyncKind.FULL))}")
    assert (told["unchanged"], told["new"], told["changes"]) == (3, 0, [])


def test_many_changes_in_a_file(clerk: SiteClerk) -> None:
    """A screen full of products would hide what became of the file."""
    at = clerk.plant.example
    populate(
        clerk.plant.store, at.virtual, 40, account=at.account, tag=LAN, now=clerk.plant.now, first=3
    )
    said = clerk.do(f"onprem sync {clerk.file(clerk.plant.request())}")
    assert len(said.splitlines()) == 23
    assert "  ...\n" in said


def test_files_that_are_none(clerk: SiteClerk) -> None:
    """A wrong file would be taken for a damaged one, or end in a traceback."""
    registration = clerk.file(clerk.applicant().request(), "registration.yml")
    assert clerk.refused(f"onprem sync {registration}").endswith(
        "registration.yml: this is a registration request; a sync request is due here; give the "
        "file that is due here"
    )
    request = clerk.file(clerk.plant.request(), "sync.yml")
    assert "this is a sync request; a registration request is due" in clerk.refused(
        f"onprem add {request}"
    )
    text = clerk.file(b"Dear Sirs\n", "letter.txt")
    assert "this is not a document of Licet" in clerk.refused(f"onprem add {text}")
    assert "it cannot be read: No such file" in clerk.refused("onprem add nowhere.yml")
    assert "it cannot be read: Is a directory" in clerk.refused(f"onprem add {clerk.folder}")
    os.mkfifo(clerk.folder / "pipe")
    assert "is a pipe" in clerk.refused("onprem add pipe")


def test_nothing_else_is_overwritten(clerk: SiteClerk) -> None:
    """A slip of the hand would cost a person their file."""
    clerk.file(b"my thesis\n", "thesis.txt")
    file = clerk.file(clerk.plant.request())
    ran = clerk.type(f"onprem sync {file} --output thesis.txt")
    assert ran.err == snapshot(
        "licet manager: thesis.txt: it is there and is no sync response; name another one with --output\n"
    )
    assert (clerk.folder / "thesis.txt").read_bytes() == b"my thesis\n"
    assert clerk.ask(f"onprem sync {file} --output {clerk.folder}")["file"].endswith(
        "license-sync-response-Plant_20261101-1.yml"
    )
    ran = clerk.type(f"onprem sync {file} --output nowhere/file.yml")
    assert "the same command writes the file again" in ran.err


def test_an_on_prem_is_added(clerk: SiteClerk) -> None:
    """A site without a network could not be registered, or a swapped file would not be noticed."""
    request = clerk.applicant().request()
    file = clerk.file(request)
    said = clerk.do(f"onprem add {file} --removal-days 30")
    shown = fingerprint(digest(request), clerk.office.keys.authority, clerk.office.keys.root)
    assert said.replace(shown, "FINGERPRINT") == snapshot("""\
'Mine' is registered, with the virtual account 'Mine'.
Fingerprint: FINGERPRINT
The on-prem shows a fingerprint when it takes the authorization; it must be this one.
The authorization is in license-registration-authorization-Mine.yml: carry it to the on-prem.
""")
    told = clerk.ask(f"onprem add {file}")
    assert (told["again"], told["fingerprint"], told["removal_days"]) == (True, shown, 30)
    assert shown in clerk.events()[0].text
    found = clerk.ask("onprem show Mine")
    assert (found["status"], found["email"], found["local_account"]) == (
        "never-synchronized",
        "ops@example.com",
        "Local",
    )
    clerk.office.later(30 * DAY)
    assert "request the local account anew" in clerk.refused(f"onprem add {file}")


def test_registrations_that_are_not_taken(clerk: SiteClerk) -> None:
    """Two sites would share licenses, or a typing error would open a virtual account."""

    def said(name: str = "Mine", place: str = "Mine", **more: str) -> str:
        return clerk.refused(
            f"onprem add {clerk.file(clerk.applicant(name, place, **more).request())}"
        ).partition("file.yml: ")[2]

    assert said(place="Default") == snapshot(
        "'Default' is the default virtual account; an on-prem needs another one"
    )
    assert said(place="Plant") == snapshot(
        "'Plant' belongs to the on-prem 'Plant': each on-prem needs a virtual account of its own"
    )
    assert said(place="plant") == snapshot(
        "the virtual account 'plant' is asked for, and there is 'Plant'; names must match exactly"
    )
    assert said(name="PLANT") == snapshot(
        "there is an on-prem 'Plant' already; give the on-prem another name"
    )
    assert said(smart_account="Other") == snapshot(
        "the request is for 'Other', and there is no such smart account"
    )
    assert said(smart_account="example") == snapshot(
        "the request is for the smart account 'example', and this is 'Example'; names must match exactly"
    )
    request = bytearray(clerk.applicant().request())
    request[200] ^= 1
    assert "damaged" in clerk.refused(f"onprem add {clerk.file(bytes(request))}")


def test_a_code_is_made(clerk: SiteClerk) -> None:
    """An on-prem could not register over the network."""
    made = clerk.ask("onprem invite --virtual-account Mine --days 3")
    assert parse_token(made["code"]).token == made["id"]
    assert made["expires_at"] == "2026-11-04T12:00:00Z"
    assert clerk.do("onprem invitations").replace(made["id"][:8], "0" * 8) == snapshot("""\
ID        VIRTUAL ACCOUNT  STATUS  EXPIRES AT  REMOVAL DAYS  CREATED BY  ON PREM
00000000  Mine             usable  2026-11-04            90  ann         -
""")
    clerk.office.now += 3 * DAY
    assert clerk.ask("onprem invitations")[0]["status"] == "expired"
    assert clerk.refused("onprem invite --virtual-account Default") == snapshot(
        "'Default' is the default virtual account; an on-prem needs another one"
    )
    assert clerk.refused("onprem invite --virtual-account Plant") == snapshot(
        "'Plant' belongs to the on-prem 'Plant': each on-prem needs a virtual account of its own"
    )
    assert clerk.refused("onprem invite --virtual-account plant") == snapshot(
        "the virtual account 'plant' is asked for, and there is 'Plant'; names must match exactly"
    )
    assert clerk.refused("onprem invite --virtual-account M --days 31") == snapshot(
        "a code lives 1 to 30 days, not 31"
    )
    assert clerk.refused("onprem invite --virtual-account M --removal-days 0") == snapshot(
        "an on-prem is removed after 1 to 364 days, not 0"
    )
