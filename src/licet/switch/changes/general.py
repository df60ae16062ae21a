"""Changes of what belongs to the switch itself: names, features, licenses, log, clock."""

from collections.abc import Mapping
from dataclasses import replace

from licet.switch.changes.model import Change, Dialogue, Refused
from licet.switch.configuration import (
    FACTORY,
    FACTORY_HOST_NAME,
    SYSLOG_PORT,
    SYSLOG_SEVERITY,
    UTC_ZONE,
    Configuration,
    Level,
    LoggingServer,
    TimeZone,
)
from licet.switch.parser import Command

BANNER_CHARS_MAX = 4000
_TOO_LONG = f"% The banner is longer than {BANNER_CHARS_MAX} characters"


def _submode(configuration: Configuration, _: str, __: Command) -> Configuration:
    return configuration


def _smart(configuration: Configuration, _: str, command: Command) -> Configuration:
    return replace(configuration, smart=not command.negative)


def _feature(configuration: Configuration, _: str, command: Command) -> Configuration:
    named = {command.values["feature"]}
    features = configuration.features
    after = features - named if command.negative else features | named
    return replace(configuration, features=after)


def _level(configuration: Configuration, _: str, command: Command) -> Configuration:
    level = FACTORY.level if command.negative else Level(command.values["level"])
    return replace(configuration, level=level)


def _grace_period(configuration: Configuration, _: str, command: Command) -> Configuration:
    return replace(configuration, grace_period=not command.negative)


def _trap(configuration: Configuration, _: str, command: Command) -> Configuration:
    named = {command.values["trap"]}
    traps = configuration.traps
    return replace(configuration, traps=traps - named if command.negative else traps | named)


def _host_name(configuration: Configuration, _: str, command: Command) -> Configuration:
    name = FACTORY_HOST_NAME if command.negative else command.values["host_name"]
    return replace(configuration, host_name=name)


def _banner(configuration: Configuration, _: str, command: Command) -> Configuration | Dialogue:
    """Take a text between two equal characters, on one line or on more of them."""
    if command.negative:
        return replace(configuration, banner=None)
    text = command.values["banner"]
    delimiter, first = text[0], text[1:]
    if delimiter in first:
        return _with_banner(configuration, first.partition(delimiter)[0])
    return Dialogue(
        prompt="> ",
        take=lambda now, line: _more_banner(now, line, delimiter, f"{first}\n" if first else ""),
        says=f"Enter TEXT message. End with the character '{delimiter}'.\n",
    )


def _more_banner(
    configuration: Configuration, line: str, delimiter: str, before: str
) -> Configuration | Dialogue:
    text, end, _ = line.partition(delimiter)
    if end:
        return _with_banner(configuration, before + text)
    so_far = f"{before}{text}\n"
    if len(so_far) > BANNER_CHARS_MAX:
        raise Refused(_TOO_LONG)
    return Dialogue(prompt="> ", take=lambda now, line: _more_banner(now, line, delimiter, so_far))


def _with_banner(configuration: Configuration, text: str) -> Configuration:
    if len(text) > BANNER_CHARS_MAX:
        raise Refused(_TOO_LONG)
    lines = [line.rstrip() for line in text.split("\n")]
    return replace(configuration, banner="\n".join(lines).strip("\n") or None)


def _time_zone(configuration: Configuration, _: str, command: Command) -> Configuration:
    if command.negative:
        return replace(configuration, time_zone=UTC_ZONE)
    values = command.values
    zone = TimeZone(values["zone"], int(values["zone_hours"]), int(values["zone_minutes"]))
    return replace(configuration, time_zone=zone)


def _logging_server(configuration: Configuration, _: str, command: Command) -> Configuration:
    host = command.values["host"].lower()
    others = tuple(each for each in configuration.logging_servers if each.host != host)
    if command.negative:
        if len(others) == len(configuration.logging_servers):
            raise Refused("% There is no such logging server")
        return replace(configuration, logging_servers=others)
    server = LoggingServer(
        host,
        int(command.values.get("severity", SYSLOG_SEVERITY)),
        int(command.values.get("port", SYSLOG_PORT)),
        command.values.get("vrf"),
    )
    return replace(configuration, logging_servers=(*others, server))


def _logging_form(configuration: Configuration, _: str, command: Command) -> Configuration:
    return replace(configuration, logging_rfc5424=not command.negative)


GENERAL_CHANGES: Mapping[str, Change] = {
    "banner": _banner,
    "feature": _feature,
    "grace_period": _grace_period,
    "host_name": _host_name,
    "level": _level,
    "logging_form": _logging_form,
    "logging_server": _logging_server,
    "smart": _smart,
    "submode": _submode,
    "time_zone": _time_zone,
    "trap": _trap,
}
