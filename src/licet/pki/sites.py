"""The keys of on-prems: a manager certifies those of a site, and the site lives on them.

A *site* is a local account of an on-prem: an authority of its own, whose id is also the one account
that its device certificates may name. It draws three keys, for its sub-CA, its answers and its
synchronization, and keeps them; their certificates are made anew at every synchronization
(PROTOCOL.md 1 and 5).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from licet.kernel.chance import Chance
from licet.kernel.ids import AccountId, AuthorityId
from licet.kernel.problems import Code, RulesBroken
from licet.kernel.time import DAY
from licet.pki.authority import DATED_BACK, MASTER_KEY_BYTES, AuthorityKeys, SyncSigner
from licet.pki.issuer import draw_serial
from licet.pki.profiles import QUIET, Profile
from licet.pki.trust import Trust, admit, own_roots
from licet.pki.verifier import verify_chain
from licet.wire.keys import PrivateKey, draw_key, public_bytes
from licet.wire.messages import SignedTrustList


@dataclass(frozen=True, slots=True)
class SitePrivate:
    """The private keys of a site."""

    sub_ca: PrivateKey
    answer: PrivateKey
    sync: PrivateKey


@dataclass(frozen=True, slots=True)
class SiteCertificates:
    """The certificates over the keys of a site, DER.

    Attributes:
        issuing_chain: of the issuing CA that signed all three, without the root.
    """

    sub_ca: bytes
    answer: bytes
    sync: bytes
    issuing_chain: tuple[bytes, ...]


def certify_site(
    keys: AuthorityKeys,
    *,
    site: AuthorityId,
    name: str,
    sub_ca: bytes,
    answer: bytes,
    sync: bytes,
    lease_ends_at: datetime,
    removal_days: int,
    chance: Chance,
    now: datetime,
) -> SiteCertificates:
    """Return certificates over the keys of a site, each for as long as its use.

    The sub-CA can issue until the site is removed for its silence, and outlives what it issued. The
    answer certificate ends with the lease: from then on nothing that the site grants is believed.
    The sync certificate ends when the site is removed.

    Args:
        keys: the manager's.
        site: its id.
        name: of its on-prem, in the name of its sub-CA.
        sub_ca: the key of its sub-CA, SubjectPublicKeyInfo DER.
        answer: the key of its answers, likewise.
        sync: the key of its synchronization, likewise.
        lease_ends_at: of the lease that goes with them.
        removal_days: so long it may be silent.
        chance: where serial numbers come from.
        now: the manager's instant.

    Raises:
        ValueError: the issuing CA is in its last 13 months, a key is not P-256, or the lease has
            ended.
    """
    issuer = keys.issuer
    begins = now - DATED_BACK
    removed_at = now + removal_days * DAY
    return SiteCertificates(
        sub_ca=issuer.subca_certificate(
            key=sub_ca,
            serial=draw_serial(chance),
            name=name,
            account=AccountId(site),
            not_before=begins,
            not_after=removed_at + QUIET,
        ),
        answer=issuer.answer_certificate(
            key=answer,
            serial=draw_serial(chance),
            authority=site,
            not_before=begins,
            not_after=lease_ends_at,
        ),
        sync=issuer.sync_certificate(
            key=sync,
            serial=draw_serial(chance),
            authority=site,
            not_before=begins,
            not_after=removed_at,
        ),
        issuing_chain=issuer.chain,
    )


def draw_site(chance: Chance) -> SitePrivate:
    """Draw the keys of a new site."""
    return SitePrivate(draw_key(chance), draw_key(chance), draw_key(chance))


def site_keys(
    private: SitePrivate,
    certificates: SiteCertificates,
    trust_lists: Sequence[SignedTrustList],
    *,
    site: AuthorityId,
    name: str,
    chance: Chance,
    now: datetime,
) -> AuthorityKeys:
    """Return the keys that a site begins with, once its manager has taken it on.

    The first trust list is vouched for by nothing but its own roots: who calls has compared the
    fingerprint, or had the mark of a root in an invitation.

    Args:
        private: its keys.
        certificates: over them.
        trust_lists: all of its manager's, oldest first.
        site: its id.
        name: of the local account.
        chance: where the first token master key comes from.
        now: the site's instant.

    Raises:
        RulesBroken: a list is not legal, or a certificate is not for this site and this key.
    """
    if not trust_lists:
        raise _bad("no trust list")
    own_roots(trust_lists[0])
    trusted = _admitted((trust_lists[0],), trust_lists[1:])
    return AuthorityKeys(
        authority=site,
        name=name,
        epoch=0,
        root_key=None,
        root=_check(certificates, private, site, own_roots(trusted[-1]), now),
        trust_lists=trusted,
        issuing_key=private.sub_ca,
        issuing_chain=(certificates.sub_ca, *certificates.issuing_chain),
        answer_key=private.answer,
        answer_chain=(certificates.answer, *certificates.issuing_chain),
        master_keys=((1, chance.random_bytes(MASTER_KEY_BYTES)),),
        accepted_roots=_every_root(trusted),
        sync=SyncSigner(private.sync, (certificates.sync, *certificates.issuing_chain)),
    )


def renewed_site(
    keys: AuthorityKeys,
    certificates: SiteCertificates | None,
    trust_lists: Sequence[SignedTrustList],
    *,
    now: datetime,
) -> AuthorityKeys:
    """Return the keys of a site after a synchronization: newer certificates over the same keys.

    Args:
        keys: the site's.
        certificates: None where the manager sent none.
        trust_lists: oldest first; those that are held already are passed over.
        now: the site's instant.

    Raises:
        RulesBroken: a list is not legal, a certificate is not for this site and this key, or what
            the site is certified by is not trusted any more; nothing was changed.
        ValueError: they are a manager's keys.
    """
    if keys.sync is None:
        raise ValueError("a manager certifies itself")
    trusted = _admitted(keys.trust_lists, trust_lists)
    roots = own_roots(trusted[-1])
    renewed = replace(keys, trust_lists=trusted, accepted_roots=_every_root(trusted))
    if certificates is None:
        if keys.root not in roots:
            raise _bad("its root is not trusted any more, and it brings no certificates of another")
        return renewed
    private = SitePrivate(keys.issuing_key, keys.answer_key, keys.sync.key)
    return replace(
        renewed,
        root=_check(certificates, private, keys.authority, roots, now),
        issuing_chain=(certificates.sub_ca, *certificates.issuing_chain),
        answer_chain=(certificates.answer, *certificates.issuing_chain),
        sync=SyncSigner(private.sync, (certificates.sync, *certificates.issuing_chain)),
    )


def _check(
    certificates: SiteCertificates,
    private: SitePrivate,
    site: AuthorityId,
    roots: tuple[bytes, ...],
    now: datetime,
) -> bytes:
    """Return the root that all three certificates lead to, if each is what it should be."""
    whole = (
        (Profile.SUBCA, certificates.sub_ca, private.sub_ca),
        (Profile.ANSWER, certificates.answer, private.answer),
        (Profile.SYNC, certificates.sync, private.sync),
    )
    for profile, certificate, key in whole:
        chain = (certificate, *certificates.issuing_chain)
        found = verify_chain(chain, roots=roots, profile=profile, at=now)
        if found.spki != public_bytes(key.public_key()):
            raise _bad(f"the {profile} certificate is over another key than the site's")
        if site not in (found.authority, found.account):
            raise _bad(f"the {profile} certificate is for another site")
    chain = (certificates.sync, *certificates.issuing_chain)
    return next(root for root in roots if _leads_to(chain, root, now))


def _leads_to(chain: tuple[bytes, ...], root: bytes, now: datetime) -> bool:
    try:
        verify_chain(chain, roots=(root,), profile=Profile.SYNC, at=now)
    except RulesBroken:
        return False
    return True


def _admitted(
    held: tuple[SignedTrustList, ...], more: Sequence[SignedTrustList]
) -> tuple[SignedTrustList, ...]:
    """Return all lists, with what is newer than those that are held."""
    trust = Trust(held[-1].list.version, own_roots(held[-1]), ())
    for signed in more:
        if signed.list.version > trust.version:
            trust = admit(trust, (signed,))
            held = (*held, signed)
    return held


def _every_root(lists: tuple[SignedTrustList, ...]) -> tuple[bytes, ...]:
    return tuple(dict.fromkeys(root for signed in lists for root in own_roots(signed)))


def _bad(why: str) -> RulesBroken:
    return RulesBroken(Code.BAD_CERTIFICATE, why)
