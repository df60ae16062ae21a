"""Keys of on-prems: certified by their manager, for as long as their use, and by nobody else."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509

from licet.kernel.chance import SeededChance, draw_uuid
from licet.kernel.ids import AccountId, AuthorityId, InstanceId, Udi
from licet.kernel.problems import Code, RulesBroken
from licet.kernel.time import DAY, HOUR, epoch_seconds
from licet.pki.authority import (
    DATED_BACK,
    ISSUING_LIVES,
    AuthorityKeys,
    begin_epoch,
    found_authority,
    issuer_due,
    renew_keys,
    rotate_issuer,
    rotate_root,
)
from licet.pki.issuer import draw_serial
from licet.pki.profiles import QUIET, Profile
from licet.pki.sites import (
    SiteCertificates,
    SitePrivate,
    certify_site,
    draw_site,
    renewed_site,
    site_keys,
)
from licet.pki.trust import sign_trust_list
from licet.pki.verifier import Verified, verify_chain
from licet.wire.keys import draw_key, public_bytes, to_base64
from licet.wire.messages import TrustList
from support.sites import certified, founded_site

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
CHANCE = SeededChance("sites")
MANAGER = found_authority(name="Example", chance=CHANCE, now=NOW)
SITE = AuthorityId(draw_uuid(CHANCE))
OTHER = AuthorityId(draw_uuid(CHANCE))
PRIVATE = draw_site(CHANCE)
LEASE_ENDS = NOW + 90 * DAY


def made(
    keys: AuthorityKeys = MANAGER,
    *,
    site: AuthorityId = SITE,
    private: SitePrivate = PRIVATE,
    now: datetime = NOW,
    removal_days: int = 90,
) -> SiteCertificates:
    """Let the manager certify the site's keys."""
    return certified(keys, private, site=site, now=now, removal_days=removal_days, chance=CHANCE)


def site(now: datetime = NOW) -> AuthorityKeys:
    """Return the keys of the site as it begins."""
    return founded_site(MANAGER, PRIVATE, site=SITE, now=now, chance=CHANCE)


def says(keys: AuthorityKeys, chain: tuple[bytes, ...], profile: Profile, at: datetime) -> Verified:
    """Return what a chain says to who believes the newest trust list of `keys`."""
    return verify_chain(chain, roots=(keys.root,), profile=profile, at=at)


def device(keys: AuthorityKeys, now: datetime) -> tuple[bytes, ...]:
    """Return the chain of a device that a site certifies."""
    leaf = keys.issuer.device_certificate(
        key=public_bytes(draw_key(CHANCE).public_key()),
        serial=draw_serial(CHANCE),
        instance=InstanceId(draw_uuid(CHANCE)),
        udi=Udi("N9K", "FDO1"),
        account=AccountId(keys.authority),
        not_before=now - DATED_BACK,
        not_after=now - DATED_BACK + 365 * DAY,
    )
    return (leaf, *keys.issuing_chain)


def test_each_certificate_lives_as_long_as_its_use() -> None:
    """A site would grant beyond its lease, or could not certify a device on its last good day."""
    given = made()
    ends = {
        name: x509.load_der_x509_certificate(der).not_valid_after_utc
        for name, der in (("sub_ca", given.sub_ca), ("answer", given.answer), ("sync", given.sync))
    }
    assert ends == {
        "sub_ca": NOW + 90 * DAY + QUIET,
        "answer": LEASE_ENDS,
        "sync": NOW + 90 * DAY,
    }
    begins = x509.load_der_x509_certificate(given.sub_ca).not_valid_before_utc
    assert begins == NOW - DATED_BACK


def test_the_longest_silence_still_fits() -> None:
    """An on-prem that may be silent for a year could not be taken on."""
    given = made(removal_days=364)
    chain = (given.sub_ca, *given.issuing_chain)
    found = says(MANAGER, chain, Profile.SUBCA, NOW + 364 * DAY)
    assert found.account == AccountId(SITE)


def test_a_site_certifies_devices_to_its_last_day() -> None:
    """Devices behind a site that is nearly late would be refused before it is."""
    keys = site()
    last = NOW + 90 * DAY
    chain = device(keys, last)
    assert says(MANAGER, chain, Profile.DEVICE, last + 365 * DAY - HOUR).account == AccountId(SITE)
    with pytest.raises(ValueError, match="issues nothing any more"):
        device(keys, last + 2 * HOUR)


def test_a_site_can_certify_until_it_is_removed_whenever_it_was_certified() -> None:
    """A site that hears nothing for a year would register no products, and nobody knew why."""
    latest = issuer_due(MANAGER) - HOUR
    certificate = x509.load_der_x509_certificate(made(now=latest, removal_days=364).sub_ca)
    assert certificate.not_valid_after_utc - QUIET >= latest + 364 * DAY - HOUR


