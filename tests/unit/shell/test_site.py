"""What a command works on: the right user, the right directory, and nothing that it does not need."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from licet.kernel.chance import SeededChance
from licet.manager.cli import main
from licet.service.datadir import create_data
from licet.service.keyring import Keyring
from licet.service.problems import ServiceError
from licet.shell.site import open_site
from licet.shell.who import NOBODY, login_user, name_user, system_user
from support.books import NOW


def test_the_user_is_the_one_whose_rights_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """Anybody could write another one's name into the log."""
    monkeypatch.setenv("SUDO_USER", "mallory")
    monkeypatch.setenv("USER", "mallory")
    monkeypatch.setenv("LOGNAME", "mallory")
    assert "mallory" not in system_user()
    assert system_user().startswith(name_user(os.geteuid(), None))


def test_who_logged_in_is_named_behind_sudo() -> None:
    """Every change would be made by the account of the service."""
    assert name_user(0, None) == "root"
    assert name_user(0, 0) == "root"
    assert name_user(0, 4_000_000) == "root (login uid 4000000)"
    assert name_user(4_000_000, 0) == "uid 4000000 (login root)"


@pytest.mark.parametrize(
    ("text", "user"), [("1000", 1000), ("0\n", 0), (str(NOBODY), None), ("", None), ("x", None)]
)
def test_the_kernel_knows_who_logged_in(tmp_path: Path, text: str, user: int | None) -> None:
    """In a container, or under cron, there is nobody, and no command would run."""
    path = tmp_path / "loginuid"
    path.write_text(text)
    assert login_user(path) == user
    assert login_user(tmp_path / "none") is None


def test_what_is_not_there_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A typing mistake would make an empty authority, and its lists would be empty too."""
    assert main(["token", "list", "--data", str(tmp_path / "none")]) == 1
    assert "there is no such data directory" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()


def test_a_directory_without_a_ledger_is_refused(tmp_path: Path) -> None:
    """A ledger that was lost would be replaced by an empty one, and nobody would notice."""
    data = create_data(tmp_path / "data")
    Keyring.found(data, name="test", chance=SeededChance("site"), now=NOW)
    with pytest.raises(ServiceError, match="there is no ledger"), open_site(data.path):
        pass
    assert not data.database.exists()


def test_a_file_that_is_no_ledger_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An administrator would read a traceback."""
    data = create_data(tmp_path / "data")
    Keyring.found(data, name="test", chance=SeededChance("site"), now=NOW)
    data.database.write_bytes(b"no database" * 1000)
    assert main(["account", "list", "--data", str(data.path)]) == 1
    err = capsys.readouterr().err
    assert str(data.database) in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("words", [["token", "list"], ["--help"], ["order", "import", "--help"]])
def test_a_list_starts_without_what_it_does_not_need(tmp_path: Path, words: list[str]) -> None:
    """A list would take as long as making keys; measured, certificates alone cost 30 ms."""
    code = (
        "import contextlib, sys\n"
        "from licet.manager.cli import main\n"
        "with contextlib.suppress(SystemExit):\n"
        f"    main({[*words, '--data', str(tmp_path / 'none')]!r})\n"
        "print(*(m for m in sys.modules if m.split('.')[0] in "
        "('cryptography', 'uvicorn', 'structlog', 'shtab', 'asyncio', 'ssl')), file=sys.stderr)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    assert ran.stderr.splitlines()[-1].strip() == ""
