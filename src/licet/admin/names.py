"""What people call the licenses of the catalog: by name, by tag, or by the name in the tag."""

from collections.abc import Iterable

from licet.admin.naming import offer, suggest
from licet.admin.refusal import AdminRefused
from licet.kernel.ids import Tag, tag_name
from licet.ledger.model import License


class LicenseNames:
    """The catalog as people name it; names are compared without regard to case.

    Args:
        catalog: all of it.
    """

    def __init__(self, catalog: Iterable[License]) -> None:
        self._entries: dict[Tag, License] = {}
        self._named: dict[str, list[Tag]] = {}
        self._labeled: dict[str, list[Tag]] = {}
        self._wrong: dict[str, str] = {}
        for entry in catalog:
            self._entries[entry.tag] = entry
            self._named.setdefault(entry.name.casefold(), []).append(entry.tag)
            self._labeled.setdefault(tag_name(entry.tag).casefold(), []).append(entry.tag)

    def find(self, text: str) -> License:
        """Return the license that a text names.

        Raises:
            AdminRefused: none is called so, or more than one; the text says which there are.
        """
        entry = self._entries.get(Tag(text))
        if entry is not None:
            return entry
        found = self._named.get(text.casefold()) or self._labeled.get(text.casefold()) or []
        if len(found) == 1:
            return self._entries[found[0]]
        if text not in self._wrong:
            self._wrong[text] = self._why_not(text, found)
        raise AdminRefused(self._wrong[text])

    def _why_not(self, text: str, found: list[Tag]) -> str:
        if found:
            return f"'{text}' is the name of {len(found)} licenses; give the tag: {offer(found)}"
        if not self._entries:
            return f"the catalog is empty and knows no license '{text}'; import one: catalog import"
        names = (entry.name for entry in self._entries.values())
        near = suggest(text, names)
        return f"the catalog knows no license '{text}'{near or '; see: catalog list'}"
