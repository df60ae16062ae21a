"""The TLS certificate that an authority makes for itself, for all names that it is reached by."""

import ipaddress
import re
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from licet.kernel.chance import Chance
from licet.kernel.time import DAY
from licet.pki.issuer import draw_serial
from licet.service.datadir import DataDir
from licet.service.files import write_file
from licet.service.problems import ServiceError
from licet.wire.keys import draw_key

# Products trust it by a copy, and somebody has to bring that copy: it should not end soon.
LIVES = 3650 * DAY
DATED_BACK = timedelta(hours=1)
_COMMON_NAME_CHARS_MAX = 64
_READABLE = 0o644
_DNS_CHARS_MAX = 253
_LABEL = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\Z")


def check_name(text: str) -> x509.GeneralName:
    """Return a `--name` as a certificate has it: an IP address, or a DNS name.

    Raises:
        ServiceError: it is neither.
    """
    try:
        return x509.IPAddress(ipaddress.ip_address(text.strip("[]")))
    except ValueError:
        pass
    labels = text.removeprefix("*.").split(".")
    if len(text) > _DNS_CHARS_MAX or not all(map(_LABEL.match, labels)) or labels[-1].isdecimal():
        raise ServiceError(
            f"--name {text}: it is neither a DNS name nor an IP address; give the name or address "
            "that stands in the products' destination URL, without https:// and port"
        )
    return x509.DNSName(text)


def make_certificate(data: DataDir, *, names: Sequence[str], chance: Chance, now: datetime) -> None:
    """Make a key and a self-signed certificate for `names`, in the place of what is there.

    Raises:
        ServiceError: there is no name, a name is not one, or the files cannot be written.
    """
    if not names:
        raise ServiceError("a TLS certificate needs at least one --name that products reach it by")
    key = draw_key(chance)
    subject = x509.Name(
        [x509.NameAttribute(NameOID.COMMON_NAME, names[0][:_COMMON_NAME_CHARS_MAX])]
    )
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(draw_serial(chance))
        .not_valid_before(now - DATED_BACK)
        .not_valid_after(now - DATED_BACK + LIVES)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(map(check_name, names)), critical=False)
        .add_extension(identifier, critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    # The key first: a certificate is there only when its key is.
    write_file(data.tls_key, private)
    write_file(
        data.tls_certificate,
        certificate.public_bytes(serialization.Encoding.PEM),
        mode=_READABLE,
    )


def missing_names(certificate: x509.Certificate, names: Sequence[str]) -> list[str]:
    """Return which of `names` a certificate does not speak for."""
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return list(names)
    addresses = set(found.get_values_for_type(x509.IPAddress))
    dns = [name.lower() for name in found.get_values_for_type(x509.DNSName)]
    return [name for name in names if not _speaks_for(check_name(name), addresses, dns)]


def _speaks_for(name: x509.GeneralName, addresses: Collection[object], dns: list[str]) -> bool:
    if isinstance(name, x509.IPAddress):
        return name.value in addresses
    text = str(name.value).lower()
    return text in dns or "*." + text.partition(".")[2] in dns
