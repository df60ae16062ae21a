"""The roads of a real switch: as it is configured, with the hosts that the command line maps."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from licet.switch.configuration import Configuration
from licet.switch.life.chassis import Carrier
from licet.switch.roads.mapping import road_map
from licet.switch.roads.roads import Roads


def carrier_of(hosts: Mapping[str, str]) -> Callable[[Callable[[], Configuration]], Carrier]:
    """Return what makes the roads of each boot.

    Args:
        hosts: name to address, as `--host` maps them; they go before those of `ip host`.
    """

    def make(configuration: Callable[[], Configuration]) -> Carrier:
        return Roads(lambda: road_map(with_hosts(configuration(), hosts)))

    return make


def with_hosts(configuration: Configuration, hosts: Mapping[str, str]) -> Configuration:
    """Return a configuration that maps more hosts."""
    mapped = {name.lower(): (address,) for name, address in hosts.items()}
    return replace(
        configuration, hosts=tuple(sorted({**dict(configuration.hosts), **mapped}.items()))
    )
