"""Changes of how other machines are found and reached: names, VRFs, interfaces."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from ipaddress import ip_address, ip_interface

from licet.switch.changes.model import Change, Refused
from licet.switch.configuration import (
    FACTORY_VRFS,
    MANAGEMENT_INTERFACE,
    MANAGEMENT_VRF,
    Configuration,
    Interface,
    NameServer,
    Vrf,
)
from licet.switch.grammar import INTERFACES
from licet.switch.parser import Command, split_interface

NAME_SERVERS_MAX = 6
HOSTS_MAX = 100


def interface_name(command: Command) -> str:
    """Return the interface of a command as NX-OS prints it: `Ethernet1/1` for `eth 1/1` or `eth1/1`."""
    given = command.values["interface"]
    kind, number = split_interface(given) or (given, command.values[INTERFACES[given].number])
    return INTERFACES[kind].shown + "/".join(str(int(each)) for each in number.split("/"))


def _addresses(command: Command) -> tuple[str, ...]:
    names = ("address", *(f"address_{at}" for at in range(2, 7)))
    given = [command.values[name] for name in names if name in command.values]
    return tuple(dict.fromkeys(str(ip_address(each)) for each in given))


def _domain_lookup(configuration: Configuration, _: str, command: Command) -> Configuration:
    return replace(configuration, domain_lookup=not command.negative)


def _domain_name(configuration: Configuration, _: str, command: Command) -> Configuration:
    name = None if command.negative else command.values["domain"].lower()
    return replace(configuration, domain_name=name)


def _hosts(configuration: Configuration, _: str, command: Command) -> Configuration:
    name = command.values["name"].lower()
    hosts = dict(configuration.hosts)
    given = _addresses(command)
    if not command.negative:
        hosts[name] = given
    elif name not in hosts:
        raise Refused("% There is no such host")
    else:
        kept = tuple(each for each in hosts[name] if given and each not in given)
        hosts = {**hosts, name: kept} if kept else {k: v for k, v in hosts.items() if k != name}
    if len(hosts) > HOSTS_MAX:
        raise Refused(f"% There are {HOSTS_MAX} hosts already")
    return replace(configuration, hosts=tuple(sorted(hosts.items())))


def _servers(before: tuple[NameServer, ...], command: Command) -> tuple[NameServer, ...]:
    named = tuple(NameServer(each, command.values.get("vrf")) for each in _addresses(command))
    if command.negative:
        after = tuple(each for each in before if each not in named)
        if len(after) + len(named) != len(before):
            raise Refused("% There is no such name server")
        return after
    after = (*before, *(each for each in named if each not in before))
    if len(after) > NAME_SERVERS_MAX:
        raise Refused(f"% There can be {NAME_SERVERS_MAX} name servers")
    return after


def _name_servers(configuration: Configuration, _: str, command: Command) -> Configuration:
    return replace(configuration, name_servers=_servers(configuration.name_servers, command))


def _source_interface(configuration: Configuration, _: str, command: Command) -> Configuration:
    if command.negative:
        return replace(configuration, source_interface=None)
    name = interface_name(command)
    return replace(configuration, source_interface=(name, command.values.get("vrf")))


def _put_vrf(configuration: Configuration, vrf: Vrf) -> Configuration:
    others = [each for each in configuration.vrfs if each.name != vrf.name]
    vrfs = tuple(sorted([*others, vrf], key=lambda each: each.name))
    return replace(configuration, vrfs=vrfs)


def _vrf(configuration: Configuration, _: str, command: Command) -> Configuration:
    name = command.values["vrf_name"]
    known = configuration.vrf(name)
    if not command.negative:
        return configuration if known is not None else _put_vrf(configuration, Vrf(name))
    if known is None or name in {each.name for each in FACTORY_VRFS}:
        why = "There is no such VRF" if known is None else f"VRF {name} cannot be removed"
        raise Refused(f"% {why}")
    interfaces = tuple(
        replace(each, vrf=None, address=None, address6=None) if each.vrf == name else each
        for each in configuration.interfaces
    )
    vrfs = tuple(each for each in configuration.vrfs if each.name != name)
    return replace(configuration, vrfs=vrfs, interfaces=interfaces)


def _of_vrf(change: Callable[[Vrf, Command], Vrf]) -> Change:
    def changed(configuration: Configuration, name: str, command: Command) -> Configuration:
        # Another session may have removed it in the meantime.
        return _put_vrf(configuration, change(configuration.vrf(name) or Vrf(name), command))

    return changed


def _vrf_domain_name(vrf: Vrf, command: Command) -> Vrf:
    return replace(vrf, domain_name=None if command.negative else command.values["domain"].lower())


def _vrf_name_servers(vrf: Vrf, command: Command) -> Vrf:
    return replace(vrf, name_servers=_servers(vrf.name_servers, command))


def _vrf_namespace(vrf: Vrf, command: Command) -> Vrf:
    return replace(vrf, namespace=None if command.negative else command.values["namespace"])


def _vrf_source(vrf: Vrf, command: Command) -> Vrf:
    given = None if command.negative else str(ip_address(command.values["address"]))
    return replace(vrf, source_address=given)


def _put_interface(configuration: Configuration, interface: Interface) -> Configuration:
    others = [each for each in configuration.interfaces if each.name != interface.name]
    interfaces = sorted([*others, interface], key=lambda each: interface_key(each.name))
    return replace(configuration, interfaces=tuple(interfaces))


def interface_key(name: str) -> tuple[str, tuple[int, ...]]:
    """Return what interfaces are sorted by: `Vlan9` before `Vlan10`."""
    kind = name.rstrip("0123456789/")
    return kind, tuple(int(each) for each in name[len(kind) :].split("/"))


def _fresh(name: str) -> Interface:
    # A switched virtual interface is off until it is turned on.
    return Interface(name, shutdown=name.startswith("Vlan"))


def _interface(configuration: Configuration, _: str, command: Command) -> Configuration:
    name = interface_name(command)
    known = configuration.interface(name)
    if not command.negative:
        return configuration if known is not None else _put_interface(configuration, _fresh(name))
    if known is None or name == MANAGEMENT_INTERFACE:
        why = "There is no such interface" if known is None else f"{name} cannot be removed"
        raise Refused(f"% {why}")
    interfaces = tuple(each for each in configuration.interfaces if each.name != name)
    return replace(configuration, interfaces=interfaces)


def _of_interface(change: Callable[[Interface, Command], Interface]) -> Change:
    def changed(configuration: Configuration, name: str, command: Command) -> Configuration:
        interface = configuration.interface(name) or _fresh(name)
        return _put_interface(configuration, change(interface, command))

    return changed


def _description(interface: Interface, command: Command) -> Interface:
    given = None if command.negative else command.values["description"]
    return replace(interface, description=given)


def _ip_address(interface: Interface, command: Command) -> Interface:
    given = None if command.negative else str(ip_interface(command.values["prefix"]))
    return replace(interface, address=given)


def _ip_address6(interface: Interface, command: Command) -> Interface:
    given = None if command.negative else str(ip_interface(command.values["prefix6"]))
    return replace(interface, address6=given)


def _shutdown(interface: Interface, command: Command) -> Interface:
    return replace(interface, shutdown=not command.negative)


def _vrf_member(interface: Interface, command: Command) -> Interface:
    vrf = None if command.negative else command.values["vrf_name"]
    if interface.name == MANAGEMENT_INTERFACE:
        if vrf != MANAGEMENT_VRF:
            raise Refused(f"% {MANAGEMENT_INTERFACE} stays in VRF {MANAGEMENT_VRF}")
        return interface
    if vrf == interface.vrf:
        return interface
    # NX-OS drops the addresses of an interface that moves.
    return replace(interface, vrf=vrf, address=None, address6=None)


NETWORK_CHANGES: Mapping[str, Change] = {
    "description": _of_interface(_description),
    "domain_lookup": _domain_lookup,
    "domain_name": _domain_name,
    "hosts": _hosts,
    "interface": _interface,
    "ip_address": _of_interface(_ip_address),
    "ip_address6": _of_interface(_ip_address6),
    "name_servers": _name_servers,
    "shutdown": _of_interface(_shutdown),
    "source_interface": _source_interface,
    "vrf": _vrf,
    "vrf_domain_name": _of_vrf(_vrf_domain_name),
    "vrf_member": _of_interface(_vrf_member),
    "vrf_name_servers": _of_vrf(_vrf_name_servers),
    "vrf_namespace": _of_vrf(_vrf_namespace),
    "vrf_source": _of_vrf(_vrf_source),
}
