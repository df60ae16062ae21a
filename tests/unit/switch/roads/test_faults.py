"""The table of faults."""

from pathlib import Path

import pytest

from licet.switch.roads import faults
from licet.switch.roads.faults import CAUSE_CHARS_MAX, SHOWN, Fault, Missed, clean
from licet.switch.syslog import print_missed
from support.standing import system_now

# device.md 5.5, first column.
STRINGS = {
    "Fail to send out Call Home HTTP message",
    "Communication message send error",
    "Communication message send response error",
    "Unable to resolve server hostname/domain name",
    "Received empty response from server",
    "INVALID STATUS CODE",
    "Cannot establish secure connection because server TLS cert cannot be validated",
}
PAGE = Path(__file__).parents[4] / "docs/how-to/reach-an-authority.md"


def test_every_fault_is_shown() -> None:
    """A fault would end the attempt's thread instead of being told."""
    assert set(SHOWN) == set(Fault)


@pytest.mark.parametrize("fault", Fault)
def test_a_fault_is_called_as_in_the_documents(fault: Fault) -> None:
    """A person would search for a string that nobody else prints."""
    shown = SHOWN[fault]
    assert shown.reason in STRINGS
    assert shown.mark in ("V", "D", "B", "M", "ours")
    assert shown.source
    assert shown.remedy.endswith(".")


def test_the_page_tells_every_string_and_every_remedy_of_the_table() -> None:
    """What the page says a failure means would not be what the switch means."""
    page = " ".join(PAGE.read_text().split())
    for reason in STRINGS:
        assert reason in page
    for fault in Fault:
        assert SHOWN[fault].remedy in page, fault
        assert f"{SHOWN[fault].mark}, {SHOWN[fault].source}" in page, fault


def test_all_strings_have_a_name() -> None:
    """A string would be spelled in two places, and differ one day."""
    named = {value for value in vars(faults).values() if isinstance(value, str)}
    assert named >= STRINGS


def test_what_comes_from_outside_is_one_short_line() -> None:
    """A server could write lines of its own into the log of the switch."""
    assert clean("a\nb\x1b[31m\r c\u2028d") == "a b [31m  c d"
    assert len(clean("x" * 10_000)) == CAUSE_CHARS_MAX + len("...")
    missed = Missed(Fault.STATUS, "the server answers 500: <b>\n2026 Nov  1 switch %FAKE-1-LINE: x")
    line = print_missed("https://user:secret@host/path", missed, system_now(), "switch")
    assert "\n" not in line
    assert "secret" not in line
    assert "https://host/path" in line
    assert SHOWN[Fault.STATUS].remedy in line
