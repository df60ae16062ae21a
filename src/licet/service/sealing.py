"""Private keys under a passphrase: scrypt, then AES-256-GCM, bound to the backup that they lie in.

JSON with every parameter, so that it can be opened by other means in an emergency:
key = scrypt(passphrase in UTF-8, Unicode NFC; salt, n, r, p); AES-256-GCM(key, nonce), the associated
data being the bytes of the manifest. The salt is new every time, and so is the key.
"""

import unicodedata
from typing import Annotated, Final, Literal

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from msgspec import Meta

from licet.kernel.chance import Chance
from licet.service.problems import ServiceError
from licet.wire.codec import Part, encode
from licet.wire.keys import from_base64, to_base64

# 128 MiB and half a second a guess.
N: Final = 131_072
R: Final = 8
P: Final = 1
PASSPHRASE_CHARS_MIN = 12
PASSPHRASE_BYTES_MAX = 1024
_KEY_BYTES, _SALT_BYTES, _NONCE_BYTES = 32, 16, 12

_Base64 = Annotated[str, Meta(max_length=24 * 1024 * 1024, pattern=r"^[A-Za-z0-9+/]*={0,2}\Z")]


class _Sealed(Part, frozen=True, kw_only=True):
    format: Literal["licet sealed keys"] = "licet sealed keys"
    v: Literal[1] = 1
    kdf: Literal["scrypt"] = "scrypt"
    n: Literal[131072] = N
    r: Literal[8] = R
    p: Literal[1] = P
    salt: _Base64
    cipher: Literal["AES-256-GCM"] = "AES-256-GCM"
    nonce: _Base64
    data: _Base64


_SEALED: msgspec.json.Decoder[_Sealed] = msgspec.json.Decoder(_Sealed, strict=True)


class WrongPassphraseError(ServiceError):
    """What is sealed does not open with that passphrase."""


def check_passphrase(text: str) -> str:
    """Return a passphrase that may seal keys.

    Raises:
        ServiceError: it is too short or too long.
    """
    if len(text) < PASSPHRASE_CHARS_MIN:
        raise ServiceError(
            f"the passphrase has {len(text)} characters; give {PASSPHRASE_CHARS_MIN} or more: "
            "whoever has the backup can guess as long as they like"
        )
    if len(text.encode()) > PASSPHRASE_BYTES_MAX:
        raise ServiceError(f"the passphrase has over {PASSPHRASE_BYTES_MAX} bytes")
    return text


def seal(data: bytes, *, passphrase: str, bound: bytes, chance: Chance) -> bytes:
    """Return `data` sealed; it opens only together with `bound`."""
    salt, nonce = chance.random_bytes(_SALT_BYTES), chance.random_bytes(_NONCE_BYTES)
    ciphertext = AESGCM(_derive(passphrase, salt)).encrypt(nonce, data, bound)
    sealed = _Sealed(salt=to_base64(salt), nonce=to_base64(nonce), data=to_base64(ciphertext))
    return encode(sealed) + b"\n"


def unseal(sealed: bytes, *, passphrase: str, bound: bytes) -> bytes:
    """Return what was sealed.

    Raises:
        WrongPassphraseError: it does not open.
        ServiceError: it is not of this form; it is damaged, or of a newer Licet.
    """
    try:
        parts = _SEALED.decode(sealed)
        salt, nonce, data = (from_base64(text) for text in (parts.salt, parts.nonce, parts.data))
    except (msgspec.MsgspecError, ValueError) as error:
        raise ServiceError(
            f"the sealed keys are damaged, or of a newer Licet: {str(error)[:120]}"
        ) from error
    try:
        return AESGCM(_derive(passphrase, salt)).decrypt(nonce, data, bound)
    except (InvalidTag, ValueError) as error:
        raise WrongPassphraseError(
            "the keys do not open with this passphrase, or they belong to another backup"
        ) from error


def _derive(passphrase: str, salt: bytes) -> bytes:
    secret = unicodedata.normalize("NFC", passphrase).encode()
    return Scrypt(salt=salt, length=_KEY_BYTES, n=N, r=R, p=P).derive(secret)
