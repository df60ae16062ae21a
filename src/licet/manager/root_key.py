"""The licensing root's key in a file of its own, off the machine: PEM, under a passphrase if wanted."""

from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from licet.service.files import read_secret, write_file
from licet.service.problems import ServiceError
from licet.shell.asking import passphrase_in
from licet.wire.keys import PrivateKey, private_bytes

_BYTES_MAX = 64 * 1024


def write_copy(key: PrivateKey, to: Path, passphrase: str | None) -> None:
    """Write a root's key into a new file, and pass if what is read again is that key.

    Raises:
        ServiceError: it could not be written; no file is left.
    """
    encryption = (
        serialization.NoEncryption()
        if passphrase is None
        else serialization.BestAvailableEncryption(passphrase.encode())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption
    )
    write_file(to, pem)
    again = _load(read_secret(to, bytes_max=_BYTES_MAX), passphrase)
    if private_bytes(again) != private_bytes(key):
        to.unlink(missing_ok=True)
        raise ServiceError(f"{to}: the copy does not read as it was written")


def read_copy(path: Path, passphrase_file: Path | None) -> PrivateKey:
    """Return a root's key from a file that `write_copy` made.

    Raises:
        ServiceError: it cannot be read, or does not open.
    """
    passphrase = None if passphrase_file is None else passphrase_in(passphrase_file)
    data = read_secret(path, bytes_max=_BYTES_MAX)
    try:
        return _load(data, passphrase)
    except TypeError as error:
        if passphrase is None:
            raise ServiceError(f"{path}: it is encrypted; give --passphrase-file") from error
        raise ServiceError(f"{path}: it is not encrypted; give no --passphrase-file") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        wrong = "the passphrase is wrong, or it is damaged" if passphrase else "it is no key in PEM"
        raise ServiceError(f"{path}: {wrong}") from error


def _load(pem: bytes, passphrase: str | None) -> PrivateKey:
    secret = None if passphrase is None else passphrase.encode()
    key = serialization.load_pem_private_key(pem, secret)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ValueError("it is no key of a licensing root")  # noqa: TRY004 - a file, not a type
    return key