def test_an_issuing_ca_near_its_end_certifies_no_site() -> None:
    """A site would be taken on with certificates that end before anybody chose."""
    late = NOW + ISSUING_LIVES - QUIET + HOUR
    with pytest.raises(ValueError, match="issues nothing any more"):
        made(now=late)


def test_nothing_of_a_site_outlives_the_issuing_ca() -> None:
    """Chains of the site would be refused as a whole."""
    late = NOW + ISSUING_LIVES - QUIET - DAY
    given = made(now=late)
    ends = x509.load_der_x509_certificate(MANAGER.issuing_chain[0]).not_valid_after_utc
    assert x509.load_der_x509_certificate(given.sub_ca).not_valid_after_utc == ends
    says(MANAGER, (given.sub_ca, *given.issuing_chain), Profile.SUBCA, late)


def test_a_lease_that_has_ended_is_not_certified() -> None:
    """A site that was to be stopped would get an answer certificate of yesterday."""
    with pytest.raises(ValueError, match="cannot be valid from"):
        certify_site(
            MANAGER,
            site=SITE,
            name="Plant",
            sub_ca=public_bytes(PRIVATE.sub_ca.public_key()),
            answer=public_bytes(PRIVATE.answer.public_key()),
            sync=public_bytes(PRIVATE.sync.public_key()),
            lease_ends_at=NOW - DAY,
            removal_days=90,
            chance=CHANCE,
            now=NOW,
        )


def test_a_site_is_told_from_a_manager() -> None:
    """A manager's rules would be applied to an on-prem: its keys would be renewed by itself."""
    keys = site()
    assert keys.is_site
    assert not MANAGER.is_site
    assert (keys.authority, keys.root, keys.root_key) == (SITE, MANAGER.root, None)
    assert len(keys.issuing_chain) == 2
    for step in (renew_keys, rotate_issuer, rotate_root):
        with pytest.raises(ValueError, match=r"kept elsewhere|may not issue"):
            step(keys, chance=CHANCE, now=NOW + 365 * DAY)


def test_a_site_speaks_in_its_own_name() -> None:
    """Devices, or the manager, would not believe the site."""
    keys = site()
    assert keys.sync is not None
    answers = says(MANAGER, keys.answer_chain, Profile.ANSWER, NOW)
    writes = says(MANAGER, keys.sync.chain, Profile.SYNC, NOW)
    assert answers.authority == writes.authority == SITE
    assert answers.spki == public_bytes(keys.answer_key.public_key())
    assert writes.spki == public_bytes(keys.sync.key.public_key())


def test_a_new_epoch_of_a_site_is_like_any_other() -> None:
    """A restored on-prem would not know what registered behind its backup."""
    keys = site()
    restored = begin_epoch(keys, backup_at=NOW, now=NOW + DAY)
    assert restored.epoch > keys.epoch
    assert len(restored.gaps) == 1
    assert restored.sync == keys.sync


@pytest.mark.parametrize("part", ["sub_ca", "answer", "sync"])
@pytest.mark.parametrize(
    ("of", "why"),
    [
        (made(site=OTHER), "is for another site"),
        (made(private=draw_site(CHANCE)), "over another key than the site's"),
    ],
)
def test_certificates_of_another_site_are_refused(
    part: str, of: SiteCertificates, why: str
) -> None:
    """A mix-up of two authorization files would be found by the devices, weeks later."""
    mixed = replace(made(), **{part: getattr(of, part)})
    with pytest.raises(RulesBroken, match=why):
        site_keys(
            PRIVATE,
            mixed,
            MANAGER.trust_lists,
            site=SITE,
            name="Plant",
            chance=CHANCE,
            now=NOW,
        )
    with pytest.raises(RulesBroken, match=why):
        renewed_site(site(), mixed, (), now=NOW)


def test_a_certificate_in_the_place_of_another_is_refused() -> None:
    """A site would answer with a certificate that no device reads."""
    given = made()
    with pytest.raises(RulesBroken, match="not a sync certificate"):
        renewed_site(site(), replace(given, sync=given.answer), (), now=NOW)


def test_certificates_of_another_manager_are_refused() -> None:
    """Somebody on the way could make the site a site of theirs."""
    stranger = found_authority(name="Stranger", chance=CHANCE, now=NOW)
    with pytest.raises(RulesBroken, match="trusted root"):
        renewed_site(site(), made(stranger), (), now=NOW)
    with pytest.raises(RulesBroken, match="trusted root"):
        site_keys(
            PRIVATE, made(), stranger.trust_lists, site=SITE, name="P", chance=CHANCE, now=NOW
        )
    with pytest.raises(RulesBroken, match="no trust list"):
        site_keys(PRIVATE, made(), (), site=SITE, name="P", chance=CHANCE, now=NOW)


