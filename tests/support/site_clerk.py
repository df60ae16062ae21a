"""A person at a manager's command line, and the on-prem Plant that they have to do with."""

import shlex
from collections.abc import Sequence
from pathlib import Path

from typing_extensions import override

from licet.ledger.model import Event
from licet.shell.site import Site
from support.applicant import Applicant
from support.clerk import WHO, Clerk
from support.office import LAN, Customer, Office
from support.sites import SiteOffice, populate


class SiteClerk(Clerk):
    """Types lines behind `licet manager`.

    Attributes:
        plant: an on-prem with three products and ten licenses, of which nothing is known yet.
        place: the virtual account that is its own.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self.office = Office()
        self.plant = SiteOffice(self.office)
        self.place = Customer(self.office.example.account, self.plant.enroll())
        self.office.give(LAN, 10, at=self.place)
        at = self.plant.example
        populate(self.plant.store, at.virtual, 3, account=at.account, tag=LAN, now=self.plant.now)

    @property
    @override
    def site(self) -> Site:
        office = self.office
        return Site(office.store, lambda _=None: office.keys, WHO, office.now, office.chance)

    @override
    def events(self) -> Sequence[Event]:
        return self.office.events()

    def file(self, data: bytes, name: str = "file.yml") -> str:
        """Return the name of a file with these bytes, as it is typed."""
        path = self.folder / name
        path.write_bytes(data)
        return shlex.quote(str(path))

    def applicant(self, name: str = "Mine", place: str = "Mine", **more: str) -> Applicant:
        """Return somebody who wants to be taken on."""
        return Applicant(
            self.office.chance, self.office.now, name=name, virtual_account=place, **more
        )
