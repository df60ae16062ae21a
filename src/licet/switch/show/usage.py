"""`show license usage`: the agent's layout, or NX-OS's traditional table where it is off.

Both layouts: device.md 1.6 and 1.5.2; which one is printed when: RULES.md 21.
"""

from collections.abc import Sequence

from licet.agent.view import EntitlementView, LicenseView
from licet.kernel.ids import tag_name, tag_version
from licet.switch.show.text import (
    AUTHORIZATION_HEADING,
    ENTITLEMENT_WORDS,
    authorization_status,
    clean,
    page,
)

TRADITIONAL_HEADING = (
    "Feature                      Ins  Lic   Status Expiry Date Comments",
    "                                 Count",
)
TRADITIONAL_RULE = "-" * 80


def license_usage(view: LicenseView, packages: Sequence[str]) -> str:
    """Return what `show license usage` prints.

    The traditional table has a row for each of `packages`, those that the platform knows.
    """
    if not view.enabled:
        return _traditional(view, packages)
    authorization = [AUTHORIZATION_HEADING, *authorization_status(view.authorization)]
    return page(authorization, *used_licenses(view))


def used_licenses(view: LicenseView) -> list[list[str]]:
    """Return a block of lines for each license in use, which `show license all` has too."""
    if not view.entitlements:
        return [["No licenses in use"]]
    return [_entitlement(used) for used in view.entitlements]


def _entitlement(used: EntitlementView) -> list[str]:
    """Return one license; its name comes with the first authorization answer (1.5.2)."""
    name = f"{clean(used.name)} " if used.name else ""
    return [
        f"{name}({tag_name(used.tag)}):",
        f"  Description: {clean(used.description)}",
        f"  Count: {used.count}",
        f"  Version: {tag_version(used.tag)}",
        f"  Status: {ENTITLEMENT_WORDS[used.status]}",
    ]


def package_states(view: LicenseView, packages: Sequence[str]) -> list[tuple[str, str]]:
    """Return each package with its state in the traditional table."""
    used = {tag_name(entitlement.tag) for entitlement in view.entitlements}
    return [(package, "In use" if package in used else "Unused") for package in packages]


def _traditional(view: LicenseView, packages: Sequence[str]) -> str:
    rows = (
        f"{package:<30}{'No':<6}{'-':<4}{status:<19}-"
        for package, status in package_states(view, packages)
    )
    lines = (*TRADITIONAL_HEADING, TRADITIONAL_RULE, *rows, TRADITIONAL_RULE)
    return "".join(f"{line}\n" for line in lines)
