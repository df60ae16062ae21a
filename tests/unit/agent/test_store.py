"""The store of an agent: durable, locked, strict about what it reads."""

import json
import os
from pathlib import Path

import pytest

from licet.agent import clock
from licet.agent.state import Body, StoreDamaged, read_snapshot, write_snapshot
from licet.agent.store import STATE, FileStore, StoreLocked
from licet.kernel.ids import Udi

UDI = Udi("N9K-C93180YC-EX", "FDO21120U5B")
TIME = clock.TimeState(wall=1_655_914_541, elapsed=12, boot="boot 1")


def snapshot() -> bytes:
    """Return a snapshot of an agent that was turned on and counted an hour."""
    return write_snapshot(UDI, TIME, 3600, Body(enabled=True, wanted={"tag": 2}))


def test_what_was_saved_is_read_back() -> None:
    """A restart would change what a product remembers."""
    time, used_s, body = read_snapshot(snapshot(), UDI)
    assert (time, used_s, body.enabled, body.wanted) == (TIME, 3600, True, {"tag": 2})


def test_every_damaged_byte_is_noticed() -> None:
    """A product would go on with a memory that is not its own."""
    whole = snapshot()
    for position in range(len(whole)):
        damaged = bytearray(whole)
        damaged[position] ^= 1
        with pytest.raises(StoreDamaged, match="was not changed"):
            read_snapshot(bytes(damaged), UDI)
    for end in range(len(whole)):
        with pytest.raises(StoreDamaged):
            read_snapshot(whole[:end], UDI)


def test_a_store_of_another_product_is_refused_by_name() -> None:
    """A copied disk would make two products speak as one."""
    with pytest.raises(StoreDamaged, match=r"FDO21120U5B.*this product is PID:A,SN:B"):
        read_snapshot(snapshot(), Udi("A", "B"))


def test_a_file_survives_and_is_private(tmp_path: Path) -> None:
    """A private key would be readable by others, or a snapshot lost with the process."""
    with FileStore(tmp_path / "state") as store:
        assert store.load() is None
        store.save(b"one")
        store.save(b"two")
        assert (tmp_path / "state" / STATE).stat().st_mode & 0o077 == 0
    with FileStore(tmp_path / "state") as store:
        assert store.load() == b"two"


def test_a_directory_in_use_is_refused(tmp_path: Path) -> None:
    """Two processes would count one product's messages."""
    with FileStore(tmp_path), pytest.raises(StoreLocked, match="in use by another process"):
        FileStore(tmp_path)
    FileStore(tmp_path).close()


def test_a_failed_write_leaves_the_old_snapshot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk would cost a product its registration."""

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with FileStore(tmp_path) as store:
        store.save(b"old")
        with monkeypatch.context() as patched:
            patched.setattr(os, "fsync", full)
            with pytest.raises(OSError, match="No space left"):
                store.save(b"new")
        assert store.load() == b"old"
        assert sorted(entry.name for entry in tmp_path.iterdir()) == [
            STATE,
            "license-state.lock",
        ]


def test_the_snapshot_is_json_that_a_person_can_read() -> None:
    """Support could not look into a store."""
    assert json.loads(snapshot().partition(b"\n")[2])["body"]["wanted"] == {"tag": 2}
