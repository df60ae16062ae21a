"""A backup is whole, holds one instant, and no change of it goes unnoticed."""

import errno
import os
import subprocess
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from licet.kernel.chance import SeededChance
from licet.kernel.time import instant
from licet.service import sealing
from licet.service.archive import KEYS, MANIFEST, Archive, write_archive
from licet.service.keyring import Keyring
from licet.service.manifest import read_manifest
from licet.service.problems import ServiceError
from licet.service.sealing import WrongPassphraseError, seal, unseal
from licet.service.stock import ManagerStock, read_bundle
from licet.service.verify import Examined, Result, verify
from licet.wire.keys import private_bytes
from support.device import AUTHORIZE
from support.keeping import PASSPHRASE, Standing, quiet, silent
from support.office import LAN


@pytest.fixture
def standing(tmp_path: Path) -> Iterator[Standing]:
    """An authority with a device that uses two licenses, and a token."""
    standing = Standing(tmp_path)
    standing.office.give(LAN, 5)
    device = standing.office.registered()
    standing.office.say(device, AUTHORIZE, (LAN, 2))
    yield standing
    standing.burn()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup with keys."""
    standing = Standing(tmp_path_factory.mktemp("whole"))
    standing.office.registered()
    path = standing.back_up()
    standing.burn()
    return path


def check(path: Path, passphrase: str | None = None) -> Examined:
    """Examine a backup."""
    return verify(path, passphrase=passphrase, report=silent)


def bad(examined: Examined) -> list[str]:
    """Return what is wrong."""
    return [f"{one.what}: {one.detail}" for one in examined.checks if one.result is Result.BAD]


def test_a_backup_verifies(standing: Standing) -> None:
    """Nobody would know before the fire that the backups were worth nothing."""
    path = standing.back_up()
    assert path.stat().st_mode & 0o777 == 0o600
    examined = check(path, PASSPHRASE)
    assert examined.good
    assert [one.what for one in examined.checks if one.result is not Result.GOOD] == []
    assert examined.manifest is not None
    assert examined.manifest.rows["instance"] == 1
    assert instant(examined.manifest.taken_at) == standing.office.now
    assert isinstance(examined.stock, ManagerStock)
    assert examined.stock.root_key is not None
    assert sorted(entry.name for entry in path.parent.iterdir()) == ["backup.tar", "data"]


def test_what_was_not_checked_is_said(standing: Standing) -> None:
    """Good would be believed to mean that the keys in it open."""
    for name, passphrase, says in (
        ("with.tar", PASSPHRASE, "no passphrase was given"),
        ("without.tar", None, "there are none in it"),
    ):
        examined = check(standing.back_up(name, passphrase=passphrase))
        assert examined.good
        [left] = [one for one in examined.checks if one.result is Result.NOT_CHECKED]
        assert says in left.detail


def test_no_private_key_is_in_it_unless_asked_for(standing: Standing) -> None:
    """A backup on a share would be the licensing root for whoever reads it."""
    keyring = Keyring.open(standing.data)
    keys = keyring.current()
    secrets = [
        private_bytes(keyring.read_root_key()),
        private_bytes(keys.issuing_key),
        private_bytes(keys.answer_key),
        keys.master_keys[0][1],
    ]
    for passphrase in (None, PASSPHRASE):
        data = standing.back_up(f"{passphrase}.tar", passphrase=passphrase).read_bytes()
        for secret in secrets:
            assert secret[-32:] not in data
            assert secret.hex().encode() not in data
        assert b"PRIVATE KEY" not in data


def test_other_tools_can_take_it_apart(standing: Standing, tmp_path: Path) -> None:
    """In an emergency without this program, the data would be locked in."""
    path = standing.back_up()
    out = tmp_path / "out"
    out.mkdir()
    run = subprocess.run(["tar", "-xf", str(path), "-C", str(out)], check=False)  # noqa: S603, S607
    assert run.returncode == 0
    run = subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=out, check=False)  # noqa: S607
    assert run.returncode == 0
    with tarfile.open(path) as tar:
        names = tar.getnames()
    assert names == ["manifest.json", "licet.db", "keys.sealed", "SHA256SUMS"]
    connection = apsw.Connection(str(out / "licet.db"))
    assert connection.execute("SELECT count(*) FROM instance").fetchall() == [(1,)]
    connection.close()


def test_a_backup_holds_one_instant(standing: Standing) -> None:
    """Books copied while they are written would not balance."""
    office = standing.office
    devices = [office.registered(f"SN{number}") for number in range(8)]
    stop = threading.Event()

    def live() -> None:
        count = 0
        while not stop.is_set():
            count += 1
            for device in devices:
                office.say(device, AUTHORIZE, (LAN, 1 + count % 5))

    thread = threading.Thread(target=live)
    thread.start()
    try:
        for number in range(5):
            examined = check(standing.back_up(f"{number}.tar"))
            assert examined.good, bad(examined)
    finally:
        stop.set()
        thread.join(60)


def test_nothing_is_overwritten(standing: Standing) -> None:
    """The last good backup would be lost to the next bad one."""
    path = standing.back_up()
    before = path.read_bytes()
    with pytest.raises(ServiceError, match="it is there already; a backup does not overwrite"):
        standing.back_up()
    assert path.read_bytes() == before
    with pytest.raises(ServiceError, match="there is no such directory"):
        standing.back_up("nowhere/backup.tar")


def test_a_full_disk_leaves_nothing_behind(
    standing: Standing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a backup would lie there like a whole one."""
    real = os.fsync

    def fail(handle: int) -> None:
        if "backup.tar" in str(Path(f"/proc/self/fd/{handle}").readlink()):
            raise OSError(errno.ENOSPC, "No space left on device")
        real(handle)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        with pytest.raises(ServiceError, match="no space left on the disk; make room"):
            standing.back_up()
    assert [entry.name for entry in standing.data.path.parent.iterdir()] == ["data"]
    assert check(standing.back_up()).good


