"""Key files: what is written is read again, changed by one at a time, and survives every crash."""

import logging
import shutil
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.kernel.chance import SeededChance
from licet.kernel.time import DAY, HOUR
from licet.pki.authority import (
    AuthorityKeys,
    begin_epoch,
    found_authority,
    keys_due,
    renew_keys,
    rotate_issuer,
    rotate_master_key,
    rotate_root,
)
from licet.pki.profiles import Profile
from licet.pki.trust import admit, mark_of, pin
from licet.pki.verifier import verify_chain
from licet.service.datadir import DataDir, create_data
from licet.service.files import write_file
from licet.service.keyfile import print_keys, read_keys
from licet.service.keyring import Keyring
from licet.service.problems import ServiceError
from licet.wire.keys import PrivateKey, private_bytes, public_bytes
from support.crash import every_crash

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
CHANCE = SeededChance("keyring")
FOUNDED = found_authority(name="Example", chance=CHANCE, now=NOW)
PRINTED = print_keys(FOUNDED)
Step = Callable[[AuthorityKeys], AuthorityKeys]


@pytest.fixture
def data(tmp_path: Path) -> DataDir:
    """A new data directory."""
    return create_data(tmp_path / "data")


@pytest.fixture
def keyring(data: DataDir) -> Keyring:
    """The keys of a new authority."""
    return Keyring.found(data, name="Example", chance=CHANCE, now=NOW)


def new_root(keys: AuthorityKeys) -> AuthorityKeys:
    """Rotate the root."""
    return rotate_root(keys, chance=CHANCE, now=NOW + DAY)


def new_issuer(keys: AuthorityKeys) -> AuthorityKeys:
    """Rotate the issuing CA."""
    return rotate_issuer(keys, chance=CHANCE, now=NOW + DAY)


def new_master(keys: AuthorityKeys) -> AuthorityKeys:
    """Rotate the token master key."""
    return rotate_master_key(keys, chance=CHANCE)


def same(one: AuthorityKeys, other: AuthorityKeys) -> bool:
    """Tell whether two sets of keys are the same; key objects compare by what they are."""

    def plain(keys: AuthorityKeys) -> AuthorityKeys:
        blank = {"root_key": None, "issuing_key": None, "answer_key": None}
        return replace(keys, **blank)  # type: ignore[arg-type]

    return plain(one) == plain(other) and all(
        private_bytes(left) == private_bytes(right)
        for left, right in (
            (one.issuing_key, other.issuing_key),
            (one.answer_key, other.answer_key),
        )
    )


def check_works(keys: AuthorityKeys) -> None:
    """Pass if a device that pinned the first root would follow and believe these keys."""
    trust = pin(keys.trust_lists, mark=mark_of(keys.accepted_roots[0]))
    assert trust == admit(trust, keys.trust_lists)
    assert keys.root in trust.roots
    verify_chain(keys.answer_chain, roots=trust.roots, profile=Profile.ANSWER, at=NOW + DAY)
    issued = keys.issuer.answer_certificate(
        key=public_bytes(keys.answer_key.public_key()),
        serial=7,
        authority=keys.authority,
        not_before=NOW,
        not_after=NOW + 2 * DAY,
    )
    chain = (issued, *keys.issuing_chain)
    verify_chain(chain, roots=trust.roots, profile=Profile.ANSWER, at=NOW + DAY)


def test_what_is_written_is_read_again(data: DataDir, keyring: Keyring) -> None:
    """After a restart the authority would be another one, and every device would be lost."""
    for step in (new_root, new_issuer, new_master):
        keyring.change(step)
    keyring.change(lambda keys: begin_epoch(keys, backup_at=NOW - DAY, now=NOW))
    read = Keyring.open(data).current()
    assert same(read, keyring.current())
    check_works(read)
    assert len(read.trust_lists) == len(read.accepted_roots) == 2
    assert [number for number, _ in read.master_keys] == [1, 2]
    assert len(read.gaps) == 1
    assert {path.stat().st_mode & 0o777 for path in data.keys.iterdir()} == {0o600}


def test_a_server_holds_no_root_key(data: DataDir, keyring: Keyring) -> None:
    """Whoever reads the memory of a server could make an authority of their own."""
    assert keyring.current().root_key is None
    assert keyring.change(new_issuer).root_key is None
    assert b"root_key" not in data.authority_file.read_bytes()
    assert keyring.root_key_here()
    assert private_bytes(keyring.read_root_key())


def test_what_another_process_changes_is_seen_at_once(data: DataDir, keyring: Keyring) -> None:
    """After a rotation on the command line, the server would go on signing with the old keys."""
    server = Keyring.open(data)
    before = server.current()
    assert server.current() is before
    keyring.change(new_master)
    assert server.current().master_keys == keyring.current().master_keys != before.master_keys


