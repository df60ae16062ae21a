"""Certificate signing requests of devices."""

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID

from licet.kernel.ids import Udi
from licet.kernel.problems import Code, RulesBroken
from licet.wire.keys import PrivateKey, PublicKey, load_public


def make_csr(key: PrivateKey, udi: Udi) -> bytes:
    """Return a device's CSR in DER; the same key and UDI always give the same bytes."""
    name = x509.Name([x509.NameAttribute(NameOID.SERIAL_NUMBER, udi.text)])
    builder = x509.CertificateSigningRequestBuilder().subject_name(name)
    request = builder.sign(key, hashes.SHA256(), ecdsa_deterministic=True)
    return request.public_bytes(serialization.Encoding.DER)


def read_csr(der: bytes) -> PublicKey:
    """Return the key that a CSR asks to certify, which has signed it.

    Raises:
        RulesBroken: it is no CSR in DER of a P-256 key, or is not signed by that key.
    """
    try:
        request = x509.load_der_x509_csr(der)
        spki = request.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        key = load_public(spki)
        good = request.is_signature_valid
        hashed = request.signature_hash_algorithm
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion) as error:
        raise RulesBroken(Code.MALFORMED, f"CSR: {str(error)[:120]}") from error
    if request.public_bytes(serialization.Encoding.DER) != der:
        raise RulesBroken(Code.MALFORMED, "CSR: not in canonical DER")
    if not good or not isinstance(hashed, hashes.SHA256):
        raise RulesBroken(Code.BAD_SIGNATURE)
    return key
