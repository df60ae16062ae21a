"""The commands, as one table: the parser, `?` and completion all read it.

A pattern is words and `<parameter>`s; `{name}` is any phrase of `CHOICES[name]`; what stands in
`[...]` at the end may be left out. `no` is the pattern of the negative form, without the word.

Marks say where a row comes from, as in device.md 0: S the source document, V verbatim text, D
documented, B named but no source found, M recalled, ours where NX-OS has no such command.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from licet.switch.configuration import Level, Method
from licet.switch.features import FEATURES


class Mode(StrEnum):
    """Where a session is; the value is what stands in the prompt before `#`."""

    EXEC = ""
    CONFIG = "(config)"
    CALLHOME = "(config-callhome)"


# Commands of EXEC are taken in every mode (source document: ping at `DC-DMZ(config)#`), and global
# configuration commands in a submode, which they leave.
REACHES: Mapping[Mode, tuple[Mode, ...]] = {
    Mode.EXEC: (Mode.EXEC,),
    Mode.CONFIG: (Mode.CONFIG, Mode.EXEC),
    Mode.CALLHOME: (Mode.CALLHOME, Mode.CONFIG, Mode.EXEC),
}


class Kind(StrEnum):
    """What a parameter takes; the value is how `?` names it."""

    WORD = "WORD"
    LINE = "LINE"
    NUMBER = "NUMBER"
    NAME = "NAME"
    PHONE = "PHONE"
    URL = "URL"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a command.

    Attributes:
        most: characters of a text, or the largest number.
    """

    kind: Kind
    help: str
    most: int = 255
    least: int = 1


PARAMETERS: Mapping[str, Parameter] = {
    "host_name": Parameter(Kind.NAME, "Network name of this switch", 63),
    # YANG: 1 to 255 characters (device.md 4.9).
    "token": Parameter(Kind.WORD, "ID token of the virtual account"),
    "email_contact": Parameter(Kind.WORD, "E-mail address of the contact"),
    "phone_contact": Parameter(Kind.PHONE, "Phone number in international form, with its +", 32),
    "streetaddress": Parameter(Kind.LINE, "Street address"),
    "contract_id": Parameter(Kind.WORD, "Service contract", 64),
    "customer_id": Parameter(Kind.WORD, "Customer", 64),
    "site_id": Parameter(Kind.WORD, "Site", 64),
    "index": Parameter(Kind.NUMBER, "Index of the destination", 65535),
    "url": Parameter(Kind.URL, "URL of the server", 512),
    "vrf": Parameter(Kind.NAME, "VRF in which the server is reached", 32),
}

CHOICES: Mapping[str, Mapping[str, str]] = {
    "feature": {name: feature.help for name, feature in FEATURES.items()},
    "level": {level: f"The {level} license" for level in Level},
    "method": {method: f"Send by {method}" for method in Method},
}


@dataclass(frozen=True, slots=True)
class Row:
    """One command; see the module."""

    mode: Mode
    pattern: str
    handler: str
    mark: str
    no: str | None = None


EXEC, CONFIG, CALLHOME = Mode.EXEC, Mode.CONFIG, Mode.CALLHOME
_TAC = "destination-profile CiscoTAC-1"

TABLE: tuple[Row, ...] = (
    Row(EXEC, "configure [terminal]", "configure", "S"),
    Row(EXEC, "end", "end", "M"),
    Row(EXEC, "exit", "leave", "M"),
    Row(EXEC, "license smart deregister", "deregister", "D"),
    Row(EXEC, "license smart register idtoken <token> [force]", "register", "S"),
    Row(EXEC, "license smart renew auth", "renew_authorization", "S"),
    Row(EXEC, "license smart renew id", "renew_certificate", "B"),
    Row(EXEC, "show clock", "show_clock", "D"),
    Row(EXEC, "show feature", "show_feature", "D"),
    Row(EXEC, "show license status", "show_license_status", "S"),
    Row(EXEC, "show license summary", "show_license_summary", "V"),
    Row(EXEC, "show license usage", "show_license_usage", "V"),
    Row(EXEC, "show logging logfile", "show_logging", "D"),
    Row(EXEC, "show running-config", "show_running", "D"),
    Row(EXEC, "show running-config callhome", "show_running_callhome", "S"),
    Row(CONFIG, "callhome", "enter_callhome", "S"),
    Row(CONFIG, "feature {feature}", "feature", "V", no="feature {feature}"),
    Row(CONFIG, "hostname <host_name>", "host_name", "M", no="hostname [<host_name>]"),
    Row(CONFIG, "license level {level}", "level", "ours", no="license level [{level}]"),
    Row(CONFIG, "license smart enable", "smart", "V", no="license smart enable"),
    Row(CALLHOME, "contract-id <contract_id>", "contact", "V", no="contract-id [<contract_id>]"),
    Row(CALLHOME, "customer-id <customer_id>", "contact", "D", no="customer-id [<customer_id>]"),
    Row(CALLHOME, f"{_TAC} http <url>", "url", "S", no=f"{_TAC} http <url>"),
    Row(CALLHOME, f"{_TAC} index <index> http <url>", "url", "S", no=f"{_TAC} index <index> http <url>"),
    Row(CALLHOME, f"{_TAC} transport-method {{method}}", "method", "S", no=f"{_TAC} transport-method {{method}}"),
    Row(CALLHOME, "email-contact <email_contact>", "contact", "S", no="email-contact [<email_contact>]"),
    Row(CALLHOME, "enable", "callhome_enable", "S", no="enable"),
    Row(CALLHOME, "phone-contact <phone_contact>", "contact", "S", no="phone-contact [<phone_contact>]"),
    Row(CALLHOME, "site-id <site_id>", "contact", "D", no="site-id [<site_id>]"),
    Row(CALLHOME, "streetaddress <streetaddress>", "contact", "S", no="streetaddress [<streetaddress>]"),
    Row(CALLHOME, "transport http use-vrf <vrf>", "use_vrf", "S", no="transport http use-vrf [<vrf>]"),
)  # fmt: skip

