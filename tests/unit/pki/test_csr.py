"""Requests for certificates: only of P-256 keys, and only by whoever holds the key."""

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from licet.kernel.chance import SeededChance
from licet.kernel.ids import Udi
from licet.kernel.problems import Code, RulesBroken
from licet.pki.csr import make_csr, read_csr
from licet.wire.keys import draw_key

UDI = Udi("N9K-C93180YC-EX", "FDO21120U5B")
KEY = draw_key(SeededChance("csr"))
CSR = make_csr(KEY, UDI)


def _other(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, digest: hashes.SHA384) -> bytes:
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    return builder.sign(key, digest).public_bytes(serialization.Encoding.DER)


def test_a_csr_gives_its_key() -> None:
    """No product could register."""
    assert read_csr(CSR).public_numbers() == KEY.public_key().public_numbers()


def test_the_same_key_gives_the_same_csr() -> None:
    """A registration that is sent again would look like another one."""
    assert make_csr(KEY, UDI) == CSR
    assert make_csr(KEY, Udi("N9K", "FDO1")) != CSR


def test_every_flipped_bit_is_refused() -> None:
    """A key could be certified that the sender does not hold."""
    for position in range(len(CSR)):
        for bit in range(8):
            damaged = bytearray(CSR)
            damaged[position] ^= 1 << bit
            with pytest.raises(RulesBroken) as broken:
                read_csr(bytes(damaged))
            assert broken.value.code in (Code.MALFORMED, Code.BAD_SIGNATURE)


def test_every_cut_or_lengthened_request_is_malformed() -> None:
    """Bytes that nobody signed would travel along."""
    for damaged in (*(CSR[:end] for end in range(len(CSR))), CSR + b"\0", CSR + CSR):
        with pytest.raises(RulesBroken) as broken:
            read_csr(damaged)
        assert broken.value.code is Code.MALFORMED


def test_other_keys_and_digests_are_refused() -> None:
    """The fleet would hold keys that half of the code cannot check."""
    for key in (rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP384R1())):
        with pytest.raises(RulesBroken) as broken:
            read_csr(_other(key, hashes.SHA384()))
        assert broken.value.code is Code.MALFORMED
    with pytest.raises(RulesBroken) as broken:
        read_csr(_other(KEY, hashes.SHA384()))
    assert broken.value.code is Code.BAD_SIGNATURE
