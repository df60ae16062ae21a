"""The certificate that a manager makes for itself."""

import ipaddress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from licet.kernel.chance import SeededChance
from licet.service.certificate import LIVES, check_name, make_certificate, missing_names
from licet.service.datadir import DataDir, create_data
from licet.service.problems import ServiceError

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


def made(folder: Path, *names: str) -> tuple[DataDir, x509.Certificate]:
    """Make a certificate."""
    data = create_data(folder / "data")
    make_certificate(data, names=names, chance=SeededChance("tls"), now=NOW)
    return data, x509.load_pem_x509_certificate(data.tls_certificate.read_bytes())


def test_every_name_is_in_it(tmp_path: Path) -> None:
    """A product that uses one of the names would refuse the manager."""
    _, certificate = made(tmp_path, "lic.example.com", "192.0.2.7", "[2001:db8::7]", "LIC-2")
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["lic.example.com", "LIC-2"]
    assert names.get_values_for_type(x509.IPAddress) == [
        ipaddress.ip_address("192.0.2.7"),
        ipaddress.ip_address("2001:db8::7"),
    ]
    assert missing_names(certificate, ["LIC.example.com", "2001:DB8::7", "lic-2"]) == []
    assert missing_names(certificate, ["other.example.com", "192.0.2.8"]) == [
        "other.example.com",
        "192.0.2.8",
    ]


def test_it_is_a_server_s_and_nothing_else_s(tmp_path: Path) -> None:
    """A copy of it in a product's trust store would vouch for other machines."""
    data, certificate = made(tmp_path, "lic.example.com")
    constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    assert not constraints.value.ca
    assert list(usage.value) == [ExtendedKeyUsageOID.SERVER_AUTH]
    assert certificate.not_valid_before_utc < NOW
    assert certificate.not_valid_after_utc > NOW + 0.99 * LIVES
    assert data.tls_key.stat().st_mode & 0o777 == 0o600
    assert data.tls_certificate.stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize(
    "name",
    ["", "https://lic.example.com", "lic.example.com:443", "a b", "-a.example", "1.2.3", "é.fr"],
)
def test_what_is_no_name_is_refused(name: str) -> None:
    """The certificate would be for a name that no product ever asks for."""
    with pytest.raises(ServiceError, match="neither a DNS name nor an IP address"):
        check_name(name)


def test_a_name_of_a_wildcard_is_spoken_for(tmp_path: Path) -> None:
    """A warning would be shown about a certificate that is good."""
    _, certificate = made(tmp_path, "*.example.com")
    assert missing_names(certificate, ["lic.example.com"]) == []
    assert missing_names(certificate, ["a.lic.example.com"]) == ["a.lic.example.com"]


def test_no_name_is_no_certificate(tmp_path: Path) -> None:
    """Nobody could connect, and the first start would say that all is well."""
    with pytest.raises(ServiceError, match="at least one --name"):
        made(tmp_path)
