"""The parameters of the commands, and the phrases that one of several stands for."""

from collections.abc import Mapping

from licet.switch.calling import FULL_TXT, SHORT_TXT, TAC, Format
from licet.switch.configuration import Level, Method
from licet.switch.features import FEATURES
from licet.switch.grammar.model import InterfaceKind, Kind, Parameter

_ADDRESS_HELP = "IPv4 or IPv6 address"

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
    "vrf_name": Parameter(Kind.NAME, "Name of the VRF", 32),
    "host": Parameter(Kind.HOST, "Name or address of the host", 253),
    "name": Parameter(Kind.NAME, "Host name", 253),
    "domain": Parameter(Kind.NAME, "Domain name", 253),
    "address": Parameter(Kind.ADDRESS, _ADDRESS_HELP),
    "address_2": Parameter(Kind.ADDRESS, _ADDRESS_HELP),
    "address_3": Parameter(Kind.ADDRESS, _ADDRESS_HELP),
    "address_4": Parameter(Kind.ADDRESS, _ADDRESS_HELP),
    "address_5": Parameter(Kind.ADDRESS, _ADDRESS_HELP),
    "address_6": Parameter(Kind.ADDRESS, _ADDRESS_HELP),
    "prefix": Parameter(Kind.PREFIX, "IPv4 address and the length of its prefix"),
    "prefix6": Parameter(Kind.PREFIX6, "IPv6 address and the length of its prefix"),
    "interface": Parameter(Kind.INTERFACE, "Interface, such as mgmt0, Vlan27 or Ethernet1/1", 32),
    "port_number": Parameter(Kind.PORT, "Slot and port, such as 1/1", 7),
    "loopback_number": Parameter(Kind.NUMBER, "Number of the interface", 1023, least=0),
    "mgmt_number": Parameter(Kind.NUMBER, "Number of the interface", 0, least=0),
    "channel_number": Parameter(Kind.NUMBER, "Number of the interface", 4096),
    "vlan_number": Parameter(Kind.NUMBER, "Number of the VLAN", 4094),
    "description": Parameter(Kind.LINE, "Description of the interface", 254),
    "namespace": Parameter(Kind.NAME, "Network namespace of this machine", 64),
    "trust_point": Parameter(Kind.NAME, "Name of the trust point", 64),
    "severity": Parameter(Kind.NUMBER, "Messages of this severity and worse", 7, least=0),
    "port": Parameter(Kind.NUMBER, "Port of the server", 65535),
    "user": Parameter(Kind.WORD, "User name", 128),
    "password": Parameter(Kind.WORD, "Password", 255),
    "zone": Parameter(Kind.ZONE, "Letters that name the time zone", 8),
    "zone_hours": Parameter(Kind.NUMBER, "Hours from UTC", 23, least=-23),
    "zone_minutes": Parameter(Kind.NUMBER, "Minutes from UTC", 59, least=0),
    "checkpoint": Parameter(Kind.NAME, "Name of the checkpoint", 75),
    "lines": Parameter(Kind.NUMBER, "Lines of a page; 0 never stops", 511, least=0),
    "columns": Parameter(Kind.NUMBER, "Columns of the terminal", 511, least=24),
    "timeout_min": Parameter(Kind.NUMBER, "Minutes; 0 never hangs up", 525_600, least=0),
    "profile": Parameter(Kind.NAME, "Destination profile", 31),
    "email": Parameter(Kind.WORD, "E-mail address"),
    "message_level": Parameter(Kind.NUMBER, "Messages of this level and worse", 9, least=0),
    "message_size": Parameter(Kind.NUMBER, "Bytes of a message at most", 5_000_000, least=0),
    "switch_priority": Parameter(Kind.NUMBER, "0 is the highest", 7, least=0),
    "priority": Parameter(Kind.NUMBER, "1 is the highest", 100),
    "interval_d": Parameter(Kind.NUMBER, "Days from one to the next", 30),
    "time_of_day": Parameter(Kind.TIME, "Time of the day"),
    "file": Parameter(Kind.FILE, "File in bootflash", 128),
    "license_file": Parameter(Kind.NAME, "License file", 128),
    "days": Parameter(Kind.NUMBER, "Days back from now", 36_500),
    "version": Parameter(Kind.LINE, "Version that a configuration was made by"),
    "banner": Parameter(Kind.LINE, "A delimiter, the text, and the delimiter again", 2000),
}

CHOICES: Mapping[str, Mapping[str, str]] = {
    "feature": {name: feature.help for name, feature in FEATURES.items()},
    "alert_group": {
        "All": "All alerts",
        "Cisco-TAC": "Alerts for the technical assistance center",
        "Configuration": "Configuration",
        "Diagnostic": "Diagnostics",
        "EEM": "Embedded event manager",
        "Environmental": "Power, fans, temperature",
        "Inventory": "Inventory",
        "License": "Licenses",
        "Supervisor-Hardware": "Supervisor",
        "Syslog-group-port": "Syslog",
        "System": "System",
        "Test": "Tests",
    },
    "format": {each: f"As {each}" for each in Format},
    "password_form": {"0": "The password follows as it is", "7": "The password follows obscured"},
    "profile": {
        TAC: "The profile that carries licensing",
        FULL_TXT: "The predefined profile for long texts",
        SHORT_TXT: "The predefined profile for short texts",
    },
    "rollback": {
        "atomic": "All of it or nothing",
        "best-effort": "Pass over what cannot be done",
        "stop-at-first-failure": "Nothing, if there is a line that cannot be done",
    },
    "trap": {
        "event-notify": "Call home sent a message",
        "smtp-send-fail": "A message could not be mailed",
    },
    "level": {level: f"The {level} license" for level in Level},
    "method": {method: f"Send by {method}" for method in Method},
}

# The kinds of interfaces by the word that is typed; ranges are NX-OS's, recalled (mark M).
INTERFACES: Mapping[str, InterfaceKind] = {
    "ethernet": InterfaceKind("Ethernet", "A port", "port_number"),
    "loopback": InterfaceKind("loopback", "An interface that is always up", "loopback_number"),
    "mgmt": InterfaceKind("mgmt", "The management interface", "mgmt_number"),
    "port-channel": InterfaceKind("port-channel", "Ports that are bundled", "channel_number"),
    "vlan": InterfaceKind("Vlan", "A switched virtual interface", "vlan_number"),
}
