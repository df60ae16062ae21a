"""Issues certificates: signs what it is told, within the table of profiles."""

from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID

from licet.kernel.chance import Chance
from licet.kernel.ids import AccountId, AuthorityId, InstanceId, Udi
from licet.pki.profiles import QUIET, RULES, Profile
from licet.wire.keys import PrivateKey, PublicKey, load_public

SERIAL_BYTES = 19  # 152 bits: below the 20 octets that RFC 5280, 4.1.2.2 allows
AUTHORITY_URI = "urn:licet:authority:"


def draw_serial(chance: Chance) -> int:
    """Return a random, positive certificate serial number."""
    return int.from_bytes(chance.random_bytes(SERIAL_BYTES)) | 1


def make_root(
    key: PrivateKey, *, name: str, serial: int, not_before: datetime, not_after: datetime
) -> bytes:
    """Return a self-signed root certificate in DER."""
    subject = _name((NameOID.COMMON_NAME, f"{name} Licensing Root"))
    unsigned = _begin(Profile.ROOT, subject, key.public_key(), serial, not_before, not_after)
    return _sign(unsigned.issuer_name(subject), key, key.public_key())


class Issuer:
    """An issuing CA or a sub-CA.

    Args:
        key: its private key.
        chain: its own certificate first, then its issuers without the root; DER.

    Every certificate ends with its issuer at the latest. In its last 13 months a CA issues nothing
    (PROTOCOL.md 1).

    Raises:
        ValueError: the first certificate is not one of a CA.
    """

    def __init__(self, key: PrivateKey, chain: tuple[bytes, ...]) -> None:
        self._key = key
        self.chain = chain
        self._certificate = x509.load_der_x509_certificate(chain[0])
        self._profile = _ca_profile(self._certificate)

    def device_certificate(
        self,
        *,
        key: bytes,
        serial: int,
        instance: InstanceId,
        udi: Udi,
        account: AccountId,
        not_before: datetime,
        not_after: datetime,
    ) -> bytes:
        """Return an ID certificate in DER for a device's key (SubjectPublicKeyInfo DER).

        Raises:
            ValueError: this CA is in its last 13 months, or the key is not P-256.
        """
        subject = _name(
            (NameOID.ORGANIZATION_NAME, account),
            (NameOID.SERIAL_NUMBER, udi.text),
            (NameOID.COMMON_NAME, instance),
        )
        return self._issue(Profile.DEVICE, subject, load_public(key), serial, not_before, not_after)

    def answer_certificate(
        self,
        *,
        key: bytes,
        serial: int,
        authority: AuthorityId,
        not_before: datetime,
        not_after: datetime,
    ) -> bytes:
        """Return the certificate in DER that an authority signs answers with."""
        return self._authority(Profile.ANSWER, key, serial, authority, not_before, not_after)

    def sync_certificate(
        self,
        *,
        key: bytes,
        serial: int,
        authority: AuthorityId,
        not_before: datetime,
        not_after: datetime,
    ) -> bytes:
        """Return the certificate in DER that an on-prem or a manager synchronizes with."""
        return self._authority(Profile.SYNC, key, serial, authority, not_before, not_after)

    def subca_certificate(
        self,
        *,
        key: bytes,
        serial: int,
        name: str,
        account: AccountId,
        not_before: datetime,
        not_after: datetime,
    ) -> bytes:
        """Return a sub-CA's certificate in DER, good for devices of one account only."""
        subject = _name((NameOID.ORGANIZATION_NAME, account), (NameOID.COMMON_NAME, name))
        permitted = x509.DirectoryName(_name((NameOID.ORGANIZATION_NAME, account)))
        constraint = x509.NameConstraints(permitted_subtrees=[permitted], excluded_subtrees=None)
        return self._issue(
            Profile.SUBCA, subject, load_public(key), serial, not_before, not_after, constraint
        )

    def issuing_certificate(
        self, *, key: bytes, serial: int, name: str, not_before: datetime, not_after: datetime
    ) -> bytes:
        """Return an issuing CA's certificate in DER; only a root makes one."""
        subject = _name((NameOID.COMMON_NAME, f"{name} Issuing CA"))
        return self._issue(
            Profile.ISSUING, subject, load_public(key), serial, not_before, not_after
        )

    def _authority(
        self,
        profile: Profile,
        key: bytes,
        serial: int,
        authority: AuthorityId,
        not_before: datetime,
        not_after: datetime,
    ) -> bytes:
        subject = _name((NameOID.COMMON_NAME, authority))
        names = x509.SubjectAlternativeName(
            [x509.UniformResourceIdentifier(f"{AUTHORITY_URI}{authority}")]
        )
        return self._issue(profile, subject, load_public(key), serial, not_before, not_after, names)

    def _issue(
        self,
        profile: Profile,
        subject: x509.Name,
        key: PublicKey,
        serial: int,
        not_before: datetime,
        not_after: datetime,
        extra: x509.ExtensionType | None = None,
    ) -> bytes:
        if self._profile not in RULES[profile].issuers:
            raise ValueError(f"a {self._profile} may not issue a {profile} certificate")
        own_end = self._certificate.not_valid_after_utc
        if not_before > own_end - QUIET:
            raise ValueError(f"this CA ends on {own_end:%Y-%m-%d} and issues nothing any more")
        end = min(not_after, own_end)
        builder = _begin(profile, subject, key, serial, not_before, end)
        builder = builder.issuer_name(self._certificate.subject)
        if extra is not None:
            builder = builder.add_extension(extra, isinstance(extra, x509.NameConstraints))
        return _sign(builder, self._key, self._key.public_key())


def _ca_profile(certificate: x509.Certificate) -> Profile:
    """Tell the kinds of CA apart by their path length, which is each one's own."""
    try:
        basic = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
    except x509.ExtensionNotFound as error:
        raise ValueError("not the certificate of a CA") from error
    for profile, rules in RULES.items():
        if rules.ca and basic == x509.BasicConstraints(True, rules.path_length):  # noqa: FBT003
            return profile
    raise ValueError("not the certificate of a CA")


def _begin(
    profile: Profile,
    subject: x509.Name,
    key: PublicKey,
    serial: int,
    not_before: datetime,
    not_after: datetime,
) -> x509.CertificateBuilder:
    rules = RULES[profile]
    if not timedelta(0) < not_after - not_before <= rules.longest:
        raise ValueError(
            f"a {profile} certificate cannot be valid from {not_before} to {not_after}"
        )
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .public_key(key)
        .serial_number(serial)
        .not_valid_before(not_before)
        .not_valid_after(not_after)
        .add_extension(x509.BasicConstraints(rules.ca, rules.path_length), critical=True)
        .add_extension(key_usage(ca=rules.ca), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )
    if rules.usage is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage([rules.usage]), critical=True)
    return builder


def _sign(builder: x509.CertificateBuilder, key: PrivateKey, issuer: PublicKey) -> bytes:
    builder = builder.add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer), critical=False
    )
    certificate = builder.sign(key, hashes.SHA256(), ecdsa_deterministic=True)
    return certificate.public_bytes(serialization.Encoding.DER)


def key_usage(*, ca: bool) -> x509.KeyUsage:
    """Return what a key may do: certificates of CAs sign certificates, all others sign messages."""
    return x509.KeyUsage(
        digital_signature=not ca,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=ca,
        crl_sign=ca,
        encipher_only=False,
        decipher_only=False,
    )


def _name(*parts: tuple[x509.ObjectIdentifier, str]) -> x509.Name:
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts])
