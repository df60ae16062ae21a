"""A CA of a test's own for TLS, and the certificates that it signs, right and wrong."""

import ipaddress
import ssl
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from support.standing import system_now

Key = ec.EllipticCurvePrivateKey
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Pair:
    """A certificate with its key, in PEM files."""

    certificate: Path
    key: Path

    def context(self) -> ssl.SSLContext:
        """Return what a server speaks TLS with."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        return context


@dataclass
class Forge:
    """A CA: its own certificate is what a trust point holds."""

    folder: Path
    name: str = "Test CA"
    made: int = 0
    key: Key = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def __post_init__(self) -> None:
        """Sign its own certificate."""
        self.now: datetime = system_now()
        subject = _name(self.name)
        builder = self._builder(subject, subject, self.key, self.now - DAY, self.now + 30 * DAY)
        builder = builder.add_extension(
            x509.BasicConstraints(ca=True, path_length=None), critical=True
        )
        self.certificate = builder.sign(self.key, hashes.SHA256())
        self.path = self.folder / f"{self.name.replace(' ', '-')}.pem"
        self.path.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))

    @property
    def der(self) -> bytes:
        """The CA's certificate, as a trust point holds it."""
        return self.certificate.public_bytes(serialization.Encoding.DER)

    def pair(
        self,
        *names: str,
        common_name: str = "server",
        begins: timedelta = -DAY,
        ends: timedelta = 30 * DAY,
    ) -> Pair:
        """Sign a server's certificate for DNS names and addresses; without any, for the CN alone."""
        key = ec.generate_private_key(ec.SECP256R1())
        builder = self._builder(
            _name(common_name), self.certificate.subject, key, self.now + begins, self.now + ends
        )
        if names:
            spoken = x509.SubjectAlternativeName([_spoken(name) for name in names])
            builder = builder.add_extension(spoken, critical=False)
        self.made += 1
        path = self.folder / f"{self.name.replace(' ', '-')}-{self.made}"
        pair = Pair(path.with_suffix(".crt"), path.with_suffix(".key"))
        signed = builder.sign(self.key, hashes.SHA256())
        pair.certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
        pair.key.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        return pair

    def _builder(
        self, subject: x509.Name, issuer: x509.Name, key: Key, begins: datetime, ends: datetime
    ) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(begins)
            .not_valid_after(ends)
        )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _spoken(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
