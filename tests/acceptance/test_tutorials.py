"""The tutorials are scripts: what they promise is what happens."""

from pathlib import Path

import pytest

from licet.lab.cli import main

TUTORIALS = sorted((Path(__file__).resolve().parents[2] / "docs" / "tutorials").glob("*.lab"))


def test_there_are_tutorials() -> None:
    """The test below would pass over an empty folder."""
    assert "first-year.lab" in [tutorial.name for tutorial in TUTORIALS]


@pytest.mark.timeout(60)
@pytest.mark.parametrize("tutorial", TUTORIALS, ids=[tutorial.stem for tutorial in TUTORIALS])
def test_a_tutorial_plays(tutorial: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A person who follows the documentation would see something else, or an error."""
    status = main(["run", str(tutorial)])
    shown = capsys.readouterr()
    assert status == 0, shown.err
    assert not shown.err
    assert shown.out


@pytest.mark.timeout(60)
def test_one_seed_prints_the_same_transcript(capsys: pytest.CaptureFixture[str]) -> None:
    """A run could not be replayed: keys, ids or order would differ from one day to the next."""
    short = next(tutorial for tutorial in TUTORIALS if tutorial.stem == "status-sample")
    transcripts = []
    for seed in ("one", "one", "two"):
        assert main(["run", str(short), "--seed", seed]) == 0
        transcripts.append(capsys.readouterr().out)
    assert transcripts[0] == transcripts[1]
    assert transcripts[0] != transcripts[2], "the token differs at least"
