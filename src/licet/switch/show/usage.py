"""`show license usage`: the agent's layout, or NX-OS's traditional table where it is off.

Both layouts: device.md 1.6, samples of NX-OS; which one is printed when: RULES.md 21. The blocks of
`show license all` are those of 1.5.2.
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

# device.md 1.6, sample of NX-OS 10: no feature is turned off for want of a license.
KIND = ("  Enforcement Type: NOT ENFORCED", "  License Type: Generic")
NOTHING_IN_USE = ["No licenses in use"]
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
    # NX-OS's sample has no name in the heading, and behind `Description:` what others call the name.
    used = [
        [*_block(each, "", each.description or each.name or ""), *KIND]
        for each in view.entitlements
    ]
    return page(authorization, *(used or [NOTHING_IN_USE]))


def used_licenses(view: LicenseView) -> list[list[str]]:
    """Return the blocks of `show license all`, one for each license in use.

    A license is named as soon as the first authorization answer has named it (1.5.2).
    """
    used = [
        _block(each, f"{each.name} " if each.name else "", each.description)
        for each in view.entitlements
    ]
    return used or [NOTHING_IN_USE]


def _block(used: EntitlementView, name: str, description: str) -> list[str]:
    return [
        f"{clean(name)}({tag_name(used.tag)}):",
        f"  Description: {clean(description)}",
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
