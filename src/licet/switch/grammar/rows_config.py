"""The commands of global configuration mode and of its submodes, call home excepted."""

from licet.switch.grammar.model import Mode, Row

_CONFIG, _VRF, _IF, _TRUST = Mode.CONFIG, Mode.VRF, Mode.INTERFACE, Mode.TRUSTPOINT
_ADDRESSES = "<address> [<address_2> [<address_3> [<address_4> [<address_5> [<address_6>]]]]]"
_SERVERS = f"ip name-server {_ADDRESSES} [use-vrf <vrf>]"
_LOGGING = "logging server <host> [<severity>] [port <port>] [use-vrf <vrf>]"

CONFIG_ROWS = (
    Row(_CONFIG, "banner motd <banner>", "banner", "M", no="banner motd"),
    Row(_CONFIG, "callhome", "submode", "S", enters=Mode.CALLHOME),
    Row(_CONFIG, "clock timezone <zone> <zone_hours> <zone_minutes>", "time_zone", "M", no="clock timezone"),
    Row(_CONFIG, "crypto ca authenticate <trust_point>", "authenticate", "M"),
    Row(_CONFIG, "crypto ca trustpoint <trust_point>", "trust_point", "M", no="crypto ca trustpoint <trust_point>", enters=_TRUST),
    Row(_CONFIG, "feature {feature}", "feature", "V", no="feature {feature}"),
    Row(_CONFIG, "feature license smart", "smart", "V", no="feature license smart", does="The older form of license smart enable; shown as that one"),
    Row(_CONFIG, "hostname <host_name>", "host_name", "M", no="hostname [<host_name>]"),
    Row(_CONFIG, "switchname <host_name>", "host_name", "M", no="switchname [<host_name>]"),
    Row(_CONFIG, "interface <interface>", "interface", "M", no="interface <interface>", enters=_IF),
    Row(_CONFIG, "ip domain-lookup", "domain_lookup", "V", no="ip domain-lookup"),
    Row(_CONFIG, "ip domain-name <domain>", "domain_name", "V", no="ip domain-name [<domain>]"),
    Row(_CONFIG, f"ip host <name> {_ADDRESSES}", "hosts", "M", no=f"ip host <name> [{_ADDRESSES}]"),
    Row(_CONFIG, "ip http source-interface <interface> [vrf <vrf>]", "source_interface", "V", no="ip http source-interface [<interface> [vrf <vrf>]]"),
    Row(_CONFIG, _SERVERS, "name_servers", "V", no=_SERVERS),
    Row(_CONFIG, "license grace-period", "grace_period", "V", no="license grace-period", does="Of traditional licensing: kept and shown"),
    Row(_CONFIG, "license level {level}", "level", "ours", no="license level [{level}]"),
    Row(_CONFIG, "license smart enable", "smart", "V", no="license smart enable"),
    Row(_CONFIG, "logging rfc-strict 5424", "logging_form", "M", no="logging rfc-strict [5424]"),
    Row(_CONFIG, _LOGGING, "logging_server", "M", no=_LOGGING),
    Row(_CONFIG, "snmp-server enable traps callhome {trap}", "trap", "V", no="snmp-server enable traps callhome {trap}", does="Kept and shown; no trap is sent"),
    Row(_CONFIG, "version <version>", "submode", "S", does="The first line of a configuration that is pasted; it changes nothing"),
    Row(_CONFIG, "vrf context <vrf_name>", "vrf", "V", no="vrf context <vrf_name>", enters=_VRF),
    Row(_VRF, "ip domain-name <domain>", "vrf_domain_name", "D", no="ip domain-name [<domain>]"),
    Row(_VRF, _SERVERS, "vrf_name_servers", "V", no=_SERVERS),
    Row(_VRF, "licet namespace <namespace>", "vrf_namespace", "ours", no="licet namespace [<namespace>]"),
    Row(_VRF, "licet source-address <address>", "vrf_source", "ours", no="licet source-address [<address>]"),
    Row(_IF, "description <description>", "description", "M", no="description [<description>]"),
    Row(_IF, "ip address <prefix>", "ip_address", "M", no="ip address [<prefix>]"),
    Row(_IF, "ipv6 address <prefix6>", "ip_address6", "M", no="ipv6 address [<prefix6>]"),
    Row(_IF, "shutdown", "shutdown", "M", no="shutdown"),
    Row(_IF, "vrf member <vrf_name>", "vrf_member", "M", no="vrf member [<vrf_name>]"),
)  # fmt: skip