# What `?` says of a word. The longest path that ends a word's own path is taken, so that a word
# can mean one thing here and another there.
HELP: Mapping[str, str] = {
    "no": "Negate a command or set its default",
    "configure": "Enter configuration mode",
    "configure terminal": "Configure from this terminal",
    "end": "Go to EXEC mode",
    "exit": "Leave this mode",
    "license": "Licenses",
    "license level": "License level of this switch (a command of Licet)",
    "license smart": "Smart licensing",
    "license smart enable": "Turn smart licensing on",
    "deregister": "End the registration",
    "register": "Register with a virtual account",
    "idtoken": "By an ID token",
    "force": "Although it is registered already",
    "renew": "Renew before it is due",
    "auth": "The authorization of the licenses in use",
    "id": "The ID certificate",
    "show": "Show what the switch knows",
    "clock": "The system clock",
    "feature": "Turn a feature on",
    "show feature": "The features and whether they are on",
    "show license": "Licenses",
    "status": "Registration and authorization",
    "summary": "Registration, authorization and licenses in use",
    "usage": "The licenses in use",
    "logging": "Messages of the system",
    "logfile": "The log",
    "running-config": "The running configuration",
    "running-config callhome": "Of call home",
    "callhome": "Configure call home",
    "hostname": "Name of this switch",
    "contract-id": "Service contract of the switch",
    "customer-id": "Customer that the switch belongs to",
    "destination-profile": "Where messages go",
    "CiscoTAC-1": "The profile that carries licensing",
    "destination-profile CiscoTAC-1 http": "A server reached by HTTP",
    "index": "A numbered destination",
    "index <index> http": "A server reached by HTTP",
    "transport-method": "How messages go out",
    "email-contact": "E-mail address of the contact",
    "enable": "Turn call home on",
    "phone-contact": "Phone number of the contact",
    "site-id": "Site that the switch stands at",
    "streetaddress": "Street address of the switch",
    "transport": "How servers are reached",
    "transport http": "By HTTP",
    "use-vrf": "In a VRF",
}

# Valid commands of NX-OS that are not modeled, by their first words (RULES.md 22). A phrase stands
# for everything that begins with it where its last word is the one that the table lacks.
UNMODELED: Mapping[Mode, tuple[str, ...]] = {
    Mode.EXEC: (
        "attach", "boot", "callhome send", "callhome test", "clear", "cli", "clock", "copy",
        "debug", "delete", "dir", "guestshell", "install", "license smart conversion",
        "license smart reservation", "logout", "mkdir", "move", "ping", "ping6", "pwd", "python",
        "reload", "rmdir", "rollback", "run", "send", "setup", "show accounting", "show arp",
        "show bgp", "show boot", "show callhome", "show cdp", "show cli", "show cores",
        "show crypto", "show debug", "show environment", "show file", "show hardware",
        "show hostname", "show hosts", "show interface", "show inventory", "show ip", "show ipv6",
        "show license", "show license all", "show license brief", "show license feature",
        "show license file", "show license host-id", "show license tech", "show license udi",
        "show lldp", "show logging", "show logging last", "show mac", "show module", "show ntp",
        "show port-channel", "show processes", "show role", "show snmp", "show spanning-tree",
        "show ssh", "show startup-config", "show system", "show tech-support", "show terminal",
        "show user-account", "show users", "show version", "show vlan", "show vpc", "show vrf",
        "sleep", "ssh", "tac-pac", "telnet", "terminal", "test", "traceroute", "traceroute6",
        "undebug", "where", "write",
    ),
    Mode.CONFIG: (
        "aaa", "banner", "boot", "cdp", "class-map", "cli", "clock", "control-plane", "copp",
        "crypto", "feature dhcp", "feature license", "feature netconf", "feature privilege",
        "feature scp-server", "feature sftp-server", "feature tacacs+", "feature telnet",
        "feature udld", "feature vrrp", "fips", "interface", "ip", "ipv6", "key",
        "license grace-period", "license smart reservation", "line", "lldp", "logging", "mac",
        "monitor", "ntp", "object-group", "policy-map", "port-channel", "radius-server", "rmon",
        "role", "route-map", "router", "scheduler", "snmp-server", "spanning-tree", "ssh",
        "switchname", "system", "tacacs-server", "telnet", "username", "vdc", "vlan", "vpc",
        "vrf", "xml",
    ),
    Mode.CALLHOME: (
        "abort", "alert-group", "commit", f"{_TAC} alert-group", f"{_TAC} email-addr",
        f"{_TAC} message-level", f"{_TAC} message-size", "destination-profile full-txt-destination",
        "destination-profile short-txt-destination", "distribute", "duplicate-message",
        "periodic-inventory", "switch-priority", "transport email", "transport http proxy",
    ),
}  # fmt: skip
