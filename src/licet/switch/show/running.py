"""`show running-config`: a configuration, as the commands that make it.

Header and order of the call home block: the source document's sample (device.md 1.7). The place
of the contract, customer and site is recalled from the order of `show callhome` (1.8).
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby

from licet.switch.changes.trust import END, print_pem
from licet.switch.configuration import (
    DEFAULT_VRF,
    FACTORY,
    FACTORY_HOST_NAME,
    SYSLOG_PORT,
    UTC_ZONE,
    Configuration,
    Interface,
    NameServer,
    TrustPoint,
    Vrf,
)
from licet.switch.show.running_callhome import callhome_block

_DELIMITERS: str = "#%^~@$&*+=|;:"
VERSION = "version 9.3(4) Bios:version 07.67"


def running_config(configuration: Configuration, *, at: datetime, everything: bool = False) -> str:
    """Return what `show running-config` prints at an instant of the switch's clock.

    Args:
        configuration: what is configured.
        at: in the zone of the switch.
        everything: with what is set by default (`all`).
    """
    blocks = [
        _general(configuration, everything=everything),
        [f"feature {name}" for name in sorted(configuration.features)],
        _license(configuration, everything=everything),
        _names(configuration, everything=everything),
        *(_trust_point(each) for each in configuration.trust_points),
        callhome_block(configuration.callhome, everything=everything),
        *(_vrf(each) for each in configuration.vrfs),
        *(_interface(each, everything=everything) for each in configuration.interfaces),
        _system(configuration, everything=everything),
    ]
    body = "\n".join("".join(f"{line}\n" for line in block) for block in blocks if block)
    command = f"show running-config{' all' if everything else ''}"
    return _header(command, configuration, at) + body


def running_config_callhome(
    configuration: Configuration, *, at: datetime, everything: bool = False
) -> str:
    """Return what `show running-config callhome` prints; see `running_config`."""
    lines = [VERSION, *callhome_block(configuration.callhome, everything=everything)]
    command = f"show running-config callhome{' all' if everything else ''}"
    header = _header(command, configuration, at)
    return header + "".join(f"{line}\n" for line in lines)


def _header(command: str, configuration: Configuration, at: datetime) -> str:
    done = configuration.changed_at
    changed = (
        "!No configuration change since last restart"
        if done is None
        else f"!Running configuration last done at: {done.astimezone(at.tzinfo).ctime()}"
    )
    return f"\n!Command: {command}\n{changed}\n!Time: {at.ctime()}\n\n"


def _general(configuration: Configuration, *, everything: bool) -> list[str]:
    name = configuration.host_name
    lines = [VERSION, *([f"hostname {name}"] if everything or name != FACTORY_HOST_NAME else [])]
    if configuration.banner is not None:
        mark = _delimiter(configuration.banner)
        lines += [f"banner motd {mark}{configuration.banner}", mark]
    return lines


def _delimiter(text: str) -> str:
    """Return a character that a text lacks; one is found, as a banner is shorter than this range."""
    others = (chr(code) for code in range(ord("!"), 0x3000))
    found: Iterator[str] = (
        char for char in (*_DELIMITERS, *others) if char.isprintable() and char not in text
    )
    return next(found)


def _license(configuration: Configuration, *, everything: bool) -> list[str]:
    lines = ["license grace-period"] if configuration.grace_period else []
    if everything or configuration.smart:
        lines.append(f"{'' if configuration.smart else 'no '}license smart enable")
    if everything or configuration.level is not FACTORY.level:
        lines.append(f"license level {configuration.level}")
    return lines


def _names(configuration: Configuration, *, everything: bool) -> list[str]:
    """Return how names are resolved."""
    lookup = configuration.domain_lookup
    lines = [f"{'' if lookup else 'no '}ip domain-lookup"] if everything or not lookup else []
    if configuration.domain_name is not None:
        lines.append(f"ip domain-name {configuration.domain_name}")
    lines += _name_servers(configuration.name_servers)
    lines += (f"ip host {name} {' '.join(addresses)}" for name, addresses in configuration.hosts)
    if configuration.source_interface is not None:
        name, vrf = configuration.source_interface
        lines.append(f"ip http source-interface {name}{_in_vrf('vrf', vrf)}")
    return lines


def _in_vrf(word: str, vrf: str | None) -> str:
    return "" if vrf is None else f" {word} {vrf}"


def _name_servers(servers: tuple[NameServer, ...]) -> list[str]:
    return [
        f"ip name-server {' '.join(each.address for each in some)}{_in_vrf('use-vrf', vrf)}"
        for vrf, some in groupby(servers, key=lambda each: each.vrf)
    ]


def _block(heading: str, lines: list[str]) -> list[str]:
    return [heading, *(f"  {line}" for line in lines)]


def _trust_point(trust_point: TrustPoint) -> list[str]:
    """Return a trust point; its certificates as they are pasted, with the answer that takes them."""
    lines = [f"crypto ca trustpoint {trust_point.name}"]
    if trust_point.certificates:
        lines.append(f"crypto ca authenticate {trust_point.name}")
        for certificate in trust_point.certificates:
            lines += print_pem(certificate).splitlines()
        lines += [END, "yes"]
    return lines


def _vrf(vrf: Vrf) -> list[str]:
    lines = [] if vrf.domain_name is None else [f"ip domain-name {vrf.domain_name}"]
    lines += _name_servers(vrf.name_servers)
    if vrf.source_address is not None:
        lines.append(f"licet source-address {vrf.source_address}")
    if vrf.namespace is not None:
        lines.append(f"licet namespace {vrf.namespace}")
    if vrf.name == DEFAULT_VRF and not lines:
        return []
    return _block(f"vrf context {vrf.name}", lines)


def _interface(interface: Interface, *, everything: bool) -> list[str]:
    lines = [] if interface.description is None else [f"description {interface.description}"]
    # A switched virtual interface is off until it is turned on.
    if everything or interface.shutdown is not interface.name.startswith("Vlan"):
        lines.append(f"{'' if interface.shutdown else 'no '}shutdown")
    if interface.vrf is not None:
        lines.append(f"vrf member {interface.vrf}")
    if interface.address is not None:
        lines.append(f"ip address {interface.address}")
    if interface.address6 is not None:
        lines.append(f"ipv6 address {interface.address6}")
    return _block(f"interface {interface.name}", lines)


def _system(configuration: Configuration, *, everything: bool) -> list[str]:
    lines = []
    zone = configuration.time_zone
    if everything or zone != UTC_ZONE:
        lines.append(f"clock timezone {zone.name} {zone.hours} {zone.minutes}")
    lines += (f"snmp-server enable traps callhome {trap}" for trap in sorted(configuration.traps))
    for server in configuration.logging_servers:
        port = "" if server.port == SYSLOG_PORT else f" port {server.port}"
        vrf = _in_vrf("use-vrf", server.vrf)
        lines.append(f"logging server {server.host} {server.severity}{port}{vrf}")
    if configuration.logging_rfc5424:
        lines.append("logging rfc-strict 5424")
    return lines
