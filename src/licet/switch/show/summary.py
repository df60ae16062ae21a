"""`show license summary`: how the product stands, and a line for each license in use.

Layout: the NX-OS sample of device.md 1.3 up to the heading of the table. The columns of the table
are those of Cisco's guide "Migrating to Smart Licensing Using Policy" for the Nexus 3550-T, whose
first column is as wide as the sample's: License 27, Entitlement tag 32, Count 8, Status.
"""

from licet.agent.tables import Registration
from licet.agent.view import Attempt, AuthorizationView, EntitlementView, LicenseView
from licet.kernel.ids import tag_name
from licet.switch.show.status import registration_status
from licet.switch.show.text import (
    AUTHORIZATION_HEADING,
    CONVERSION,
    DISABLED,
    ENABLED,
    ENTITLEMENT_WORDS,
    authorization_status,
    clean,
    dated,
    page,
)

NAME_WIDTH = 27
TAG_WIDTH = 32
COUNT_WIDTH = 8
RULE = "-" * 75
NAME_CHARS_MAX = 26
_CUT = "..."


def license_summary(view: LicenseView) -> str:
    """Return what `show license summary` prints."""
    if not view.enabled:
        return page([DISABLED])
    return page(
        [ENABLED],
        ["Registration:", *registration_status(view.registration)],
        [AUTHORIZATION_HEADING, *_authorization(view)],
        CONVERSION,
        ["License Usage:", *_usage(view.entitlements)],
    )


def _authorization(view: LicenseView) -> list[str]:
    """Return the authorization; the sample has a blank line after a registered product's status."""
    status = authorization_status(view.authorization)
    if view.registration.state is not Registration.COMPLETE:
        return status
    return [*status, "", *_communication(view.authorization)]


def _communication(view: AuthorizationView) -> list[str]:
    return [
        f"  Last Communication Attempt: {_word(view.last)}",
        *dated("Next Communication Attempt", view.next_at),
        *dated("Communication Deadline", view.deadline),
    ]


def _word(made: Attempt | None) -> str:
    """Return how an attempt ended; in the summary it has no date (device.md 1.3)."""
    if made is None:
        return "None"
    return "SUCCEEDED" if made.ok else "FAILED"


def _usage(entitlements: tuple[EntitlementView, ...]) -> list[str]:
    if not entitlements:
        return ["No licenses in use"]
    heading = f"{'License':<{NAME_WIDTH}}{'Entitlement tag':<{TAG_WIDTH}}"
    return [
        f"{heading}{'Count':<{COUNT_WIDTH}}Status",
        RULE,
        *(_row(used) for used in entitlements),
    ]


def _row(used: EntitlementView) -> str:
    name = clean(used.name or "")
    if len(name) > NAME_CHARS_MAX:
        name = name[: NAME_CHARS_MAX - len(_CUT)] + _CUT
    # In the guide's row the count stands one column to the right of its heading.
    tag = f"({tag_name(used.tag)}) "
    row = f"{name:<{NAME_WIDTH}}{tag:<{TAG_WIDTH + 1}}{used.count:<{COUNT_WIDTH}}"
    return row + ENTITLEMENT_WORDS[used.status]
