"""How call home is configured, as immutable values."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

# device.md 1.7, "URL constants": Call Home direct.
DIRECT_URL = "https://tools.cisco.com/its/service/oddce/services/DDCEService"
PROXY_PORT, MAIL_PORT, MAIL_PRIORITY = 8080, 25, 50
SWITCH_PRIORITY = 7


class Method(StrEnum):
    """How a destination profile's messages go out."""

    EMAIL = "email"
    HTTP = "http"


class Format(StrEnum):
    """How a destination profile's messages are written."""

    XML = "XML"
    FULL = "full-txt"
    SHORT = "short-txt"


@dataclass(frozen=True, slots=True)
class Proxy:
    """The HTTP proxy that call home goes through; device-wide (device.md 4.8).

    Attributes:
        enabled: it is used (`transport http proxy enable`).
        user, password: for Basic authentication; ours, NX-OS has none.
        secure: the proxy itself is reached by https; ours.
    """

    host: str
    port: int = PROXY_PORT
    enabled: bool = False
    user: str | None = None
    password: str | None = None
    secure: bool = False


@dataclass(frozen=True, slots=True)
class Profile:
    """A destination profile.

    Attributes:
        urls, emails: (index, destination), by index.
        alert_groups: by name.
    """

    name: str
    method: Method = Method.EMAIL
    urls: tuple[tuple[int, str], ...] = ()
    emails: tuple[tuple[int, str], ...] = ()
    alert_groups: tuple[str, ...] = ()
    message_level: int = 0
    message_size: int = 2_500_000
    format: Format = Format.XML


TAC, FULL_TXT, SHORT_TXT = "CiscoTAC-1", "full-txt-destination", "short-txt-destination"
# The profiles that always exist (device.md 1.2). Sizes and groups are recalled, not found (mark M).
PREDEFINED: Mapping[str, Profile] = {
    TAC: Profile(TAC, urls=((1, DIRECT_URL),), alert_groups=("Cisco-TAC",), message_size=5_000_000),
    FULL_TXT: Profile(FULL_TXT, alert_groups=("All",), format=Format.FULL),
    SHORT_TXT: Profile(SHORT_TXT, alert_groups=("All",), message_size=4000, format=Format.SHORT),
}


@dataclass(frozen=True, slots=True)
class MailServer:
    """A server that messages are mailed by; of several, the one of the lowest priority number."""

    host: str
    port: int = MAIL_PORT
    priority: int = MAIL_PRIORITY
    vrf: str | None = None


@dataclass(frozen=True, slots=True)
class Mail:
    """How messages are mailed (`transport email`); none is."""

    sender: str | None = None
    reply_to: str | None = None
    servers: tuple[MailServer, ...] = ()


@dataclass(frozen=True, slots=True)
class Inventory:
    """The periodic inventory message; it is not sent.

    Attributes:
        interval_d: days from one to the next.
        time: of the day, `HH:MM`.
    """

    enabled: bool = False
    interval_d: int = 7
    time: str = "08:00"


NO_MAIL = Mail()
NO_INVENTORY = Inventory()


@dataclass(frozen=True, slots=True)
class Callhome:
    """The `callhome` block; of the destination profiles only CiscoTAC-1 carries licensing.

    A fresh switch knows the direct URL ("direct cloud access is the default option", source
    document, "Methods of Communication"), while call home itself is off (RULES.md 17).

    Attributes:
        method, urls: of CiscoTAC-1.
        profiles: what differs from the predefined profiles, and further ones, by name; the method
            and the URLs of a CiscoTAC-1 in it count for nothing.
        throttle: whether equal messages are held back.
        plain_http: an http:// URL is taken where it leads to an on-prem (ours).
    """

    email_contact: str | None = None
    phone_contact: str | None = None
    streetaddress: str | None = None
    contract_id: str | None = None
    customer_id: str | None = None
    site_id: str | None = None
    switch_priority: int = SWITCH_PRIORITY
    method: Method = Method.EMAIL
    urls: tuple[tuple[int, str], ...] = ((1, DIRECT_URL),)
    profiles: tuple[Profile, ...] = ()
    use_vrf: str | None = None
    proxy: Proxy | None = None
    mail: Mail = NO_MAIL
    inventory: Inventory = NO_INVENTORY
    throttle: bool = True
    plain_http: bool = False
    enabled: bool = False

    @property
    def url(self) -> str | None:
        """Where licensing messages go: the URL of the lowest index."""
        return self.urls[0][1] if self.urls else None

    def profile(self, name: str) -> Profile | None:
        """Return a destination profile, predefined or not."""
        found = next((each for each in self.profiles if each.name == name), PREDEFINED.get(name))
        if found is not None and name == TAC:
            return replace(found, method=self.method, urls=self.urls)
        return found

    def all_profiles(self) -> tuple[Profile, ...]:
        """Return all destination profiles: the predefined ones, then the others by name."""
        names = dict.fromkeys([*PREDEFINED, *(each.name for each in self.profiles)])
        found = (self.profile(name) for name in names)
        return tuple(each for each in found if each is not None)

    def with_profile(self, profile: Profile) -> "Callhome":
        """Return the block with a profile, instead of the one of its name."""
        method, urls = self.method, self.urls
        if profile.name == TAC:
            method, urls = profile.method, profile.urls
            profile = replace(profile, method=Method.EMAIL, urls=PREDEFINED[TAC].urls)
        kept = [each for each in self.profiles if each.name != profile.name]
        if profile != PREDEFINED.get(profile.name):
            kept.append(profile)
        by_name = tuple(sorted(kept, key=lambda each: each.name))
        return replace(self, profiles=by_name, method=method, urls=urls)
