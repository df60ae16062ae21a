"""The one entry point: it hands over, and its exit status can be trusted."""

import subprocess
import sys
from pathlib import Path

import pytest

from licet.cli import main

LICET = Path(sys.executable).with_name("licet")


@pytest.mark.parametrize("arguments", [[], ["nothing"], ["--wrong"], ["lab", "walk"]])
def test_wrong_usage_is_two(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """A script could not tell a slip of the hand from a refusal."""
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert "usage: licet" in capsys.readouterr().err


def test_a_script_that_stops_is_one_and_one_that_is_not_there_two(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A tutorial that fails would be green."""
    script = tmp_path / "wrong.lab"
    script.write_text("say before\nflabbergast\nsay after\n")
    assert main(["lab", "run", str(script)]) == 1
    shown = capsys.readouterr()
    assert "wrong.lab" in shown.err
    assert "2" in shown.err
    assert "after" not in shown.out
    assert main(["lab", "run", str(tmp_path / "none.lab")]) == 2
    assert "none.lab" in capsys.readouterr().err


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """A report of a fault would not say what it is about."""
    with pytest.raises(SystemExit) as stopped:
        main(["--version"])
    assert stopped.value.code == 0
    assert capsys.readouterr().out.startswith("licet ")


def test_a_room_is_loaded_only_when_it_is_asked_for() -> None:
    """Every start would pay for every room."""
    code = "import licet.cli, sys; print([m for m in sys.modules if m.startswith('licet.')])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    assert ran.stdout.strip() == "['licet.cli']"


def test_a_reader_that_went_away_is_no_error(tmp_path: Path) -> None:
    """`licet … | head` would end with a traceback."""
    script = tmp_path / "long.lab"
    script.write_text("say word\n" * 20_000)
    with subprocess.Popen(  # noqa: S603
        [LICET, "lab", "run", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


def test_an_output_that_is_full_is_told_in_a_line(tmp_path: Path) -> None:
    """A script would read a stack trace in place of the reason."""
    script = tmp_path / "short.lab"
    script.write_text("say word\n")
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(  # noqa: S603
            [LICET, "lab", "run", script], stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert ran.returncode == 1
    assert ran.stderr == b"licet: the output cannot be written: No space left on device\n"


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_closed_stream_is_no_other_file(closed: str, tmp_path: Path) -> None:
    """A key file would get the number of the closed one, and what is printed."""
    script = tmp_path / "short.lab"
    script.write_text("say word\n")
    shell = f'exec "$0" lab run "$1" {closed}'
    ran = subprocess.run(  # noqa: S603
        ["/bin/sh", "-c", shell, LICET, script], capture_output=True, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, b"")
