"""Trust lists: the gate opens only forward, one legal step after the other."""

from dataclasses import replace

import msgspec
import pytest

from licet.kernel.chance import SeededChance
from licet.kernel.problems import RulesBroken
from licet.kernel.time import DAY, epoch_seconds
from licet.pki.authority import (
    ANSWER_RENEWED_AFTER,
    AuthorityKeys,
    found_authority,
    keys_due,
    renew_keys,
    rotate_issuer,
    rotate_master_key,
    rotate_root,
)
from licet.pki.profiles import QUIET, YEAR, Profile
from licet.pki.trust import admit, mark_of, pin, root_marks, sign_trust_list
from licet.pki.verifier import verify_chain
from licet.wire.keys import PrivateKey, draw_key, to_base64
from licet.wire.messages import SignedTrustList, TrustList
from support.certificates import NOW

CHANCE = SeededChance("trust")
FIRST = found_authority(name="Example", chance=CHANCE, now=NOW)
SECOND = rotate_root(FIRST, chance=CHANCE, now=NOW)
THIRD = rotate_root(SECOND, chance=CHANCE, now=NOW)
PINNED = pin(FIRST.trust_lists, mark=mark_of(FIRST.root))


def test_pinning_and_following_two_rotations() -> None:
    """A device that was away would not come back."""
    trust = admit(PINNED, THIRD.trust_lists)
    assert (trust.version, trust.roots) == (3, (THIRD.root,))
    assert trust.former == (mark_of(FIRST.root), mark_of(SECOND.root))
    assert pin(THIRD.trust_lists, mark=mark_of(FIRST.root)).roots == (THIRD.root,)
    assert pin(THIRD.trust_lists, mark=mark_of(THIRD.root)).version == 3


def test_older_lists_change_nothing() -> None:
    """An old list, replayed, would bring a retired root back."""
    trust = admit(PINNED, THIRD.trust_lists)
    assert admit(trust, FIRST.trust_lists) == trust
    assert admit(trust, ()) == trust


def test_a_gap_is_refused() -> None:
    """A list could be slipped in that nobody of the version between vouched for."""
    with pytest.raises(RulesBroken, match="does not follow"):
        admit(PINNED, THIRD.trust_lists[2:])


def _forged(
    *keys: PrivateKey | None, root: bytes, more: tuple[bytes, ...] = (), version: int = 2
) -> SignedTrustList:
    content = TrustList(
        version=version,
        roots=tuple(to_base64(der) for der in (root, *more)),
        not_before=epoch_seconds(NOW),
        not_after=epoch_seconds(NOW + YEAR),
    )
    return sign_trust_list(content, [key for key in keys if key is not None])


def test_a_list_without_the_signature_of_the_version_before_is_refused() -> None:
    """Anybody could name themselves root."""
    stranger = found_authority(name="Stranger", chance=CHANCE, now=NOW)
    forged = _forged(stranger.root_key, root=stranger.root)
    with pytest.raises(RulesBroken, match="version before"):
        admit(PINNED, [forged])


def test_a_list_without_the_signature_of_its_own_root_is_refused() -> None:
    """A root could be named whose key nobody holds, and every device would be stranded."""
    forged = _forged(FIRST.root_key, root=SECOND.root)
    with pytest.raises(RulesBroken, match="each of its own roots"):
        admit(PINNED, [forged])


def test_a_list_with_another_content_than_was_signed_is_refused() -> None:
    """A signature would cover something else than it is believed to."""
    signed = SECOND.trust_lists[1]
    for field, value in (("not_after", signed.list.not_after + 1), ("not_before", 0)):
        changed = msgspec.structs.replace(
            signed, list=msgspec.structs.replace(signed.list, **{field: value})
        )
        with pytest.raises(RulesBroken):
            admit(PINNED, [changed])


