"""Makes `docs/reference/vectors.json` from a seed.

    python tests/support/vectors.py > docs/reference/vectors.json

`tests/golden/test_vectors.py` makes them again and compares, and reads the file with other
libraries than ours.
"""

import json
import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from licet.agent.events import Deregister, Enable, Register, Request
from licet.pki.authority import rotate_root
from licet.wire import limits
from licet.wire.codec import encode
from licet.wire.envelope import open_envelope
from licet.wire.keys import digest, from_base64, private_bytes, thumbprint, to_base64
from licet.wire.messages import REQUESTS, Proof
from licet.wire.messages import Register as RegisterMessage
from licet.wire.tokens import parse_token
from support.harness import ADVANTAGE, PRODUCT, START, Authority, Device


def make_vectors() -> dict[str, object]:
    """Return every vector: keys, a token and its proof, four exchanges, a trust list."""
    authority = Authority(seed="vectors")
    authority.give(ADVANTAGE, 5)
    device = Device(authority)
    exchanges: dict[str, dict[str, str]] = {}

    def keep(answer: bytes) -> bytes:
        request = device.last_request
        exchanges[device.sent[-1][1]] = {
            "request": request.decode("ascii"),
            "request_payload": _payload(request, limits.MAX_REQUEST_BYTES),
            "request_digest": digest(request),
            "answer": answer.decode("ascii"),
            "answer_payload": _payload(answer, limits.MAX_ANSWER_BYTES),
        }
        return answer

    device.tamper = keep
    text = authority.token(uses=1)
    device.runtime.handle(Enable())
    device.runtime.handle(Request(ADVANTAGE, 2))
    device.runtime.handle(Register(text))
    key = device.agent._core.identity.key
    device.runtime.handle(Deregister())
    rotated = rotate_root(authority.keys, chance=authority.chance, now=START)
    keys = authority.keys
    assert keys.root_key is not None
    return {
        "about": "Test vectors of the protocol; see protocol.md. Every private key here is public.",
        "product": PRODUCT,
        "authority": keys.authority,
        "root_private_key": to_base64(private_bytes(keys.root_key)),
        "root_certificate": to_base64(keys.root),
        "issuing_certificate": to_base64(keys.issuing_chain[0]),
        "answer_private_key": to_base64(private_bytes(keys.answer_key)),
        "device_private_key": to_base64(key),
        "token": _token(authority, text, exchanges["register"]),
        "exchanges": exchanges,
        "trust_lists": [json.loads(encode(signed)) for signed in rotated.trust_lists],
        "second_root_thumbprint": thumbprint(rotated.root_key.public_key())
        if rotated.root_key
        else "",
    }


def _payload(data: bytes, max_bytes: int) -> str:
    return open_envelope(data, max_bytes=max_bytes).payload.decode()


def _token(authority: Authority, text: str, exchange: dict[str, str]) -> dict[str, object]:
    token = parse_token(text)
    message = REQUESTS.decode(exchange["request_payload"].encode())
    assert isinstance(message, RegisterMessage)
    proof = Proof(
        authority=token.authority_mark,
        root=token.root_mark,
        expires_at=int(token.expires_at.timestamp()),
        key=_key_of(authority),
        csr=_digest_of_csr(message),
        pid=message.pid,
        sn=message.sn,
        force=message.force,
        request=message.request,
    )
    return {
        "text": text,
        "master_key": authority.keys.master_keys[0][1].hex(),
        "id": token.token,
        "secret": token.secret.hex(),
        "root_mark": token.root_mark,
        "authority_mark": token.authority_mark,
        "proof_input": encode(proof).decode(),
        "proof": message.proof,
    }


def _key_of(authority: Authority) -> str:
    [retired] = authority.store._tables.retired.rows.values()
    return retired.key


def _digest_of_csr(message: RegisterMessage) -> str:
    return digest(from_base64(message.csr))


if __name__ == "__main__":
    json.dump(make_vectors(), sys.stdout, indent=1)
    sys.stdout.write("\n")
