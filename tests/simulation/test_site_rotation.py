"""Devices behind an on-prem follow their manager's new roots, though they never speak to it."""

import pytest

from licet.agent.events import Enable, Register, RenewAuthorization, RenewCertificate
from licet.agent.tables import Authorization, Registration
from licet.kernel.time import DAY
from licet.pki.authority import rotate_root
from licet.wire.tokens import print_token
from support.harness import START
from support.plant import behind, registered


@pytest.mark.parametrize("rotations", [1, 2])
def test_a_new_root_reaches_devices_through_the_site(rotations: int) -> None:
    """A root rotation would need a visit to every device behind every on-prem."""
    device, plant = registered()
    token = plant.site.token()
    for _ in range(rotations):
        device.advance(20 * DAY)
        now = START + device.clock.passed
        manager = plant.manager
        manager.keys = rotate_root(manager.keys, chance=manager.chance, now=now)
    device.runtime.handle(RenewAuthorization())
    assert device.agent._core.trust.version == 1, "nobody has told the site yet"
    plant.synchronize(START + device.clock.passed)
    device.runtime.handle(RenewAuthorization())
    assert device.view().authorization.state is Authorization.AUTHORIZED
    assert device.agent._core.trust.roots == (plant.manager.keys.root,)
    device.runtime.handle(RenewCertificate())
    renewal = device.view().registration.last_renewal
    assert renewal is not None
    assert renewal.ok
    newcomer = behind(plant, "FDO9")
    newcomer.clock.passed = device.clock.passed
    newcomer.runtime.handle(Enable())
    newcomer.runtime.handle(Register(print_token(token)))
    assert newcomer.view().registration.state is Registration.COMPLETE, "an older token is good"
