"""The protocol's test vectors: made again from the seed, and read with other libraries than ours."""

import base64
import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from joserfc import jws
from joserfc.jwk import ECKey

from support.vectors import make_vectors

FILE = Path(__file__).parents[2] / "docs" / "reference" / "vectors.json"
VECTORS: dict[str, Any] = json.loads(FILE.read_text())
KINDS = ("register", "authorize", "leave")


def test_the_seed_makes_the_file_again() -> None:
    """The page would describe another protocol than the program speaks."""
    again = json.loads(json.dumps(make_vectors()))
    assert again == VECTORS, "run: python tests/support/vectors.py > docs/reference/vectors.json"


def _header(envelope: str) -> dict[str, Any]:
    part = envelope.split(".", maxsplit=1)[0]
    header: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return header


def _b64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _leaf(envelope: str) -> x509.Certificate:
    return x509.load_der_x509_certificate(base64.b64decode(_header(envelope)["x5c"][0]))


@pytest.mark.parametrize("kind", KINDS)
def test_requests_and_answers_verify_with_a_stock_library(kind: str) -> None:
    """An agent in another language could not be written from the page."""
    exchange = VECTORS["exchanges"][kind]
    device = serialization.load_der_private_key(
        base64.b64decode(VECTORS["device_private_key"]), None
    )
    assert isinstance(device, ec.EllipticCurvePrivateKey)
    for name, key in (
        ("request", device.public_key()),
        ("answer", _leaf(exchange["answer"]).public_key()),
    ):
        assert isinstance(key, ec.EllipticCurvePublicKey)
        registry = jws.JWSRegistry(algorithms=["ES256"])
        registry.max_header_length = 16_384  # a chain of certificates travels in the header
        opened = jws.deserialize_compact(exchange[name], ECKey.import_key(key), registry=registry)
        assert opened.payload.decode() == exchange[f"{name}_payload"]
    answer = json.loads(exchange["answer_payload"])
    assert answer["request"] == _b64url(hashlib.sha256(exchange["request"].encode()).digest())
    assert exchange["request_digest"] == answer["request"]
    assert answer["authority"] == VECTORS["authority"]


@pytest.mark.parametrize("kind", KINDS)
def test_messages_are_canonical_for_a_stock_json_library(kind: str) -> None:
    """The canonical form would need our own JSON library."""
    for name in ("request_payload", "answer_payload"):
        text = VECTORS["exchanges"][kind][name]
        assert json.dumps(json.loads(text), separators=(",", ":"), ensure_ascii=False) == text


def test_the_token_can_be_taken_apart_with_the_page_in_hand() -> None:
    """The page would be wrong about tokens."""
    token = VECTORS["token"]
    text = base64.b64decode(token["text"]).decode()
    name, tail = text[:36], base64.b64decode(text.partition("|")[2])
    assert name == token["id"]
    assert tail == bytes.fromhex(token["secret"] + token["root_mark"] + token["authority_mark"])
    derived = HKDF(hashes.SHA256(), 32, salt=name.encode(), info=b"licet idtoken v1").derive(
        bytes.fromhex(token["master_key"])
    )
    assert derived.hex() == token["secret"]
    root = x509.load_der_x509_certificate(base64.b64decode(VECTORS["root_certificate"]))
    spki = root.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    assert hashlib.sha256(spki).hexdigest()[:32] == token["root_mark"]
    mark = hashlib.sha256(VECTORS["authority"].encode()).hexdigest()[:16]
    assert mark == token["authority_mark"]


def test_the_proof_is_an_hmac_over_what_the_page_says() -> None:
    """The page would be wrong about the proof."""
    token = VECTORS["token"]
    message = json.loads(VECTORS["exchanges"]["register"]["request_payload"])
    csr = base64.b64decode(message["csr"])
    key = x509.load_der_x509_csr(csr).public_key()
    spki = key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    fields = {
        "authority": message["authority"],
        "root": message["root"],
        "expires_at": int(base64.b64decode(token["text"]).decode()[37:50]) // 1000,
        "key": _b64url(hashlib.sha256(spki).digest()),
        "csr": _b64url(hashlib.sha256(csr).digest()),
        **{name: message[name] for name in ("pid", "sn", "force", "request")},
    }
    text = json.dumps(fields, separators=(",", ":"))
    assert text == token["proof_input"]
    proof = hmac.digest(bytes.fromhex(token["secret"]), text.encode(), "sha256")
    assert _b64url(proof) == token["proof"] == message["proof"]


def test_the_trust_lists_are_signed_by_the_version_before_and_by_themselves() -> None:
    """The page would be wrong about trust lists."""
    first, second = VECTORS["trust_lists"]
    roots = [base64.b64decode(entry["list"]["roots"][0]) for entry in (first, second)]
    keys = [x509.load_der_x509_certificate(root).public_key() for root in roots]
    text = json.dumps(second["list"], separators=(",", ":")).encode()
    assert len(second["signatures"]) == 2
    for key, given in zip(keys, second["signatures"], strict=True):
        raw = base64.urlsafe_b64decode(given["signature"] + "==")
        signature = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
        assert isinstance(key, ec.EllipticCurvePublicKey)
        key.verify(signature, text, ec.ECDSA(hashes.SHA256()))
    assert second["signatures"][1]["root"] == VECTORS["second_root_thumbprint"]
