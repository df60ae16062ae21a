"""Backups of an on-prem: every local account comes back with its keys, and grants nothing yet."""

import json
import shutil
from pathlib import Path

import pytest

from licet.service.keyring import Keyring
from licet.service.pending import read_pending
from licet.service.site_losses import site_losses
from support.two_sides import Side, TwoSides

PASSPHRASE = "correct horse battery"


@pytest.fixture
def sides(tmp_path: Path) -> TwoSides:
    """A manager, and an on-prem with a registered local account and one that waits."""
    sides = TwoSides(tmp_path)
    sides.register("Plant")
    sides.synchronize("Plant")
    sides.request("Ship")
    sides.sat.do(f"account approve Ship --manual --output {tmp_path}")
    (tmp_path / "secret").write_text(f"{PASSPHRASE}\n")
    (tmp_path / "secret").chmod(0o600)
    return sides


def restored(sides: TwoSides, file: str, *words: str) -> Side:
    """Restore a backup into a new directory."""
    to = sides.folder / f"new-{len(list(sides.folder.glob('new-*')))}"
    more = " ".join(words) or f"--passphrase-file {sides.folder}/secret"
    side = Side.__new__(Side)
    side.kind, side.data = "onprem", type(sides.sat.data)(to)
    side.do(f"restore {sides.folder}/{file} --name localhost {more}")
    return side


def back_up(sides: TwoSides, file: str, *words: str) -> None:
    """Write a backup."""
    more = " ".join(words) or f"--with-keys --passphrase-file {sides.folder}/secret"
    sides.sat.do(f"backup --to {sides.folder}/{file} {more}")


def test_everything_comes_back(sides: TwoSides) -> None:
    """A local account without its keys is lost for ever, with all of its products."""
    ids = {row["name"]: sides.sat.ask(f"account show {row['name']}")["id"] for row in rows(sides)}
    back_up(sides, "b.tar")
    shown = sides.sat.ask(f"verify {sides.folder}/b.tar --passphrase-file {sides.folder}/secret")
    assert (shown["good"], shown["site"], shown["local_accounts"]) == (True, "Sat", ["Plant"])
    assert shown["waiting"] == 1
    before = Keyring.open(sides.sat.data, file=sides.sat.data.account_file(ids["Plant"])).current()
    new = restored(sides, "b.tar")
    after = Keyring.open(new.data, file=new.data.account_file(ids["Plant"])).current()
    assert after.issuing_key.private_numbers() == before.issuing_key.private_numbers()
    assert after.master_keys == before.master_keys
    assert after.epoch > before.epoch
    old, now = read_pending(sides.sat.data, ids["Ship"]), read_pending(new.data, ids["Ship"])
    assert old.sync.private_numbers() == now.sync.private_numbers()
    assert new.data.site_file.read_text() == "Sat\n"
    assert {path.stat().st_mode & 0o077 for path in new.data.path.rglob("*")} == {0, 0o044}
    status = new.ask("sync status Plant")
    assert status["grants"] == "no: restored from a backup, or set back, and not synchronized since"
    assert status["full_synchronization_needed"] is True
    # The request that was handed out for Ship is still good, and Plant goes on by a full one.
    [file] = sides.folder.glob("license-registration-request-*Ship*")
    out = f"--output {sides.folder}"
    added = sides.manager.ask(f"onprem add {file} {out}")
    new.do(f"account authorize {added['file']} --fingerprint {added['fingerprint']}")
    sides.sat = new
    assert sides.synchronize("Plant")["again"] is False
    assert new.ask("sync status Plant")["grants"] == "yes"
    assert [row["kind"] for row in new.ask("sync history Plant")] == ["full", "full"]


