"""The key files of an on-prem's local accounts: each on its own, kept from the request on."""

import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from licet.kernel.chance import SeededChance, draw_uuid
from licet.kernel.ids import AuthorityId
from licet.kernel.time import DAY
from licet.pki.authority import AuthorityKeys, begin_epoch, found_authority, rotate_master_key
from licet.pki.sites import SitePrivate, draw_site, renewed_site
from licet.service.datadir import DataDir, create_data, open_data
from licet.service.files import write_file
from licet.service.keyfile import print_keys, read_keys
from licet.service.keyring import Keyring
from licet.service.pending import read_pending, remove_pending, write_pending
from licet.service.problems import ServiceError
from licet.wire.keys import private_bytes
from support.crash import every_crash
from support.sites import certified, founded_site

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
CHANCE = SeededChance("key accounts")
MANAGER = found_authority(name="Example", chance=CHANCE, now=NOW)
SITE, OTHER = AuthorityId(draw_uuid(CHANCE)), AuthorityId(draw_uuid(CHANCE))
PRIVATE = draw_site(CHANCE)
KEYS = founded_site(MANAGER, PRIVATE, site=SITE, now=NOW, chance=CHANCE)


@pytest.fixture
def data(tmp_path: Path) -> DataDir:
    """The data directory of a new on-prem."""
    return create_data(tmp_path / "data", accounts=True)


def secrets(keys: AuthorityKeys) -> tuple[bytes, ...]:
    """Return the private keys of a site."""
    assert keys.sync is not None
    return tuple(private_bytes(key) for key in (keys.issuing_key, keys.answer_key, keys.sync.key))


def same(one: AuthorityKeys, other: AuthorityKeys) -> bool:
    """Tell whether two sets of keys are the same; key objects compare by what they are."""

    def plain(keys: AuthorityKeys) -> AuthorityKeys:
        assert keys.sync is not None
        sync = replace(keys.sync, key=None)  # type: ignore[arg-type]
        return replace(keys, issuing_key=None, answer_key=None, sync=sync)  # type: ignore[arg-type]

    return plain(one) == plain(other) and secrets(one) == secrets(other)


def test_what_a_site_writes_is_read_again(data: DataDir) -> None:
    """After a restart the local account would be another authority, and its devices lost."""
    file = data.account_file(SITE)
    ring = Keyring.bring(data, KEYS, None, file=file)
    assert same(Keyring.open(data, file=file).current(), KEYS)
    now = NOW + 30 * DAY
    newer = certified(MANAGER, PRIVATE, site=SITE, now=now, chance=CHANCE)
    renewed = ring.change(lambda keys: renewed_site(keys, newer, (), now=now))
    ring.change(lambda keys: rotate_master_key(keys, chance=CHANCE))
    restored = ring.change(lambda keys: begin_epoch(keys, backup_at=now, now=now + DAY))
    read = Keyring.open(data, file=file).current()
    assert same(read, restored)
    assert read.issuing_chain == renewed.issuing_chain != KEYS.issuing_chain
    assert read.is_site
    assert not ring.root_key_here()
    assert file.stat().st_mode & 0o777 == 0o600
    assert open_data(data.path) == data


def test_local_accounts_have_their_own_files(data: DataDir) -> None:
    """A renewal of one customer's keys would change another one's."""
    private = draw_site(CHANCE)
    other = founded_site(MANAGER, private, site=OTHER, now=NOW, chance=CHANCE)
    first = Keyring.bring(data, KEYS, None, file=data.account_file(SITE))
    second = Keyring.bring(data, other, None, file=data.account_file(OTHER))
    first.change(lambda keys: rotate_master_key(keys, chance=CHANCE))
    assert same(second.current(), other)
    assert [len(ring.current().master_keys) for ring in (first, second)] == [2, 1]
    with pytest.raises(ServiceError, match=f"{SITE}.json: an authority lives here already"):
        Keyring.bring(data, KEYS, None, file=data.account_file(SITE))


def test_a_managers_key_file_is_as_it_was() -> None:
    """A manager of the version before could not be read, or read by it again."""
    printed = print_keys(MANAGER)
    assert b'"sync"' not in printed
    assert read_keys(printed).sync is None


