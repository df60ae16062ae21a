"""Where lines about an authority are handled: its office, and the lab that it stands in."""

from dataclasses import dataclass
from typing import Protocol

from licet.lab.lab import Lab
from licet.lab.manager_office import ManagerOffice
from licet.lab.office import Office
from licet.lab.plant import Plant


class Counter(Protocol):
    """What lines about an account act on, at a manager and at an on-prem."""

    @property
    def lab(self) -> Lab:
        """The lab."""
        ...

    @property
    def office(self) -> Office:
        """What administrators do in the account that is meant."""
        ...


@dataclass(frozen=True, slots=True)
class ManagerCounter:
    """What lines that begin with a manager's name act on."""

    lab: Lab
    office: ManagerOffice


@dataclass(frozen=True, slots=True)
class PlantCounter:
    """What lines that begin with an on-prem's name act on."""

    lab: Lab
    plant: Plant

    @property
    def office(self) -> Office:
        """That of the local account that is meant."""
        return self.plant.office