def test_a_list_that_is_never_valid_is_refused() -> None:
    """A mistake of the operator would go out to the fleet."""
    content = TrustList(
        version=2, roots=(to_base64(FIRST.root),), not_before=epoch_seconds(NOW), not_after=1
    )
    assert FIRST.root_key is not None
    with pytest.raises(RulesBroken, match="never valid"):
        admit(PINNED, [sign_trust_list(content, [FIRST.root_key])])


def test_two_roots_stand_in_for_each_other() -> None:
    """One lost root key would end the trust of every device."""
    both = _forged(FIRST.root_key, SECOND.root_key, root=FIRST.root, more=(SECOND.root,))
    trust = admit(PINNED, [both])
    assert (trust.roots, trust.former) == ((FIRST.root, SECOND.root), ())
    for key in (FIRST.root_key, SECOND.root_key):
        next_one = _forged(key, THIRD.root_key, root=THIRD.root, version=3)
        assert admit(trust, [next_one]).roots == (THIRD.root,)
    lacking = _forged(FIRST.root_key, root=FIRST.root, more=(SECOND.root,))
    with pytest.raises(RulesBroken, match="each of its own roots"):
        admit(PINNED, [lacking])


def test_lists_out_of_order_are_refused_and_copies_passed_over() -> None:
    """A step could be taken that the step before did not vouch for."""
    first, second, third = THIRD.trust_lists
    with pytest.raises(RulesBroken, match="does not follow"):
        admit(PINNED, (third, second))
    assert admit(PINNED, (first, second, second, first, third, third)).version == 3


def test_a_list_that_has_ended_is_still_a_step() -> None:
    """A device that lay in a box for years could only be saved by a factory reset."""
    late = rotate_root(FIRST, chance=CHANCE, now=NOW + 25 * YEAR)
    assert late.trust_lists[0].list.not_after < epoch_seconds(NOW + 25 * YEAR)
    assert admit(PINNED, late.trust_lists).roots == (late.root,)


def test_a_list_after_a_bad_one_counts_for_nothing() -> None:
    """Half an answer would be believed."""
    stranger = found_authority(name="Stranger", chance=CHANCE, now=NOW)
    forged = _forged(stranger.root_key, root=stranger.root)
    with pytest.raises(RulesBroken):
        admit(PINNED, [forged, *SECOND.trust_lists])
    assert PINNED.roots == (FIRST.root,)


def test_a_signature_in_another_roots_name_is_none() -> None:
    """A stranger could sign as the root that everybody trusts."""
    good = SECOND.trust_lists[1]
    swapped = tuple(
        msgspec.structs.replace(one, signature=other.signature)
        for one, other in zip(good.signatures, good.signatures[::-1], strict=True)
    )
    spoiled = tuple(
        msgspec.structs.replace(one, signature="A" * len(one.signature)) for one in good.signatures
    )
    for signatures in (swapped, spoiled, (), good.signatures[:1], good.signatures[1:]):
        with pytest.raises(RulesBroken):
            admit(PINNED, [msgspec.structs.replace(good, signatures=signatures)])


def test_only_a_root_certificate_can_be_a_root() -> None:
    """A mistake of the operator would strand the fleet: no chain leads to such a root."""
    listed = _forged(FIRST.root_key, FIRST.issuing_key, root=FIRST.issuing_chain[0])
    with pytest.raises(RulesBroken, match="not a root certificate"):
        admit(PINNED, [listed])


def test_whatever_stands_for_a_root_is_refused_with_a_reason() -> None:
    """An answer that nobody signed could end a device's agent."""
    for position in range(len(SECOND.root)):
        damaged = bytearray(SECOND.root)
        damaged[position] ^= 0x11
        listed = _forged(FIRST.root_key, SECOND.root_key, root=bytes(damaged))
        with pytest.raises(RulesBroken):
            admit(PINNED, [listed])
        with pytest.raises(RulesBroken):
            pin([listed], mark=mark_of(SECOND.root))