def test_nothing_is_copied_into_what_another_one_made(standing: Standing, tmp_path: Path) -> None:
    """Whoever may write beside the backup, as in /tmp, would read the ledger or change the copy."""
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    work = tmp_path / "backup.tar.work"
    work.symlink_to(theirs)
    with pytest.raises(ServiceError, match="not ours to remove"):
        standing.back_up()
    assert list(theirs.iterdir()) == []
    work.unlink()
    standing.back_up()


@pytest.mark.parametrize(
    "planted",
    [
        "CREATE TRIGGER planted AFTER INSERT ON event BEGIN DELETE FROM event; END",
        "CREATE VIEW planted AS SELECT * FROM token",
        "DROP INDEX instance_by_due",
    ],
)
def test_a_schema_of_others_is_noticed(standing: Standing, planted: str) -> None:
    """A ledger from elsewhere could bring a trigger that goes on acting in the restored one."""
    with apsw.Connection(str(standing.data.database)) as connection:
        connection.execute(planted)
    with pytest.raises(ServiceError, match="is not as it is made"):
        standing.back_up()


def test_books_that_do_not_balance_are_not_backed_up(standing: Standing) -> None:
    """Every backup from then on would be wrong, and nobody told."""
    connection = apsw.Connection(str(standing.data.database))
    connection.execute("UPDATE in_use SET in_use = 7, body = json_set(body, '$.in_use', 7)")
    connection.close()
    with pytest.raises(ServiceError, match=r"not so that pools count .*: counted 7, used 2"):
        standing.back_up()


