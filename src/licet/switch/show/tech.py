"""`show license tech support`: all that is known of licensing, for those who help.

Its sections and their order are the family's (device.md 2.6). No sample of NX-OS was found: which of its
strings are sourced and which are ours stands in the output itself, at its end.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from licet.agent.tables import Authorization, Certificate
from licet.agent.view import Attempt, EntitlementView, LicenseView
from licet.kernel.ids import tag_version
from licet.kernel.time import print_period
from licet.switch.callhome import lacks
from licet.switch.configuration import Callhome
from licet.switch.features import PRODUCT
from licet.switch.show.all import AGENT_VERSION, sections
from licet.switch.show.status import license_status
from licet.switch.show.text import ENTITLEMENT_WORDS, clean, page, print_date

SOURCES = (
    "Sourced: the status block (NX-OS 9.3 and its siblings), the names of the sections, 'Entitlement Tag',",
    "'Description', 'Count', 'Version', 'Status', 'Failure reason', 'Software ID', 'Agent State',",
    "'Transport', 'UDI', 'License reservation' (IOS-XE's agent).",
    "Ours: everything else, and the words after 'Agent State' where YANG has no name for a state.",
)
# YANG's names (device.md 4.2).
_STATES = {
    Authorization.NONE: "no licenses in use",
    Authorization.EVAL: "eval",
    Authorization.EVAL_EXPIRED: "eval-expired",
    Authorization.AUTHORIZED: "authorized",
    Authorization.OUT_OF_COMPLIANCE: "out-of-compliance",
    Authorization.AUTHORIZATION_EXPIRED: "authorization-expired",
}


def tech_support(view: LicenseView, callhome: Callhome) -> str:
    """Return what `show license tech support` prints."""
    return sections(
        ("Smart Licensing Tech Support info", ""),
        ("Smart Licensing Status", license_status(view)),
        ("License Usage", page(*_usage(view.entitlements))),
        ("Product Information", page([f"UDI: {view.udi.text}"])),
        ("Agent Version", page([AGENT_VERSION])),
        ("Upcoming Scheduled Jobs", page(_jobs(view))),
        ("Communication Statistics:", page(_communication(view))),
        ("License Certificates", page(_certificates(view))),
        ("Reservation Info", page(["License reservation: DISABLED"])),
        ("Other Info", page(_other(view, callhome))),
        ("About these strings", page(SOURCES)),
    )


def _usage(entitlements: tuple[EntitlementView, ...]) -> Iterable[list[str]]:
    if not entitlements:
        yield ["No licenses in use"]
    for handle, used in enumerate(entitlements, 1):
        yield [
            f"Handle: {handle}",
            f"  License: {clean(used.name or '')}",
            f"  Entitlement Tag: {used.tag}",
            f"  Description: {clean(used.description)}",
            f"  Count: {used.count}",
            f"  Version: {tag_version(used.tag)}",
            f"  Status: {ENTITLEMENT_WORDS[used.status]}",
        ]


def _jobs(view: LicenseView) -> list[str]:
    registration, authorization = view.registration, view.authorization
    jobs = (
        ("Registration", registration.next_attempt_at),
        ("Authorization Renewal", authorization.next_at),
        ("ID Certificate Renewal", registration.next_renewal_at),
        ("ID Certificate Expiration", registration.expires_at),
        ("Authorization Expiration", authorization.deadline),
    )
    return [f"Current time: {print_date(view.at)}", *(_job(view.at, *job) for job in jobs)]


def _job(now: datetime, name: str, at: datetime | None) -> str:
    if at is None:
        return f"{name}: Not Available"
    left = at - now
    if left < timedelta(0):
        return f"{name}: {print_date(at)} (due)"
    return f"{name}: {print_date(at)} ({print_period(left)} remaining)"


def _communication(view: LicenseView) -> list[str]:
    attempts = (
        ("Registration", view.registration.initial),
        ("ID Certificate Renewal", view.registration.last_renewal),
        ("Authorization", view.authorization.last),
    )
    lines = [line for name, made in attempts for line in _attempt(name, made)]
    return [*lines, f"Leave notes that wait: {view.notes_pending}"]


def _attempt(name: str, made: Attempt | None) -> list[str]:
    if made is None:
        return [f"{name}:", "  Last Attempt: None"]
    word = "OK" if made.ok else "FAILED"
    lines = [f"{name}:", f"  Last Attempt: {word} on {print_date(made.at)}"]
    return lines if made.ok else [*lines, f"  Failure reason: {clean(made.reason)}"]


def _certificates(view: LicenseView) -> list[str]:
    registration = view.registration
    if registration.certificate is Certificate.NONE or registration.expires_at is None:
        return ["Not registered. No certificates installed"]
    return [
        f"ID certificate: {registration.certificate}",
        f"  Expires: {print_date(registration.expires_at)}",
    ]


def _other(view: LicenseView, callhome: Callhome) -> list[str]:
    evaluates = view.authorization.state is Authorization.EVAL
    missed = lacks(callhome)
    return [
        f"Software ID: {PRODUCT}",
        f"Agent State: {_STATES[view.authorization.state] if view.enabled else 'disabled'}",
        f"Registration: {view.registration.state}",
        "Transport: Callhome",
        f"  URL: {callhome.url or ''}",
        f"  Ready: {'yes' if missed is None else f'no, {missed.story}'}",
        f"Host name sent: {clean(view.host_name or '<none>')}",
        f"Evaluation used up: {_yes(view.authorization.evaluation_left <= timedelta(0))}",
        f"Evaluation left: {print_period(view.authorization.evaluation_left)}",
        f"Evaluation in use: {_yes(evaluates)}",
        "conversionAutomatic: False",
        "conversionAllowed: False",
    ]


def _yes(value: bool) -> str:  # noqa: FBT001 - it is the value that is printed
    return "yes" if value else "no"
