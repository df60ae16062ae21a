"""`show license status`: the registration and the authorization, with all their dates.

Layout: the source document's sample of NX-OS 9.3(4) (device.md 1.3), and for the states that it
does not show, the nearest real sample of the family (device.md 1.5). The words of a registration
under way, of its first attempt and of its next one were recalled, not found (mark M).
"""

from licet.agent.tables import Registration
from licet.agent.view import AuthorizationView, LicenseView, RegistrationView
from licet.switch.show.text import (
    AUTHORIZATION_HEADING,
    CONVERSION,
    DISABLED,
    ENABLED,
    attempt,
    authorization_status,
    clean,
    dated,
    page,
    print_allowed,
)


def license_status(view: LicenseView) -> str:
    """Return what `show license status` prints."""
    if not view.enabled:
        return page([DISABLED])
    registered = view.registration.state is Registration.COMPLETE
    return page(
        [ENABLED],
        ["Registration:", *_registration(view.registration)],
        [
            AUTHORIZATION_HEADING,
            *authorization_status(view.authorization),
            *(_communication(view.authorization) if registered else []),
        ],
        CONVERSION,
    )


def registration_status(view: RegistrationView) -> list[str]:
    """Return the first lines of the registration, which status and summary share."""
    words = {
        Registration.NOT_REGISTERED: "UNREGISTERED",
        Registration.IN_PROGRESS: "REGISTERING - REGISTRATION IN PROGRESS",
        Registration.RETRY: "UNREGISTERED - REGISTRATION FAILED",
        Registration.FAILED: "UNREGISTERED - REGISTRATION FAILED",
        Registration.COMPLETE: "REGISTERED",
    }
    accounts = (("Smart", view.smart_account), ("Virtual", view.virtual_account))
    return [
        f"  Status: {words[view.state]}",
        *(f"  {kind} Account: {clean(name)}" for kind, name in accounts if name is not None),
        f"  Export-Controlled Functionality: {print_allowed(view.export_allowed)}",
    ]


def _registration(view: RegistrationView) -> list[str]:
    lines = registration_status(view)
    match view.state:
        case Registration.NOT_REGISTERED:
            pass
        case Registration.IN_PROGRESS if view.initial is None:
            lines.append("  Initial Registration: First Attempt Pending")
        case Registration.IN_PROGRESS | Registration.FAILED:
            lines += attempt("Initial Registration", view.initial)
        case Registration.RETRY:
            lines += attempt("Initial Registration", view.initial)
            lines += dated("Next Registration Attempt", view.next_attempt_at)
        case Registration.COMPLETE:
            lines += attempt("Initial Registration", view.initial)
            lines += attempt("Last Renewal Attempt", view.last_renewal)
            lines += dated("Next Renewal Attempt", view.next_renewal_at)
            lines += dated("Registration Expires", view.expires_at)
    return lines


def _communication(view: AuthorizationView) -> list[str]:
    return [
        *attempt("Last Communication Attempt", view.last),
        *dated("Next Communication Attempt", view.next_at),
        *dated("Communication Deadline", view.deadline),
    ]
