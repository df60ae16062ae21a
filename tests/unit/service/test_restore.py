"""A restore is all or nothing, examines first, and begins a new epoch."""

import errno
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509

from licet.admin.sweep import Sweep
from licet.admin.tokens import revoke_token
from licet.kernel.time import DAY, HOUR, SECOND, epoch_seconds
from licet.ledger.model import Policy
from licet.pki.authority import rotate_master_key, rotate_root
from licet.service.certificate import missing_names
from licet.service.datadir import DataDir, create_data, open_data
from licet.service.files import write_file
from licet.service.keyring import Keyring
from licet.service.problems import ServiceError
from licet.service.restore import Restored, restore
from licet.service.stock import ManagerStock
from licet.service.verify import Result
from licet.wire.messages import Authorized, Registered, Renewed
from support.crash import every_crash
from support.device import AUTHORIZE, RENEW
from support.keeping import Standing, restore_now
from support.office import LAN


@pytest.fixture
def standing(tmp_path: Path) -> Iterator[Standing]:
    """An authority with a device that uses two licenses."""
    standing = Standing(tmp_path)
    standing.office.give(LAN, 5)
    standing.office.say(standing.office.registered(), AUTHORIZE, (LAN, 2))
    yield standing
    standing.burn()


def texts(restored: Restored, about: str) -> list[str]:
    """Return what may be lost of one kind."""
    return [loss.what for loss in restored.losses if loss.about == about]


def test_it_comes_back_as_it_was_and_in_a_new_epoch(standing: Standing) -> None:
    """The authority would be another one, or the old one whose past nobody may doubt."""
    before = standing.office.keys
    backup = standing.back_up()
    restored = standing.restore(backup, after=HOUR)
    after = standing.office.keys
    assert after.authority == before.authority
    assert before.epoch < after.epoch == epoch_seconds(standing.office.now)
    [gap] = after.gaps
    assert (gap.since, gap.until) == (standing.office.now - HOUR, standing.office.now)
    assert standing.office.in_use(LAN) == 2
    assert restored.data is not None
    assert open_data(restored.data.path) == restored.data
    modes = {path.stat().st_mode & 0o077 for path in restored.data.path.rglob("*")}
    assert modes == {0, 0o044}, "only the HTTPS certificate may be read by others"
    certificate = x509.load_pem_x509_certificate(restored.data.tls_certificate.read_bytes())
    assert missing_names(certificate, ["lic2.example.com"]) == []
    assert standing.office.events()[0].text == (
        "the ledger was restored from the backup of Nov 01 12:00:00 2026 UTC"
    )
    assert standing.office.events()[0].who == "ann"


def test_the_same_backup_twice_is_two_epochs(standing: Standing) -> None:
    """Two machines restored of one backup would be taken for one."""
    backup = standing.back_up()
    one = restore_now(standing.request(backup), standing.office.now + SECOND)
    two = restore_now(standing.request(backup), standing.office.now + 2 * SECOND)
    assert isinstance(one.stock, ManagerStock)
    assert isinstance(two.stock, ManagerStock)
    assert one.stock.keys.epoch < two.stock.keys.epoch


def test_a_backup_without_keys_needs_a_copy_of_them(standing: Standing, tmp_path: Path) -> None:
    """The ledger alone would come back as an authority that no product believes."""
    backup = standing.back_up(passphrase=None)
    request = standing.request(backup, passphrase=None)
    with pytest.raises(ServiceError, match="no private keys to go on with: give --passphrase-file"):
        restore_now(request, standing.office.now)
    assert not request.to.exists()
    copy = tmp_path / "safe" / "copy of keys"
    shutil.copytree(standing.data.keys, copy)
    copy.chmod(0o700)
    restored = restore_now(replace(request, keys=copy), standing.office.now)
    assert isinstance(restored.stock, ManagerStock)
    assert restored.stock.root_key is not None
    assert texts(restored, "keys") == [], "they are as new as the copy"


def test_keys_that_do_not_belong_are_refused(standing: Standing, tmp_path: Path) -> None:
    """Devices would believe nothing, or tokens that people hold would not be tokens."""
    old_keys = tmp_path / "old"
    shutil.copytree(standing.data.keys, old_keys)
    now = standing.office.now
    keyring = Keyring.open(standing.data)
    keyring.change(lambda keys: rotate_master_key(keys, chance=standing.office.chance))
    newer_master = standing.back_up("master.tar", passphrase=None)
    keyring.change(lambda keys: rotate_root(keys, chance=standing.office.chance, now=now))
    newer_root = standing.back_up("root.tar", passphrase=None)
    other = create_data(tmp_path / "other")
    Keyring.found(other, name="Other", chance=standing.office.chance, now=now)
    for backup, keys, says in (
        (newer_master, old_keys, "older than the backup: token master key 2"),
        (newer_root, other.keys, "belong to another authority"),
    ):
        request = replace(standing.request(backup, passphrase=None), keys=keys)
        restored = restore_now(request, now)
        assert restored.data is None
        [bad] = [check for check in restored.checks if check.result is Result.BAD]
        assert says in bad.detail
        assert not request.to.exists()