def test_the_password_of_a_proxy_is_kept_as_a_key_is(sides: TwoSides) -> None:
    """Who reads the ledger, or a backup without keys, would have a person's password."""
    proxy = "http://licet:Hunter2-Hunter2@proxy.example.com:3128"
    sides.sat.do(f"account reach Plant --manager https://localhost --proxy {proxy}")
    shown = sides.sat.ask("account show Plant")
    assert shown["proxy"] == "http://licet@proxy.example.com:3128"
    back_up(sides, "open.tar", "")
    back_up(sides, "sealed.tar")
    holders = [path for path in sides.sat.data.path.rglob("*") if path.is_file()]
    holders += [sides.folder / "open.tar", sides.folder / "sealed.tar"]
    [file] = [path for path in holders if b"Hunter2" in path.read_bytes()]
    assert (file.name, file.stat().st_mode & 0o777) == ("proxy", 0o600)
    new = restored(sides, "sealed.tar")
    assert (new.data.sync / shown["id"] / "proxy").read_text() == proxy
    assert new.ask("account show Plant")["proxy"] == shown["proxy"]
    sides.sat.do("account reach Plant --proxy none")
    assert not file.exists()
    assert sides.sat.ask("account show Plant")["proxy"] is None


def test_what_somebody_wrote_in_the_place_of_a_proxy(sides: TwoSides) -> None:
    """A synchronization would end in a traceback."""
    sides.sat.do("account reach Plant --manager https://localhost --proxy http://localhost:1")
    [file] = sides.sat.data.sync.glob("*/proxy")
    file.write_bytes(b"\xff:3128")
    assert "the proxy's URL names no host" in sides.sat.refuses("sync now Plant")
    line = "account reach Plant --manager https://localhost --proxy"
    assert "over 4096 bytes" in sides.sat.refuses(f"{line} http://u:{'p' * 4096}@localhost:1")


def rows(sides: TwoSides) -> list[dict[str, str]]:
    """Return the local accounts."""
    found: list[dict[str, str]] = sides.sat.ask("account list")
    return found


def test_a_request_of_before_is_not_answered_any_more(sides: TwoSides) -> None:
    """A response of before would bring back a lease that the manager has cut since."""
    out = f"--output {sides.folder}"
    asked = sides.sat.ask(f"sync request Plant {out}")
    back_up(sides, "b.tar")
    answered = sides.manager.ask(f"onprem sync {asked['file']} {out}")
    new = restored(sides, "b.tar")
    assert "no request waits" in new.refuses(f"sync response {answered['file']}")
    assert new.ask("sync status Plant")["grants"].startswith("no: restored")


def test_with_a_copy_of_the_keys(sides: TwoSides) -> None:
    """Who keeps keys apart from backups could restore neither."""
    back_up(sides, "b.tar", "")
    why = "there are no private keys to go on with"
    to = sides.folder / "nothing"
    side = Side.__new__(Side)
    side.kind, side.data = "onprem", type(sides.sat.data)(to)
    assert why in side.refuses(f"restore {sides.folder}/b.tar")
    assert not to.exists()
    new = restored(sides, "b.tar", "--keys", str(sides.sat.data.keys))
    assert [row["name"] for row in new.ask("account list")] == ["Plant", "Ship"]
    assert new.ask("token create --account Plant")["token"]


def test_a_copy_of_the_keys_is_enough(sides: TwoSides) -> None:
    """Who restores by the book would synchronize never again, and be told that nothing is to be done."""
    ca = sides.manager.data.tls / "certificate.pem"
    sides.sat.do(
        "account request Boat --smart-account Example --virtual-account Boat --satellite-name B7"
    )
    shutil.copytree(sides.sat.data.keys, sides.folder / "copy")
    sides.sat.do(f"account reach Plant --manager https://localhost --ca {ca}")
    # What somebody else has put there is none of ours, and does no harm.
    (sides.sat.data.sync / "strange").mkdir(0o700)
    (sides.sat.data.sync / "strange" / "name").touch(0o600)
    back_up(sides, "b.tar", "")
    whole = restored(sides, "b.tar", "--keys", f"{sides.folder}/copy")
    shown = whole.ask("account show Plant")
    assert (whole.data.sync / shown["id"] / "manager-ca.pem").read_bytes() == ca.read_bytes()
    assert shown["satellite_name"] == "Sat"
    assert whole.ask("account show Ship")["satellite_name"] == "Sat-Ship"
    assert whole.ask("account show Boat")["satellite_name"] == "B7"
    assert {path.stat().st_mode & 0o077 for path in whole.data.sync.rglob("*")} == {0}


