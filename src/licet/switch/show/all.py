"""`show license all`: everything that is known of licensing, block by block.

Layout: the family's (device.md 1.5.2 and 2.3); no NX-OS sample was found (mark G), and what is not modeled
is not in it. The version of the agent is ours.
"""

from licet.agent.view import LicenseView
from licet.switch.show.status import license_status
from licet.switch.show.text import page
from licet.switch.show.usage import used_licenses

AGENT_VERSION = "Smart Agent for Licensing: Licet"


def license_all(view: LicenseView) -> str:
    """Return what `show license all` prints."""
    if not view.enabled:
        return license_status(view)
    return sections(
        ("Smart Licensing Status", license_status(view)),
        ("License Usage", page(*used_licenses(view))),
        ("Product Information", f"UDI: {view.udi.text}\n"),
        ("Agent Version", f"{AGENT_VERSION}\n"),
    )


def sections(*blocks: tuple[str, str]) -> str:
    """Return texts under their headings, each of which is underlined."""
    return "".join(f"\n{heading}\n{'=' * len(heading)}\n{text}" for heading, text in blocks)