def test_a_server_goes_on_where_the_file_cannot_be_read(
    data: DataDir, keyring: Keyring, caplog: pytest.LogCaptureFixture
) -> None:
    """A slip of a hand in the key directory would stop the service, or log without end."""
    before = keyring.current()
    data.authority_file.rename(data.keys / "moved")
    with caplog.at_level(logging.ERROR):
        assert keyring.current() is before
        assert keyring.current() is before
    assert len(caplog.records) == 1
    assert "authority.json: it is not there" in caplog.text
    (data.keys / "moved").rename(data.authority_file)
    data.authority_file.write_bytes(b"{}")
    assert keyring.current() is before


def test_a_second_authority_is_not_made_over_the_first(data: DataDir, keyring: Keyring) -> None:
    """A start with a wrong option would throw away the keys that all devices trust."""
    with pytest.raises(ServiceError, match="an authority lives here already"):
        Keyring.found(data, name="Other", chance=CHANCE, now=NOW)
    assert keyring.current().name == "Example"


def test_a_step_that_fails_changes_nothing(data: DataDir, keyring: Keyring) -> None:
    """A refused rotation would leave half of itself behind."""
    before = data.authority_file.read_bytes()

    def fail(_: AuthorityKeys) -> AuthorityKeys:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        keyring.change(fail)
    keyring.change(lambda keys: keys)
    assert data.authority_file.read_bytes() == before


def test_two_change_one_after_the_other(data: DataDir, keyring: Keyring) -> None:
    """A rotation on the command line and a renewal in the server would undo each other."""
    rings = [Keyring.open(data) for _ in range(4)]

    def rotate(ring: Keyring) -> None:
        for _ in range(5):
            ring.change(new_master)

    threads = [threading.Thread(target=rotate, args=(ring,)) for ring in rings]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [number for number, _ in keyring.current().master_keys] == list(range(1, 22))


def test_the_root_key_can_be_kept_elsewhere(keyring: Keyring) -> None:
    """Who steals the machine would own the licensing root for twenty years."""
    taken: list[PrivateKey] = []
    keyring.remove_root_key(taken.append)
    [root_key] = taken
    assert not keyring.root_key_here()
    with pytest.raises(ServiceError, match=r"root-key.pem: it is not there"):
        keyring.remove_root_key(taken.append)
    with pytest.raises(ValueError, match="kept elsewhere; bring it"):
        keyring.change(new_issuer)
    due = keys_due(keyring.current())
    renewed = keyring.change(lambda keys: renew_keys(keys, chance=CHANCE, now=due + HOUR))
    assert keys_due(renewed) > due, "the answer certificate needs no root key"
    issued = keyring.change(new_issuer, root_key=root_key)
    assert not keyring.root_key_here(), "what was brought for a moment is not left behind"
    check_works(issued)
    rotated = keyring.change(new_root, root_key=root_key)
    check_works(rotated)
    assert keyring.root_key_here(), "a new root key must be somewhere"
    with pytest.raises(ServiceError, match="not the one of this authority's newest root"):
        keyring.change(new_issuer, root_key=root_key)


def test_a_copy_that_failed_leaves_the_root_key(keyring: Keyring) -> None:
    """The root key would be gone from both places."""

    def fail(_: object) -> None:
        raise ServiceError("no space")

    with pytest.raises(ServiceError, match="no space"):
        keyring.remove_root_key(fail)
    assert keyring.root_key_here()


def test_a_damaged_root_key_stops_only_what_needs_it(
    data: DataDir, keyring: Keyring, caplog: pytest.LogCaptureFixture
) -> None:
    """An answer certificate would end because of a file that it does not need."""
    for damaged in (b"", b"x", data.root_key.read_bytes()[::-1], data.root_key.read_bytes()[9:]):
        write_file(data.root_key, damaged)
        with pytest.raises(ServiceError, match="root key file"):
            keyring.read_root_key()
        caplog.clear()
        due = keys_due(keyring.current())
        keyring.change(partial(renew_keys, chance=CHANCE, now=due))
        assert "going on without the root key" in caplog.text
        with pytest.raises(ValueError, match="kept elsewhere"):
            keyring.change(new_issuer)


@pytest.mark.parametrize("step", [new_root, new_issuer, new_master])
@pytest.mark.parametrize("offline", [False, True])
def test_a_crash_at_any_step_leaves_keys_that_work(
    tmp_path: Path, step: Step, *, offline: bool
) -> None:
    """A power cut in a rotation would end every device's license, with no way back."""
    start = create_data(tmp_path / "start")
    keyring = Keyring.found(start, name="Example", chance=CHANCE, now=NOW)
    before, root_key = keyring.current(), keyring.read_root_key()
    if offline:
        keyring.remove_root_key(lambda _: None)
    brought = root_key if offline else None
    data = DataDir(tmp_path / "data")
    shutil.copytree(start.path, data.path)
    seen = set()
    for _ in every_crash(lambda: Keyring.open(data).change(step, root_key=brought)):
        ring = Keyring.open(data)
        keys = ring.current()
        check_works(keys)
        changed = not same(keys, before)
        seen.add(changed)
        if not offline:
            ring.read_root_key()
        key = brought if not ring.root_key_here() or not changed else None
        check_works(ring.change(new_issuer, root_key=key))
        check_works(ring.change(new_root, root_key=key))
        shutil.rmtree(data.path)
        shutil.copytree(start.path, data.path)
    assert seen == {False, True}


