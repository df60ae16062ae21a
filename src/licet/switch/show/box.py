"""What the box is: version, inventory, names, VRFs, trust points, checkpoints.

The layouts of `show version` and `show inventory` follow ntc-templates' NX-OS samples, as far as a switch
without hardware has what stands in them; the others are recalled (mark M).
"""

from collections.abc import Mapping

from licet.kernel.ids import Udi
from licet.switch.configuration import DEFAULT_VRF, FACTORY_VRFS, Configuration
from licet.switch.show.misc import Uptime
from licet.switch.show.text import print_date

VERSION = "9.3(4)"


def version(udi: Udi, host_name: str, up: Uptime) -> str:
    """Return what `show version` prints; what hardware would say is not made up."""
    return f"""\
This is Licet, and no product of Cisco Systems, Inc.; scripts read it as
Cisco Nexus Operating System (NX-OS) Software

Software
  NXOS: version {VERSION}

Hardware
  cisco {udi.pid} Chassis
  Processor Board ID {udi.sn}

  Device name: {host_name}
Kernel uptime is {up.days} day(s), {up.hours} hour(s), {up.minutes} minute(s), {up.seconds} second(s)
"""


def inventory(udi: Udi) -> str:
    """Return what `show inventory` prints."""
    return (
        f'NAME: "Chassis",  DESCR: "{udi.pid} Chassis"\n'
        f"PID: {udi.pid:<18} ,  VID: V00 ,  SN: {udi.sn}\n"
    )


def license_udi(udi: Udi) -> str:
    """Return what `show license udi` prints (device.md 1.2, family)."""
    return f"UDI: {udi.text}\n"


def host_id(udi: Udi) -> str:
    """Return what `show license host-id` prints."""
    return f"License hostid: VDH={udi.sn}\n"


def hosts(configuration: Configuration) -> str:
    """Return what `show hosts` prints: how names are resolved, and those that are configured."""
    lookup = "enabled" if configuration.domain_lookup else "disabled"
    servers = ", ".join(each.address for each in configuration.name_servers)
    lines = [
        f"DNS lookup {lookup}",
        f"Default domain for vrf:{DEFAULT_VRF} is {configuration.domain_name or '<not set>'}",
        f"Name servers for vrf:{DEFAULT_VRF} are {servers or '<not set>'}",
    ]
    for vrf in configuration.vrfs:
        if vrf.name != DEFAULT_VRF and vrf.name_servers:
            found = ", ".join(each.address for each in vrf.name_servers)
            lines.append(f"Name servers for vrf:{vrf.name} are {found}")
    lines += ["", f"{'Host':<36}Address"]
    lines += (f"{name:<36}{' '.join(addresses)}" for name, addresses in configuration.hosts)
    return "".join(f"{line}\n" for line in lines)


def vrfs(configuration: Configuration) -> str:
    """Return what `show vrf` prints; every VRF of a model is up."""
    rows = (f"{name:<33}{number:<8}Up      --\n" for name, number in numbered_vrfs(configuration))
    return f"{'VRF-Name':<33}{'VRF-ID':<8}State   Reason\n" + "".join(rows)


def numbered_vrfs(configuration: Configuration) -> list[tuple[str, int]]:
    """Return the VRFs by name with their numbers; those that always exist have 1 and 2."""
    first = [vrf.name for vrf in FACTORY_VRFS]
    others = [vrf.name for vrf in configuration.vrfs if vrf.name not in first]
    return sorted((name, number) for number, name in enumerate([*first, *others], 1))


def trust_points(configuration: Configuration) -> str:
    """Return what `show crypto ca trustpoints` prints."""
    return "".join(f"trustpoint: {each.name}; key-pair:\n" for each in configuration.trust_points)


def certificates(configuration: Configuration, name: str | None = None) -> str:
    """Return what `show crypto ca certificates` prints of all trust points, or of one."""
    from cryptography import x509  # noqa: PLC0415 - 40 ms of a start

    blocks = []
    for trust_point in configuration.trust_points:
        if name not in (None, trust_point.name):
            continue
        lines = [f"Trustpoint: {trust_point.name}"]
        for number, der in enumerate(trust_point.certificates):
            certificate = x509.load_der_x509_certificate(der)
            lines += [
                f"CA certificate {number}:",
                f"subject={certificate.subject.rfc4514_string()}",
                f"issuer={certificate.issuer.rfc4514_string()}",
                f"serial={certificate.serial_number:X}",
                f"notBefore={print_date(certificate.not_valid_before_utc)}",
                f"notAfter={print_date(certificate.not_valid_after_utc)}",
                "purposes: sslserver",
            ]
        blocks.append("".join(f"{line}\n" for line in lines))
    return "\n".join(blocks)


def checkpoints(kept: Mapping[str, str]) -> str:
    """Return what `show checkpoint summary` prints."""
    lines = ["User Checkpoint Summary", "-" * 80]
    for number, (name, text) in enumerate(kept.items(), 1):
        lines += [f"{number}) {name}:", f"Size is {len(text.encode()):,} bytes", ""]
    return "".join(f"{line}\n" for line in lines)
