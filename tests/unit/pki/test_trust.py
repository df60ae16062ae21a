"""Trust lists: the gate opens only forward, one legal step after the other."""

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
from licet.wire.keys import draw_key, to_base64
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


def _forged(*keys: object, root: bytes) -> SignedTrustList:
    content = TrustList(
        version=2,
        roots=(to_base64(root),),
        not_before=epoch_seconds(NOW),
        not_after=epoch_seconds(NOW + YEAR),
    )
    return sign_trust_list(content, keys)  # type: ignore[arg-type]


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
