"""`licet manager backup`, `verify` and `restore`: what a person sees, and the exit statuses."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from licet.manager.cli import main
from support.keeping import PASSPHRASE, Standing

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A directory with the data of an authority, and a passphrase."""
    standing = Standing(tmp_path)
    standing.office.token(uses=3)
    standing.office.registered()
    standing.burn()
    (tmp_path / "secret").write_text(f"{PASSPHRASE}\r\nwhat follows does not count\n")
    (tmp_path / "secret").chmod(0o600)
    return tmp_path


@pytest.fixture
def run(place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `licet manager` in that directory; return exit status, what was printed, and refused."""
    monkeypatch.chdir(place)

    def typed(line: str) -> tuple[int, str, str]:
        status = main(line.split())
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return typed


def test_a_backup_says_what_is_in_it(run: Run) -> None:
    """Somebody would rely on keys that are not there."""
    status, out, _ = run("backup --data data --to b.tar")
    assert status == 0
    assert out.endswith(
        "b.tar was written and checked. The private keys are not in it: keep a copy of keys/ "
        "apart, or give --with-keys.\n"
    )
    status, out, _ = run(
        "backup --data data --to k.tar --with-keys --passphrase-file secret --json"
    )
    assert status == 0
    shown = json.loads(out)
    assert (shown["instances"], shown["private_keys"], shown["root_key"]) == (1, True, True)
    assert run("backup --data data --to b.tar")[2].endswith("a backup does not overwrite\n")
    assert (
        "give --with-keys as well" in run("backup --data data --to 3 --passphrase-file secret")[2]
    )
    assert "give --passphrase-file FILE" in run("backup --data data --to 3 --with-keys")[2]


def test_verify_ends_with_1_on_any_doubt(run: Run, place: Path) -> None:
    """A nightly job would go on for years over backups that are none."""
    run("backup --data data --to k.tar --with-keys --passphrase-file secret")
    status, out, _ = run("verify k.tar")
    assert status == 0
    assert out.endswith("not checked was whether the keys open with the passphrase.\n")
    status, out, _ = run("verify k.tar --passphrase-file secret")
    assert (status, out.splitlines()[-1]) == (0, "It is good.")
    (place / "k.tar").write_bytes((place / "k.tar").read_bytes()[:-1])
    status, out, err = run("verify k.tar --json")
    assert status == 1
    assert json.loads(out)["good"] is False
    assert err.startswith("licet manager: k.tar: not so that it is a backup, unchanged: byte ")
    assert run("verify nowhere.tar") == (1, "", "licet manager: nowhere.tar: it is not there\n")


def test_restore_prints_what_may_be_lost_and_what_to_do_next(run: Run) -> None:
    """In the worst hour of the year somebody would have to find out alone."""
    run("backup --data data --to k.tar --with-keys --passphrase-file secret")
    line = "restore k.tar --data new --passphrase-file secret --name lic2.example.com"
    status, out, _ = run(line)
    assert status == 0
    assert "May be lost, of the " in out
    assert "3 of 3 uses left by the backup; what was used since can be used again" in out
    assert out.endswith(
        "Products go on by themselves. Start the server:\n"
        "  licet manager serve --data new --listen HOST:PORT --name lic2.example.com\n"
    )
    assert "it is not empty" in run(line)[2]
    status, out, _ = run(f"{line.replace('new', 'new2')} --json")
    shown = json.loads(out)
    assert status == 0
    assert shown["restored"] is True
    assert {"about", "subject", "what", "remedy"} == set(shown["may_be_lost"][0])
    assert shown["tls_names"] == ["lic2.example.com"]


def test_restore_refuses_in_one_line(run: Run, place: Path) -> None:
    """A page of checks would hide the one that says why."""
    run("backup --data data --to k.tar --with-keys --passphrase-file secret")
    (place / "secret").write_text("another passphrase\n")
    status, out, err = run("restore k.tar --data new --passphrase-file secret --json")
    assert status == 1
    assert json.loads(out)["restored"] is False
    assert err == (
        "licet manager: k.tar: not so that the keys open with the passphrase: the keys do not open "
        "with this passphrase, or they belong to another backup; not restored\n"
    )
    assert not (place / "new").exists()
    (place / "secret").write_text("\n")
    assert "its first line is empty" in run("verify k.tar --passphrase-file secret")[2]
    (place / "secret").chmod(0o644)
    assert "type: chmod 600 secret" in run("verify k.tar --passphrase-file secret")[2]
