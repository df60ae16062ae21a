"""Commands of NX-OS that this switch knows of and does not model."""

from collections.abc import Mapping

from licet.switch.grammar.model import Mode

# Valid commands of NX-OS that are not modeled, by their first words (RULES.md 22). A phrase stands
# for everything that begins with it where its last word is the one that the table lacks.
UNMODELED: Mapping[Mode, tuple[str, ...]] = {
    Mode.EXEC: (
        "attach", "boot", "callhome send", "clear counters", "clear license",
        "clear logging onboard", "cli", "clock", "copy ftp:", "copy http:", "copy https:",
        "copy scp:", "copy sftp:", "copy tftp:", "copy usb1:", "copy usb2:", "debug",
        "dir logflash:", "dir usb1:", "dir volatile:", "guestshell", "install",
        "license smart conversion", "license smart reservation", "logout", "mkdir", "move", "ping",
        "ping6", "pwd", "python", "rmdir", "run", "send", "setup", "show accounting", "show arp",
        "show banner exec", "show bgp", "show boot", "show callhome merge",
        "show callhome pending", "show callhome pending-diff", "show callhome session",
        "show callhome status", "show cdp", "show cli", "show clock detail", "show cores",
        "show crypto ca crl", "show crypto ca remote-certstore", "show crypto certificatemap",
        "show crypto key", "show debug", "show diff", "show environment", "show hardware",
        "show interface", "show interface brief", "show interface counters",
        "show interface description", "show inventory all", "show ip", "show ipv6", "show lldp",
        "show logging", "show logging console", "show logging info", "show logging last",
        "show logging level", "show logging monitor", "show logging nvram", "show mac",
        "show module", "show ntp", "show port-channel", "show processes", "show role",
        "show rollback", "show running-config diff", "show running-config interface",
        "show running-config license", "show snmp", "show spanning-tree", "show ssh",
        "show system", "show tech-support", "show user-account", "show users", "show vlan",
        "show vpc", "sleep", "ssh", "tac-pac", "telnet", "test", "traceroute", "traceroute6",
        "undebug",
    ),
    Mode.CONFIG: (
        "aaa", "banner exec", "boot", "cdp", "class-map", "cli", "clock format", "clock protocol",
        "clock summer-time", "control-plane", "copp", "crypto ca export", "crypto ca import",
        "crypto ca lookup", "crypto ca remote", "crypto key", "feature dhcp", "feature netconf",
        "feature privilege", "feature scp-server", "feature sftp-server", "feature tacacs+",
        "feature telnet", "feature udld", "feature vrrp", "fips", "ip access-list", "ip arp",
        "ip dhcp", "ip domain-list", "ip ftp", "ip igmp", "ip prefix-list", "ip route", "ip ssh",
        "ip tacacs", "ip tftp", "ipv6", "key", "license smart reservation", "line", "lldp",
        "logging console", "logging event", "logging level", "logging logfile", "logging module",
        "logging monitor", "logging origin-id", "logging source-interface", "logging timestamp",
        "mac", "monitor", "ntp", "object-group", "policy-map", "port-channel", "radius-server",
        "rmon", "role", "route-map", "router", "scheduler", "snmp-server community",
        "snmp-server contact", "snmp-server enable", "snmp-server enable traps",
        "snmp-server host", "snmp-server location", "snmp-server user", "spanning-tree", "ssh",
        "system", "tacacs-server", "telnet", "username", "vdc", "vlan", "vpc", "xml",
    ),
    Mode.CALLHOME: ("abort", "alert-group", "commit", "distribute"),
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
