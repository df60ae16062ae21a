"""What a reader of a transcript sees."""

from licet.lab.transcript import Transcript

FAILED = (
    "2022 Jun 22 09:{:02}:00 switch1 %LICMGR-3-LOG_SMART_LIC_COMM_FAILED: Communications failure"
)


def test_a_line_that_repeats_is_counted() -> None:
    """A year of hourly retries would be a hundred pages."""
    seen: list[str] = []
    transcript = Transcript(seen.append)
    for minute in range(30):
        transcript.console("switch1", FAILED.format(minute))
    transcript.console("switch2", FAILED.format(31))
    transcript.flush()
    assert seen == [
        FAILED.format(0),
        FAILED.format(1),
        FAILED.format(31),
        (
            "   (switch1 logged %LICMGR-3-LOG_SMART_LIC_COMM_FAILED 28 times more; "
            "last: 2022 Jun 22 09:29:00)"
        ),
    ]
    seen.clear()
    transcript.console("switch1", FAILED.format(40))
    transcript.flush()
    assert seen == [FAILED.format(40)], "a later command shows it again"


def test_all_lines_can_be_shown() -> None:
    """Nobody could look at every retry."""
    seen: list[str] = []
    transcript = Transcript(seen.append, repeats_shown=0)
    for minute in range(30):
        transcript.console("switch1", FAILED.format(minute))
    transcript.flush()
    assert len(seen) == 30


def test_narration_is_wrapped_and_set_apart() -> None:
    """Narration would be taken for what a switch printed."""
    seen: list[str] = []
    transcript = Transcript(seen.append)
    transcript.printed("a line")
    transcript.say("word " * 40)
    transcript.say("more")
    assert seen[0] == "a line"
    assert seen[1] == ""
    assert all(line.startswith("-- ") and len(line) <= 96 for line in seen[2:5])
    assert seen[5:] == ["", "-- more", ""]


def test_an_empty_output_prints_nothing() -> None:
    """Every configuration line would leave an empty line behind."""
    seen: list[str] = []
    transcript = Transcript(seen.append)
    transcript.printed("")
    transcript.printed("one\n\ntwo")
    assert seen == ["one", "", "two"]
