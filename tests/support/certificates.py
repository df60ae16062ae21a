"""Certificates that are wrong on purpose, for the verifier and for openssl."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID

from licet.kernel.chance import SeededChance
from licet.kernel.ids import AccountId, AuthorityId, InstanceId, Udi
from licet.pki.issuer import Issuer, draw_serial, key_usage, make_root
from licet.pki.profiles import RULES, YEAR, Profile
from licet.wire.keys import PrivateKey, draw_key, public_bytes

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
UDI = Udi("N9K-C93180YC-EX", "FDO21120U5B")
INSTANCE = InstanceId("6f1d9c1e-0000-4000-8000-00000000000a")
ACCOUNT = AccountId("6f1d9c1e-0000-4000-8000-00000000000b")
OTHER_ACCOUNT = AccountId("6f1d9c1e-0000-4000-8000-00000000000c")
AUTHORITY = AuthorityId("6f1d9c1e-0000-4000-8000-00000000000d")


class Estate:
    """A root, an issuing CA and a sub-CA, all good, with their keys."""

    def __init__(self, root_years: int = 19) -> None:
        self.chance = SeededChance("estate")
        self.root_key = draw_key(self.chance)
        self.root = make_root(
            self.root_key,
            name="Example",
            serial=draw_serial(self.chance),
            not_before=NOW - YEAR,
            not_after=NOW + root_years * YEAR,
        )
        self.issuing_key = draw_key(self.chance)
        issuing = Issuer(self.root_key, (self.root,)).issuing_certificate(
            key=public_bytes(self.issuing_key.public_key()),
            serial=draw_serial(self.chance),
            name="Example",
            not_before=NOW - YEAR,
            not_after=NOW + 5 * YEAR,
        )
        self.issuing = Issuer(self.issuing_key, (issuing,))
        self.subca_key = draw_key(self.chance)
        subca = self.issuing.subca_certificate(
            key=public_bytes(self.subca_key.public_key()),
            serial=draw_serial(self.chance),
            name="Site",
            account=ACCOUNT,
            not_before=NOW - timedelta(days=1),
            not_after=NOW + 2 * YEAR,
        )
        self.subca = Issuer(self.subca_key, (subca, issuing))
        self.key = draw_key(self.chance)
        self.other = draw_key(self.chance)

    def device(
        self, issuer: Issuer | None = None, account: AccountId = ACCOUNT
    ) -> tuple[bytes, ...]:
        """Return a good device chain."""
        issuer = issuer or self.issuing
        leaf = issuer.device_certificate(
            key=public_bytes(self.key.public_key()),
            serial=draw_serial(self.chance),
            instance=INSTANCE,
            udi=UDI,
            account=account,
            not_before=NOW - timedelta(days=1),
            not_after=NOW + timedelta(days=364),
        )
        return (leaf, *issuer.chain)

    def answer(self, issuer: Issuer | None = None) -> tuple[bytes, ...]:
        """Return an answer chain."""
        issuer = issuer or self.issuing
        leaf = issuer.answer_certificate(
            key=public_bytes(self.key.public_key()),
            serial=draw_serial(self.chance),
            authority=AUTHORITY,
            not_before=NOW - timedelta(days=1),
            not_after=NOW + timedelta(days=89),
        )
        return (leaf, *issuer.chain)

    def sync(self) -> tuple[bytes, ...]:
        """Return a chain to synchronize with."""
        leaf = self.issuing.sync_certificate(
            key=public_bytes(self.key.public_key()),
            serial=draw_serial(self.chance),
            authority=AUTHORITY,
            not_before=NOW - timedelta(days=1),
            not_after=NOW + timedelta(days=89),
        )
        return (leaf, *self.issuing.chain)


@dataclass
class Recipe:
    """A device certificate with one thing wrong; every field has its right value by default."""

    subject: x509.Name | None = None
    issuer_name: x509.Name | None = None
    key: Any = None
    signer: Any = None
    serial: int = 12345
    not_before: datetime = NOW - timedelta(days=1)
    not_after: datetime = NOW + timedelta(days=364)
    basic: x509.BasicConstraints | None = field(
        default_factory=lambda: x509.BasicConstraints(ca=False, path_length=None)
    )
    usages: list[x509.ObjectIdentifier] | None = field(
        default_factory=lambda: [usage_of(Profile.DEVICE)]
    )
    signs_certificates: bool = False
    usages_critical: bool = True
    key_ids: bool = True
    extra: tuple[tuple[x509.ExtensionType, bool], ...] = ()
    digest: Any = field(default_factory=hashes.SHA256)

    def make(self, issuer: x509.Certificate, issuer_key: PrivateKey, key: PrivateKey) -> bytes:
        """Return the certificate in DER."""
        builder = (
            x509.CertificateBuilder()
            .subject_name(self.subject or device_name())
            .issuer_name(self.issuer_name or issuer.subject)
            .public_key(self.key or key.public_key())
            .serial_number(self.serial)
            .not_valid_before(self.not_before)
            .not_valid_after(self.not_after)
            .add_extension(key_usage(ca=self.signs_certificates), critical=True)
        )
        if self.basic is not None:
            builder = builder.add_extension(self.basic, critical=True)
        if self.usages is not None:
            usage = x509.ExtendedKeyUsage(self.usages)
            builder = builder.add_extension(usage, critical=self.usages_critical)
        if self.key_ids:
            for identifier in (
                x509.SubjectKeyIdentifier.from_public_key(self.key or key.public_key()),
                x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()),
            ):
                builder = builder.add_extension(identifier, critical=False)
        for extension, critical in self.extra:
            builder = builder.add_extension(extension, critical=critical)
        made = builder.sign(self.signer or issuer_key, self.digest)
        return made.public_bytes(serialization.Encoding.DER)


def device_name(account: str = ACCOUNT) -> x509.Name:
    """Return the subject of a device certificate."""
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, account),
            x509.NameAttribute(NameOID.SERIAL_NUMBER, UDI.text),
            x509.NameAttribute(NameOID.COMMON_NAME, INSTANCE),
        ]
    )


def usage_of(profile: Profile) -> x509.ObjectIdentifier:
    """Return the extended key usage of a profile that has one."""
    usage = RULES[profile].usage
    assert usage is not None
    return usage