def test_a_proxy_that_did_not_come_back_is_to_be_named_again(sides: TwoSides) -> None:
    """A site would be restored, try in vain to reach its manager, and nobody know what is missing."""
    shutil.copytree(sides.sat.data.keys, sides.folder / "copy")
    sides.sat.do("account reach Plant --manager https://localhost --proxy http://u:pw@proxy:3128")
    back_up(sides, "open.tar", "")
    back_up(sides, "sealed.tar")
    for file, words, said in (
        ("open.tar", f"--keys {sides.folder}/copy", True),
        ("sealed.tar", f"--passphrase-file {sides.folder}/secret", False),
    ):
        to = sides.folder / f"to-{file}"
        side = Side.__new__(Side)
        side.kind, side.data = "onprem", type(sides.sat.data)(to)
        lost = json.loads(side.do(f"restore {sides.folder}/{file} {words} --json"))["may_be_lost"]
        assert lost[0]["about"] == "synchronization"
        named = "account reach Plant --manager https://localhost --proxy URL" in lost[0]["remedy"]
        assert named is said, file


def test_each_kind_is_restored_by_its_own_program(sides: TwoSides) -> None:
    """A manager would be made of an on-prem, and serve nobody."""
    back_up(sides, "b.tar")
    secret = f"--passphrase-file {sides.folder}/secret"
    assert "it is a backup of an on-prem; type: licet onprem restore" in _refuses(
        "manager", sides, f"restore {sides.folder}/b.tar {secret}"
    )
    sides.manager.do(f"backup --to {sides.folder}/m.tar --with-keys {secret}")
    assert "it is a backup of a manager; type: licet manager restore" in _refuses(
        "onprem", sides, f"restore {sides.folder}/m.tar {secret}"
    )
    assert "a manager lives here" in _at(sides.manager, "onprem").refuses("account list")
    assert "an on-prem lives here" in _at(sides.sat, "manager").refuses("account list")
    assert "an on-prem lives here" in _at(sides.sat, "manager").refuses("backup --to x")


def _at(side: Side, kind: str) -> Side:
    other = Side.__new__(Side)
    other.kind, other.data = kind, side.data
    return other


def _refuses(kind: str, sides: TwoSides, line: str) -> str:
    side = Side.__new__(Side)
    side.kind, side.data = kind, type(sides.sat.data)(sides.folder / "elsewhere")
    return side.refuses(line)


def test_keys_that_do_not_fit_are_noticed(sides: TwoSides) -> None:
    """A backup would be restored with the keys of another on-prem, and no product believe it."""
    back_up(sides, "b.tar")
    other = sides.folder / "other"
    other.mkdir()
    strange = TwoSides(other)
    strange.register("Plant")
    side = Side.__new__(Side)
    side.kind, side.data = "onprem", type(sides.sat.data)(sides.folder / "elsewhere")
    why = side.refuses(f"restore {sides.folder}/b.tar --keys {strange.sat.data.keys}")
    assert "those of the local account 'Plant' are not among them" in why
    assert not (sides.folder / "elsewhere").exists()
    for path in sides.sat.data.account_keys.glob("*[0-9a-f].json"):
        path.unlink()
    back_up(sides, "c.tar")
    ran = sides.sat.type(f"verify {sides.folder}/c.tar")
    assert ran.status == 1
    assert "every local account that is registered has keys" in ran.err


def test_what_may_be_lost_is_printed(sides: TwoSides) -> None:
    """In the worst hour of the year somebody would have to find out alone."""
    sides.sat.do("token create --account Plant --uses 3")
    office = sides.office()
    now = office.clock.now()
    lost = list(site_losses(office.store, backup_at=now, now=now, keys_in_backup=True))
    office.store.close()  # type: ignore[attr-defined]
    about = [loss.about for loss in lost]
    assert about[0] == "synchronization"
    assert {"privacy", "tokens", "registrations", "accounts", "administration"} <= set(about)
    assert "carry files" in lost[0].remedy
