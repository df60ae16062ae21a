"""What `show` commands print of a switch, and the structured output of those that have it."""

from collections.abc import Callable, Mapping

from licet.agent.view import LicenseView
from licet.switch.changes import Refused
from licet.switch.configuration import UTC_ZONE
from licet.switch.features import TAGS
from licet.switch.parser import Command
from licet.switch.show import box, callhome, events, keys, misc, running, traditional
from licet.switch.show.all import license_all
from licet.switch.show.callhome import Structure
from licet.switch.show.status import license_status
from licet.switch.show.summary import license_summary
from licet.switch.show.tech import tech_support
from licet.switch.show.usage import license_usage
from licet.switch.show.zones import in_zone
from licet.switch.standing import Handler, Terminal

NO_PROFILE = "% There is no such profile"


def seen(terminal: Terminal) -> LicenseView:
    """Return what can be seen of the agent, its times in the zone of the switch."""
    view = terminal.switch.view()
    zone = terminal.configuration.time_zone
    return view if zone == UTC_ZONE else in_zone(view, zone.zone)


def show_license_status(terminal: Terminal) -> str:
    """Return what `show license status` prints: what `bench/` measures."""
    return license_status(seen(terminal))


def _show_license_usage(terminal: Terminal, _: Command) -> str:
    return license_usage(seen(terminal), tuple(TAGS))


def _show_license_events(terminal: Terminal, command: Command) -> str:
    days = command.values.get("days")
    return events.events(
        terminal.switch.log, now=terminal.now, days=None if days is None else int(days)
    )


def _show_license_file(_: Terminal, command: Command) -> str:
    raise Refused(f"% License file {command.values['license_file']} not found")


def _show_running(terminal: Terminal, command: Command) -> str:
    everything = command.words[-1] == "all"
    return running.running_config(terminal.configuration, at=terminal.now, everything=everything)


def _show_running_callhome(terminal: Terminal, command: Command) -> str:
    everything = command.words[-1] == "all"
    return running.running_config_callhome(
        terminal.configuration, at=terminal.now, everything=everything
    )


def _show_profile(terminal: Terminal, command: Command) -> str:
    printed = callhome.profiles(terminal.configuration, command.values.get("profile"))
    if printed is None:
        raise Refused(NO_PROFILE)
    return printed


def _show_certificates(terminal: Terminal, command: Command) -> str:
    name = command.values.get("trust_point")
    if name is not None and terminal.configuration.trust_point(name) is None:
        raise Refused("% There is no such trust point")
    return box.certificates(terminal.configuration, name)


def _show_version(terminal: Terminal, _: Command) -> str:
    return box.version(
        terminal.switch.view().udi, terminal.configuration.host_name, _uptime(terminal)
    )


def _uptime(terminal: Terminal) -> misc.Uptime:
    return misc.uptime(terminal.box.boot_time(), terminal.switch.now().wall)


SHOW_HANDLERS: Mapping[str, Handler] = {
    "show_banner": lambda terminal, _: misc.banner(terminal.configuration),
    "show_callhome": lambda terminal, _: callhome.callhome(terminal.configuration),
    "show_callhome_commands": lambda _, __: callhome.USER_COMMANDS,
    "show_callhome_mail": lambda terminal, _: callhome.transport_email(terminal.configuration),
    "show_callhome_profile": _show_profile,
    "show_callhome_transport": lambda terminal, _: callhome.transport(terminal.configuration),
    "show_certificates": _show_certificates,
    "show_checkpoints": lambda terminal, _: box.checkpoints(terminal.box.checkpoints()),
    "show_clock": lambda terminal, _: misc.clock(terminal.now),
    "show_feature": lambda terminal, _: misc.features(terminal.configuration.features),
    "show_host_id": lambda terminal, _: box.host_id(terminal.switch.view().udi),
    "show_host_name": lambda terminal, _: f"{terminal.configuration.host_name}\n",
    "show_hosts": lambda terminal, _: box.hosts(terminal.configuration),
    "show_interfaces": lambda terminal, _: misc.interfaces(terminal.configuration),
    "show_inventory": lambda terminal, _: box.inventory(terminal.switch.view().udi),
    "show_license": lambda _, __: traditional.FILES,
    "show_license_all": lambda terminal, _: license_all(seen(terminal)),
    "show_license_events": _show_license_events,
    "show_license_file": _show_license_file,
    "show_license_mapping": lambda terminal, _: traditional.mapping(terminal.configuration.level),
    "show_license_status": lambda terminal, _: show_license_status(terminal),
    "show_license_summary": lambda terminal, _: license_summary(seen(terminal)),
    "show_license_tech": lambda terminal, _: tech_support(seen(terminal), terminal.callhome),
    "show_license_udi": lambda terminal, _: box.license_udi(terminal.switch.view().udi),
    "show_license_usage": _show_license_usage,
    "show_logging": lambda terminal, _: "".join(f"{line}\n" for line in terminal.switch.log),
    "show_logging_servers": lambda terminal, _: misc.logging_servers(terminal.configuration),
    "show_running": _show_running,
    "show_running_callhome": _show_running_callhome,
    "show_trust_points": lambda terminal, _: box.trust_points(terminal.configuration),
    "show_version": _show_version,
    "show_vrf": lambda terminal, _: box.vrfs(terminal.configuration),
}

Structuring = Callable[[Terminal, Command], Structure]


def _profile_keys(terminal: Terminal, command: Command) -> Structure:
    found = callhome.profiles_keys(terminal.configuration, command.values.get("profile"))
    if found is None:
        raise Refused(NO_PROFILE)
    return found


def _version_keys(terminal: Terminal, _: Command) -> Structure:
    udi = terminal.switch.view().udi
    return keys.version(udi, terminal.configuration.host_name, _uptime(terminal))


def _usage_keys(terminal: Terminal, _: Command) -> Structure:
    view = terminal.switch.view()
    if view.enabled:
        raise Refused(
            "% Only the table of 'show license usage' without smart licensing has JSON output"
        )
    return keys.license_usage(view, tuple(TAGS))


STRUCTURED: Mapping[str, Structuring] = {
    "show_callhome": lambda terminal, _: callhome.callhome_keys(terminal.configuration),
    "show_callhome_commands": lambda _, __: callhome.USER_COMMANDS_KEYS,
    "show_callhome_mail": lambda terminal, _: callhome.transport_email_keys(terminal.configuration),
    "show_callhome_profile": _profile_keys,
    "show_callhome_transport": lambda terminal, _: callhome.transport_keys(terminal.configuration),
    "show_clock": lambda terminal, _: keys.clock(terminal.now),
    "show_feature": lambda terminal, _: keys.features(terminal.configuration.features),
    "show_host_name": lambda terminal, _: {"hostname": terminal.configuration.host_name},
    "show_inventory": lambda terminal, _: keys.inventory(terminal.switch.view().udi),
    "show_license_usage": _usage_keys,
    "show_version": _version_keys,
    "show_vrf": lambda terminal, _: keys.vrfs(terminal.configuration),
}