@pytest.mark.parametrize(
    ("statement", "check_name"),
    [
        ("UPDATE in_use SET in_use = 9, body = json_set(body, '$.in_use', 9)", "pools count"),
        ("UPDATE in_use SET in_use = 9", "rows are found by what they say"),
        ("UPDATE instance_count SET instances = 5", "virtual accounts count"),
        ("DELETE FROM instance_count", "virtual accounts count"),
        ("DELETE FROM virtual_account", "every account has one default"),
        (
            "UPDATE virtual_account SET body = json_set(body, '$.default', json('false'))",
            "every account has one default",
        ),
        ("DELETE FROM account", "everything stands in an account"),
        ("UPDATE token SET body = json_set(body, '$.uses_max', 0)", "no token was used more"),
        (
            """INSERT INTO retired_key SELECT key, '2030-01-01T00:00:00Z', json_object(
            'key', key, 'instance', id, 'until', '2030-01-01T00:00:00Z') FROM instance""",
            "no instance speaks with a retired key",
        ),
        ("UPDATE instance SET body = json_remove(body, '$.key')", "every row can be read"),
        ("UPDATE event SET body = '{}'", "every row can be read"),
        ("UPDATE instance SET pid = 'other'", "rows are found by what they say"),
        ("UPDATE instance SET due_at = NULL", "rows are found by what they say"),
        ("UPDATE token SET body = json_set(body, '$.master_key', 7)", "master key"),
        (
            "UPDATE instance SET body = json_set(body, '$.usage[#]', json_extract(body, '$.usage[0]'))",
            "an instance uses each license once",
        ),
        ("PRAGMA user_version = 99", "the schema is known"),
        ("PRAGMA application_id = 1", "the schema is known"),
    ],
)
def test_every_book_is_looked_at(
    standing: Standing, tmp_path: Path, statement: str, check_name: str
) -> None:
    """A ledger that a bug, or a hand, had bent would be restored as if it were good."""
    good = standing.back_up()
    with good.open("rb") as file:
        archive = Archive(file)
        ledger = tmp_path / "licet.db"
        ledger.write_bytes(b"".join(archive.pieces("licet.db", quiet)))
        manifest = archive.read(MANIFEST)
        at = instant(archive.instant)
    before, size = archive_sum(ledger), ledger.stat().st_size
    connection = apsw.Connection(str(ledger))
    connection.execute(statement)
    connection.close()
    manifest = manifest.replace(before.encode(), archive_sum(ledger).encode())
    manifest = manifest.replace(b'"with_keys": true', b'"with_keys": false')
    manifest = manifest.replace(f": {size}".encode(), f": {ledger.stat().st_size}".encode())
    bent = tmp_path / "bent.tar"
    write_archive(bent, small={MANIFEST: manifest}, database=ledger, at=at, progress=quiet)
    examined = check(bent.with_name("bent.tar.new"))
    assert [text for text in bad(examined) if check_name in text], examined.checks


def archive_sum(path: Path) -> str:
    """Return the SHA-256 of a file."""
    run = subprocess.run(["sha256sum", str(path)], check=True, capture_output=True)  # noqa: S603, S607
    return run.stdout.decode().split()[0]


def test_keys_lie_under_the_passphrase(whole: Path) -> None:
    """The seal would open to anybody, or to nobody."""
    with whole.open("rb") as file:
        archive = Archive(file)
        sealed, bound = archive.read(KEYS), archive.read(MANIFEST)
    opened = unseal(sealed, passphrase=PASSPHRASE, bound=bound)
    stock = read_bundle(read_manifest(bound), opened)
    assert isinstance(stock, ManagerStock)
    assert stock.root_key is not None
    assert stock.keys.root_key is None
    for passphrase, data in ((PASSPHRASE + " ", bound), (PASSPHRASE, bound + b" ")):
        with pytest.raises(WrongPassphraseError):
            unseal(sealed, passphrase=passphrase, bound=data)


def test_one_passphrase_typed_on_two_keyboards() -> None:
    """An umlaut typed as two characters would lock the keys away for ever."""
    sealed = seal(b"x", passphrase="Übermut im Wald", bound=b"", chance=SeededChance("seal"))
    assert unseal(sealed, passphrase="U\u0308bermut im Wald", bound=b"") == b"x"


def test_a_short_passphrase_is_refused(standing: Standing) -> None:
    """The file can be guessed at for as long as somebody has it."""
    with pytest.raises(ServiceError, match="has 6 characters; give 12 or more"):
        standing.back_up(passphrase="secret")
    with pytest.raises(ServiceError, match="over 1024 bytes"):
        standing.back_up(passphrase="x" * 1025)
    assert sealing.N == 2**17