def test_a_site_without_its_sync_key_is_noticed() -> None:
    """A site would be taken for a manager, whose devices are certified in another way."""
    other = draw_site(CHANCE)
    assert KEYS.sync is not None
    for mixed, says in (
        (replace(KEYS, sync=None), "a manager neither"),
        (replace(MANAGER, sync=KEYS.sync), "a manager neither"),
        (replace(KEYS, sync=replace(KEYS.sync, key=other.sync)), "sync certificate has another"),
    ):
        with pytest.raises(ValueError, match=says):
            read_keys(print_keys(mixed))


def test_a_pending_account_keeps_its_keys(data: DataDir) -> None:
    """The authorization would come for keys that a restart has thrown away."""
    write_pending(data, SITE, PRIVATE)
    write_pending(data, OTHER, draw_site(CHANCE))
    read = read_pending(data, SITE)
    for one, other in (
        (read.sub_ca, PRIVATE.sub_ca),
        (read.answer, PRIVATE.answer),
        (read.sync, PRIVATE.sync),
    ):
        assert private_bytes(one) == private_bytes(other)
    assert data.pending_file(SITE).stat().st_mode & 0o777 == 0o600
    remove_pending(data, SITE)
    remove_pending(data, SITE)
    with pytest.raises(ServiceError, match=r"pending.json: it is not there"):
        read_pending(data, SITE)
    assert isinstance(read_pending(data, OTHER), SitePrivate)


def test_a_damaged_pending_file_is_told(data: DataDir) -> None:
    """An authorization would be taken with keys that its certificates are not over."""
    write_pending(data, SITE, PRIVATE)
    good = data.pending_file(SITE).read_bytes()
    for bad, says in (
        (b"", "damaged"),
        (good[:-20], "damaged"),
        (good.replace(b"account", b"amount"), "damaged"),
        (good.replace(b'"v": 1', b'"v": 2'), "damaged"),
        (good.replace(SITE.encode(), OTHER.encode()), "its digest does not fit"),
    ):
        write_file(data.pending_file(SITE), bad)
        with pytest.raises(ServiceError, match=says):
            read_pending(data, SITE)
    write_pending(data, OTHER, PRIVATE)
    shutil.copy(data.pending_file(OTHER), data.pending_file(SITE))
    with pytest.raises(ServiceError, match="another local account's"):
        read_pending(data, SITE)


def test_a_crash_leaves_the_pending_keys_or_none(data: DataDir) -> None:
    """A power cut would leave half a key, and a request that can never be answered."""
    write_pending(data, SITE, PRIVATE)
    before = data.pending_file(SITE).read_bytes()
    newer = draw_site(CHANCE)
    crashes = 0
    for _ in every_crash(lambda: write_pending(data, SITE, newer)):
        crashes += 1
        read_pending(data, SITE)
        write_file(data.pending_file(SITE), before)
    assert crashes > 3


@pytest.mark.parametrize("loose", ["accounts", "keys", "pending"])
def test_loose_permissions_of_accounts_are_refused(data: DataDir, loose: str) -> None:
    """Whoever has a login on the on-prem could license whatever they like."""
    write_pending(data, SITE, PRIVATE)
    Keyring.bring(data, KEYS, None, file=data.account_file(SITE))
    path = {
        "accounts": data.account_keys,
        "keys": data.account_file(SITE),
        "pending": data.pending_file(SITE),
    }[loose]
    mode = path.stat().st_mode & 0o777
    path.chmod(mode | 0o040)
    with pytest.raises(ServiceError, match=f"{path}: others than its owner may use it"):
        open_data(data.path)
    path.chmod(mode)
    open_data(data.path)


def test_an_on_prem_is_known_by_its_accounts(data: DataDir) -> None:
    """An on-prem that was started before could not be started again."""
    assert data.founded
    (data.path / "documents").mkdir()
    assert create_data(data.path, accounts=True) == data
    assert data.account_keys.stat().st_mode & 0o777 == 0o700
    manager = create_data(data.path.parent / "manager")
    assert not manager.account_keys.exists()
    assert not manager.founded
