"""The parameters of the commands, and the phrases that one of several stands for."""

from collections.abc import Mapping

from licet.switch.configuration import Level, Method
from licet.switch.features import FEATURES
from licet.switch.grammar.model import Kind, Parameter

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
    "description": Parameter(Kind.LINE, "Description of the interface", 254),
    "namespace": Parameter(Kind.NAME, "Network namespace of this machine", 64),
    "trust_point": Parameter(Kind.NAME, "Name of the trust point", 64),
    "severity": Parameter(Kind.NUMBER, "Messages of this severity and worse", 7, least=0),
    "port": Parameter(Kind.NUMBER, "Port of the server", 65535),
    "user": Parameter(Kind.WORD, "User name", 128),
    "password": Parameter(Kind.WORD, "Password", 255),
    "zone": Parameter(Kind.NAME, "Name of the time zone", 8),
    "zone_hours": Parameter(Kind.NUMBER, "Hours from UTC", 23, least=-23),
    "zone_minutes": Parameter(Kind.NUMBER, "Minutes from UTC", 59, least=0),
    "checkpoint": Parameter(Kind.NAME, "Name of the checkpoint", 75),
    "lines": Parameter(Kind.NUMBER, "Lines of a page; 0 never stops", 511, least=0),
    "columns": Parameter(Kind.NUMBER, "Columns of the terminal", 511, least=24),
    "timeout_min": Parameter(Kind.NUMBER, "Minutes; 0 never hangs up", 525_600, least=0),
    "banner": Parameter(Kind.LINE, "A delimiter, the text, and the delimiter again", 2000),
}

CHOICES: Mapping[str, Mapping[str, str]] = {
    "feature": {name: feature.help for name, feature in FEATURES.items()},
    "level": {level: f"The {level} license" for level in Level},
    "method": {method: f"Send by {method}" for method in Method},
}
