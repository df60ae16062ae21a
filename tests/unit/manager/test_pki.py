"""`licet manager pki`: what a person sees, and what it does to the keys that a server holds."""

import json
import os
import pty
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from licet.kernel.chance import SeededChance
from licet.manager.cli import main
from licet.pki.trust import admit, mark_of, pin
from licet.service.certificate import make_certificate
from licet.service.clock import SystemClock
from licet.service.datadir import DataDir, create_data
from licet.service.keyring import Keyring
from licet.service.manifest import fingerprint

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
CHANCE = SeededChance("pki")
PASSPHRASE = "correct horse battery"

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def data(tmp_path: Path) -> DataDir:
    """The data directory of a new authority."""
    data = create_data(tmp_path / "data")
    now = SystemClock().now()
    Keyring.found(data, name="Example", chance=CHANCE, now=now)
    make_certificate(data, names=["lic.example.com"], chance=CHANCE, now=now)
    return data


@pytest.fixture
def run(data: DataDir, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run `licet manager`, and return the exit status, what was printed, and what was refused."""

    def typed(*words: str) -> tuple[int, str, str]:
        status = main([*words, "--data", str(data.path)])
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return typed


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A file with a passphrase."""
    path = tmp_path / "passphrase"
    path.write_text(f"{PASSPHRASE}\n")
    path.chmod(0o600)
    return path


def test_status_says_all_that_one_must_know(run: Run, data: DataDir) -> None:
    """Nobody would know which root the products trust, or what ends when."""
    status, out, _ = run("pki", "status", "--json")
    assert status == 0
    shown = json.loads(out)
    keys = Keyring.open(data).current()
    assert (shown["authority"], shown["name"], shown["epoch"]) == (keys.authority, "Example", 0)
    assert (shown["root_key_here"], shown["token_master_keys"]) == (True, [1])
    names = {row["certificate"]: row["sha256"] for row in shown["certificates"]}
    assert list(names) == ["licensing root 1", "issuing CA", "answers", "HTTPS"]
    assert names["licensing root 1"] == fingerprint(keys.root)
    assert shown["restores"] == []
    status, out, _ = run("pki", "status")
    for field in shown:
        assert field.replace("_", " ").capitalize() in out, "people see the same fields"


def test_no_secret_is_shown(run: Run, data: DataDir) -> None:
    """A status that is pasted into a ticket would give every token away."""
    _, out, _ = run("pki", "status", "--json")
    content = json.loads(data.authority_file.read_bytes())["content"]
    assert content["master_keys"][0]["secret"] not in out
    assert content["issuing"]["key"][-40:] not in out
    assert content["answer"]["key"][-40:] not in out


@pytest.mark.parametrize("name", ["rotate-root", "rotate-issuer", "rotate-token-key"])
def test_a_rotation_is_not_done_by_a_slip(run: Run, data: DataDir, name: str) -> None:
    """A line copied from a manual would change the authority."""
    before = data.authority_file.read_bytes()
    status, _, err = run("pki", name)
    assert status == 1
    assert "Nobody can be asked here; give --yes to do it" in err
    assert data.authority_file.read_bytes() == before


def test_rotations_reach_the_server(run: Run, data: DataDir) -> None:
    """The server would go on with keys that were given up, or products would be lost."""
    server = Keyring.open(data)
    first = server.current()
    for name in ("rotate-token-key", "rotate-issuer", "rotate-root"):
        status, out, _ = run("pki", name, "--yes")
        assert status == 0, out
        assert "A server that runs takes it up with its next message." in out
    last = server.current()
    assert [number for number, _ in last.master_keys] == [1, 2]
    assert last.issuing_chain != first.issuing_chain
    assert last.root != first.root
    trust = pin(last.trust_lists, mark=mark_of(first.root))
    assert admit(trust, last.trust_lists).roots == (last.root,)


def test_the_root_key_goes_away_and_is_brought_for_a_moment(
    run: Run, data: DataDir, secret: Path, tmp_path: Path
) -> None:
    """The root's key would be on the machine for ever, or be lost when it leaves."""
    safe = tmp_path / "root.pem"
    status, out, _ = run(
        "pki", "offline", "--to", str(safe), "--yes", "--passphrase-file", str(secret)
    )
    assert status == 0
    assert out == (
        f"The licensing root's key is in {safe}, under the passphrase, and no longer on this "
        "machine.\n"
    )
    assert safe.stat().st_mode & 0o777 == 0o600
    assert safe.read_bytes().startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")
    assert not data.root_key.exists()
    assert run("pki", "offline", "--to", str(tmp_path / "2"), "--yes")[0] == 1
    for name in ("rotate-root", "rotate-issuer"):
        assert "give --root-key FILE" in run("pki", name, "--yes")[2]
    brought = ("--yes", "--root-key", str(safe))
    assert "it is encrypted; give --passphrase-file" in run("pki", "rotate-issuer", *brought)[2]
    opened = (*brought, "--passphrase-file", str(secret))
    before = Keyring.open(data).current()
    assert run("pki", "rotate-issuer", *opened)[0] == 0
    assert Keyring.open(data).current().issuing_chain != before.issuing_chain
    assert not data.root_key.exists(), "what was brought was left behind"
    status, out, _ = run("pki", "rotate-root", *opened)
    assert status == 0
    assert f"The new root's key is on this machine ({data.root_key})" in out
    assert "not the one of this authority's newest root" in run("pki", "rotate-issuer", *opened)[2]
    assert run("pki", "rotate-issuer", "--yes")[0] == 0


def test_offline_overwrites_nothing_and_goes_elsewhere(
    run: Run, data: DataDir, tmp_path: Path
) -> None:
    """A root key would be written over another one, or stay on the machine after all."""
    there = tmp_path / "there.pem"
    there.write_text("another root's key")
    link = tmp_path / "link.pem"
    link.symlink_to(tmp_path / "nowhere")
    for to, says in (
        (there, "nothing is overwritten"),
        (link, "nothing is overwritten"),
        (data.path / "root.pem", "inside the data directory"),
        (tmp_path / "no" / "root.pem", "it is not there"),
    ):
        status, _, err = run("pki", "offline", "--to", str(to), "--yes")
        assert status == 1
        assert says in err
        assert data.root_key.exists()
    assert there.read_text() == "another root's key"


def test_what_is_no_root_key_is_told(run: Run, secret: Path, tmp_path: Path) -> None:
    """With the key in the hand and the file wrong, somebody would search in the wrong place."""
    wrong = tmp_path / "wrong.pem"
    wrong.write_text("no key\n")
    wrong.chmod(0o600)
    brought = ("pki", "rotate-issuer", "--yes", "--root-key", str(wrong))
    assert f"{wrong}: it is no key in PEM" in run(*brought)[2]
    assert (
        "the passphrase is wrong, or it is damaged"
        in run(*brought, "--passphrase-file", str(secret))[2]
    )
    wrong.chmod(0o644)
    assert f"type: chmod 600 {wrong}" in run(*brought)[2]


@pytest.mark.parametrize(("answer", "done"), [("yes\n", True), ("y\n", False), ("\n", False)])
def test_at_a_terminal_a_person_is_asked(
    data: DataDir, monkeypatch: pytest.MonkeyPatch, answer: str, *, done: bool
) -> None:
    """A person could not change their mind."""
    leader, follower = pty.openpty()
    with os.fdopen(leader, "wb", buffering=0) as hand, os.fdopen(follower) as terminal:
        monkeypatch.setattr("sys.stdin", terminal)
        hand.write(answer.encode())
        status = main(["pki", "rotate-token-key", "--data", str(data.path)])
    assert status == (0 if done else 1)
    assert len(Keyring.open(data).current().master_keys) == (2 if done else 1)
