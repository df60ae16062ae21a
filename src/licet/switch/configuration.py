"""What a switch is configured to do, as immutable values."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

# device.md 1.7, "URL constants": Call Home direct.
DIRECT_URL = "https://tools.cisco.com/its/service/oddce/services/DDCEService"
FACTORY_HOST_NAME = "switch"


class Method(StrEnum):
    """How a destination profile's messages go out."""

    EMAIL = "email"
    HTTP = "http"


class Level(StrEnum):
    """The license level of the switch (ours; the names are NX-OS's)."""

    ESSENTIALS = "essentials"
    ADVANTAGE = "advantage"


@dataclass(frozen=True, slots=True)
class Callhome:
    """The `callhome` block; of the destination profiles only CiscoTAC-1 carries licensing.

    A fresh switch knows the direct URL ("direct cloud access is the default option", source
    document, "Methods of Communication"), while call home itself is off (RULES.md 17).

    Attributes:
        urls: (index, URL) of CiscoTAC-1, by index.
    """

    email_contact: str | None = None
    phone_contact: str | None = None
    streetaddress: str | None = None
    contract_id: str | None = None
    customer_id: str | None = None
    site_id: str | None = None
    method: Method = Method.EMAIL
    urls: tuple[tuple[int, str], ...] = ((1, DIRECT_URL),)
    use_vrf: str | None = None
    enabled: bool = False

    @property
    def url(self) -> str | None:
        """Where licensing messages go: the URL of the lowest index."""
        return self.urls[0][1] if self.urls else None

    def with_url(self, index: int, url: str) -> "Callhome":
        """Return the block with a URL at an index, instead of the one that was there."""
        return replace(self, urls=tuple(sorted({**dict(self.urls), index: url}.items())))


@dataclass(frozen=True, slots=True)
class Configuration:
    """All of a switch's running configuration.

    Attributes:
        features: the names that `feature` turned on.
        changed_at: when a configuration command was last done; None since the last restart.
    """

    host_name: str = FACTORY_HOST_NAME
    smart: bool = False
    level: Level = Level.ESSENTIALS
    features: frozenset[str] = frozenset()
    callhome: Callhome = field(default_factory=Callhome)
    changed_at: datetime | None = None


FACTORY = Configuration()
