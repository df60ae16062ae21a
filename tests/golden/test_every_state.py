"""What `show license status|summary|usage|all|tech support` prints in every state of device.md 1.5."""

import re

import pytest
from ntc_templates.parse import parse_output  # type: ignore[import-untyped]
from textfsm.parser import TextFSMError  # type: ignore[import-untyped]

from licet.agent.view import LicenseView
from licet.kernel.ids import tag_name
from licet.switch.show.all import license_all
from licet.switch.show.text import CONVERSION
from support.golden_states import FOLDER, file_of, transcript
from support.views import VIEWS


@pytest.mark.parametrize("state", VIEWS)
def test_every_command_in_every_state(state: str) -> None:
    """An operator, or his script, would read another state than the one that the switch is in."""
    assert transcript(VIEWS[state]) == file_of(state).read_text(encoding="utf-8"), (
        "look at it, and run: python tests/support/golden_states.py"
    )


def test_no_golden_is_left_over() -> None:
    """A file would be read for the output of a state that does not exist."""
    assert {path.name for path in FOLDER.iterdir()} == {file_of(state).name for state in VIEWS}


EXPIRED = "  EVALUATION PERIOD EXPIRED on Dec 03 08:05:02 2022 UTC"
# The lines of ours that the strict template refuses. It knows no line for the end of an evaluation,
# which is CUCM's here, nor for the next attempt of a registration (device.md 1.5 has both).
REFUSED = {
    "evaluation expired": EXPIRED,
    "registered, evaluation expired": EXPIRED,
    "registration retried": "  Next Registration Attempt: Jun 22 16:30:41 2022 UTC",
}
READ = [state for state in VIEWS if state not in REFUSED and state != "disabled"]


def known(view: LicenseView) -> str:
    """Return `show license all` without the conversion of licenses, which the template does not know."""
    return license_all(view).replace("\n" + "".join(f"{line}\n" for line in CONVERSION), "")


def read(text: str) -> list[dict[str, str]]:
    """Return what the template reads."""
    rows: list[dict[str, str]] = parse_output("cisco_asa", "show license all", text)
    return rows


@pytest.mark.parametrize("state", READ)
def test_the_strict_template_reads_all_of_it(state: str) -> None:
    """Automation that reads `show license all` of the family would fail, or read half."""
    view = VIEWS[state]
    rows = read(known(view))
    assert rows[0]["pid"] == "N9K-C93180YC-EX"
    assert rows[0]["sn"] == "FDO21120U5B"
    assert rows[0]["smart_agent_version"] == "Licet"
    # It keeps the last license alone.
    last = [tag_name(used.tag) for used in view.entitlements][-1:]
    assert [row["license_pid"] for row in rows] == (last or [""])


def test_the_strict_template_reads_that_it_is_off() -> None:
    """Automation would take a switch without smart licensing for one with it."""
    [row] = read(known(VIEWS["disabled"]))
    assert (row["smart_status"], row["pid"]) == ("DISABLED", "")


@pytest.mark.parametrize("state", REFUSED)
def test_the_strict_template_refuses_no_other_line(state: str) -> None:
    """A line could be added that breaks automation in more than the known states."""
    text = known(VIEWS[state])
    with pytest.raises(TextFSMError, match=re.escape(f"Input Line: {REFUSED[state]}") + r"\Z"):
        read(text)
    assert read(text.replace(f"{REFUSED[state]}\n", ""))[0]["sn"] == "FDO21120U5B"
