"""What can go wrong on the way, and the string of the documents that each fault is shown as.

The strings are those of device.md 5.5 (its evidence marks beside them); which real fault is called
by which string is settled here and nowhere else. Several faults share a string: the cause itself is
kept beside it, for the event log and the syslog.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, auto
from typing import Final

from licet.kernel.problems import NoAnswer

# device.md 5.5, each with its mark: V was found verbatim, D is documented, B is commonly named.
NOT_SENT: Final = "Fail to send out Call Home HTTP message"  # [V], and scenarios 1 and 3 of 5
SEND_ERROR: Final = "Communication message send error"  # [V], YANG error 32: "probably a timeout"
RESPONSE_ERROR: Final = "Communication message send response error"  # [B][D], YANG error 33
UNRESOLVED: Final = "Unable to resolve server hostname/domain name"  # [V]
EMPTY: Final = "Received empty response from server"  # [V]
BAD_STATUS: Final = "INVALID STATUS CODE"  # [V]
NOT_VALIDATED: Final = (  # [V]
    "Cannot establish secure connection because server TLS cert cannot be validated"
)

CAUSE_CHARS_MAX = 400


class Fault(StrEnum):
    """Every real fault that a road tells apart."""

    CALL_HOME_OFF = auto()
    BAD_URL = auto()
    PLAIN_HTTP = auto()
    NO_VRF = auto()
    SOURCE_INTERFACE = auto()
    SOURCE_ADDRESS = auto()
    NAMESPACE = auto()
    FORBIDDEN_NAME = auto()
    UNRESOLVED = auto()
    NO_ROUTE = auto()
    CONNECTION_REFUSED = auto()
    CONNECTION_TIMED_OUT = auto()
    PROXY_UNRESOLVED = auto()
    PROXY_UNREACHED = auto()
    PROXY_TLS = auto()
    PROXY_REFUSES = auto()
    PROXY_WANTS_AUTHENTICATION = auto()
    PROXY_WRONG_PASSWORD = auto()
    PROXY_GARBAGE = auto()
    TLS_NAME = auto()
    TLS_UNTRUSTED = auto()
    TLS_DATES = auto()
    TLS_VERSION = auto()
    TLS_FAILED = auto()
    NOT_TLS = auto()
    TIMED_OUT = auto()
    CLOSED = auto()
    CUT_OFF = auto()
    GARBAGE = auto()
    NOT_AN_ANSWER = auto()
    EMPTY_ANSWER = auto()
    TOO_LARGE = auto()
    REDIRECT = auto()
    STATUS = auto()
    BROKEN = auto()


@dataclass(frozen=True, slots=True)
class Shown:
    """How a fault is shown.

    Attributes:
        reason: the string in `show license status`, the event log and the syslog.
        mark: the evidence that this fault is called so: V, D or B of device.md, or *ours* where the
            documents name the string and not this cause of it.
        source: where the string, and the cause, come from.
        remedy: what a person does about it.
    """

    reason: str
    mark: str
    source: str
    remedy: str


_TABLE_5_5 = "device.md 5.5"
_URL_REMEDY = "Correct the URL of destination-profile CiscoTAC-1."
_PROXY_REMEDY = "Check 'transport http proxy server', and that the proxy runs."
_PATH_REMEDY = "Check the route, the VRF and firewalls on the way; test with ping and telnet."

SHOWN: Mapping[Fault, Shown] = {
    Fault.CALL_HOME_OFF: Shown(
        NOT_SENT,
        "V",
        "device.md 5.5, callhome not enabled",
        "Type 'callhome', 'enable' and 'destination-profile CiscoTAC-1 transport-method http'.",
    ),
    Fault.BAD_URL: Shown(NOT_SENT, "ours", _TABLE_5_5, _URL_REMEDY),
    Fault.PLAIN_HTTP: Shown(
        RESPONSE_ERROR,
        "B",
        "device.md 5.2 (scenario 2), YANG error 33",
        "Give the URL as https://; http:// works only to an on-prem, with 'licet plain-http'.",
    ),
    Fault.NO_VRF: Shown(
        NOT_SENT,
        "V",
        "device.md 5.5, no route",
        "Define the VRF with 'vrf context', or correct 'transport http use-vrf'.",
    ),
    Fault.SOURCE_INTERFACE: Shown(
        NOT_SENT,
        "V",
        "device.md 5.1 (scenario 1) and 5.5, source interface",
        "Choose an interface of that VRF, such as 'ip http source-interface mgmt0 vrf management'.",
    ),
    Fault.SOURCE_ADDRESS: Shown(
        NOT_SENT,
        "V",
        "device.md 5.5, source interface",
        "Choose an address that this machine has, in the VRF or on the source interface.",
    ),
    Fault.NAMESPACE: Shown(
        NOT_SENT,
        "V",
        "device.md 5.5, no route",
        "Make the namespace with 'ip netns add', and run the switch as root.",
    ),
    Fault.FORBIDDEN_NAME: Shown(
        UNRESOLVED,
        "ours",
        "device.md 5.5; the rule that nothing under cisco.com is contacted",
        "Map the name to your own authority: 'ip host NAME A.B.C.D'.",
    ),
    Fault.UNRESOLVED: Shown(
        UNRESOLVED,
        "V",
        "device.md 5.4 (scenario 4) and 5.5, DNS",
        "Configure a working name server in that VRF, an 'ip host' entry, or an address in the URL.",
    ),
    Fault.NO_ROUTE: Shown(NOT_SENT, "V", "device.md 5.5, no route", _PATH_REMEDY),
    Fault.CONNECTION_REFUSED: Shown(
        NOT_SENT,
        "ours",
        _TABLE_5_5,
        "Check host and port of the URL, and that the authority runs.",
    ),
    Fault.CONNECTION_TIMED_OUT: Shown(
        SEND_ERROR, "V", "device.md 5.5, timeout on send; YANG error 32", _PATH_REMEDY
    ),
    Fault.PROXY_UNRESOLVED: Shown(
        UNRESOLVED,
        "V",
        "device.md 5.5, DNS",
        "Configure a working name server, an 'ip host' entry, or an address for the proxy.",
    ),
    Fault.PROXY_UNREACHED: Shown(NOT_SENT, "V", "device.md 5.5, proxy", _PROXY_REMEDY),
    Fault.PROXY_TLS: Shown(
        NOT_SENT,
        "V",
        "device.md 5.5, proxy and TLS trust",
        "Make the proxy's CA a trust point; the proxy's name must be in its certificate.",
    ),
    Fault.PROXY_REFUSES: Shown(
        NOT_SENT,
        "V",
        "device.md 5.5, proxy",
        "Ask the proxy's administrator to allow CONNECT to this host and port.",
    ),
    Fault.PROXY_WANTS_AUTHENTICATION: Shown(
        NOT_SENT, "V", "device.md 5.5, proxy", "Configure the user and the password for the proxy."
    ),
    Fault.PROXY_WRONG_PASSWORD: Shown(
        NOT_SENT, "V", "device.md 5.5, proxy", "Correct the user or the password for the proxy."
    ),
    Fault.PROXY_GARBAGE: Shown(NOT_SENT, "V", "device.md 5.5, proxy", _PROXY_REMEDY),
    Fault.TLS_NAME: Shown(
        NOT_VALIDATED,
        "V",
        "device.md 5.5, URL host is not CN or SAN",
        "Use a name or address of the certificate in the URL, or renew the certificate with it.",
    ),
    Fault.TLS_UNTRUSTED: Shown(
        NOT_SENT,
        "V",
        "device.md 5.3 (scenario 3) and 5.5, TLS trust",
        "Make the CA that signed it a trust point: 'crypto ca trustpoint' and 'crypto ca "
        "authenticate'. If a proxy opens TLS on the way, exempt the authority from it.",
    ),
    Fault.TLS_DATES: Shown(
        NOT_SENT,
        "D",
        "device.md 5.3, an expired certificate of the server",
        "Check 'show clock'; if it is right, the authority's certificate must be renewed.",
    ),
    Fault.TLS_VERSION: Shown(
        SEND_ERROR,
        "V",
        "device.md 5.5, TLS on send",
        "The other side must speak TLS 1.2 or newer.",
    ),
    Fault.TLS_FAILED: Shown(
        SEND_ERROR,
        "V",
        "device.md 5.5, TLS on send",
        "Look into the log of the other side; test with telnet.",
    ),
    Fault.NOT_TLS: Shown(
        RESPONSE_ERROR,
        "B",
        "device.md 5.5, not HTTPS; YANG error 33",
        "Check the port of the URL: what listens there does not speak TLS.",
    ),
    Fault.TIMED_OUT: Shown(
        SEND_ERROR, "V", "device.md 5.5, timeout on send; YANG error 32", _PATH_REMEDY
    ),
    Fault.CLOSED: Shown(
        EMPTY,
        "V",
        "device.md 5.5, wrong URL or transport",
        "Check the URL; look into the log of the other side.",
    ),
    Fault.CUT_OFF: Shown(
        RESPONSE_ERROR,
        "ours",
        "device.md 5.5; YANG error 33",
        "It is tried again; if it stays, look for what ends connections on the way.",
    ),
    Fault.GARBAGE: Shown(
        RESPONSE_ERROR, "D", "device.md 5.5, the server answered wrongly", _URL_REMEDY
    ),
    Fault.NOT_AN_ANSWER: Shown(
        RESPONSE_ERROR, "D", "device.md 5.5, the server answered wrongly", _URL_REMEDY
    ),
    Fault.EMPTY_ANSWER: Shown(EMPTY, "V", "device.md 5.5, wrong URL or transport", _URL_REMEDY),
    Fault.TOO_LARGE: Shown(
        RESPONSE_ERROR, "D", "device.md 5.5, the server answered wrongly", _URL_REMEDY
    ),
    Fault.REDIRECT: Shown(
        BAD_STATUS,
        "V",
        "device.md 5.5, HTTP status not 2xx",
        "Give the URL where the authority itself answers; no redirect is followed.",
    ),
    Fault.STATUS: Shown(
        BAD_STATUS,
        "V",
        "device.md 5.5, HTTP status not 2xx",
        "Look into the log of the authority, and check the path of the URL.",
    ),
    Fault.BROKEN: Shown(
        NOT_SENT, "ours", _TABLE_5_5, "Report this; it is a fault of the switch itself."
    ),
}


class Stumbled(Exception):  # noqa: N818
    """A road was not passable.

    Attributes:
        fault: which one.
        cause: what happened, for a person: one line.
        retry_after_s: what an unsigned 429 or 503 asked for.
    """

    def __init__(self, fault: Fault, cause: str, retry_after_s: int | None = None) -> None:
        self.fault = fault
        self.cause = clean(cause)
        self.retry_after_s = retry_after_s
        super().__init__(self.cause)


class Missed(NoAnswer):
    """No answer came, and it is known why.

    Attributes:
        fault: which fault it was.
        cause: what happened, in one line.
    """

    def __init__(self, fault: Fault, cause: str, retry_after_s: int | None = None) -> None:
        self.fault = fault
        self.cause = clean(cause)
        super().__init__(SHOWN[fault].reason, retry_after_s)

    @property
    def remedy(self) -> str:
        """What a person does about it."""
        return SHOWN[self.fault].remedy

    @property
    def story(self) -> str:
        """What happened and what to do, in one line, for the event log."""
        return f"{self.cause}. {self.remedy}"


def clean(text: str) -> str:
    """Return text from outside as one printable line of bounded length."""
    line = "".join(char if char.isprintable() else " " for char in text).strip().rstrip(".")
    return line if len(line) <= CAUSE_CHARS_MAX else f"{line[:CAUSE_CHARS_MAX]}..."
