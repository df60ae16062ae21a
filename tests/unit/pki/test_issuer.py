"""The issuer signs what it is told, within the table of profiles and its own life."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from cryptography import x509

from licet.kernel.chance import SeededChance
from licet.pki.issuer import Issuer, draw_serial
from licet.pki.profiles import QUIET, RULES, YEAR, Profile
from licet.pki.verifier import verify_chain
from licet.wire.keys import public_bytes
from support.certificates import ACCOUNT, AUTHORITY, INSTANCE, NOW, UDI, Estate

ESTATE = Estate()
ENDS = NOW + 5 * YEAR  # of the issuing CA
KEY = public_bytes(ESTATE.key.public_key())


def device(issuer: Issuer, begins: datetime, ends: datetime, key: bytes = KEY) -> bytes:
    """Let an issuer certify a device."""
    return issuer.device_certificate(
        key=key,
        serial=7,
        instance=INSTANCE,
        udi=UDI,
        account=ACCOUNT,
        not_before=begins,
        not_after=ends,
    )


def answer(issuer: Issuer, begins: datetime, ends: datetime) -> bytes:
    """Let an issuer certify an answer key."""
    return issuer.answer_certificate(
        key=KEY, serial=7, authority=AUTHORITY, not_before=begins, not_after=ends
    )


def sync(issuer: Issuer, begins: datetime, ends: datetime) -> bytes:
    """Let an issuer certify a key to synchronize with."""
    return issuer.sync_certificate(
        key=KEY, serial=7, authority=AUTHORITY, not_before=begins, not_after=ends
    )


def subca(issuer: Issuer, begins: datetime, ends: datetime) -> bytes:
    """Let an issuer certify a sub-CA."""
    return issuer.subca_certificate(
        key=KEY, serial=7, name="Site", account=ACCOUNT, not_before=begins, not_after=ends
    )


def issuing(issuer: Issuer, begins: datetime, ends: datetime) -> bytes:
    """Let an issuer certify an issuing CA."""
    return issuer.issuing_certificate(
        key=KEY, serial=7, name="Example", not_before=begins, not_after=ends
    )


Method = Callable[[Issuer, datetime, datetime], bytes]


@pytest.mark.parametrize("method", [device, answer, sync, subca])
def test_nothing_outlives_its_issuer(method: Method) -> None:
    """A certificate would be refused before its end, on a day that nobody chose."""
    begins = ENDS - QUIET
    made = x509.load_der_x509_certificate(method(ESTATE.issuing, begins, begins + 2 * YEAR))
    assert made.not_valid_after_utc == ENDS


@pytest.mark.parametrize("method", [device, answer, sync, subca])
def test_an_issuing_ca_issues_nothing_in_its_last_13_months(method: Method) -> None:
    """A certificate would end early without anybody having chosen that."""
    begins = ENDS - QUIET + timedelta(seconds=1)
    with pytest.raises(ValueError, match="issues nothing any more"):
        method(ESTATE.issuing, begins, begins + timedelta(days=90))


@pytest.mark.parametrize("method", [answer, sync, subca, issuing])
def test_a_sub_ca_certifies_devices_only(method: Method) -> None:
    """An on-prem would make certificates that every device refuses."""
    with pytest.raises(ValueError, match="a sub-ca may not issue"):
        method(ESTATE.subca, NOW, NOW + timedelta(days=90))


def test_a_root_certifies_issuing_cas_only() -> None:
    """The root's key would have to be at hand every day."""
    root = Issuer(ESTATE.root_key, (ESTATE.root,))
    issuing(root, NOW, NOW + YEAR)
    for method in (answer, sync, subca, device):
        with pytest.raises(ValueError, match="a root may not issue"):
            method(root, NOW, NOW + timedelta(days=90))
    with pytest.raises(ValueError, match="a issuing may not issue"):
        issuing(ESTATE.issuing, NOW, NOW + YEAR)


def test_a_device_is_no_issuer() -> None:
    """A mix-up of two files would be found by the devices."""
    with pytest.raises(ValueError, match="not the certificate of a CA"):
        Issuer(ESTATE.key, ESTATE.device())


def test_lives_are_within_the_table() -> None:
    """A slip in a date would make a certificate for life."""
    for ends in (NOW + RULES[Profile.DEVICE].longest + timedelta(seconds=1), NOW, NOW - YEAR):
        with pytest.raises(ValueError, match="cannot be valid from"):
            device(ESTATE.issuing, NOW, ends)


def test_only_p256_keys_are_certified() -> None:
    """A device would hold a certificate whose key the verifier refuses."""
    for key in (b"", KEY[:-1], KEY + b"\0"):
        with pytest.raises(ValueError, match=r".+"):
            device(ESTATE.issuing, NOW, NOW + YEAR, key)


def test_the_same_order_gives_the_same_certificate() -> None:
    """A repeated decision would carry another certificate each time."""
    assert device(ESTATE.issuing, NOW, NOW + YEAR) == device(ESTATE.issuing, NOW, NOW + YEAR)


def test_whatever_is_issued_verifies() -> None:
    """An authority would issue what its own verifier refuses."""
    for method, profile in (
        (device, Profile.DEVICE),
        (answer, Profile.ANSWER),
        (sync, Profile.SYNC),
    ):
        for begins in (NOW, ENDS - QUIET):
            leaf = method(ESTATE.issuing, begins, begins + 2 * YEAR)
            chain = (leaf, *ESTATE.issuing.chain)
            found = verify_chain(chain, roots=(ESTATE.root,), profile=profile, at=begins)
            assert found.not_before == begins


def test_serials_are_positive_and_short_enough() -> None:
    """Other software refuses serial numbers of more than 20 octets (RFC 5280, 4.1.2.2)."""
    chance = SeededChance("serials")
    drawn = {draw_serial(chance) for _ in range(500)}
    assert len(drawn) == 500
    assert all(0 < serial < 1 << 159 for serial in drawn)
