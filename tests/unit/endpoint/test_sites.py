"""Whose devices an authority hears: those that it certified itself, and no other's."""

from dataclasses import replace

import pytest

from licet.endpoint.endpoint import Call
from licet.kernel.ids import AccountId, InstanceId
from licet.kernel.problems import Code
from licet.kernel.time import DAY
from licet.pki.authority import DATED_BACK, AuthorityKeys
from licet.pki.issuer import Issuer, draw_serial
from licet.wire.keys import public_bytes
from licet.wire.messages import Authorized, Explained, Left, Problem, Registered, Renewed
from support.device import AUTHORIZE, EXPLAIN, RENEW, Device
from support.office import LAN, Office
from support.sites import SiteOffice


@pytest.fixture
def manager() -> Office:
    """A manager with one account."""
    return Office()


@pytest.fixture
def site(manager: Office) -> SiteOffice:
    """A site of it."""
    return SiteOffice(manager)


def chain_of(office: Office, device: Device, issuer: Issuer, account: AccountId) -> Device:
    """Return a registered device with a certificate that somebody else has made for it."""
    leaf = issuer.device_certificate(
        key=public_bytes(device.key.public_key()),
        serial=draw_serial(office.chance),
        instance=InstanceId(device.instance),
        udi=device.udi,
        account=account,
        not_before=office.now - DATED_BACK,
        not_after=office.now + 100 * DAY,
    )
    return replace(device, chain=(leaf, *issuer.chain))


def problem(office: Office, device: Device, request: bytes) -> tuple[Code, str]:
    """Hand a request in that is refused; return the code and its detail."""
    outcome = office.ask(device, request)
    assert isinstance(outcome, Problem), outcome
    return outcome.code, outcome.detail


def test_a_site_serves_its_devices_like_any_authority(site: SiteOffice) -> None:
    """Nothing behind an on-prem would ever be licensed."""
    site.give(LAN, 5)
    device = site.registered()
    assert len(device.chain) == 3
    own = device.certificate(at=site.now)
    assert own.account == AccountId(site.keys.authority)
    for kind, outcome in ((AUTHORIZE, Authorized), (RENEW, Renewed), (EXPLAIN, Explained)):
        assert isinstance(site.say(device, kind, (LAN, 1)), outcome)
    assert site.in_use(LAN) == 1
    assert isinstance(site.ask(device, device.leave(now=site.now)), Left)
    assert site.in_use(LAN) == 0


def foreign(manager: Office, site: SiteOffice, whose: str) -> tuple[Office, Device]:
    """Return an authority and its device, with a certificate that another authority has made."""
    other = SiteOffice(manager, seed="other")
    issuers: dict[str, tuple[Office, AuthorityKeys]] = {
        "a site's at the manager": (manager, site.keys),
        "the manager's at a site": (site, manager.keys),
        "another site's at a site": (site, other.keys),
    }
    office, keys = issuers[whose]
    account = AccountId(keys.authority)
    return office, chain_of(office, office.registered(), keys.issuer, account)


@pytest.mark.parametrize(
    "whose",
    ["a site's at the manager", "the manager's at a site", "another site's at a site"],
)
def test_who_was_certified_by_another_authority_is_refused(
    manager: Office, site: SiteOffice, whose: str
) -> None:
    """An on-prem could speak for instances of its manager, or of another customer's on-prem."""
    office, device = foreign(manager, site, whose)
    refused = (Code.BAD_CERTIFICATE, "it was issued by another authority")
    for kind in (AUTHORIZE, RENEW, EXPLAIN):
        assert problem(office, device, device.say(kind, (LAN, 1), now=office.now)) == refused
    assert problem(office, device, device.leave(now=office.now)) == refused
    assert office.instance(device) is not None
    newcomer = office.device("A9")
    newcomer.notes = (device.leave(now=office.now),)
    assert isinstance(office.register(newcomer), Registered)
    assert office.instance(device) is not None, "a carried note of the same kind frees nothing"
    assert any(refused[1] in event.text for event in office.events())


def test_a_site_cannot_certify_for_another_account(manager: Office, site: SiteOffice) -> None:
    """A stolen sub-CA would be good for every customer of the vendor."""
    device = site.registered()
    stranger = AccountId(manager.example.account)
    forged = chain_of(site, device, site.keys.issuer, stranger)
    code, why = problem(site, forged, forged.say(AUTHORIZE, (LAN, 1), now=site.now))
    assert (code, why) == (Code.BAD_CERTIFICATE, "its name is not permitted by its issuer")


def test_a_request_for_another_authority_is_told_so(manager: Office, site: SiteOffice) -> None:
    """A device at the wrong address would be told that its certificate is bad."""
    device = manager.registered()
    [reply] = site.endpoint.handle(
        [Call(device.say(AUTHORIZE, (LAN, 1), now=site.now))], now=site.now
    )
    assert reply.problem is Code.WRONG_AUTHORITY
