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
# What may be an address is withheld, whatever stands before or behind it: too much rather than a part.
_HEX = "[0-9A-Fa-f]"
_MAC = rf"(?:{_HEX}{{2}}[:-]){{5,}}{_HEX}{{2}}"
_MAC_DOTTED = rf"{_HEX}{{4}}(?:\.{_HEX}{{4}}){{2,}}"
_IPV4 = r"\d{1,3}(?:\.\d{1,3}){3,}(?:/\d{1,2})?"
_MAPPED = rf"(?:{_HEX}{{0,4}}:){{2,7}}{_IPV4}"
_GROUPS = rf"(?:{_HEX}{{1,4}}(?::{_HEX}{{1,4}}){{0,7}})?"
_IPV6 = rf"(?:(?:{_HEX}{{1,4}}:){{7,}}{_HEX}{{1,4}}|{_GROUPS}::{_GROUPS})(?:/\d{{1,3}})?"
_ADDRESS = re.compile(f"{_MAC}|{_MAC_DOTTED}|{_MAPPED}|{_IPV4}|{_IPV6}", re.ASCII)


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
        return _ADDRESS.sub(WITHHELD, text) if self.privacy.addresses else text


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
