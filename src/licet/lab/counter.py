"""Where a line about an authority is handled: the authority's office, and the lab it stands in."""

from dataclasses import dataclass

from licet.lab.lab import Lab
from licet.lab.office import Office


@dataclass(frozen=True, slots=True)
class Counter:
    """What lines that begin with an authority's name act on."""

    lab: Lab
    office: Office
