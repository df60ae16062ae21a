"""`licet manager migrate`: applied by itself, never under a server, never by another command."""

import json
from pathlib import Path

import pytest

from licet.manager.cli import main
from licet.service.datadir import hold, open_data
from licet.store.sqlite import migrations as migrations_module
from licet.store.sqlite.migrations import newest_schema
from support.keeping import Standing


@pytest.fixture
def data(tmp_path: Path) -> str:
    """The data directory of an authority."""
    standing = Standing(tmp_path)
    standing.burn()
    return str(standing.data.path)


def test_it_is_applied_once_and_only_when_asked(
    data: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A command that only lists would change the schema under a server that runs."""
    assert main(["migrate", "--data", data, "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["schema"], shown["migrations_applied"]) == (newest_schema(), 0)
    newer = (*migrations_module.migrations(), "CREATE TABLE more (id TEXT)")
    monkeypatch.setattr(migrations_module, "migrations", lambda: newer)
    assert main(["account", "list", "--data", data]) == 1
    assert "type `licet manager migrate`" in capsys.readouterr().err
    assert main(["migrate", "--data", data, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["migrations_applied"] == 1
    assert main(["account", "list", "--data", data]) == 0


def test_it_waits_for_no_server(data: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A server would go on with statements that no longer fit."""
    with hold(open_data(Path(data))):
        assert main(["migrate", "--data", data]) == 1
    assert "a server runs on it already" in capsys.readouterr().err


def test_there_must_be_something(data: str, capsys: pytest.CaptureFixture[str]) -> None:
    """An empty database would be made where somebody mistyped a directory."""
    for file in Path(data).glob("licet.db*"):
        file.unlink()
    assert main(["migrate", "--data", data]) == 1
    assert "there is no database yet" in capsys.readouterr().err
