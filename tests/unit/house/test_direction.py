"""The direction of imports is held, and what holds it really fails on a violation."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter in a folder."""
    program = Path(sys.executable).with_name("lint-imports")
    return subprocess.run(  # noqa: S603
        [program, "--no-cache"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": "src"},
    )


def copy_of_the_house(folder: Path, *, violation: tuple[str, str]) -> Path:
    """Return a house of empty rooms with one import that is wrong."""
    (folder / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text())
    for room in (ROOT / "src" / "licet").iterdir():
        if room.name == "__pycache__":
            continue
        target = folder / "src" / "licet" / room.name
        if room.is_dir():
            target.mkdir(parents=True)
            (target / "__init__.py").touch()
        elif room.suffix == ".py":
            target.parent.mkdir(parents=True, exist_ok=True)
            target.touch()
    source, imported = violation
    (folder / "src" / "licet" / source / "wrong.py").write_text(f"import licet.{imported}\n")
    return folder


def test_the_house_keeps_its_direction() -> None:
    """A room would know a room above it, and neither could be moved alone."""
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout


def test_a_device_that_knows_a_ledger_is_noticed(tmp_path: Path) -> None:
    """The check would be green whatever happens."""
    for violation in (("agent", "ledger"), ("ledger", "agent"), ("kernel", "wire")):
        folder = tmp_path / "-".join(violation)
        folder.mkdir()
        result = lint(copy_of_the_house(folder, violation=violation))
        assert result.returncode != 0, f"{violation}: {result.stdout}"
        assert "BROKEN" in result.stdout


def test_a_room_that_nobody_placed_is_noticed(tmp_path: Path) -> None:
    """A new room could know everybody, since no rule names it."""
    folder = copy_of_the_house(tmp_path, violation=("testing", "world"))
    assert lint(folder).returncode == 0
    (folder / "src" / "licet" / "attic.py").write_text("import licet.lab\n")
    result = lint(folder)
    assert result.returncode != 0
    assert "attic" in result.stdout + result.stderr
