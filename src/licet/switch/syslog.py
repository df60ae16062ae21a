"""The switch's log: each notification of the agent as a line in NX-OS's form.

`%LICMGR-3-LOG_SMART_LIC_COMM_FAILED` is confirmed (device.md 4.6); the other mnemonics follow its
pattern, by inference. The wording follows IOS-XE's agent, without the names of Cisco's services.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from licet.agent.events import Notice, Notify
from licet.kernel.ids import tag_name
from licet.kernel.time import MONTHS
from licet.switch.roads.faults import Missed

_CONFIRMED, _INFERRED = "V", "M"


@dataclass(frozen=True, slots=True)
class Kind:
    """How one notice is logged.

    Attributes:
        severity: 2 critical to 6 informational.
        mark: V for a mnemonic that was found, M for one that was inferred.
    """

    severity: int
    mnemonic: str
    text: str
    mark: str = _INFERRED


_AGENT = "Smart Agent for Licensing"
_AUTHORITY = "the license authority"

KINDS: Mapping[Notice, Kind] = {
    Notice.ENFORCEMENT_MODE: Kind(5, "ENFORCEMENT_MODE", "Authorization state is now"),
    Notice.READY: Kind(6, "AGENT_READY", f"{_AGENT} is initialized"),
    Notice.ENABLED: Kind(6, "AGENT_ENABLED", f"{_AGENT} is enabled"),
    Notice.DISABLED: Kind(6, "AGENT_DISABLED", f"{_AGENT} is disabled"),
    Notice.REGISTER_FAILED: Kind(
        3, "AGENT_REG_FAILED", f"{_AGENT} registration with {_AUTHORITY} failed"
    ),
    Notice.REGISTER_SUCCESS: Kind(
        6, "AGENT_REG_SUCCESS", f"{_AGENT} registration with {_AUTHORITY} successful"
    ),
    Notice.ID_CERT_EXPIRED: Kind(3, "ID_CERT_EXPIRED", "The ID certificate has expired"),
    Notice.ID_CERT_RENEW_SUCCESS: Kind(
        5, "ID_CERT_RENEW_SUCCESS", f"ID certificate renewal with {_AUTHORITY} successful"
    ),
    Notice.ID_CERT_RENEW_FAIL: Kind(
        4, "ID_CERT_RENEW_FAILED", f"ID certificate renewal with {_AUTHORITY} failed"
    ),
    Notice.AUTH_RENEW_SUCCESS: Kind(
        6, "AUTH_RENEW_SUCCESS", f"Authorization renewal with {_AUTHORITY} successful"
    ),
    Notice.AUTH_RENEW_FAIL: Kind(
        3, "AUTH_RENEW_FAILED", f"Authorization renewal with {_AUTHORITY} failed"
    ),
    Notice.COMMUNICATION_FAILURE: Kind(
        3, "COMM_FAILED", f"Communications failure with {_AUTHORITY}", _CONFIRMED
    ),
    Notice.COMMUNICATION_RESTORED: Kind(
        5, "COMM_RESTORED", f"Communications with {_AUTHORITY} restored"
    ),
    Notice.ID_CERT_RENEW_NOT_STARTED: Kind(
        3, "ID_CERT_RENEW_NOT_STARTED", "ID certificate start date not reached yet"
    ),
    Notice.ENTITLEMENT_ENFORCE_MODE: Kind(5, "ENTITLEMENT_MODE", "Enforcement mode of"),
    Notice.ID_CERT_OUT_OF_RANGE: Kind(
        3, "ID_CERT_OUT_OF_RANGE", "The system clock is outside the ID certificate's validity"
    ),
    Notice.SYSTEM_CLOCK_CHANGED: Kind(
        5, "SYSTEM_CLOCK_CHANGED", f"{_AGENT} System clock has been changed"
    ),
    Notice.EVAL_EXPIRY_WARNING: Kind(
        4, "EVAL_WILL_EXPIRE", "The evaluation period will expire; it remains"
    ),
    Notice.EVAL_EXPIRED: Kind(3, "EVAL_EXPIRED", "The evaluation period has expired"),
    Notice.ID_CERT_EXPIRY_WARNING: Kind(
        4, "ID_CERT_EXPIRE_WARNING", "The ID certificate will expire; it remains"
    ),
    Notice.DEREGISTER_SUCCESS: Kind(
        6, "AGENT_DEREG_SUCCESS", f"{_AGENT} de-registration with {_AUTHORITY} successful"
    ),
    Notice.DEREGISTER_FAILED: Kind(
        3, "AGENT_DEREG_FAILED", f"{_AGENT} de-registration with {_AUTHORITY} failed"
    ),
}


def print_line(heard: Notify, host_name: str) -> str:
    """Return a notification as a line of the log, e.g. `2022 Jun 22 16:15:41 switch %LICMGR-…`."""
    kind = KINDS[heard.notice]
    subject = "" if heard.tag is None else f" {tag_name(heard.tag)}"
    detail = f" : {heard.detail}" if heard.detail else ""
    text = _printable(f"{kind.text}{subject}{detail}")
    name = f"%LICMGR-{kind.severity}-LOG_SMART_LIC_{kind.mnemonic}"
    return f"{_stamp(heard.at)} {host_name} {name}: {text}"


def print_missed(url: str, missed: Missed, at: datetime, host_name: str) -> str:
    """Return why a message was not answered as a line of the log: what happened and what to do.

    The string of the documents comes beside it with `COMM_FAILED`. The wording is IOS-XE's
    `%CALL_HOME-5-SL_MESSAGE_FAILED` (device.md 4.6, [V]); the facility is NX-OS's name of it, [M].
    """
    text = f"Fail to send out Smart Licensing message to: {_without_user(url)} ({missed.story})"
    return f"{_stamp(at)} {host_name} %CALLHOME-5-SL_MESSAGE_FAILED: {_printable(text)}"


def print_test(url: str, outcome: int | Missed, at: datetime, host_name: str) -> str:
    """Return what came of `callhome test` as a line of the log; its words are ours."""
    if isinstance(outcome, Missed):
        name, said = "CALLHOME-3-TEST_FAILED", outcome.story
    else:
        name, said = "CALLHOME-6-TEST_SENT", f"the server answered with HTTP status {outcome}"
    text = _printable(f"Test message to: {_without_user(url)} ({said})")
    return f"{_stamp(at)} {host_name} %{name}: {text}"


def print_untaken(told: str, at: datetime, host_name: str) -> str:
    """Return that a line of the startup configuration was not taken; mnemonic and words are ours."""
    text = _printable(f"Not taken of startup-config: {told}")
    return f"{_stamp(at)} {host_name} %VSHD-3-STARTUP_LINE_REFUSED: {text}"


def _without_user(url: str) -> str:
    """Return a URL without a user and a password, which nobody should read in a log."""
    scheme, mark, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{mark}{host.rpartition('@')[2]}{slash}{path}"


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text)


def _stamp(at: datetime) -> str:
    """Return the time as NX-OS's log files print it, day padded by a space; a zone has its name."""
    zone = at.tzname()
    stamp = f"{at.year} {MONTHS[at.month - 1]} {at.day:>2} {at:%H:%M:%S}"
    return stamp if zone == "UTC" else f"{stamp} {zone}"
