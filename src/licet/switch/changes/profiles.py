"""Changes of call home's destination profiles; CiscoTAC-1 is the one that carries licensing."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from licet.switch.calling import PREDEFINED, Format, Method, Profile
from licet.switch.changes.model import Change, Refused
from licet.switch.configuration import Configuration
from licet.switch.parser import Command

NO_SUCH_URL = "% The profile has no such URL"
NO_SUCH_ADDRESS = "% The profile has no such e-mail address"
NO_SUCH_PROFILE = "% There is no such profile"
PROFILES_MAX = 32
DESTINATIONS_MAX = 50

_Destinations = tuple[tuple[int, str], ...]


def _fresh(name: str) -> Profile:
    return PREDEFINED.get(name, Profile(name))


def _put(configuration: Configuration, profile: Profile) -> Configuration:
    callhome = configuration.callhome.with_profile(profile)
    return replace(configuration, callhome=callhome)


def _profile(configuration: Configuration, _: str, command: Command) -> Configuration:
    """Make a profile, or remove it."""
    name = command.values["profile"]
    callhome = configuration.callhome
    if not command.negative:
        if callhome.profile(name) is not None:
            return configuration
        if len(callhome.profiles) >= PROFILES_MAX:
            raise Refused(f"% There can be {PROFILES_MAX} profiles")
        # One without anything of its own has to be there as well.
        profiles = tuple(sorted((*callhome.profiles, Profile(name)), key=lambda each: each.name))
    else:
        profiles = tuple(each for each in callhome.profiles if each.name != name)
        if len(profiles) == len(callhome.profiles):
            raise Refused(NO_SUCH_PROFILE)
    return replace(configuration, callhome=replace(callhome, profiles=profiles))


def _of_profile(change: Callable[[Profile, Command], Profile]) -> Change:
    def changed(configuration: Configuration, _: str, command: Command) -> Configuration:
        name = command.values["profile"]
        callhome = configuration.callhome
        known = callhome.profile(name)
        if known is None and command.negative:
            raise Refused(NO_SUCH_PROFILE)
        if known is None and len(callhome.profiles) >= PROFILES_MAX:
            raise Refused(f"% There can be {PROFILES_MAX} profiles")
        return _put(configuration, change(known or _fresh(name), command))

    return changed


def _destinations(
    known: _Destinations, command: Command, value: str, otherwise: str
) -> _Destinations:
    """Set or remove one; without an index it is number 1, as the source document shows it."""
    given = command.values.get("index")
    if not command.negative:
        after = tuple(sorted({**dict(known), int(given or 1): value}.items()))
        if len(after) > DESTINATIONS_MAX:
            raise Refused(f"% There can be {DESTINATIONS_MAX} of them")
        return after
    at = [
        index for index, each in known if each == value and (given is None or int(given) == index)
    ]
    if not at:
        raise Refused(otherwise)
    return tuple(each for each in known if each[0] not in at)


def _url(profile: Profile, command: Command) -> Profile:
    url = command.values["url"]
    return replace(profile, urls=_destinations(profile.urls, command, url, NO_SUCH_URL))


def _email(profile: Profile, command: Command) -> Profile:
    email = command.values["email"]
    emails = _destinations(profile.emails, command, email, NO_SUCH_ADDRESS)
    return replace(profile, emails=emails)


def _method(profile: Profile, command: Command) -> Profile:
    method = Method(command.values["method"])
    if command.negative:
        # There is always a method: without the one that is taken away it is the factory's.
        method = _fresh(profile.name).method if method is profile.method else profile.method
    return replace(profile, method=method)


def _alert_group(profile: Profile, command: Command) -> Profile:
    named = command.values["alert_group"]
    groups = (
        {*profile.alert_groups} - {named} if command.negative else {*profile.alert_groups, named}
    )
    return replace(profile, alert_groups=tuple(sorted(groups)))


def _message_level(profile: Profile, command: Command) -> Profile:
    factory = _fresh(profile.name).message_level
    given = factory if command.negative else int(command.values["message_level"])
    return replace(profile, message_level=given)


def _message_size(profile: Profile, command: Command) -> Profile:
    factory = _fresh(profile.name).message_size
    given = factory if command.negative else int(command.values["message_size"])
    return replace(profile, message_size=given)


def _format(profile: Profile, command: Command) -> Profile:
    factory = _fresh(profile.name).format
    return replace(
        profile, format=factory if command.negative else Format(command.values["format"])
    )


PROFILE_CHANGES: Mapping[str, Change] = {
    "alert_group": _of_profile(_alert_group),
    "email": _of_profile(_email),
    "format": _of_profile(_format),
    "message_level": _of_profile(_message_level),
    "message_size": _of_profile(_message_size),
    "method": _of_profile(_method),
    "profile": _profile,
    "url": _of_profile(_url),
}
