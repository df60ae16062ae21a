"""Devices in virtual time behind a site of an on-prem (`harness`)."""

from datetime import datetime

from licet.agent.events import Enable, Register, Request
from licet.agent.tables import Authorization
from licet.kernel.ids import Udi
from licet.kernel.time import DAY, HOUR
from licet.pki.sites import renewed_site
from licet.wire.tokens import print_token
from support.harness import START, Device
from support.office import LAN, Office
from support.sites import SiteOffice, certified


class Plant:
    """A site as the harness's devices ask it, with five licenses and a lease of 90 days."""

    def __init__(self) -> None:
        self.manager = Office(now=START)
        self.site = SiteOffice(self.manager)
        self.site.give(LAN, 5)

    def answer(self, requests: list[bytes], now: datetime) -> list[bytes]:
        """Answer requests; nobody renews its certificates."""
        self.site.now = now
        return self.site.post(*requests)

    def synchronize(self, now: datetime) -> None:
        """Bring new certificates, trust lists and a new lease, as a synchronization does."""
        site = self.site
        newer = certified(
            self.manager.keys, site.private, site=site.site, now=now, chance=site.chance
        )
        lists = self.manager.keys.trust_lists
        site.keys = renewed_site(site.keys, newer, lists, now=now)
        site.endpoint.keys = site.keys
        site.set(lease_ends_at=now + 90 * DAY, restored=False)


def behind(plant: Plant, sn: str = "FDO21120U5B") -> Device:
    """Return a device that asks a plant."""
    return Device(plant, udi=Udi("N9K-C93180YC-EX", sn))  # type: ignore[arg-type]


def registered() -> tuple[Device, Plant]:
    """Return a device that uses one license of a plant."""
    plant = Plant()
    device = behind(plant)
    device.runtime.handle(Enable())
    device.runtime.handle(Request(LAN))
    device.runtime.handle(Register(print_token(plant.site.token())))
    device.advance(HOUR)
    assert device.view().authorization.state is Authorization.AUTHORIZED
    return device, plant
