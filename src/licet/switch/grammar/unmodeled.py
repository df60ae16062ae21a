"""Commands of NX-OS that this switch knows of and does not model."""

from collections.abc import Mapping

from licet.switch.grammar.model import Mode

_TAC = "destination-profile CiscoTAC-1"

# Valid commands of NX-OS that are not modeled, by their first words (RULES.md 22). A phrase stands
# for everything that begins with it where its last word is the one that the table lacks.
UNMODELED: Mapping[Mode, tuple[str, ...]] = {
    Mode.EXEC: (
        "attach", "boot", "callhome send", "callhome test", "clear counters", "clear license", "clear logging", "cli", "clock", "copy bootflash", "copy ftp", "copy scp", "copy startup-config", "copy tftp",
        "debug", "delete", "dir", "guestshell", "install", "license smart conversion",
        "license smart reservation", "logout", "mkdir", "move", "ping", "ping6", "pwd", "python",
        "rmdir", "run", "send", "setup", "show accounting", "show arp",
        "show bgp", "show boot", "show callhome transport-email", "show callhome user-def-cmds", "show callhome merge", "show cdp", "show cli", "show cores",
        "show crypto key", "show debug", "show environment", "show file", "show hardware",
        "show interface", "show ip", "show ipv6",
        "show license", "show license brief", "show license feature",
        "show license file", "show license tech",
        "show lldp", "show logging", "show logging last", "show mac", "show module", "show ntp",
        "show port-channel", "show processes", "show role", "show snmp", "show spanning-tree",
        "show ssh", "show system", "show tech-support", "show terminal",
        "show user-account", "show users", "show vlan", "show vpc",
        "sleep", "ssh", "tac-pac", "telnet", "test", "traceroute", "traceroute6",
        "undebug", "where",
    ),
    Mode.CONFIG: (
        "aaa", "banner exec", "boot", "cdp", "class-map", "cli", "clock format", "clock protocol", "clock summer-time", "control-plane", "copp",
        "crypto ca export", "crypto ca import", "crypto ca lookup", "crypto ca remote", "crypto key", "feature dhcp", "feature license", "feature netconf", "feature privilege",
        "feature scp-server", "feature sftp-server", "feature tacacs+", "feature telnet",
        "feature udld", "feature vrrp", "fips", "ip access-list", "ip arp", "ip dhcp", "ip ftp",
        "ip igmp", "ip prefix-list", "ip route", "ip ssh", "ip tacacs",
        "ip tftp", "ip domain-list", "ipv6", "key",
        "license grace-period", "license smart reservation", "line", "lldp", "logging console", "logging event", "logging level",
        "logging logfile", "logging module", "logging monitor", "logging origin-id",
        "logging source-interface", "logging timestamp", "mac",
        "monitor", "ntp", "object-group", "policy-map", "port-channel", "radius-server", "rmon",
        "role", "route-map", "router", "scheduler", "snmp-server", "spanning-tree", "ssh",
        "system", "tacacs-server", "telnet", "username", "vdc", "vlan", "vpc",
        "xml",
    ),
    Mode.CALLHOME: (
        "abort", "alert-group", "commit", f"{_TAC} alert-group", f"{_TAC} email-addr",
        f"{_TAC} message-level", f"{_TAC} message-size", "destination-profile full-txt-destination",
        "destination-profile short-txt-destination", "distribute", "duplicate-message",
        "periodic-inventory", "switch-priority", "transport email",
    ),
    Mode.VRF: (
        "address-family", "description", "ip domain-list", "ip multicast", "ip route",
        "ipv6 route", "rd", "route-target", "shutdown", "vni",
    ),
    Mode.INTERFACE: (
        "bandwidth", "cdp", "channel-group", "delay", "duplex", "hsrp", "ip access-group", "ip arp",
        "ip dhcp", "ip ospf", "ip pim", "ip redirects", "ip router", "lacp", "lldp", "load-interval",
        "logging", "mtu", "negotiate", "private-vlan", "service-policy", "spanning-tree", "speed",
        "storm-control", "switchport", "vpc",
    ),
    Mode.TRUSTPOINT: (
        "enrollment", "ocsp", "revocation-check", "rsakeypair",
    ),
}  # fmt: skip
