"""Files that are handed out and taken at the command line of an on-prem."""

from dataclasses import replace
from pathlib import Path

import pytest

from licet.sync.problems import SyncRefused, Why
from licet.sync.upward import GOOD_FOR
from support.sites_tables import Inside
from support.two_sides import TwoSides


@pytest.fixture
def sides(tmp_path: Path) -> TwoSides:
    """A manager, and an on-prem with a registered local account."""
    sides = TwoSides(tmp_path)
    sides.register("Plant")
    return sides


def test_a_request_is_the_same_until_it_is_answered(sides: TwoSides) -> None:
    """Each person who asks for the file would supersede the one that is on its way."""
    out = f"--output {sides.folder}"
    first = sides.sat.ask(f"sync request {out}")
    assert (first["kind"], first["again"], first["number"]) == ("full", False, 1)
    data = Path(first["file"]).read_bytes()
    assert Path(first["file"]).name.startswith("license-sync-request-Sat_")
    assert Path(first["file"]).name.endswith("-1.yml")
    assert sides.sat.ask(f"sync request {out}")["again"] is True
    assert Path(first["file"]).read_bytes() == data
    assert sides.sat.ask("sync status")["request_waiting"] == Path(first["file"]).name
    newer = sides.sat.ask(f"sync request --new {out}")
    assert (newer["number"], newer["again"]) == (2, False)
    answered = sides.manager.ask(f"onprem sync {first['file']} {out}")
    why = sides.sat.refuses(f"sync response {answered['file']}")
    assert "superseded by request 2" in why
    answered = sides.manager.ask(f"onprem sync {newer['file']} {out}")
    assert sides.sat.ask(f"sync response {answered['file']}")["again"] is False
    assert sides.sat.ask(f"sync response {answered['file']}")["again"] is True
    assert "changed" in sides.sat.do("sync history")


def test_nothing_else_is_overwritten(sides: TwoSides) -> None:
    """A slip of the hand would take a file that nobody has twice."""
    mine = sides.folder / "mine.txt"
    mine.write_text("years of work\n")
    assert "it is there and is no sync request" in sides.sat.refuses(
        f"sync request --output {mine}"
    )
    assert mine.read_text() == "years of work\n"
    assert "cannot be written" in sides.sat.refuses(f"sync request --output {sides.folder}/no/way")
    asked = sides.sat.ask(f"sync request --output {sides.folder}/request.yml")
    assert asked["again"] is True, "it waits, though it could not be written"
    assert not list(sides.folder.glob("*.new"))


def test_the_file_of_another_local_account_is_not_overwritten(sides: TwoSides) -> None:
    """One of two files that wait in a directory would be gone, and the other be carried in its place."""
    out = f"--output {sides.folder}/request.yml"
    asked = sides.sat.ask(f"sync request Plant {out}")
    mine = Path(asked["file"]).read_bytes()
    sides.register("Ship")
    why = sides.sat.refuses(f"sync request Ship {out}")
    site = sides.sat.ask("account show Plant")["id"]
    assert f"it is there and is a sync request of 'Sat' ({site}); name another one" in why
    assert Path(asked["file"]).read_bytes() == mine
    assert sides.sat.ask(f"sync request Plant --new {out}")["number"] == 2
    answers = f"--output {sides.folder}/response.yml"
    sides.manager.do(f"onprem sync {asked['file']} {answers}")
    other = sides.sat.ask(f"sync request Ship --output {sides.folder}")
    why = sides.manager.refuses(f"onprem sync {other['file']} {answers}")
    assert f"it is there and is a sync response of 'Sat' ({site})" in why
    for name in ("Boat", "Van"):
        sides.request(name)
    taken = f"--output {sides.folder}/registration.yml"
    sides.sat.do(f"account approve Boat --manual {taken}")
    sides.sat.do(f"account approve Boat --manual {taken}")
    why = sides.sat.refuses(f"account approve Van --manual {taken}")
    assert "it is there and is a registration request of 'Sat-Boat'" in why


def test_a_request_whose_bytes_are_lost_is_made_anew(sides: TwoSides) -> None:
    """A site whose disk was damaged would hand out a file that no manager takes."""
    out = f"--output {sides.folder}"
    sides.sat.ask(f"sync request {out}")
    [folder] = sides.sat.data.sync.iterdir()
    kept = folder / "request.yml"
    kept.write_bytes(kept.read_bytes()[:-10] + b"x" * 10)
    again = sides.sat.ask(f"sync request {out}")
    assert (again["again"], again["number"]) == (False, 2)


def test_a_request_that_has_expired_is_made_anew(sides: TwoSides) -> None:
    """A person would carry the same file again and again, and no manager takes it any more."""
    out = f"--output {sides.folder}"
    sides.sat.ask(f"sync request {out}")
    office = sides.office()
    with office.store.begin(alone=True) as work:
        [account] = work.local_accounts()
        waits = account.outstanding
        assert waits is not None
        old = replace(waits, at=office.clock.now() - GOOD_FOR)
        work.put_local_account(replace(account, outstanding=old))
        work.commit()
    office.store.close()  # type: ignore[attr-defined]
    again = sides.sat.ask(f"sync request {out}")
    assert (again["again"], again["number"]) == (False, 2)
    assert sides.sat.ask(f"sync request {out}")["again"] is True


