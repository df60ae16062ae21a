"""Trust lists: which licensing roots count; the gate admits only legal, newer ones, in order.

As TUF's root metadata: a list is signed by a root of the version before it, and by every root of
its own. So a root that is lost, or stolen, can be replaced by another one of the same list, and
nobody can name a root whose key they do not hold.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization

from licet.kernel.problems import Code, RulesBroken
from licet.pki.verifier import check_root
from licet.wire.codec import encode
from licet.wire.keys import (
    PrivateKey,
    PublicKey,
    from_base64,
    from_base64url,
    load_public,
    sign_bytes,
    signature_fits,
    thumbprint,
    to_base64url,
)
from licet.wire.messages import RootSignature, SignedTrustList, TrustList
from licet.wire.tokens import root_mark


@dataclass(frozen=True, slots=True)
class Trust:
    """The trust list in force.

    Attributes:
        version: 0 before the first one.
        roots: root certificates in DER.
        former: marks of roots that were trusted once; tokens made then still name them.
    """

    version: int
    roots: tuple[bytes, ...]
    former: tuple[str, ...]


def mark_of(root: bytes) -> str:
    """Return the mark that tokens carry of a root certificate (DER)."""
    return root_mark(_spki(root))


def root_marks(trust: Trust) -> tuple[str, ...]:
    """Return the marks of the roots in force."""
    return tuple(mark_of(root) for root in trust.roots)


def sign_trust_list(content: TrustList, keys: Sequence[PrivateKey]) -> SignedTrustList:
    """Return a trust list with the signatures of roots: one of the version before, all its own."""
    data = encode(content)
    signatures = tuple(
        RootSignature(
            root=thumbprint(key.public_key()), signature=to_base64url(sign_bytes(key, data))
        )
        for key in keys
    )
    return SignedTrustList(list=content, signatures=signatures)


def pin(lists: Sequence[SignedTrustList], *, mark: str) -> Trust:
    """Return the trust that begins with the root that an ID token names by its mark.

    Raises:
        RulesBroken: no list holds that root and is signed by all its own, or a later one is not
            legal.
    """
    for number, first in enumerate(lists):
        roots = own_roots(first)
        if mark in (mark_of(root) for root in roots):
            trust = Trust(first.list.version, roots, ())
            return admit(trust, lists[number + 1 :])
    raise _bad("no trust list holds the licensing root that the ID token names")


def admit(trust: Trust, lists: Sequence[SignedTrustList]) -> Trust:
    """Return the trust after newer lists, oldest first; ones that are not newer are passed over.

    The end of a list's validity is not looked at here: a device that was away for years must be
    able to follow the chain, and each step is vouched for by the step before.

    Raises:
        RulesBroken: a version is missing, or a list lacks a signature.
    """
    for signed in lists:
        version = signed.list.version
        if version <= trust.version:
            continue
        if version != trust.version + 1:
            raise _bad(f"trust list {version} does not follow {trust.version}")
        if not any(_has_signed(signed, _key(root)) for root in trust.roots):
            raise _bad(f"trust list {version} is not signed by a root of the version before")
        roots = own_roots(signed)
        gone = tuple(mark_of(root) for root in trust.roots if root not in roots)
        trust = Trust(version, roots, (*trust.former, *gone))
    return trust


def own_roots(signed: SignedTrustList) -> tuple[bytes, ...]:
    """Return a list's roots (DER), each of which must have signed it.

    Raises:
        RulesBroken: one has not, or they are no licensing roots.
    """
    try:
        roots = tuple(from_base64(text) for text in signed.list.roots)
        keys = [_key(root) for root in roots]
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion) as error:
        raise _bad(f"trust list {signed.list.version}: {str(error)[:120]}") from error
    if signed.list.not_before >= signed.list.not_after:
        raise _bad(f"trust list {signed.list.version} is never valid")
    for root in roots:
        check_root(root)
    if not all(_has_signed(signed, key) for key in keys):
        raise _bad(f"trust list {signed.list.version} is not signed by each of its own roots")
    return roots


def _has_signed(signed: SignedTrustList, key: PublicKey) -> bool:
    name, data = thumbprint(key), encode(signed.list)
    for given in signed.signatures:
        if given.root == name:
            try:
                return signature_fits(key, data, from_base64url(given.signature))
            except ValueError:
                return False
    return False


def _key(root: bytes) -> PublicKey:
    return load_public(_spki(root))


def _spki(root: bytes) -> bytes:
    key = x509.load_der_x509_certificate(root).public_key()
    return key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def _bad(why: str) -> RulesBroken:
    return RulesBroken(Code.BAD_CERTIFICATE, why)