def test_a_crash_at_the_first_start_can_be_tried_again(tmp_path: Path) -> None:
    """A first start that lost power would leave a directory that nobody can use or repeat."""
    path = tmp_path / "data"

    def start() -> Keyring:
        return Keyring.found(create_data(path), name="Example", chance=CHANCE, now=NOW)

    crashes = 0
    for _ in every_crash(start):
        crashes += 1
        if (path / "keys" / "authority.json").exists():
            check_works(Keyring.open(create_data(path)).current())
        else:
            check_works(start().current())
        shutil.rmtree(path, ignore_errors=True)
    assert crashes > 10


def test_a_crash_while_the_root_key_leaves_loses_nothing(tmp_path: Path) -> None:
    """The key would be half here and half there."""
    data = create_data(tmp_path / "data")
    keyring = Keyring.found(data, name="Example", chance=CHANCE, now=NOW)
    content = data.root_key.read_bytes()
    for _ in every_crash(lambda: keyring.remove_root_key(lambda _: None)):
        assert not data.root_key.exists() or data.root_key.read_bytes() == content
        write_file(data.root_key, content)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(PRINTED) - 1), st.integers(1, 255))
def test_a_changed_byte_is_noticed(at: int, by: int) -> None:
    """A flipped bit in a master key would make every token invalid, and nobody would know why."""
    damaged = bytearray(PRINTED)
    damaged[at] ^= by
    try:
        read = read_keys(bytes(damaged))
    except ValueError:
        return
    assert same(read, FOUNDED), "only white space may differ"


@settings(max_examples=100, deadline=None)
@given(st.integers(0, len(PRINTED) - 2))
def test_a_cut_file_is_noticed(length: int) -> None:
    """A torn file would be taken for an authority with fewer keys."""
    with pytest.raises(ValueError, match="damaged"):
        read_keys(PRINTED[:length])


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (b'"v": 1', b'"v": 2', "version 2, of a newer Licet; this one reads version 1"),
        (b'"v": 1', b'"w": 1', "damaged"),
        (b"licet authority keys", b"other keys", "no key file of Licet"),
        (b'"epoch": 0', b'"epoch": 1', "its digest does not fit its content"),
        (b'"epoch": 0', b'"epoch": -1', "damaged: .*epoch"),
        (b'"epoch": 0', b'"epoch": 0, "more": 1', "damaged"),
    ],
)
def test_what_cannot_be_read_is_told(old: bytes, new: bytes, says: str) -> None:
    """An operator would not know whether to upgrade, to restore, or to look at another file."""
    with pytest.raises(ValueError, match=says):
        read_keys(PRINTED.replace(old, new, 1))


def test_keys_that_do_not_fit_together_are_refused() -> None:
    """Parts of two backups, mixed, would sign what no device believes."""
    other = found_authority(name="Other", chance=CHANCE, now=NOW)
    for mixed, says in (
        (replace(FOUNDED, issuing_key=other.issuing_key), "issuing CA has another key"),
        (replace(FOUNDED, answer_key=other.answer_key), "answer certificate has another key"),
        (replace(FOUNDED, root=other.root), "root is not among"),
        (replace(FOUNDED, master_keys=((2, bytes(32)), (1, bytes(32)))), "not in order"),
    ):
        with pytest.raises(ValueError, match=says):
            read_keys(print_keys(mixed))


def test_an_epoch_is_always_a_new_one() -> None:
    """Two restores of one backup would be one epoch, and nobody could tell them apart."""
    once = begin_epoch(FOUNDED, backup_at=NOW, now=NOW + HOUR)
    twice = begin_epoch(FOUNDED, backup_at=NOW, now=NOW + 2 * HOUR)
    assert FOUNDED.epoch < once.epoch < twice.epoch < 2**53
    wrong_clock = begin_epoch(twice, backup_at=NOW, now=NOW - 365 * DAY)
    assert wrong_clock.epoch == twice.epoch + 1
    assert len(wrong_clock.gaps) == 2
    years_later = begin_epoch(twice, backup_at=NOW, now=NOW + 3 * 365 * DAY)
    assert len(years_later.gaps) == 1, "no certificate of the first gap can be valid any more"
