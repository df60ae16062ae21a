"""Attacks by who puts files where a command line reads them, or where it writes; and files that are replayed."""

import base64
import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from licet.ledger.sites import LocalAccount
from licet.service.truce import lapse_until_synchronized
from licet.sync.problems import Why
from licet.wire.keys import draw_key
from licet.wire.sites import REGISTRATION_AUTHORIZATION, SYNC_RESPONSE, LicenseItem
from support.applicant import Applicant
from support.standing import LICET
from support.sync_attacks import CHANCE, KIB_MAX, Town, edited, head_of, town, written

GIVEN = "given.yml"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Return a manager with its sites."""
    with town(tmp_path_factory.mktemp("town")) as there:
        yield there


def readers(place: Town, path: str) -> list[tuple[str, ...]]:
    """Return every command that reads a file which somebody else may have made."""
    manager = ("--data", str(place.manager.data.path))
    on_prem = ("--data", str(place.data.path))
    return [
        ("manager", "onprem", "sync", path, *manager),
        ("manager", "onprem", "add", path, *manager),
        ("sync", "show", path),
        ("sync", "show", path, *manager),
        ("sync", "diff", path, *manager),
        ("sync", "diff", path, *on_prem),
        ("onprem", "sync", "response", path, *on_prem),
        ("onprem", "account", "authorize", path, "--fingerprint", "AAAA", *on_prem),
    ]


def strange_files(folder: Path) -> list[str]:
    """Make everything that can stand in the place of a file."""
    folder.mkdir()
    os.mkfifo(folder / "pipe")
    (folder / "folder").mkdir()
    (folder / "loop").symlink_to(folder / "loop")
    (folder / "dangling").symlink_to(folder / "nothing")
    (folder / "to-pipe").symlink_to(folder / "pipe")
    (folder / "empty").touch()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(folder / "socket"))
    (folder / "x\x1b[2J\u202e.yml").write_text("hello\n")
    devices = ["/dev/zero", "/dev/null", "/dev/urandom", "/dev/full", "/dev/tty", "/dev/stdin"]
    large = ["/proc/self/environ", "/proc/kmsg", "/proc/self/mem", "/sys/kernel/notes"]
    there = [one for one in (*devices, *large) if Path(one).exists()]
    return [*(str(path) for path in sorted(folder.iterdir())), str(folder / "missing"), *there]


def test_what_is_no_file(place: Town, tmp_path: Path) -> None:
    """An administrator's command would hang, take all memory, or end with a traceback."""
    before = place.tables()
    names = strange_files(tmp_path / "strange")
    commands = [command for name in names for command in readers(place, name)]
    for command, (status, out, error) in zip(commands, place.child.run(*commands), strict=True):
        assert (status, out) == (1, ""), (command, error)
        assert len(error) < 1_000
        assert error.rstrip("\n").isprintable(), error
    assert place.child.peak_kib < KIB_MAX
    assert place.tables() == before


def test_a_link_to_a_good_file_is_that_file(place: Town, tmp_path: Path) -> None:
    """What a person links to could not be read."""
    (tmp_path / "real.yml").write_bytes(place.letter)
    (tmp_path / "link.yml").symlink_to(tmp_path / "real.yml")
    data = ("--data", str(place.data.path))
    [(status, out, _)] = place.child.run(("sync", "diff", str(tmp_path / "link.yml"), *data))
    assert status == 0
    assert "nothing was changed" in out


def outputs(folder: Path) -> dict[str, bytes]:
    """Return what is in a folder, byte for byte."""
    return {
        path.name: path.read_bytes() if path.is_file() else b"no file" for path in folder.iterdir()
    }


def test_what_stands_where_an_answer_is_written(place: Town, tmp_path: Path) -> None:
    """A letter of somebody would be overwritten, in part or as a whole, by a letter of Licet."""
    [file] = place.child.files([place.twice_request])
    data = ("--data", str(place.manager.data.path))
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "novel.txt").write_text("Chapter 1\n")
    (folder / "request.yml").write_bytes(place.twice_request)
    (folder / "half.yml").write_bytes(place.twice_letter[:100])
    (folder / "link.yml").symlink_to(folder / "novel.txt")
    (folder / "dangling.yml").symlink_to(folder / "made-by-a-link")
    os.mkfifo(folder / "pipe")
    before = outputs(folder)
    kept = ("novel.txt", "request.yml", "link.yml", "pipe", "missing/out.yml")
    commands = [
        ("manager", "onprem", "sync", file, *data, "--output", str(folder / n)) for n in kept
    ]
    for status, _, error in place.child.run(*commands):
        assert status == 1
        assert "it is there and is no sync response" in error or "cannot be written" in error
    assert outputs(folder) == before
    # An older response, also half of one, gives way to a whole one; a link does not lead elsewhere.
    again = [
        ("manager", "onprem", "sync", file, *data, "--output", str(folder / name))
        for name in ("half.yml", "dangling.yml", ".")
    ]
    for status, _, error in place.child.run(*again):
        assert status == 0, error
    assert (folder / "half.yml").read_bytes() == place.twice_letter
    assert not (folder / "dangling.yml").is_symlink()
    assert not (folder / "made-by-a-link").exists()
    [named] = folder.glob("license-sync-response-Twice_*.yml")
    assert named.read_bytes() == place.twice_letter
    assert (folder / "novel.txt").read_text() == "Chapter 1\n"