def test_a_root_that_is_newer_than_the_keys_is_noticed(standing: Standing, tmp_path: Path) -> None:
    """Every product that follows the new root would be lost without a word."""
    old_keys = tmp_path / "old"
    shutil.copytree(standing.data.keys, old_keys)
    now = standing.office.now
    chance = standing.office.chance
    Keyring.open(standing.data).change(lambda keys: rotate_root(keys, chance=chance, now=now))
    request = replace(standing.request(standing.back_up(passphrase=None)), keys=old_keys)
    restored = restore_now(replace(request, passphrase=None), now)
    assert [check.detail for check in restored.checks if check.result is Result.BAD] == [
        "they are older than the backup: a root of its time is not among them"
    ]


def test_nothing_is_restored_over_something(standing: Standing) -> None:
    """A slip of the hand would replace the ledger that works by one of last week."""
    backup = standing.back_up()
    before = standing.data.database.read_bytes()
    request = replace(standing.request(backup), to=standing.data.path)
    with pytest.raises(ServiceError, match=r"it is not empty \(keys, .*\); restore into a new"):
        restore_now(request, standing.office.now)
    assert standing.data.database.read_bytes() == before


def test_an_empty_directory_is_filled(standing: Standing) -> None:
    """Service managers make the directory, and mount points are always there."""
    request = standing.request(standing.back_up())
    request.to.mkdir()
    (request.to / "lost+found").mkdir()
    assert restore_now(request, standing.office.now).data is not None


def test_a_directory_that_others_may_write_is_told_before_anything_is_made(
    standing: Standing,
) -> None:
    """A loose umask would be told at the very end, with the keys left behind and the ledger gone."""
    request = standing.request(standing.back_up())
    request.to.mkdir()
    request.to.chmod(0o775)
    with pytest.raises(ServiceError, match="others than its owner may change what is in it"):
        restore_now(request, standing.office.now)
    assert list(request.to.iterdir()) == []
    request.to.chmod(0o700)
    assert restore_now(request, standing.office.now).data is not None


