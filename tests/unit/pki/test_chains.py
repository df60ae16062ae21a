"""The verifier over good chains, and over every bad one that we could think of."""

from datetime import timedelta

import pytest
from cryptography import x509

from licet.kernel.problems import Code, RulesBroken
from licet.pki.profiles import YEAR, Profile
from licet.pki.verifier import check_root, verify_chain
from support.certificates import ACCOUNT, AUTHORITY, INSTANCE, NOW, UDI, Estate, Recipe
from support.chains import BAD, ESTATE, GOOD, Chain, issuing_by, issuing_recipe

ROOTS = (ESTATE.root,)


@pytest.mark.parametrize("name", GOOD)
def test_a_good_chain_is_accepted(name: str) -> None:
    """Honest devices and authorities would be refused."""
    make, profile = GOOD[name]
    assert verify_chain(make(), roots=ROOTS, profile=profile, at=NOW).profile is profile


@pytest.mark.parametrize("name", BAD)
def test_a_bad_chain_is_refused(name: str) -> None:
    """Somebody could speak as a device or an authority who is none."""
    bad = BAD[name]
    with pytest.raises(RulesBroken) as broken:
        verify_chain(bad.make(), roots=ROOTS, profile=bad.profile, at=NOW)
    assert broken.value.code is bad.code
    assert bad.says in broken.value.detail


def test_a_device_chain_says_who_it_is() -> None:
    """A message would be counted for another device."""
    found = verify_chain(ESTATE.device(), roots=ROOTS, profile=Profile.DEVICE, at=NOW)
    assert (found.instance, found.udi, found.account) == (INSTANCE, UDI, ACCOUNT)
    assert found.authority is None
    assert found.key.public_numbers() == ESTATE.key.public_key().public_numbers()
    assert found.not_after == NOW + timedelta(days=364)


def test_an_answer_chain_says_whose_it_is() -> None:
    """A device could not tell who answered."""
    for chain, profile in ((ESTATE.answer(), Profile.ANSWER), (ESTATE.sync(), Profile.SYNC)):
        found = verify_chain(chain, roots=ROOTS, profile=profile, at=NOW)
        assert (found.authority, found.instance, found.udi) == (AUTHORITY, None, None)


@pytest.mark.parametrize(
    ("chain", "profile"),
    [
        (ESTATE.device(ESTATE.subca), Profile.DEVICE),
        (ESTATE.answer(), Profile.ANSWER),
    ],
)
def test_every_flipped_bit_of_a_certificate_is_refused(chain: Chain, profile: Profile) -> None:
    """A certificate could be changed and still be good."""
    verify_chain(chain, roots=ROOTS, profile=profile, at=NOW)
    for place, der in enumerate(chain):
        for position in range(len(der)):
            for bit in range(8):
                damaged = bytearray(der)
                damaged[position] ^= 1 << bit
                flipped = (*chain[:place], bytes(damaged), *chain[place + 1 :])
                with pytest.raises(RulesBroken):
                    verify_chain(flipped, roots=ROOTS, profile=profile, at=NOW)


def test_every_cut_or_lengthened_certificate_is_refused() -> None:
    """Bytes that nobody signed would travel along."""
    leaf, *above = ESTATE.device()
    for damaged in (*(leaf[:end] for end in range(len(leaf))), leaf + b"\0", leaf + leaf):
        with pytest.raises(RulesBroken):
            verify_chain((damaged, *above), roots=ROOTS, profile=Profile.DEVICE, at=NOW)


def test_no_flipped_bit_of_the_root_leads_anywhere() -> None:
    """A damaged root in a device's store would end the process, or be trusted."""
    chain = ESTATE.device()
    for position in range(len(ESTATE.root)):
        damaged = bytearray(ESTATE.root)
        damaged[position] ^= 1
        with pytest.raises(RulesBroken):
            check_root(bytes(damaged))
        with pytest.raises(RulesBroken):
            verify_chain(chain, roots=(bytes(damaged),), profile=Profile.DEVICE, at=NOW)


def test_one_of_several_roots_is_enough() -> None:
    """Devices certified before a rotation of the root would be lost."""
    newer = Estate()
    roots = (newer.root, ESTATE.root)
    chain = ESTATE.device()
    assert verify_chain(chain, roots=roots, profile=Profile.DEVICE, at=NOW).instance == INSTANCE
    with pytest.raises(RulesBroken, match="trusted root"):
        verify_chain(chain, roots=(), profile=Profile.DEVICE, at=NOW)


def test_what_is_remembered_of_a_ca_never_hides_its_end() -> None:
    """A chain that was good once would be good for ever."""
    chain = ESTATE.device()
    verify_chain(chain, roots=ROOTS, profile=Profile.DEVICE, at=NOW)
    for late in (NOW + YEAR, NOW + 30 * YEAR, NOW - 2 * YEAR):
        with pytest.raises(RulesBroken) as broken:
            verify_chain(chain, roots=ROOTS, profile=Profile.DEVICE, at=late)
        assert broken.value.code is Code.CERTIFICATE_EXPIRED


def test_a_root_counts_only_while_it_is_valid() -> None:
    """A chain would be good before its root was, on a device whose clock is wrong by years."""
    key, early = ESTATE.other, NOW - YEAR - timedelta(days=1)
    top = issuing_by(issuing_recipe(key, not_before=early), key)()[1]
    issuer = x509.load_der_x509_certificate(top)
    chain = (Recipe(not_before=early).make(issuer, key, ESTATE.key), top)
    verify_chain(chain, roots=ROOTS, profile=Profile.DEVICE, at=NOW - YEAR)
    with pytest.raises(RulesBroken) as broken:
        verify_chain(chain, roots=ROOTS, profile=Profile.DEVICE, at=early)
    assert broken.value.code is Code.CERTIFICATE_EXPIRED


def test_the_first_and_the_last_second_count() -> None:
    """Two sides would disagree for a second."""
    chain = ESTATE.device()
    for at in (NOW - timedelta(days=1), NOW + timedelta(days=364)):
        verify_chain(chain, roots=ROOTS, profile=Profile.DEVICE, at=at)
    for at in (NOW - timedelta(days=1, seconds=1), NOW + timedelta(days=364, seconds=1)):
        with pytest.raises(RulesBroken):
            verify_chain(chain, roots=ROOTS, profile=Profile.DEVICE, at=at)


def test_only_a_root_is_a_root() -> None:
    """A trust list could name an issuing CA as root, which then could not be replaced."""
    check_root(ESTATE.root)
    for der in (ESTATE.issuing.chain[0], ESTATE.device()[0], b"", b"\x30\x00"):
        with pytest.raises(RulesBroken):
            check_root(der)
