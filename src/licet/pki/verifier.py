"""Verifies chains by walking them itself over the table of profiles.

A path library's policy does not know our private usages, and `cryptography`'s refuses the critical
directoryName constraint of sub-CAs (PROTOCOL.md 1). `openssl verify` is the oracle in the tests.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.x509.oid import ExtensionOID, NameOID, ObjectIdentifier

from licet.kernel.ids import AccountId, AuthorityId, InstanceId, Udi, check_udi
from licet.kernel.problems import Code, RulesBroken
from licet.pki.issuer import AUTHORITY_URI, key_usage
from licet.pki.profiles import RULES, Profile
from licet.wire.keys import PublicKey, check_curve, public_bytes

_ES256 = ec.ECDSA(hashes.SHA256())
# AlgorithmIdentifier of ecdsa-with-SHA256 in DER (RFC 5758, 3.2).
_ALGORITHM = bytes.fromhex("300a06082a8648ce3d040302")
# These are always critical, and no other one is ever.
_CRITICAL = {
    ExtensionOID.BASIC_CONSTRAINTS,
    ExtensionOID.KEY_USAGE,
    ExtensionOID.EXTENDED_KEY_USAGE,
    ExtensionOID.NAME_CONSTRAINTS,
}
_NAMED = {Profile.ANSWER, Profile.SYNC}  # whose name is a URI in the subjectAltName
_CHAIN_MAX = 3
# What `cryptography` raises over bytes that are no certificate.
_UNREADABLE = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)


@dataclass(frozen=True, slots=True)
class Verified:
    """What a certificate says whose chain leads to a trusted root.

    Attributes:
        key, spki: the certified key, and its SubjectPublicKeyInfo DER.
        instance, udi: with a device certificate; else None.
        account: with a device certificate, and the only one that a sub-CA may name; else None.
        authority: with an answer or sync certificate; else None.
    """

    profile: Profile
    key: PublicKey
    spki: bytes
    instance: InstanceId | None
    udi: Udi | None
    account: AccountId | None
    authority: AuthorityId | None
    not_before: datetime
    not_after: datetime


@dataclass(frozen=True, slots=True)
class _Parsed:
    certificate: x509.Certificate
    key: PublicKey
    spki: bytes
    subject: x509.Name
    issuer: x509.Name
    not_before: datetime
    not_after: datetime
    permitted: tuple[x509.Name, ...]
    key_id: bytes | None
    issuer_key_id: bytes | None


def verify_chain(
    chain: tuple[bytes, ...], *, roots: tuple[bytes, ...], profile: Profile, at: datetime
) -> Verified:
    """Return what the first certificate of `chain` says.

    Args:
        chain: DER, the leaf first, then its issuers, without the root.
        roots: trusted root certificates, DER.
        profile: what the leaf must be.
        at: the instant at which every certificate must be valid.

    Raises:
        RulesBroken: `certificate-expired` where all is well but the time; `bad-certificate` for
            everything else, with the reason.
    """
    try:
        return _walk(chain, roots, profile, at)
    except _UNREADABLE as error:
        # Parts of a certificate are taken apart only when they are looked at.
        raise _bad(str(error)[:120]) from error


def verify_ended(
    chain: tuple[bytes, ...], *, roots: tuple[bytes, ...], profile: Profile
) -> Verified:
    """Return what the first certificate of `chain` said in its last second.

    For what was signed while it was good and is read later; `verify_chain` has found that all is
    well but the time.

    Raises:
        RulesBroken: as `verify_chain` does.
    """
    try:
        end = x509.load_der_x509_certificate(chain[0]).not_valid_after_utc
    except _UNREADABLE as error:
        raise _bad(str(error)[:120]) from error
    return verify_chain(chain, roots=roots, profile=profile, at=end)


def check_root(der: bytes) -> None:
    """Pass if `der` can be a licensing root: of that profile, and signed by its own key.

    Raises:
        RulesBroken: it cannot.
    """
    try:
        _parse_root(der)
    except _UNREADABLE as error:
        raise _bad(str(error)[:120]) from error


def _walk(
    chain: tuple[bytes, ...], roots: tuple[bytes, ...], profile: Profile, at: datetime
) -> Verified:
    if not 2 <= len(chain) <= _CHAIN_MAX:  # noqa: PLR2004 - a leaf and its issuer at the least
        raise _bad(f"a chain of {len(chain)} certificates")
    above = _profile_of_issuer(chain)
    if above not in RULES[profile].issuers:
        raise _bad(f"a {above} may not issue a {profile} certificate")
    leaf = _parse(chain[0], profile)
    issuers = [_parse_ca(chain[1], above)]
    if len(chain) == _CHAIN_MAX:
        issuers.append(_parse_ca(chain[2], Profile.ISSUING))
    _check_pair(leaf, issuers[0])
    _check_signature(leaf, issuers[0])
    for child, der, parent, parent_der in zip(
        issuers, chain[1:], issuers[1:], chain[2:], strict=False
    ):
        _check_pair(child, parent)
        if not _is_signed_by(der, parent_der, Profile.SUBCA, Profile.ISSUING):
            raise _bad("its issuer's signature does not verify")
    root = _find_root(issuers[-1], chain[-1], roots)
    _check_constraints(leaf, issuers)
    for parsed in (leaf, *issuers, root):
        _check_time(parsed, at)
    return _facts(leaf, profile)


def _profile_of_issuer(chain: tuple[bytes, ...]) -> Profile:
    return Profile.SUBCA if len(chain) == _CHAIN_MAX else Profile.ISSUING


def _bad(why: str) -> RulesBroken:
    return RulesBroken(Code.BAD_CERTIFICATE, why)


def _parse(der: bytes, profile: Profile) -> _Parsed:
    """Take one certificate apart and hold it against its profile."""
    certificate = x509.load_der_x509_certificate(der)
    key = check_curve(certificate.public_key())
    spki = public_bytes(key)
    extensions = certificate.extensions
    canonical = _encode(certificate) == der
    if not canonical:
        raise _bad("not in canonical DER, or not signed with ecdsa-with-SHA256")
    if certificate.version is not x509.Version.v3 or certificate.serial_number <= 0:
        raise _bad("not an X.509 version 3 certificate with a positive serial number")
    found = _by_oid(extensions)
    permitted = _check_extensions(found, profile)
    not_before, not_after = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if not_after - not_before > RULES[profile].longest:
        raise _bad(f"valid for longer than a {profile} certificate may be")
    # Each of these is taken apart anew whenever it is looked at: once is enough.
    names = certificate.subject, certificate.issuer
    return _Parsed(
        certificate, key, spki, *names, not_before, not_after, permitted, *_key_ids(found)
    )


def _encode(certificate: x509.Certificate) -> bytes:
    """Return the one DER that these parts can have, signed with ecdsa-with-SHA256."""
    r, s = decode_dss_signature(certificate.signature)
    signature = b"\x00" + encode_dss_signature(r, s)
    body = certificate.tbs_certificate_bytes + _ALGORITHM + _tlv(0x03, signature)
    return _tlv(0x30, body)


def _tlv(tag: int, value: bytes) -> bytes:
    size = len(value)
    if size < 0x80:  # noqa: PLR2004 - DER's short form
        return bytes((tag, size)) + value
    length = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes((tag, 0x80 | len(length))) + length + value


_Found = dict[ObjectIdentifier, x509.ExtensionType]


def _by_oid(extensions: x509.Extensions) -> _Found:
    for extension in extensions:
        if extension.critical and extension.oid not in _CRITICAL:
            raise _bad(f"unknown critical extension {extension.oid.dotted_string}")
        if extension.oid in _CRITICAL and not extension.critical:
            raise _bad(f"extension {extension.oid.dotted_string} is not critical")
    return {extension.oid: extension.value for extension in extensions}


def _check_extensions(found: _Found, profile: Profile) -> tuple[x509.Name, ...]:
    """Hold the extensions against the profile and return the permitted names, if constrained."""
    rules = RULES[profile]
    if found.get(ExtensionOID.BASIC_CONSTRAINTS) != x509.BasicConstraints(
        rules.ca, rules.path_length
    ):
        raise _bad(f"not a {profile} certificate: basic constraints")
    if found.get(ExtensionOID.KEY_USAGE) != key_usage(ca=rules.ca):
        raise _bad(f"not a {profile} certificate: key usage")
    extended = found.get(ExtensionOID.EXTENDED_KEY_USAGE)
    given = list(extended) if isinstance(extended, x509.ExtendedKeyUsage) else []
    if given != ([] if rules.usage is None else [rules.usage]):
        raise _bad(f"not a {profile} certificate: extended key usage")
    # A name beside the subject would pass by the name constraint of a sub-CA.
    if (ExtensionOID.SUBJECT_ALTERNATIVE_NAME in found) is not (profile in _NAMED):
        raise _bad(f"not a {profile} certificate: alternative name")
    constraints = found.get(ExtensionOID.NAME_CONSTRAINTS)
    if (constraints is not None) is not (profile is Profile.SUBCA):
        raise _bad(f"not a {profile} certificate: name constraints")
    return _permitted(constraints) if isinstance(constraints, x509.NameConstraints) else ()


def _key_ids(found: _Found) -> tuple[bytes | None, bytes | None]:
    """Return the identifiers of a certificate's own key and of its issuer's."""
    own = found.get(ExtensionOID.SUBJECT_KEY_IDENTIFIER)
    issuer = found.get(ExtensionOID.AUTHORITY_KEY_IDENTIFIER)
    return (
        own.digest if isinstance(own, x509.SubjectKeyIdentifier) else None,
        issuer.key_identifier if isinstance(issuer, x509.AuthorityKeyIdentifier) else None,
    )


def _permitted(constraints: x509.NameConstraints) -> tuple[x509.Name, ...]:
    names = constraints.permitted_subtrees or []
    permitted = tuple(name.value for name in names if isinstance(name, x509.DirectoryName))
    if not permitted or len(permitted) != len(names) or constraints.excluded_subtrees:
        raise _bad("name constraints of another form than one permitted directory name")
    return permitted


@lru_cache(maxsize=256)
def _parse_ca(der: bytes, profile: Profile) -> _Parsed:
    return _parse(der, profile)


@lru_cache(maxsize=16)
def _parse_root(der: bytes) -> _Parsed:
    root = _parse_ca(der, Profile.ROOT)
    _check_pair(root, root)
    if not _is_signed_by(der, der, Profile.ROOT, Profile.ROOT):
        raise _bad("a root that its own key has not signed")
    return root


def _check_pair(child: _Parsed, parent: _Parsed) -> None:
    if child.issuer != parent.subject:
        raise _bad("the chain does not fit together: issuer name")
    if parent.key_id is None or child.issuer_key_id != parent.key_id:
        raise _bad("the chain does not fit together: key identifier")
    if child.not_after > parent.not_after:
        raise _bad("it outlives its issuer")


def _check_signature(child: _Parsed, parent: _Parsed) -> None:
    certificate = child.certificate
    try:
        parent.key.verify(certificate.signature, certificate.tbs_certificate_bytes, _ES256)
    except InvalidSignature:
        raise _bad("its issuer's signature does not verify") from None


@lru_cache(maxsize=256)
def _is_signed_by(
    child: bytes, parent: bytes, child_profile: Profile, parent_profile: Profile
) -> bool:
    try:
        _check_signature(_parse_ca(child, child_profile), _parse_ca(parent, parent_profile))
    except RulesBroken:
        return False
    return True


def _find_root(top: _Parsed, top_der: bytes, roots: tuple[bytes, ...]) -> _Parsed:
    for der in roots:
        root = _parse_root(der)
        if top.issuer == root.subject and _is_signed_by(
            top_der, der, Profile.ISSUING, Profile.ROOT
        ):
            _check_pair(top, root)
            return root
    raise _bad("it does not lead to a trusted root")


def _check_constraints(leaf: _Parsed, issuers: list[_Parsed]) -> None:
    for issuer in issuers:
        if issuer.permitted and not any(
            _begins_with(leaf.subject, name) for name in issuer.permitted
        ):
            raise _bad("its name is not permitted by its issuer")


def _begins_with(subject: x509.Name, name: x509.Name) -> bool:
    """Tell whether a subject lies below a directory name (RFC 5280, 4.2.1.10)."""
    return subject.rdns[: len(name.rdns)] == name.rdns


def _check_time(parsed: _Parsed, at: datetime) -> None:
    if not parsed.not_before <= at <= parsed.not_after:
        raise RulesBroken(Code.CERTIFICATE_EXPIRED)


def _facts(leaf: _Parsed, profile: Profile) -> Verified:
    instance = udi = account = authority = None
    if profile is Profile.DEVICE:
        instance = InstanceId(_attribute(leaf.subject, NameOID.COMMON_NAME))
        account = AccountId(_attribute(leaf.subject, NameOID.ORGANIZATION_NAME))
        udi = _udi(_attribute(leaf.subject, NameOID.SERIAL_NUMBER))
    elif profile is Profile.SUBCA:
        account = _only_account(leaf)
    else:
        authority = _authority(leaf.certificate)
    return Verified(
        profile=profile,
        key=leaf.key,
        spki=leaf.spki,
        instance=instance,
        udi=udi,
        account=account,
        authority=authority,
        not_before=leaf.not_before,
        not_after=leaf.not_after,
    )


def _only_account(leaf: _Parsed) -> AccountId:
    account = AccountId(_attribute(leaf.subject, NameOID.ORGANIZATION_NAME))
    name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, account)])
    if leaf.permitted != (name,):
        raise _bad("it is not constrained to the one account that it names")
    return account


def _attribute(subject: x509.Name, oid: ObjectIdentifier) -> str:
    values = subject.get_attributes_for_oid(oid)
    if len(values) != 1 or not isinstance(values[0].value, str):
        raise _bad("its subject lacks a part")
    return values[0].value


def _udi(text: str) -> Udi:
    pid, found, sn = text.removeprefix("PID:").partition(",SN:")
    try:
        udi = check_udi(pid, sn)
    except ValueError as error:
        raise _bad(str(error)) from error
    if not found or udi.text != text:
        raise _bad("its subject has no UDI")
    return udi


def _authority(certificate: x509.Certificate) -> AuthorityId:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        raise _bad("it names no authority") from None
    uris = names.get_values_for_type(x509.UniformResourceIdentifier)
    if len(uris) != 1 or len(names) != 1 or not uris[0].startswith(AUTHORITY_URI):
        raise _bad("it names no authority")
    return AuthorityId(uris[0].removeprefix(AUTHORITY_URI))
