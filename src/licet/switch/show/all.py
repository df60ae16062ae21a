"""`show license all`: everything that is known of licensing, block by block.

Layout: the family's (device.md 1.5 and 2); no NX-OS sample was found (mark G), and what is not modeled
is not in it.
"""

from licet.agent.view import LicenseView
from licet.switch.show.status import license_status
from licet.switch.show.text import page
from licet.switch.show.usage import license_usage

AGENT_VERSION = "Smart Agent for Licensing: Licet"


def license_all(view: LicenseView, packages: tuple[str, ...]) -> str:
    """Return what `show license all` prints.

    Args:
        view: what is seen of the agent.
        packages: those that the platform knows, for the table of traditional licensing.
    """
    if not view.enabled:
        return license_status(view)
    blocks = (
        ("Smart Licensing Status", license_status(view)),
        ("License Usage", license_usage(view, packages)),
        ("Product Information", page([f"UDI: {view.udi.text}"])),
        ("Agent Version", page([AGENT_VERSION])),
    )
    return "\n".join(f"{heading}\n{'=' * len(heading)}\n{text}" for heading, text in blocks)
