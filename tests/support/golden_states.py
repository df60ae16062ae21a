"""Writes `tests/golden/states/`: what the license commands print in every state of device.md 1.5.

    python tests/support/golden_states.py

`tests/golden/test_every_state.py` compares. Look at what has changed before it is committed.
"""

import sys
from collections.abc import Mapping
from pathlib import Path

from licet.agent.view import LicenseView
from licet.switch.configuration import FACTORY
from licet.switch.features import TAGS
from licet.switch.show.all import license_all
from licet.switch.show.status import license_status
from licet.switch.show.summary import license_summary
from licet.switch.show.tech import tech_support
from licet.switch.show.usage import license_usage

FOLDER = Path(__file__).parents[1] / "golden" / "states"
PACKAGES = tuple(TAGS)[:3]


def pages(view: LicenseView) -> Mapping[str, str]:
    """Return what each command prints of a view."""
    return {
        "show license status": license_status(view),
        "show license summary": license_summary(view),
        "show license usage": license_usage(view, PACKAGES),
        "show license all": license_all(view),
        "show license tech support": tech_support(view, FACTORY.callhome),
    }


def transcript(view: LicenseView) -> str:
    """Return the commands and what they print, as a terminal shows them."""
    return "".join(f"switch# {command}\n{text}" for command, text in pages(view).items())


def file_of(state: str) -> Path:
    """Return the file of a state."""
    return FOLDER / f"{state.replace(', ', '-').replace(' ', '-')}.txt"


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from support.views import VIEWS

    FOLDER.mkdir(exist_ok=True)
    for name, view in VIEWS.items():
        file_of(name).write_text(transcript(view), encoding="utf-8")