def test_a_refused_request_says_which_command_makes_another() -> None:
    """A person whose file a manager refuses would write the same file again, for it waits."""
    assert "sync request --new" in str(SyncRefused(Why.EXPIRED, "it is old"))
    for why in (Why.NEEDS_FULL, Why.UNEQUAL):
        assert "sync request --full" in str(SyncRefused(why, "not all is known"))


def test_a_full_one_is_made_where_all_is_wanted(sides: TwoSides) -> None:
    """What was withheld from now on would stay at the manager from before."""
    sides.synchronize("Plant")
    out = f"--output {sides.folder}"
    assert sides.sat.ask(f"sync request {out}")["kind"] == "standard"
    assert sides.sat.ask(f"sync request --full {out}")["kind"] == "full"
    sides.synchronize("Plant")
    sides.sat.do("privacy set --withhold addresses")
    asked = sides.sat.ask(f"sync request {out}")
    assert asked["kind"] == "full"
    assert sides.sat.ask("privacy show")["addresses_withheld"] is True
    assert sides.sat.ask("sync status")["withheld"] == ["addresses"]


def test_what_was_written_before_privacy_was_set_does_not_leave(sides: TwoSides) -> None:
    """The manager would learn, after a person withheld it, what they withhold; and keep it for ever."""
    sides.synchronize("Plant")
    out = f"--output {sides.folder}"
    before = sides.sat.ask(f"sync request --full {out}")
    sides.sat.do("privacy set --withhold host-names")
    after = sides.sat.ask(f"sync request --full {out}")
    assert (after["again"], after["kind"]) == (False, "full")
    answered = sides.manager.ask(f"onprem sync {before['file']} {out}")
    assert "superseded by request 3" in sides.sat.refuses(f"sync response {answered['file']}")
    assert sides.sat.ask("sync status")["full_synchronization_needed"] is True
    office = sides.office()
    with office.store.begin() as work:
        [account] = work.local_accounts()
    with office.alone(account):
        why = sides.sat.refuses("privacy set --withhold none")
    assert "is being synchronized by another command or the server" in why
    office.store.close()  # type: ignore[attr-defined]
    sides.sat.do("privacy set --withhold none")
    assert not list(sides.sat.data.sync.glob("*/request.yml")), "nobody can send it any more"


def test_a_manager_that_removed_the_site_says_so(sides: TwoSides) -> None:
    """The person would carry files for ever to a manager that wants none; or one too few."""
    name = "LAN_ENTERPRISE_SERVICES_PKG"
    sides.manager.do(f"order add '{name}' 5 --order 1 --virtual-account Plant")
    sides.synchronize("Plant")
    inside = Inside(sides.sat.data.path, "Plant")
    inside.enter(3, sides.sat.ask("catalog list")[0]["tag"])
    inside.close()
    sides.manager.do("onprem remove Sat --yes")
    out = f"--output {sides.folder}"
    asked = sides.sat.ask(f"sync request {out}")
    answered = sides.manager.ask(f"onprem sync {asked['file']} {out}")
    said = sides.sat.do(f"sync response {answered['file']}")
    assert "The manager has removed this local account" in said
    assert "Carry one more request to the manager (sync request): it frees the licenses" in said
    assert sides.manager.ask("license list")[0]["pending"] == 5, "it may not have heard of it"
    asked = sides.sat.ask(f"sync request {out}")
    answered = sides.manager.ask(f"onprem sync {asked['file']} {out}")
    assert sides.manager.ask("license list")[0]["pending"] == 0
    said = sides.sat.do(f"sync response {answered['file']}")
    assert "The manager has removed this local account" in said
    assert "Carry one more" not in said
    [row] = sides.sat.ask("sync list")
    assert row["alerts"] == "Removed"
    assert sides.sat.ask("account list")[0]["state"] == "removed"
    # It is given up at once, and a new one may have its name.
    said = sides.sat.do("account deactivate Plant")
    assert "if one more request was carried there since its removal, when its lease ends on" in said
    assert sides.sat.ask("account list")[0]["product_instances"] == 0
    sides.sat.do("account delete Plant --yes")
    sides.register("Plant", "Again")


def test_somebody_else_is_at_it(sides: TwoSides) -> None:
    """Two that synchronize at once would each take the number of the other."""
    office = sides.office()
    with office.store.begin() as work:
        [account] = work.local_accounts()
    with office.alone(account):
        why = sides.sat.refuses(f"sync request --output {sides.folder}")
    assert "is being synchronized by another command or the server" in why
    office.store.close()  # type: ignore[attr-defined]
    sides.sat.do(f"sync request --output {sides.folder}")