def test_certificates_of_another_time_are_refused() -> None:
    """An old authorization file would be taken long after it ended."""
    with pytest.raises(RulesBroken) as broken:
        founded_site(MANAGER, PRIVATE, site=SITE, now=NOW + 91 * DAY, made_at=NOW, chance=CHANCE)
    assert broken.value.code is Code.CERTIFICATE_EXPIRED


def test_a_synchronization_renews_over_the_same_keys() -> None:
    """A site would fall silent after its first lease, or devices would not know it any more."""
    before, now = site(), NOW + 30 * DAY
    after = renewed_site(before, made(now=now), MANAGER.trust_lists, now=now)
    assert after.answer_key is before.answer_key
    assert after.issuing_key is before.issuing_key
    assert says(MANAGER, after.answer_chain, Profile.ANSWER, now + 90 * DAY).authority == SITE
    assert after.trust_lists == before.trust_lists
    assert after.master_keys == before.master_keys
    again = renewed_site(after, made(now=now), MANAGER.trust_lists, now=now)
    assert again.trust_lists == after.trust_lists


def test_a_manager_is_not_renewed_by_synchronization() -> None:
    """A response that reached the wrong directory would take a manager's keys away."""
    with pytest.raises(ValueError, match="certifies itself"):
        renewed_site(MANAGER, made(), (), now=NOW)


@pytest.mark.parametrize("rotations", [1, 3])
def test_a_site_follows_its_managers_roots(rotations: int) -> None:
    """A new root at the manager would need a visit to every on-prem, and to each of its devices."""
    before, manager, now = site(), MANAGER, NOW + 30 * DAY
    old = device(before, NOW)
    for _ in range(rotations):
        manager = rotate_root(manager, chance=CHANCE, now=now)
    after = renewed_site(before, made(manager, now=now), manager.trust_lists, now=now)
    assert after.root == manager.root
    assert after.trust_lists == manager.trust_lists
    assert after.accepted_roots == manager.accepted_roots
    says(manager, after.answer_chain, Profile.ANSWER, now)
    says(manager, device(after, now), Profile.DEVICE, now)
    verify_chain(old, roots=after.accepted_roots, profile=Profile.DEVICE, at=now)
    begun = site_keys(
        PRIVATE,
        made(manager, now=now),
        manager.trust_lists,
        site=SITE,
        name="P",
        chance=CHANCE,
        now=now,
    )
    assert begun.accepted_roots == after.accepted_roots


def test_roots_are_followed_in_order_and_with_their_certificates_only() -> None:
    """A forged or half delivered list would cut the site off from its devices."""
    now = NOW + 30 * DAY
    once = rotate_root(MANAGER, chance=CHANCE, now=now)
    twice = rotate_root(once, chance=CHANCE, now=now)
    stranger = rotate_root(
        found_authority(name="Stranger", chance=CHANCE, now=NOW), chance=CHANCE, now=now
    )
    before = site()
    for lists, why in (
        (twice.trust_lists[2:], "does not follow"),
        (stranger.trust_lists[1:], "not signed by a root of the version before"),
    ):
        with pytest.raises(RulesBroken, match=why):
            renewed_site(before, made(twice, now=now), lists, now=now)
    with pytest.raises(RulesBroken, match="trusted root"):
        renewed_site(before, made(now=now), once.trust_lists, now=now)
    with pytest.raises(RulesBroken, match="brings no certificates"):
        renewed_site(before, None, once.trust_lists, now=now)
    assert renewed_site(before, None, MANAGER.trust_lists, now=now) == before


def test_two_roots_in_force_leave_the_one_that_certifies() -> None:
    """Tokens of the site would name a root that its certificates do not lead to."""
    two = two_roots(MANAGER)
    keys = site_keys(
        PRIVATE,
        made(two),
        two.trust_lists,
        site=SITE,
        name="P",
        chance=CHANCE,
        now=NOW,
    )
    assert keys.root == MANAGER.root
    assert set(keys.accepted_roots) == set(two.accepted_roots)


def two_roots(keys: AuthorityKeys) -> AuthorityKeys:
    """Return a manager whose newest list has a second root, in front of the one that certifies."""
    spare = found_authority(name="Spare", chance=CHANCE, now=NOW)
    assert keys.root_key is not None
    assert spare.root_key is not None
    content = TrustList(
        version=2,
        roots=(to_base64(spare.root), to_base64(keys.root)),
        not_before=epoch_seconds(NOW),
        not_after=epoch_seconds(NOW + timedelta(days=3650)),
    )
    signed = sign_trust_list(content, [spare.root_key, keys.root_key])
    return replace(
        keys,
        trust_lists=(*keys.trust_lists, signed),
        accepted_roots=(*keys.accepted_roots, spare.root),
    )