def test_a_file_beside_the_answer_is_left_alone(place: Town, tmp_path: Path) -> None:
    """What somebody keeps under a name that Licet thought of would be gone."""
    [file] = place.child.files([place.twice_request])
    mine = tmp_path / "out.yml.new"
    mine.write_text("mine\n")
    command = ("manager", "onprem", "sync", file, "--output", str(tmp_path / "out.yml"))
    [(status, _, _)] = place.child.run((*command, "--data", str(place.manager.data.path)))
    assert status == 0
    assert mine.read_text() == "mine\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.yml", "out.yml.new"]


def test_the_disk_is_full(place: Town) -> None:
    """Half a response would be carried away, or a person not know that it can be written again."""
    [file] = place.child.files([place.twice_request])
    words = ("manager", "onprem", "sync", file, "--output", "/dev/full")
    ran = subprocess.run(  # noqa: S603
        [str(LICET), *words, "--data", str(place.manager.data.path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ran.returncode == 1
    assert "/dev/full" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_show_of_documents_that_anybody_made(place: Town) -> None:
    """Who looks at a strange file before they take it would have their terminal written to, or a crash."""
    key = draw_key(CHANCE)
    first, *_ = place.office.keys.trust_lists
    bad = [
        msgspec.structs.replace(first, list=msgspec.structs.replace(first.list, roots=(root,)))
        for root in ("A", "AAAA", base64.b64encode(b"\x00" * 900).decode())
    ]
    authorization = authorization_of(place)
    documents = [
        edited(authorization, key, form=REGISTRATION_AUTHORIZATION, trust_lists=(one,))
        for one in bad
    ]
    documents += [
        edited(place.letter, key, form=SYNC_RESPONSE, chain=("A",)),
        edited(place.letter, key, form=SYNC_RESPONSE, trust_lists=tuple(bad)),
        edited(place.request, key, version="1\u202e\u200b"),
        edited(
            place.letter, key, form=SYNC_RESPONSE, reason="\u2066" * 1024, smart_account="\u202e"
        ),
        edited(place.letter, key, form=SYNC_RESPONSE, at=253_402_300_799, lease_ends_at=0),
    ]
    names = (
        LicenseItem(tag=f"t{n}", name="\u202e", description="", export_controlled=False)
        for n in range(50_000)
    )
    documents.append(written(head_of(place.letter, SYNC_RESPONSE), names, key, SYNC_RESPONSE))
    files = place.child.files(documents)
    before = place.tables()
    commands = [command for file in files for command in readers(place, file)]
    for status, out, error in place.child.run(*commands):
        assert status in {0, 1}
        for char in ("\u202e", "\u2066", "\u200b", "\x1b"):
            assert char not in out + error
    assert place.child.peak_kib < KIB_MAX
    assert place.tables() == before


def authorization_of(place: Town) -> bytes:
    """Return an authorization of the manager."""
    asks = Applicant(CHANCE, place.office.now, name="Shown", virtual_account="Shown")
    [file] = place.child.files([asks.request()])
    out = place.folder / "shown.yml"
    command = ("manager", "onprem", "add", file, "--output", str(out))
    [(status, _, error)] = place.child.run((*command, "--data", str(place.manager.data.path)))
    assert status == 0, error
    return out.read_bytes()


def test_a_response_is_replayed_to_a_restored_site(place: Town) -> None:
    """A machine that was set back would grant what its manager has given to others since."""
    waits = place.ship.local
    lapse_until_synchronized(place.ship.store, place.office.now)
    restored = place.ship.local
    assert restored.restored
    letters = {place.letter: Why.NOT_ASKED, place.late_letter: Why.NOT_ASKED}
    before = place.tables()
    for said, why in zip(place.down_by_file(list(letters)), letters.values(), strict=True):
        said.check(why)
    data = ("--data", str(place.data.path))
    [file] = place.child.files([place.old_letter])
    [(status, out, _)] = place.child.run(("onprem", "sync", "response", file, *data))
    assert status == 0
    assert "it was applied before; nothing changed" in out
    assert place.tables() == before
    assert place.ship.local.restored, "it grants nothing before it has synchronized"
    restore(place, waits)


def restore(place: Town, account: LocalAccount) -> None:
    """Put the local account back as it was."""
    place.ship.change(lambda work: work.put_local_account(account))
