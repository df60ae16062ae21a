"""What each command of EXEC does; a handler returns what it prints.

What configuration commands change stands in `changes`.
"""

from collections.abc import Mapping

from licet.agent.events import Deregister, Register, RenewAuthorization, RenewCertificate
from licet.switch.boxing import BOX_HANDLERS
from licet.switch.changes import Place
from licet.switch.features import TAGS
from licet.switch.grammar import Mode
from licet.switch.parser import Command
from licet.switch.show import box, callhome, misc, running
from licet.switch.show.all import license_all
from licet.switch.show.status import license_status
from licet.switch.show.summary import license_summary
from licet.switch.show.usage import license_usage
from licet.switch.standing import Handler, Terminal

# Source document, both spellings of its recipe.
REGISTERING = (
    "Initiated device registration with backend. run show license status, for registration status\n"
)
# Ours, on the model of that one: NX-OS's replies were not found (device.md 1.2).
RENEWING_AUTHORIZATION = (
    "Initiated authorization renewal with backend. "
    "run show license status, for authorization status\n"
)
RENEWING_CERTIFICATE = (
    "Initiated ID certificate renewal with backend. "
    "run show license status, for registration status\n"
)


def _configure(terminal: Terminal, _: Command) -> str:
    terminal.place = Place(Mode.CONFIG)
    return "Enter configuration commands, one per line. End with CNTL/Z.\n"


def _end(terminal: Terminal, _: Command) -> str:
    terminal.place = Place()
    return ""


def _leave(terminal: Terminal, _: Command) -> str:
    match terminal.mode:
        case Mode.EXEC:
            terminal.closed = True
        case Mode.CONFIG:
            terminal.place = Place()
        case _:
            terminal.place = Place(Mode.CONFIG)
    return ""


def _register(terminal: Terminal, command: Command) -> str:
    terminal.switch.command(
        Register(
            command.values["token"],
            force=command.words[-1] == "force",
            destination=terminal.callhome.url or "",
        )
    )
    return REGISTERING


def _deregister(terminal: Terminal, _: Command) -> str:
    terminal.switch.command(Deregister())
    return ""


def _renew_authorization(terminal: Terminal, _: Command) -> str:
    terminal.switch.command(RenewAuthorization())
    return RENEWING_AUTHORIZATION


def _renew_certificate(terminal: Terminal, _: Command) -> str:
    terminal.switch.command(RenewCertificate())
    return RENEWING_CERTIFICATE


def _show_clock(terminal: Terminal, _: Command) -> str:
    return misc.clock(terminal.switch.now().wall)


def _show_feature(terminal: Terminal, _: Command) -> str:
    return misc.features(terminal.configuration.features)


def _show_license_status(terminal: Terminal, _: Command) -> str:
    return license_status(terminal.switch.view())


def _show_license_summary(terminal: Terminal, _: Command) -> str:
    return license_summary(terminal.switch.view())


def _show_license_usage(terminal: Terminal, _: Command) -> str:
    return license_usage(terminal.switch.view(), tuple(TAGS))


def _show_logging(terminal: Terminal, _: Command) -> str:
    return "".join(f"{line}\n" for line in terminal.switch.log)


def _show_running(terminal: Terminal, _: Command) -> str:
    return running.running_config(terminal.configuration, at=terminal.switch.now().wall)


def _show_running_callhome(terminal: Terminal, _: Command) -> str:
    return running.running_config_callhome(terminal.configuration, at=terminal.switch.now().wall)


def _show_callhome(terminal: Terminal, _: Command) -> str:
    return callhome.callhome(terminal.configuration)


def _show_callhome_profile(terminal: Terminal, _: Command) -> str:
    return callhome.destination_profile(terminal.configuration)


def _show_callhome_transport(terminal: Terminal, _: Command) -> str:
    return callhome.transport(terminal.configuration)


def _show_certificates(terminal: Terminal, _: Command) -> str:
    return box.certificates(terminal.configuration)


def _show_checkpoints(terminal: Terminal, _: Command) -> str:
    return box.checkpoints(terminal.box.checkpoints())


def _show_host_id(terminal: Terminal, _: Command) -> str:
    return box.host_id(terminal.switch.view().udi)


def _show_host_name(terminal: Terminal, _: Command) -> str:
    return f"{terminal.configuration.host_name}\n"


def _show_hosts(terminal: Terminal, _: Command) -> str:
    return box.hosts(terminal.configuration)


def _show_inventory(terminal: Terminal, _: Command) -> str:
    return box.inventory(terminal.switch.view().udi)


def _show_license_all(terminal: Terminal, _: Command) -> str:
    return license_all(terminal.switch.view(), tuple(TAGS))


def _show_license_udi(terminal: Terminal, _: Command) -> str:
    return box.license_udi(terminal.switch.view().udi)


def _show_startup(terminal: Terminal, _: Command) -> str:
    return terminal.box.startup() or "No startup configuration\n"


def _show_trust_points(terminal: Terminal, _: Command) -> str:
    return box.trust_points(terminal.configuration)


def _show_vrf(terminal: Terminal, _: Command) -> str:
    return box.vrfs(terminal.configuration)


def _show_version(terminal: Terminal, _: Command) -> str:
    up = box.uptime(terminal.box.boot_time(), terminal.switch.now().wall)
    return box.version(terminal.switch.view().udi, terminal.configuration.host_name, up)


# By the names that the grammar gives them.
HANDLERS: Mapping[str, Handler] = {
    **BOX_HANDLERS,
    "show_callhome": _show_callhome,
    "show_callhome_profile": _show_callhome_profile,
    "show_callhome_transport": _show_callhome_transport,
    "show_certificates": _show_certificates,
    "show_checkpoints": _show_checkpoints,
    "show_host_id": _show_host_id,
    "show_host_name": _show_host_name,
    "show_hosts": _show_hosts,
    "show_inventory": _show_inventory,
    "show_license_all": _show_license_all,
    "show_license_udi": _show_license_udi,
    "show_startup": _show_startup,
    "show_trust_points": _show_trust_points,
    "show_version": _show_version,
    "show_vrf": _show_vrf,
    "configure": _configure,
    "deregister": _deregister,
    "end": _end,
    "leave": _leave,
    "register": _register,
    "renew_authorization": _renew_authorization,
    "renew_certificate": _renew_certificate,
    "show_clock": _show_clock,
    "show_feature": _show_feature,
    "show_license_status": _show_license_status,
    "show_license_summary": _show_license_summary,
    "show_license_usage": _show_license_usage,
    "show_logging": _show_logging,
    "show_running": _show_running,
    "show_running_callhome": _show_running_callhome,
}
