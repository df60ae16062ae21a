"""What each command of the grammar does; a handler returns what it prints."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from licet.agent.events import (
    Deregister,
    Disable,
    Enable,
    Register,
    RenewAuthorization,
    RenewCertificate,
)
from licet.switch.configuration import (
    FACTORY,
    FACTORY_HOST_NAME,
    Callhome,
    Configuration,
    Level,
    Method,
)
from licet.switch.features import TAGS
from licet.switch.grammar import Mode
from licet.switch.parser import Command
from licet.switch.show import misc, running
from licet.switch.show.status import license_status
from licet.switch.show.summary import license_summary
from licet.switch.show.usage import license_usage
from licet.switch.switch import Switch

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
NO_SUCH_URL = "% The profile has no such URL\n"


@dataclass(slots=True)
class Terminal:
    """Where a session is: its switch, its mode, and whether it was left."""

    switch: Switch
    mode: Mode = Mode.EXEC
    closed: bool = False

    @property
    def configuration(self) -> Configuration:
        """The running configuration."""
        return self.switch.configuration

    @property
    def callhome(self) -> Callhome:
        """The call home block of the running configuration."""
        return self.switch.configuration.callhome


Handler = Callable[[Terminal, Command], str]


def _put(terminal: Terminal, configuration: Configuration) -> str:
    terminal.switch.configure(configuration)
    return ""


def _put_callhome(terminal: Terminal, callhome: Callhome) -> str:
    return _put(terminal, replace(terminal.configuration, callhome=callhome))


def _configure(terminal: Terminal, _: Command) -> str:
    terminal.mode = Mode.CONFIG
    return "Enter configuration commands, one per line. End with CNTL/Z.\n"


def _end(terminal: Terminal, _: Command) -> str:
    terminal.mode = Mode.EXEC
    return ""


def _leave(terminal: Terminal, _: Command) -> str:
    match terminal.mode:
        case Mode.EXEC:
            terminal.closed = True
        case Mode.CONFIG:
            terminal.mode = Mode.EXEC
        case Mode.CALLHOME:
            terminal.mode = Mode.CONFIG
    return ""


def _enter_callhome(terminal: Terminal, _: Command) -> str:
    terminal.mode = Mode.CALLHOME
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


def _smart(terminal: Terminal, command: Command) -> str:
    terminal.switch.command(Disable() if command.negative else Enable())
    return _put(terminal, replace(terminal.configuration, smart=not command.negative))


def _feature(terminal: Terminal, command: Command) -> str:
    named = {command.values["feature"]}
    features = terminal.configuration.features
    after = features - named if command.negative else features | named
    return _put(terminal, replace(terminal.configuration, features=after))


def _level(terminal: Terminal, command: Command) -> str:
    level = FACTORY.level if command.negative else Level(command.values["level"])
    return _put(terminal, replace(terminal.configuration, level=level))


def _host_name(terminal: Terminal, command: Command) -> str:
    name = FACTORY_HOST_NAME if command.negative else command.values["host_name"]
    return _put(terminal, replace(terminal.configuration, host_name=name))


def _contact(terminal: Terminal, command: Command) -> str:
    word = command.words[1 if command.negative else 0]
    name = word.replace("-", "_")
    value = None if command.negative else command.values[name]
    match word:
        case "email-contact":
            callhome = replace(terminal.callhome, email_contact=value)
        case "phone-contact":
            callhome = replace(terminal.callhome, phone_contact=value)
        case "streetaddress":
            callhome = replace(terminal.callhome, streetaddress=value)
        case "contract-id":
            callhome = replace(terminal.callhome, contract_id=value)
        case "customer-id":
            callhome = replace(terminal.callhome, customer_id=value)
        case _:
            callhome = replace(terminal.callhome, site_id=value)
    return _put_callhome(terminal, callhome)


def _method(terminal: Terminal, command: Command) -> str:
    method = Method(command.values["method"])
    if command.negative:
        # There is always a method: without the one that is taken away it is the factory's.
        present = terminal.callhome.method
        method = FACTORY.callhome.method if method is present else present
    return _put_callhome(terminal, replace(terminal.callhome, method=method))


def _url(terminal: Terminal, command: Command) -> str:
    """Set or remove a URL; without an index it is number 1, as the source document shows it."""
    callhome = terminal.callhome
    url = command.values["url"]
    given = command.values.get("index")
    if not command.negative:
        return _put_callhome(terminal, callhome.with_url(int(given or 1), url))
    at = [index for index, known in callhome.urls if known == url and given in (None, str(index))]
    if not at:
        return NO_SUCH_URL
    urls = tuple(each for each in callhome.urls if each[0] not in at)
    return _put_callhome(terminal, replace(callhome, urls=urls))


def _use_vrf(terminal: Terminal, command: Command) -> str:
    vrf = None if command.negative else command.values["vrf"]
    return _put_callhome(terminal, replace(terminal.callhome, use_vrf=vrf))


def _callhome_enable(terminal: Terminal, command: Command) -> str:
    return _put_callhome(terminal, replace(terminal.callhome, enabled=not command.negative))


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


# By the names that the grammar gives them.
HANDLERS: Mapping[str, Handler] = {
    "callhome_enable": _callhome_enable,
    "configure": _configure,
    "contact": _contact,
    "deregister": _deregister,
    "end": _end,
    "enter_callhome": _enter_callhome,
    "feature": _feature,
    "host_name": _host_name,
    "leave": _leave,
    "level": _level,
    "method": _method,
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
    "smart": _smart,
    "url": _url,
    "use_vrf": _use_vrf,
}
