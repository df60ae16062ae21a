"""The tutorials are scripts: what they promise is what happens."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from time import perf_counter

import pytest

from licet.lab.cli import main
from licet.lab.lab import Lab
from licet.lab.player import play
from licet.lab.timers import TIMERS, Timer, observe
from licet.lab.transcript import Transcript

TUTORIALS = sorted((Path(__file__).resolve().parents[2] / "docs" / "tutorials").glob("*.lab"))
NAMES = [tutorial.stem for tutorial in TUTORIALS]
DEMO_S_MAX = 20


@dataclass(frozen=True)
class Played:
    """A tutorial that was played to its end."""

    lab: Lab
    shown: str
    seconds: float


@cache
def played(name: str) -> Played:
    """Play a tutorial, once for all tests."""
    tutorial = TUTORIALS[NAMES.index(name)]
    shown: list[str] = []
    lab = Lab(Transcript(shown.append))
    begun = perf_counter()
    play(lab, tutorial.read_text(encoding="utf-8").splitlines(), name=tutorial.name)
    return Played(lab, "\n".join(shown), perf_counter() - begun)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("name", NAMES)
def test_a_tutorial_plays(name: str) -> None:
    """A person who follows the documentation would see something else, or an error."""
    assert "-- " in played(name).shown


@pytest.mark.timeout(120)
def test_the_first_year_takes_seconds() -> None:
    """The demonstration would take longer than a person waits."""
    assert played("first-year").seconds < DEMO_S_MAX


@pytest.mark.timeout(120)
@pytest.mark.parametrize("timer", TIMERS, ids=[timer.key for timer in TIMERS])
def test_every_timer_of_the_first_year_is_the_documents(timer: Timer) -> None:
    """The table at the end of the demonstration would show another length, or none."""
    seen = observe(played("first-year").lab.world.journal)
    assert {each.took for each in seen if each.key == timer.key} == {timer.every}


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    "line",
    [
        "  Status: UNREGISTERED - REGISTRATION FAILED",
        "    Failure reason: Fail to send out Call Home HTTP message",
        "  Status: REGISTERED",
        "  Status: No Licenses in Use",
        "  Status: AUTHORIZED on Jun 22 16:00:01 2022 UTC",
        "  Status: OUT OF COMPLIANCE on Aug 27 16:02:00 2022 UTC",
        "  Status: AUTHORIZATION EXPIRED",
        "  Status: EVAL MODE",
        "  Status: EVAL EXPIRED",
        "  Status: UNREGISTERED",
    ],
)
def test_the_first_year_passes_through_every_state(line: str) -> None:
    """A state of the document would not be seen in the demonstration."""
    assert line in played("first-year").shown.splitlines()


def test_one_seed_prints_the_same_transcript(capsys: pytest.CaptureFixture[str]) -> None:
    """A run could not be replayed: keys, ids or order would differ from one day to the next."""
    short = str(TUTORIALS[NAMES.index("status-sample")])
    transcripts = []
    for seed in ("one", "one", "two"):
        assert main(["run", short, "--seed", seed]) == 0
        transcripts.append(capsys.readouterr().out)
    assert transcripts[0] == transcripts[1]
    assert transcripts[0] != transcripts[2], "the token differs at least"