def test_pinning_needs_the_root_that_the_token_names() -> None:
    """A device would trust whichever root it is shown first."""
    with pytest.raises(RulesBroken, match="no trust list holds"):
        pin(FIRST.trust_lists, mark=mark_of(SECOND.root))
    stranger = draw_key(CHANCE)
    forged = msgspec.structs.replace(
        FIRST.trust_lists[0],
        signatures=sign_trust_list(FIRST.trust_lists[0].list, [stranger]).signatures,
    )
    with pytest.raises(RulesBroken, match="each of its own roots"):
        pin([forged], mark=mark_of(FIRST.root))


def _answers(keys: AuthorityKeys, roots: tuple[bytes, ...], at: object = NOW) -> bool:
    verified = verify_chain(
        keys.answer_chain,
        roots=roots,
        profile=Profile.ANSWER,
        at=at,  # type: ignore[arg-type]
    )
    return verified.authority == keys.authority


def test_the_answer_certificate_is_renewed_in_time_and_after_a_clock_was_set_back() -> None:
    """An authority would stop being believed on a quiet Sunday."""
    due = keys_due(FIRST)
    assert due == NOW + ANSWER_RENEWED_AFTER
    assert renew_keys(FIRST, chance=CHANCE, now=due - DAY) == FIRST
    renewed = renew_keys(FIRST, chance=CHANCE, now=due)
    assert _answers(renewed, (FIRST.root,), due + 80 * DAY)
    earlier = NOW + 10 * DAY
    back = renew_keys(renewed, chance=CHANCE, now=earlier)
    assert _answers(back, (FIRST.root,), earlier)


def test_the_issuing_ca_is_replaced_before_it_falls_silent() -> None:
    """Registrations would stop five years after the installation."""
    late = NOW + 6 * YEAR - QUIET
    renewed = renew_keys(FIRST, chance=CHANCE, now=late)
    assert renewed.issuing_chain != FIRST.issuing_chain
    assert renewed.trust_lists == FIRST.trust_lists
    assert _answers(renewed, (FIRST.root,), late)


def test_rotations_keep_what_they_must() -> None:
    """A rotation would cut off tokens or devices of the time before."""
    assert SECOND.accepted_roots == (FIRST.root, SECOND.root)
    assert root_marks(admit(PINNED, SECOND.trust_lists)) == (mark_of(SECOND.root),)
    assert rotate_issuer(FIRST, chance=CHANCE, now=NOW).root == FIRST.root
    rotated = rotate_master_key(FIRST, chance=CHANCE)
    assert [number for number, _ in rotated.master_keys] == [1, 2]
    assert rotated.master_keys[0] == FIRST.master_keys[0]


def test_forty_years_go_by_without_a_person() -> None:
    """The authority would fall silent one day, or turn in circles, with nobody left who knows why."""
    keys, now, trust = FIRST, NOW, PINNED
    while now < NOW + 40 * YEAR:
        due = max(keys_due(keys), now + 20 * DAY)
        assert due <= now + ANSWER_RENEWED_AFTER
        now = due
        keys = renew_keys(keys, chance=CHANCE, now=now)
        assert keys_due(keys) > now
        trust = admit(trust, keys.trust_lists)
        assert _answers(keys, trust.roots, now)
    assert len(keys.trust_lists) > 2
    assert keys.master_keys == FIRST.master_keys


def test_an_authority_without_its_root_key_says_so() -> None:
    """The operator would learn of the root that is kept elsewhere from a stack trace."""
    offline = replace(FIRST, root_key=None)
    for rotate in (rotate_root, rotate_issuer):
        with pytest.raises(ValueError, match="kept elsewhere"):
            rotate(offline, chance=CHANCE, now=NOW)
    assert renew_keys(offline, chance=CHANCE, now=keys_due(offline)).root_key is None


def test_the_same_chance_founds_the_same_authority() -> None:
    """A seed could not replay a simulation."""
    one, other = (
        found_authority(name="Example", chance=SeededChance("same"), now=NOW) for _ in range(2)
    )
    assert one.answer_chain == other.answer_chain
    assert (one.root, one.authority) == (other.root, other.authority)
    assert one.trust_lists == other.trust_lists
    assert one.master_keys == other.master_keys
