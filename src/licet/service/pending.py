"""The keys of a local account that waits to be taken on: kept before its request leaves.

The request for registration goes to a person, and its answer comes days later; certificates over
keys that were lost meanwhile would be good for nothing. JSON, with a digest of its content:

    {"format": "licet pending account", "v": 1, "sha256": "…", "content":
      {"account", "sub_ca", "answer", "sync"}}
"""

from typing import Literal

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm

from licet.kernel.ids import AuthorityId
from licet.pki.sites import SitePrivate
from licet.service.datadir import DataDir
from licet.service.files import make_directory, read_secret, remove_file, write_file
from licet.service.keyfile import KeyText
from licet.service.problems import ServiceError
from licet.wire import limits
from licet.wire.codec import Part, encode
from licet.wire.keys import digest, from_base64, load_private, private_bytes, to_base64

VERSION: Literal[1] = 1
BYTES_MAX = 16 * 1024


class _Content(Part, frozen=True, kw_only=True):
    account: limits.Identifier
    sub_ca: KeyText
    answer: KeyText
    sync: KeyText


class _File(Part, frozen=True, kw_only=True):
    format: Literal["licet pending account"] = "licet pending account"
    v: Literal[1] = VERSION
    sha256: limits.Digest
    content: _Content


_FILES: msgspec.json.Decoder[_File] = msgspec.json.Decoder(_File, strict=True)


def write_pending(data: DataDir, account: AuthorityId, private: SitePrivate) -> None:
    """Keep the keys of a local account, durably, until its key file is written.

    Raises:
        ServiceError: they cannot be written.
    """
    make_directory(data.account_keys)
    write_file(data.pending_file(account), print_pending(account, private))


def print_pending(account: AuthorityId, private: SitePrivate) -> bytes:
    """Return the keys of a local account that waits, as their file holds them."""
    content = _Content(
        account=account,
        sub_ca=to_base64(private_bytes(private.sub_ca)),
        answer=to_base64(private_bytes(private.answer)),
        sync=to_base64(private_bytes(private.sync)),
    )
    file = _File(sha256=digest(encode(content)), content=content)
    return msgspec.json.format(encode(file), indent=1) + b"\n"


def read_pending(data: DataDir, account: AuthorityId) -> SitePrivate:
    """Return the keys of a local account that waits.

    Raises:
        ServiceError: not there, damaged, another account's, or others may read them.
    """
    path = data.pending_file(account)
    raw = read_secret(path, bytes_max=BYTES_MAX)
    try:
        return parse_pending(raw, account)
    except (ValueError, UnsupportedAlgorithm, RecursionError) as error:
        raise ServiceError(
            f"{path}: it is damaged ({str(error)[:120]}); bring it back from a backup, or request "
            "the local account again"
        ) from error


def remove_pending(data: DataDir, account: AuthorityId) -> None:
    """Remove the keys of a local account that waits no more; none need be there.

    Raises:
        ServiceError: they cannot be removed.
    """
    remove_file(data.pending_file(account))


def parse_pending(raw: bytes, account: AuthorityId) -> SitePrivate:
    """Return the keys in such a file.

    Raises:
        ValueError: damaged, or another account's.
    """
    file = _FILES.decode(raw)
    content = file.content
    if digest(encode(content)) != file.sha256:
        raise ValueError("its digest does not fit its content")
    if content.account != account:
        raise ValueError("it is another local account's")
    parts = (content.sub_ca, content.answer, content.sync)
    return SitePrivate(*(load_private(from_base64(part)) for part in parts))
