"""The tutorials are scripts: what they promise is what happens."""

import re
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
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


def table(name: str, line: str, which: int = -1) -> list[list[str]]:
    """Return the cells of a table that a line of a tutorial printed."""
    shown = played(name).shown.splitlines()
    places = [place for place, each in enumerate(shown) if each.endswith(f"lab> {line}")]
    rows: list[list[str]] = []
    for each in shown[places[which] + 1 :]:
        if "lab> " in each or each.startswith("--  ") or (not each and rows):
            break
        if each and not each.startswith(("-", "On-Prem Accounts")):
            rows.append(re.split(r"\s{2,}", each))
    return rows


@pytest.mark.timeout(120)
def test_the_on_prems_list_is_that_of_the_source_document() -> None:
    """A person who knows the document's screen would not find its columns, or other instants."""
    assert table("manual-on-prem", "Sat show synchronization", 2) == [
        [
            "Name",
            "On-Prem Name",
            "Last Synchronization",
            "Synchronization Due",
            "Alerts",
            "Actions",
        ],
        [
            "Production",
            "Sat",
            "2020-Jun-05 21:02:00",
            "2020-Jul-05 21:02:00",
            "Synchronization Successful",
            "sync request, privacy",
        ],
    ]


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    ("name", "on_prem", "at", "due"),
    [
        ("manual-on-prem", "Sat", "2020-Jun-05 21:02:00", "2020-Jul-05 21:02:00"),
        ("connected-on-prem", "lans", "2020-Jun-10 09:02:00", "2020-Jul-10 09:02:00"),
    ],
)
def test_the_managers_on_prem_accounts_are_those_of_the_source_document(
    name: str, on_prem: str, at: str, due: str
) -> None:
    """A person who knows the document's screen would not find its columns, or other instants."""
    assert table(name, "cloud show on-prems", 1) == [
        [
            "Name",
            "Product Instances",
            "Last Sync Up from On-Prem",
            "Last Sync Down to On-Prem",
            "Synchronization Due",
            "Version",
            "Alerts",
            "Actions",
        ],
        [on_prem, "2", at, at, due, version("licet"), "file-sync, cut, remove on-prem"],
    ]


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    "line",
    [
        "refused: its signature does not verify: the file was changed on its way; ",
        "refused: this is a registration request; a sync response is due here; ",
        "refused: the response to request 2 was overtaken by that to request 3; ",
        "applied: nothing; it was applied before",
    ],
)
def test_what_is_refused_is_seen_with_its_reason(line: str) -> None:
    """Somebody who carries files could not learn what each refusal looks like."""
    shown = played("manual-on-prem").shown.splitlines()
    assert any(each.startswith(line) for each in shown)


def test_one_seed_prints_the_same_transcript(capsys: pytest.CaptureFixture[str]) -> None:
    """A run could not be replayed: keys, ids or order would differ from one day to the next."""
    short = str(TUTORIALS[NAMES.index("status-sample")])
    transcripts = []
    for seed in ("one", "one", "two"):
        assert main(["run", short, "--seed", seed]) == 0
        transcripts.append(capsys.readouterr().out)
    assert transcripts[0] == transcripts[1]
    assert transcripts[0] != transcripts[2], "the token differs at least"