def test_what_fails_behind_the_last_move_is_undone_whole(
    standing: Standing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keys without their ledger would stay, and no second attempt would be let into the directory."""
    request = standing.request(standing.back_up())

    def refuse(path: Path) -> DataDir:
        raise ServiceError(f"{path}: not today")

    with monkeypatch.context() as patch:
        patch.setattr(f"{restore.__module__}.open_data", refuse)
        patch.setattr(f"{create_data.__module__}.open_data", DataDir)
        with pytest.raises(ServiceError, match="not today"):
            restore_now(request, standing.office.now)
    assert not request.to.exists()
    assert restore_now(request, standing.office.now).data is not None


def test_what_is_not_good_restores_nothing(standing: Standing) -> None:
    """A damaged ledger would begin to serve."""
    backup = standing.back_up()
    damaged = bytearray(backup.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    backup.write_bytes(damaged)
    for made in (False, True):
        request = standing.request(backup)
        if made:
            request.to.mkdir()
        restored = restore_now(request, standing.office.now)
        assert restored.data is None
        assert request.to.exists() is made
        assert not made or list(request.to.iterdir()) == []
    wrong = restore_now(
        standing.request(standing.back_up("2.tar"), passphrase="wrong"), standing.office.now
    )
    assert wrong.data is None


def test_a_clock_before_the_backup_is_refused(standing: Standing) -> None:
    """The gap would end before it begins, and nobody could be taken back."""
    request = standing.request(standing.back_up())
    with pytest.raises(ServiceError, match=r"the clock of this machine .* is before the backup"):
        restore_now(request, standing.office.now - DAY)
    assert not request.to.exists()
    with pytest.raises(ServiceError, match="neither a DNS name nor"):
        restore_now(replace(request, names=("not a name",)), standing.office.now)


def test_a_full_disk_restores_nothing(standing: Standing, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a restore would look like a data directory."""
    request = standing.request(standing.back_up())

    def fail(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        with pytest.raises(ServiceError, match="no space left on the disk"):
            restore_now(request, standing.office.now)
    assert not request.to.exists()
    assert restore_now(request, standing.office.now).data is not None


def test_a_crash_at_any_step_is_nothing_or_all(standing: Standing) -> None:
    """A power cut in the worst hour would leave a directory that nobody dares to touch."""
    request = standing.request(standing.back_up(), passphrase=None)
    keys = standing.data.keys.with_name("safe")
    shutil.copytree(standing.data.keys, keys)
    request = replace(request, keys=keys)
    ends = set()
    for _ in every_crash(lambda: restore_now(request, standing.office.now)):
        whole = (request.to / "keys" / "authority.json").exists()
        ends.add(whole)
        if whole:
            data = open_data(request.to)
            assert Keyring.open(data).current().gaps
            assert data.database.exists()
            assert data.tls_certificate.exists()
        elif request.to.exists():
            with pytest.raises(ServiceError):
                open_data(request.to)
            if (request.to / ".restoring").exists():
                with pytest.raises(
                    ServiceError, match="restore was interrupted here; restore again"
                ):
                    create_data(request.to)
            assert restore_now(request, standing.office.now).data is not None
        if request.to.exists():
            shutil.rmtree(request.to)
    assert ends == {False, True}


def test_everybody_gets_time_to_be_heard(standing: Standing) -> None:
    """Licenses that are in use would be freed for others, and devices that are well be removed."""
    office = standing.office
    silent, renewed = office.registered("SN1"), office.registered("SN2")
    for device in (silent, renewed):
        office.say(device, AUTHORIZE, (LAN, 1))
    backup = standing.back_up()
    office.later(80 * DAY)
    assert isinstance(office.say(renewed, AUTHORIZE, (LAN, 1)), Authorized)
    office.later(280 * DAY)
    assert isinstance(office.say(renewed, RENEW), Renewed)
    assert isinstance(office.say(renewed, AUTHORIZE, (LAN, 1)), Authorized)
    standing.restore(backup, after=10 * DAY)
    sweep = Sweep(office.store, Policy())
    sweep.tick(office.now)
    assert office.in_use(LAN) == 4
    assert office.alerts() == ()
    office.later(29 * DAY)
    sweep.tick(office.now)
    assert isinstance(office.say(renewed, AUTHORIZE, (LAN, 1)), Authorized)
    office.later(3 * DAY)
    sweep.tick(office.now)
    assert office.in_use(LAN) == 1, "who was not heard in a month is gone, as ever"
    assert office.instance(renewed) is not None
    assert office.instance(silent) is None


def test_what_may_be_lost_is_listed(standing: Standing) -> None:
    """An administrator would believe that a revoked token is still revoked."""
    office = standing.office
    limited, endless = office.token(uses=3), office.token()
    used_up, revoked = office.token(uses=1), office.token()
    office.registered("SN1", limited)
    office.registered("SN2", used_up)
    row = office.look(lambda work: work.token(revoked.token))
    assert row is not None
    with office.store.begin() as work:
        revoke_token(work, row, who="ann", now=office.now)
        work.commit()
    restored = standing.restore(standing.back_up(), after=HOUR)
    tokens = {loss.subject: loss.what for loss in restored.losses if loss.about == "tokens"}
    assert "2 of 3 uses left by the backup" in tokens[limited.token]
    assert "live, of unlimited uses" in tokens[endless.token]
    assert used_up.token not in tokens
    assert revoked.token not in tokens
    kinds = [loss.about for loss in restored.losses]
    assert list(dict.fromkeys(kinds)) == [
        "keys",
        "removals",
        "revocations",
        "tokens",
        "registrations",
        "transfers",
        "orders",
        "clones",
        "on-prems",
        "administration",
    ]
    [unknown] = texts(restored, "on-prems")
    assert "on-prems that were registered after" in unknown, "nothing in the backup names them"
    [last] = texts(restored, "administration")
    assert "was revoked" in last


def test_a_device_of_the_gap_goes_on(standing: Standing) -> None:
    """The whole point of it."""
    office = standing.office
    backup = standing.back_up()
    office.later(HOUR)
    device = office.device("SN9")
    assert isinstance(office.register(device), Registered)
    standing.burn()
    standing.restore(backup, after=HOUR)
    assert isinstance(office.say(device, AUTHORIZE, (LAN, 1)), Authorized)
    assert office.in_use(LAN) == 3


def test_a_copy_of_the_keys_may_be_old(standing: Standing, tmp_path: Path) -> None:
    """The first answers would be signed by a certificate that has ended, and be no answers."""
    office = standing.office
    copy = tmp_path / "copy"
    shutil.copytree(standing.data.keys, copy)
    device = office.registered("SN1")
    office.now += 200 * DAY
    backup = standing.back_up(passphrase=None)
    standing.burn()
    request = replace(standing.request(backup, passphrase=None), keys=copy)
    restored = restore_now(request, office.now)
    assert restored.data is not None
    standing.go_on(restored.data)
    assert isinstance(office.say(device, AUTHORIZE, (LAN, 1)), Authorized)


def test_keys_of_before_are_not_left_readable(standing: Standing, tmp_path: Path) -> None:
    """A copy that everybody can read is no secret any more; better to say so than to use it."""
    copy = tmp_path / "copy"
    shutil.copytree(standing.data.keys, copy)
    (copy / "authority.json").chmod(0o644)
    request = replace(standing.request(standing.back_up(passphrase=None)), keys=copy)
    with pytest.raises(ServiceError, match=f"type: chmod 600 {copy / 'authority.json'}"):
        restore_now(request, standing.office.now)
    write_file(copy / "authority.json", b"{}")
    with pytest.raises(ServiceError, match="no key file of Licet"):
        restore_now(request, standing.office.now)


def test_the_directory_is_where_it_was_asked_for(standing: Standing) -> None:
    """A restore that cannot make its directory would say something else."""
    request = standing.request(standing.back_up())
    with pytest.raises(ServiceError, match="it is not there"):
        restore_now(replace(request, to=request.to / "deeper"), standing.office.now)
    assert restore.__doc__
    assert DataDir(request.to).database.name == "licet.db"
