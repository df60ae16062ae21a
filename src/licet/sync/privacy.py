"""What a site withholds from what goes up: names of hosts and people, and addresses.

What is withheld never enters a document: the bytes that leave do not hold it, by network or by file.
"""

import re
from dataclasses import dataclass

from licet.ledger.sites import Privacy
from licet.wire.sites import Withheld

WITHHELD = "withheld by the site"
# The ledger's own names for who acts; everybody else is a person, or speaks of what is around it.
_OWN = {"sweep", "the manager"}
_DEVICE = "device PID:"
# Every spelling has a longest form, so that a text is looked through in proportion to its length.
_HEX = "[0-9A-Fa-f]"
_GROUP = f"{_HEX}{{1,4}}"
_PREFIX = r"(?:/\d{1,3})?"
_IPV4 = rf"\d{{1,3}}(?:\.\d{{1,3}}){{3}}{_PREFIX}"
_SPELLINGS = tuple(
    re.compile(f"(?=({spelling}))", re.ASCII)
    for spelling in (
        f"(?:{_HEX}{{2}}[:-]){{5}}{_HEX}{{2}}",
        rf"{_HEX}{{4}}(?:\.{_HEX}{{4}}){{2}}",
        _IPV4,
        f"(?:{_GROUP}:){{7}}{_GROUP}{_PREFIX}",
        f"(?:{_GROUP}:){{6}}{_IPV4}",
        f"(?:(?:{_GROUP}:){{1,7}}:|::)(?:{_GROUP}(?::{_GROUP}){{0,6}})?{_PREFIX}",
    )
)


@dataclass(frozen=True, slots=True)
class Screen:
    """Lets through what may go up.

    A product instance is called by its host name, so that either switch withholds that.
    """

    privacy: Privacy

    def host_name(self, name: str | None) -> str | None:
        """Return a host name as it goes up; None where it does not."""
        if self.privacy.host_names or self.privacy.instance_names or name is None:
            return None
        return self._without_addresses(name)

    def who(self, who: str) -> str:
        """Return who acted as it goes up."""
        if self.privacy.user_names and not _is_own(who):
            return WITHHELD
        return self.subject(who)

    def text(self, text: str, who: str) -> str:
        """Return what happened as it goes up; `who` did it.

        What a person did can quote anything: a name, a note, an alert. Where any name is withheld, so
        is the whole of it; what products and the ledger do by themselves names products and licenses.
        """
        privacy = self.privacy
        names = privacy.user_names or privacy.host_names or privacy.instance_names
        return WITHHELD if names and not _is_own(who) else self.subject(text)

    def subject(self, subject: str) -> str:
        """Return what it happened to as it goes up."""
        return self._without_addresses(subject)

    def _without_addresses(self, text: str) -> str:
        return _withhold_addresses(text) if self.privacy.addresses else text


def _withhold_addresses(text: str) -> str:
    """Return a text without whatever belongs to what can be read as an address.

    What begins at every character is looked at: `10.0.0.1/00` must not hide that it is two digits of a
    MAC address. So too much is withheld rather than a part.
    """
    spans = sorted(found.span(1) for spelling in _SPELLINGS for found in spelling.finditer(text))
    pieces: list[str] = []
    end = 0
    for since, until in spans:
        if not pieces or since > end:
            pieces += text[end:since], WITHHELD
        end = max(end, until)
    return "".join((*pieces, text[end:]))


def _is_own(who: str) -> bool:
    return who in _OWN or who.startswith(_DEVICE)


def say_withheld(privacy: Privacy) -> Withheld:
    """Return what is withheld, as documents say it."""
    return Withheld(
        host_names=privacy.host_names,
        addresses=privacy.addresses,
        instance_names=privacy.instance_names,
        user_names=privacy.user_names,
    )


def hear_withheld(withheld: Withheld) -> Privacy:
    """Return what a document says is withheld."""
    return Privacy(
        withheld.host_names, withheld.addresses, withheld.instance_names, withheld.user_names
    )
