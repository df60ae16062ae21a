"""Which license each feature uses: feature → package → entitlement tag.

That BGP and OSPF use LAN_ENTERPRISE_SERVICES_PKG is in devices' logs (device.md 1.4); the names of
the packages are those of device.md 1.6. The other rows follow Cisco's licensing guides from memory.
The tags are examples of Licet's own; a vendor puts his own in their place.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from licet.kernel.ids import Tag
from licet.switch.configuration import Level

# What a fresh switch registers as: the software id tag of the example product.
PRODUCT = "regid.2026-11.com.example.N9K,1.0_992838ab-429d-5b93-bd27-ec942a56cf1e"

# A package of this name stands for the one of the configured level.
OF_LEVEL = "the license level"

LEVEL_PACKAGES: Mapping[Level, str] = {
    Level.ESSENTIALS: "NXOS_ESSENTIALS",
    Level.ADVANTAGE: "NXOS_ADVANTAGE",
}


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature.

    Attributes:
        package: whose license it uses; None where it needs none.
        shown: its name in `show feature`.
        help: what `?` says.
    """

    package: str | None
    shown: str
    help: str


FEATURES: Mapping[str, Feature] = {
    "bgp": Feature("LAN_ENTERPRISE_SERVICES_PKG", "bgp", "Border Gateway Protocol"),
    "eigrp": Feature("LAN_ENTERPRISE_SERVICES_PKG", "eigrp", "Enhanced Interior Gateway Routing"),
    "fabricpath": Feature("ENHANCED_LAYER2_PKG", "fabricpath", "FabricPath switching"),
    "fcoe-npv": Feature("FCOE_NPV_PKG", "fcoe-npv", "FCoE N-port virtualization"),
    "hsrp": Feature(OF_LEVEL, "hsrp_engine", "Hot Standby Router Protocol"),
    "interface-vlan": Feature(OF_LEVEL, "interface-vlan", "Switched virtual interfaces"),
    "isis": Feature("LAN_ENTERPRISE_SERVICES_PKG", "isis", "IS-IS routing"),
    "itd": Feature("NETWORK_SERVICES_PKG", "itd", "Intelligent traffic director"),
    "lacp": Feature(None, "lacp", "Link Aggregation Control Protocol"),
    "lldp": Feature(None, "lldp", "Link Layer Discovery Protocol"),
    "mpls l3vpn": Feature("MPLS_PKG", "mpls_l3vpn", "MPLS layer 3 virtual private networks"),
    "msdp": Feature("LAN_ENTERPRISE_SERVICES_PKG", "msdp", "Multicast source discovery"),
    "nv overlay": Feature(OF_LEVEL, "nve", "Virtual extensible LAN overlay"),
    "nxapi": Feature(None, "nxapi", "The NX-API"),
    "ospf": Feature("LAN_ENTERPRISE_SERVICES_PKG", "ospf", "Open Shortest Path First"),
    "otv": Feature("TRANSPORT_SERVICES_PKG", "otv", "Overlay transport virtualization"),
    "pim": Feature("LAN_ENTERPRISE_SERVICES_PKG", "pim", "Protocol independent multicast"),
    "telemetry": Feature(OF_LEVEL, "telemetry", "Streaming telemetry"),
    "vpc": Feature(OF_LEVEL, "vpc", "Virtual port channels"),
}

TAGS: Mapping[str, Tag] = {
    "NXOS_ESSENTIALS": Tag(
        "regid.2026-11.com.example.NXOS_ESSENTIALS,1.0_f7f6fc2c-416d-5890-bf0b-d1f7bff580db"
    ),
    "NXOS_ADVANTAGE": Tag(
        "regid.2026-11.com.example.NXOS_ADVANTAGE,1.0_4c4b0259-2617-5e11-be2d-601eb21be9e2"
    ),
    "LAN_ENTERPRISE_SERVICES_PKG": Tag(
        "regid.2026-11.com.example.LAN_ENTERPRISE_SERVICES_PKG,1.0_5b0be391-482d-5311-87bb-fa795d6fc3f1"
    ),
    "NETWORK_SERVICES_PKG": Tag(
        "regid.2026-11.com.example.NETWORK_SERVICES_PKG,1.0_3bc67845-ec88-51a5-80f7-8c03f6b14703"
    ),
    "ENHANCED_LAYER2_PKG": Tag(
        "regid.2026-11.com.example.ENHANCED_LAYER2_PKG,1.0_6bd7e6b2-2b11-517c-a223-d6893648d15d"
    ),
    "MPLS_PKG": Tag("regid.2026-11.com.example.MPLS_PKG,1.0_4eafe5d4-37f2-5799-92cb-7a82848d8b7b"),
    "TRANSPORT_SERVICES_PKG": Tag(
        "regid.2026-11.com.example.TRANSPORT_SERVICES_PKG,1.0_38e6face-0286-5648-876f-1ed15c3230e7"
    ),
    "FCOE_NPV_PKG": Tag(
        "regid.2026-11.com.example.FCOE_NPV_PKG,1.0_b416eaf9-22e3-56f4-aba6-088e029d610d"
    ),
}


def package_of(name: str, level: Level) -> str | None:
    """Return the package whose license a feature uses at a level; None where it needs none."""
    package = FEATURES[name].package
    return LEVEL_PACKAGES[level] if package == OF_LEVEL else package


def wanted(features: Collection[str], level: Level) -> dict[Tag, int]:
    """Return the entitlements that features use at a level, with their absolute counts.

    Features of one package share one license: NX-OS licenses packages by the switch.
    """
    packages = {package_of(name, level) for name in features}
    return {TAGS[package]: 1 for package in sorted(p for p in packages if p is not None)}
