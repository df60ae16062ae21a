"""What `show license status|summary|usage|all|tech support` prints in every state of device.md 1.5."""

import pytest
from ntc_templates.parse import parse_output  # type: ignore[import-untyped]

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


# What the strict template has no line for: it knows no attempt of a registration that is to come.
UNKNOWN = (
    "disabled",
    "evaluation expired",
    "registered, evaluation expired",
    "registration retried",
)


@pytest.mark.parametrize("state", [state for state in VIEWS if state not in UNKNOWN])
def test_the_strict_template_reads_all_of_it(state: str) -> None:
    """Automation that reads `show license all` of the family would fail, or read half."""
    view = VIEWS[state]
    text = license_all(view).replace("\n" + "".join(f"{line}\n" for line in CONVERSION), "")
    rows = parse_output(platform="cisco_asa", command="show license all", data=text)
    assert rows[0]["pid"] == "N9K-C93180YC-EX"
    assert rows[0]["sn"] == "FDO21120U5B"
    assert rows[0]["smart_agent_version"] == "Licet"
    # It keeps the last license alone.
    last = [tag_name(used.tag) for used in view.entitlements][-1:]
    assert [row["license_pid"] for row in rows] == (last or [""])
