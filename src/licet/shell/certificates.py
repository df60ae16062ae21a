"""Certificates and keys as people see them in a list."""

from collections.abc import Iterator
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from licet.pki.authority import AuthorityKeys
from licet.service.datadir import DataDir
from licet.service.manifest import fingerprint
from licet.shell.values import Record, Value

_TLS_BYTES_MAX = 1024 * 1024


def certificate_row(what: str, der: bytes, note: str | None) -> Record:
    """Return what is shown of a certificate."""
    certificate = x509.load_der_x509_certificate(der)
    begins: Value = certificate.not_valid_before_utc
    ends: Value = certificate.not_valid_after_utc
    return {
        "certificate": what,
        "valid_from": begins,
        "valid_until": ends,
        "note": note,
        "sha256": fingerprint(der),
    }


def root_rows(keys: AuthorityKeys) -> Iterator[Record]:
    """Yield every root that counts, the oldest first."""
    for number, root in enumerate(keys.accepted_roots, 1):
        newest = root == keys.root
        yield certificate_row(f"licensing root {number}", root, None if newest else "former")


def https_row(data: DataDir) -> Record:
    """Return what is shown of the certificate that products see first."""
    try:
        pem = data.tls_certificate.read_bytes()[:_TLS_BYTES_MAX]
        der = x509.load_pem_x509_certificate(pem).public_bytes(serialization.Encoding.DER)
    except (OSError, ValueError) as error:
        return {
            "certificate": "HTTPS",
            "valid_from": None,
            "valid_until": None,
            "note": f"cannot be read: {error}"[:120],
            "sha256": None,
        }
    return certificate_row("HTTPS", der, None)


def keys_record(keys: AuthorityKeys) -> Record:
    """Return what is shown of an authority's keys, whatever it is."""
    return {
        "authority": keys.authority,
        "name": keys.name,
        "epoch": keys.epoch,
        "trust_list": keys.trust_lists[-1].list.version,
        "token_master_keys": [number for number, _ in keys.master_keys],
        "restores": [{"backup_at": gap.since, "restored_at": gap.until} for gap in keys.gaps],
    }


def day(at: datetime) -> str:
    """Return the day of an instant."""
    return f"{at:%Y-%m-%d}"
