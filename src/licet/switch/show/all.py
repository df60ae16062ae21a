"""`show license all`: everything that is known of licensing, block by block.

Layout: the family's (device.md 1.5.2 and 2.3); no NX-OS sample was found (mark G), and what is not modeled
is not in it. The version of the agent is ours.
"""

from collections.abc import Mapping

from licet.agent.view import LicenseView
from licet.switch.show.status import license_status
from licet.switch.show.text import page
from licet.switch.show.usage import used_licenses

# The line under it is a character too long on every sample of this command (device.md 2.3).
USAGE = "License Usage"
_AS_LONG: Mapping[str, int] = {}
AGENT_VERSION = "Smart Agent for Licensing: Licet"


def license_all(view: LicenseView) -> str:
    """Return what `show license all` prints."""
    if not view.enabled:
        return license_status(view)
    return sections(
        ("Smart Licensing Status", license_status(view)),
        (USAGE, page(*used_licenses(view))),
        ("Product Information", f"UDI: {view.udi.text}\n"),
        ("Agent Version", f"{AGENT_VERSION}\n"),
        longer={USAGE: 1},
    )


def sections(*blocks: tuple[str, str], longer: Mapping[str, int] = _AS_LONG) -> str:
    """Return texts under their headings, each of which is underlined.

    Args:
        blocks: heading and text of each.
        longer: by how many characters the line under a heading is longer than that.
    """
    return "".join(
        f"\n{heading}\n{'=' * (len(heading) + longer.get(heading, 0))}\n{text}"
        for heading, text in blocks
    )
